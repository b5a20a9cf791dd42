"""Who is answerable for a change: this change, an earlier one that is still pending, or somebody outside git.

    the base wanted it too     changed outside git     cause
    -----------------------    --------------------    ---------------
    any                        yes                     drift
    yes                        no                      already_pending
    no                         no                      this_change
    cannot be read             no                      unknown
    not asked                  no                      none

Base and head are held against one and the same live side.  A step has the gravest cause of its changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from offers_sync.models.values import Desired, DesiredKind
from offers_sync.planning.comparing import FieldChange
from offers_sync.planning.difference import Sameness, sameness
from offers_sync.planning.plan import Action, Cause, Step
from offers_sync.planning.question import Scene
from offers_sync.planning.stepping import take

_GRAVITY: Final = (Cause.THIS_CHANGE, Cause.UNKNOWN, Cause.ALREADY_PENDING, Cause.DRIFT)


def with_causes(scene: Scene, steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps with what is answerable for each of their changes."""
    base = BaseSteps.of(scene)
    return tuple(_with_causes(step, base) for step in steps)


@dataclass(frozen=True)
class BaseSteps:
    """The steps that the base would have taken, worked out for what is asked about only."""

    scene: Scene | None
    fault: str

    @classmethod
    def of(cls, scene: Scene) -> BaseSteps:
        """Those of a question's base."""
        base = scene.question.base
        if base is None:
            return cls(None, "")
        documents = {(each.kind, each.key): each for each in base.desired}
        return cls(replace(scene, documents=documents), base.fault)

    @cached_property
    def _documents(self) -> Mapping[tuple[DesiredKind, str], Desired]:
        documents = self.scene.documents.values() if self.scene is not None else ()
        return {(each.kind, each.external_id): each for each in documents}

    def changes(self, step: Step) -> Counter[Sameness]:
        """What the base would have changed by the same action."""
        before = self._documents.get((step.kind, step.desired.external_id))
        if before is None or self.scene is None:
            return Counter()
        return Counter(
            _sameness_of(change.field)
            for same in take(self.scene, before).steps
            if same.action is step.action or Action.RETIRE in (same.action, step.action)
            for change in same.changes
        )


def _with_causes(step: Step, base: BaseSteps) -> Step:
    pending = base.changes(step) if base.scene is not None and not base.fault else Counter[Sameness]()
    changes = tuple(replace(change, cause=_cause(change.field, pending, base)) for change in step.changes)
    causes = {change.cause for change in changes}
    return replace(step, changes=changes, cause=next((cause for cause in _GRAVITY if cause in causes), None))


def _cause(change: FieldChange, pending: Counter[Sameness], base: BaseSteps) -> Cause | None:
    if change.is_outside:
        return Cause.DRIFT
    if base.fault:
        return Cause.UNKNOWN
    if base.scene is None:
        return None
    same = _sameness_of(change)
    if pending[same] > 0:
        pending[same] -= 1
        return Cause.ALREADY_PENDING
    return Cause.THIS_CHANGE


def _sameness_of(change: FieldChange) -> Sameness:
    return sameness(change.path, change.before, change.after)
