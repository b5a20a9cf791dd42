"""Moments as the vendor writes them: local times without an offset, times with a Z, and a campaign's own form."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def in_zone(local_time: str, zone: str) -> datetime:
    """The moment of a local time; a zone that this machine does not know is taken for UTC."""
    try:
        tzinfo = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.fromisoformat(local_time).replace(tzinfo=UTC)
    return datetime.fromisoformat(local_time).replace(tzinfo=tzinfo)


def with_z(moment: datetime) -> str:
    """``2021-09-14T18:44:38Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def campaign_start(moment: datetime) -> str:
    """``2021-09-14 06:44 PM``, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %I:%M %p")
