"""Text in columns of a terminal: how wide it is, and how it is cut, padded and wrapped to a width.

Wide characters take two columns and combining ones none.  Texts are printable already; a word that is wider than the
line is broken, so that no line is wider than it may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Final
from unicodedata import category, east_asian_width

ELLIPSIS: Final = "…"


def width_of(text: str) -> int:
    """The columns that a text takes."""
    return len(text) if text.isascii() else sum(_width(letter) for letter in text)


def _width(letter: str) -> int:
    if category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1


def padded(text: str, width: int) -> str:
    """The text with blanks after it, up to a width."""
    return text + " " * (width - width_of(text))


def cut(text: str, width: int) -> str:
    """As much of the text as fits, with a sign that there was more."""
    if width_of(text) <= width:
        return text
    fitting = sum(columns <= width - 1 for columns in accumulate(_width(letter) for letter in text))
    return text[:fitting] + ELLIPSIS


def wrapped(text: str, width: int) -> Iterator[str]:
    """The text in lines that fit, broken between words where that is possible.

    What stands between ticks is on one line where it fits, and a flag beside its value, since both are pasted.
    """
    line = ""
    for word in _unbroken(text.split(" "), width):
        joined = f"{line} {word}" if line else word
        if width_of(joined) <= width:
            line = joined
            continue
        if line:
            yield line
        *full, line = _pieces(word, width)
        yield from full
    if line:
        yield line


def _unbroken(words: list[str], width: int) -> Iterator[str]:
    """The words, and together those that are better not broken."""
    place = 0
    while place < len(words):
        count = _quoted(words, place, width) or _flagged(words, place, width) or 1
        yield " ".join(words[place : place + count])
        place += count


def _quoted(words: list[str], place: int, width: int) -> int:
    """How many words the quotation has that begins here and fits on a line."""
    if words[place].count("`") % 2 == 0:
        return 0
    taken = width_of(words[place])
    for count, word in enumerate(words[place + 1 :], 2):
        taken += 1 + width_of(word)
        if taken > width:
            return 0
        if word.count("`") % 2:
            return count
    return 0


def _flagged(words: list[str], place: int, width: int) -> int:
    """The two words that a flag and its value are, where they fit on a line."""
    if not words[place].lstrip("`").startswith("--") or place + 1 == len(words):
        return 0
    value = words[place + 1]
    return 0 if value.startswith("--") or width_of(words[place]) + 1 + width_of(value) > width else 2


def _pieces(word: str, width: int) -> list[str]:
    pieces = [""]
    columns = 0
    for letter in word:
        columns += _width(letter)
        if columns > width:
            pieces.append("")
            columns = _width(letter)
        pieces[-1] += letter
    return pieces
