"""Characters that end a line for YAML 1.1 and for no editor: what stands behind one looks like part of the line.

So a comment could hide a field that counts.  Whether a text has one at all is said by ``texts``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from offers_sync import codes
from offers_sync.loading.complaints import TextComplaint
from offers_sync.loading.texts import HIDDEN_BREAKS, FileText

_HIDDEN_BREAK: Final = re.compile(f"[{HIDDEN_BREAKS}]")


def find_hidden_breaks(text: FileText) -> Iterator[TextComplaint]:
    """The first such character of every line that has one."""
    found: dict[int, list[int]] = {}
    for match in _HIDDEN_BREAK.finditer(text.text):
        found.setdefault(text.position(match.start(), match.start()).line, []).append(match.start())
    for offset, *others in found.values():
        code_point = ord(text.text[offset])
        more = f"; {len(others)} more on this line" if others else ""
        message = f"U+{code_point:04X} ends a line for YAML and for no editor: what follows may be hidden{more}"
        escape = f"\\u{code_point:04x}"
        hint = f'remove it, or write it as an escape inside double quotes: "{escape}"'
        yield TextComplaint(codes.YAML_HIDDEN_LINE_BREAK, offset, offset + 1, message, hint)


def as_it_looks(text: FileText) -> FileText:
    """The text with blanks in place of such characters."""
    return replace(text, text=_HIDDEN_BREAK.sub(" ", text.text))
