"""Making a plan: what is desired against what is live, into steps, guards and figures.

Everything comes in as values, the clock and the positions included, so that one question gives one plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from offers_sync.findings import Finding
from offers_sync.planning.annotating import Annotation, Annotator, Situation, annotate, let_stand, located
from offers_sync.planning.campaigning import forgotten_campaigns, gift_finding
from offers_sync.planning.causes import with_causes
from offers_sync.planning.comparing import FieldRemark
from offers_sync.planning.completeness import why_incomplete
from offers_sync.planning.guards import check_guards
from offers_sync.planning.holding import hold_back
from offers_sync.planning.living import live_edit_finding, live_edits
from offers_sync.planning.naming import check_named
from offers_sync.planning.narrowing import about_asked, findings_asked_about
from offers_sync.planning.plan import Action, Asked, Plan, Step, Summary
from offers_sync.planning.question import Allowed, Base, Locate, Question, Scene, is_asked_for, name_of
from offers_sync.planning.remarking import (
    base_finding,
    document_remarks,
    gap_findings,
    gaps_of,
    memory_finding,
    orphan_findings,
    orphans_of,
    remarks_about,
    unverified_everywhere,
)
from offers_sync.planning.stepping import Taken, take

__all__ = ["Allowed", "Annotation", "Annotator", "Base", "Locate", "Question", "Scene", "Situation", "make_plan"]


@dataclass(slots=True)
class _Survey:
    """What the documents come to, before anything is kept back."""

    steps: list[Step] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    unverified: list[FieldRemark] = field(default_factory=list)
    incomplete: dict[str, str] = field(default_factory=dict)
    """What the server keeps less of than is written, with the reason not to build on it."""
    unchanged: int = 0
    unread: int = 0
    """How many documents without a step may be another thing on the server, for all that was read."""


def make_plan(question: Question, locate: Locate, annotators: Sequence[Annotator] = ()) -> Plan:
    """The plan for a question; raises ``InvalidInputError`` where it names what is not there."""
    check_named(question)
    scene = Scene.of(question)
    survey = _survey(scene)
    held = hold_back(scene, survey.steps, survey.incomplete)
    edits = live_edits(scene, held.steps)
    situation = Situation(scene, with_causes(scene, held.steps))
    annotations = [
        *survey.annotations,
        *_edit_annotations(scene, held.steps, edits),
        *_gift_annotations(scene, held.steps),
    ]
    for annotator in annotators:
        annotations.extend(annotator(situation))
    orphans, gaps = orphans_of(scene), gaps_of(scene)
    general = (
        *base_finding(scene),
        *gap_findings(scene, gaps),
        *memory_finding(scene),
        *unverified_everywhere(survey.unverified),
        *orphan_findings(scene, orphans),
        *forgotten_campaigns(scene),
    )
    said = annotate(situation, about_asked(situation, annotations), question.allowances, locate)
    said = let_stand(said, general, question.allowances)
    return Plan(
        project=question.project,
        environment=question.environment,
        steps=tuple(located(step, locate) for step in said.steps),
        summary=_summary(scene, said.steps, survey, len(orphans), said.waived),
        gaps=gaps,
        findings=_sorted((*findings_asked_about(question, locate), *said.findings)),
        guards=check_guards(scene, held, [step for step in held.steps if step.name in edits]),
        orphans=orphans,
        names={desired.external_id: desired.key for desired in question.desired},
        asked=_asked(question),
        waived_codes=said.waived_codes,
    )


def _survey(scene: Scene) -> _Survey:
    survey = _Survey()
    for desired in scene.question.desired:
        taken = take(scene, desired)
        survey.steps.extend(taken.steps)
        is_unread = scene.is_unread(desired.kind, desired.external_id)
        survey.unchanged += not taken.steps and not is_unread
        survey.unread += not taken.steps and is_unread
        why = why_incomplete(scene, desired, taken.remarks)
        if why:
            survey.incomplete[name_of(desired.kind, desired.key)] = why
        survey.annotations.extend(Annotation(desired.kind, desired.key, each) for each in taken.findings)
        survey.annotations.extend(document_remarks(scene, desired, never_lived=taken.never_lived))
        if is_asked_for(scene.question, desired):
            _remark(survey, taken, remarks_about(desired, taken.remarks))
    return survey


def _remark(survey: _Survey, taken: Taken, annotations: Iterable[Annotation]) -> None:
    """Remarks hang on the step; without one, what cannot be verified is counted and not told one by one."""
    for remark, annotation in zip(taken.remarks, annotations, strict=True):
        if taken.steps or remark.remark.value == "kept":
            survey.annotations.append(annotation)
        else:
            survey.unverified.append(remark)


def _edit_annotations(scene: Scene, steps: Iterable[Step], edits: dict[str, tuple[str, ...]]) -> Iterator[Annotation]:
    for step in steps:
        if step.name in edits and step.action is not Action.UPLOAD_IMAGE:
            yield Annotation(step.kind, step.desired.key, live_edit_finding(scene, step, edits[step.name]))


def _gift_annotations(scene: Scene, steps: Iterable[Step]) -> Iterator[Annotation]:
    for step in steps:
        if step.action is Action.DISTRIBUTE and not step.held_back:
            yield Annotation(step.kind, step.desired.key, gift_finding(scene, step))


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.sort_key))


def _summary(scene: Scene, steps: Sequence[Step], survey: _Survey, orphaned: int, waived: int) -> Summary:
    counts = Counter(step.action for step in steps if not step.held_back)
    listings = scene.question.snapshot.listings.values()
    listed = sum(len(listing.items) for listing in listings)
    managed = sum(identity in scene.live for identity in scene.desired)
    return Summary(
        **{action.value: counts[action] for action in Action},
        unchanged=survey.unchanged,
        unverified=survey.unread,
        orphaned=orphaned,
        unmanaged=max(listed - managed, 0),
        held_back=sum(bool(step.held_back) for step in steps),
        waived=scene.question.waived + waived,
    )


def _asked(question: Question) -> Asked:
    allowed = question.allowed
    lookalikes = tuple(sorted(allowed.lookalikes))
    return Asked(tuple(sorted(question.only)), allowed.creates, allowed.updates, lookalikes, question.is_offline)
