"""Dates and times of schedules and campaigns on the clocks of their zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from offers_sync import codes
from offers_sync.loading.census import Census, Charge, LoadedDocument
from offers_sync.loading.complaints import Complaint, Path, advice
from offers_sync.loading.zones import count_on_clock
from offers_sync.models.campaign import Campaign
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.schedule import InlineSchedule, Schedule
from offers_sync.models.sent_campaigns import Start


def check_moments(census: Census) -> Iterator[Charge]:
    """Times that do not exist or exist twice, and spans that end before they begin."""
    for document in census.documents:
        match document.model:
            case Schedule() as schedule:
                found = _check_schedule(census, document, schedule, ())
            case Redeemable(schedule=InlineSchedule() as schedule):
                found = _check_schedule(census, document, schedule, ("schedule",))
            case Campaign() as campaign:
                found = _check_campaign(census, document, campaign)
            case _:
                continue
        for complaint in found:
            yield document.source, complaint


def _zone_of(census: Census, document: LoadedDocument, written: str | None, path: Path) -> str | None:
    """The zone whose clock is meant by the fields at a path, if one is and that can be read."""
    if not document.knows(*path, "timezone"):
        return None
    defaults = census.project.defaults if census.project is not None else None
    return written or (defaults.timezone if defaults is not None and census.knows("defaults", "timezone") else None)


def _knows_zone(census: Census, document: LoadedDocument, path: Path) -> bool:
    """Whether it can be read which zone is meant, or that none is."""
    return document.knows(*path, "timezone") and census.knows("defaults", "timezone")


def _check_schedule(
    census: Census, document: LoadedDocument, schedule: Schedule | InlineSchedule, path: Path
) -> Iterator[Complaint]:
    zone = _zone_of(census, document, schedule.timezone, path)
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


def _check_campaign(census: Census, document: LoadedDocument, campaign: Campaign) -> Iterator[Complaint]:
    zone = _zone_of(census, document, campaign.timezone, ())
    if zone is not None:
        yield from _check_clock(campaign.start, zone, ("start",))
        if Start.of({"start": campaign.start.isoformat(), "timezone": zone}) is None:
            message = f"{campaign.start.isoformat()} in {zone} lies outside of the years 1 to 9999 in universal time"
            hint = "a campaign's start is sent in universal time: take a moment that has one"
            yield Complaint(codes.OUT_OF_RANGE, ("start",), message, hint)
        if document.knows("redeemable"):
            yield from _check_against_offer(census, campaign, zone)
    elif census.project is not None and _knows_zone(census, document, ()):
        message = "the campaign's start needs a zone: it is sent as an instant"
        hint = "add `timezone` here, or under `defaults` in offers.yaml"
        yield Complaint(codes.FIELD_NEEDED, ("start",), message, hint)


def _check_against_offer(census: Census, campaign: Campaign, zone: str) -> Iterator[Complaint]:
    found = _schedule_of(census, campaign)
    if found is None:
        return
    document, schedule, path = found
    if schedule.timezone is None and not _knows_zone(census, document, path):
        return
    offer_zone = _zone_of(census, document, schedule.timezone, path) or zone
    begins = _on_clock(campaign.start, zone)
    if schedule.start is not None and begins < _on_clock(schedule.start, offer_zone):
        message = f"the campaign begins before its offer does, at {schedule.start.isoformat()}"
        yield Complaint(codes.CAMPAIGN_OUTSIDE_OFFER, ("start",), message, advice(codes.CAMPAIGN_OUTSIDE_OFFER))
    if schedule.end is not None and begins > _on_clock(schedule.end, offer_zone):
        message = f"the campaign begins after its offer has ended, at {schedule.end.isoformat()}"
        yield Complaint(codes.CAMPAIGN_OUTSIDE_OFFER, ("start",), message, advice(codes.CAMPAIGN_OUTSIDE_OFFER))


def _schedule_of(census: Census, campaign: Campaign) -> tuple[LoadedDocument, Schedule | InlineSchedule, Path] | None:
    """The schedule of a campaign's offer, with the document and the path at which it is written."""
    offer = census.by_name.get(("redeemable", str(campaign.redeemable)))
    if offer is None or not isinstance(offer.model, Redeemable):
        return None
    match offer.model.schedule:
        case InlineSchedule() as schedule:
            return offer, schedule, ("schedule",)
        case str() as key:
            shared = census.by_name.get(("schedule", key))
            return (shared, shared.model, ()) if shared is not None and isinstance(shared.model, Schedule) else None
    return None


def _on_clock(local: datetime, zone: str) -> datetime:
    """A moment that can be compared with those of other zones, even where universal time has none for it."""
    return local.replace(tzinfo=ZoneInfo(zone))
