"""The rows of a bulk run, as people write them in a CSV or JSON Lines file: a gift, and a forced redemption.

A cell of a CSV file is text, so numbers, dates and yes or no may be written as text.  What several fields or several
rows have to do with each other is checked by ``bulk``.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from offers_sync.contract import DEFAULT_GIFT_REASON
from offers_sync.models.fields import OURS, Key, Text, Written, between, field

LARGEST_NUMBER: Final = 2**63 - 1
_COUNT: Final = between(1, LARGEST_NUMBER)
_DIGITS_LIMIT: Final = 19
_DATE_LENGTH: Final = 10
_TRUTHS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _whole(value: Any) -> Any:
    if type(value) is not str:
        return value
    if value.isascii() and value.isdigit() and len(value) <= _DIGITS_LIMIT:
        return int(value)
    raise PydanticCustomError("whole_number", "Input should be a whole number")


def _truth(value: Any) -> Any:
    if type(value) is not str:
        return value
    found = _TRUTHS.get(value.lower())
    if found is None:
        raise PydanticCustomError("truth", "Input should be true or false")
    return found


def _date(value: Any) -> Any:
    if type(value) is not str:
        return value
    try:
        if len(value) == _DATE_LENGTH:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("date_form", "Input should be a date such as 2026-07-31")


Whole = Annotated[int, BeforeValidator(_whole)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Date = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]


class GiftRow(Written):
    """One gift for one guest; exactly one of gift_count, redeemable, redeemable_id and reward_amount says what."""

    user_id: Whole = field("The guest, by the vendor's number.", bounds=_COUNT, examples=[111111111])
    gift_count: Whole | None = field(
        "How many points, or visits where the business counts those.", default=None, bounds=_COUNT, examples=[50]
    )
    redeemable: Key | None = field(
        "The offer that is given, by the key of its document.",
        default=None,
        vendor=OURS,
        examples=["ten-off-sandwich"],
    )
    redeemable_id: Whole | None = field(
        "The offer that is given, by its number in the vendor's distribution list.",
        default=None,
        bounds=_COUNT,
        examples=[20002],
    )
    reward_amount: Whole | None = field(
        "How much money is given, in whole units of the business's currency.",
        default=None,
        bounds=_COUNT,
        examples=[5],
    )
    end_date: Date | None = field(
        "The last day of the gift; the earlier of this and the offer's own expiry counts.",
        default=None,
        examples=["2040-07-31"],
    )
    message: Text | None = field("The message that the guest gets.", default=None, examples=["Thank you for waiting."])
    subject: Text | None = field("The subject of that message.", default=None, examples=["A gift from us"])
    gift_reason: Text | None = field(
        "Why it is given, for the vendor's records.",
        default=None,
        server_default=DEFAULT_GIFT_REASON,
        examples=["Apology for the outage"],
    )
    location_id: Whole | None = field(
        "The restaurant that the gift is booked on, by its number; headquarters without it.",
        default=None,
        bounds=_COUNT,
        examples=[310969],
    )
    reset_guest_last_activity: Truth | None = field(
        "Whether the gift counts as a sign of life of the guest.", default=None, examples=[False]
    )


class RedeemRow(Written):
    """One forced redemption; exactly one of requested_punches and reward_id says what is redeemed."""

    user_id: Whole = field("The guest, by the vendor's number.", bounds=_COUNT, examples=[111111111])
    requested_punches: Whole | None = field(
        "How many points, or visits, are redeemed.", default=None, bounds=_COUNT, examples=[50]
    )
    reward_id: Whole | None = field(
        "The guest's reward that is redeemed, by its own number; this is not the redeemable's.",
        default=None,
        bounds=_COUNT,
        examples=[5000001],
    )
    force_message: Text | None = field(
        "A message that goes with the redemption.", default=None, examples=["Redeemed at the counter"]
    )
    fuel_redemption: Truth | None = field("Whether it is a redemption of fuel.", default=None, examples=[False])


ROWS: Final = MappingProxyType[str, type[GiftRow | RedeemRow]]({"gift": GiftRow, "redeem": RedeemRow})
"""The rows by the command that sends them."""
