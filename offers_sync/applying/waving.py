"""One wave from its first batch to its last look: what is split, what is sent again, what is waited for.

    a call ended as    creations                                   updates, images
    -----------------  ------------------------------------------  -----------------------------------
    lost               looked for; sent again once proven absent   looked at; sent again if not as sent
    refused (400...)   split, after what landed is taken out       split
    throttled (429)    sent again, after what landed is taken out  sent again
    not sent           sent again when the server answers again    the same

What the items come to in the end is said by ``verifying``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from offers_sync.applying.batches import BatchEnd, Doubt, How, Sender, Sent
from offers_sync.applying.crew import Crew
from offers_sync.applying.events import Waiting
from offers_sync.applying.lines import losses
from offers_sync.applying.looking import Look, Looks, Presence, look_at
from offers_sync.applying.outcomes import StepId, step_id
from offers_sync.applying.surroundings import Surroundings
from offers_sync.applying.waves import Batch, Wave, batches_of
from offers_sync.errors import OffersError
from offers_sync.models.values import OBJECT_KINDS, ObjectKind, Outcome
from offers_sync.planning.plan import Action, Step
from offers_sync.state.records import Ending

FOUND: Final = "the list shows it"
NEVER_ARRIVED: Final = "a complete list shows that it never arrived"
REFUSED_WHOLE: Final = "its batch was refused, and a list shows nothing of it"
MAY_BE_REPEATED: Final = "whether the picture arrived is not known"
NOT_SHOWN: Final = "the list does not show the change"


@dataclass(slots=True)
class Budget:
    """What is left of a run's patience."""

    seconds: float

    def take(self, wish: float) -> float:
        """So much of it as there is."""
        taken = min(wish, self.seconds)
        self.seconds -= taken
        return taken


@dataclass(frozen=True, slots=True)
class Settled:
    """What a wave's items came to, and the lists by which one can say so."""

    items: tuple[Sent, ...]
    looks: Looks = field(default_factory=dict)
    error: OffersError | None = None
    """Why the lists could not be read in the end."""


