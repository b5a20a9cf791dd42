"""What keeps a step back, and what that keeps back with it: filters, doubts about the live side, and references.

Each reason names the way through.  Only the document itself and what needs it to exist are kept back; guards that
count are said by ``guards``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from offers_sync.models.values import Desired, DesiredKind, Live
from offers_sync.planning.completeness import Incomplete, what_it_builds_on
from offers_sync.planning.naming import flags, name_for
from offers_sync.planning.plan import Action, Step
from offers_sync.planning.question import Question, Scene, is_asked_for, is_named, name_of

LEFT_OUT: Final = "left out by --only"
_ADOPTED_SHOWN: Final = 5
_PLAIN: Final = re.compile(r"(?=[\w-]*[A-Za-z])[A-Za-z0-9_]+(-[A-Za-z0-9_]+)+")
"""What YAML takes for nothing but text: letters and digits with hyphens within."""
_WAVES: Final = {"selector": 0, "criterion": 1, "redeemable": 2, "image": 3, "campaign": 4}


def wave_of(step: Step) -> int:
    """When the step's turn comes."""
    return _WAVES["image" if step.action is Action.UPLOAD_IMAGE else step.kind]


def step_order(step: Step) -> tuple[int, str, str]:
    """Wave, key, action: the order of a plan, in which nothing comes before what it refers to."""
    return (wave_of(step), step.desired.key, step.action.value)


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
    return "" if is_asked_for(question, step.desired) else LEFT_OUT


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
    before = (settled.get(name) for name in needed)
    lacking = [each for each in before if each is not None and each.held_back and each.action is Action.CREATE]
    if lacking:
        yield _lacking(lacking, settled)
    for kind, key in step.desired.depends_on:
        document = scene.documents.get((kind, key))
        identity = (kind, document.external_id) if document is not None else None
        lives = identity in scene.live or identity in scene.opaque
        if document is not None and not lives and name_of(kind, key) not in settled:
            yield f"{name_of(kind, key)} is retired and was never on the server"


def _lacking(lacking: Sequence[Step], settled: Mapping[str, Step]) -> str:
    """What is not there yet, and all that ``--only`` has to name besides for it to come about."""
    blocked = [step for step in lacking if step.held_back != LEFT_OUT] or lacking
    one = blocked[0].name if len(blocked) < len(lacking) or len(lacking) == 1 else ""
    words = f"{one} is" if one else f"{len(lacking)} documents that it needs are"
    missed = flags("--only", [name for step in lacking for name in _left_out(step, settled)])
    verb = "is" if one else "are"
    return f"{words} not on the server yet and {verb} kept back{f': add `{missed}`' if missed else ''}"


def _left_out(step: Step, settled: Mapping[str, Step]) -> Iterator[str]:
    """What a filter leaves out of all that has to be made for something, the innermost first."""
    if step.action is Action.CREATE and step.held_back:
        for needed in step.depends_on:
            yield from _left_out(settled[needed], settled)
        if step.held_back == LEFT_OUT:
            yield name_for(step.desired)


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
    unclaimed: Mapping[tuple[DesiredKind, str], Sequence[Live]]

    @classmethod
    def of(cls, scene: Scene) -> Lookalikes:
        """Those of a scene."""
        unclaimed: dict[tuple[DesiredKind, str], list[Live]] = {}
        for kind, listing in scene.question.snapshot.listings.items():
            for item in listing.items:
                if (kind, item.external_id) not in scene.desired and item.name:
                    unclaimed.setdefault((kind, _folded(item.name)), []).append(item)
        return cls(scene, unclaimed)

    def reason(self, desired: Desired) -> str:
        """Why a document is not created: something of its name lives already, and nobody said that this is meant."""
        written = desired.fields.get("name")
        others = self.unclaimed.get((desired.kind, _folded(written)), ()) if isinstance(written, str) else ()
        if not others or self._is_allowed(desired):
            return ""
        name, own = others[0].name, name_of(desired.kind, desired.key)
        lives = f"a {desired.kind} called `{name}` lives already, and no document claims it"
        if len(others) > 1:
            lives = f"{len(others)} of kind {desired.kind} called `{name}` live already, and no document claims them"
        flag = flags("--allow-lookalike", [own])
        return f"{lives}: {self._ways_to_adopt(others)}; to make another one pass `{flag}`"

    def _ways_to_adopt(self, others: Sequence[Live]) -> str:
        """How to take one of them over, or why that cannot be."""
        if len(others) == 1:
            return self._way_to_adopt(others[0])
        ways = [line for other in others[:_ADOPTED_SHOWN] if (line := self._line_of(other))]
        if not ways:
            return "they have no external_id, so none can be taken over"
        more = f", or another of the {len(others)}" if len(ways) < len(others) else ""
        return f"to take one of them over write {' or '.join(f'`{way}`' for way in ways)}{more}"

    def _way_to_adopt(self, other: Live) -> str:
        former, line = self.scene.applied.get((other.kind, other.external_id)), self._line_of(other)
        if not line:
            return "it has no external_id, so it cannot be taken over"
        origin = f"it was {name_of(former.kind, former.key)}, so " if former is not None else ""
        return f"{origin}to take it over write `{line}`"

    def _line_of(self, other: Live) -> str:
        """The line of YAML that makes a document claim it, if one does."""
        former = self.scene.applied.get((other.kind, other.external_id))
        if former is not None:
            return f"formerly: {former.key}"
        return f"external_id: {_scalar(other.external_id)}" if other.external_id else ""

    def _is_allowed(self, desired: Desired) -> bool:
        question = self.scene.question
        if any(is_named(desired, wanted) for wanted in question.allowed.lookalikes):
            return True
        return any(
            allowance.guard == "lookalike" and allowance.key is not None and is_named(desired, allowance.key)
            for allowance in question.allowances
        )


def _scalar(text: str) -> str:
    """A text as YAML takes it for one."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _folded(name: str) -> str:
    """Names that people take for the same."""
    return " ".join(name.split()).casefold()
