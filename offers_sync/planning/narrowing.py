"""What is said in a plan that is narrowed: nothing of documents that were not asked for and are left out.

Which steps are left out is decided by ``holding``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from offers_sync.findings import Finding, Position
from offers_sync.planning.annotating import Annotation, Situation, place_of
from offers_sync.planning.holding import LEFT_OUT
from offers_sync.planning.question import Locate, Question, is_asked_for


def about_asked(situation: Situation, annotations: Iterable[Annotation]) -> Iterable[Annotation]:
    """The annotations of documents that are asked for, or that something else than the asking keeps back."""
    question = situation.scene.question
    if not question.only:
        return annotations
    troubled = {step.name for step in situation.steps if step.held_back and step.held_back != LEFT_OUT}
    hushed = {
        (each.kind, each.key)
        for each in question.desired
        if not is_asked_for(question, each) and f"{each.kind}/{each.key}" not in troubled
    }
    return [each for each in annotations if (each.kind, each.key) not in hushed]


def findings_asked_about(question: Question, locate: Locate) -> Iterator[Finding]:
    """The findings of the files but for those within documents that are not asked for."""
    if not question.only:
        yield from question.findings
        return
    extents = _extents(question, locate)
    for finding in question.findings:
        place = finding.position
        around = [each for each in extents.get(place.file, ()) if each[0].holds(place)] if place is not None else []
        if not around or any(is_asked for _, is_asked in around):
            yield finding


def _extents(question: Question, locate: Locate) -> dict[str, list[tuple[Position, bool]]]:
    """Where documents stand, and whether they are asked for, by the files of which something is said."""
    files = {finding.position.file for finding in question.findings if finding.position is not None}
    extents: dict[str, list[tuple[Position, bool]]] = {}
    for desired in question.desired:
        if desired.origins and desired.origins[-1].source.file in files:
            place = place_of(desired, "", locate)
            if place is not None:
                extents.setdefault(place[0].file, []).append((place[0], is_asked_for(question, desired)))
    return extents
