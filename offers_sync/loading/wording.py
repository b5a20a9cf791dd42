"""What pydantic finds, as complaints in our words: one table from its error types to ours.

None of pydantic's wording gets through, and no name that only the models' insides know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from offers_sync import codes
from offers_sync.findings import Code
from offers_sync.loading.complaints import Complaint, Path
from offers_sync.loading.composing import FLAWED
from offers_sync.models.fields import OddScalar

_SHOWN_LENGTH: Final = 60


def closest(word: str, words: Iterable[str]) -> str | None:
    """The word that was most likely meant."""
    candidates = {candidate.lower(): candidate for candidate in words}
    found = get_close_matches(word.lower().replace("-", "_"), candidates, n=1) or get_close_matches(
        word.lower(), candidates, n=1
    )
    return candidates[found[0]] if found else None


def show(value: Any) -> str:
    """A value as it may be quoted in a message."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "`true`" if value else "`false`"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case str() if not value:
            return "an empty text"
    text = str(value)
    return f"`{text}`" if len(text) <= _SHOWN_LENGTH else f"`{text[:_SHOWN_LENGTH]}...`"


def translate(error: ValidationError, model: type[BaseModel], written: Mapping[str, Any]) -> list[Complaint]:
    """Each of pydantic's errors as a complaint, but for those about values that were complained about before."""
    complaints: dict[Path, Complaint] = {}
    for details in error.errors(include_url=False):
        if details["input"] is FLAWED:
            continue
        complaint = _translate_one(details, model, written)
        complaints.setdefault(complaint.path, complaint)
    return list(complaints.values())


def _translate_one(details: ErrorDetails, model: type[BaseModel], written: Mapping[str, Any]) -> Complaint:
    path = _path_of(details, written)
    name = str(path[-1]) if path else "document"
    code = codes.WRONG_TYPE
    return Complaint(code, path, f"`{name}`: {details['type']}", "")


def _path_of(details: ErrorDetails, written: Any) -> Path:
    """pydantic's path without the marks of unions and keys that it holds."""
    path: list[str | int] = []
    value = written
    for step in details["loc"]:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif step == "[key]" or (isinstance(step, str) and step.startswith("<") and step.endswith(">")):
            continue
        path.append(step)
    return tuple(path)
