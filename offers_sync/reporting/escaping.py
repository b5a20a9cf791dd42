"""Text from files as it may be shown: nothing in it reaches the terminal, the log or the page as a command.

Whoever writes a file chooses its names, and a pull request comes from anybody.  Control characters and those that
turn the direction of writing are shown as escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from unicodedata import category, east_asian_width

_HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\U000e0000-\U000e0fff\ud800-\udfff]"
)
_OLD_COMMAND: Final = "##["
"""GitHub still obeys this form wherever it stands in a line."""
_NEW_COMMAND: Final = "::"
_TAB: Final = "    "


class Cell(NamedTuple):
    """One character as it is shown, and how many columns of a terminal that takes."""

    shown: str
    width: int


def printable(text: str) -> str:
    """The text on one line, with everything escaped that would be more than text."""
    return _HIDDEN.sub(_escape, text).replace(_OLD_COMMAND, r"##\x5b")


def at_line_start(text: str) -> str:
    """A printable file name that no log takes for a command when a line begins with it."""
    shown = printable(text)
    return f"./{shown}" if shown.lstrip().startswith(_NEW_COMMAND) else shown


def json_safe(document: str) -> str:
    """A JSON document whose texts hold no character that a terminal obeys."""
    return _HIDDEN.sub(lambda found: found[0] if found[0] in "\n\t" else f"\\u{ord(found[0]):04x}", document)


def cells(line: str) -> Iterator[Cell]:
    """The characters of a line of source, one by one."""
    for place, character in enumerate(line):
        if character == "\t":
            yield Cell(_TAB, len(_TAB))
        elif _HIDDEN.match(character) or line.startswith(_OLD_COMMAND, place - 2 if place >= 2 else place + len(line)):
            shown = _escaped(character)
            yield Cell(shown, len(shown))
        elif category(character) in ("Mn", "Me", "Cf"):
            yield Cell(character, 0)
        else:
            yield Cell(character, 2 if east_asian_width(character) in "WF" else 1)


def _escape(found: re.Match[str]) -> str:
    return _escaped(found[0])


def _escaped(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
