"""What is remembered of an object once it was written, and once the lists were read after that.

A memory without read-back says that something was written and not yet seen.  Storing it is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from offers_sync.contract import WRITE_ONLY_CRITERION_FIELDS
from offers_sync.models.packed import Packed, pack
from offers_sync.models.values import Applied, Desired, Live, Snapshot, Tree
from offers_sync.planning.canonical import names_of_units, unit_of
from offers_sync.planning.clearing import is_cleared, is_uncleared_mark, uncleared_mark
from offers_sync.planning.completeness import is_mended
from offers_sync.planning.plan import Action, Plan, Step
from offers_sync.planning.question import ObjectId, name_of


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
            is_new = former is None or step.action is Action.CREATE
            kept = standing(former, step) if former is not None and not is_new else ()
            fields = Packed(pack(desired.fields))  # it is stored twice: now, and with what is read back
            memory = Applied(desired.kind, desired.key, desired.external_id, fields, None, image, (*kept, *warnings))
        self._since[identity] = memory
        return memory

    def seen(self, step: Step, live: Live, uncleared: Iterable[str] = ()) -> Applied:
        """The same once a list showed the object, also for a write that nobody confirmed.

        What is ``uncleared`` left the document, and the server still has it.
        """
        identity = (step.kind, step.desired.external_id)
        memory = self._since.get(identity) or self.written(step, ())
        marks = tuple(uncleared_mark(unit) for unit in uncleared)
        self._since[identity] = replace(memory, read_back=live.fields, warnings=(*memory.warnings, *marks))
        return self._since[identity]


def _stands(warning: Tree, former: Applied, document: Desired, shown: Live) -> bool:
    """Whether what a warning is about is still as it was."""
    path = str(warning.get("path") or "")
    unit = unit_of(path)
    if is_uncleared_mark(warning):
        return unit not in names_of_units(document.fields) and not is_cleared(shown, unit)
    name = unit.partition("/")[0]
    is_written = _is_same(former.fields.get(name), document.fields.get(name))
    return is_written and not is_mended(document, former, shown, path)


def standing(former: Applied, step: Step) -> tuple[Tree, ...]:
    """The warnings of earlier writes about what this one does not send again."""
    paths = [(warning, str(warning.get("path") or "")) for warning in former.warnings]
    return tuple(
        warning
        for warning, path in paths
        if unit_of(path) not in step.units
        and (is_uncleared_mark(warning) or not is_mended(step.desired, former, step.live, path))
    )


def adopted(
    plan: Plan, desired: Iterable[Desired], snapshot: Snapshot, applied: Iterable[Applied]
) -> tuple[Applied, ...]:
    """What to remember of objects that live as they are wanted, where that is not what is remembered of them.

    Only what a list shows is taken for applied.
    """
    known = {(each.kind, each.external_id): each for each in applied}
    changed = {step.name for step in plan.steps if step.action is not Action.UPLOAD_IMAGE}
    pictured = {step.name for step in plan.steps if step.action is Action.UPLOAD_IMAGE}
    live = {(kind, item.external_id): item for kind, listing in snapshot.listings.items() for item in listing.items}
    found: list[Applied] = []
    for document in desired:
        name = name_of(document.kind, document.key)
        shown = live.get((document.kind, document.external_id)) if document.kind != "campaign" else None
        if shown is None or name in changed or document.is_retired:
            continue
        former = known.get((document.kind, document.external_id))
        fields = _taken_for_applied(document, shown, snapshot, former)
        if former is None:
            image = document.image if name not in pictured else None
            found.append(Applied(document.kind, document.key, document.external_id, fields, shown.fields, image))
            continue
        warnings = tuple(
            each for each in former.warnings if _stands(each, former, replace(document, fields=fields), shown)
        )
        if not _is_same(former.fields, fields) or former.key != document.key or warnings != former.warnings:
            found.append(replace(former, key=document.key, fields=fields, read_back=shown.fields, warnings=warnings))
    return tuple(found)


def _taken_for_applied(document: Desired, shown: Live, snapshot: Snapshot, former: Applied | None) -> dict[str, Any]:
    """The fields as if they had been applied; of those that no answer shows only what was applied indeed."""
    fields = dict(document.fields)
    if document.kind == "criterion":
        for name in WRITE_ONLY_CRITERION_FIELDS:
            was_applied = former is not None and former.fields.get(name) == fields.get(name)
            if shown.fields.get(name) in (None, "") and not was_applied:
                fields.pop(name, None)
    segment = fields.get("segment")
    numbers = [each.segment_id for each in snapshot.segments if each.name == segment]
    if isinstance(segment, str) and numbers:
        fields["segment"] = numbers[0]
    return fields


def _is_same(before: Any, now: Any) -> bool:
    """Equal values, however their numbers are kept."""
    return pack(before) == pack(now)
