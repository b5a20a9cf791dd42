"""The memory of what was given: each row of a bulk run, noted before it is sent and again when its answer came.

Losing it may give twice, so it is kept in a store that was made on purpose.  What a row means and when it is sent is
not known here.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from offers_sync.errors import InvalidInputError
from offers_sync.state.budgets import Budget, Grant, grant
from offers_sync.state.databases import Transaction
from offers_sync.state.ledger_records import (
    Advance,
    BulkRun,
    Draft,
    LedgerRow,
    RowEnding,
    RowOutcome,
    RunState,
)
from offers_sync.state.store import LeaseLostError, Store

_RUN_COLUMNS: Final = "id, name, action, state, rows_digest, digest, about, who, made, ended, counts"
_ID_BITS: Final = 48
_PAGE: Final = 1_000


class Ledger:
    """The bulk runs of one environment; usable from threads."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._database = store.database
        self._scope = store.scope
        self.now: Callable[[], float] = store.now

    def lease_store(self, run: BulkRun) -> Store:
        """What a sender holds a lease on, so that a run has one sender at a time."""
        return Store(self._database, self._scope, f"runs/{run.name}", clock=self.now)

    # ------------------------------------------------------------------------------------------------- looking

    def find(self, name: str) -> BulkRun | None:
        """The run of that name."""
        return next(iter(self._runs("name = ?", name)), None)

    def with_rows(self, rows_digest: str, action: str) -> tuple[BulkRun, ...]:
        """The runs that were made of a file with these bytes."""
        return self._runs("rows_digest = ? AND action = ? AND state <> 'entering'", rows_digest, action)

    def runs(self) -> tuple[BulkRun, ...]:
        """All runs, the newest first."""
        return self._runs()

    def counts(self, run: BulkRun) -> Counter[RowOutcome]:
        """How many rows stand where."""
        rows = self._query("SELECT outcome, count(*) FROM offers_ledger WHERE run = ? GROUP BY outcome", run.id)
        return Counter({RowOutcome(outcome or "pending"): count for outcome, count in rows})

    def rows(self, run: BulkRun, *outcomes: RowOutcome, after: int = 0) -> Iterator[LedgerRow]:
        """The rows of a run in order, those of some outcomes only where any are named."""
        condition, names = _condition(outcomes)
        while True:
            page = self._query(
                "SELECT number, line, cells, outcome, reason, request_id FROM offers_ledger "  # noqa: S608  from here
                f"WHERE run = ? AND number > ?{condition} ORDER BY number LIMIT {_PAGE}",
                *(run.id, after, *names),
            )
            for number, line, cells, outcome, reason, request_id in page:
                yield LedgerRow(number, line, cells, RowOutcome(outcome or "pending"), reason, request_id)
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def _runs(self, condition: str = "1 = 1", *arguments: Any) -> tuple[BulkRun, ...]:
        rows = self._query(
            f"SELECT {_RUN_COLUMNS} FROM offers_bulk_runs WHERE scope = ? AND {condition} "  # noqa: S608  from here
            "ORDER BY made DESC, name",
            *(self._scope, *arguments),
        )
        return tuple(self._counted(_run(row)) for row in rows)

    def _counted(self, run: BulkRun) -> BulkRun:
        if run.state is RunState.PURGED:
            return run
        return _with_counts(run, {outcome.value: count for outcome, count in self.counts(run).items()})

    # ------------------------------------------------------------------------------------------------ entering

    def begin(self, draft: Draft) -> BulkRun:
        """Make a run without rows; one of that name whose rows were never all written down is replaced."""
        identity, now = secrets.randbits(_ID_BITS), self.now()
        with self._database.transaction() as transaction:
            former = transaction.query(
                "SELECT id, state FROM offers_bulk_runs WHERE scope = ? AND name = ?", self._scope, draft.name
            )
            for number, state in former:
                if state != RunState.ENTERING:
                    raise InvalidInputError(f"there is a run called {draft.name} already", hint="choose another --run")
                _erase(transaction, number)
            transaction.execute(
                f"INSERT INTO offers_bulk_runs (scope, {_RUN_COLUMNS}) "  # noqa: S608  columns of the schema
                "VALUES (?, ?, ?, ?, 'entering', ?, ?, ?, ?, ?, NULL, NULL)",
                *(self._scope, identity, draft.name, draft.action, draft.rows_digest, draft.digest),
                *(json.dumps(draft.about), draft.who, now),
            )
        return BulkRun(
            identity,
            draft.name,
            draft.action,
            RunState.ENTERING,
            draft.rows_digest,
            draft.digest,
            draft.about,
            draft.who,
            now,
        )

    def enter(self, run: BulkRun, rows: Sequence[LedgerRow]) -> None:
        """Write rows down."""
        with self._database.transaction() as transaction:
            _check_entering(transaction, run)
            transaction.execute_many(
                "INSERT INTO offers_ledger VALUES (?, ?, ?, ?, ?, ?, '', NULL)",
                [(run.id, row.number, row.line, row.cells, _stored(row.outcome), row.reason) for row in rows],
            )

    def open(self, run: BulkRun) -> BulkRun:
        """Note that all rows are written down, so that they may be sent."""
        with self._database.transaction() as transaction:
            _check_entering(transaction, run)
            transaction.execute("UPDATE offers_bulk_runs SET state = 'open' WHERE id = ?", run.id)
        return self.current(run)

    def discard(self, run: BulkRun) -> None:
        """Forget a run of which nothing was sent."""
        with self._database.transaction() as transaction:
            if transaction.query("SELECT 1 FROM offers_bulk_runs WHERE id = ? AND state = 'entering'", run.id):
                _erase(transaction, run.id)
        self._database.wipe()

    def current(self, run: BulkRun) -> BulkRun:
        """The run as it stands now."""
        return self._runs("id = ?", run.id)[0]

    # ------------------------------------------------------------------------------------------------- sending

    def take_over(self, run: BulkRun, owner: str) -> int:
        """Begin to send: what an earlier sender left in flight is unknown from now on; says how many rows that are."""
        with self._database.transaction() as transaction:
            self._fence(transaction, run, owner)
            lost = transaction.execute(
                "UPDATE offers_ledger SET outcome = 'unknown', reason = 'its sender died before the answer came' "
                "WHERE run = ? AND outcome = 'sent'",
                run.id,
            )
            transaction.execute(
                "UPDATE offers_bulk_runs SET state = 'open', ended = NULL WHERE id = ? AND state = 'ended'", run.id
            )
        return lost

    def advance(
        self,
        run: BulkRun,
        owner: str,
        endings: Iterable[RowEnding],
        numbers: Sequence[int],
        budgets: Sequence[Budget],
    ) -> Advance:
        """Note how rows ended and that others are about to be sent, the first of ``numbers`` as far as budgets allow.

        Raises ``LeaseLostError``, and then nothing is noted and nothing may be sent.
        """
        now = self.now()
        with self._database.transaction() as transaction:
            self._fence(transaction, run, owner)
            _settle(transaction, run, endings)
            if not numbers:
                return Advance(0)
            (state,) = transaction.query("SELECT state FROM offers_bulk_runs WHERE id = ?", run.id)[0]
            if state != RunState.OPEN:
                return Advance(0, is_cancelled=True)
            granted = grant(transaction, self._scope, budgets, len(numbers), now) if budgets else Grant(len(numbers))
            if granted.calls:
                _intend(transaction, run, numbers[: granted.calls], now)
        return Advance(granted.calls, granted.wait_seconds, granted.refused_by)

    def end(self, run: BulkRun) -> BulkRun:
        """Note that a run is over if nothing of it is left to send or to find out."""
        counts = self.counts(run)
        if counts[RowOutcome.PENDING] + counts[RowOutcome.SENT] + counts[RowOutcome.UNKNOWN] == 0:
            with self._database.transaction() as transaction:
                transaction.execute(
                    "UPDATE offers_bulk_runs SET state = 'ended', ended = ? WHERE id = ? AND state = 'open'",
                    *(self.now(), run.id),
                )
        return self.current(run)

    # ------------------------------------------------------------------------------------------- a person's word

    def resend(self, run: BulkRun, outcome: RowOutcome) -> int:
        """Let rows be sent again that failed, or of which nobody knows."""
        with self._database.transaction() as transaction:
            changed = transaction.execute(
                "UPDATE offers_ledger SET outcome = NULL, reason = '' WHERE run = ? AND outcome = ?",
                *(run.id, outcome.value),
            )
            transaction.execute(
                "UPDATE offers_bulk_runs SET state = 'open', ended = NULL WHERE id = ? AND state = 'ended'", run.id
            )
        return changed

    def settle_unknown(self, run: BulkRun, outcome: RowOutcome, reason: str, lines: Sequence[int] | None = None) -> int:
        """Take a person's word for what became of unknown rows; of all of them where no lines are given."""
        changed = 0
        statement = "UPDATE offers_ledger SET outcome = ?, reason = ? WHERE run = ? AND outcome = 'unknown'"
        with self._database.transaction() as transaction:
            for line in lines if lines is not None else (None,):
                arguments = (_stored(outcome), reason, run.id)
                if line is None:
                    changed += transaction.execute(statement, *arguments)
                else:
                    changed += transaction.execute(f"{statement} AND line = ?", *arguments, line)
        return changed

    def cancel(self, run: BulkRun, reason: str) -> int:
        """Let nothing more of a run be sent, also by a sender at work; says how many rows that holds back."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE offers_bulk_runs SET state = 'cancelled', ended = ? WHERE id = ?", self.now(), run.id
            )
            return transaction.execute(
                "UPDATE offers_ledger SET outcome = 'held_back', reason = ? WHERE run = ? AND outcome IS NULL",
                *(reason, run.id),
            )

    def purge(self, run: BulkRun) -> int:
        """Forget the rows of a run, with all that they say of guests; the run itself stays, with its figures.

        Of a run that was never entered whole nothing stays.
        """
        if run.state is RunState.ENTERING:
            self.discard(run)
            return sum(run.counts.values())
        counts = {outcome.value: count for outcome, count in self.counts(run).items()}
        with self._database.transaction() as transaction:
            forgotten = transaction.execute("DELETE FROM offers_ledger WHERE run = ?", run.id)
            transaction.execute(
                "UPDATE offers_bulk_runs SET state = 'purged', counts = ?, ended = coalesce(ended, ?) WHERE id = ?",
                *(json.dumps(counts), self.now(), run.id),
            )
        self._database.wipe()
        return forgotten

    # ------------------------------------------------------------------------------------------------- inside

    def _fence(self, transaction: Transaction, run: BulkRun, owner: str) -> None:
        """Nobody can take the run over until the transaction has ended."""
        scope = f"{self._scope}/runs/{run.name}"
        if not transaction.execute(
            "UPDATE offers_leases SET owner = owner WHERE scope = ? AND owner = ?", scope, owner
        ):
            raise LeaseLostError(
                f"another process has taken the run {run.name} over; nothing more is sent from here",
                hint=f"`offers runs show {run.name}` says where it stands",
            )

    def _query(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        with self._database.transaction() as transaction:
            return transaction.query(statement, *arguments)


def _settle(transaction: Transaction, run: BulkRun, endings: Iterable[RowEnding]) -> None:
    rows = [(_stored(each.outcome), each.reason, each.request_id, run.id, each.number) for each in endings]
    if rows:
        transaction.execute_many(
            "UPDATE offers_ledger SET outcome = ?, reason = ?, request_id = ? "
            "WHERE run = ? AND number = ? AND outcome = 'sent'",
            rows,
        )


def _intend(transaction: Transaction, run: BulkRun, numbers: Sequence[int], now: float) -> None:
    marks = ", ".join("?" * len(numbers))
    marked = transaction.execute(
        "UPDATE offers_ledger SET outcome = 'sent', sent = ? "  # noqa: S608  only question marks
        f"WHERE run = ? AND outcome IS NULL AND number IN ({marks})",
        *(now, run.id, *numbers),
    )
    if marked != len(numbers):
        raise LeaseLostError(
            f"rows of the run {run.name} were changed while it was sent; nothing more is sent from here",
            hint=f"`offers runs resume {run.name}` goes on with what is left",
        )


def _check_entering(transaction: Transaction, run: BulkRun) -> None:
    if not transaction.execute("UPDATE offers_bulk_runs SET name = name WHERE id = ? AND state = 'entering'", run.id):
        raise LeaseLostError(
            f"another process has made the run {run.name} anew; nothing was sent from here",
            hint=f"`offers runs show {run.name}` says where it stands",
        )


def _erase(transaction: Transaction, identity: int) -> None:
    transaction.execute("DELETE FROM offers_ledger WHERE run = ?", identity)
    transaction.execute("DELETE FROM offers_bulk_runs WHERE id = ?", identity)


def _stored(outcome: RowOutcome) -> str | None:
    return None if outcome is RowOutcome.PENDING else outcome.value


def _condition(outcomes: Sequence[RowOutcome]) -> tuple[str, tuple[str, ...]]:
    if not outcomes:
        return "", ()
    marks = ", ".join("?" * len(outcomes))
    return f" AND coalesce(outcome, 'pending') IN ({marks})", tuple(outcome.value for outcome in outcomes)


def _run(row: tuple[Any, ...]) -> BulkRun:
    identity, name, action, state, rows_digest, digest, about, who, made, ended, counts = row
    return BulkRun(
        identity,
        name,
        action,
        RunState(state),
        rows_digest,
        digest,
        json.loads(about),
        who,
        made,
        ended,
        json.loads(counts) if counts else {},
    )


def _with_counts(run: BulkRun, counts: Mapping[str, int]) -> BulkRun:
    return replace(run, counts=counts)
