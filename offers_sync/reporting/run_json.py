"""What became of a run as JSON, with the schema that is published of it; also for a run that never began.

Within a format version members are only ever added.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from offers_sync.applying.outcomes import Ending, ItemOutcome, RunReport
from offers_sync.errors import OffersError
from offers_sync.models.values import Outcome
from offers_sync.planning.plan import Action
from offers_sync.reporting.escaping import json_safe
from offers_sync.reporting.findings import finding_json
from offers_sync.reporting.plan_json import plan_schema, well_formed

FORMAT_VERSION: Final = 1
METHODS: Final = ("GET", "POST", "PATCH")
NOT_BEGUN: Final = "not_begun"


def run_json(report: RunReport) -> str:
    """A run as a JSON document."""
    stopped_by = report.stopped_by
    return _text(
        {
            "format_version": FORMAT_VERSION,
            "run": report.run or None,
            "project": report.plan.project,
            "environment": report.plan.environment,
            "plan_digest": report.plan.digest,
            "outcome": report.ending.value,
            "failure": report.fault or (stopped_by.message if stopped_by is not None else None),
            "hint": (stopped_by.hint or None) if stopped_by is not None else None,
            "summary": report.summary,
            "items": [_item(item) for item in report.items],
            "requests": {method: report.requests.get(method, 0) for method in METHODS},
        }
    )


def not_begun_json(error: OffersError, environment: str | None) -> str:
    """The same for a command that wrote nothing, with the reason."""
    return _text(
        {
            "format_version": FORMAT_VERSION,
            "run": None,
            "project": None,
            "environment": environment,
            "plan_digest": None,
            "outcome": NOT_BEGUN,
            "failure": error.message,
            "hint": error.hint or None,
            "summary": {outcome.value: 0 for outcome in Outcome},
            "items": [],
            "requests": dict.fromkeys(METHODS, 0),
        }
    )


def _text(document: dict[str, Any]) -> str:
    return json_safe(orjson.dumps(well_formed(document), option=orjson.OPT_INDENT_2).decode()) + "\n"


def _item(item: ItemOutcome) -> dict[str, Any]:
    desired = item.step.desired
    return {
        "action": item.step.action.value,
        "kind": desired.kind,
        "key": desired.key,
        "external_id": desired.external_id,
        "outcome": item.outcome.value,
        "errors": list(item.errors),
        "annotations": [finding_json(finding) for finding in item.annotations],
    }


# ---------------------------------------------------------------------------------------------------- the schema


def _object(members: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "object", "description": description, "required": sorted(members), "properties": members}


def _word(description: str, *, nullable: bool = False) -> dict[str, Any]:
    return {"type": ["string", "null"] if nullable else "string", "description": description}


def _count(description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 0, "description": description}


_OUTCOMES: Final = {
    Outcome.DONE: "The server confirmed it, and shows it as it was sent.",
    Outcome.DONE_WITH_WARNINGS: "It is there, and the server dropped or altered something of it.",
    Outcome.FAILED: "It was not done.",
    Outcome.UNKNOWN: "It was sent, and nobody knows whether it happened; the next run looks for it, but for a "
    "campaign, which a person settles.",
    Outcome.HELD_BACK: "It was not sent.",
}


def run_schema() -> dict[str, Any]:
    """The JSON Schema of a run's format."""
    finding = plan_schema()["properties"]["findings"]["items"]
    item = {
        "action": {"enum": [action.value for action in Action], "description": "What was to be done."},
        "kind": {"enum": ["selector", "criterion", "redeemable", "campaign"], "description": "The object's kind."},
        "key": _word("The document's key."),
        "external_id": _word("The object's id on the server."),
        "outcome": {
            "description": "What became of it.",
            "oneOf": [{"const": outcome.value, "description": text} for outcome, text in _OUTCOMES.items()],
        },
        "errors": {"type": "array", "items": _word("A reason."), "description": "Why it is not done."},
        "annotations": {"type": "array", "items": finding, "description": "What the server made of it, by line."},
    }
    members = {
        "format_version": {"const": FORMAT_VERSION, "description": "Within a version, members are only ever added."},
        "run": _word("The run's id, as `offers history` shows it; null when nothing was begun.", nullable=True),
        "project": _word("The project's name.", nullable=True),
        "environment": _word("The environment that was written to.", nullable=True),
        "plan_digest": _word("The digest of the plan that was carried out.", nullable=True),
        "outcome": {
            "enum": [*(ending.value for ending in Ending), NOT_BEGUN],
            "description": "How it ended as a whole; `not_begun` when nothing was written.",
        },
        "failure": _word("What ended it before its end; null where nothing did.", nullable=True),
        "hint": _word("What to do about that.", nullable=True),
        "summary": _object({outcome.value: _count(text) for outcome, text in _OUTCOMES.items()}, "Items by outcome."),
        "items": {
            "type": "array",
            "items": _object(item, "One step of the plan."),
            "description": "Every step of the plan, in its order.",
        },
        "requests": _object({method: _count("Requests of this method.") for method in METHODS}, "What was sent."),
    }
    return {"title": "A run of offers apply", **_object(members, "What `offers apply --format json` prints.")}
