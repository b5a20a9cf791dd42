"""One form for both sides, so that comparing is dumb.

Numbers in text, empty against missing, list order, local times with a ``Z``, the server's defaults inside lists:
whatever does not matter is made equal here, driven by the types of the models and the facts they state.  Deciding
what a difference means is not done here.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, InvalidOperation
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import orjson
from pydantic import BaseModel

from offers_sync.contract import EXISTS_EXPRESSIONS, TRUE_WORDS
from offers_sync.models.campaign import Campaign
from offers_sync.models.criterion import AggregatorGrouping, Criterion, ItemQualifier
from offers_sync.models.defaults import default_of
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.schedule import InlineSchedule
from offers_sync.models.selector import Selector
from offers_sync.models.values import DesiredKind, Tree

Canonical = Mapping[str, Any]
"""Fields in the form in which they are compared; what is there and empty is null."""
Convert = Callable[[Any], Any]

SCHEDULE: Final = "schedule"
"""The one field whose members are fields of their own to the server."""
_ZONE: Final = "timezone"
ALWAYS_THERE: Final = frozenset({f"{SCHEDULE}/{_ZONE}"})
"""The units that the server always has a value for, so that to take them out of a document is to leave them be."""

_MODELS: Final[Mapping[DesiredKind, type[BaseModel]]] = MappingProxyType(
    {"selector": Selector, "criterion": Criterion, "redeemable": Redeemable, "campaign": Campaign}
)
_NOT_COMPARED: Final = frozenset(
    {"kind", "key", "external_id", "formerly", "only", "image", "retired", "campaign_type", "category"}
)
_LOCAL_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?(?: ?Z| ?UTC| ?[+-]\d\d:?\d\d)?", re.ASCII
)
_WHOLE: Final = Decimal(1)
_EXACT: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""The usual context rounds what has more than 28 digits."""
_DIGITS_LIMIT: Final = 24
"""A number with more digits than any field takes is left as the text it was."""


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What the models say of a unit: what an absent value means, and whether answers leave it out."""

    default: Any = None
    is_write_only: bool = False


def canonical(kind: DesiredKind, fields: Tree, *, keeps_order: bool = False) -> dict[str, Any]:
    """The fields in the form in which they are compared; again, it changes nothing.

    Lists are sorted, since their order means nothing, unless ``keeps_order`` asks for the order as written.
    """
    converters = _converters(_MODELS[kind], keeps_order)
    return {name: converters[name](value) for name, value in fields.items() if name in converters}


def unlike(kind: DesiredKind, written: Tree, shown: Tree) -> list[str]:
    """The written fields that are not plainly what is shown, as they stand or in their form; at the least cost."""
    converters, hidden = _converters(_MODELS[kind], False), _write_only(kind)  # noqa: FBT003  a cache's key
    found = []
    for name, value in written.items():
        other = shown.get(name)
        if value == other and (value is not None or name not in hidden):
            continue
        convert = converters.get(name)
        if name == SCHEDULE and isinstance(value, Mapping):
            is_alike = _is_schedule_shown(value, other)
        else:
            is_alike = convert is None or (name not in hidden and convert(value) == convert(other))
        if not is_alike:
            found.append(name)
    return found


def _is_schedule_shown(written: Tree, shown: Any) -> bool:
    """Whether every member that is written is shown so; what else there is does not matter."""
    converters = _converters(InlineSchedule, False)  # noqa: FBT003  a cache's key
    members = shown if isinstance(shown, Mapping) else {}
    return all(
        converters[name](value) == converters[name](members.get(name))
        for name, value in written.items()
        if name in converters
    )


def units_of(tree: Canonical) -> dict[str, Any]:
    """Canonical values by unit, which is what an update sends or leaves out: a field, or ``schedule/MEMBER``."""
    units = {name: value for name, value in tree.items() if name != SCHEDULE}
    for member, value in (tree.get(SCHEDULE) or {}).items():
        units[f"{SCHEDULE}/{member}"] = value
    return units


def names_of_units(fields: Tree) -> Iterator[str]:
    """The units that fields of any form have, without the cost of their values."""
    for name, value in fields.items():
        if name != SCHEDULE:
            yield name
        else:
            yield from (f"{SCHEDULE}/{member}" for member in (value if isinstance(value, Mapping) else _schedule(None)))


def unit_of(path: str) -> str:
    """The unit that a JSON Pointer leads into."""
    names = path.removeprefix("/").split("/")
    return "/".join(names[:2]) if names[0] == SCHEDULE else names[0]


def unit_facts(kind: DesiredKind, unit: str) -> UnitFacts:
    """What the models say of a unit."""
    return _facts(kind).get(unit, _NO_FACTS)


def order_key(value: Any) -> bytes:
    """A total order over canonical values."""
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except TypeError:  # halves of characters and huge numbers, which only an answer may hold
        return json.dumps(value, default=str, sort_keys=True).encode()


_NO_FACTS: Final = UnitFacts()


@cache
def _facts(kind: DesiredKind) -> Mapping[str, UnitFacts]:
    facts = {name: _stated(info) for name, info in _MODELS[kind].model_fields.items()}
    for name, info in InlineSchedule.model_fields.items():
        facts[f"{SCHEDULE}/{name}"] = _stated(info)
    return MappingProxyType(facts)


@cache
def _write_only(kind: DesiredKind) -> frozenset[str]:
    return frozenset(unit for unit, facts in _facts(kind).items() if facts.is_write_only)


def _stated(info: Any) -> UnitFacts:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return UnitFacts(default_of(info), extra.get("x-write-only") is True)


# --------------------------------------------------------------------------------------- from types to conversions


@cache
def _converters(model: type[BaseModel], keeps_order: bool) -> Mapping[str, Convert]:  # noqa: FBT001  a cache's key
    converters = {
        name: _convert_for(info.annotation, keeps_order=keeps_order)
        for name, info in model.model_fields.items()
        if name not in _NOT_COMPARED
    }
    if model is Redeemable:
        converters[SCHEDULE] = _schedule
    return MappingProxyType(converters)


def _convert_for(annotation: Any, *, keeps_order: bool) -> Convert:
    """The conversion that a field's type asks for."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _convert_for(arguments[0], keeps_order=keeps_order)
    if origin is Union or origin is types.UnionType:
        members = [argument for argument in arguments if argument is not types.NoneType]
        plain = [member for member in members if _bare(member) is str]
        return _convert_for((plain or members)[0], keeps_order=keeps_order)
    if origin is list:
        return _list_of(_convert_for(arguments[0], keeps_order=keeps_order), keeps_order=keeps_order)
    if origin is dict:
        return _map_of(_convert_for(arguments[1], keeps_order=keeps_order))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model_of(annotation, keeps_order=keeps_order)
    return _SCALARS.get(annotation, _text) if origin is not Literal else _text


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _boolean(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    return text in TRUE_WORDS if text else None


def _number(value: Any) -> Any:
    """A decimal without needless digits, whatever it was shown as."""
    if value.__class__ is int:
        return Decimal(value) if abs(value) < 10**_DIGITS_LIMIT else str(value)
    number = value if value.__class__ is Decimal else _parsed_number(value)
    if not isinstance(number, Decimal):
        return number
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS_LIMIT:
        return str(value)
    return number.quantize(_WHOLE) if number == number.to_integral_value() else number.normalize(_EXACT)


def _parsed_number(value: Any) -> Any:
    """A decimal where it is one; else nothing, or the text that it is."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return _text(value)
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return str(value)


def _integer(value: Any) -> Any:
    """A whole number as an integer; anything else as the number or the text that it is."""
    if value.__class__ is int:
        return value
    number = _number(value)
    return int(number) if isinstance(number, Decimal) and number == number.to_integral_value() else number


def _time(value: Any) -> Any:
    """Answers show local times with a ``Z`` that means nothing."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0).isoformat()
    if not isinstance(value, str):
        return _text(value)
    return _clock_time(value)


@lru_cache(maxsize=1024)
def _clock_time(text: str) -> str | None:
    """Many offers begin and end at the same times."""
    match = _LOCAL_TIME.fullmatch(text.strip())
    return f"{match[1]}T{match[2]}:{match[3] or '00'}" if match else text or None


_SCALARS: Final[Mapping[Any, Convert]] = MappingProxyType(
    {bool: _boolean, int: _integer, Decimal: _number, datetime: _time}
)


def _list_of(convert: Convert, *, keeps_order: bool) -> Convert:
    def convert_list(value: Any) -> Any:
        if value is None or value in ("", []):
            return None
        converted = [convert(member) for member in (value if isinstance(value, (list, tuple)) else [value])]
        if converted and not isinstance(converted[0], dict):
            converted = _without_repeats(converted)
        if keeps_order:
            return converted
        kept = [member for member in converted if member is not None]
        return (sorted(kept, key=order_key) if len(kept) > 1 else kept) or None

    return convert_list


def _without_repeats(members: list[Any]) -> list[Any]:
    """A set that is written as a list: what is repeated is nothing."""
    seen: set[bytes] = set()
    kept = []
    for member in members:
        key = order_key(member)
        kept.append(None if key in seen else member)
        seen.add(key)
    return kept


def _map_of(convert: Convert) -> Convert:
    def convert_map(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return _text(value) if value not in ([], ()) else None
        converted = {name: convert(member) for name, member in value.items()}
        return {name: member for name, member in converted.items() if member is not None} or None

    return convert_map


def _model_of(model: type[BaseModel], *, keeps_order: bool) -> Convert:
    """A mapping of the model's fields; what an answer adds to them is dropped."""
    defaults = {name: default for name, info in model.model_fields.items() if (default := default_of(info))}

    def convert_model(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return _text(value) if value not in ([], ()) else None
        converters = _converters(model, keeps_order)
        converted = {
            name: member
            for name, written in value.items()
            if name in converters and (member := converters[name](written)) is not None
        }
        if not converted:
            return None
        return _settled(model, {**defaults, **converted} if defaults else converted) or None

    return convert_model


def _settled(model: type[BaseModel], value: dict[str, Any]) -> dict[str, Any]:
    """Members that the server ignores, the same on both sides."""
    if model is ItemQualifier and value["expression_type"] in EXISTS_EXPRESSIONS:
        value.pop("net_value", None)
    if model is AggregatorGrouping:
        return {name: member for name, member in value.items() if member}
    return value


def _schedule(value: Any) -> Any:
    """Its members one by one; to clear it is to clear them, but for the zone, which is always there."""
    converters = _converters(InlineSchedule, keeps_order=False)
    if not isinstance(value, Mapping):
        return dict.fromkeys(name for name in converters if name != _ZONE)
    return {name: converters[name](member) for name, member in value.items() if name in converters}
