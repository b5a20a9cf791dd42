"""The scalar fields: what each may hold, as a table's cell, and one function that reads a value against it.

A fault here fails the whole item, unlike a bad member of a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, assert_never

from offers_sync import contract
from offers_sync.sandbox.parameters import whole
from offers_sync.sandbox.validation.verdicts import ItemFailure, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offers_sync.contract import Bounds
    from offers_sync.sandbox.validation.verdicts import Draft, Surroundings

OPEN: Final = contract.Bounds(None, None)
ZONES: Final = frozenset(contract.TIMEZONES)
_LOCAL_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_OFFSET: Final = re.compile(r"(Z|[+-][0-9]{2}:?[0-9]{2})$")
_PLACE: Final = re.compile(r"(location|tag):[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Text:
    """A text; ``limit`` is its length at most, ``is_required`` forbids a blank one."""

    limit: int | None = None
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds; ``is_whole`` forbids a fraction."""

    bounds: Bounds = OPEN
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean; ``takes_words`` reads the five words for true, and everything else as false."""

    takes_words: bool


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A date and a time without an offset."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone of the vendor's table."""


@dataclass(frozen=True, slots=True)
class Place:
    """``location:1`` or ``tag:1``."""


Scalar = Text | Number | Word | Flag | LocalTime | Zone | Place


def read_scalars(draft: Draft, table: Mapping[str, Scalar]) -> None:
    """Take over what the item says about the fields of the table, and note every fault."""
    for name, scalar in table.items():
        if name not in draft.sent or draft.takes_null(name):
            continue
        try:
            draft.new[name] = read_scalar(name, draft.sent[name], scalar, draft.around)
        except ItemFailure as failure:
            draft.faults += failure.errors


def read_scalar(name: str, value: Any, scalar: Scalar, around: Surroundings) -> Any:
    """The value to store; raises ``ItemFailure`` when it cannot be taken."""
    match scalar:
        case Flag():
            return _read_flag(name, value, scalar)
        case Text():
            return _read_text(name, value, scalar)
        case Number():
            return _read_number(name, value, scalar, around)
        case Word():
            return _read_word(name, value, scalar)
        case LocalTime():
            return _read_time(name, value, around)
        case Zone():
            return _read_zone(name, value)
        case Place():
            return read_place(name, value, around)
        case _:
            assert_never(scalar)


def read_place(name: str, value: Any, around: Surroundings) -> str | None:
    """A location or a group; a blank is none."""
    if is_blank(value):
        return None
    if not isinstance(value, str) or not _PLACE.fullmatch(value):
        raise ItemFailure(f"{name} is invalid")
    if around.settings.unknown_places == "refuse" and not around.lookup.has_place(value):
        raise ItemFailure(f"{name} could not be found: {value}")
    return value


def _read_word(name: str, value: Any, word: Word) -> str | None:
    if value == "":
        return None
    if not isinstance(value, str) or value not in word.words:
        raise ItemFailure(f"{name} is not included in the list")
    return value


def _read_zone(name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in ZONES:
        raise ItemFailure(f"{name} is not a supported time zone")
    return value


def _read_text(name: str, value: Any, text: Text) -> str:
    if not isinstance(value, str):
        raise ItemFailure(f"{name} must be a string")
    if text.is_required and not value.strip():
        raise ItemFailure(f"{name} can't be blank")
    if text.limit is not None and len(value) > text.limit:
        raise ItemFailure(f"{name} is too long (maximum is {text.limit} characters)")
    return value


def _read_number(name: str, sent: Any, number: Number, around: Surroundings) -> int | float:
    value = _number_in(sent) if isinstance(sent, str) and around.settings.numbers_as_text_taken else sent
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ItemFailure(f"{name} is not a number")
    if number.is_whole and whole(value) is None:
        raise ItemFailure(f"{name} must be an integer")
    exact = Decimal(str(value)) if isinstance(value, float) else value
    low, high = number.bounds
    if low is not None and exact < low:
        raise ItemFailure(f"{name} must be greater than or equal to {low}")
    if high is not None and exact > high:
        raise ItemFailure(f"{name} must be less than or equal to {high}")
    return int(value) if number.is_whole else value


def _number_in(text: str) -> int | float | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > 15:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _read_flag(name: str, value: Any, flag: Flag) -> bool:
    if isinstance(value, bool):
        return value
    if not flag.takes_words:
        raise ItemFailure(f"{name} must be true or false")
    return isinstance(value, str | int) and str(value).lower() in contract.TRUE_WORDS


def _read_time(name: str, value: Any, around: Surroundings) -> str | None:
    if value == "":
        return None
    if not isinstance(value, str):
        raise ItemFailure(f"{name} is not a valid time")
    local = value
    if around.settings.times_with_offset == "accept":
        local = _OFFSET.sub("", value)
    if not _LOCAL_TIME.fullmatch(local):
        raise ItemFailure(f"{name} is not a valid time")
    try:
        return datetime.fromisoformat(local).isoformat(timespec="seconds")
    except ValueError as error:
        raise ItemFailure(f"{name} is not a valid time") from error
