"""What a careful colleague asks about a plan: lint that takes the clock, the live side or several offers to see.

What one document says by itself is judged where files are read.  Nothing here keeps anything back.
"""

from __future__ import annotations

from collections.abc import Iterator

from offers_sync import codes
from offers_sync.findings import Finding
from offers_sync.models.values import Desired
from offers_sync.planning.annotating import Annotation, Situation
from offers_sync.planning.overlapping import AutoOffers
from offers_sync.planning.plan import Action, Step
from offers_sync.planning.retiring import local_time
from offers_sync.planning.windows import end_of

_WRITES = (Action.CREATE, Action.UPDATE)
_NAMES_SHOWN = 3


def judge(situation: Situation) -> Iterator[Annotation]:
    """Everything that a colleague would ask about."""
    for step in situation.steps:
        if step.kind == "redeemable" and step.action in _WRITES:
            yield from _ended(situation, step)
    yield from _unknown_places(situation)
    yield from _overlaps(situation)


def _ended(situation: Situation, step: Step) -> Iterator[Annotation]:
    """An offer that ends before it is written; one that ends while it lives needs nobody's attention."""
    end = end_of(step.desired)
    if end is None or end.local_time > local_time(situation.scene.question.now, end.timezone):
        return
    verb = "created" if step.action is Action.CREATE else "changed"
    message = f"the offer ended at {end.local_time}, before it is {verb}"
    yield _annotation(
        step.desired, Finding.of(codes.ENDED_ALREADY, message, hint=codes.ENDED_ALREADY.hint, path=end.path)
    )


def _unknown_places(situation: Situation) -> Iterator[Annotation]:
    """Locations that the server's lists do not have."""
    known = situation.scene.question.snapshot.places
    if known is None or situation.scene.question.is_offline:
        return
    for desired in situation.scene.question.desired:
        for path, place in _places(desired):
            if place not in known:
                kind = "location" if place.startswith("location:") else "group of locations"
                message = f"the server lists no {kind} `{place}`"
                finding = Finding.of(codes.UNKNOWN_PLACE, message, hint=codes.UNKNOWN_PLACE.hint, path=path)
                yield _annotation(desired, finding)


def _places(desired: Desired) -> Iterator[tuple[str, str]]:
    written = desired.fields.get("effective_location")
    if isinstance(written, str):
        yield "/effective_location", written
    for index, place in enumerate(written if isinstance(written, (list, tuple)) else ()):
        yield f"/effective_location/{index}", place


def _overlaps(situation: Situation) -> Iterator[Annotation]:
    """Offers that are applied by themselves, at one time and place, to the same items."""
    offers = AutoOffers.of(situation.scene)
    for offer, others in offers.overlapping(_NAMES_SHOWN + 1):
        shown = ", ".join(f"`{other.key}`" for other in others[:_NAMES_SHOWN])
        more = " and more" if len(others) > _NAMES_SHOWN else ""
        message = f"{shown}{more} may be applied by itself to the same items at the same time"
        finding = Finding.of(
            codes.AUTO_OFFERS_OVERLAP, message, hint=codes.AUTO_OFFERS_OVERLAP.hint, path="/auto_applicable"
        )
        yield _annotation(offer, finding)


def _annotation(desired: Desired, finding: Finding) -> Annotation:
    return Annotation(desired.kind, desired.key, finding)
