"""What earlier runs left open: explained by the lists as far as they prove anything, the rest kept back.

A creation that nobody confirmed, or that a list may be too slow to show, must not be planned again as if it had
never been sent.  Reading the lists and noting the endings is done by others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from offers_sync.applying.looking import Look, Looks, Presence
from offers_sync.models.values import OBJECT_KINDS, Outcome, Snapshot
from offers_sync.planning.question import ObjectId
from offers_sync.state.records import Ending, Entry
from offers_sync.state.store import Store

FOUND: Final = "the list shows it"
NEVER_ARRIVED: Final = "a complete list shows that it never arrived"
PLANNED_AGAIN: Final = "nobody knows; it may be repeated, so the next plan decides by what is live"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the journal's open entries come to."""

    endings: tuple[Ending, ...] = ()
    unsettled: Mapping[ObjectId, str] = field(default_factory=dict)
    """The objects that must not be created now, each with the reason."""


def explain_earlier(store: Store, snapshot: Snapshot, began: float, settle_seconds: float) -> Earlier:
    """What is known now of the writes of earlier runs, by a snapshot whose reading began at that time."""
    looks: Looks = {kind: Look.of(listing, began) for kind, listing in snapshot.listings.items()}
    shown = {(kind, external_id) for kind, look in looks.items() for external_id in look.live}
    entries = (*store.open_entries(), *store.creations_since(began - settle_seconds, shown))
    return explained(entries, looks, settle_seconds)


def explained(entries: Iterable[Entry], looks: Looks, settle_seconds: float) -> Earlier:
    """What entries come to by some looks."""
    endings: list[Ending] = []
    unsettled: dict[ObjectId, str] = {}
    for entry in entries:
        if not entry.is_creation:
            endings.append(Ending(entry.id, Outcome.FAILED, PLANNED_AGAIN))
            continue
        ending, reason = _creation(entry, looks, settle_seconds)
        if ending is not None:
            endings.append(ending)
        if reason:
            kind = next(kind for kind in OBJECT_KINDS if kind == entry.intent.kind)
            unsettled[kind, entry.intent.external_id] = reason
    return Earlier(tuple(endings), unsettled)


def _creation(entry: Entry, looks: Looks, settle_seconds: float) -> tuple[Ending | None, str]:
    kind = next((kind for kind in OBJECT_KINDS if kind == entry.intent.kind), None)
    look = looks.get(kind) if kind is not None else None
    if look is None:
        return None, ""
    is_known = entry.outcome in {Outcome.DONE, Outcome.DONE_WITH_WARNINGS}
    ended = entry.ended if entry.ended is not None else look.began
    match look.presence(entry.intent.external_id, ended, settle_seconds):
        case Presence.THERE:
            return None if is_known else Ending(entry.id, Outcome.DONE, FOUND), ""
        case Presence.ABSENT:
            return None if is_known else Ending(entry.id, Outcome.FAILED, NEVER_ARRIVED), ""
        case Presence.OPEN:
            return None, _reason(is_known, ended + settle_seconds, look)


def _reason(is_known: bool, until: float, look: Look) -> str:  # noqa: FBT001  one of the two ways to be in doubt
    what = "it was created a short time ago" if is_known else "it was sent before and no answer came"
    if look.gap:
        return f"{what}, and the list may be incomplete ({look.gap}): run again"
    moment = datetime.fromtimestamp(until, UTC).strftime("%H:%M:%S")
    return f"{what}, and the list may be slow to show it: run again after {moment} UTC"
