"""What an unquoted YAML scalar means: the core schema of YAML 1.2, and nothing that surprises.

``no``, ``on``, ``12:30``, ``2025-01-01`` and ``1_000`` are text, exactly as written.  A form that readers of YAML
disagree about becomes an ``OddScalar``, which only fields of free text accept.  Quoted scalars are always text and
never come here.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from offers_sync.models.fields import OddScalar

_FIRST_CHARACTERS: Final = frozenset("+-.0123456789~nNtTfF")
"""A scalar that begins otherwise is text."""
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_ODD_WORDS: Final = frozenset(("Null", "NULL", "True", "TRUE", "False", "FALSE"))
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+", re.ASCII)
_ODD: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0x[0-9a-fA-F]+|0o[0-7]+"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    re.ASCII,
)
_DIGITS_LIMIT: Final = 300
"""Python converts no integer of more than 4,300 digits, and nobody means one of 300."""
_CACHE_LIMIT: Final = 50_000
_CACHED_LENGTH: Final = 64


class _PlainValues(dict[str, Any]):
    """The values of unquoted scalars, worked out once for each that is short and seen often."""

    def __missing__(self, text: str) -> Any:
        value = _read(text)
        if len(text) <= _CACHED_LENGTH and len(self) < _CACHE_LIMIT:
            self[text] = value
        return value


PLAIN_VALUES: Final = _PlainValues()
"""Null, a boolean, an integer, a decimal, text or an odd scalar, by the text of an unquoted one."""


def _read(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST_CHARACTERS:
        return text
    if len(text) <= _DIGITS_LIMIT and text != "-0":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
    if text in _ODD_WORDS or _ODD.fullmatch(text):
        return OddScalar(text)
    return text
