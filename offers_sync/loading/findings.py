"""Complaints become findings: the place of a value is looked up, and the line it stands on."""

from __future__ import annotations

from offers_sync.findings import Finding
from offers_sync.loading.complaints import Complaint, TextComplaint, to_pointer
from offers_sync.loading.places import Places
from offers_sync.loading.texts import FileText


def find(places: Places, index: int, complaint: Complaint) -> Finding:
    """A complaint about a value of a document, with its place."""
    place = places.locate(index, complaint.path, at_key=complaint.at_key)
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
