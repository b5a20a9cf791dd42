"""Scheduling a campaign: one call that gifts a whole segment, sent once, and what its answer says.

Whether it is sent, and what follows from the answer, is decided by ``applying``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from offers_sync.contract import CAMPAIGNS_PATH
from offers_sync.errors import UnreachableError
from offers_sync.models.values import Tree
from offers_sync.wire.answers import Answer, describe_failure
from offers_sync.wire.client import Client, LostAnswerError

CAMPAIGN_TYPE: Final = "mass_gifting"
CATEGORY: Final = "gift_redeemable"
_KEPT: Final = ("campaign_id", "redeemable_id", "external_source_id", "start_time")
_ZONES: Final = ("timezone", "time_zone")
_FORMS: Final = ("%Y-%m-%d %I:%M %p", "%Y-%m-%d %H:%M")
_NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)


class CampaignRefusedError(UnreachableError):
    """The server answered that it does not schedule this campaign: nothing was sent to anybody."""

    def __init__(self, message: str, *, status: int, request_id: str) -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What the server says of a campaign that it took."""

    said: Tree
    """Of the answer what tells one campaign from another, ``timezone`` by that name."""
    request_id: str = ""

    @property
    def campaign_id(self) -> int:
        """The server's number of the campaign."""
        return int(self.said["campaign_id"])

    @property
    def start(self) -> str:
        """Time and zone as the answer gives them."""
        return " ".join(str(self.said[name]) for name in ("start_time", "timezone") if self.said.get(name))

    @property
    def moment(self) -> datetime | None:
        """The instant that the answer names, to the minute; nothing where it cannot be told."""
        return _instant(self.said.get("start_time"), self.said.get("timezone"))


def payload_of(fields: Tree, external_campaign_id: str, redeemable_uuid: str) -> dict[str, Any]:
    """What is sent for a campaign whose segment is a number and whose start is in UTC."""
    return {
        "campaign_type": CAMPAIGN_TYPE,
        "category": CATEGORY,
        "name": fields["name"],
        "redeemable_uuid": redeemable_uuid,
        "segment_id": fields["segment_id"],
        "start_time": fields["start_time"],
        "external_campaign_id": external_campaign_id,
    }


def schedule(client: Client, payload: Mapping[str, Any]) -> Scheduled:
    """Have a campaign scheduled, once.  Raises ``LostAnswerError`` or ``CampaignRefusedError``."""
    answer = client.post(CAMPAIGNS_PATH, payload)
    if not answer.is_success:
        words = describe_failure(answer, "POST", CAMPAIGNS_PATH)
        raise CampaignRefusedError(words, status=answer.status, request_id=answer.request_id)
    said = _said(answer)
    if "campaign_id" not in said:
        raise LostAnswerError(f"{describe_failure(answer, 'POST', CAMPAIGNS_PATH)}, without a campaign_id")
    return Scheduled(said, answer.request_id)


def _said(answer: Answer) -> dict[str, Any]:
    body = answer.body if isinstance(answer.body, dict) else {}
    said = {name: body[name] for name in _KEPT if isinstance(body.get(name), (str, int))}
    zone = next((body[name] for name in _ZONES if isinstance(body.get(name), str)), None)
    number = said.pop("campaign_id", None)
    if _NUMBER.fullmatch(str(number)) and not isinstance(number, bool):
        said["campaign_id"] = int(str(number))
    return {**said, "timezone": zone} if zone is not None else said


def _instant(text: Any, zone: Any) -> datetime | None:
    try:
        there = ZoneInfo(zone) if isinstance(zone, str) and zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    local = _local(str(text).strip()) if isinstance(text, str) else None
    if local is None or (local.tzinfo is None and there is None):
        return None
    moment = local if local.tzinfo is not None else local.replace(tzinfo=there)
    try:
        return moment.astimezone(UTC).replace(second=0, microsecond=0)
    except OverflowError:
        return None


def _local(text: str) -> datetime | None:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  the zone stands beside it
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
