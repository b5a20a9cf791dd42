"""The values that the ledger gives and takes: bulk runs, their rows, and how rows end.

Times are seconds since 1970 by the store's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from offers_sync.state.budgets import Budget


class RowOutcome(StrEnum):
    """Where a row stands; it is sent only while it is pending."""

    PENDING = "pending"
    SENT = "sent"
    """Noted as about to be sent, and nothing since."""
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD_BACK = "held_back"


class RunState(StrEnum):
    """Where a bulk run stands as a whole."""

    ENTERING = "entering"
    """Its rows are being written down; nothing was sent."""
    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"
    PURGED = "purged"
    """Ended, and its rows are forgotten."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is noted of a bulk run when it is made."""

    name: str
    action: str
    rows_digest: str
    """Of the file's bytes."""
    digest: str
    """Of the file's bytes and of what was asked for beside it."""
    about: Mapping[str, Any]
    """What is needed to go on elsewhere: columns, defaults, numbers of offers; never a row."""
    who: str


@dataclass(frozen=True, slots=True)
class BulkRun:
    """A bulk run as the ledger knows it."""

    id: int
    name: str
    action: str
    state: RunState
    rows_digest: str
    digest: str
    about: Mapping[str, Any]
    who: str
    made: float
    ended: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many rows stand where; noted when it ended, else counted."""

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is ever sent again."""
        return self.state in {RunState.CANCELLED, RunState.PURGED}


class LedgerRow(NamedTuple):
    """A row of a bulk run; ``cells`` is JSON, as the row was written."""

    number: int
    line: int
    cells: str
    outcome: RowOutcome = RowOutcome.PENDING
    reason: str = ""
    request_id: str = ""


class RowEnding(NamedTuple):
    """How the sending of a row ended; pending means that it certainly did not happen."""

    number: int
    outcome: RowOutcome
    reason: str = ""
    request_id: str = ""


class Advance(NamedTuple):
    """What one step of a sender came to: how many of its rows may go out now, and why no more."""

    granted: int
    wait_seconds: float = 0.0
    refused_by: Budget | None = None
    is_cancelled: bool = False
