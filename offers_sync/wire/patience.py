"""How long to wait before asking again, and when to give up.

Whether a call may be repeated at all is decided by ``client``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from offers_sync.wire.answers import Answer, http_date

_LONGEST_ASKED_SECONDS: Final = 31 * 86_400.0
"""Nobody waits longer, and not every clock can."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long a call that may be repeated is repeated."""

    attempts: int = 6
    first_contact_attempts: int = 3
    """As long as the server never answered, it is more likely to be the wrong address than a moment's trouble."""
    asked_attempts: int = 30
    """Where the server itself says when to come back; the total time ends that much sooner than this does."""
    total_seconds: float = 120.0
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 20.0
    timeout_seconds: float = 60.0
    """How long the server may be silent."""
    attempt_seconds: float = 90.0
    """How long one attempt may take, however steadily its answer comes in."""
    least_attempt_seconds: float = 10.0
    """An attempt that others kept waiting is let out with so much time at least."""

    def most_attempts(self, *, is_asked: bool, has_answered: bool) -> int:
        """How often one call may be tried."""
        if is_asked:
            return self.asked_attempts
        return self.attempts if has_answered else self.first_contact_attempts

    def within_seconds(self, spent_seconds: float) -> float:
        """How long the next attempt of a call may take, so that the call ends in time."""
        left_seconds = max(self.least_attempt_seconds, self.total_seconds - spent_seconds)
        return min(self.attempt_seconds, left_seconds)

    def wait_seconds(self, attempt: int, jitter: float) -> float:
        """The wait after a failed attempt, counted from 1: twice the last, less up to half by the dice (0 to 1)."""
        longest = min(self.longest_wait_seconds, self.first_wait_seconds * 2.0 ** (attempt - 1))
        return longest * (0.5 + jitter / 2)


def asked_wait_seconds(answer: Answer, now: datetime) -> float | None:
    """How long the server asks to wait; a date is read by the server's own clock where it shows it."""
    text = answer.retry_after.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return min(float(text), _LONGEST_ASKED_SECONDS)
    until = http_date(text) if text else None
    if until is None:
        return None
    return min(max(0.0, (until - (answer.date or now)).total_seconds()), _LONGEST_ASKED_SECONDS)
