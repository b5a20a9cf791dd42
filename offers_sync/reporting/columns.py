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
    """The text in lines that fit, broken between words where that is possible."""
    line = ""
    for word in text.split(" "):
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
