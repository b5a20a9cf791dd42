"""Which servers a key may be sent to: the vendor's over https, this machine, and those a person allowed.

Files are written by strangers, so the address is taken letter by letter and nothing in it is forgiven.
Where the allowed hosts come from is not said here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from typing import Final

from offers_sync.contract import HOST_SUFFIX

_ADDRESS: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?/?"
)
"""No user, path, query or fragment: what one reader takes for the host, another might not."""


def server_fault(server: str, allowed_hosts: Collection[str] = ()) -> str:
    """Why no key may be sent to an address; nothing when it may.  ``embedded`` is an address of this process."""
    if server == "embedded":
        return ""
    found = _ADDRESS.fullmatch(server)
    if found is None:
        return "the address is not of the form https://HOST or https://HOST:PORT"
    host, port = found["host"].lower(), found["port"]
    if is_loopback(host) or host in allowed_hosts or f"{host}:{port}" in allowed_hosts:
        return ""
    if not host.endswith(HOST_SUFFIX):
        return f"{host} is neither a host of the vendor (*{HOST_SUFFIX}) nor this machine"
    return "" if found["scheme"] == "https" else f"{host} is only spoken to over https"


def is_loopback(host: str) -> bool:
    """Whether a host's name or address stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_hosts(text: str) -> frozenset[str]:
    """The hosts of a list such as ``OFFERS_HOSTS`` holds: names, with a port or without, by commas or blanks."""
    return frozenset(host.lower() for host in re.split(r"[\s,]+", text) if host)
