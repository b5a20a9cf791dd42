"""The scalar fields of a payload: what the server takes, as a table for each object, and what it refuses.

A bad scalar fails the whole item.  A value is judged as it stands in the payload; null means *absent*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, get_args

from offers_sync import contract
from offers_sync.contract import Bounds

Check = Callable[[Any], str]
"""What is wrong with a value that is not null, or an empty text."""
Table = Mapping[str, Check]

_ZONES: Final = frozenset(contract.TIMEZONES)
_LOCAL_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_PLACE: Final = re.compile(r"(location|tag):[0-9]+")
_OPEN: Final = Bounds(None, None)
_WHOLE: Final = Bounds(Decimal(-contract.WHOLE_NUMBER_LIMIT), Decimal(contract.WHOLE_NUMBER_LIMIT))
_POINTED: Final = Bounds(Decimal(-contract.POINTED_WHOLE_NUMBER_LIMIT), Decimal(contract.POINTED_WHOLE_NUMBER_LIMIT))


def refusals(payload: Mapping[str, Any], table: Table) -> Iterator[tuple[str, str]]:
    """The fields whose values the server refuses, each with what is wrong with it."""
    for name, check in table.items():
        value = payload.get(name)
        complaint = check(value) if value is not None else ""
        if complaint:
            yield name, complaint


def is_blank(value: Any) -> bool:
    """Nothing, or nothing but blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def is_true(value: Any) -> bool:
    """What the server makes of a boolean: five words are true, in any case, and everything else is false."""
    return isinstance(value, (str, int)) and str(value).lower() in contract.TRUE_WORDS


def exact(value: Any) -> Decimal | None:
    """The number that a JSON number is; a number in text is none, nor is a boolean."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None


def whole(value: Any) -> int | None:
    """The integer that a JSON number is, ``3.0`` included, unless the server cannot hold it."""
    number = exact(value)
    if number is None or not within(number, _POINTED if _is_pointed(value) else _WHOLE):
        return None
    return int(number) if number == number.to_integral_value() else None


def _is_pointed(value: Any) -> bool:
    """Whether a number goes out with a point or an exponent."""
    return isinstance(value, float) or (isinstance(value, Decimal) and "." in format(value, "f"))


def within(number: Decimal | int, bounds: Bounds) -> bool:
    """Whether a number lies in a range."""
    return (bounds.low is None or number >= bounds.low) and (bounds.high is None or number <= bounds.high)


def _text(limit: int | None = None, *, is_required: bool = False) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            return "is not a text"
        if is_required and is_blank(value):
            return "is blank"
        return f"is longer than {limit} characters" if limit is not None and len(value) > limit else ""

    return check


def _number(bounds: Bounds = _OPEN, *, is_whole: bool = False) -> Check:
    def check(value: Any) -> str:
        number = exact(value)
        if number is None:
            return "is not a number"
        if is_whole and whole(value) is None:
            return "is not a whole number"
        return "" if within(number, bounds) else f"is out of its bounds, {_shown(bounds)}"

    return check


def _shown(bounds: Bounds) -> str:
    if bounds.high is None:
        return f"at least {bounds.low}"
    return f"{bounds.low} to {bounds.high}" if bounds.low is not None else f"at most {bounds.high}"


def _word(words: tuple[str, ...]) -> Check:
    def check(value: Any) -> str:
        return "" if isinstance(value, str) and value in (*words, "") else "is not one of the words that are taken"

    return check


def _local_time(value: Any) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or not _LOCAL_TIME.fullmatch(value):
        return "is not a local time such as 2026-07-01T23:59:59"
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return "is no date or time that exists"
    return ""


def _zone(value: Any) -> str:
    return "" if isinstance(value, str) and value in _ZONES else "is not one of the zones that are taken"


def place(value: Any) -> str:
    """What is wrong with a location or a group of locations; blank is none."""
    if is_blank(value) or (isinstance(value, str) and _PLACE.fullmatch(value)):
        return ""
    return "is not of the form location:ID or tag:GROUP"


def _criterion(bounds: Mapping[str, Bounds], name_limit: int, *, target_is_whole: bool) -> Table:
    return MappingProxyType(
        {
            "name": _text(name_limit, is_required=True),
            "qc_processing_function": _word(get_args(contract.ProcessingFunction)),
            "rounding_rule": _word(get_args(contract.RoundingRule)),
            "amount_cap": _number(bounds["amount_cap"]),
            "percentage_of_processed_amount": _number(bounds["percentage_of_processed_amount"]),
            "max_discount_units": _number(bounds["max_discount_units"], is_whole=True),
            "unit_discount": _number(bounds["unit_discount"]),
            "minimum_unit_rate": _number(bounds["minimum_unit_rate"]),
            "target_price": _number(bounds["target_price"], is_whole=target_is_whole),
        }
    )


def _at_least(low: int) -> Bounds:
    return Bounds(Decimal(low), None)


SELECTOR: Final[Table] = MappingProxyType(
    {"name": _text(is_required=True), "filter_item_set": _word(get_args(contract.FilterItemSet))}
)
SELECTOR_LIMITS: Final[Table] = MappingProxyType(
    {
        "max_discount_units": _number(_at_least(1), is_whole=True),
        "processing_method": _word(get_args(contract.SelectorProcessingMethod)),
    }
)
CRITERION: Final[Table] = _criterion(contract.CRITERION_BOUNDS, contract.NAME_LENGTH_LIMIT, target_is_whole=False)
INLINE_CRITERION: Final[Table] = _criterion(
    contract.INLINE_CRITERION_BOUNDS, contract.INLINE_CRITERION_NAME_LENGTH_LIMIT, target_is_whole=True
)
_WHOLE_NUMBERS: Final = (
    "points",
    "segment_definition_id",
    "redemption_code_expiry_mins",
    "expiry_days",
    "remind_before",
)
REDEEMABLE: Final[Table] = MappingProxyType(
    {
        "name": _text(is_required=True),
        "description": _text(),
        "note": _text(),
        "meta_data": _text(),
        "discount_channel": _word(get_args(contract.DiscountChannel)),
        "effective_location": place,
        "start_time": _local_time,
        "end_time": _local_time,
        "timezone": _zone,
        **dict.fromkeys(_WHOLE_NUMBERS, _number(is_whole=True)),
    }
)
RECURRENCE: Final[Table] = MappingProxyType(
    {
        "occurrences": _number(_at_least(1), is_whole=True),
        "days_distance": _number(Bounds(Decimal(1), Decimal(contract.RECURRENCE_SPAN_DAYS_LIMIT)), is_whole=True),
    }
)
FLAT_DISCOUNT: Final = _number()
