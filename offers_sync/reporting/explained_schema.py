"""The JSON Schema of what ``offers explain --format json`` prints: one form for each kind of page."""

from __future__ import annotations

from typing import Any, Final

from pydantic import TypeAdapter

from offers_sync.findings import Severity
from offers_sync.models.explaining import FieldPage, PlacesPage, WordPage
from offers_sync.reporting.code_pages import FORMAT_VERSION

_TEXT: Final = {"type": "string"}


def explained_schema() -> dict[str, Any]:
    """The pages of fields, words and codes, and the list of all that can be explained."""
    pages = TypeAdapter(FieldPage | WordPage | PlacesPage).json_schema(mode="serialization")
    definitions: dict[str, Any] = pages["$defs"]
    forms = {"field": "FieldPage", "word": "WordPage", "places": "PlacesPage"}
    return {
        "title": "An explanation",
        "description": "What `offers explain --format json` prints.",
        "type": "object",
        "required": ["format_version", "type"],
        "properties": {
            "format_version": {"const": FORMAT_VERSION},
            "type": {"enum": [*forms, "code", "index"]},
        },
        "allOf": [
            *(_when(name, {"$ref": f"#/$defs/{form}"}) for name, form in forms.items()),
            _when("code", _CODE),
            _when("index", _INDEX),
        ],
        "$defs": definitions,
    }


def _when(name: str, form: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"required": ["type"], "properties": {"type": {"const": name}}}, "then": form}


def _object(**members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": members}


_SEVERITY: Final = {"enum": [severity.value for severity in Severity]}
_CODE: Final = _object(
    name=_TEXT,
    severity=_SEVERITY,
    title=_TEXT,
    meaning=_TEXT,
    remedy=_TEXT,
    can_be_waived={"type": "boolean"},
    example={"anyOf": [_object(wrong=_TEXT, mended=_TEXT), {"type": "null"}]},
)
_INDEX: Final = _object(
    kinds={"type": "array", "items": _object(name=_TEXT, description=_TEXT)},
    codes={"type": "array", "items": _object(name=_TEXT, severity=_SEVERITY, title=_TEXT)},
)
