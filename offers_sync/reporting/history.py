"""The runs that were, and what is remembered, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from offers_sync.models.values import Applied
from offers_sync.reporting.escaping import json_safe, printable
from offers_sync.reporting.plan_json import well_formed
from offers_sync.state.records import Entry, Hold, Initialized, RunRecord

FORMAT_VERSION: Final = 1
_SHORT_COMMIT: Final = 10
_SHORT_RUN: Final = 8


def moment(seconds: float | None) -> str | None:
    """A time of the store in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# -------------------------------------------------------------------------------------------------------- history


def history_text(runs: Sequence[RunRecord], hold: Hold | None) -> str:
    """The runs, the newest first, a line each."""
    rows = [_row(run) for run in runs]
    lines = list(_columns([_HEAD, *rows])) if rows else ["no run yet"]
    if hold is not None:
        lines.append(f"held by {printable(hold.who)} (run {hold.owner}) until {moment(hold.expires)} at least")
    return "\n".join(lines) + "\n"


_HEAD: Final = ("started", "run", "outcome", "items", "who", "commit", "plan")


def _row(run: RunRecord) -> tuple[str, ...]:
    commit, _, rest = run.author.commit.partition("+")
    changed = f"+{rest}" if rest else ""
    return (
        moment(run.started) or "",
        run.run[:_SHORT_RUN],
        run.outcome or "under way",
        " ".join(f"{count:,} {name}" for name, count in run.counts.items()) or "-",
        printable(run.author.who) or "-",
        printable(commit[:_SHORT_COMMIT] + changed) or "-",
        run.plan_digest.removeprefix("sha256:")[:_SHORT_COMMIT],
    )


def history_json(runs: Iterable[RunRecord]) -> str:
    """The same with everything that is known."""
    return _text({"runs": [_run(run) for run in runs]})


def _run(run: RunRecord) -> dict[str, Any]:
    return {
        "run": run.run,
        "started": moment(run.started),
        "ended": moment(run.ended),
        "outcome": run.outcome,
        "summary": dict(run.counts),
        "who": run.author.who or None,
        "commit": run.author.commit or None,
        "plan_digest": run.plan_digest,
    }


# ---------------------------------------------------------------------------------------------------------- state


def state_text(
    applied: Sequence[Applied], entries: Sequence[Entry], made: Initialized | None, hold: Hold | None
) -> str:
    """What is remembered, what is open, and who holds the environment."""
    rows = [
        (each.kind, printable(each.key), printable(each.external_id), "read back" if each.read_back else "not seen")
        for each in applied
    ]
    lines = list(_columns([("kind", "key", "external_id", "state"), *rows])) if rows else ["nothing is remembered"]
    lines += [
        f"open: {entry.intent.action} {entry.intent.kind}/{printable(entry.intent.key)}, sent {moment(entry.sent)}"
        for entry in entries
    ]
    if hold is not None:
        lines.append(f"held by {printable(hold.who)} (run {hold.owner}) until {moment(hold.expires)} at least")
    if made is not None:
        lines.append(f"made on purpose by {printable(made.who)} at {moment(made.made)}")
    return "\n".join(lines) + "\n"


def state_json(
    applied: Iterable[Applied], entries: Iterable[Entry], made: Initialized | None, hold: Hold | None
) -> str:
    """The same with everything that is known."""
    return _text(
        {
            "made_on_purpose": {"at": moment(made.made), "who": made.who} if made is not None else None,
            "held_by": {"run": hold.owner, "who": hold.who, "until": moment(hold.expires)} if hold else None,
            "open": [_entry(entry) for entry in entries],
            "applied": [_applied(each) for each in applied],
        }
    )


def _entry(entry: Entry) -> dict[str, Any]:
    intent = entry.intent
    return {
        "run": entry.id.run,
        "action": intent.action,
        "kind": intent.kind,
        "key": intent.key,
        "external_id": intent.external_id,
        "sent": moment(entry.sent),
    }


def _applied(applied: Applied) -> dict[str, Any]:
    return {
        "kind": applied.kind,
        "key": applied.key,
        "external_id": applied.external_id,
        "fields": dict(applied.fields),
        "read_back": dict(applied.read_back) if applied.read_back is not None else None,
        "image": applied.image,
        "warnings": [dict(warning) for warning in applied.warnings],
    }


def _text(members: dict[str, Any]) -> str:
    document = well_formed({"format_version": FORMAT_VERSION, **members})
    return json_safe(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()) + "\n"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


# --------------------------------------------------------------------------------------------------- the schemas

_MOMENT: Final = {"type": "string", "format": "date-time"}
_TEXT: Final = {"type": "string"}


def _object(**members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": sorted(members), "properties": members}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [schema, {"type": "null"}]}


def history_schema() -> dict[str, Any]:
    """The JSON Schema of the history."""
    run = _object(
        run=_TEXT,
        started=_MOMENT,
        ended=_or_null(_MOMENT),
        outcome=_or_null(_TEXT),
        summary={"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
        who=_or_null(_TEXT),
        commit=_or_null(_TEXT),
        plan_digest=_TEXT,
    )
    runs = {"type": "array", "items": run, "description": "The newest first; `ended` is null while one is under way."}
    return {"title": "The runs of an environment", **_object(format_version={"const": FORMAT_VERSION}, runs=runs)}


def state_schema() -> dict[str, Any]:
    """The JSON Schema of what is remembered."""
    anything: dict[str, Any] = {"type": "object"}
    applied = _object(
        kind=_TEXT,
        key=_TEXT,
        external_id=_TEXT,
        fields=anything,
        read_back=_or_null(anything),
        image=_or_null(_TEXT),
        warnings={"type": "array", "items": anything},
    )
    entry = _object(run=_TEXT, action=_TEXT, kind=_TEXT, key=_TEXT, external_id=_TEXT, sent=_MOMENT)
    members = _object(
        format_version={"const": FORMAT_VERSION},
        made_on_purpose=_or_null(_object(at=_MOMENT, who=_TEXT)),
        held_by=_or_null(_object(run=_TEXT, who=_TEXT, until=_MOMENT)),
        open={"type": "array", "items": entry, "description": "Writes of which nobody knows what became of them."},
        applied={"type": "array", "items": applied, "description": "What was last written, and what was shown then."},
    )
    return {"title": "What is remembered of an environment", **members}
