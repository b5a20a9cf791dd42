"""Dates and times of schedules and campaigns on the clocks of their zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from offers_sync import codes
from offers_sync.loading.census import Census, Charge
from offers_sync.loading.complaints import Complaint, Path, advice
from offers_sync.loading.zones import count_on_clock
from offers_sync.models.campaign import Campaign
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.schedule import InlineSchedule, Schedule
from offers_sync.models.sent_campaigns import Start


def check_moments(census: Census) -> Iterator[Charge]:
    """Times that do not exist or exist twice, and spans that end before they begin."""
    default = _default_zone(census)
    for document in census.documents:
        match document.model:
            case Schedule() as schedule:
                found = _check_schedule(schedule, (), default)
            case Redeemable(schedule=InlineSchedule() as schedule):
                found = _check_schedule(schedule, ("schedule",), default)
            case Campaign() as campaign:
                found = _check_campaign(census, campaign, default)
            case _:
                continue
        for complaint in found:
            yield document.source, complaint


def _default_zone(census: Census) -> str | None:
    project = census.project
    return project.defaults.timezone if project is not None and project.defaults is not None else None


def _check_schedule(schedule: Schedule | InlineSchedule, path: Path, default: str | None) -> Iterator[Complaint]:
    zone = schedule.timezone or default
    for name in ("start", "end"):
        yield from _check_clock(getattr(schedule, name), zone, (*path, name))
    if schedule.start is not None and schedule.end is not None and schedule.end <= schedule.start:
        message = f"the end, {schedule.end.isoformat()}, is not after the start, {schedule.start.isoformat()}"
        yield Complaint(codes.END_BEFORE_START, (*path, "end"), message, "check the two times, the years above all")


def _check_clock(local: datetime | None, zone: str | None, path: Path) -> Iterator[Complaint]:
    if local is None or zone is None:
        return
    match count_on_clock(local, zone):
        case "never":
            message = f"{local.isoformat()} does not exist in {zone}: the clocks jump over it"
            yield Complaint(codes.TIME_DOES_NOT_EXIST, path, message, advice(codes.TIME_DOES_NOT_EXIST))
        case "twice":
            message = f"{local.isoformat()} exists twice in {zone}: the clocks are put back"
            yield Complaint(codes.TIME_EXISTS_TWICE, path, message, advice(codes.TIME_EXISTS_TWICE))
        case "once":
            return


def _check_campaign(census: Census, campaign: Campaign, default: str | None) -> Iterator[Complaint]:
    zone = campaign.timezone or default
    if zone is None:
        message = "the campaign's start needs a zone: it is sent as an instant"
        hint = "add `timezone` here, or under `defaults` in offers.yaml"
        if census.project is not None:
            yield Complaint(codes.FIELD_NEEDED, ("start",), message, hint)
        return
    yield from _check_clock(campaign.start, zone, ("start",))
    if Start.of({"start": campaign.start.isoformat(), "timezone": zone}) is None:
        message = f"{campaign.start.isoformat()} in {zone} lies outside of the years 1 to 9999 in universal time"
        hint = "a campaign's start is sent in universal time: take a moment that has one"
        yield Complaint(codes.OUT_OF_RANGE, ("start",), message, hint)
    schedule = _schedule_of(census, campaign)
    if schedule is None:
        return
    offer_zone = schedule.timezone or default or zone
    begins = _on_clock(campaign.start, zone)
    if schedule.start is not None and begins < _on_clock(schedule.start, offer_zone):
        message = f"the campaign begins before its offer does, at {schedule.start.isoformat()}"
        yield Complaint(codes.CAMPAIGN_OUTSIDE_OFFER, ("start",), message, advice(codes.CAMPAIGN_OUTSIDE_OFFER))
    if schedule.end is not None and begins > _on_clock(schedule.end, offer_zone):
        message = f"the campaign begins after its offer has ended, at {schedule.end.isoformat()}"
        yield Complaint(codes.CAMPAIGN_OUTSIDE_OFFER, ("start",), message, advice(codes.CAMPAIGN_OUTSIDE_OFFER))


def _schedule_of(census: Census, campaign: Campaign) -> Schedule | InlineSchedule | None:
    offer = census.by_name.get(("redeemable", str(campaign.redeemable)))
    if offer is None or not isinstance(offer.model, Redeemable):
        return None
    schedule = offer.model.schedule
    if isinstance(schedule, str):
        shared = census.by_name.get(("schedule", schedule))
        return shared.model if shared is not None and isinstance(shared.model, Schedule) else None
    return schedule


def _on_clock(local: datetime, zone: str) -> datetime:
    """A moment that can be compared with those of other zones, even where universal time has none for it."""
    return local.replace(tzinfo=ZoneInfo(zone))
