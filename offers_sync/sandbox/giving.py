"""Single guests: the asynchronous gift, and the forced redemption.  Neither can be undone or looked up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from offers_sync import contract
from offers_sync.sandbox.answers import base_errors, json_answer, missing_parameter
from offers_sync.sandbox.messages import Response
from offers_sync.sandbox.moments import with_z
from offers_sync.sandbox.parameters import json_object, whole
from offers_sync.sandbox.shapes import REDEEMABLE_IDS_START
from offers_sync.sandbox.validation.verdicts import is_blank
from offers_sync.sandbox.world import NUMBERS_PER_KIND, Kind

if TYPE_CHECKING:
    from offers_sync.sandbox.messages import Request
    from offers_sync.sandbox.settings import Settings
    from offers_sync.sandbox.world import Stored, World

ENTITIES: Final = ("gift_count", "redeemable_id", "reward_amount")
HEADQUARTERS: Final = 304252
VALID_FOR: Final = timedelta(hours=2)


def gift(world: World, request: Request, settings: Settings, now: datetime) -> Response:
    """Accept a gift of exactly one entity; 202 and no body."""
    sent = json_object(request)
    user_id = _whole(sent, "user_id")
    if user_id is None:
        raise base_errors("User can't be blank")
    given = [name for name in ENTITIES if not is_blank(sent.get(name))]
    if len(given) != 1:
        raise base_errors(_entity_text(given, settings))
    amount = _whole(sent, given[0])
    if amount is None or amount <= 0:
        raise base_errors(f"{given[0]} is invalid")
    if given[0] == "redeemable_id":
        _check_redeemable(world, amount, settings)
    end_date = sent.get("end_date")
    if not is_blank(end_date) and not _is_date(end_date):
        raise base_errors("end_date is invalid")
    if settings.unknown_guests == "refuse" and not world.business.has_guest(user_id):
        raise base_errors("User not found")
    body = {name: sent[name] for name in ("message", "subject", "location_id") if isinstance(sent.get(name), str | int)}
    body |= {given[0]: amount, "gift_reason": sent.get("gift_reason") or contract.DEFAULT_GIFT_REASON}
    if not is_blank(end_date):
        body["end_date"] = end_date
    world.business.add_gift(user_id, now.timestamp(), body)
    return Response(202)


def force_redeem(world: World, request: Request, settings: Settings, now: datetime) -> Response:
    """Redeem points or a reward of a guest; 201."""
    sent = json_object(request)
    redemption = sent.get("redemption")
    if not isinstance(redemption, dict) or not redemption:
        raise missing_parameter("redemption")
    user_id = _whole(sent, "user_id")
    if user_id is None:
        raise missing_parameter("user_id")
    punches, reward_id = _whole(redemption, "requested_punches"), _whole(redemption, "reward_id")
    if (punches is None) == (reward_id is None) or (punches or reward_id or 0) <= 0:
        raise base_errors("Please specify either requested_punches or reward_id")
    if settings.unknown_guests == "refuse" and not world.business.has_guest(user_id):
        raise base_errors("User not found")
    reward = _reward(world, reward_id, user_id, settings)
    redeemable = _redeemable(world, reward.get("redeemable_id"))
    body = {name: value for name, value in redemption.items() if isinstance(value, str | int | float | bool)}
    redemption_id = world.business.add_redemption(user_id, reward_id, now.timestamp(), body)
    return json_answer(
        {
            "redemption_id": redemption_id,
            "redemption_status": "redeemable",
            "redemption_tracking_code": str(redemption_id * 7 % 10_000_000).zfill(7),
            "redeemed_value": punches or 0,
            "redeemable_id": reward.get("redeemable_id"),
            "redeemable_name": redeemable.body.get("name") if redeemable else None,
            "redemption_image_url": redeemable.body.get("image") if redeemable else None,
            "redemption_message": redemption.get("force_message")
            if isinstance(redemption.get("force_message"), str)
            else None,
            "location_id": HEADQUARTERS,
            "created_at": with_z(now),
            "updated_at": with_z(now),
            "expiring_at": with_z(now + VALID_FOR),
        },
        201,
    )


def _whole(sent: dict[str, Any], name: str) -> int | None:
    return whole(sent.get(name))


def _entity_text(given: list[str], settings: Settings) -> str:
    if not given:
        return contract.GIFT_NO_ENTITY
    if settings.gift_texts == "article":
        return contract.GIFT_SEVERAL_ENTITIES
    return contract.GIFT_SEVERAL_ENTITIES.replace("a single", "single") + "."


def _check_redeemable(world: World, identity: int, settings: Settings) -> None:
    stored = _redeemable(world, identity)
    if stored is None:
        raise base_errors("Redeemable not found")
    if settings.gift_needs_allowance and not stored.body.get("allow_for_support_gifting"):
        raise base_errors("Redeemable is not allowed for support gifting")


def _redeemable(world: World, identity: int | None) -> Stored | None:
    if identity is None or not REDEEMABLE_IDS_START < identity < REDEEMABLE_IDS_START + NUMBERS_PER_KIND:
        return None
    key = Kind.REDEEMABLE * NUMBERS_PER_KIND + identity - REDEEMABLE_IDS_START
    return world.fetch([key]).get(key)


def _reward(world: World, reward_id: int | None, user_id: int, settings: Settings) -> dict[str, Any]:
    """The reward to redeem; an empty mapping for points, or for a reward that nobody has seen."""
    if reward_id is None:
        return {}
    reward = world.business.reward(reward_id)
    if reward is None:
        if settings.unknown_guests == "refuse":
            raise base_errors("Reward not found")
        return {}
    if reward["user_id"] != user_id:
        raise base_errors("Reward not found")
    if reward["redeemed_by"] is not None and settings.repeated_redemptions == "refuse":
        raise base_errors("Reward has already been redeemed")
    return reward


def _is_date(text: Any) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007  a date has no zone
    except (TypeError, ValueError):
        return False
    return True
