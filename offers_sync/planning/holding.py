"""What keeps a step back, and what that keeps back with it: filters, doubts about the live side, and references.

Each reason names the way through.  Only the document itself and what needs it to exist are kept back; guards that
count are said by ``guards``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from offers_sync.errors import InvalidInputError
from offers_sync.models.values import Desired, DesiredKind, Live
from offers_sync.planning.completeness import Incomplete, what_it_builds_on
from offers_sync.planning.plan import Action, Step
from offers_sync.planning.question import Question, Scene, is_named, name_of

LEFT_OUT: Final = "left out by --only"
_WAVES: Final = {"selector": 0, "criterion": 1, "redeemable": 2, "image": 3, "campaign": 4}


def wave_of(step: Step) -> int:
    """When the step's turn comes."""
    return _WAVES["image" if step.action is Action.UPLOAD_IMAGE else step.kind]


def step_order(step: Step) -> tuple[int, str, str]:
    """Wave, key, action: the order of a plan, in which nothing comes before what it refers to."""
    return (wave_of(step), step.desired.key, step.action.value)


def check_only(question: Question) -> None:
    """Raise ``InvalidInputError`` when the plan is narrowed to something that is not there."""
    for wanted in question.only:
        if not any(is_named(desired, wanted) for desired in question.desired):
            raise InvalidInputError(
                f"--only {wanted}: there is no such document in the environment {question.environment}",
                hint=_advice(wanted, [name_of(each.kind, each.key) for each in question.desired]),
            )


def _advice(wanted: str, names: Sequence[str]) -> str:
    """Which documents were meant, or how one is named."""
    from difflib import get_close_matches  # noqa: PLC0415  only where something is wrong

    keys: dict[str, list[str]] = {}
    for name in names:
        keys.setdefault(name.partition("/")[2], []).append(name)
    close = get_close_matches(wanted, names, n=2) or [
        name for key in get_close_matches(wanted.rpartition("/")[2], keys, n=1) for name in keys[key]
    ]
    if close:
        return f"did you mean {' or '.join(f'`{name}`' for name in close)}?"
    return "write KIND/KEY, for example " + next(iter(names), "redeemable/ten-off-sandwich")


@dataclass(frozen=True, slots=True)
class Held:
    """Steps in their order, each with the reason why it is kept back, and which of them a guard keeps back."""

    steps: tuple[Step, ...]
    lookalikes: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    """Those that are not created because something of theirs may live unseen."""


def hold_back(scene: Scene, steps: Iterable[Step], incomplete: Incomplete) -> Held:
    """Keep back what has a reason to be, and what needs it."""
    lookalikes = Lookalikes.of(scene)
    settled: dict[str, Step] = {}
    result: list[Step] = []
    guarded: dict[str, list[str]] = {"lookalike": [], "uncertain": []}
    for step in sorted(steps, key=step_order):
        reason, needed = step.held_back or _filtered(scene.question, step), _needed(scene, step)
        if not reason and step.action is Action.CREATE:
            reason = scene.question.unsettled.get((step.kind, step.desired.external_id), "")
        if not reason and scene.question.snapshot.is_degraded and step.kind != "campaign":
            reason = scene.listing(step.kind).gap
        if not reason and step.action is Action.CREATE:
            guard, reason = _doubt(scene, step.desired, lookalikes)
            if reason:
                guarded[guard].append(step.name)
        if not reason:
            reason = next(_missing(scene, step, needed, settled), "")
        if not reason:
            reason = next(_too_generous(scene, step, incomplete, settled), "")
        result.append(replace(step, depends_on=tuple(name for name in needed if name in settled), held_back=reason))
        if step.action is not Action.UPLOAD_IMAGE:
            settled[step.name] = result[-1]
    return Held(tuple(result), tuple(guarded["lookalike"]), tuple(guarded["uncertain"]))


def _filtered(question: Question, step: Step) -> str:
    if not question.only or any(is_named(step.desired, wanted) for wanted in question.only):
        return ""
    return LEFT_OUT


