"""In which order steps go, what goes together in one call, and what an unhappy end keeps back.

Selectors, criteria, redeemables, images, campaigns: nothing is sent before what it refers to.  Sending is done
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from offers_sync.applying.outcomes import GOOD, ItemOutcome
from offers_sync.models.values import OBJECT_KINDS, ObjectKind
from offers_sync.planning.plan import Action, Plan, Step

IMAGES: Final = "image"
CAMPAIGNS: Final = "campaign"


@dataclass(frozen=True, slots=True)
class Wave:
    """Steps that do not depend on each other."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes in one call: items of one kind and verb, no two of one id."""

    action: Action
    kind: ObjectKind
    steps: tuple[Step, ...]

    def halves(self) -> tuple[Batch, ...]:
        """The same items in two calls."""
        middle = (len(self.steps) + 1) // 2
        parts = (self.steps[:middle], self.steps[middle:])
        return tuple(Batch(self.action, self.kind, part) for part in parts if part)


def waves_of(plan: Plan) -> tuple[Wave, ...]:
    """The steps that are to be done, in the order in which they may refer to each other."""
    ready = plan.ready
    objects = (
        Wave(kind, tuple(step for step in ready if step.kind == kind and step.action is not Action.UPLOAD_IMAGE))
        for kind in OBJECT_KINDS
    )
    images = Wave(IMAGES, tuple(step for step in ready if step.action is Action.UPLOAD_IMAGE))
    campaigns = Wave(CAMPAIGNS, tuple(step for step in ready if step.action is Action.DISTRIBUTE))
    return tuple(wave for wave in (*objects, images, campaigns) if wave.steps)


def batches_of(steps: Iterable[Step], limit: int) -> Iterator[Batch]:
    """The steps in calls of at most so many items."""
    groups: dict[tuple[Action, ObjectKind], list[Step]] = {}
    for step in steps:
        verb = Action.UPDATE if step.action is Action.RETIRE else step.action
        kind = next(kind for kind in OBJECT_KINDS if kind == step.kind)
        groups.setdefault((verb, kind), []).append(step)
    for (action, kind), members in groups.items():
        for chunk in _chunks(members, limit):
            yield Batch(action, kind, chunk)


def _chunks(steps: Sequence[Step], limit: int) -> list[tuple[Step, ...]]:
    """Never more than the server looks at, and never one id twice, whatever the plan says."""
    chunks: list[dict[str, Step]] = []
    full = 0  # those that are full stand before those that are not, since no later one is larger
    for step in steps:
        external_id = step.desired.external_id
        place = full
        while place < len(chunks) and external_id in chunks[place]:
            place += 1
        if place == len(chunks):
            chunks.append({})
        chunks[place][external_id] = step
        full += len(chunks[full]) == limit
    return [tuple(chunk.values()) for chunk in chunks]


def reason_to_wait(step: Step, ended: Mapping[str, Sequence[ItemOutcome]]) -> str:
    """Why a step is kept back by what it depends on, by the outcomes of each name; empty if it is not.

    Withdrawing an offer waits for nothing.
    """
    if step.action is Action.RETIRE:
        return ""
    for name in step.depends_on:
        for item in ended.get(name, ()):
            if item.outcome not in GOOD:
                return f"{name} is not done"
            if item.is_incomplete:
                return f"{name} came back incomplete, and with it this could be more generous than written"
    return ""
