"""Which servers a key may be sent to: the vendor's over https, this machine, and those a person allowed.

Files are written by strangers, so the address is taken letter by letter and nothing in it is forgiven.
Where the allowed hosts come from is not said here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from typing import Final, NamedTuple

from offers_sync.contract import HOST_SUFFIX

EMBEDDED: Final = "embedded"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = rf"{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\]"
PORT: Final = r"(?:[0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
"""The pattern of a port's number."""
_ADDRESS: Final = re.compile(rf"(?P<scheme>https?)://(?P<host>{_HOST})(?::(?P<port>{PORT}))?/?")
"""No user, path, query or fragment: what one reader takes for the host, another might not."""
PLAIN_SERVER_PATTERN: Final = rf"^(?:{EMBEDDED}|https?://(?:{_HOST})(?::{PORT})?/?)$"
"""The same for editors, whoever may have a key."""


class HostFault(NamedTuple):
    """Why a server does not get a key, and what to do."""

    message: str
    hint: str


def server_fault(server: str, allowed_hosts: Collection[str] = ()) -> HostFault | None:
    """Why no key may be sent to an address; ``None`` when it may.  ``embedded`` is an address of this process."""
    if server == EMBEDDED:
        return None
    found = _ADDRESS.fullmatch(server)
    if found is None:
        message = "the server's address is not plain: a scheme, a host and perhaps a port are all it may have"
        return HostFault(message, "write it as https://marlow.punchh.com; a port is at most 65535")
    host, port = found["host"].lower().strip("[]"), found["port"]
    if is_loopback(host) or host in allowed_hosts or f"{host}:{port}" in allowed_hosts:
        return None
    if not host.endswith(HOST_SUFFIX):
        return HostFault(
            f"the key would be sent to `{host}`, which is not a host of the vendor",
            f"hosts end in {HOST_SUFFIX}; to trust another one, list it in the variable OFFERS_HOSTS",
        )
    if found["scheme"] != "https":
        return HostFault("the key would be sent without encryption", f"write https://{host}")
    return None


def is_loopback(host: str) -> bool:
    """Whether a host's name or address stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_hosts(text: str) -> frozenset[str]:
    """The hosts of a list such as ``OFFERS_HOSTS`` holds: names, with a port or without, by commas or blanks."""
    return frozenset(host.lower() for host in re.split(r"[\s,]+", text) if host)
