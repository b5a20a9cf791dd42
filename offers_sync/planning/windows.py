"""When an offer is there: its start and its end, each on the clock of its zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offers_sync.models.values import Desired


@dataclass(frozen=True, slots=True)
class End:
    """When an offer ends, on the clock of a zone, and where in the document that is written."""

    local_time: str
    timezone: str | None
    path: str = "/schedule/end"


def end_of(desired: Desired) -> End | None:
    """The end of an offer that has one."""
    schedule = _schedule(desired)
    end = schedule.get("end")
    if not isinstance(end, str) or schedule.get("indefinitely") is True:
        return None
    return End(end, schedule.get("timezone"))


def meet(one: Desired, other: Desired) -> bool:
    """Whether two offers are there at one time; zones apart by hours are taken for the same clock."""
    first, second = _schedule(one), _schedule(other)
    return _begins_before_end(first, second) and _begins_before_end(second, first)


def _begins_before_end(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    start, end = one.get("start"), other.get("end")
    if not isinstance(start, str) or not isinstance(end, str) or other.get("indefinitely") is True:
        return True
    return start < end


def _schedule(desired: Desired) -> Mapping[str, Any]:
    schedule = desired.fields.get("schedule")
    return schedule if isinstance(schedule, Mapping) else {}
