"""What `offers doctor` found, one line for each thing, and its JSON with the schema that is published of it.

The looking is done by the command line; nothing here knows how.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from offers_sync.errors import ExitCode
from offers_sync.reporting.escaping import json_safe, printable

FORMAT_VERSION: Final = 1


class Health(StrEnum):
    """How one thing is."""

    OK = "ok"
    OFF = "off"
    """Not there, and not needed by everybody."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not looked at, because of what failed before."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, what was seen, and what to do about it."""

    name: str
    health: Health
    message: str
    hint: str = ""
    exit_code: ExitCode = ExitCode.DONE
    """What the whole look exits with because of this one, where nothing failed before it."""


def exit_code_of(checks: Sequence[Check]) -> ExitCode:
    """The code of the first thing that failed."""
    return next((check.exit_code for check in checks if check.health is Health.FAILED), ExitCode.DONE)


def checks_text(checks: Sequence[Check]) -> str:
    """A line for each: how it is, what it is, what was seen, and the remedy."""
    column = max(len(check.name) for check in checks)
    return "".join(_line(check, column) for check in checks)


def _line(check: Check, column: int) -> str:
    remedy = f" -> {printable(check.hint)}" if check.hint else ""
    return f"{check.health.value:<7}  {check.name:<{column}}  {printable(check.message)}{remedy}\n"


def checks_json(environment: str, checks: Sequence[Check]) -> str:
    """The same for other programs."""
    document = {
        "format_version": FORMAT_VERSION,
        "environment": environment or None,
        "exit_code": int(exit_code_of(checks)),
        "checks": [
            {
                "name": check.name,
                "health": check.health.value,
                "message": check.message,
                "hint": check.hint or None,
            }
            for check in checks
        ],
    }
    return json_safe(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def doctor_schema() -> dict[str, Any]:
    """The JSON Schema of the format."""
    return {
        "title": "What the doctor found",
        "description": "What `offers doctor --format json` prints.",
        "type": "object",
        "required": ["format_version", "environment", "exit_code", "checks"],
        "properties": {
            "format_version": {
                "const": FORMAT_VERSION,
                "description": "Within a version, members are only ever added.",
            },
            "environment": {
                "description": "The environment; null where none could be chosen.",
                "type": ["string", "null"],
            },
            "exit_code": {"description": "What the command exits with.", "type": "integer"},
            "checks": {"type": "array", "items": _CHECK},
        },
    }


_CHECK: Final = {
    "type": "object",
    "required": ["name", "health", "message", "hint"],
    "properties": {
        "name": {"description": "What was looked at.", "type": "string"},
        "health": {"description": "How it is.", "enum": [health.value for health in Health]},
        "message": {"description": "What was seen.", "type": "string"},
        "hint": {"description": "What to do about it.", "type": ["string", "null"]},
    },
}
