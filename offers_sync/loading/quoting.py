"""Values as YAML on one line, quoted where they have to be; and texts that were torn apart for want of quotes.

What is written here is read back as the same value, between brackets and outside of them.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from offers_sync.loading.scalars import PLAIN_VALUES

_INDICATORS: Final = frozenset("-?:,[]{}#&*!|>'\"%@`=<~")
"""What an unquoted text had better not begin with."""
_SEPARATOR: Final = re.compile(r"[,\[\]{}\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]|:(?:\s|$)|\s#|^\s|\s$")
"""What ends an unquoted text between brackets, or is changed in one."""
_AROUND: Final = re.compile(r"[^\s\[\]{}\"']*")


def as_flow(value: Any) -> str:
    """A value as it may be written on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case dict():
            return "{" + ", ".join(f"{as_flow(name)}: {as_flow(member)}" for name, member in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(as_flow, value)) + "]"
        case str():
            return value if _is_plain(value) else quoted(value)
    return str(value)


def quoted(text: str) -> str:
    """A text between quotes."""
    if text.isprintable() and "'" not in text and ('"' in text or "\\" in text):
        return f"'{text}'"
    written = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\U{ord(each):08X}" for each in written)


def _is_plain(text: str) -> bool:
    return PLAIN_VALUES[text] == text and text[0] not in _INDICATORS and not _SEPARATOR.search(text)


def torn_hint(text: str) -> str:
    """What to do about a text that was torn apart."""
    return f"a comma ends a value between brackets; quote the whole text: {quoted(text)}"


def torn_text(text: str, start: int, end: int) -> str:
    """The whole text of which a comma without blanks made a field, the one at the stretch; nothing if none did."""
    if text[max(start - 1, 0) : start] != "," or text[end : end + 1] in (":", ""):
        return ""
    before = text[:start]
    begin = max((before.rfind(mark) for mark in " \t\r\n[]{}\"'"), default=-1) + 1
    found = _AROUND.match(text, begin)
    return found[0].strip(",") if found is not None else ""
