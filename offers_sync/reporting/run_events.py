"""What happens during a run as JSON Lines, and as plain lines for logs that nobody watches.

One event is one line; members are only ever added.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import orjson

from offers_sync.applying.events import BatchAnswered, Event, RunEnded, RunStarted, Waiting, WaveStarted
from offers_sync.reporting.escaping import json_safe, printable
from offers_sync.reporting.plan_json import well_formed

_QUIET: Final = frozenset({"answered"})
"""Endings of a batch that are no news."""


def event_json(event: Event, at: str) -> str:
    """An event as one line of JSON, with the time at which it happened."""
    document: dict[str, Any] = {"event": event.name, "at": at, **asdict(event)}
    return json_safe(orjson.dumps(well_formed(_plain(document))).decode())


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(member) for name, member in value.items()}
        case list() | tuple():
            return [_plain(member) for member in value]
        case _:
            return value


def event_line(event: Event) -> str:
    """An event in words, or nothing where it is no news."""
    match event:
        case RunStarted():
            return f"run {event.run}: {event.items:,} to do"
        case WaveStarted():
            return f"{event.wave}: {event.items:,} to do"
        case BatchAnswered() if event.ending not in _QUIET:
            return f"{event.action} of {event.items} {event.kind}: {event.ending}: {printable(event.message)}"
        case Waiting():
            return f"waiting {event.seconds:.0f} s {printable(event.reason)}"
        case RunEnded():
            return f"run {event.run}: {event.outcome}"
        case _:
            return ""
