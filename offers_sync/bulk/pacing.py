"""How fast one sender sends: evenly, just below a ceiling; slower after a refusal for haste, then faster again.

What all processes together may send is counted by ``state.budgets``; this only spreads it over time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

SHARE_OF_CEILING: Final = 0.995
"""The rest is for calls that overtake each other on the way."""
_CATCH_UP_SECONDS: Final = 0.2
_SLOWER: Final = 0.7
_SLOWEST_SHARE: Final = 0.01
_RECOVERY_SHARE_PER_SECOND: Final = 0.01
_FIRST_WAIT_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 60.0


class Pace:
    """Gives leave to send, so many a second; for one thread."""

    def __init__(self, most_per_second: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._most = self.per_second = most_per_second * SHARE_OF_CEILING
        self._tokens = 1.0
        self._filled = now()
        self._closed_until = 0.0
        self._wait_seconds = _FIRST_WAIT_SECONDS

    def ready(self) -> int:
        """How many may go out now."""
        self._fill()
        return int(self._tokens) if self._now() >= self._closed_until else 0

    def take(self, count: int) -> None:
        """So many went out."""
        self._tokens -= count

    @property
    def next_seconds(self) -> float:
        """How long until the next may go out."""
        self._fill()
        return max(self._closed_until - self._now(), (1.0 - self._tokens) / self.per_second, 0.0)

    def close(self, seconds: float) -> None:
        """Let nothing out for a while."""
        self._closed_until = max(self._closed_until, self._now() + seconds)

    def throttled(self, asked_seconds: float | None) -> None:
        """Take a refusal for haste: be slower, and wait as long as was asked; those of one burst count once."""
        if self._now() < self._closed_until:
            if asked_seconds is not None:
                self.close(asked_seconds)
            return
        self._fill()
        self.per_second = max(self._most * _SLOWEST_SHARE, self.per_second * _SLOWER)
        self._tokens = 0.0
        self.close(self._wait_seconds if asked_seconds is None else asked_seconds)
        self._wait_seconds = min(_LONGEST_WAIT_SECONDS, 2 * self._wait_seconds)

    def went_well(self) -> None:
        """Something got through, so the next refusal is a new one."""
        self._wait_seconds = _FIRST_WAIT_SECONDS

    def _fill(self) -> None:
        """Gain leave by the time that passed, at a rate that recovers slowly."""
        now = self._now()
        begin, self._filled = max(self._filled, self._closed_until), now
        passed = now - begin
        if passed <= 0:
            return
        self.per_second = min(self._most, self.per_second + passed * self._most * _RECOVERY_SHARE_PER_SECOND)
        self._tokens = min(max(1.0, self.per_second * _CATCH_UP_SECONDS), self._tokens + passed * self.per_second)
