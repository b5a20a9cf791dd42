"""Connections whose every read keeps to the deadline of its exchange: also while headers are still coming in.

What the deadline is, is said by ``deadlines``; where a body is read, ``bodies`` looks at it too.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from offers_sync.wire.deadlines import Deadline


def keep_deadlines(client: httpx.Client) -> None:
    """Have every connection that the client opens from now on, through a proxy or not, keep to deadlines.

    httpcore documents network backends, and httpx has no door for one.  Where the names behind the door are others,
    only bodies are watched.
    """
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001  there is no other way in
        pool = getattr(transport, "_pool", None)
        if isinstance(pool, httpcore.ConnectionPool) and hasattr(pool, "_network_backend"):
            pool._network_backend = TimedBackend(pool._network_backend)  # noqa: SLF001  as above


class TimedBackend(httpcore.NetworkBackend):
    """Opens connections as another backend does, and has them keep to deadlines."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a host."""
        return TimedStream(self._backend.connect_tcp(host, port, timeout, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._backend.sleep(seconds)


class TimedStream(httpcore.NetworkStream):
    """A connection that reads and writes no longer than its deadline lets it."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come in."""
        try:
            return self._stream.read(max_bytes, _seconds(timeout))
        except httpcore.ReadTimeout:
            _seconds(timeout)  # where the time for everything is over too, that is what there is to say
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send it."""
        self._stream.write(buffer, _seconds(timeout))

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted from here on."""
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a connection."""
        return self._stream.get_extra_info(info)


def _seconds(timeout: float | None) -> float | None:
    return timeout.next_seconds() if isinstance(timeout, Deadline) else timeout
