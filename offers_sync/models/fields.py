"""The types that fields of the language are made of, and the one way to declare such a field.

A number is a decimal or an integer, never a binary float; a date-time is a local time without an offset; a
clause value is the source text of whatever scalar was written.  Which fields exist is said by the models.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from offers_sync.contract import TIMEZONES, Bounds

KEY_PATTERN: Final = r"^[a-z0-9][a-z0-9-]*$"
LANGUAGE_PATTERN: Final = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_MONTHS_AND_DAYS: Final = (
    r"((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-9])|(0[13-9]|1[0-2])-30|(0[13578]|1[02])-31)"  # leap years are not told
)
LOCAL_TIME_PATTERN: Final = rf"^(?!0000)[0-9]{{4}}-{_MONTHS_AND_DAYS}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
LITERAL_LOCATION_PATTERN: Final = r"^(location|tag):[0-9]+$"
SECRET_REFERENCE_PATTERN: Final = r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$"  # noqa: S105  the form of a reference

URL_PATTERN: Final = r"^https?://[^\s/?#][^\s]*$"

_CONTROL: Final = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
_BLANK: Final = (
    r"\u0020\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202a-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
"""Blanks, joiners, marks of direction and fillers.  Each reader of patterns has a ``\\s`` of its own."""
TEXT_PATTERN: Final = rf"[^{_CONTROL}{_BLANK}]"
NAME_PATTERN: Final = rf"^[{_BLANK}]*[^{_CONTROL}{_BLANK}][^{_CONTROL}]*$"

OURS: Final = ""
"""In place of the vendor's name, for a field that the vendor does not have."""

_LOCAL_TIME: Final = re.compile(LOCAL_TIME_PATTERN)
_TIME_FORM: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_ZONES: Final = frozenset(TIMEZONES)


@dataclass(frozen=True, slots=True)
class OddScalar:
    """A scalar that YAML readers disagree about, as its source text: only a clause value may be one."""

    text: str

    def __str__(self) -> str:
        return self.text


class Written(BaseModel):
    """Anything that a person writes: unknown fields are faults, and nothing is converted in silence."""

    # building every model would double what one command pays for the few that it asks
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def field(  # noqa: PLR0913  the facts about one field, all of them optional
    description: str,
    *,
    default: Any = ...,
    vendor: str | None = None,
    bounds: Bounds | None = None,
    above: int | None = None,
    examples: list[Any] | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    write_only: bool = False,
    server_default: Any = None,
    our_default: Any = None,
) -> Any:
    """A field of the language.

    ``vendor`` is its name in the vendor's documentation where that differs, and ``OURS`` where the vendor has no such
    field.  ``server_default`` and ``our_default`` say what counts while the field is left out; nothing fills it in.
    """
    facts = {
        "x-vendor": vendor,
        "x-write-only": write_only or None,
        "x-server-default": server_default,
        "x-our-default": our_default,
    }
    extra: dict[str, Any] = {name: fact for name, fact in facts.items() if fact is not None}
    low, high = (_plain(bounds.low), _plain(bounds.high)) if bounds is not None else (None, None)
    return Field(
        default=default,
        description=description,
        gt=above,
        ge=low,
        le=high,
        examples=examples,
        min_length=min_length,
        max_length=max_length,
        pattern=pattern,
        json_schema_extra=extra or None,
    )


def _plain(bound: Decimal | None) -> Any:
    """Whole bounds as integers: a decimal one on an integer would be checked in Python, and be no JSON Schema."""
    return int(bound) if bound is not None and bound == bound.to_integral_value() else bound


def at_least(low: int) -> Bounds:
    """A range without an upper end."""
    return Bounds(Decimal(low), None)


def between(low: int, high: int) -> Bounds:
    """A closed range."""
    return Bounds(Decimal(low), Decimal(high))


def _decimal(value: object) -> object:
    if type(value) is int:
        return Decimal(value)
    if type(value) is not Decimal:
        raise PydanticCustomError("number_type", "Input should be a number")
    return value


def _integer(value: object) -> object:
    """``3.0`` is the integer three to every JSON Schema validator, so it is here too."""
    if type(value) is Decimal and value == value.to_integral_value():
        return int(value)
    return value


def _scalar_text(value: object) -> object:
    if type(value) is bool:
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (int, OddScalar)):
        return str(value)
    return value


def parse_local_time(text: str) -> datetime:
    """The local time that was written; seconds may be left out.  Raises ``ValueError``."""
    return datetime.fromisoformat(text)


def _local_time(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "Input should be a valid string")
    if not _LOCAL_TIME.fullmatch(value):
        if not _TIME_FORM.fullmatch(value):
            raise PydanticCustomError("local_time_form", "Input should be a local time such as 2026-07-01T09:00:00")
        raise PydanticCustomError("local_time_value", "There is no such date or time")
    try:
        return parse_local_time(value)
    except ValueError:
        raise PydanticCustomError("local_time_value", "There is no such date or time") from None


def _zone(value: object) -> object:
    if isinstance(value, str) and value not in _ZONES:
        raise PydanticCustomError("unknown_zone", "Not one of the time zones that the vendor accepts")
    return value


Number = Annotated[Decimal, BeforeValidator(_decimal)]
"""A decimal number, money included."""
Integer = Annotated[int, BeforeValidator(_integer)]
ScalarText = Annotated[
    str,
    Field(min_length=1, pattern=TEXT_PATTERN),
    BeforeValidator(_scalar_text),
    WithJsonSchema({"type": ["string", "number", "boolean"], "minLength": 1, "pattern": TEXT_PATTERN}),
]
"""Any scalar, taken as the text that was written, and not blank."""
LocalTime = Annotated[
    datetime,
    BeforeValidator(_local_time),
    PlainSerializer(lambda value: value.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "pattern": LOCAL_TIME_PATTERN}),
]
"""A time on the clock of its zone, without an offset; the vendor's ``2026-07-01T23:59:59``."""
Timezone = Annotated[
    str,
    BeforeValidator(_zone),
    WithJsonSchema({"type": "string", "enum": list(TIMEZONES)}),
]
Key = Annotated[str, Field(pattern=KEY_PATTERN, max_length=200)]
Text = Annotated[str, Field(min_length=1, pattern=TEXT_PATTERN)]
"""A text of one line or several, in which something can be seen."""
FormedText = Annotated[str, Field(min_length=1)]
"""A text whose form is said by its field, as ``pattern``."""
Name = Annotated[str, Field(min_length=1, pattern=NAME_PATTERN)]
"""A name or an id: one line in which something can be seen, without control characters."""
Language = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
