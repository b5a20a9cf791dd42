"""The plan as JSON, for pipelines and to be saved, with the schema that is published of it.

Within a format version members are only ever added.  Reading a saved plan back is done by ``saved_plan``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

import orjson

from offers_sync.findings import Finding, Position
from offers_sync.planning.plan import FORMAT_VERSION, Action, Cause, Change, GuardReport, Plan, Step, plain
from offers_sync.reporting.escaping import json_safe
from offers_sync.reporting.findings import finding_json
from offers_sync.reporting.formats import Page


def plan_json(plan: Plan, page: Page) -> str:  # noqa: ARG001  a machine reads it, on no page
    """The plan as a JSON document."""
    document = orjson.dumps(plan_document(plan), option=orjson.OPT_INDENT_2)
    return json_safe(document.decode()) + "\n"


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as plain values."""
    return {
        "format_version": FORMAT_VERSION,
        "project": plan.project,
        "environment": plan.environment,
        "digest": plan.digest,
        "complete": plan.is_complete,
        "failure": plan.failure or None,
        "gaps": list(plan.gaps),
        "summary": asdict(plan.summary),
        "steps": [_step(step) for step in plan.steps],
        "orphans": list(plan.orphans),
        "findings": _findings(plan.findings),
        "guards": [_guard(guard) for guard in plan.guards],
        "asked": {
            "only": list(plan.asked.only),
            "allow_creates": plan.asked.allow_creates,
            "allow_updates": plan.asked.allow_updates,
            "allow_lookalikes": list(plan.asked.allow_lookalikes),
            "offline": plan.asked.is_offline,
        },
        "waived": dict(sorted(Counter(plan.waived_codes).items())),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "action": step.action.value,
        "kind": step.kind,
        "key": step.desired.key,
        "external_id": step.desired.external_id,
        "name": well_formed(step.desired.name),
        "cause": step.cause.value if step.cause is not None else None,
        "position": _position(step.position),
        "changes": [_change(change) for change in step.changes],
        "annotations": _findings(step.annotations),
        "depends_on": list(step.depends_on),
        "held_back": well_formed(step.held_back) or None,
        "fingerprint": step.fingerprint,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "path": well_formed(change.field.path),
        "before": well_formed(plain(change.field.before)),
        "after": well_formed(plain(change.field.after)),
        "verdict": change.field.verdict.value,
        "cause": change.cause.value if change.cause is not None else None,
        "position": _position(change.position),
    }


def _findings(findings: Iterable[Finding]) -> list[Any]:
    return [well_formed(finding_json(finding)) for finding in findings]


def _guard(guard: GuardReport) -> dict[str, Any]:
    return {
        "guard": guard.guard,
        "limit": well_formed(guard.limit),
        "actual": guard.actual,
        "refused": guard.refused,
        "allow_with": guard.allow_with,
        "keeps_back": guard.keeps_back,
    }


def _position(position: Position | None) -> dict[str, Any] | None:
    if position is None:
        return None
    return {
        "file": well_formed(position.file),
        "line": position.line,
        "column": position.column,
        "end_line": position.end_line,
        "end_column": position.end_column,
    }


def well_formed(value: Any) -> Any:
    """The value with the halves of characters, which an answer may hold and UTF-8 cannot say, as question marks."""
    match value:
        case str():
            return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {well_formed(name): well_formed(member) for name, member in value.items()}
        case list():
            return [well_formed(member) for member in value]
        case int() if abs(value) >= 2**63:
            return str(value)
        case _:
            return value


# ---------------------------------------------------------------------------------------------------- the schema


def _object(members: dict[str, Any], description: str) -> dict[str, Any]:
    """Every member is there; more of them may come within a version."""
    return {"type": "object", "description": description, "required": sorted(members), "properties": members}


def _array(items: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "array", "description": description, "items": items}


def _text(description: str, *, nullable: bool = False) -> dict[str, Any]:
    return {"type": ["string", "null"] if nullable else "string", "description": description}


def _count(description: str, *, nullable: bool = False) -> dict[str, Any]:
    return {"type": ["integer", "null"] if nullable else "integer", "minimum": 0, "description": description}


def _flag(description: str) -> dict[str, Any]:
    return {"type": "boolean", "description": description}


