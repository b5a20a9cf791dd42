"""What a run works with: the server, the memory, the clock, and how patient it is.

Everything that a test may want to bring of its own comes in here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from offers_sync.applying.events import Watch, nobody_watches
from offers_sync.applying.payloads import CriteriaSetting
from offers_sync.applying.stopping import Stop
from offers_sync.contract import BATCH_LIMIT, LIST_LAG_SECONDS
from offers_sync.findings import Position, Source
from offers_sync.models.project import Allowance
from offers_sync.planning.question import Locate
from offers_sync.state.records import Author
from offers_sync.state.store import Store
from offers_sync.wire.client import Client

NOBODY: Final = Author()


def nowhere(source: Source, pointer: str) -> tuple[Position, str] | None:  # noqa: ARG001  a ``Locate``
    """For documents that no file holds."""
    return None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a run waits for lists that may lag, and how often it sends what is proven not to be there."""

    settle_seconds: float = LIST_LAG_SECONDS
    """A list begun so long after a creation shows it, or it did not happen."""
    run_seconds: float = 60.0
    """The most that a whole run waits for lost answers."""
    verify_seconds: float = 7.0
    """The most that a wave waits for a list to show what the server confirmed."""
    first_wait_seconds: float = 1.0
    send_rounds: int = 3
    throttled_rounds: int = 8
    lost_in_a_row_limit: int = 16
    """After so many calls without any answer nothing more is sent until a list was read."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run works with; the clock is the store's."""

    client: Client
    store: Store
    author: Author = NOBODY
    criteria: CriteriaSetting = "separate"
    locate: Locate = nowhere
    waivers: tuple[Allowance, ...] = ()
    """What somebody reviewed and lets stand."""
    patience: Patience = Patience()
    batch_limit: int = BATCH_LIMIT
    stop: Stop = field(default_factory=Stop)
    sleep: Callable[[float], None] | None = None
    watch: Watch = nobody_watches

    def wait(self, seconds: float) -> None:
        """Let time pass, less when somebody asks to stop."""
        (self.sleep or self.stop.sleep)(seconds)
