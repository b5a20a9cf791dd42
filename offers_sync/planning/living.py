"""What guests have now: the offers that live and whose time it is, and the steps that would change them.

An offer is changed by its own step, and by one of the criterion or the selectors that it works by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from offers_sync import codes
from offers_sync.findings import Finding
from offers_sync.models.values import Live
from offers_sync.planning.canonical import canonical
from offers_sync.planning.plan import Action, Step
from offers_sync.planning.question import ObjectId, Scene
from offers_sync.planning.retiring import local_time

_NAMES_SHOWN: Final = 3
_SELECTOR_LISTS: Final = ("line_item_filters", "item_qualifiers")


def live_edits(scene: Scene, steps: Iterable[Step]) -> dict[str, tuple[str, ...]]:
    """The steps, by name, that change offers which guests have now, with the names of those offers."""
    edits = [step for step in steps if step.action in (Action.UPDATE, Action.RETIRE) and step.live is not None]
    if not edits:
        return {}
    users = _users(scene, {(step.kind, step.desired.external_id) for step in edits})
    found = {step.name: users.get((step.kind, step.desired.external_id), ()) for step in edits}
    return {name: offers for name, offers in found.items() if offers}


def live_edit_finding(scene: Scene, step: Step, offers: tuple[str, ...]) -> Finding:
    """What a reviewer is told about such a step; offline nobody knows what lives."""
    if step.kind == "redeemable":
        what = "lose it" if step.action is Action.RETIRE else "see the change"
        message = f"guests have this offer now, and will {what} within about fifteen minutes"
    else:
        shown = ", ".join(f"`{name}`" for name in offers[:_NAMES_SHOWN])
        more = f" and {len(offers) - _NAMES_SHOWN} more" if len(offers) > _NAMES_SHOWN else ""
        message = f"this changes what guests get from {shown}{more}, now"
    if scene.question.is_offline:
        message = f"if the base is what lives: {message}"
    return Finding.of(codes.LIVE_EDIT, message)


def _users(scene: Scene, edited: Collection[ObjectId]) -> Mapping[ObjectId, tuple[str, ...]]:
    """Which offers of today each of some objects works for."""
    users: dict[ObjectId, set[str]] = {}
    for (kind, external_id), live in scene.live.items():
        if kind != "redeemable":
            continue
        touched = [used for used in ((kind, external_id), *_used(scene, live)) if used in edited]
        if touched and is_on(live, scene):
            for used in touched:
                users.setdefault(used, set()).add(live.name)
    return {identity: tuple(sorted(names)) for identity, names in users.items()}


def _used(scene: Scene, live: Live) -> Iterator[ObjectId]:
    rule = live.fields.get("receipt_rule")
    criterion_id = rule.get("criterion") if isinstance(rule, Mapping) else None
    if not isinstance(criterion_id, str):
        return
    yield "criterion", criterion_id
    criterion = scene.live.get(("criterion", criterion_id))
    for name in _SELECTOR_LISTS if criterion is not None else ():
        entries = criterion.fields.get(name) if criterion is not None else ()
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping) and isinstance(entry.get("selector"), str):
                yield "selector", entry["selector"]


def is_on(live: Live, scene: Scene) -> bool:
    """Whether an offer's time has come and is not over."""
    schedule: Mapping[str, Any] = canonical("redeemable", {"schedule": live.fields.get("schedule")})["schedule"]
    clock = local_time(scene.question.now, schedule.get("timezone"))
    start, end = schedule.get("start"), schedule.get("end")
    has_begun = not isinstance(start, str) or start <= clock
    has_ended = isinstance(end, str) and end <= clock and schedule.get("indefinitely") is not True
    return has_begun and not has_ended
