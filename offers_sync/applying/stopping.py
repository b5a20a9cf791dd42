"""Being asked to stop: once, and everything under way comes to its end while nothing new is begun.

Who asks (a signal, a test) is not known here.
"""

from __future__ import annotations

import threading


class Stop:
    """A wish that one thread utters and all respect."""

    def __init__(self) -> None:
        self.wish = threading.Event()

    def request(self) -> None:
        """Begin nothing new."""
        self.wish.set()

    @property
    def is_requested(self) -> bool:
        """Whether somebody asked."""
        return self.wish.is_set()

    def sleep(self, seconds: float) -> None:
        """Wait, unless somebody asks to stop."""
        self.wish.wait(seconds)
