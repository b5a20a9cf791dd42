"""The two things that can be done by the row: what a row becomes on the wire, where it goes and how fast.

How rows are read and checked, and when they are sent, is not said here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from offers_sync import contract
from offers_sync.models.rows import GiftRow, RedeemRow
from offers_sync.state.budgets import Budget

ActionName = Literal["gift", "redeem"]
Payload = dict[str, Any]
MINUTE_SECONDS: Final = 60.0
DAY_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done to guests, row by row."""

    name: ActionName
    noun: str
    model: type[GiftRow | RedeemRow]
    path: str
    entities: tuple[str, ...]
    """The fields of which a row has exactly one."""
    budgets: tuple[Budget, ...]
    """The vendor's ceilings, the tightest first."""
    payload: Callable[[Mapping[str, Any], Mapping[str, int]], Payload]
    """What is sent for the fields of a row; the second mapping knows the offers' numbers by key."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names that a file may use."""
        return tuple(self.model.model_fields)


def _gift(fields: Mapping[str, Any], numbers: Mapping[str, int]) -> Payload:
    payload = {name: value for name, value in fields.items() if value is not None}
    if "redeemable" in payload:
        payload["redeemable_id"] = numbers[payload.pop("redeemable")]
    if "end_date" in payload:
        payload["end_date"] = payload["end_date"].isoformat()
    return payload


def _redeem(fields: Mapping[str, Any], numbers: Mapping[str, int]) -> Payload:  # noqa: ARG001  as for gifts
    rest = {name: value for name, value in fields.items() if value is not None and name != "user_id"}
    return {"user_id": fields["user_id"], "redemption": rest}


GIFT: Final = Action(
    "gift",
    "gift",
    GiftRow,
    contract.GIFT_PATH,
    ("gift_count", "redeemable", "redeemable_id", "reward_amount"),
    (Budget("gift/minute", contract.GIFTS_PER_MINUTE, MINUTE_SECONDS),),
    _gift,
)
REDEEM: Final = Action(
    "redeem",
    "redemption",
    RedeemRow,
    contract.FORCE_REDEEM_PATH,
    ("requested_punches", "reward_id"),
    (
        Budget("redeem/minute", contract.REDEMPTIONS_PER_MINUTE, MINUTE_SECONDS),
        Budget("redeem/day", contract.REDEMPTIONS_PER_DAY, DAY_SECONDS),
    ),
    _redeem,
)
ACTIONS: Final = MappingProxyType[str, Action]({"gift": GIFT, "redeem": REDEEM})
