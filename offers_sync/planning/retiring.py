"""Withdrawing an offer: nothing can be deleted, so its flags go out and its end is now.

The end is the clock's, and a plan must not differ with the clock; so it is compared as the word ``now`` and becomes
a time where the step is made.  An offer that has ended already keeps its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from offers_sync.models.values import Desired, Live
from offers_sync.planning.canonical import canonical
from offers_sync.planning.plan import Action, Step

NOW: Final = "now"
RETIRED_FLAGS: Final = (
    "distributable",
    "distributable_to_all_users",
    "allow_for_support_gifting",
    "auto_applicable",
    "activate_now",
)
RETIRED_UNITS: Final = frozenset({*RETIRED_FLAGS, "schedule/indefinitely", "schedule/end"})


def retired(desired: Desired, live: Live, now: datetime) -> Desired:
    """What a withdrawn offer is to be; its end is ``now`` unless it lies in the past."""
    wanted, shown = _schedule(desired.fields), _schedule(live.fields)
    clock = local_time(now, wanted.get("timezone") or shown.get("timezone"))
    ends = (shown.get("end"), wanted.get("end"))
    past = [end for end in ends if isinstance(end, str) and end <= clock]
    schedule = {
        **(desired.fields.get("schedule") or {}),
        "indefinitely": False,
        "end": past[0] if past else NOW,
    }
    return replace(desired, fields={**desired.fields, **dict.fromkeys(RETIRED_FLAGS, False), "schedule": schedule})


def dated(desired: Desired, live: Live, now: datetime) -> Desired:
    """The same with a time for ``now``, on the clock of the offer's zone."""
    schedule = desired.fields.get("schedule")
    if not isinstance(schedule, Mapping) or schedule.get("end") != NOW:
        return desired
    zone = schedule.get("timezone") or _schedule(live.fields).get("timezone")
    return replace(desired, fields={**desired.fields, "schedule": {**schedule, "end": local_time(now, zone)}})


def only_withdraws(step: Step) -> bool:
    """Whether an update does nothing but let an offer end sooner, or reach fewer guests."""
    return step.action is Action.UPDATE and all(
        _withdraws(change.field.path.removeprefix("/"), change.field.before, change.field.after)
        for change in step.changes
    )


def _withdraws(unit: str, before: Any, after: Any) -> bool:
    if unit == "schedule/end":
        return isinstance(after, str) and (before is None or (isinstance(before, str) and after < before))
    return unit in RETIRED_UNITS and after is False


def local_time(now: datetime, zone: Any) -> str:
    """What the clock of a zone shows; that of UTC where the zone is not known."""
    try:
        there = ZoneInfo(zone) if isinstance(zone, str) and zone else UTC
    except (ValueError, OSError, KeyError):
        there = UTC
    return now.astimezone(there).replace(tzinfo=None, microsecond=0).isoformat()


def _schedule(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    schedule = canonical("redeemable", {"schedule": fields.get("schedule")})["schedule"]
    return schedule if isinstance(schedule, Mapping) else {}
