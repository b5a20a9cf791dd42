"""Why a command has nothing to give, as JSON and as a finding: for whoever reads its output, and not its exit code.

Formats that can say it in a form of their own, as those of plans and runs can, do so; the others take this one.
"""

from __future__ import annotations

import json
from typing import Any, Final

from offers_sync import codes
from offers_sync.errors import OffersError
from offers_sync.findings import Code, Finding
from offers_sync.reporting.escaping import json_safe

FORMAT_VERSION: Final = 1


def failure_json(error: OffersError) -> str:
    """The failure in place of what was asked for."""
    document = {"format_version": FORMAT_VERSION, "failure": error.message, "hint": error.hint or None}
    return json_safe(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def or_failure(schema: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a format, or of the failure in place of it."""
    members = {name: member for name, member in schema.items() if name != "required"}
    return {**members, "if": {"required": ["failure"]}, "then": _FAILURE, "else": {"required": schema["required"]}}


_FAILURE: Final = {
    "description": "Why there is nothing; the exit code says whose fault it is.",
    "type": "object",
    "required": ["format_version", "failure", "hint"],
    "properties": {
        "format_version": {"const": FORMAT_VERSION},
        "failure": {"description": "What went wrong.", "type": "string"},
        "hint": {"description": "What to do about it.", "type": ["string", "null"]},
    },
}


def finding_of(error: OffersError, otherwise: Code) -> Finding:
    """The failure as a finding, of the code that ``otherwise`` names where it has none of its own."""
    return Finding.of(codes.find_code(error.code) or otherwise, error.message, hint=error.hint)
