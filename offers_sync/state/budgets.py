"""How many calls were made of late, counted in the store, so that all processes keep one ceiling together.

Calls are counted in slices of the window, and a slice counts until all of it has left the window: at no moment are
there more calls within a window than its limit, whatever process made them and however often it was started anew.

A limiter library was weighed: those that count in a database keep a row for each call, which is a hundred thousand for
a day's ceiling, in a connection and a transaction of their own.  Here the count is saved with the intent to send, in
one transaction, or neither is.  How fast one process sends within that is said by ``bulk``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from offers_sync.state.databases import Transaction

SLICES: Final = 240
_LOCK_SLICE: Final = -1
"""A row that every count touches first, so that two processes do not count at once."""


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many calls in any stretch of so many seconds."""

    name: str
    limit: int
    window_seconds: float

    def slice_of(self, moment: float) -> int:
        """The slice that a moment falls into."""
        return int(moment * SLICES // self.window_seconds)

    def end_of(self, number: int) -> float:
        """When the calls of a slice have left the window."""
        return (number + SLICES + 2) * self.window_seconds / SLICES


class Grant(NamedTuple):
    """How many calls may be made now; after how long more may, where it is less than was asked for."""

    calls: int
    wait_seconds: float = 0.0
    refused_by: Budget | None = None


def grant(transaction: Transaction, scope: str, budgets: Sequence[Budget], wanted: int, now: float) -> Grant:
    """Count calls against all budgets, as many of those wanted as there is room for."""
    found = Grant(wanted)
    for budget in budgets:
        _lock(transaction, scope, budget)
        room = _room(transaction, scope, budget, found.calls, now)
        found = room if room.calls < found.calls else found
    for budget in budgets:
        if found.calls:
            _count(transaction, scope, budget, found.calls, now)
    return found


def _lock(transaction: Transaction, scope: str, budget: Budget) -> None:
    transaction.execute(
        "INSERT INTO offers_rates VALUES (?, ?, ?, 0) ON CONFLICT (scope, budget, slice) "
        "DO UPDATE SET calls = offers_rates.calls",
        *(scope, budget.name, _LOCK_SLICE),
    )


def _room(transaction: Transaction, scope: str, budget: Budget, wanted: int, now: float) -> Grant:
    oldest = budget.slice_of(now) - SLICES - 1
    transaction.execute(
        "DELETE FROM offers_rates WHERE scope = ? AND budget = ? AND slice >= 0 AND slice < ?",
        *(scope, budget.name, oldest),
    )
    rows = transaction.query(
        "SELECT slice, calls FROM offers_rates WHERE scope = ? AND budget = ? AND slice >= 0 ORDER BY slice",
        *(scope, budget.name),
    )
    room = budget.limit - sum(calls for _, calls in rows)
    if room >= wanted:
        return Grant(wanted)
    first = rows[0][0] if rows else oldest
    return Grant(max(0, room), max(0.0, budget.end_of(first) - now), budget)


def _count(transaction: Transaction, scope: str, budget: Budget, calls: int, now: float) -> None:
    transaction.execute(
        "INSERT INTO offers_rates VALUES (?, ?, ?, ?) ON CONFLICT (scope, budget, slice) "
        "DO UPDATE SET calls = offers_rates.calls + excluded.calls",
        *(scope, budget.name, budget.slice_of(now), calls),
    )
