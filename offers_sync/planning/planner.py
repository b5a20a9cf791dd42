"""Making a plan: what is desired against what is live, into steps, guards and figures.

Everything comes in as values, the clock and the positions included, so that one input gives one plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from offers_sync.findings import Finding, Position
from offers_sync.models.project import DEFAULT_CREATES_GUARD, DEFAULT_UPDATES_GUARD, UPDATES_GUARD_FROM, Guards
from offers_sync.models.values import OBJECT_KINDS, Applied, Desired, DesiredKind, Live, Snapshot, Source
from offers_sync.planning.comparing import Comparison, FieldChange, Verdict, compare, created
from offers_sync.planning.plan import Action, Change, GuardReport, Plan, Step, Summary

Locate = Callable[[Source, str], Position | None]

RETIRED_FLAGS: Final = (
    "distributable",
    "distributable_to_all_users",
    "allow_for_support_gifting",
    "auto_applicable",
    "activate_now",
)
_WAVES: Final = {"selector": 0, "criterion": 1, "redeemable": 2, "image": 3, "campaign": 4}


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a person let through for this one plan."""

    creates: int | None = None
    updates: int | None = None
    lookalikes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that a plan is made from."""

    project: str
    environment: str
    desired: tuple[Desired, ...]
    snapshot: Snapshot
    now: datetime
    """Local to no zone: aware, UTC."""
    applied: tuple[Applied, ...] = ()
    findings: tuple[Finding, ...] = ()
    guards: Guards = field(default_factory=Guards)
    allowed: Allowed = field(default_factory=Allowed)


def make_plan(question: Question, locate: Locate) -> Plan:
    """The plan for a question."""
    live: dict[tuple[DesiredKind, str], Live] = {
        (kind, item.external_id): item
        for kind, listing in question.snapshot.listings.items()
        for item in listing.items
        if item.external_id
    }
    applied = {(each.kind, each.external_id): each for each in question.applied}
    steps: list[Step] = []
    unchanged = 0
    for desired in question.desired:
        own = list(
            _steps_for(
                question,
                desired,
                live.get((desired.kind, desired.external_id)),
                applied.get((desired.kind, desired.external_id)),
            )
        )
        steps.extend(own)
        unchanged += not own
    ordered = _held_with_dependencies(sorted(steps, key=_order))
    ours = {(desired.kind, desired.external_id) for desired in question.desired}
    orphans = sorted(f"{each.kind}/{each.key}" for pair, each in applied.items() if pair not in ours)
    managed_live = sum(pair in ours for pair in live)
    counts = Counter(step.action for step in ordered if not step.held_back)
    return Plan(
        project=question.project,
        environment=question.environment,
        steps=tuple(_located(step, locate) for step in ordered),
        summary=Summary(
            **{action.value: counts[action] for action in Action},
            unchanged=unchanged,
            orphaned=len(orphans),
            unmanaged=len(live) - managed_live,
        ),
        gaps=tuple(
            f"{kind}: {question.snapshot.listings[kind].gap}"
            for kind in OBJECT_KINDS
            if kind in question.snapshot.listings and question.snapshot.listings[kind].gap
        ),
        findings=question.findings,
        guards=_guards(question, counts, managed_live),
        orphans=tuple(orphans),
    )


def _steps_for(question: Question, desired: Desired, live: Live | None, applied: Applied | None) -> Iterable[Step]:
    if desired.kind == "campaign":
        return
    wanted, problem = _with_segment(_retired(desired, live, question.now), question.snapshot)
    if live is None:
        gap = question.snapshot.listings[desired.kind].gap
        held = problem or (f"the list of live objects may be incomplete ({gap}), so nothing is created" if gap else "")
        changes = tuple(Change(change) for change in created(wanted))
        yield Step(Action.CREATE, wanted, changes, held_back=held, applied=applied)
    else:
        comparison = compare(wanted, applied, live)
        if comparison.changes or problem:
            yield _update(wanted, comparison, live, applied, problem)
    if desired.image and _needs_image(desired, live, applied):
        yield _image_step(desired, applied)


def _update(desired: Desired, comparison: Comparison, live: Live, applied: Applied | None, problem: str) -> Step:
    return Step(
        Action.RETIRE if desired.is_retired else Action.UPDATE,
        desired,
        tuple(Change(change) for change in comparison.changes),
        units=comparison.units,
        held_back=problem,
        live=live,
        applied=applied,
    )


def _needs_image(desired: Desired, live: Live | None, applied: Applied | None) -> bool:
    if applied is not None and applied.image is not None:
        return applied.image != desired.image
    return live is None or applied is not None or live.image is None


def _image_step(desired: Desired, applied: Applied | None) -> Step:
    before = applied.image if applied is not None else None
    change = FieldChange("/image", before, desired.image, Verdict.EDIT)
    return Step(Action.UPLOAD_IMAGE, desired, (Change(change),), applied=applied)


def _retired(desired: Desired, live: Live | None, now: datetime) -> Desired:
    if not desired.is_retired:
        return desired
    schedule = {**(desired.fields.get("schedule") or {}), "indefinitely": False}
    end = live.fields.get("schedule", {}).get("end") if live is not None else None
    stamp = now.replace(tzinfo=None, microsecond=0).isoformat()
    schedule["end"] = end if isinstance(end, str) and end and end[:19] <= stamp else stamp
    schedule.pop("expiry_days", None)
    flags = dict.fromkeys(RETIRED_FLAGS, False)
    return replace(desired, fields={**desired.fields, **flags, "schedule": schedule})


def _with_segment(desired: Desired, snapshot: Snapshot) -> tuple[Desired, str]:
    """The segment's name replaced by its number, or why that cannot be done."""
    name = desired.fields.get("segment")
    if not isinstance(name, str):
        return desired, ""
    found = [segment.segment_id for segment in snapshot.segments if segment.name == name]
    if len(found) == 1:
        return replace(desired, fields={**desired.fields, "segment": found[0]}), ""
    return desired, (
        f"no segment is called {name!r}" if not found else f"{len(found)} segments are called {name!r}: rename one"
    )


