"""Complaints become findings: the place of a value is looked up, and the line it stands on."""

from __future__ import annotations

from offers_sync.findings import Finding, Position
from offers_sync.loading.complaints import Complaint, Path, TextComplaint, to_pointer
from offers_sync.loading.composing import Composition
from offers_sync.loading.texts import FileText


def find(composition: Composition, index: int, complaint: Complaint) -> Finding:
    """A complaint about a value of a document, with its place."""
    place = locate(composition, index, complaint.path, at_key=complaint.at_key)
    return Finding.of(
        complaint.code,
        complaint.message,
        hint=complaint.hint,
        path=to_pointer(complaint.path),
        position=place[0] if place is not None else None,
        source_line=place[1] if place is not None else "",
    )


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


def locate(composition: Composition, index: int, path: Path, *, at_key: bool = False) -> tuple[Position, str] | None:
    """The place of a value, or of the nearest existing one above it, and the line on which it begins."""
    if index >= len(composition.documents):
        return None
    position = composition.text.position(*composition.span(index, path, at_key=at_key))
    return position, composition.text.line(position.line)
