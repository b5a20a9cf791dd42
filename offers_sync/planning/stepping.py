"""One document against the scene: the steps it takes, and what keeps them back by themselves.

What other documents, filters and guards do to a step is said by ``holding``; who is answerable by ``causes``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from offers_sync.findings import Finding
from offers_sync.models.values import Applied, Desired, Live
from offers_sync.planning.campaigning import campaign_steps
from offers_sync.planning.comparing import (
    Comparison,
    FieldChange,
    FieldRemark,
    Verdict,
    compare,
    created,
    fingerprint_of,
)
from offers_sync.planning.plan import Action, Change, Step
from offers_sync.planning.question import Scene
from offers_sync.planning.retiring import dated, retired
from offers_sync.planning.segments import with_segment, with_segment_names


@dataclass(frozen=True, slots=True)
class Taken:
    """What a document comes to: steps, remarks about fields that stay as they are, and whether it is withdrawn."""

    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What is to be said of the document, beside its fields."""
    remarks: tuple[FieldRemark, ...] = ()
    never_lived: bool = False
    """Whether it is retired and there is nothing to retire."""


NOTHING: Final = Taken()


def take(scene: Scene, desired: Desired) -> Taken:
    """The steps of one document, in the order in which they are done."""
    live = scene.live.get((desired.kind, desired.external_id))
    applied = scene.applied.get((desired.kind, desired.external_id))
    if desired.kind == "campaign":
        return Taken(*campaign_steps(scene, desired))
    if (desired.kind, desired.external_id) in scene.opaque:
        return NOTHING
    if live is None and _is_withdrawn(scene, desired):
        return Taken(never_lived=desired.is_retired)
    if live is not None and desired.is_retired:
        return _retirement(scene, desired, live, applied)
    if live is None:
        return _creation(scene, desired, applied)
    return _update(scene, desired, live, applied)


def _is_withdrawn(scene: Scene, desired: Desired) -> bool:
    """Whether a document that does not live is retired, or written inside one that is and does not live either."""
    if desired.is_retired or desired.inline_in is None:
        return desired.is_retired
    around = scene.documents.get(("redeemable", desired.inline_in))
    return around is not None and around.is_retired and ("redeemable", around.external_id) not in scene.live


def _creation(scene: Scene, desired: Desired, applied: Applied | None) -> Taken:
    wanted, problem = with_segment(scene, desired)
    comparison = with_segment_names(scene, created(wanted))
    step = _step(Action.CREATE, wanted, comparison, problem, applied=applied)
    image = [_image_step(wanted, None)] if wanted.image else []
    return Taken((step, *image))


def _update(scene: Scene, desired: Desired, live: Live, applied: Applied | None) -> Taken:
    wanted, problem = with_segment(scene, desired)
    comparison = with_segment_names(scene, compare(wanted, applied, live))
    steps: list[Step] = []
    if comparison.changes:
        steps.append(_step(Action.UPDATE, wanted, comparison, problem, live=live, applied=applied))
    if _needs_image(wanted, live, applied):
        steps.append(_image_step(wanted, applied, live=live))
    return Taken(tuple(steps), remarks=comparison.remarks)


def _retirement(scene: Scene, desired: Desired, live: Live, applied: Applied | None) -> Taken:
    """A segment that is gone must not keep an offer from being withdrawn, so it then stays as it is shown."""
    wanted, problem = with_segment(scene, retired(desired, live, scene.question.now))
    if problem:
        wanted = replace(wanted, fields={**wanted.fields, "segment": live.fields.get("segment")})
    comparison = with_segment_names(scene, compare(wanted, applied, live))
    if not comparison.changes:
        return NOTHING
    step = _step(Action.RETIRE, dated(wanted, live, scene.question.now), comparison, "", live=live, applied=applied)
    return Taken((step,))


def _step(  # noqa: PLR0913  the parts of one value
    action: Action,
    desired: Desired,
    comparison: Comparison,
    held_back: str,
    *,
    live: Live | None = None,
    applied: Applied | None = None,
) -> Step:
    return Step(
        action,
        desired,
        tuple(Change(change) for change in comparison.changes),
        units=comparison.units,
        fingerprint=comparison.fingerprint,
        held_back=held_back,
        live=live,
        applied=applied,
    )


# -------------------------------------------------------------------------------------------------------- images


def _needs_image(desired: Desired, live: Live, applied: Applied | None) -> bool:
    """The server shows a URL of its own, so only what was last uploaded tells whether another one is meant."""
    if desired.image is None:
        return False
    if applied is not None and applied.image is not None:
        return applied.image != desired.image
    return applied is not None or live.image is None


def _image_step(desired: Desired, applied: Applied | None, *, live: Live | None = None) -> Step:
    before = applied.image if applied is not None else None
    change = FieldChange("/image", before, desired.image, Verdict.EDIT)
    return Step(
        Action.UPLOAD_IMAGE,
        desired,
        (Change(change),),
        fingerprint=fingerprint_of([("image", before, desired.image)]),
        live=live,
        applied=applied,
    )
