"""Where to call and as whom: the address, the key, and the headers that go with every request.

An address to which no key may be sent makes no connection.  Sending is done by ``exchange``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from offers_sync import __version__
from offers_sync.contract import HEADER_BYTES_LIMIT
from offers_sync.errors import InvalidInputError
from offers_sync.models.hosts import server_fault
from offers_sync.models.secrets import Secret

USER_AGENT: Final = f"offers-sync/cli/{__version__}"
"""Name, type and version: the form that the vendor asks for."""
BRAND_HEADER: Final = "x_true_client_ip"
"""With underscores, and holding the brand's name: the vendor's guidelines say so."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A server that may have the key.  Raises ``InvalidInputError`` for any other."""

    server: str
    token: Secret
    brand: str | None = None
    allowed_hosts: frozenset[str] = field(default_factory=frozenset)
    """Hosts beside the vendor's own and this machine."""

    def __post_init__(self) -> None:
        if isinstance(self.token, str):  # a text is taken for the secret that it is
            object.__setattr__(self, "token", Secret(self.token))
        fault = server_fault(self.server, self.allowed_hosts)
        if fault is not None:
            raise InvalidInputError(f"nothing is sent to {self.server}: {fault.message}", hint=fault.hint)
        _check_header(self.token.reveal(), f"the key {self.token.reference}".rstrip(), is_ascii=True)
        _check_header(self.brand or "", "the brand's name", is_ascii=False)

    def headers(self) -> dict[bytes, bytes]:
        """What goes with every request, the key included."""
        named = {
            b"Authorization": b"Bearer " + self.token.reveal().encode("ascii"),
            b"Accept": b"application/json",
            b"Content-Type": b"application/json",
            b"User-Agent": USER_AGENT.encode("ascii"),
        }
        if self.brand:
            named[BRAND_HEADER.encode("ascii")] = self.brand.encode("utf-8")
        return named


def _check_header(text: str, name: str, *, is_ascii: bool) -> None:
    """Refuse what no header can carry, without showing it."""
    if not text.isprintable() or (is_ascii and not text.isascii()):
        raise InvalidInputError(
            f"{name} holds characters that no header can carry",
            hint="look for line breaks, quotes or blanks that were pasted along",
        )
    if len(text.encode("utf-8")) > HEADER_BYTES_LIMIT:
        raise InvalidInputError(f"{name} is longer than a header may be", hint="check what was pasted")
