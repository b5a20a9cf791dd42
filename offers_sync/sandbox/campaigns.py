"""Distribution: a campaign gifts a redeemable to a whole segment.  Every refusal comes before anything is saved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from offers_sync import contract
from offers_sync.sandbox.answers import Refusal, json_answer, missing_parameter, refuse
from offers_sync.sandbox.moments import campaign_start, in_zone, with_z
from offers_sync.sandbox.parameters import json_object, whole
from offers_sync.sandbox.shapes import redeemable_id, redeemable_of_uuid
from offers_sync.sandbox.validation.verdicts import is_blank

if TYPE_CHECKING:
    from offers_sync.sandbox.messages import Request, Response
    from offers_sync.sandbox.settings import Settings
    from offers_sync.sandbox.world import Stored, World

REQUIRED: Final = ("campaign_type", "category", "redeemable_uuid", "segment_id", "start_time")
"""The parameters that the documented 400 is listed for, in the order in which they are looked at."""
LEAD: Final = timedelta(seconds=contract.CAMPAIGN_LEAD_SECONDS)


def create_campaign(world: World, request: Request, settings: Settings, now: datetime) -> Response:
    """Schedule a campaign."""
    sent = json_object(request)
    for name in REQUIRED:
        if is_blank(sent.get(name)):
            raise missing_parameter(name)
    if not isinstance(sent.get("name"), str) or is_blank(sent.get("name")):
        raise refuse(422, {"name": ["can't be blank"]})
    if sent["campaign_type"] != "mass_gifting":
        raise _refused(404, "Coupon campaign not found", settings)
    if sent["category"] != "gift_redeemable":
        raise _refused(422, "Invalid category", settings)
    redeemable = _redeemable(world, sent["redeemable_uuid"], settings)
    segment_id = whole(sent["segment_id"])
    if segment_id is None or not world.business.has_segment(segment_id):
        raise _refused(422, "Invalid segment id", settings)
    start = _start(sent["start_time"], settings)
    _check_times(redeemable, start, now, settings)
    external = sent.get("external_campaign_id")
    external_campaign_id = str(external) if isinstance(external, str | int) else None
    if settings.campaign_repeats == "refuse" and world.business.has_campaign(external_campaign_id):
        raise _refused(422, "External campaign id has already been taken", settings)
    campaign_id = world.business.add_campaign(
        external_campaign_id,
        now.timestamp(),
        {**{name: sent[name] for name in ("name", *REQUIRED)}, "start_time": with_z(start)},
    )
    return json_answer(
        {
            "redeemable_id": redeemable_id(redeemable),
            "redeemable_image_url": redeemable.body.get("image"),
            "redeemable_properties": "attribute",
            "campaign_id": campaign_id,
            "external_source_id": external_campaign_id,
            "start_time": campaign_start(start),
            settings.campaign_zone_name: "Etc/UTC",
        }
    )


def _refused(status: int, text: str, settings: Settings) -> Refusal:
    shapes: dict[str, Any] = {
        "error": {"error": text},
        "errors": {"errors": text},
        "list": {"errors": [text]},
        "base": {"errors": {"base": [text]}},
    }
    return refuse(status, shapes[settings.campaign_error_shape])


def _redeemable(world: World, uuid: Any, settings: Settings) -> Stored:
    stored = redeemable_of_uuid(world, uuid, settings) if isinstance(uuid, str) else None
    if stored is None:
        raise _refused(422, "Invalid redeemable uuid", settings)
    return stored


def _start(sent: Any, settings: Settings) -> datetime:
    """The moment of a start; one without an offset is in the business's zone, if it is taken at all."""
    try:
        start = datetime.fromisoformat(sent if isinstance(sent, str) and "T" in sent else "")
        if start.tzinfo is None:
            if settings.campaign_times_without_offset == "refuse":
                raise _refused(422, "Invalid Start Time format", settings)
            start = in_zone(start.isoformat(), settings.business_timezone)
        return start.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _refused(422, "Invalid Start Time format", settings) from error


def _check_times(redeemable: Stored, start: datetime, now: datetime, settings: Settings) -> None:
    body = redeemable.body
    if body.get("is_deactivated"):
        raise _refused(422, "Redeemable is deactivated", settings)
    zone = body.get("timezone") or settings.business_timezone
    if body.get("start_time") and in_zone(body["start_time"], zone) > now:
        raise _refused(422, "Redeemable is scheduled", settings)
    if start < now + LEAD:
        raise _refused(422, "Campaign start time should be at least 15 ahead from now", settings)
    if body.get("end_time") and not body.get("indefinetely") and start > in_zone(body["end_time"], zone):
        text = "Start time should be less than or equal to redeemable effective expiry time"
        raise _refused(422, text, settings)
