"""The ledger, in SQLite and PostgreSQL: each row noted before it is sent, by one sender at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from giving import Clock

from offers_sync.errors import InvalidInputError
from offers_sync.state.budgets import Budget, Grant, grant
from offers_sync.state.leases import LeaseHeldError, LeaseTerms, hold_environment
from offers_sync.state.ledger import Ledger
from offers_sync.state.ledger_records import (
    BulkRun,
    Draft,
    LedgerRow,
    RowEnding,
    RowOutcome,
    RunState,
)
from offers_sync.state.opening import open_store
from offers_sync.state.store import LeaseLostError

OpenLedger = Callable[[], Ledger]
DRAFT = Draft("may", "gift", "sha256:rows", "sha256:all", {"columns": ["user_id"]}, "alice")


def entered(ledger: Ledger, rows: int = 5, draft: Draft = DRAFT) -> BulkRun:
    """An open run of so many rows."""
    run = ledger.begin(draft)
    ledger.enter(run, [LedgerRow(number, number + 1, f'["{1000 + number}"]') for number in range(1, rows + 1)])
    return ledger.open(run)


def held(ledger: Ledger, run: BulkRun, owner: str, clock: Clock) -> AbstractContextManager[object]:
    """The lease on a run, for an owner."""
    return hold_environment(ledger.lease_store(run), owner, owner, LeaseTerms(has_heart=False, sleep=clock.sleep))


def states(ledger: Ledger, run: BulkRun) -> list[str]:
    """Where each row stands, in order."""
    return [row.outcome.value for row in ledger.rows(run)]


def test_a_row_is_noted_before_it_is_sent(open_ledger: OpenLedger, clock: Clock) -> None:
    """Another machine sees what is in flight, and then how it ended."""
    ledger = open_ledger()
    run = entered(ledger)

    with held(ledger, run, "one", clock):
        assert ledger.advance(run, "one", [], [1, 2, 3], ()).granted == 3
        assert states(open_ledger(), run) == ["sent", "sent", "sent", "pending", "pending"]
        ended = [
            RowEnding(1, RowOutcome.DONE, "", "id-1"),
            RowEnding(2, RowOutcome.FAILED, "422: no", "id-2"),
            RowEnding(3, RowOutcome.PENDING),
        ]
        ledger.advance(run, "one", ended, [], ())

    rows = list(open_ledger().rows(run))
    assert [(row.outcome.value, row.reason, row.request_id) for row in rows[:3]] == [
        ("done", "", "id-1"),
        ("failed", "422: no", "id-2"),
        ("pending", "", ""),
    ]


def test_no_row_goes_out_twice(open_ledger: OpenLedger, clock: Clock) -> None:
    """A row that is not pending any more cannot be noted again, and then none of the others is."""
    ledger = open_ledger()
    run = entered(ledger)

    with held(ledger, run, "one", clock):
        ledger.advance(run, "one", [], [1], ())
        with pytest.raises(LeaseLostError, match="rows of the run may were changed"):
            ledger.advance(run, "one", [], [1, 2], ())

    assert states(ledger, run) == ["sent", "pending", "pending", "pending", "pending"]


def test_one_sender_at_a_time(open_ledger: OpenLedger, clock: Clock) -> None:
    """Whoever does not hold the run notes nothing; who lost it while it slept neither."""
    one, two = open_ledger(), open_ledger()
    run = entered(one)

    with pytest.raises(LeaseLostError, match="another process has taken the run may over"):
        two.advance(run, "two", [], [1], ())
    with held(one, run, "one", clock):
        clock.sleep(61)
        with held(two, run, "two", clock), pytest.raises(LeaseLostError):
            one.advance(run, "one", [], [1], ())

    assert states(one, run) == ["pending"] * 5


def test_a_living_sender_is_respected(open_ledger: OpenLedger, clock: Clock) -> None:
    """A second sender is told who is at work."""
    ledger = open_ledger()
    run = entered(ledger)
    lease_store = ledger.lease_store(run)
    terms = LeaseTerms(has_heart=False, doing="sending")

    with hold_environment(lease_store, "one", "alice@laptop", terms) as lease:

        def sleep(seconds: float) -> None:
            clock.sleep(seconds)
            lease.beat()

        two = LeaseTerms(has_heart=False, doing="sending", sleep=sleep)
        with (
            pytest.raises(LeaseHeldError, match="alice@laptop is sending marlow/production/runs/may"),
            hold_environment(lease_store, "two", "bob", two),
        ):
            pytest.fail("two at once")


def test_what_a_dead_sender_left_is_unknown(open_ledger: OpenLedger, clock: Clock) -> None:
    """Its rows in flight are unknown to the next sender on any machine; all others stand as they were."""
    ledger = open_ledger()
    run = entered(ledger)
    with held(ledger, run, "dead", clock):
        ledger.advance(run, "dead", [], [1, 2, 3], ())
        ledger.advance(run, "dead", [RowEnding(1, RowOutcome.DONE)], [], ())

    other = open_ledger()
    with held(other, run, "next", clock):
        assert other.take_over(run, "next") == 2
    assert states(other, run) == ["done", "unknown", "unknown", "pending", "pending"]


def test_a_run_ends_when_nothing_is_open(open_ledger: OpenLedger, clock: Clock) -> None:
    """Pending and unknown rows keep it open; settling the last one ends it."""
    ledger = open_ledger()
    run = entered(ledger, 2)
    with held(ledger, run, "one", clock):
        ledger.advance(run, "one", [], [1, 2], ())
        ledger.advance(run, "one", [RowEnding(1, RowOutcome.DONE), RowEnding(2, RowOutcome.UNKNOWN)], [], ())
        assert ledger.end(run).state is RunState.OPEN
        assert ledger.settle_unknown(run, RowOutcome.DONE, "settled by alice", [3]) == 1
        assert ledger.end(run).state is RunState.ENDED


def test_cancelling_stops_a_sender_elsewhere(open_ledger: OpenLedger, clock: Clock) -> None:
    """The next step of a sender at work is refused, and its endings are noted all the same."""
    ledger = open_ledger()
    run = entered(ledger)

    with held(ledger, run, "one", clock):
        ledger.advance(run, "one", [], [1], ())
        assert open_ledger().cancel(run, "cancelled by bob") == 4
        step = ledger.advance(run, "one", [RowEnding(1, RowOutcome.DONE)], [2], ())

    assert (step.granted, step.is_cancelled) == (0, True)
    assert states(ledger, run) == ["done", *["held_back"] * 4]


def test_a_run_that_was_never_entered_whole_is_made_anew(open_ledger: OpenLedger) -> None:
    """Who died while entering sent nothing; whoever is overtaken while entering stops."""
    ledger = open_ledger()
    half = ledger.begin(DRAFT)
    ledger.enter(half, [LedgerRow(1, 2, "[]")])

    run = entered(open_ledger(), 2)
    assert states(ledger, run) == ["pending", "pending"]
    assert list(ledger.rows(half)) == []
    with pytest.raises(LeaseLostError, match="has made the run may anew"):
        ledger.enter(half, [LedgerRow(2, 3, "[]")])


def test_a_name_is_taken_once(open_ledger: OpenLedger) -> None:
    """Another run under the name of one that stands is refused."""
    ledger = open_ledger()
    entered(ledger)

    with pytest.raises(InvalidInputError, match="a run called may already"):
        ledger.begin(DRAFT)


def test_purging_forgets_what_is_said_of_guests(tmp_path: Path) -> None:
    """After a purge nothing of the rows stands in any file of the state; name and figures stay."""
    with open_store(tmp_path / "state.db", "marlow", "production") as store:
        ledger = Ledger(store)
        run = ledger.begin(DRAFT)
        ledger.enter(run, [LedgerRow(1, 2, '["4815162342", "Dear Ada"]', RowOutcome.DONE)])
        run = ledger.end(ledger.open(run))
        assert any(b"Dear Ada" in path.read_bytes() for path in tmp_path.iterdir())

        assert ledger.purge(run) == 1

        for path in tmp_path.iterdir():
            assert b"Dear Ada" not in path.read_bytes()
            assert b"4815162342" not in path.read_bytes()
        purged = ledger.find("may")
        assert purged is not None
        assert (purged.state, purged.counts) == (RunState.PURGED, {"done": 1})


def test_budgets_count_across_processes(open_ledger: OpenLedger, clock: Clock) -> None:
    """Two that ask all the time never get more than the limit within a window together, and soon all of that."""
    budget = Budget("gift/minute", 10, 60.0)
    processes = [open_ledger().store, open_ledger().store]
    granted: list[tuple[float, int]] = []
    for turn in range(150):
        store = processes[turn % 2]
        with store.database.transaction() as transaction:
            granted.append((clock(), grant(transaction, store.scope, [budget], 4, clock()).calls))
        clock.sleep(1.3)

    within = [sum(calls for other, calls in granted if moment <= other < moment + 60.0) for moment, _ in granted]
    assert max(within) == 10
    assert sum(calls for _, calls in granted) == 40


def test_the_wait_for_a_budget_is_long_enough(open_ledger: OpenLedger, clock: Clock) -> None:
    """Just before it is over there is no room, and after it there is."""
    budget = Budget("gift/minute", 10, 60.0)
    store = open_ledger().store

    def ask() -> Grant:
        with store.database.transaction() as transaction:
            return grant(transaction, store.scope, [budget], 10, clock())

    assert ask() == Grant(10)
    clock.sleep(20)
    wait_seconds = ask().wait_seconds
    assert 40 <= wait_seconds <= 40.6
    clock.sleep(wait_seconds - 0.26)
    assert ask().calls == 0
    clock.sleep(0.26)
    assert ask() == Grant(10)


def test_the_tightest_budget_counts(open_ledger: OpenLedger, clock: Clock) -> None:
    """A day's budget that is used up says so, and how long it lasts; nothing more is counted against the minute's."""
    ledger = open_ledger()
    run = entered(ledger, 40)
    minute, day = Budget("redeem/minute", 20, 60.0), Budget("redeem/day", 12, 86_400.0)

    with held(ledger, run, "one", clock):
        assert ledger.advance(run, "one", [], list(range(1, 11)), [minute, day]).granted == 10
        step = ledger.advance(run, "one", [], list(range(11, 21)), [minute, day])
        assert (step.granted, step.refused_by) == (2, day)
        assert 86_400 <= step.wait_seconds < 87_500
        clock.sleep(86_000)
        assert ledger.advance(run, "one", [], [13], [minute, day]).granted == 0
        clock.sleep(step.wait_seconds - 86_000)
        assert ledger.advance(run, "one", [], [13], [minute, day]).granted == 1
