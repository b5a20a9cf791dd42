"""Campaigns that were sent, as text and as JSON with its schema, beside the bulk runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any, Final

from offers_sync.models.sent_campaigns import CampaignRecord, CampaignState, Start
from offers_sync.reporting.escaping import json_safe, printable
from offers_sync.reporting.plan_json import well_formed

FORMAT_VERSION: Final = 1
STATE_WORDS: Final = MappingProxyType(
    {
        CampaignState.SENT: "unknown",
        CampaignState.DONE: "done",
        CampaignState.FAILED: "failed",
        CampaignState.UNKNOWN: "unknown",
    }
)
"""What was noted and never ended is as unknown as what got no answer."""


def campaign_line(record: CampaignRecord, when: Callable[[float], str]) -> str:
    """One campaign: when, what, by whom, and where it stands."""
    number = f"campaign {record.campaign_id}" if record.campaign_id is not None else "no number"
    words = [when(record.sent), "campaign", record.name, STATE_WORDS[record.state], number, record.who]
    return "  ".join(printable(word) for word in words if word)


def campaign_text(record: CampaignRecord, when: Callable[[float], str]) -> str:
    """Everything that is known of a campaign."""
    return "\n".join([campaign_line(record, when), *_details(record)]) + "\n"


def _details(record: CampaignRecord) -> Iterator[str]:
    fields, start = record.fields, Start.of(record.fields)
    rows = [
        ("name", str(fields.get("name"))),
        ("redeemable", str(fields.get("redeemable"))),
        ("segment", f"{fields.get('segment')} ({fields.get('segment_id')})"),
        ("start", start.words if start is not None else ""),
        ("external_campaign_id", record.external_id),
        ("answer", " ".join(f"{name}={value}" for name, value in record.answer.items())),
        ("note", record.note),
        ("request id", record.request_id),
    ]
    width = max(len(name) for name, _ in rows)
    yield from (f"  {name.ljust(width)}  {printable(value)}" for name, value in rows if value)
    if record.is_open:
        yield (
            f"nobody knows whether it was scheduled: look for it in the vendor's dashboard, then "
            f"`offers runs settle {printable(record.name)} --as sent`, or `--as not-sent`"
        )


def campaign_json(record: CampaignRecord) -> dict[str, Any]:
    """A campaign as JSON."""
    return {
        "name": record.name,
        "key": record.key,
        "external_campaign_id": record.external_id,
        "state": STATE_WORDS[record.state],
        "campaign_id": record.campaign_id,
        "sent": record.sent,
        "ended": record.ended,
        "who": record.who,
        "run": record.run,
        "note": record.note,
        "request_id": record.request_id,
        "fields": dict(record.fields),
        "answer": dict(record.answer),
    }


def campaign_run_json(record: CampaignRecord) -> str:
    """A campaign as a document of its own."""
    document = well_formed({"format_version": FORMAT_VERSION, "campaign": campaign_json(record)})
    return json_safe(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


# --------------------------------------------------------------------------------------------------- the schemas


def campaign_schema() -> dict[str, Any]:
    """The JSON Schema of one campaign."""
    text: dict[str, Any] = {"type": "string"}
    moment = {"type": "number", "description": "Seconds since 1970."}
    members: dict[str, Any] = {
        "name": {**text, "description": "`campaign/KEY`, by which the commands know it."},
        "key": text,
        "external_campaign_id": text,
        "state": {"enum": sorted({*STATE_WORDS.values()})},
        "campaign_id": {"type": ["integer", "null"], "description": "The server's number of it."},
        "sent": moment,
        "ended": {**moment, "type": ["number", "null"]},
        "who": text,
        "run": {**text, "description": "The run of `apply` that sent it, as `offers history` shows it."},
        "note": text,
        "request_id": text,
        "fields": {"type": "object", "description": "What was meant, in the YAML's names."},
        "answer": {"type": "object", "description": "What the server said of it, in the vendor's names."},
    }
    return {"type": "object", "required": sorted(members), "properties": members}


def campaign_run_schema() -> dict[str, Any]:
    """The JSON Schema of what `runs show campaign/KEY` prints."""
    members = {"format_version": {"const": FORMAT_VERSION}, "campaign": campaign_schema()}
    return {
        "title": "A campaign that was sent",
        "type": "object",
        "required": sorted(members),
        "properties": members,
    }
