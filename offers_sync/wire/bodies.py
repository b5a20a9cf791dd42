"""The body of an answer: read to its end and unpacked, in bounded time and never larger than it may be.

What is in it is said by ``answers``.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Final

import httpx

from offers_sync.wire.deadlines import Deadline

BYTES_LIMIT: Final = 64 * 1024 * 1024
"""As it travels, and unpacked: the hundred objects of a page may have more than 600 KB each."""
PACKINGS: Final = b"gzip, deflate"
"""What a server may use; others would be unpacked without a bound, by code that not every machine has."""
_WINDOWS: Final = {
    "gzip": (zlib.MAX_WBITS | 16,),
    "x-gzip": (zlib.MAX_WBITS | 16,),
    "deflate": (zlib.MAX_WBITS, -zlib.MAX_WBITS),  # servers send it with and without its frame
}


class TooLargeError(httpx.TransportError):
    """A body that is larger than it may be."""

    def __init__(self) -> None:
        super().__init__(f"larger than {BYTES_LIMIT // 1024**2} MiB")


def read_body(pieces: Iterable[bytes], packings: str, deadline: Deadline) -> bytes:
    """A body from its pieces, unpacked as the header Content-Encoding says; what that names beside is left alone.

    Raises ``TooLargeError``, ``OverdueError`` and ``httpx.DecodingError``.
    """
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > BYTES_LIMIT:
            raise TooLargeError
        gathered.append(piece)
        deadline.next_seconds()
    content = b"".join(gathered)
    for packing in reversed(packings.split(",")) if packings else ():
        content = _unpacked(content, _WINDOWS.get(packing.strip().lower(), ()))
    return content


def _unpacked(content: bytes, windows: tuple[int, ...]) -> bytes:
    fault: zlib.error | None = None
    for window in windows:
        try:
            unpacked = zlib.decompressobj(window).decompress(content, BYTES_LIMIT + 1)
        except zlib.error as error:
            fault = error
            continue
        if len(unpacked) > BYTES_LIMIT:
            raise TooLargeError
        return unpacked
    if fault is not None:
        raise httpx.DecodingError(str(fault)) from fault
    return content
