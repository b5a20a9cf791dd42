"""One batch: its intent in the journal, the call, what each item's answer means, and that in the journal too.

Nothing is sent a second time from here; what follows from a lost or refused batch is decided by ``waving``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from offers_sync.applying.events import BatchAnswered, BatchSent
from offers_sync.applying.lines import is_about_criterion, traced
from offers_sync.applying.memory import Memory
from offers_sync.applying.outcomes import GOOD, StepId, step_id
from offers_sync.applying.payloads import change, creation
from offers_sync.applying.surroundings import Surroundings
from offers_sync.applying.waves import Batch
from offers_sync.errors import OffersError, RefusedError, UnreachableError
from offers_sync.models.values import Outcome, Tree
from offers_sync.planning.plan import Action, Step
from offers_sync.state.records import Ending, EntryId, Intent
from offers_sync.state.store import LeaseLostError
from offers_sync.wire.client import LostAnswerError, NotSentError
from offers_sync.wire.writing import BatchRefusedError, Result, create, update, upload_images

TOO_MANY: int = 429
SPLITTABLE = frozenset({400, 413, 422})
"""Refusals that may be about one of the items."""


class How(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    LOST = "lost"
    REFUSED = "refused"
    THROTTLED = "throttled"
    FORBIDDEN = "forbidden"
    NOT_SENT = "not_sent"


class Doubt(StrEnum):
    """What is not known of an item after its call."""

    NONE = "none"
    LOST = "lost"
    """It may have happened: only a list can tell, and only after a while."""
    REFUSED = "refused"
    """The server turned the whole call away, and may have saved some of it: a list tells at once."""
    NOT_SENT = "not_sent"
    """It certainly did not happen, and may be sent again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One item after its call; ``outcome`` is what is known by then."""

    step: Step
    outcome: Outcome
    doubt: Doubt = Doubt.NONE
    ended: float = 0.0
    entry: EntryId | None = None
    errors: tuple[str, ...] = ()
    warnings: tuple[Tree, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the server confirmed it."""
        return self.outcome in GOOD


@dataclass(frozen=True, slots=True)
class BatchEnd:
    """A call that came to its end, with its items, criteria that went inside included."""

    batch: Batch
    how: How
    items: tuple[Sent, ...]
    error: OffersError | None = None
    may_be_split: bool = False

    @property
    def message(self) -> str:
        """What went wrong."""
        return self.error.message if self.error is not None else ""


