"""The sandbox inside this process: an httpx transport that asks the vendor directly, without a socket."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote

import httpx

from offers_sync.sandbox.messages import Cut, Request, Response
from offers_sync.sandbox.seeding import seed
from offers_sync.sandbox.vendor import Vendor, utc_now
from offers_sync.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from offers_sync.sandbox.scripting import Faults
    from offers_sync.sandbox.settings import Settings

CUT_SHORT: Final = "peer closed connection without sending complete message body"


def open_embedded(  # noqa: PLR0913  all of them optional
    database: Path | None,
    *,
    settings: Settings | None = None,
    faults: Faults | None = None,
    clock: Callable[[], datetime] = utc_now,
    empty: bool = False,
    wait: Callable[[float], None] = time.sleep,
) -> Embedded:
    """The sandbox over a file, seeded when the file is new unless ``empty``; ``None`` keeps it in memory."""
    world = World.open(database, seed=None if empty else seed)
    return Embedded(Vendor(world, settings, faults, clock), wait=wait)


class Embedded:
    """An open sandbox; close it, or use it in a ``with``."""

    def __init__(self, vendor: Vendor, *, wait: Callable[[float], None] = time.sleep) -> None:
        self.vendor = vendor
        self.transport: httpx.BaseTransport = EmbeddedTransport(vendor, wait=wait)

    def close(self) -> None:
        """Let go of the file."""
        self.vendor.world.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class EmbeddedTransport(httpx.BaseTransport):
    """Carries requests to a vendor of this process; several threads may use it at once.

    Closing it, as a client does with its transport, leaves the sandbox open.
    """

    def __init__(self, vendor: Vendor, *, wait: Callable[[float], None] = time.sleep) -> None:
        self._vendor = vendor
        self._wait = wait

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the vendor, and lose of its answer what the script says."""
        response = self._vendor.respond(_incoming(request))
        self._delay(request, response.latency_seconds)
        match response.cut:
            case None:
                return httpx.Response(
                    response.status, headers=[*response.headers, _length(response)], content=response.body
                )
            case Cut.CONNECT:
                raise httpx.ConnectError("connection refused", request=request)
            case Cut.BEFORE_COMMIT | Cut.AFTER_COMMIT:
                raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
            case Cut.HALF_ANSWER:
                headers = [*response.headers, _length(response)]
                return httpx.Response(response.status, headers=headers, stream=HalfAnswer(response.body, request))

    def _delay(self, request: httpx.Request, seconds: float) -> None:
        """Wait as a caller would, no longer than its read timeout."""
        if seconds <= 0:
            return
        limit = request.extensions.get("timeout", {}).get("read")
        if limit is not None and seconds > limit:
            self._wait(limit)
            raise httpx.ReadTimeout("timed out", request=request)
        self._wait(seconds)


class HalfAnswer(httpx.SyncByteStream):
    """The first half of a body, and then nothing."""

    def __init__(self, body: bytes, request: httpx.Request) -> None:
        self._body = body
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        yield self._body[: len(self._body) // 2]
        raise httpx.RemoteProtocolError(CUT_SHORT, request=self._request)


def _incoming(request: httpx.Request) -> Request:
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.headers.raw)
    path, _, query = request.url.raw_path.decode("latin-1").partition("?")
    return Request(request.method, unquote(path, errors="replace"), query, headers, request.read())


def _length(response: Response) -> tuple[str, str]:
    return ("content-length", str(len(response.body)))