def _needed(scene: Scene, step: Step) -> tuple[str, ...]:
    """What has to be there before: the documents that it refers to, or the offer that a picture is for.

    A campaign gives what its offer works by, too, and cannot be taken back.
    """
    if step.action is Action.UPLOAD_IMAGE:
        return (step.name,)
    if step.action is Action.DISTRIBUTE:
        return tuple(sorted(what_it_builds_on(scene, step)))
    return tuple(sorted({name_of(kind, key) for kind, key in step.desired.depends_on}))


def _missing(scene: Scene, step: Step, needed: Iterable[str], settled: Mapping[str, Step]) -> Iterator[str]:
    """What the step needs and will not be there."""
    for name in needed:
        before = settled.get(name)
        if before is not None and before.held_back and before.action is Action.CREATE:
            missed = " ".join(f"--only {each}" for each in dict.fromkeys(_left_out(name, settled)))
            yield f"{name} is not on the server yet and is kept back{f': add {missed}' if missed else ''}"
    for kind, key in step.desired.depends_on:
        document = scene.documents.get((kind, key))
        identity = (kind, document.external_id) if document is not None else None
        lives = identity in scene.live or identity in scene.opaque
        if document is not None and not lives and name_of(kind, key) not in settled:
            yield f"{name_of(kind, key)} is retired and was never on the server"


def _left_out(name: str, settled: Mapping[str, Step]) -> Iterator[str]:
    """What a filter leaves out of all that has to be made for something, the innermost first."""
    step = settled.get(name)
    if step is not None and step.action is Action.CREATE and step.held_back == LEFT_OUT:
        for needed in step.depends_on:
            yield from _left_out(needed, settled)
        yield name


def _too_generous(scene: Scene, step: Step, incomplete: Incomplete, settled: Mapping[str, Step]) -> Iterator[str]:
    """What the step would build on although the server keeps less of it than is written; unless it is being mended."""
    for name in what_it_builds_on(scene, step):
        mending = settled.get(name)
        if name in incomplete and (mending is None or mending.held_back):
            yield incomplete[name]


# ------------------------------------------------------------------------------------ doubts about the live side


def _doubt(scene: Scene, desired: Desired, lookalikes: Lookalikes) -> tuple[str, str]:
    """The guard that keeps a creation back, and the reason it gives."""
    gap = scene.listing(desired.kind).gap if desired.kind != "campaign" else ""
    if gap:
        return "uncertain", f"the list of what lives may be incomplete ({gap}), so nothing is created: plan again"
    return "lookalike", lookalikes.reason(desired)


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """The live objects that no document claims, by kind and name."""

    scene: Scene
    unclaimed: Mapping[tuple[DesiredKind, str], Live]

    @classmethod
    def of(cls, scene: Scene) -> Lookalikes:
        """Those of a scene."""
        return cls(
            scene,
            {
                (kind, _folded(item.name)): item
                for kind, listing in scene.question.snapshot.listings.items()
                for item in reversed(listing.items)
                if (kind, item.external_id) not in scene.desired and item.name
            },
        )

    def reason(self, desired: Desired) -> str:
        """Why a document is not created: something of its name lives already, and nobody said that this is meant."""
        written = desired.fields.get("name")
        other = self.unclaimed.get((desired.kind, _folded(written))) if isinstance(written, str) else None
        if other is None or self._is_allowed(desired):
            return ""
        return (
            f"a {desired.kind} called `{other.name}` lives already, and no document claims it: "
            f"{self._way_to_adopt(other)}; to make another one pass --allow-lookalike "
            f"{name_of(desired.kind, desired.key)}"
        )

    def _way_to_adopt(self, other: Live) -> str:
        former = self.scene.applied.get((other.kind, other.external_id))
        if former is not None:
            return f"it was {name_of(former.kind, former.key)}, so to take it over write `formerly: {former.key}`"
        if not other.external_id:
            return "it has no external_id, so it cannot be taken over"
        return f"to take it over write `external_id: {other.external_id}`"

    def _is_allowed(self, desired: Desired) -> bool:
        question = self.scene.question
        if any(is_named(desired, wanted) for wanted in question.allowed.lookalikes):
            return True
        return any(
            allowance.guard == "lookalike" and allowance.key is not None and is_named(desired, allowance.key)
            for allowance in question.allowances
        )


def _folded(name: str) -> str:
    """Names that people take for the same."""
    return " ".join(name.split()).casefold()
