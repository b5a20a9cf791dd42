"""What happens during a run, as values for whoever watches: a progress bar, a log, a file of JSON Lines.

A watcher is called from several threads, one call at a time; what it shows is its own business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from offers_sync.models.values import Outcome


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The plan is about to be carried out."""

    name: ClassVar[str] = "run_started"
    run: str
    plan_digest: str
    items: int


@dataclass(frozen=True, slots=True)
class WaveStarted:
    """The steps of one kind begin; those before them are over."""

    name: ClassVar[str] = "wave_started"
    wave: str
    items: int


@dataclass(frozen=True, slots=True)
class BatchSent:
    """A batch is noted in the journal and on its way."""

    name: ClassVar[str] = "batch_sent"
    action: str
    kind: str
    items: int


@dataclass(frozen=True, slots=True)
class BatchAnswered:
    """A batch came to its end, well or not."""

    name: ClassVar[str] = "batch_answered"
    action: str
    kind: str
    items: int
    ending: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The run waits, and says for what."""

    name: ClassVar[str] = "waiting"
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ItemEnded:
    """An item has its outcome."""

    name: ClassVar[str] = "item_ended"
    action: str
    kind: str
    key: str
    external_id: str
    outcome: Outcome
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over."""

    name: ClassVar[str] = "run_ended"
    run: str
    outcome: str
    summary: Mapping[str, int] = field(default_factory=dict)


Event = RunStarted | WaveStarted | BatchSent | BatchAnswered | Waiting | ItemEnded | RunEnded
Watch = Callable[[Event], None]


def nobody_watches(event: Event) -> None:
    """For runs that show nothing."""
