"""Plain text that fits a width: paragraphs, and lists of terms with what is said about each.

Nothing is coloured and nothing is printed; what is said is the callers' business.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Final

WIDEST: Final = 100
NARROWEST: Final = 40
_GAP: Final = 2
_BESIDE_FROM: Final = 60
_TERM_SHARE: Final = 0.4
"""A term that takes more of the line than this stands on a line of its own."""


def fitting(columns: int) -> int:
    """The width to write for, on a terminal of so many columns."""
    return min(max(columns, NARROWEST), WIDEST)


def paragraph(text: str, width: int, indent: int = 0) -> str:
    """The text, wrapped; a word that is longer than the line stays whole."""
    margin = " " * indent
    return textwrap.fill(
        text,
        width,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )


def terms(rows: Sequence[tuple[str, str]], width: int, indent: int = 2) -> str:
    """Each term with its text beside it, or below it where the term is long or the line is short."""
    if width < _BESIDE_FROM:
        return "\n".join(_below(term, text, width, indent, 2 * indent) for term, text in rows)
    column = max((len(term) for term, _ in rows if len(term) <= width * _TERM_SHARE), default=0) + indent + _GAP
    return "\n".join(_beside(term, text, width, indent, column) for term, text in rows)


def _beside(term: str, text: str, width: int, indent: int, column: int) -> str:
    head = " " * indent + term
    if len(head) + _GAP > column or not text:
        return _below(term, text, width, indent, column)
    return head.ljust(column) + paragraph(text, width, column)[column:]


def _below(term: str, text: str, width: int, indent: int, column: int) -> str:
    head = " " * indent + term
    return f"{head}\n{paragraph(text, width, column)}" if text else head


def indented(text: str, indent: int = 2) -> str:
    """Lines as they are, further in."""
    return textwrap.indent(text.rstrip("\n"), " " * indent)


def sections(parts: Iterable[str]) -> str:
    """The parts that say something, an empty line between them."""
    return "\n\n".join(part for part in parts if part) + "\n"


def first_sentence(text: str) -> str:
    """What stands before the first full stop that ends a sentence."""
    head, stop, _ = text.partition(". ")
    return head + "." if stop else text