class Sender:
    """Sends batches for one run; usable from several threads."""

    def __init__(self, run: str, surroundings: Surroundings, memory: Memory) -> None:
        self._run = run
        self._with = surroundings
        self._memory = memory
        self._lock = threading.Lock()
        self._lost_in_a_row = 0
        self.halt: OffersError | None = None
        """The error after which nothing more is sent."""
        self.under_way: set[StepId] = set()
        """The steps whose batch was noted in the journal and is not accounted for."""

    def forgive(self) -> None:
        """Take up sending again after the server was seen to answer."""
        with self._lock:
            self._lost_in_a_row = 0

    def send(self, batch: Batch, inline: Mapping[str, Step]) -> BatchEnd:
        """One call, unless there is a reason to send nothing more."""
        reason = self._reason_to_stop()
        if reason:
            return _not_sent(batch, reason)
        inside = {step.name: inline[step.desired.key] for step in batch.steps if _takes_inside(step, inline)}
        payloads = [_payload(batch, step, inline) for step in batch.steps]
        steps = (*batch.steps, *inside.values())
        try:
            entries = self._with.store.intend(self._run, [_intent(step) for step in steps])
        except OffersError as error:  # what cannot be noted is not sent
            self.halt = self.halt or error
            return _not_sent(batch, f"not sent: {error.message}")
        self._note(steps)
        self._with.watch(BatchSent(batch.action.value, batch.kind, len(batch.steps)))
        end = self._judged(batch, payloads, inside)
        noted = tuple(replace(item, entry=entry) for item, entry in zip(end.items, entries, strict=True))
        self._settle(noted)
        self._with.watch(
            BatchAnswered(batch.action.value, batch.kind, len(batch.steps), end.how.value, end.message),
        )
        return replace(end, items=noted)

    def _reason_to_stop(self) -> str:
        if self._with.stop.is_requested:
            return "not sent: the run was interrupted"
        if self.halt is not None:
            return f"not sent: {self.halt.message}"
        if self._lost_in_a_row >= self._with.patience.lost_in_a_row_limit:
            return "not sent: the server stopped answering"
        return ""

    def _note(self, steps: Iterable[Step]) -> None:
        with self._lock:
            self.under_way.update(step_id(step) for step in steps)

    def _settle(self, items: tuple[Sent, ...]) -> None:
        """Note how the items ended, and remember what the server confirmed before anything else can happen."""
        endings = [Ending(item.entry, _noted(item), "; ".join(item.errors)) for item in items if item.entry is not None]
        memories = [self._memory.written(item.step, item.warnings) for item in items if item.is_good]
        try:
            self._with.store.settle(endings, memories)
        except OffersError as error:  # the entries stay open, and the next run explains them by the lists
            self.halt = self.halt or error

    # ------------------------------------------------------------------------------------------------ the call

    def _judged(self, batch: Batch, payloads: list[dict[str, Any]], inside: Mapping[str, Step]) -> BatchEnd:
        try:
            results = self._call(batch, payloads)
        except NotSentError as error:
            self._lost()
            return self._whole(batch, inside, How.LOST, Doubt.NOT_SENT, error)
        except LostAnswerError as error:
            self._lost()
            return self._whole(batch, inside, How.LOST, Doubt.LOST, error)
        except BatchRefusedError as error:
            self.forgive()
            how = How.THROTTLED if error.status == TOO_MANY else How.REFUSED
            end = self._whole(batch, inside, how, Doubt.REFUSED, error)
            return replace(end, may_be_split=error.status in SPLITTABLE)
        except (RefusedError, LeaseLostError) as error:
            self.halt = self.halt or error
            return self._whole(batch, inside, How.FORBIDDEN, Doubt.NONE, error)
        except UnreachableError as error:  # an update that was repeated in vain
            self._lost()
            return self._whole(batch, inside, How.LOST, Doubt.LOST, error)
        self.forgive()
        return BatchEnd(batch, How.ANSWERED, tuple(self._answered(batch, inside, results)))

    def _call(self, batch: Batch, payloads: list[dict[str, Any]]) -> dict[str, Result]:
        match batch.action:
            case Action.CREATE:
                return create(self._with.client, batch.kind, payloads)
            case Action.UPLOAD_IMAGE:
                return upload_images(
                    self._with.client, [(payload["external_id"], payload["image_url"]) for payload in payloads]
                )
            case _:
                return update(self._with.client, batch.kind, payloads)

    def _lost(self) -> None:
        with self._lock:
            self._lost_in_a_row += 1

    # ----------------------------------------------------------------------------------------------- the answer

    def _whole(self, batch: Batch, inside: Mapping[str, Step], how: How, doubt: Doubt, error: OffersError) -> BatchEnd:
        """The same for every item."""
        now = self._with.store.now()
        outcome = Outcome.UNKNOWN if doubt is Doubt.LOST else Outcome.FAILED
        items = (Sent(step, outcome, doubt, now, errors=(error.message,)) for step in (*batch.steps, *inside.values()))
        return BatchEnd(batch, how, tuple(items), error)

    def _answered(self, batch: Batch, inside: Mapping[str, Step], results: Mapping[str, Result]) -> Iterator[Sent]:
        now = self._with.store.now()
        criteria: list[Sent] = []
        for step in batch.steps:
            result = results.get(step.desired.external_id)
            criterion = inside.get(step.name)
            warnings = result.warnings if result is not None else ()
            if criterion is not None:
                nested = [warning for warning in warnings if is_about_criterion(warning)]
                criteria.append(_item(criterion, result, nested, now))
                warnings = tuple(warning for warning in warnings if not is_about_criterion(warning))
            yield _item(step, result, warnings, now)
        yield from criteria


def _not_sent(batch: Batch, reason: str) -> BatchEnd:
    items = (Sent(step, Outcome.HELD_BACK, Doubt.NOT_SENT, errors=(reason,)) for step in batch.steps)
    return BatchEnd(batch, How.NOT_SENT, tuple(items))


def _item(step: Step, result: Result | None, warnings: Iterable[Tree], now: float) -> Sent:
    if result is None:
        return Sent(step, Outcome.UNKNOWN, Doubt.LOST, now, errors=("the server's answer does not mention it",))
    request = f" (request id {result.request_id})" if result.request_id else ""
    if not result.is_success:
        texts = result.errors or ("the server says no more than that it failed",)
        return Sent(step, Outcome.FAILED, Doubt.NONE, now, errors=(*texts[:-1], texts[-1] + request))
    said = traced(step, warnings)
    outcome = Outcome.DONE_WITH_WARNINGS if said else Outcome.DONE
    return Sent(step, outcome, Doubt.NONE, now, errors=result.errors, warnings=said)


def _noted(item: Sent) -> Outcome:
    """What the journal says: a refused batch may have saved some of its items, until a list was read."""
    is_open = item.doubt is Doubt.REFUSED and item.step.action is Action.CREATE
    return Outcome.UNKNOWN if is_open else item.outcome


def _takes_inside(step: Step, inline: Mapping[str, Step]) -> bool:
    return step.action is Action.CREATE and step.kind == "redeemable" and step.desired.key in inline


def _payload(batch: Batch, step: Step, inline: Mapping[str, Step]) -> dict[str, Any]:
    match batch.action:
        case Action.CREATE:
            return creation(batch.kind, step, inline)
        case Action.UPLOAD_IMAGE:
            return {"external_id": step.desired.external_id, "image_url": step.desired.image or ""}
        case _:
            return change(batch.kind, step)


def _intent(step: Step) -> Intent:
    return Intent(step.action.value, step.kind, step.desired.key, step.desired.external_id)