_PLACE: Final = {
    "file": _text("The file, relative to the project's folder."),
    "line": _count("The line, from 1."),
    "column": _count("The column in characters, from 1."),
    "end_line": _count("The line on which it ends."),
    "end_column": _count("The column after its last character."),
}
_POSITION: Final = {"oneOf": [_object(_PLACE, "A stretch of a file."), {"type": "null"}]}
_FINDING: Final = _object(
    {
        "code": _text("The stable name of the finding; `offers explain CODE` explains it."),
        "severity": {"enum": ["error", "warning", "notice"], "description": "Only an error stops anything."},
        "message": _text("What there is to say."),
        "hint": _text("What to do about it; may be empty."),
        "path": _text("A JSON Pointer in the YAML's names; may be empty."),
        "file": _text("The file, relative to the project's folder.", nullable=True),
        **{name: {**_PLACE[name], "type": ["integer", "null"]} for name in list(_PLACE)[1:]},
    },
    "One thing to say about a value.",
)
_CAUSE: Final = {
    "enum": [*(cause.value for cause in Cause), None],
    "description": "What is answerable for it: this change, an earlier one that is still pending, somebody outside "
    "git, or unknown; null where no base was asked for.",
}
_CHANGE: Final = _object(
    {
        "path": _text(
            "A JSON Pointer in the YAML's names; an index is that of the YAML. What is gone from a list has the path "
            "of the list."
        ),
        "before": {"description": "What the server shows; decimals are text."},
        "after": {"description": "What is written; `now` stands for the time of the apply."},
        "verdict": {
            "enum": ["edit", "drift", "clear"],
            "description": "Whether it is edited, was changed outside git, or is cleared.",
        },
        "cause": _CAUSE,
        "position": _POSITION,
    },
    "One value that would change.",
)
_STEP: Final = _object(
    {
        "action": {"enum": [action.value for action in Action], "description": "What the step does."},
        "kind": {"enum": ["selector", "criterion", "redeemable", "campaign"], "description": "The kind of the object."},
        "key": _text("The document's key; that of a criterion inside a redeemable is KEY/receipt_rule."),
        "external_id": _text("The object's id on the server."),
        "name": _text("The display name, or the key."),
        "cause": _CAUSE,
        "position": _POSITION,
        "changes": _array(_CHANGE, "What would change."),
        "annotations": _array(_FINDING, "What a reviewer should know of it."),
        "depends_on": _array(_text("KIND/KEY."), "The steps that go before it."),
        "held_back": _text("Why it is not done; null where it would be.", nullable=True),
        "fingerprint": _text("Equal for equal writes over equal live values."),
    },
    "One thing to do to one object.",
)
_GUARD: Final = _object(
    {
        "guard": _text("The guard's name."),
        "limit": _text("How much it lets through, as a reader is told."),
        "actual": _count("How much there is."),
        "refused": _flag("Whether it refuses."),
        "allow_with": _text(
            "What lets it through, to be pasted: flags, or else YAML for offers.yaml, the field `allow` or an entry of "
            "it. Empty where it does not refuse, or nothing does."
        ),
        "keeps_back": _flag("Whether it keeps back single documents rather than the plan."),
    },
    "How far a guard was used.",
)
_SUMMARY: Final = _object(
    {
        **{action.value: _count(f"How many steps would {action.value.replace('_', ' ')}.") for action in Action},
        "unchanged": _count("How many documents need nothing."),
        "unverified": _count("How many documents need nothing as far as is known, since no list shows what lives."),
        "orphaned": _count("How many documents left git while their objects live on."),
        "unmanaged": _count("How many live objects no document claims."),
        "held_back": _count("How many steps are kept back."),
        "waived": _count("How many findings are waived by reviewed exceptions."),
    },
    "The plan in figures.",
)
_ASKED: Final = _object(
    {
        "only": _array(_text("KIND/KEY."), "The documents that the plan is narrowed to."),
        "allow_creates": _count("What --allow-creates let through.", nullable=True),
        "allow_updates": _count("What --allow-updates let through.", nullable=True),
        "allow_lookalikes": _array(_text("KIND/KEY."), "What --allow-lookalike let through."),
        "offline": _flag("Whether the base stood in for the server; such a plan cannot be applied."),
    },
    "What was asked beside the files.",
)


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of the plan's format."""
    members = {
        "format_version": {"const": FORMAT_VERSION, "description": "Within a version, members are only ever added."},
        "project": _text("The project's name."),
        "environment": _text("The environment that was planned for."),
        "digest": _text("One value for what would be done where; equal plans have equal digests."),
        "complete": _flag("Whether everything on the live side was seen."),
        "failure": _text("Why there is no plan; null where there is one.", nullable=True),
        "gaps": _array(_text("A reason."), "Why the live side may be incomplete."),
        "summary": _SUMMARY,
        "steps": _array(_STEP, "What would be done, in its order; what is kept back is among it."),
        "orphans": _array(_text("KIND/KEY."), "The documents that left git while their objects live on."),
        "findings": _array(_FINDING, "What there is to say beside the steps."),
        "guards": _array(_GUARD, "The guards."),
        "asked": _ASKED,
        "waived": {
            "type": "object",
            "description": "The codes that reviewed exceptions waive, each with how many findings of the plan it was.",
            "additionalProperties": _count("How many."),
        },
    }
    about = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A plan of offers"}
    schema: dict[str, Any] = json.loads(json.dumps(_object(members, "What `offers plan --format json` prints.")))
    return {**about, **schema}