def _order(step: Step) -> tuple[int, str, str]:
    wave = "image" if step.action is Action.UPLOAD_IMAGE else step.kind
    return (_WAVES[wave], step.desired.key, step.action.value)


def _held_with_dependencies(steps: list[Step]) -> list[Step]:
    """What refers to something that is kept back is kept back too."""
    by_name = {step.name: step for step in steps if step.action is not Action.UPLOAD_IMAGE}
    done: dict[str, Step] = {}
    result: list[Step] = []
    for step in steps:
        names = [f"{kind}/{key}" for kind, key in step.desired.depends_on]
        if step.action is Action.UPLOAD_IMAGE:
            names = [step.name]
        waits_for = tuple(sorted(name for name in names if name in by_name))
        held = step.held_back
        for name in waits_for:
            before = done.get(name)
            if not held and before is not None and before.held_back and before.action is Action.CREATE:
                held = f"{name} is kept back"
        settled = replace(step, depends_on=waits_for, held_back=held)
        if step.action is not Action.UPLOAD_IMAGE:
            done[step.name] = settled
        result.append(settled)
    return result


def _located(step: Step, locate: Locate) -> Step:
    return replace(
        step,
        position=_position(step.desired, "", locate),
        changes=tuple(
            replace(change, position=_position(step.desired, change.field.path, locate)) for change in step.changes
        ),
    )


def _position(desired: Desired, pointer: str, locate: Locate) -> Position | None:
    if pointer == "":
        origin = desired.origins[-1]
        return locate(origin.source, origin.path)
    for origin in desired.origins:
        if pointer == origin.pointer or pointer.startswith(origin.pointer + "/"):
            return locate(origin.source, origin.path + pointer[len(origin.pointer) :])
    return None


def _guards(question: Question, counts: Counter[Action], managed_live: int) -> tuple[GuardReport, ...]:
    guards = question.guards
    creates = guards.creates if guards.creates is not None else DEFAULT_CREATES_GUARD
    creates = question.allowed.creates if question.allowed.creates is not None else creates
    made = counts[Action.CREATE]
    changed = counts[Action.UPDATE] + counts[Action.RETIRE]
    written: Any = guards.updates if guards.updates is not None else DEFAULT_UPDATES_GUARD
    limit = _updates_limit(written, managed_live)
    limit = question.allowed.updates if question.allowed.updates is not None else limit
    return (
        GuardReport("creates", str(creates), made, made > creates, f"--allow-creates {made}"),
        GuardReport(
            "updates",
            str(written),
            changed,
            limit is not None and changed > limit,
            f"--allow-updates {changed}",
        ),
    )


def _updates_limit(written: int | str, managed_live: int) -> int | None:
    if isinstance(written, int):
        return written
    if managed_live < UPDATES_GUARD_FROM:
        return None
    return managed_live * int(written.removesuffix("%")) // 100