class Waving:
    """Carries out waves with one sender, one crew and one budget."""

    def __init__(self, sender: Sender, crew: Crew, surroundings: Surroundings, budget: Budget) -> None:
        self._sender = sender
        self._crew = crew
        self._with = surroundings
        self._budget = budget
        self._done: dict[StepId, Sent] = {}
        self._looks: Looks = {}
        self._endings: list[Ending] = []

    def carry_out(self, wave: Wave, inline: Mapping[str, Step]) -> Settled:
        """Send the wave's steps; ``inline`` are the criteria that go inside, by their redeemable's key."""
        self._done, self._looks = {}, {}
        kinds = _kinds(wave, inline)
        pending: Sequence[Step] = wave.steps
        try:
            for _ in range(self._with.patience.send_rounds):
                self._send(pending, inline, kinds)
                if not self._was_anything_sent():
                    break
                self._look(kinds)
                self._settle(kinds)
                self._write_endings()
                pending = self._to_send_again()
                if not pending or self._is_over():
                    break
                inline = self._still_to_go_inside(inline)
                self._sender.forgive()
        except OffersError as error:
            return Settled(tuple(_unread(item) for item in self._done.values()), {}, error)
        return Settled(tuple(self._done.values()), self._looks)

    def _is_over(self) -> bool:
        return self._sender.halt is not None or self._with.stop.is_requested

    def _was_anything_sent(self) -> bool:
        return any(item.entry is not None for item in self._done.values())

    def _resolve(self, item: Sent, outcome: Outcome, doubt: Doubt, note: str) -> None:
        """Put an end to a doubt, for the run and for the journal."""
        errors = () if outcome is Outcome.DONE else (*item.errors, *((note,) if note not in item.errors else ()))
        self._note([replace(item, outcome=outcome, doubt=doubt, errors=errors)])
        if item.entry is not None:
            self._endings.append(Ending(item.entry, outcome, note))

    def _write_endings(self) -> None:
        if self._endings:
            self._with.store.settle(self._endings)
            self._endings = []

    # ---------------------------------------------------------------------------------------------- sending

    def _send(self, steps: Sequence[Step], inline: Mapping[str, Step], kinds: frozenset[ObjectKind]) -> None:
        """Send, and what was refused or throttled again, as long as that makes sense."""
        queue = list(batches_of(steps, self._with.batch_limit))
        throttled = 0
        while queue:
            again: list[Batch] = []
            was_throttled = False
            for end in self._crew.in_order(partial(self._sender.send, inline=inline), queue):
                self._note(end.items)
                was_throttled |= end.how is How.THROTTLED
                again.extend(_again(end))
            throttled += was_throttled
            if not again or self._is_over() or throttled > self._with.patience.throttled_rounds:
                return
            if was_throttled:
                self._pause(throttled)
            queue = self._without_landed(again, kinds)
            inline = self._still_to_go_inside(inline)

    def _note(self, items: Iterable[Sent]) -> None:
        self._done.update({step_id(item.step): item for item in items})

    def _pause(self, times: int) -> None:
        seconds = self._with.patience.first_wait_seconds * 2.0 ** (times - 1)
        self._with.watch(Waiting("the server asks for fewer requests", seconds))
        self._with.wait(seconds)

    def _without_landed(self, batches: Sequence[Batch], kinds: frozenset[ObjectKind]) -> list[Batch]:
        """The batches without what a list shows by now; only creations can have landed to any harm."""
        if not any(batch.action is Action.CREATE for batch in batches):
            return list(batches)
        self._look(kinds)
        self._take_landed()
        rest = [
            replace(batch, steps=tuple(step for step in batch.steps if not self._done[step_id(step)].is_good))
            for batch in batches
        ]
        for item in tuple(self._done.values()):
            if item.doubt is Doubt.REFUSED and item.step.action is Action.CREATE:
                self._resolve(item, Outcome.FAILED, Doubt.NONE, REFUSED_WHOLE)
        self._write_endings()
        return [batch for batch in rest if batch.steps]

    # ---------------------------------------------------------------------------------------------- looking

    def _look(self, kinds: frozenset[ObjectKind]) -> None:
        self._looks = look_at(self._with.client, kinds, self._with.store.now)

    def _take_landed(self) -> None:
        """What nobody confirmed and a list shows is done."""
        for item in tuple(self._done.values()):
            is_doubtful = item.step.action is Action.CREATE and item.doubt in {Doubt.LOST, Doubt.REFUSED}
            if is_doubtful and self._presence(item) is Presence.THERE:
                self._resolve(item, Outcome.DONE, Doubt.NONE, FOUND)

    def _presence(self, item: Sent) -> Presence:
        look = self._look_of(item)
        # A refusal is an answer: what it saved, it saved before we were told.
        settle_seconds = 0.0 if item.doubt is Doubt.REFUSED else self._with.patience.settle_seconds
        return look.presence(item.step.desired.external_id, item.ended, settle_seconds)

    def _look_of(self, item: Sent) -> Look:
        kind = next(kind for kind in OBJECT_KINDS if kind == item.step.kind)
        return self._looks[kind]

    def _settle(self, kinds: frozenset[ObjectKind]) -> None:
        """Look as often as patience allows, until every item is explained and shows as it was sent."""
        wait_seconds = self._with.patience.first_wait_seconds
        verifying = Budget(min(self._with.patience.settle_seconds, self._with.patience.verify_seconds))
        while True:
            self._explain()
            is_open = any(item.doubt is Doubt.LOST for item in self._done.values())
            budget = self._budget if is_open else verifying
            if not (is_open or self._lags()) or self._is_over():
                return
            seconds = budget.take(wait_seconds)
            if seconds <= 0:
                return
            reason = "for lists to show what was sent without an answer" if is_open else "for lists to catch up"
            self._with.watch(Waiting(reason, seconds))
            self._with.wait(seconds)
            wait_seconds *= 2
            self._look(kinds)

    def _explain(self) -> None:
        """Give every item in doubt the outcome that the lists prove."""
        self._take_landed()
        for item in tuple(self._done.values()):
            if item.step.action is Action.CREATE:
                self._explain_creation(item)
            elif item.step.action is not Action.UPLOAD_IMAGE and item.doubt is not Doubt.NONE:
                self._explain_update(item)
            elif item.doubt is Doubt.LOST:  # a picture may be sent again, it replaces
                self._resolve(item, Outcome.FAILED, Doubt.NOT_SENT, MAY_BE_REPEATED)

    def _explain_creation(self, item: Sent) -> None:
        if item.doubt not in {Doubt.LOST, Doubt.REFUSED} or self._presence(item) is not Presence.ABSENT:
            return
        if item.doubt is Doubt.LOST:
            self._resolve(item, Outcome.FAILED, Doubt.NOT_SENT, NEVER_ARRIVED)
        else:
            self._resolve(item, Outcome.FAILED, Doubt.NONE, REFUSED_WHOLE)

    def _explain_update(self, item: Sent) -> None:
        live = self._look_of(item).live.get(item.step.desired.external_id)
        if item.entry is None:
            return
        if live is not None and not losses(item.step, live):
            self._resolve(item, Outcome.DONE, Doubt.NONE, FOUND)
        elif item.doubt is Doubt.LOST:
            self._resolve(item, Outcome.FAILED, Doubt.NOT_SENT, NOT_SHOWN)
        elif item.doubt is Doubt.REFUSED:
            self._note([replace(item, doubt=Doubt.NONE)])

    def _lags(self) -> bool:
        """Whether a list shows less than what the server confirmed."""
        return any(self._is_behind(item) for item in self._done.values() if item.is_good)

    def _is_behind(self, item: Sent) -> bool:
        if item.step.action is Action.UPLOAD_IMAGE:
            return False
        live = self._look_of(item).live.get(item.step.desired.external_id)
        if live is None:
            return True
        before = item.step.live
        return before is not None and live.fields == before.fields

    # ----------------------------------------------------------------------------------------------- again

    def _to_send_again(self) -> list[Step]:
        """What is proven not to have happened; a criterion goes with its redeemable."""
        pending = [item.step for item in self._done.values() if item.doubt is Doubt.NOT_SENT]
        creating = {step.desired.key for step in pending if step.kind == "redeemable"}
        return [step for step in pending if not _goes_inside(step, creating)]

    def _still_to_go_inside(self, inline: Mapping[str, Step]) -> Mapping[str, Step]:
        """Without the criteria that are there already: their redeemables refer to them."""
        return {key: step for key, step in inline.items() if not self._is_there(step)}

    def _is_there(self, step: Step) -> bool:
        item = self._done.get(step_id(step))
        return item is not None and item.is_good


def _unread(item: Sent) -> Sent:
    """What is known of an item while no list can be read."""
    is_open = item.doubt is Doubt.REFUSED and item.step.action is Action.CREATE
    return replace(item, outcome=Outcome.UNKNOWN) if is_open else item


def _again(end: BatchEnd) -> tuple[Batch, ...]:
    match end.how:
        case How.THROTTLED:
            return (end.batch,)
        case How.REFUSED if end.may_be_split and len(end.batch.steps) > 1:
            return end.batch.halves()
        case _:
            return ()


def _kinds(wave: Wave, inline: Mapping[str, Step]) -> frozenset[ObjectKind]:
    """The lists that show what the wave does."""
    shown = [step for step in wave.steps if step.action is not Action.UPLOAD_IMAGE]
    kinds = {kind for kind in OBJECT_KINDS for step in shown if step.kind == kind}
    if any(step.desired.key in inline for step in shown):
        kinds.add("criterion")
    return frozenset(kinds)


def _goes_inside(step: Step, creating: set[str]) -> bool:
    return step.kind == "criterion" and step.desired.inline_in is not None and step.desired.inline_in in creating
