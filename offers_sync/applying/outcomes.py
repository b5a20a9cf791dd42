"""What became of a run: each step's outcome, the run's own, and the exit code that follows.

How an outcome comes about is said elsewhere; how it looks on paper by ``reporting``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from offers_sync.errors import ExitCode, OffersError, RefusedError
from offers_sync.findings import Finding
from offers_sync.models.values import Outcome
from offers_sync.planning.holding import LEFT_OUT
from offers_sync.planning.plan import Action, Plan, Step

StepId = tuple[Action, str]
GOOD: Final = frozenset({Outcome.DONE, Outcome.DONE_WITH_WARNINGS})


class Ending(StrEnum):
    """How a run ended as a whole."""

    DONE = "done"
    PARTIAL = "partial"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    INTERRUPTED = "interrupted"
    FAULT = "fault"


EXIT_CODES: Final[Mapping[Ending, ExitCode]] = MappingProxyType(
    {
        Ending.DONE: ExitCode.DONE,
        Ending.PARTIAL: ExitCode.PARTIAL,
        Ending.UNREACHABLE: ExitCode.UNREACHABLE,
        Ending.REFUSED: ExitCode.REFUSED,
        Ending.UNKNOWN: ExitCode.UNKNOWN,
        Ending.INTERRUPTED: ExitCode.INTERRUPTED,
        Ending.FAULT: ExitCode.FAULT,
    }
)


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What became of one step."""

    step: Step
    outcome: Outcome
    errors: tuple[str, ...] = ()
    annotations: tuple[Finding, ...] = ()
    """What the server dropped, altered or said, each at its line."""
    is_incomplete: bool = False
    """Whether something of it is missing on the server that what refers to it may count on."""

    @property
    def is_left_out(self) -> bool:
        """Whether nobody wanted it this time."""
        return self.step.held_back == LEFT_OUT


@dataclass(frozen=True, slots=True)
class RunReport:
    """What became of a plan."""

    run: str
    plan: Plan
    items: tuple[ItemOutcome, ...]
    requests: Mapping[str, int] = field(default_factory=dict)
    stopped_by: OffersError | None = None
    """The error that ended the run before its end."""
    is_interrupted: bool = False
    fault: str = ""
    """What broke, where something of ours did."""

    @property
    def counts(self) -> Counter[Outcome]:
        """How many items ended how."""
        return Counter(item.outcome for item in self.items)

    @property
    def summary(self) -> dict[str, int]:
        """The same in plain words, every outcome named."""
        return {outcome.value: self.counts[outcome] for outcome in Outcome}

    @property
    def ending(self) -> Ending:
        """The run in one word: the first that holds of those that weigh most."""
        if self.fault:
            return Ending.FAULT
        if self.is_interrupted:
            return Ending.INTERRUPTED
        if self.counts[Outcome.UNKNOWN]:
            return Ending.UNKNOWN
        if isinstance(self.stopped_by, RefusedError):
            return Ending.REFUSED
        if self.stopped_by is not None:
            return Ending.UNREACHABLE
        is_whole = all(item.outcome is Outcome.DONE or item.is_left_out for item in self.items)
        return Ending.DONE if is_whole else Ending.PARTIAL

    @property
    def exit_code(self) -> ExitCode:
        """What the process says."""
        return EXIT_CODES[self.ending]


def step_id(step: Step) -> StepId:
    """What tells a step from the others of its plan."""
    return (step.action, step.name)


def in_plan_order(plan: Plan, items: Iterable[ItemOutcome]) -> tuple[ItemOutcome, ...]:
    """The outcomes in the order of the plan's steps."""
    by_step = {step_id(item.step): item for item in items}
    return tuple(by_step[step_id(step)] for step in plan.steps)
