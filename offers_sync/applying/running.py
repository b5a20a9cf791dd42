"""Carrying out a plan, wave by wave: selectors, criteria, redeemables, images.

Intent is journalled before a batch is sent and the outcome after; after each wave the lists are read again and
what the server made of it is remembered.  What there is to do was decided by the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby

from offers_sync.applying.payloads import CriteriaSetting, change, creation, inline_criteria
from offers_sync.models.values import OBJECT_KINDS, Applied, Desired, Live, Outcome, Tree
from offers_sync.planning.comparing import compare
from offers_sync.planning.plan import Action, Plan, Step
from offers_sync.state.records import Ending, Intent
from offers_sync.state.store import Store
from offers_sync.wire.client import Client, LostAnswerError
from offers_sync.wire.reading import read_listing
from offers_sync.wire.writing import BatchRefusedError, Result, batched, create, update, upload_images


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What became of one step."""

    step: Step
    outcome: Outcome
    errors: tuple[str, ...] = ()
    warnings: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class RunReport:
    """What became of a plan."""

    run: str
    plan: Plan
    items: tuple[ItemOutcome, ...]
    requests: Mapping[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[Outcome]:
        """How many items ended how."""
        return Counter(item.outcome for item in self.items)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run works with."""

    client: Client
    store: Store
    criteria: CriteriaSetting = "separate"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def apply_plan(plan: Plan, run: str, surroundings: Surroundings) -> RunReport:
    """Do what the plan says, each item at most once."""
    store = surroundings.store
    store.begin_run(run, plan.digest)
    outcomes: dict[tuple[str, Action], ItemOutcome] = {
        (step.name, step.action): ItemOutcome(step, Outcome.HELD_BACK, (step.held_back,))
        for step in plan.steps
        if step.held_back
    }
    for wave in _waves(plan):
        for item in _run_wave(wave, plan, run, surroundings, outcomes):
            outcomes[item.step.name, item.step.action] = item
    items = tuple(
        outcomes.get((step.name, step.action)) or ItemOutcome(step, Outcome.HELD_BACK, ("its offer was not created",))
        for step in plan.steps
    )
    report = RunReport(run, plan, items, dict(surroundings.client.requests))
    store.end_run(run, _overall(report), {outcome.value: count for outcome, count in report.counts.items()})
    return report


def _overall(report: RunReport) -> str:
    for outcome in (Outcome.UNKNOWN, Outcome.FAILED, Outcome.HELD_BACK, Outcome.DONE_WITH_WARNINGS):
        if report.counts[outcome]:
            return outcome.value
    return Outcome.DONE.value


def _waves(plan: Plan) -> Iterator[list[Step]]:
    images = [step for step in plan.ready if step.action is Action.UPLOAD_IMAGE]
    for kind in OBJECT_KINDS:
        yield [step for step in plan.ready if step.kind == kind and step.action is not Action.UPLOAD_IMAGE]
    yield images


def _run_wave(
    steps: Sequence[Step],
    plan: Plan,
    run: str,
    surroundings: Surroundings,
    before: Mapping[tuple[str, Action], ItemOutcome],
) -> Iterator[ItemOutcome]:
    inline = inline_criteria(plan.ready) if surroundings.criteria == "inline" else {}
    inside = {step.name for step in inline.values()}
    failed = {name for (name, _), item in before.items() if item.outcome not in _GOOD}
    healthy: list[Step] = []
    for step in steps:
        waits_for = [name for name in step.depends_on if name in failed]
        if waits_for:
            yield ItemOutcome(step, Outcome.HELD_BACK, (f"{waits_for[0]} is not done",))
        elif step.name not in inside:
            healthy.append(step)
    done: list[ItemOutcome] = []
    for action, group in groupby(sorted(healthy, key=lambda step: step.action), key=lambda step: step.action):
        for batch in batched(list(group)):
            done.extend(_send(action, batch, run, surroundings, inline))
    if done and done[0].step.action is Action.UPLOAD_IMAGE:
        _remember_images(done, surroundings.store)
        yield from done
    elif done:
        yield from _read_back([*done, *_made_inside(done, inline)], surroundings)


def _made_inside(items: Sequence[ItemOutcome], inline: Mapping[str, Step]) -> Iterator[ItemOutcome]:
    """The criteria that were made inside the create calls of their redeemables."""
    for item in items:
        if item.step.kind == "redeemable" and item.step.action is Action.CREATE and item.step.desired.key in inline:
            yield replace(item, step=inline[item.step.desired.key])


_GOOD = frozenset({Outcome.DONE, Outcome.DONE_WITH_WARNINGS})


def _send(
    action: Action, batch: Sequence[Step], run: str, surroundings: Surroundings, inline: Mapping[str, Step]
) -> list[ItemOutcome]:
    store = surroundings.store
    entries = store.intend(
        run,
        [Intent(action.value, step.kind, step.desired.key, step.desired.external_id) for step in batch],
    )
    try:
        results = _call(action, batch, surroundings.client, inline)
    except LostAnswerError as error:
        items = [ItemOutcome(step, Outcome.UNKNOWN, (error.message,)) for step in batch]
    except BatchRefusedError as error:
        items = [ItemOutcome(step, Outcome.FAILED, error.errors or (error.message,)) for step in batch]
    else:
        items = [_judged(step, results.get(step.desired.external_id)) for step in batch]
    store.settle([Ending(entry, item.outcome) for entry, item in zip(entries, items, strict=True)])
    return items


def _call(action: Action, batch: Sequence[Step], client: Client, inline: Mapping[str, Step]) -> dict[str, Result]:
    kind = batch[0].kind
    if kind == "campaign":
        raise AssertionError("campaigns are not sent in batches")
    match action:
        case Action.UPLOAD_IMAGE:
            return upload_images(client, [(step.desired.external_id, step.desired.image or "") for step in batch])
        case Action.CREATE:
            return create(client, kind, [creation(kind, step, inline) for step in batch])
        case _:
            return update(client, kind, [change(kind, step) for step in batch])


def _judged(step: Step, result: Result | None) -> ItemOutcome:
    if result is None:
        return ItemOutcome(step, Outcome.FAILED, ("the server's answer does not mention it",))
    if not result.is_success:
        return ItemOutcome(step, Outcome.FAILED, result.errors or ("the server says no more than that it failed",))
    outcome = Outcome.DONE_WITH_WARNINGS if result.warnings else Outcome.DONE
    return ItemOutcome(step, outcome, result.errors, result.warnings)


def _read_back(items: Sequence[ItemOutcome], surroundings: Surroundings) -> Iterator[ItemOutcome]:
    """What the lists show after the writes; an item whose write nobody confirmed is looked up there."""
    kinds = {item.step.kind for item in items}
    live: dict[tuple[str, str], Live] = {}
    for kind in OBJECT_KINDS:
        if kind in kinds:
            live.update({(kind, each.external_id): each for each in read_listing(surroundings.client, kind).items})
    remembered: list[Applied] = []
    for item in items:
        shown = live.get((item.step.kind, item.step.desired.external_id))
        if item.outcome is Outcome.UNKNOWN and shown is not None:
            item = replace(item, outcome=Outcome.DONE)  # noqa: PLW2901  the settled form of the same item
        if item.outcome in _GOOD and shown is not None:
            remembered.append(_memory(item, shown))
            item = _with_losses(item, shown)  # noqa: PLW2901
        yield item
    surroundings.store.remember(remembered)


def _memory(item: ItemOutcome, shown: Live) -> Applied:
    desired = item.step.desired
    previous = item.step.applied
    return Applied(
        desired.kind,
        desired.key,
        desired.external_id,
        desired.fields,
        shown.fields,
        previous.image if previous is not None else None,
        item.warnings,
    )


def _with_losses(item: ItemOutcome, shown: Live) -> ItemOutcome:
    """What the server took and did not keep."""
    lost = compare(item.step.desired, None, shown).changes
    if not lost:
        return item
    texts = tuple(f"{change.path}: written {change.after!r}, the server shows {change.before!r}" for change in lost)
    return replace(item, outcome=Outcome.DONE_WITH_WARNINGS, errors=(*item.errors, *texts))


def _remember_images(items: Sequence[ItemOutcome], store: Store) -> None:
    known = {(each.kind, each.external_id): each for each in store.applied()}
    sent: list[Applied] = []
    for item in items:
        desired: Desired = item.step.desired
        memory = known.get((desired.kind, desired.external_id)) or Applied(
            desired.kind, desired.key, desired.external_id, {}, None
        )
        if item.outcome in _GOOD:
            sent.append(replace(memory, image=desired.image))
    store.remember(sent)
