"""Sending the rows of a run: each noted before its call and again when its answer came, never two at a time.

One thread decides and writes down, others wait for answers.  A row whose call certainly did not happen is pending
again; one whose answer was lost is unknown and stays so until a person speaks.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Final, NamedTuple

import orjson

from offers_sync.bulk.actions import ACTIONS, Payload
from offers_sync.bulk.checking import payload_of, with_defaults
from offers_sync.bulk.outcomes import SendReport
from offers_sync.bulk.pacing import Pace
from offers_sync.bulk.reading import fields_of
from offers_sync.errors import OffersError, UnreachableError
from offers_sync.state.budgets import Budget
from offers_sync.state.ledger import Ledger
from offers_sync.state.ledger_records import BulkRun, LedgerRow, RowEnding, RowOutcome, RunState
from offers_sync.wire.answers import Answer, error_texts
from offers_sync.wire.client import CONCURRENCY_LIMIT, Client, LostAnswerError, NotSentError
from offers_sync.wire.patience import asked_wait_seconds

LOST_IN_A_ROW_LIMIT: Final = 5
"""After so many lost answers without one that came, nothing more is sent: each leaves a row that nobody knows of."""
LONGEST_WAIT_SECONDS: Final = 150.0
"""A budget that is used up for longer than this ends the run, to be resumed."""
PATIENCE_SECONDS: Final = 600.0
"""How long a server may turn everything away before the run ends, to be resumed."""
_TICK_SECONDS: Final = 0.5
_REASON_LENGTH: Final = 500
_PREFETCHED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Sent:
    """How far a run is, for whoever watches."""

    action: str
    name: str
    total: int
    pending: int
    done: int
    failed: int
    unknown: int
    waiting: str = ""
    """For what the run waits, if it does."""


Watch = Callable[[Sent], None]


def nobody_watches(sent: Sent) -> None:
    """For runs that show nothing."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What a run is sent with."""

    client: Client
    ledger: Ledger
    owner: str
    """Who holds the lease on the run."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set by whoever wants the run to end after what is in flight."""
    watch: Watch = nobody_watches
    width: int = CONCURRENCY_LIMIT
    now: Callable[[], float] = time.monotonic
    longest_wait_seconds: float = LONGEST_WAIT_SECONDS


class _Returned(NamedTuple):
    """What came of one call."""

    ending: RowEnding
    throttled: bool = False
    asked_seconds: float | None = None
    lost: bool = False
    halt: OffersError | None = None


def send(run: BulkRun, sending: Sending) -> SendReport:
    """Send what is pending, under a lease that the caller holds."""
    return _Sender(run, sending).send()


