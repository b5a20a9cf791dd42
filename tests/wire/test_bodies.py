"""Bodies are read to their end and unpacked, and none is larger than it may be."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import FakeTime, client_to

from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.wire.bodies import BYTES_LIMIT, TooLargeError, read_body
from offers_sync.wire.client import LostAnswerError, NoAnswerError
from offers_sync.wire.deadlines import Deadline

MIB = 1024 * 1024
BOMB = gzip.compress(bytes(BYTES_LIMIT + 1), 1)


def read(*pieces: bytes, packings: str = "") -> bytes:
    """The body, with all the time in the world."""
    return read_body(pieces, packings, Deadline(60.0, 60.0, lambda: 0.0))


def bare_deflate(content: bytes) -> bytes:
    """Deflate without the frame that its name stands for."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(content) + packing.flush()


PACKERS: dict[str, Any] = {"gzip": gzip.compress, "X-GZIP": gzip.compress, "deflate": zlib.compress, "br": bytes}


@given(st.binary(max_size=200), st.lists(st.sampled_from(sorted(PACKERS)), max_size=3), st.integers(1, 50))
def test_what_was_packed_is_unpacked(content: bytes, packings: list[str], size: int) -> None:
    """In one packing or several, one in the other, however the pieces fall; an unknown one is left alone."""
    packed = content
    for packing in packings:
        packed = PACKERS[packing](packed)
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert read(*pieces, packings=" ,".join(packings)) == content


def test_deflate_comes_with_and_without_its_frame() -> None:
    """Servers do not agree on what the name means."""
    assert read(bare_deflate(b"[]" * 50), packings="deflate") == b"[]" * 50


def test_a_body_may_be_as_large_as_the_limit() -> None:
    """Sixty-four mebibytes are read, and not a byte more."""
    body = bytes(MIB)
    assert len(read(*repeat(body, 64))) == BYTES_LIMIT
    with pytest.raises(TooLargeError, match="larger than 64 MiB"):
        read(*repeat(body, 64), b" ")


def test_no_more_is_taken_in_than_the_limit() -> None:
    """A body without end is given up as soon as it is too large, not when it ends."""
    taken = 0

    def pieces() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield bytes(MIB)

    with pytest.raises(TooLargeError):
        read_body(pieces(), "", Deadline(60.0, 60.0, lambda: 0.0))
    assert taken == 65


@pytest.mark.parametrize(
    ("body", "packings"),
    [(BOMB, "gzip"), (gzip.compress(BOMB), "gzip, gzip"), (bare_deflate(bytes(BYTES_LIMIT + 1)), "deflate")],
    ids=["gzip", "gzip twice", "deflate"],
)
def test_a_small_body_that_unpacks_without_end_is_given_up(body: bytes, packings: str) -> None:
    """What counts is also how large it becomes; it is told with the request's id, and not asked for again."""
    headers = {"Content-Encoding": packings, "X-Request-Id": "req-6"}
    assert len(body) < MIB
    with client_to(lambda _: httpx.Response(200, headers=headers, stream=Whole(body))) as client:
        with pytest.raises(NoAnswerError) as caught:
            client.get(REDEEMABLES_PATH)
        assert caught.value.message == (
            f"GET {REDEEMABLES_PATH}: the answer of https://marlow.punchh.com is larger than 64 MiB (request id req-6)"
        )
        with pytest.raises(LostAnswerError, match="larger than 64 MiB"):
            client.post(REDEEMABLES_PATH, {"data": []})
    assert client.requests == {"GET": 1, "POST": 1}


class Whole(httpx.SyncByteStream):
    """A body in one piece, as it comes off the wire; and then, perhaps, an accident."""

    def __init__(self, content: bytes, accident: Exception | None = None) -> None:
        self._content, self._accident = content, accident

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
        if self._accident is not None:
            raise self._accident


@pytest.mark.parametrize(
    ("content", "packings", "accident", "words"),
    [
        (b"no gzip", "gzip", None, "cannot be unpacked: Error -3 while decompressing data: incorrect header check"),
        (b'{"da', "", httpx.RemoteProtocolError("peer closed connection"), "hung up before its answer was whole: "),
        (b'{"da', "", httpx.ReadError("reset"), "broke off: reset"),
        (b'{"da', "", httpx.ReadTimeout("timed out"), "did not answer in time"),
    ],
)
def test_an_answer_that_breaks_off_has_the_id_that_came_first(
    content: bytes, packings: str, accident: Exception | None, words: str
) -> None:
    """Headers are there before the body is, and so is the request's id."""
    headers = {"Content-Encoding": packings, "X-Request-Id": "req-8"}
    reply = httpx.Response(200, headers=headers, stream=Whole(content, accident))
    with client_to(lambda _: reply, FakeTime()) as client, pytest.raises(NoAnswerError) as caught:
        client.probe(REDEEMABLES_PATH)
    assert words in caught.value.message
    assert caught.value.message.endswith(" (request id req-8)")
