"""A file's text and the places in it: lines as editors count them, columns in characters.

Offsets come from the YAML parser, which breaks lines at characters that no editor breaks them at; so lines are
counted here, from the text.  What stands at an offset is not known here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from offers_sync.findings import Position

_COVER: Final = "*"
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
HIDDEN_BREAKS: Final = "\x85\u2028\u2029"
"""Characters that end a line for the YAML parser alone."""


def has_hidden_break(text: str) -> bool:
    """Whether the YAML parser sees a line end where no editor shows one."""
    return "\x85" in text or "\u2028" in text or "\u2029" in text


@dataclass(frozen=True)
class FileText:
    """The text of a file, without its byte order mark, by the name that findings call it."""

    file: str
    text: str
    covered: tuple[tuple[int, int], ...] = ()
    """Stretches that may hold a secret, and are never shown."""

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]

    def position(self, start: int, end: int) -> Position:
        """The stretch from one offset to another."""
        line, column = self._place(start)
        end_line, end_column = self._place(max(start, end))
        return Position(self.file, line, column, end_line, end_column)

    def line(self, number: int) -> str:
        """The line of that number, without its line break."""
        starts = self._line_starts
        start = starts[number - 1]
        end = starts[number] if number < len(starts) else len(self.text)
        shown = self.text[start:end].rstrip("\r\n")
        for low, high in self.covered:
            first, last = max(low - start, 0), min(high - start, len(shown))
            if first < last:
                shown = shown[:first] + _COVER * (last - first) + shown[last:]
        return shown

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1
