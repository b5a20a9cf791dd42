"""What is remembered of an object once it was written, and once the lists were read after that.

A memory without read-back says that something was written and not yet seen.  Storing it is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from offers_sync.applying.lines import unit_of
from offers_sync.contract import WRITE_ONLY_CRITERION_FIELDS
from offers_sync.models.values import Applied, Desired, Live, Snapshot, Tree
from offers_sync.planning.plan import Action, Plan, Step
from offers_sync.planning.question import ObjectId


class Memory:
    """What is remembered as a run goes on; usable from several threads."""

    def __init__(self, recall: Callable[[], Iterable[Applied]]) -> None:
        self._recall = recall
        self._since: dict[ObjectId, Applied] = {}

    @cached_property
    def _before(self) -> Mapping[ObjectId, Applied]:
        return {(each.kind, each.external_id): each for each in self._recall()}

    def written(self, step: Step, warnings: tuple[Tree, ...]) -> Applied:
        """What to remember of a step that the server confirmed."""
        identity = (step.kind, step.desired.external_id)
        desired = step.desired
        if step.action is Action.UPLOAD_IMAGE:
            known = self._since.get(identity) or step.applied or self._before.get(identity)
            blank = Applied(desired.kind, desired.key, desired.external_id, {}, None)
            memory = replace(known or blank, image=desired.image)
        else:
            former = step.applied
            image = former.image if former is not None else None
            kept = standing(former, step) if former is not None else ()
            memory = Applied(
                desired.kind, desired.key, desired.external_id, desired.fields, None, image, (*kept, *warnings)
            )
        self._since[identity] = memory
        return memory

    def seen(self, step: Step, live: Live) -> Applied:
        """The same once a list showed the object, also for a write that nobody confirmed."""
        identity = (step.kind, step.desired.external_id)
        memory = self._since.get(identity) or self.written(step, ())
        self._since[identity] = replace(memory, read_back=live.fields)
        return self._since[identity]


def standing(former: Applied, step: Step) -> tuple[Tree, ...]:
    """The warnings of earlier writes about what this one does not send again."""
    return tuple(
        warning for warning in former.warnings if unit_of(str(warning.get("path") or "")) not in set(step.units)
    )


def adopted(
    plan: Plan, desired: Iterable[Desired], snapshot: Snapshot, applied: Iterable[Applied]
) -> tuple[Applied, ...]:
    """What to remember of objects that live as they are wanted while nothing is remembered of them.

    Only what a list shows is taken for applied.
    """
    known = {(each.kind, each.external_id) for each in applied}
    changed = {step.name for step in plan.steps if step.action is not Action.UPLOAD_IMAGE}
    pictured = {step.name for step in plan.steps if step.action is Action.UPLOAD_IMAGE}
    found: list[Applied] = []
    live = {(kind, item.external_id): item for kind, listing in snapshot.listings.items() for item in listing.items}
    for document in desired:
        name = f"{document.kind}/{document.key}"
        shown = live.get((document.kind, document.external_id)) if document.kind != "campaign" else None
        if shown is None or (document.kind, document.external_id) in known or name in changed or document.is_retired:
            continue
        image = document.image if name not in pictured else None
        found.append(_adopted(document, shown, snapshot, image))
    return tuple(found)


def _adopted(document: Desired, shown: Live, snapshot: Snapshot, image: str | None) -> Applied:
    hidden = {name for name in WRITE_ONLY_CRITERION_FIELDS if shown.fields.get(name) in (None, "")}
    fields = {name: value for name, value in document.fields.items() if name not in hidden}
    segment = fields.get("segment")
    numbers = [each.segment_id for each in snapshot.segments if each.name == segment]
    if isinstance(segment, str) and numbers:
        fields["segment"] = numbers[0]
    return Applied(document.kind, document.key, document.external_id, fields, shown.fields, image)
