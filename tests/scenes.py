"""Small scenes for planning: documents, live objects and memories in a line each, and a plan of them.

    desired("redeemable", name="Ten off")             a document as an environment wants it
    live(document, name="Nine off")                   its object, with other values here and there
    applied(document)                                 what is remembered of it: what was written and shown
    plan(document, live=[...], applied=[...])         the plan that they come to

Nothing here reads files; positions are made up from the documents' keys, one line for each path.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from offers_sync.findings import Position, Source
from offers_sync.models.project import Allowance, Guards
from offers_sync.models.values import (
    OBJECT_KINDS,
    Applied,
    Desired,
    DesiredKind,
    Listing,
    Live,
    Origin,
    Segment,
    Snapshot,
)
from offers_sync.planning.plan import Plan, Step
from offers_sync.planning.planner import Allowed, Annotator, Base, Question, make_plan

NOW: Final = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
SEGMENTS: Final = (Segment(11, "Loyal Regulars"), Segment(12, "Twins"), Segment(13, "Twins"))
_LEAST: Final[dict[DesiredKind, dict[str, Any]]] = {
    "selector": {"name": "Sandwiches"},
    "criterion": {"qc_processing_function": "sum_amounts"},
    "redeemable": {"name": "Ten off", "receipt_rule": {"flat_discount": 5}},
    "campaign": {
        "name": "Kick-off",
        "redeemable": "id-of-ten-off",
        "segment": "Loyal Regulars",
        "start": "2026-08-01T10:00:00",
        "timezone": "America/Chicago",
    },
}


def desired(kind: DesiredKind = "redeemable", key: str = "ten-off", **fields: Any) -> Desired:
    """A document of a kind, with the fields given beside those that the kind needs."""
    return Desired(
        kind, key, f"id-of-{key}", {**_LEAST[kind], **fields}, (Origin("", Source(f"{kind}s/{key}.yaml"), ""),)
    )


def live(document: Desired, /, **fields: Any) -> Live:
    """The object of a document as a list shows it, with other values where some are given."""
    shown = {**document.fields, **fields}
    if document.kind == "campaign":
        raise TypeError("campaigns cannot be listed")
    return Live(document.kind, document.external_id, shown, frozenset(shown))


def applied(document: Desired, read_back: Live | None = None, /, **fields: Any) -> Applied:
    """The memory of a document: written as it is but for the fields given, and shown as the object says."""
    written = {**document.fields, **fields}
    shown = read_back.fields if read_back is not None else written
    return Applied(document.kind, document.key, document.external_id, written, shown, document.image)


def snapshot(objects: Iterable[Live] = (), *, gap: str = "", segments: Sequence[Segment] = SEGMENTS) -> Snapshot:
    """The live side that holds some objects."""
    objects = tuple(objects)
    listings = {kind: Listing(kind, tuple(each for each in objects if each.kind == kind), gap) for kind in OBJECT_KINDS}
    return Snapshot(listings, tuple(segments))


def question(
    *documents: Desired,
    live: Iterable[Live] = (),
    applied: Iterable[Applied] = (),
    guards: dict[str, Any] | None = None,
    allow: Iterable[dict[str, Any]] = (),
    allowed: Allowed = Allowed(),  # noqa: B008  a frozen value
    base: Iterable[Desired] | str | None = None,
    **others: Any,
) -> Question:
    """A question about some documents; a base that is a text is the reason why there is none."""
    known: Base | None = None
    if base is not None:
        known = Base(fault=base) if isinstance(base, str) else Base(tuple(base))
    asked = Question(
        "marlow-burgers",
        "sandbox",
        documents,
        snapshot(live),
        NOW,
        tuple(applied),
        guards=Guards.model_validate(guards or {}),
        allowances=tuple(Allowance.model_validate({"reason": "It is meant.", **each}) for each in allow),
        allowed=allowed,
        base=known,
    )
    return replace(asked, **others)


def locate(source: Source, pointer: str) -> tuple[Position, str] | None:
    """A place for every path: its line is the number of its steps, and one more."""
    line = pointer.count("/") + 1
    return Position(source.file, line, 1, line, 2), f"{pointer} of {source.file}"


def plan(*documents: Desired, annotators: Sequence[Annotator] = (), **asked: Any) -> Plan:
    """The plan of some documents."""
    return make_plan(question(*documents, **asked), locate, annotators)


def only_step(made: Plan) -> Step:
    """The one step of a plan."""
    (step,) = made.steps
    return step


def changes(step: Step) -> list[tuple[str, Any, Any]]:
    """What a step changes: path, before and after."""
    return [(change.field.path, change.field.before, change.field.after) for change in step.changes]
