"""Schedules: from when until when an offer is there, and in which rhythm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from offers_sync import codes
from offers_sync.contract import RECURRENCE_SPAN_DAYS_LIMIT, LagUnits
from offers_sync.models.documents import Keyed, Ruled
from offers_sync.models.fields import OURS, Integer, LocalTime, Timezone, Written, at_least, between, field
from offers_sync.models.rules import Fault, ForbiddenWhen, Mapped, Rule, Said, is_given


class Lag(Written):
    """The wait before an offer is gifted."""

    value: Integer = field("How many of the units.", bounds=at_least(0), examples=[2])
    units: LagUnits = field("Days or hours.", examples=["days"])


def _span(written: Mapped) -> Iterator[Fault]:
    occurrences, distance = written.get("occurrences"), written.get("days_distance")
    if not isinstance(occurrences, int) or not isinstance(distance, int):
        return
    span = (occurrences - 1) * distance
    if span > RECURRENCE_SPAN_DAYS_LIMIT:
        yield Fault(
            codes.RECURRENCE_TOO_LONG,
            ("occurrences",),
            f"the {occurrences} occurrences, {_days(distance)} apart, span {_days(span)}; at most "
            f"{RECURRENCE_SPAN_DAYS_LIMIT} are allowed",
            _fitting(distance),
        )


def _days(number: int) -> str:
    return f"{number} {'day' if number == 1 else 'days'}"


def _fitting(distance: int) -> str:
    most = RECURRENCE_SPAN_DAYS_LIMIT // max(distance, 1) + 1
    if most == 1:
        return f"write a distance of at most {RECURRENCE_SPAN_DAYS_LIMIT} days"
    return f"at this distance, at most {most} occurrences fit"


class Recurrence(Ruled):
    """An offer that is gifted again and again."""

    rules: ClassVar[tuple[Rule, ...]] = (Said(_span),)

    occurrences: Integer = field("How many times it is gifted.", bounds=at_least(1), examples=[3])
    days_distance: Integer = field(
        "Days from one time to the next.", bounds=between(1, RECURRENCE_SPAN_DAYS_LIMIT), examples=[30]
    )


def _window(written: Mapped) -> Iterator[Fault]:
    if is_given(written, "end") and is_given(written, "expiry_days"):
        yield Fault(
            codes.EXPIRY_TWICE,
            ("expiry_days",),
            "both `end` and `expiry_days` are set; which of them counts is not documented",
            "keep one of them",
        )
    if is_given(written, "remind_before") and not is_given(written, "expiry_days"):
        yield Fault(
            codes.FIELD_IGNORED,
            ("remind_before",),
            "`remind_before` counts from the expiry of `expiry_days`, which is not set",
            "set `expiry_days`, or remove this line",
        )
    elif _is_longer(written.get("remind_before"), written.get("expiry_days")):
        yield Fault(
            codes.FIELD_IGNORED,
            ("remind_before",),
            f"`remind_before: {written['remind_before']}` lies before the gift, which expires after "
            f"`expiry_days: {written['expiry_days']}`",
            "write fewer days, or remove this line",
        )


def _is_longer(days: Any, others: Any) -> bool:
    return isinstance(days, int) and isinstance(others, int) and days > others


class ScheduleBody(Ruled):
    """The fields that a schedule has wherever it is written."""

    rules: ClassVar[tuple[Rule, ...]] = (
        ForbiddenWhen("end", "indefinitely", (True,), codes.EXPIRY_CONFLICT, "an offer without end has no end"),
        ForbiddenWhen(
            "expiry_days", "indefinitely", (True,), codes.EXPIRY_CONFLICT, "an offer without end does not expire"
        ),
        Said(_window),
    )

    start: LocalTime | None = field(
        "When the offer begins, on the clock of `timezone`.",
        default=None,
        vendor="start_time",
        examples=["2040-06-01T00:00:00"],
    )
    end: LocalTime | None = field(
        "When the offer ends, on the clock of `timezone`.",
        default=None,
        vendor="end_time",
        examples=["2040-08-31T23:59:59"],
    )
    timezone: Timezone | None = field(
        "The zone whose clock `start` and `end` are read on; that of offers.yaml by default.",
        default=None,
        examples=["America/Chicago"],
    )
    indefinitely: bool | None = field("The offer never ends.", default=None, vendor="indefinetely", examples=[True])
    expiry_days: Integer | None = field(
        "How many days a gifted offer lives; the day of gifting is the first, and the last ends at 23:59.",
        default=None,
        bounds=at_least(1),
        examples=[30],
    )
    remind_before: Integer | None = field(
        "How many days before the expiry of `expiry_days` guests are reminded.",
        default=None,
        bounds=at_least(0),
        examples=[3],
    )
    lag: Lag | None = field(
        "The wait before the offer is gifted.",
        default=None,
        vendor="lag_duration",
        examples=[{"value": 2, "units": "days"}],
    )
    recurrence: Recurrence | None = field(
        "The offer is gifted again and again; the whole span is at most 395 days.",
        default=None,
        vendor="recurrence_schedule",
        examples=[{"occurrences": 3, "days_distance": 30}],
    )


class Schedule(ScheduleBody, Keyed):
    """From when until when offers are there; shared by the redeemables that name it."""

    kind: Literal["schedule"] = field("What the document describes: a span of time.", vendor=OURS)


class InlineSchedule(ScheduleBody):
    """A schedule written inside the one redeemable that has it."""
