"""Pieces of GitHub's Markdown that hold text from anywhere: whatever the text, it stays text.

What is not a plain word goes into a code span, where nothing is a mark, a mention, a reference, an address or a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from offers_sync.reporting.escaping import printable

_TICKS: Final = re.compile("`+")
_SPAN: Final = re.compile("`([^`]+)`")
_LETTERS: Final = r"[^\W\d_]+"
_FIGURE: Final = "[0-9]{1,3}(,?[0-9]{3})*"
_PLAIN_WORD: Final = re.compile(
    rf"""\(?["']?{_LETTERS}(['-]{_LETTERS})*["']?\)?[,;:.?]?|\(?{_FIGURE}|\({_FIGURE}\)[,;:.?]?"""
)
"""Words and figures.  Digits after a hyphen could be a reference such as GH-1, and before a full stop begin a list."""
_STOPS: Final = ",;:.?"
_CLOSING_FIGURE: Final = re.compile(rf"{_FIGURE}\)[,;:.?]?")
"""A figure that ends what stands between brackets; at the beginning of a line it would begin a list."""
_ONLY_STOPS: Final = re.compile(r"""[,;:.?()"']+""")
_FENCE: Final = 3
_FACT_LENGTH: Final = 100


def code(text: str) -> str:
    """The text as it is, in a code span; a line break would end it, so none is left."""
    shown = printable(text)
    if not shown.strip():
        return f"`{shown or ' '}`"
    ticks = "`" * (_longest(shown) + 1)
    needs_blanks = shown[0] in "` " or shown[-1] in "` "
    return f"{ticks} {shown} {ticks}" if needs_blanks else f"{ticks}{shown}{ticks}"


def prose(text: str) -> str:
    """A message: its words as words, what it quotes between ticks as code, and all else as code too."""
    pieces: list[str] = []
    end = 0
    for span in _SPAN.finditer(text):
        pieces += [_words(text[end : span.start()]), code(span[1])]
        end = span.end()
    return _joined([*pieces, _words(text[end:])]).strip()


def _joined(pieces: Iterable[str]) -> str:
    """The pieces in one; between two spans of code comes a blank, or their ticks would run together."""
    told = ""
    for piece in pieces:
        told += f" {piece}" if told.endswith("`") and piece.startswith("`") else piece
    return told


def _words(text: str) -> str:
    """The text with every word that is not plain as code."""
    words = re.split(" +", printable(text))
    return " ".join(_word(word, is_first=place == 0) for place, word in enumerate(words))


def _word(word: str, *, is_first: bool) -> str:
    """A word as it is, or as code but for the bracket before it and the bracket and the stop after it."""
    if not word or _PLAIN_WORD.fullmatch(word) or _ONLY_STOPS.fullmatch(word):
        return word
    if not is_first and _CLOSING_FIGURE.fullmatch(word):
        return word
    core = word.removesuffix(word[-1]) if word[-1] in _STOPS else word
    if core[-1] == ")" and "(" not in core[1:]:
        core = core.removesuffix(")")
    end = word[len(core) :]
    is_opening = core[0] == "(" and ")" not in core
    return f"({code(core[1:])}{end}" if is_opening else f"{code(core)}{end}"


def fenced(lines: Iterable[str], language: str) -> str:
    """Lines in a fence that none of them can end."""
    body = "\n".join(printable(line) for line in lines)
    fence = "`" * max(_longest(body) + 1, _FENCE)
    return f"{fence}{language}\n{body}\n{fence}"


def link(text: str, base: str, path: str, line: int) -> str:
    """A link to a line of a file below an address; its name alone where there is no address."""
    address = f"{base}{quote(path, errors='replace')}#L{line}"
    return f"[{code(text)}]({address})" if base else code(text)


def folded(summary: str, body: str) -> str:
    """What is shown when a reader asks for it; the summary is ours, and plain."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def marker(**facts: str) -> str:
    """A comment that nobody sees, for finding the report again; different facts never make the same one."""
    return f"<!-- offers {' '.join(f'{name}={_fact(value)}' for name, value in facts.items())} -->"


def report_marker(report: str, environment: str, prefix: str) -> str:
    """The marker of a report about one environment of the project that a path leads to from the checkout."""
    return marker(report=report, folder=prefix.rstrip("/") or ".", environment=environment)


class Attention(StrEnum):
    """Whether somebody should look at what a report says, for whoever keeps an issue of it."""

    NEEDED = "needed"
    OVER = "over"
    """There is nothing left to say."""
    UNKNOWN = "unknown"
    """The report cannot tell."""


def attention_of(text: str) -> Attention:
    """What the second line of a report says of that; a text that says nothing needs it."""
    second = text.partition("\n")[2].partition("\n")[0].strip()
    return next((each for each in Attention if second == marker(attention=each)), Attention.NEEDED)


def _fact(value: str) -> str:
    """Letters, digits and a few marks of a value; what tells it from others is added where some are left out."""
    written = re.sub("[^A-Za-z0-9._]+", "-", value)[:_FACT_LENGTH]
    if written == value:
        return written
    return f"{written}.{sha256(value.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _longest(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
