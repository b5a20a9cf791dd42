"""Lengths of time as people say them."""

from __future__ import annotations

from typing import Final

_HOUR_SECONDS: Final = 3_600
_DAY_SECONDS: Final = 24 * _HOUR_SECONDS
_LONGEST_DAYS: Final = 30


def duration_text(seconds: float) -> str:
    """A length of time in its two largest units; of days only how many, and that not without end."""
    if seconds > _LONGEST_DAYS * _DAY_SECONDS:
        return f"more than {_LONGEST_DAYS} days"
    if seconds >= 2 * _DAY_SECONDS:
        return f"{round(seconds / _DAY_SECONDS)} days"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
