"""What is said beside the steps: each saying finds its document, its place, and its waiver.

Whoever has something to say gives it as an ``Annotation``; what there is to say is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from offers_sync.findings import Finding, Position, Severity
from offers_sync.models.project import Allowance
from offers_sync.models.values import Desired, DesiredKind
from offers_sync.planning.plan import Action, Step
from offers_sync.planning.question import Locate, Scene, is_named
from offers_sync.planning.retiring import RETIRED_UNITS

IMAGE_PATH = "/image"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A finding about a document; its path is a JSON Pointer into the document as it is desired."""

    kind: DesiredKind
    key: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Situation:
    """What an annotator looks at: the scene, and the steps that were worked out for it."""

    scene: Scene
    steps: tuple[Step, ...]


Annotator = Callable[[Situation], Iterable[Annotation]]
"""Says what it has to say of a situation; in any order, without positions."""


@dataclass(frozen=True, slots=True)
class Said:
    """Steps with their annotations, what is said of documents without one, and how much was waived."""

    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    waived: int
    waived_codes: tuple[str, ...] = ()
    """The codes of what was waived, each as often as it was."""


def annotate(
    situation: Situation, annotations: Iterable[Annotation], allowances: Iterable[Allowance], locate: Locate
) -> Said:
    """Hang each annotation where it belongs, but for those that are waived."""
    waivers = [each for each in allowances if each.code is not None]
    by_step: dict[tuple[str, bool], list[Finding]] = {}
    rest: list[Finding] = []
    waived: list[str] = []
    stepped = {_home(step) for step in situation.steps}
    for annotation in annotations:
        document = situation.scene.documents.get((annotation.kind, annotation.key))
        if document is None:
            rest.append(annotation.finding)
        elif is_waived(document, annotation.finding, waivers):
            waived.append(annotation.finding.code)
        else:
            finding = placed(document, annotation.finding, locate)
            home = _home_of(annotation, stepped)
            (by_step.setdefault(home, []) if home in stepped else rest).append(finding)
    steps = tuple(replace(step, annotations=_sorted(by_step.get(_home(step), ()))) for step in situation.steps)
    return Said(steps, _sorted(rest), len(waived), tuple(waived))


def let_stand(said: Said, general: Iterable[Finding], allowances: Iterable[Allowance]) -> Said:
    """What is about no document beside the rest, but for what is waived for the whole project."""
    codes = {each.code for each in allowances if each.key is None}
    findings, waived = list(said.findings), list(said.waived_codes)
    for finding in general:
        if finding.code in codes and finding.severity is not Severity.ERROR:
            waived.append(finding.code)
        else:
            findings.append(finding)
    return Said(said.steps, _sorted(findings), len(waived), tuple(waived))


def is_waived(document: Desired, finding: Finding, waivers: Iterable[Allowance]) -> bool:
    """Whether somebody reviewed the finding and lets it stand; an error is never waived."""
    return finding.severity is not Severity.ERROR and any(
        each.code == finding.code and (each.key is None or is_named(document, each.key)) for each in waivers
    )


def _home(step: Step) -> tuple[str, bool]:
    return step.name, step.action is Action.UPLOAD_IMAGE


def _home_of(annotation: Annotation, stepped: set[tuple[str, bool]]) -> tuple[str, bool]:
    """The step it hangs on: the picture's where it is about the picture, else the document's own."""
    name = f"{annotation.kind}/{annotation.key}"
    is_image = annotation.finding.path == IMAGE_PATH and (name, True) in stepped
    return name, is_image


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.sort_key))


# ---------------------------------------------------------------------------------------------------------- places


def placed(document: Desired, finding: Finding, locate: Locate) -> Finding:
    """The finding at the line that it is about."""
    if finding.position is not None:
        return finding
    place = place_of(document, finding.path, locate)
    return finding if place is None else replace(finding, position=place[0], source_line=place[1])


def place_of(document: Desired, pointer: str, locate: Locate) -> tuple[Position, str] | None:
    """Where a value of a document is written, whichever file wrote it."""
    if document.is_retired and pointer.removeprefix("/") in RETIRED_UNITS:
        pointer = "/retired"
    for origin in document.origins:
        if pointer == origin.pointer or pointer.startswith(origin.pointer + "/"):
            if origin.pointer == "" and (inner := _first_inside(document, pointer)) is not None:
                return inner(locate)
            return locate(origin.source, origin.path + pointer[len(origin.pointer) :])
    return None


def _first_inside(document: Desired, pointer: str) -> Callable[[Locate], tuple[Position, str] | None] | None:
    """For a value that several files wrote together: the first of its parts."""
    if pointer == "":
        return None
    inside = sorted(
        (origin for origin in document.origins if origin.pointer.startswith(pointer + "/")),
        key=lambda origin: origin.pointer,
    )
    return (lambda locate: locate(inside[0].source, inside[0].path)) if inside else None


def located(step: Step, locate: Locate) -> Step:
    """The step with the places of its document and of its changes."""
    own = place_of(step.desired, "", locate)
    places: Mapping[str, Position | None] = {
        change.field.path: _position(step.desired, change.field.path, locate) for change in step.changes
    }
    return replace(
        step,
        position=own[0] if own is not None else None,
        changes=tuple(replace(change, position=places[change.field.path]) for change in step.changes),
    )


def _position(document: Desired, pointer: str, locate: Locate) -> Position | None:
    place = place_of(document, pointer, locate)
    return place[0] if place is not None else None
