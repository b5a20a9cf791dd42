"""Bulk runs as JSON, row by row, and the schema of that; rows are named by their lines, guests never."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from offers_sync.bulk.checking import Checkup
from offers_sync.bulk.outcomes import EXIT_CODES, SendReport
from offers_sync.models.sent_campaigns import CampaignRecord
from offers_sync.reporting.campaigns import campaign_json, campaign_schema
from offers_sync.state.ledger_records import BulkRun, LedgerRow, RowOutcome, RunState

FORMAT_VERSION: Final = 1
OUTCOMES: Final = ("done", "failed", "unknown", "held_back")


def report_json(report: SendReport, rows: Iterable[LedgerRow]) -> Iterator[str]:
    """What became of a run, in pieces."""
    head = {
        "format_version": FORMAT_VERSION,
        "run": report.run.name,
        "action": report.run.action,
        "digest": report.run.digest,
        "outcome": report.ending,
        "error": report.stopped_by.message if report.stopped_by is not None else "",
        "summary": report.summary,
        "requests": {name: report.requests.get(name, 0) for name in ("GET", "POST", "PATCH")},
        "faults": [],
    }
    yield from _with_rows(head, rows)


def unsent_json(action: str | None, outcome: str, error: str, found: Checkup | None = None) -> Iterator[str]:
    """Why nothing was sent, and what the file comes to where it was read to its end; in pieces."""
    head = {
        "format_version": FORMAT_VERSION,
        "run": None,
        "action": action,
        "digest": found.digest if found is not None else "",
        "outcome": outcome,
        "error": error,
        "summary": {
            "done": 0,
            "failed": 0,
            "unknown": 0,
            "held_back": found.rows + found.faulty if found is not None else 0,
        },
        "requests": {"GET": 0, "POST": 0, "PATCH": 0},
        "faults": [fault._asdict() for fault in found.faults] if found is not None else [],
    }
    yield from _with_rows(head, ())


def run_json(run: BulkRun) -> dict[str, Any]:
    """A bulk run without its rows."""
    return {
        "name": run.name,
        "action": run.action,
        "state": run.state.value,
        "digest": run.digest,
        "file": run.about.get("file", ""),
        "who": run.who,
        "made": run.made,
        "ended": run.ended,
        "counts": {outcome.value: run.counts.get(outcome.value, 0) for outcome in RowOutcome},
    }


def runs_json(runs: Iterable[BulkRun], campaigns: Iterable[CampaignRecord] = ()) -> str:
    """Bulk runs without their rows, and campaigns."""
    listed = {"runs": [run_json(run) for run in runs], "campaigns": [campaign_json(each) for each in campaigns]}
    return _text({"format_version": FORMAT_VERSION, **listed}) + "\n"


def _with_rows(head: Mapping[str, Any], rows: Iterable[LedgerRow]) -> Iterator[str]:
    yield _text(head)[:-1] + ', "rows": ['
    separator = "\n"
    for row in rows:
        yield separator + _text(_row(row))
        separator = ",\n"
    yield "\n]}\n"


def _row(row: LedgerRow) -> dict[str, Any]:
    is_held = row.outcome is RowOutcome.PENDING
    is_lost = row.outcome is RowOutcome.SENT
    outcome = "held_back" if is_held else "unknown" if is_lost else row.outcome.value
    errors = [row.reason] if row.reason and row.outcome is not RowOutcome.DONE else []
    return {"line": row.line, "outcome": outcome, "errors": errors, "request_id": row.request_id}


def _text(value: Any) -> str:
    return json.dumps(value)


def bulk_schema() -> dict[str, Any]:
    """The JSON Schema of what `gift`, `redeem` and `runs resume` print."""
    count = {"type": "integer", "minimum": 0}
    row = {
        "line": {"type": "integer", "minimum": 1},
        "outcome": {"enum": list(OUTCOMES)},
        "errors": {"type": "array", "items": {"type": "string"}},
        "request_id": {"type": "string"},
    }
    fault = {"line": {"type": "integer", "minimum": 1}, "message": {"type": "string"}}
    return _object(
        {
            "format_version": {"const": FORMAT_VERSION},
            "run": {"type": ["string", "null"], "description": "The run's name; null where nothing was sent."},
            "action": {"enum": ["gift", "redeem", None], "description": "Null where no run of that name is known."},
            "digest": {"type": "string"},
            "outcome": {"enum": [*EXIT_CODES, "invalid", "not_agreed"]},
            "error": {"type": "string"},
            "summary": _object(dict.fromkeys(OUTCOMES, count)),
            "requests": _object(dict.fromkeys(("GET", "POST", "PATCH"), count)),
            "faults": {"type": "array", "items": _object(fault), "description": "The first rows with faults."},
            "rows": {"type": "array", "items": _object(row)},
        }
    )


def runs_schema() -> dict[str, Any]:
    """The JSON Schema of what `runs list` prints."""
    count = {"type": "integer", "minimum": 0}
    text, moment = {"type": "string"}, {"type": "number", "description": "Seconds since 1970."}
    run = {
        "name": text,
        "action": {"enum": ["gift", "redeem"]},
        "state": {"enum": [state.value for state in RunState]},
        "digest": text,
        "file": text,
        "who": text,
        "made": moment,
        "ended": {**moment, "type": ["number", "null"]},
        "counts": _object({outcome.value: count for outcome in RowOutcome}),
    }
    return _object(
        {
            "format_version": {"const": FORMAT_VERSION},
            "runs": {"type": "array", "items": _object(run)},
            "campaigns": {"type": "array", "items": campaign_schema()},
        }
    )


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": dict(properties)}
