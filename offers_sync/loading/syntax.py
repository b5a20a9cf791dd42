"""What the YAML parser complains about, in words that say what to do."""

from __future__ import annotations

import re
from typing import Final

from yaml.error import MarkedYAMLError, YAMLError

from offers_sync import codes
from offers_sync.loading.complaints import TextComplaint
from offers_sync.loading.texts import FileText

_OPERATOR: Final = re.compile(r"[^#\r\n]*?[:\s\[,{-](?P<operator>>=|<=|!=|>|<)(?=[\s,}\]]|$)")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def explain_syntax(text: FileText, error: YAMLError) -> TextComplaint:
    """The parser's first complaint about a text."""
    if not isinstance(error, MarkedYAMLError):
        return _explain_character(text)
    mark = error.problem_mark or error.context_mark
    offset = min(mark.index if mark is not None else 0, len(text.text))
    return TextComplaint(codes.YAML_SYNTAX, offset, offset, error.problem or "this is not YAML")


def explain_tag(text: FileText, start: int, end: int, value: str) -> TextComplaint:
    """A tag, which most often is an operator that nobody quoted."""
    written = text.text[start:end].split(None, 1)[0] if text.text[start:end].strip() else "!"
    hint = f"quote it: '{written}'" if written in ("!=", "!") and not value else codes.YAML_TAG.remedy
    return TextComplaint(codes.YAML_TAG, start, end, f"`{written}` is read as a tag", hint)


def _explain_character(text: FileText) -> TextComplaint:
    found = _CONTROL.search(text.text)
    offset = found.start() if found is not None else 0
    name = f"U+{ord(text.text[offset]):04X}" if text.text else ""
    return TextComplaint(
        codes.YAML_SYNTAX,
        offset,
        offset + 1,
        f"the character {name} is not allowed in YAML",
        "remove it, or write it as an escape inside double quotes",
    )
