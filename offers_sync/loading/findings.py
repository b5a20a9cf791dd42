"""Complaints become findings: the place of a value is looked up, and the line it stands on."""

from __future__ import annotations

import re
from typing import Final

from offers_sync import codes
from offers_sync.findings import Finding, Position
from offers_sync.loading.complaints import Complaint, TextComplaint, to_pointer
from offers_sync.loading.places import Places
from offers_sync.loading.quoting import quoted, torn_hint, torn_text
from offers_sync.loading.texts import FileText

_COMMENT: Final = re.compile(r"""["']?[ \t]*:[ \t]+(#[^\s#].*?)\s*$""")
"""A comment in place of a value, close to its sign as a number of something is."""
_SECRETS: Final = (("token",), ("state",))
"""Fields beside whose name nothing is ever shown."""


def find(places: Places, index: int, complaint: Complaint) -> Finding:
    """A complaint about a value of a document, with its place."""
    place = places.locate(index, complaint.path, at_key=complaint.at_key)
    return Finding.of(
        complaint.code,
        complaint.message,
        hint=(_hint_of_line(complaint, *place) if place is not None else "") or complaint.hint,
        path=to_pointer(complaint.path),
        position=place[0] if place is not None else None,
        source_line=place[1] if place is not None else "",
    )


def _hint_of_line(complaint: Complaint, position: Position, line: str) -> str:
    """What only the line shows: a text that was cut for want of quotes."""
    if position.line != position.end_line or complaint.path[-1:] in _SECRETS:
        return ""
    start, end = position.column - 1, position.end_column - 1
    if complaint.code is codes.UNKNOWN_FIELD and (torn := torn_text(line, start, end)):
        return torn_hint(torn)
    if complaint.code is codes.WRONG_TYPE and (comment := _COMMENT.match(line, end)):
        return f"an unquoted # begins a comment; quote the text: {quoted(comment[1])}"
    return ""


def find_in_text(text: FileText, complaint: TextComplaint) -> Finding:
    """A complaint about a stretch of text."""
    position = text.position(complaint.start, complaint.end)
    return Finding.of(
        complaint.code,
        complaint.message,
        hint=complaint.hint,
        position=position,
        source_line=text.line(position.line),
    )
