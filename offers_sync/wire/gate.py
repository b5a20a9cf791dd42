"""How many requests are under way at once: at most sixteen, fewer after trouble, more again when it goes well.

It counts and waits; what trouble is, is said by ``answers``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """A leave to send one request."""

    generation: int
    """How often the gate had been narrowed before."""


class Gate:
    """Lets so many through at once; usable from several threads."""

    def __init__(self, widest: int, *, sleep: Callable[[float], None], now: Callable[[], float]) -> None:
        self._widest = self._width = widest
        self._sleep, self._now = sleep, now
        self._changed = threading.Condition()
        self._inside = 0
        self._generation = 0
        self._went_well = 0
        self._closed_until = 0.0
        self._end: Exception | None = None

    @property
    def width(self) -> int:
        """How many are let through at once now."""
        return self._width

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """A leave to send, when there is one; raises what the gate was shut with."""
        self._wait_for_opening()
        with self._changed:
            self._changed.wait_for(lambda: self._inside < self._width or self._end is not None)
            if self._end is not None:
                raise self._end
            self._inside += 1
            turn = Turn(self._generation)
        try:
            yield turn
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify()

    def went_well(self) -> None:
        """After as many as fit through at once, one more fits."""
        with self._changed:
            self._went_well += 1
            if self._went_well >= self._width and self._width < self._widest:
                self._width += 1
                self._went_well = 0
                self._changed.notify()

    def narrow(self, turn: Turn, wait_seconds: float = 0.0) -> None:
        """Half as many from now on, and none at all for a while; once for all that were under way together."""
        with self._changed:
            self._closed_until = max(self._closed_until, self._now() + wait_seconds)
            if turn.generation == self._generation:
                self._generation += 1
                self._width = max(1, self._width // 2)
                self._went_well = 0

    def shut(self, end: Exception) -> None:
        """Let nobody through any more."""
        with self._changed:
            self._end = self._end or end
            self._changed.notify_all()

    def _wait_for_opening(self) -> None:
        with self._changed:
            wait_seconds = self._closed_until - self._now() if self._end is None else 0.0
        if wait_seconds > 0:
            self._sleep(wait_seconds)
