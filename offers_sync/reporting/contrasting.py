"""Two texts beside each other, so that a reader sees where they differ, on a line that is too short for them.

    before  Save five dollars on any sandwich, … more than 5 dollars off at the counter
    after   Save four dollars on any sandwich, … more than 50 dollars off at the counter

What they share gives way where there is no room; what differs and finds no room is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final, NamedTuple
from unicodedata import normalize

from offers_sync.reporting.columns import ELLIPSIS, cut, width_of
from offers_sync.reporting.escaping import has_unseen, printable, revealed, spelled

_CONTEXTS: Final = (80, 40, 20, 8)
"""As much of what is shared is shown around a difference as leaves room for all differences."""
_NOTE_WIDTH: Final = 24
_WORD: Final = re.compile(r"\w+\W*|\W+")
_MOST_PAIRS: Final = 30_000
"""Texts that repeat themselves more often than so are not matched piece by piece, which would take long."""


class _Piece(NamedTuple):
    """A stretch that both texts share, or that one has in place of the other's."""

    before: str
    after: str

    @property
    def is_shared(self) -> bool:
        return self.before == self.after


def told_apart(before: str, after: str) -> tuple[str, str]:
    """Two texts as they may be shown; what differs although nobody could see it is shown as an escape."""
    shown = printable(before), printable(after)
    is_plain = before.isascii() and after.isascii()
    if is_plain or not (has_unseen(before + after) or _look_alike(*shown)):
        return shown
    pieces = list(_pieces(before, after, list(before), list(after)))
    told = _spelled_where_they_differ(pieces, revealed)
    return _spelled_where_they_differ(pieces, spelled) if _look_alike(*told) else told


def _look_alike(before: str, after: str) -> bool:
    return normalize("NFC", before) == normalize("NFC", after)


def _spelled_where_they_differ(pieces: Sequence[_Piece], spelling: Callable[[str], str]) -> tuple[str, str]:
    told = [piece if piece.is_shared else _Piece(*map(spelling, piece)) for piece in pieces]
    return printable("".join(piece.before for piece in told)), printable("".join(piece.after for piece in told))


def contrasted(before: str, after: str, width: int) -> tuple[str, str]:
    """Two texts cut to a width so that what differs is still to be seen, or at least how much of it there is."""
    if max(width_of(before), width_of(after)) <= width:
        return before, after
    if before == after:
        return cut(before, width), cut(after, width)
    pieces = list(_pieces(before, after, _WORD.findall(before), _WORD.findall(after)))
    for context in _CONTEXTS:
        told = list(_abridged(pieces, context))
        sides = ["".join(side) for side in zip(*told, strict=True)]
        if max(map(width_of, sides)) <= width:
            return sides[0], sides[1]
    return _cut(told, 0, width), _cut(told, 1, width)


def _abridged(pieces: Sequence[_Piece], context: int) -> Iterator[_Piece]:
    """The pieces with no more of the shared ones than stands beside a difference."""
    for place, piece in enumerate(pieces):
        if not piece.is_shared:
            yield piece
            continue
        text = piece.before
        head = context if place > 0 else 0
        tail = context if place < len(pieces) - 1 else 0
        if len(text) > head + tail + 1:
            text = text[:head] + ELLIPSIS + text[len(text) - tail :]
        yield _Piece(text, text)


def _cut(told: Sequence[_Piece], side: int, width: int) -> str:
    """One side as far as it fits, and how many of its characters differ beyond that."""
    whole = "".join(piece[side] for piece in told)
    if width_of(whole) <= width:
        return whole
    shown = cut(whole, width - _NOTE_WIDTH)
    left, start = 0, 0
    for piece in told:
        end = start + len(piece[side])
        left += max(end - max(start, len(shown) - len(ELLIPSIS)), 0) if not piece.is_shared else 0
        start = end
    return f"{shown} ({left:,} more differ)" if left else shown


# ------------------------------------------------------------------------------------------------------- matching


def _pieces(before: str, after: str, old: Sequence[str], new: Sequence[str]) -> Iterator[_Piece]:
    """The two texts as stretches that they share and stretches that differ; the parts are what is matched."""
    counts = Counter(old)
    if sum(counts[part] for part in new) > _MOST_PAIRS:
        found = [_Piece(before, after)]
    else:
        matched = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        found = [_Piece("".join(old[a:b]), "".join(new[c:d])) for _, a, b, c, d in matched]
    trimmed = (part for piece in found for part in _trimmed(piece))
    for _, run in groupby(trimmed, key=lambda piece: piece.is_shared):
        joined = list(run)
        yield _Piece("".join(piece.before for piece in joined), "".join(piece.after for piece in joined))


def _trimmed(piece: _Piece) -> Iterator[_Piece]:
    """A stretch that differs without what it begins and ends with on both sides."""
    if piece.is_shared:
        yield piece
        return
    start = _shared(*piece)
    end = _shared(piece.before[start:][::-1], piece.after[start:][::-1])
    parts = [(side[:start], side[start : len(side) - end], side[len(side) - end :]) for side in piece]
    yield from (part for part in map(_Piece, *parts) if part != ("", ""))


def _shared(before: str, after: str) -> int:
    """How many characters two texts begin with alike."""
    least = min(len(before), len(after))
    return next((place for place in range(least) if before[place] != after[place]), least)
