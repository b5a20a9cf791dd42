"""Local times on the clocks of their zones: whether they exist, once or twice; and zones that share a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from offers_sync.contract import TIMEZONES

_COMPARED_YEAR: Final = 2026

Clock = Literal["once", "never", "twice"]


def count_on_clock(local: datetime, zone: str) -> Clock:
    """How often the clock of a zone shows a local time."""
    place = _zone(zone)
    if place is None:
        return "once"
    early, late = local.replace(tzinfo=place, fold=0), local.replace(tzinfo=place, fold=1)
    if early.utcoffset() == late.utcoffset():
        return "once"
    back = early.astimezone(UTC).astimezone(place).replace(tzinfo=None)
    return "twice" if back == local else "never"


def zone_with_same_clock(name: str) -> str | None:
    """A zone that the vendor knows and whose clock goes like this one's, in the same part of the world if any is."""
    wanted = _year(name)
    if wanted is None:
        return None
    same = [zone for zone in TIMEZONES if _year(zone) == wanted]
    region = name.split("/", 1)[0] + "/"
    return next((zone for zone in same if zone.startswith(region)), same[0] if same else None)


@cache
def _year(name: str) -> tuple[timedelta | None, ...] | None:
    """The offsets on the first and fifteenth of every month, which tell clocks apart."""
    place = _zone(name)
    if place is None:
        return None
    days = (datetime(_COMPARED_YEAR, month, day, 12, tzinfo=place) for month in range(1, 13) for day in (1, 15))
    return tuple(day.utcoffset() for day in days)


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