class _Sender:
    """One walk over the pending rows of a run."""

    def __init__(self, run: BulkRun, sending: Sending) -> None:
        self._run, self._with = run, sending
        self._action = ACTIONS[run.action]
        tightest = min(budget.limit / budget.window_seconds for budget in self._action.budgets[:1])
        self._pace = Pace(tightest, now=sending.now)
        self._returned: SimpleQueue[_Returned] = SimpleQueue()
        self._rows: Iterator[LedgerRow] = iter(())
        self._backlog: deque[LedgerRow] = deque()
        self._in_flight: dict[int, LedgerRow] = {}
        self._lost_in_a_row = 0
        self._last_heard = sending.now()
        self._halt: OffersError | None = None
        self._is_cancelled = False
        self._waiting = ""

    def send(self) -> SendReport:
        ledger, run = self._with.ledger, self._run
        ledger.take_over(run, self._with.owner)
        self._counts = ledger.counts(run)
        self._rows = ledger.rows(run, RowOutcome.PENDING)
        pool = ThreadPoolExecutor(self._with.width, thread_name_prefix="bulk")
        try:
            self._loop(pool)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return self._report()

    def _report(self) -> SendReport:
        if self._is_cancelled:
            self._with.ledger.cancel(self._run, "the run was cancelled")
        run = self._with.ledger.end(self._run)
        is_over = self._is_cancelled or run.state is RunState.ENDED
        return SendReport(
            run,
            dict(self._with.client.requests),
            self._halt,
            is_interrupted=self._with.stop.is_set() and not is_over,
        )

    # ------------------------------------------------------------------------------------------------ the loop

    def _loop(self, pool: ThreadPoolExecutor) -> None:
        while True:
            returned = self._collect()
            rows = self._next_rows() if self._goes_on else []
            if returned or rows:
                self._advance(pool, [each.ending for each in returned], rows)
            if not self._in_flight and not self._has_more:
                return

    @property
    def _goes_on(self) -> bool:
        return self._halt is None and not self._is_cancelled and not self._with.stop.is_set()

    @property
    def _has_more(self) -> bool:
        return self._goes_on and self._fill_backlog()

    def _collect(self) -> list[_Returned]:
        """The answers that came, after waiting for one or for the next turn."""
        has_room = self._goes_on and len(self._in_flight) < self._with.width and self._fill_backlog()
        wait = min(self._pace.next_seconds, _TICK_SECONDS) if has_room else _TICK_SECONDS
        returned: list[_Returned] = []
        try:
            if self._in_flight or wait:
                returned.append(self._returned.get(timeout=max(wait, 0.001)) if self._in_flight else self._idle(wait))
            while True:
                returned.append(self._returned.get_nowait())
        except Empty:
            pass
        for each in returned:
            self._learn(each)
        return returned

    def _idle(self, seconds: float) -> _Returned:
        """Wait with nothing in flight, less when somebody asks to stop."""
        if self._backlog:
            self._with.stop.wait(seconds)
        raise Empty

    def _learn(self, returned: _Returned) -> None:
        ending = returned.ending
        row = self._in_flight.pop(ending.number)
        self._counts[RowOutcome.SENT] -= 1
        self._counts[ending.outcome] += 1
        if ending.outcome is RowOutcome.PENDING:
            self._backlog.appendleft(row)
        if returned.throttled:
            self._throttled(returned.asked_seconds)
        elif ending.outcome in {RowOutcome.DONE, RowOutcome.FAILED}:
            self._pace.went_well()
            self._last_heard = self._with.now()
        self._halt = self._halt or returned.halt
        self._count_lost(returned)

    def _throttled(self, asked_seconds: float | None) -> None:
        self._pace.throttled(asked_seconds)
        silent_seconds = self._with.now() - self._last_heard
        if silent_seconds > PATIENCE_SECONDS and self._halt is None:
            self._halt = UnreachableError(
                f"the server has turned everything away for {silent_seconds / 60:.0f} minutes", hint="resume it later"
            )

    def _count_lost(self, returned: _Returned) -> None:
        if returned.lost:
            self._lost_in_a_row += 1
        elif returned.ending.outcome in {RowOutcome.DONE, RowOutcome.FAILED}:
            self._lost_in_a_row = 0
        if self._lost_in_a_row >= LOST_IN_A_ROW_LIMIT and self._halt is None:
            self._halt = UnreachableError(
                f"{self._lost_in_a_row} answers were lost in a row, so nothing more is sent",
                hint="wait until the server answers again, then resume",
            )

    def _next_rows(self) -> list[LedgerRow]:
        count = min(self._with.width - len(self._in_flight), self._pace.ready())
        if count <= 0 or not self._fill_backlog():
            return []
        return [self._backlog[place] for place in range(min(count, len(self._backlog)))]

    def _fill_backlog(self) -> bool:
        if not self._backlog:
            self._backlog.extend(islice(self._rows, _PREFETCHED))
        return bool(self._backlog)

    def _advance(self, pool: ThreadPoolExecutor, endings: list[RowEnding], rows: list[LedgerRow]) -> None:
        """Write down what ended and what goes out next, then let it go out."""
        numbers = [row.number for row in rows]
        step = self._with.ledger.advance(self._run, self._with.owner, endings, numbers, self._action.budgets)
        self._is_cancelled = self._is_cancelled or step.is_cancelled
        for _ in range(step.granted):
            row = self._backlog.popleft()
            self._in_flight[row.number] = row
            self._counts[RowOutcome.PENDING] -= 1
            self._counts[RowOutcome.SENT] += 1
            pool.submit(self._call, row)
        self._pace.take(step.granted)
        self._waiting = ""
        if rows and step.granted < len(rows) and step.refused_by is not None:
            self._wait_for_budget(step.refused_by, step.wait_seconds)
        self._tell()

    def _wait_for_budget(self, budget: Budget, seconds: float) -> None:
        per = "a minute" if budget.window_seconds < 3_600 else "a day"
        words = f"{budget.limit:,} {per} are used up"
        if seconds > self._with.longest_wait_seconds and not self._in_flight:
            self._halt = UnreachableError(
                f"the vendor's {words}; there is room for more in {seconds / 60:,.0f} minutes", hint="resume it then"
            )
        self._waiting = words
        self._pace.close(min(seconds, 5.0))

    def _tell(self) -> None:
        counts = self._counts
        self._with.watch(
            Sent(
                self._action.noun,
                self._run.name,
                sum(counts.values()),
                counts[RowOutcome.PENDING] + counts[RowOutcome.SENT],
                counts[RowOutcome.DONE],
                counts[RowOutcome.FAILED],
                counts[RowOutcome.UNKNOWN],
                self._waiting,
            )
        )

    # --------------------------------------------------------------------------------- one call, in its own thread

    def _call(self, row: LedgerRow) -> None:
        try:
            self._returned.put(self._result(row))
        except BaseException as fault:  # noqa: BLE001  whatever it is, the row has to be accounted for
            # Nobody knows how far it came; the fault ends the run.
            ending = RowEnding(row.number, RowOutcome.UNKNOWN, f"a fault of ours: {type(fault).__name__}")
            halt = OffersError(f"unexpected fault while sending: {type(fault).__name__}", hint="this is a bug")
            self._returned.put(_Returned(ending, halt=halt))

    def _result(self, row: LedgerRow) -> _Returned:
        payload = self._payload(row)
        try:
            answer = self._with.client.post(self._action.path, payload)
        except NotSentError as error:
            return _Returned(_not_sent(row), halt=error)
        except LostAnswerError as error:
            return _Returned(RowEnding(row.number, RowOutcome.UNKNOWN, _short(error.message)), lost=True)
        except OffersError as error:  # refused, or the conversation was ended by another row's refusal
            return _Returned(_not_sent(row), halt=error)
        if answer.status == 429:
            return _Returned(
                _not_sent(row), throttled=True, asked_seconds=asked_wait_seconds(answer, datetime.now(UTC))
            )
        return _Returned(_ending(row, answer))

    def _payload(self, row: LedgerRow) -> Payload:
        about = self._run.about
        fields = fields_of(orjson.loads(row.cells), about["columns"])
        return payload_of(self._action, with_defaults(fields, about["defaults"], self._action), about["numbers"])


def _not_sent(row: LedgerRow) -> RowEnding:
    return RowEnding(row.number, RowOutcome.PENDING)


def _ending(row: LedgerRow, answer: Answer) -> RowEnding:
    if answer.is_success:
        return RowEnding(row.number, RowOutcome.DONE, _said(answer), answer.request_id)
    texts = "; ".join(error_texts(answer.body)) or answer.fault
    return RowEnding(row.number, RowOutcome.FAILED, _short(f"{answer.status}: {texts}"), answer.request_id)


def _said(answer: Answer) -> str:
    """What the answer to a redemption says of it; a gift's says nothing."""
    body = answer.body if isinstance(answer.body, dict) else {}
    status, identity = body.get("redemption_status"), body.get("redemption_id")
    return _short(f"redemption {identity}: {status}") if identity is not None else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:_REASON_LENGTH]
