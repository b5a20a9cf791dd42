"""Small servers that behave as a test says, and a client that talks to them on a clock of its own.

    time = FakeTime()
    with client_to(lambda request: json_reply({"data": []}), time) as client: ...
    with client_to(in_turn(html_reply(502), json_reply([])), time) as client: ...

Whatever the contract describes is asked of the real sandbox instead.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from offers_sync.models.secrets import Secret
from offers_sync.wire.client import Client, Connection, RetryPolicy

Handler = Callable[[httpx.Request], httpx.Response]
SERVER: Final = "https://marlow.punchh.com"
KEY: Final = "an-admin-key-of-marlow"
PAGE: Final = "<!DOCTYPE html><html><head><title>Attention &amp; patience</title></head><body>no</body></html>"


class FakeTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []
        self._lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        """Be later at once."""
        with self._lock:
            self.now += seconds
            self.sleeps.append(round(seconds, 6))

    def monotonic(self) -> float:
        """Seconds since the test began."""
        return self.now

    def utc_now(self) -> datetime:
        """The time of day."""
        return datetime(2026, 7, 1, 12, tzinfo=UTC) + timedelta(seconds=self.now)


def client_to(
    server: Handler | httpx.BaseTransport,
    time: FakeTime | None = None,
    *,
    retry: RetryPolicy | None = None,
    key: str = KEY,
    brand: str | None = None,
) -> Client:
    """A client of a handler or a transport; its dice always fall on one half."""
    time = time or FakeTime()
    return Client(
        Connection(SERVER, Secret(key, "${MARLOW_PUNCHH_KEY}"), brand),
        transport=server if isinstance(server, httpx.BaseTransport) else httpx.MockTransport(server),
        retry=retry,
        sleep=time.sleep,
        now=time.monotonic,
        utc_now=time.utc_now,
        jitter=lambda: 0.5,
    )


def in_turn(*replies: httpx.Response | Exception) -> Handler:
    """The replies one after the other, the last one for ever; an exception is raised."""
    rest = list(replies)

    def handle(request: httpx.Request) -> httpx.Response:
        reply = rest.pop(0) if len(rest) > 1 else rest[0]
        if isinstance(reply, Exception):
            if isinstance(reply, httpx.RequestError):
                reply.request = request
            raise reply
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

    return handle


def json_reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """An answer in JSON."""
    return httpx.Response(status, headers=headers, json=body)


def html_reply(status: int, page: str = PAGE, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """An answer of something that stands in front of the server."""
    return httpx.Response(status, headers=headers, html=page)


def asked(request: httpx.Request) -> dict[str, Any]:
    """What a GET of a list asks for, by its body."""
    found: dict[str, Any] = json.loads(request.content or b"{}")
    return found


def page_of(rows: Sequence[Any], request: httpx.Request, **meta: Any) -> httpx.Response:
    """The page of the rows that is asked for, with a meta; the last one again past the end, as the vendor does."""
    number, size = asked(request)["page"], asked(request)["per_page"]
    last = max(1, -(-len(rows) // size))
    given = min(number, last)
    shown = list(rows[(given - 1) * size : given * size])
    return json_reply({"data": shown, "meta": {"page": given, "per_page": size, "total_records": len(rows), **meta}})
