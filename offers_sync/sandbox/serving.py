"""The sandbox over HTTP: an ASGI application around the vendor, and the uvicorn that serves it.

The vendor works in threads; only waiting and cutting happen here, so that many slow answers overlap and a cut
connection is really cut.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import Queue
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from offers_sync import contract
from offers_sync.errors import InvalidInputError
from offers_sync.sandbox.messages import Cut, Request, Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator, MutableMapping
    from types import FrameType

    import uvicorn

    from offers_sync.sandbox.vendor import Vendor

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

THREADS: Final = 8
BACKLOG: Final = 2048
START_SECONDS: Final = 30
KEEP_ALIVE_SECONDS: Final = 75
SHUTDOWN_SECONDS: Final = 5
UVICORN_HINT: Final = "pip install 'offers-sync[sandbox]'"
WIRE: Final = "offers.transport"
"""Where a request's scope has the connection, so that it can be cut."""


class Application:
    """The vendor as an ASGI application; cuts need the connection that ``serve`` puts into the scope."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sandbox")

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await self._body(receive)
        if body is None:
            return
        loop = asyncio.get_running_loop()
        arrived = loop.time()
        response = await loop.run_in_executor(self._threads, self._vendor.respond, _incoming(scope, body))
        # a latency stands for the vendor's work and the way to it, so ours is a part of it
        await asyncio.sleep(max(arrived + response.latency_seconds - loop.time(), 0.0))
        await _answer(scope, receive, send, response)

    async def _body(self, receive: Receive) -> bytes | None:
        """The body, or ``None`` when the caller is gone; what is too much is read but not kept."""
        limit = self._vendor.settings.body_bytes_limit + 1
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part = message.get("body", b"")
            if size < limit:
                parts.append(part[: limit - size])
            size += len(part)
            if not message.get("more_body"):
                return b"".join(parts)


def _incoming(scope: MutableMapping[str, Any], body: bytes) -> Request:
    raw_path = scope.get("raw_path") or scope["path"].encode()
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    client = scope.get("client")
    return Request(
        scope["method"],
        unquote(raw_path.decode("latin-1").partition("?")[0], errors="replace"),
        scope["query_string"].decode("latin-1"),
        headers,
        body,
        client[0] if client else "",
    )


async def _answer(scope: MutableMapping[str, Any], receive: Receive, send: Send, response: Response) -> None:
    connection = scope.get("state", {}).get(WIRE)
    if response.cut is not None and response.cut is not Cut.HALF_ANSWER:
        await _hang_up(connection, receive)
        return
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.cut is Cut.HALF_ANSWER:
        half = response.body[: len(response.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await _hang_up(connection, receive)
        return
    await send({"type": "http.response.body", "body": response.body})


async def _hang_up(connection: asyncio.Transport | None, receive: Receive) -> None:
    """Close the connection after what was written to it, and wait until the server has noticed."""
    if connection is None:
        raise RuntimeError("this server does not let a connection be cut")
    connection.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def serve(vendor: Vendor, *, host: str, port: int, is_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``is_ready`` is given the address once requests are answered."""
    with _listening(host, port) as listening:
        _server(vendor, listening, is_ready).run([listening])


@contextmanager
def served(vendor: Vendor, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The address of the vendor, served from a thread as long as the ``with`` lasts."""
    addresses: Queue[str] = Queue()
    with _listening(host, port) as listening:
        server = _server(vendor, listening, addresses.put)
        thread = threading.Thread(target=server.run, args=([listening],), name="sandbox-server")
        thread.start()
        try:
            yield addresses.get(timeout=START_SECONDS)
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number and number > 0 else error
        raise InvalidInputError(
            f"cannot listen on {host}:{port}: {reason}", hint="choose another --port, or 0 for a free one"
        ) from error
    with listening:
        # connections inherit it; asyncio sets it only on sockets that name their protocol, and without it the second
        # part of an answer waits for the caller's acknowledgement, 40 ms
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listening


def _server(vendor: Vendor, listening: socket.socket, is_ready: Callable[[str], None]) -> uvicorn.Server:
    """A uvicorn with our protocol, which ends quietly at a signal."""
    try:
        import uvicorn  # noqa: PLC0415  an optional dependency
        from uvicorn.protocols.http.h11_impl import H11Protocol  # noqa: PLC0415
    except ImportError as error:
        raise InvalidInputError("serving the sandbox needs uvicorn", hint=UVICORN_HINT) from error

    class CuttableProtocol(H11Protocol):
        """Lets the application have the connection."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            super().connection_made(transport)
            self.app_state = {**self.app_state, WIRE: transport}

    class Server(uvicorn.Server):
        """Says when it answers, and takes a signal for a wish and not for an accident."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            is_ready(_address(listening))

        @contextmanager
        def capture_signals(self) -> Generator[None, None, None]:
            if threading.current_thread() is not threading.main_thread():
                yield
                return
            former = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
            try:
                yield
            finally:
                for number, handler in former.items():
                    signal.signal(number, handler)

        def _stop(self, _number: int, _frame: FrameType | None) -> None:
            self.force_exit = self.should_exit
            self.should_exit = True

    return Server(
        uvicorn.Config(
            Application(vendor),
            http=CuttableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            # Headers that are too large are to get the vendor's answer, not uvicorn's.
            h11_max_incomplete_event_size=4 * contract.HEADERS_BYTES_LIMIT,
        )
    )


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
