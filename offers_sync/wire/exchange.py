"""The one place that knows httpx: a request goes out, a reply comes back, or ``NoAnswerError`` is raised.

No retries, no meaning: a 500 is a reply like any other.  Tests and the embedded sandbox bring another transport.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, Literal, cast

import httpx

from offers_sync.models.hosts import is_loopback
from offers_sync.wire.bodies import PACKINGS, read_body
from offers_sync.wire.connection import Connection
from offers_sync.wire.deadlines import Deadline
from offers_sync.wire.failures import no_answer
from offers_sync.wire.request_ids import request_id_of

Method = Literal["GET", "POST", "PATCH"]
CONCURRENCY_LIMIT: Final = 16
"""More at once makes the client slower, not faster."""
_FAULTS: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError, OverflowError)
"""What comes out of httpx; the others than the first when it stumbles over something odd in an answer."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long the server may be silent."""

    connect_seconds: float = 15.0
    answer_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, not yet understood; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def request_id(self) -> str:
        """The id that support asks for, if the server gave one."""
        return request_id_of(self.headers)


class Exchange:
    """Speaks to one server; usable from several threads."""

    def __init__(
        self,
        connection: Connection,
        transport: httpx.BaseTransport | None,
        timeouts: Timeouts,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = connection.server.rstrip("/")
        is_local = transport is not None or is_loopback(httpx.URL(self._server).host)
        self._timeouts, self._now = timeouts, now
        self._http = httpx.Client(
            base_url=self._server,
            headers={**connection.headers(), b"Accept-Encoding": PACKINGS},
            transport=transport,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            verify=_certificates(is_needed=transport is None and self._server.startswith("https:")),
            limits=httpx.Limits(max_connections=CONCURRENCY_LIMIT, max_keepalive_connections=CONCURRENCY_LIMIT),
            follow_redirects=False,
            event_hooks={"response": [_lead_nowhere]},
            trust_env=not is_local,  # no proxy sees what stays on this machine
        )

        if transport is None:
            from offers_sync.wire.streams import keep_deadlines  # noqa: PLC0415  the sandbox has no connections

            keep_deadlines(self._http)

    def send(
        self,
        method: Method,
        path: str,
        content: bytes | None,
        query: Mapping[str, Any] | None,
        *,
        within_seconds: float,
    ) -> Reply:
        """One request, once, and its whole answer within so many seconds.  Raises ``NoAnswerError``."""
        deadline = Deadline(self._timeouts.answer_seconds, within_seconds, self._now)
        limits = {"connect": self._timeouts.connect_seconds, "read": deadline, "write": deadline, "pool": deadline}
        request = self._http.build_request(method, path, content=content, params=query, extensions={"timeout": limits})
        request_id = ""
        try:
            with closing(self._http.send(request, stream=True)) as response:
                request_id = request_id_of(response.headers)
                pieces = cast("httpx.SyncByteStream", response.stream)
                body = read_body(pieces, response.headers.get("content-encoding", ""), deadline)
        except _FAULTS as error:
            raise no_answer(error, self._server, f"{method} {path}", request_id) from error
        return Reply(response.status_code, response.headers, body)

    def close(self) -> None:
        """Hang up."""
        self._http.close()


def _lead_nowhere(response: httpx.Response) -> None:
    """Forget where an answer points to: httpx looks at it even where it does not follow, and stumbles if it is odd."""
    if response.has_redirect_location:
        del response.headers["location"]


def _certificates(*, is_needed: bool) -> ssl.SSLContext:
    """Whom to trust: nobody where nobody is asked, which spares the time of reading the certificates."""
    return httpx.create_ssl_context() if is_needed else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
