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
_UNSEEN: Final = re.compile(
    "[\u00a0\u00ad\u034f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200d\u202f\u205f\u2060-\u206f\u2800\u3000"
    "\u3164\ufe00-\ufe0f\uffa0\U0001d173-\U0001d17a]"
)
"""What nobody sees, or takes for a blank; harmless where nothing is compared."""
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_OLD_COMMAND: Final = "##["
"""GitHub still obeys this form wherever it stands in a line."""
_NEW_COMMAND: Final = "::"
_COMMAND: Final = re.compile(r"^((?:\x1b\[[0-9;]*m|\s)*)::", re.MULTILINE)
"""What GitHub obeys at the beginning of a line, which may be where a long value was broken."""
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


def harmless(report: str) -> str:
    """Lines of printable text, coloured or not, none of which a log takes for a command."""
    return _COMMAND.sub(r"\1\\x3a:", report) if _NEW_COMMAND in report else report


def spoken(text: str) -> str:
    """A line of its own: printable, and no command."""
    return harmless(printable(text))


def has_unseen(text: str) -> bool:
    """Whether something in it is not to be seen, or looks like a blank and is none."""
    return _UNSEEN.search(text) is not None


def revealed(text: str) -> str:
    """The text with an escape for what is not to be seen."""
    return _UNSEEN.sub(_escape, text)


def spelled(text: str) -> str:
    """The text with an escape for everything that two letters could look alike in."""
    return _BEYOND_ASCII.sub(_escape, text)


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
