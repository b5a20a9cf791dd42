"""How long one exchange may take as a whole, beside how long its server may be silent.

A server that sends a byte a second is never silent, so a limit for each read alone would wait for it without end.
Who looks at the deadline between two reads is ``streams`` on the way in, and ``bodies`` for the body.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import httpx


class OverdueError(httpx.ReadTimeout):
    """An answer that was not whole when the time for all of it was over."""


class Deadline(float):
    """A time-out in seconds, as httpx hands it on unchanged to every read, that knows when the whole must be there."""

    _whole_seconds: float
    _end: float
    _now: Callable[[], float]

    def __new__(cls, silence_seconds: float, whole_seconds: float, now: Callable[[], float]) -> Self:
        """So much silence at most, and from now on so much time for everything."""
        deadline = super().__new__(cls, min(silence_seconds, whole_seconds))
        deadline._whole_seconds, deadline._end, deadline._now = whole_seconds, now() + whole_seconds, now
        return deadline

    def next_seconds(self) -> float:
        """How long the next read may take.  Raises ``OverdueError`` when there is no time for one."""
        left_seconds = self._end - self._now()
        if left_seconds <= 0:
            raise OverdueError(f"{self._whole_seconds:.0f} s")
        return min(float(self), left_seconds)
