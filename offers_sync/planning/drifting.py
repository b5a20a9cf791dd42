"""What changed outside git: everything that is remembered, held against what lives, whatever the files say now.

What applying would do about it is the plan's business; nothing here is about a change that is still to be applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from offers_sync.findings import Finding
from offers_sync.models.values import Applied, Desired
from offers_sync.planning.annotating import located
from offers_sync.planning.comparing import compare, created
from offers_sync.planning.holding import step_order
from offers_sync.planning.plan import Action, Cause, Change, Plan, Step, Summary
from offers_sync.planning.question import Locate, Question, Scene
from offers_sync.planning.remarking import gap_findings, gaps_of, memory_finding
from offers_sync.planning.segments import with_segment_names


def find_drift(question: Question, locate: Locate) -> Plan:
    """A plan with nothing in it but what would undo changes that were made outside git; none where nothing was read."""
    scene = Scene.of(question)
    steps = sorted((step for applied in question.applied for step in _drift(scene, applied)), key=step_order)
    unread = sum(scene.is_unread(applied.kind, applied.external_id) for applied in question.applied)
    gaps = gaps_of(scene)
    return Plan(
        project=question.project,
        environment=question.environment,
        steps=tuple(located(step, locate) for step in steps),
        summary=Summary(
            create=sum(step.action is Action.CREATE for step in steps),
            update=sum(step.action is Action.UPDATE for step in steps),
            unchanged=len(question.applied) - len(steps) - unread,
            unverified=unread,
        ),
        gaps=gaps,
        findings=tuple(_sayings(scene, gaps)),
        failure=_failure(scene, unread),
    )


def _failure(scene: Scene, unread: int) -> str:
    """Why nothing can be said, if nothing can; what kept the lists from being read is among the findings."""
    remembered = len(scene.question.applied)
    if unread < remembered or not (unread or scene.question.snapshot.is_degraded):
        return ""
    whom = "the one object that is remembered" if remembered == 1 else f"the {remembered:,} objects that are remembered"
    return f"nothing could be read of {whom if remembered else 'any object'}"


def _drift(scene: Scene, applied: Applied) -> Iterator[Step]:
    """The step that would bring back what was applied."""
    if applied.kind == "campaign" or not applied.fields or scene.is_unread(applied.kind, applied.external_id):
        return
    desired = _as_applied(scene, applied)
    live = scene.live.get((applied.kind, applied.external_id))
    if live is None:
        yield _step(Action.CREATE, desired, tuple(Change(each) for each in created(desired).changes), applied)
        return
    comparison = with_segment_names(scene, compare(desired, applied, live))
    changes = tuple(Change(change) for change in comparison.changes)
    if changes:
        yield replace(_step(Action.UPDATE, desired, changes, applied), live=live, fingerprint=comparison.fingerprint)


def _step(action: Action, desired: Desired, changes: tuple[Change, ...], applied: Applied) -> Step:
    changes = tuple(replace(change, cause=Cause.DRIFT) for change in changes)
    return Step(action, desired, changes, cause=Cause.DRIFT, applied=applied)


def _as_applied(scene: Scene, applied: Applied) -> Desired:
    """What git wanted when it was last applied, at the places that the document has now."""
    document = scene.desired.get((applied.kind, applied.external_id))
    if document is not None:
        return replace(document, fields=applied.fields, is_retired=False)
    return Desired(applied.kind, applied.key, applied.external_id, applied.fields, ())


def _sayings(scene: Scene, gaps: tuple[str, ...]) -> Iterator[Finding]:
    yield from gap_findings(scene, gaps)
    yield from memory_finding(scene)
