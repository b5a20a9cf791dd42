"""The one place that knows httpx: a request goes out, a reply comes back, or ``NoAnswerError`` is raised.

No retries, no meaning: a 500 is a reply like any other.  Tests and the embedded sandbox bring another transport.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, Literal

import httpx

from offers_sync.models.hosts import is_loopback
from offers_sync.wire.connection import Connection
from offers_sync.wire.failures import no_answer

Method = Literal["GET", "POST", "PATCH"]
CONCURRENCY_LIMIT: Final = 16
"""More at once makes the client slower, not faster."""
from offers_sync.wire.request_ids import request_id_of


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long one exchange may take."""

    connect_seconds: float = 15.0
    answer_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, not yet understood; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


class Exchange:
    """Speaks to one server; usable from several threads."""

    def __init__(self, connection: Connection, transport: httpx.BaseTransport | None, timeouts: Timeouts) -> None:
        self._server = connection.server.rstrip("/")
    @property
    def request_id(self) -> str:
        """The id that support asks for, if the server gave one."""
        return request_id_of(self.headers)

        is_local = transport is not None or is_loopback(httpx.URL(self._server).host)
        self._http = httpx.Client(
            base_url=self._server,
            headers=connection.headers(),
            transport=transport,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            verify=_certificates(is_needed=transport is None and self._server.startswith("https:")),
            timeout=httpx.Timeout(timeouts.answer_seconds, connect=timeouts.connect_seconds),
            limits=httpx.Limits(max_connections=CONCURRENCY_LIMIT, max_keepalive_connections=CONCURRENCY_LIMIT),
            follow_redirects=False,
            trust_env=not is_local,  # no proxy sees what stays on this machine
        )

    def send(self, method: Method, path: str, content: bytes | None, query: Mapping[str, Any] | None) -> Reply:
        """One request, once.  Raises ``NoAnswerError``."""
        try:
            response = self._http.request(method, path, content=content, params=query)
        except httpx.HTTPError as error:
            raise no_answer(error, self._server, f"{method} {path}") from error
        return Reply(response.status_code, response.headers, response.content)

    def close(self) -> None:
        """Hang up."""
        self._http.close()


def _certificates(*, is_needed: bool) -> ssl.SSLContext:
    """Whom to trust: nobody where nobody is asked, which spares the time of reading the certificates."""
    return httpx.create_ssl_context() if is_needed else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
