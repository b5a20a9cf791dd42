"""What became of sending a run: the figures, what ended it, and the exit code that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from offers_sync.errors import ExitCode, OffersError, RefusedError, UnreachableError
from offers_sync.state.ledger_records import BulkRun, RowOutcome

Ending = Literal["done", "partial", "unreachable", "refused", "unknown", "interrupted", "fault"]
EXIT_CODES: Final[Mapping[Ending, ExitCode]] = {
    "done": ExitCode.DONE,
    "partial": ExitCode.PARTIAL,
    "unreachable": ExitCode.UNREACHABLE,
    "refused": ExitCode.REFUSED,
    "unknown": ExitCode.UNKNOWN,
    "interrupted": ExitCode.INTERRUPTED,
    "fault": ExitCode.FAULT,
}


def ending_of(error: OffersError) -> Ending:
    """How a run ended that an error ended."""
    match error:
        case RefusedError():
            return "refused"
        case UnreachableError():
            return "unreachable"
        case _:
            return "fault"


@dataclass(frozen=True, slots=True)
class SendReport:
    """What became of the rows of a run."""

    run: BulkRun
    requests: Mapping[str, int] = field(default_factory=dict)
    stopped_by: OffersError | None = None
    """The error that ended the sending before its end."""
    is_interrupted: bool = False

    def count(self, outcome: RowOutcome) -> int:
        """How many rows stand so."""
        return self.run.counts.get(outcome.value, 0)

    @property
    def summary(self) -> dict[str, int]:
        """How many rows ended how; what was never sent is held back."""
        held_back = self.count(RowOutcome.HELD_BACK) + self.count(RowOutcome.PENDING)
        unknown = self.count(RowOutcome.UNKNOWN) + self.count(RowOutcome.SENT)
        return {
            "done": self.count(RowOutcome.DONE),
            "failed": self.count(RowOutcome.FAILED),
            "unknown": unknown,
            "held_back": held_back,
        }

    @property
    def ending(self) -> Ending:
        """The run in one word: the first that holds of those that weigh most."""
        summary = self.summary
        if self.is_interrupted:
            return "interrupted"
        if summary["unknown"]:
            return "unknown"
        if self.stopped_by is not None:
            return ending_of(self.stopped_by)
        return "partial" if summary["failed"] or summary["held_back"] else "done"

    @property
    def exit_code(self) -> ExitCode:
        """What the process says."""
        return EXIT_CODES[self.ending]
