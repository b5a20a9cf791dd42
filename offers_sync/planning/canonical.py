"""One form for both sides, so that comparing is dumb.

Numbers in text, empty against missing, list order, local times with a ``Z``, the server's defaults: whatever does
not matter is made equal here, driven by the types of the models.  Deciding what a difference means is not done here.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from offers_sync.contract import (
    DEFAULT_DISCOUNT_CHANNEL,
    DEFAULT_EVALUATION_STRATEGY,
    DEFAULT_EXPRESSION_TYPE,
    DEFAULT_EXPRESSIONS_OPERATOR,
    DEFAULT_FILTER_PROCESSING_METHOD,
    EXISTS_EXPRESSIONS,
    TRUE_WORDS,
)
from offers_sync.models.campaign import Campaign
from offers_sync.models.criterion import AggregatorGrouping, Criterion, ItemQualifier, LineItemFilter
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.schedule import InlineSchedule
from offers_sync.models.selector import Selector
from offers_sync.models.values import DesiredKind, Tree

Canonical = Mapping[str, Any]
"""Canonical value by unit: a top-level field, or a member of the schedule as ``schedule/MEMBER``."""

Convert = Callable[[Any], Any]

SERVER_DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "discount_channel": DEFAULT_DISCOUNT_CHANNEL,
        "qualifying_expressions_operator": DEFAULT_EXPRESSIONS_OPERATOR,
        "item_filter_expressions_operator": DEFAULT_EXPRESSIONS_OPERATOR,
        "discount_evaluation_strategy": DEFAULT_EVALUATION_STRATEGY,
    }
)
"""What an absent value means to the server, by unit; an absent boolean is false."""

_MODELS: Final[Mapping[DesiredKind, type[BaseModel]]] = MappingProxyType(
    {"selector": Selector, "criterion": Criterion, "redeemable": Redeemable, "campaign": Campaign}
)
_NOT_COMPARED: Final = frozenset(
    {"kind", "key", "external_id", "formerly", "only", "image", "retired", "schedule", "campaign_type", "category"}
)


def canonical(kind: DesiredKind, fields: Tree) -> dict[str, Any]:
    """The fields in the form in which they are compared; what is empty is null."""
    converted = {unit: convert(fields[unit]) for unit, convert in _converters(_MODELS[kind]).items() if unit in fields}
    schedule = fields.get("schedule")
    if isinstance(schedule, Mapping):
        for member, convert in _converters(InlineSchedule).items():
            if member in schedule:
                converted[f"schedule/{member}"] = convert(schedule[member])
    return converted


def is_boolean(kind: DesiredKind, unit: str) -> bool:
    """Whether an absent value of the unit means false."""
    return (
        _converters(InlineSchedule if unit.startswith("schedule/") else _MODELS[kind]).get(
            unit.removeprefix("schedule/")
        )
        is _boolean
    )


@cache
def _converters(model: type[BaseModel]) -> Mapping[str, Convert]:
    return MappingProxyType(
        {name: _convert_for(info.annotation) for name, info in model.model_fields.items() if name not in _NOT_COMPARED}
    )


def _convert_for(annotation: Any) -> Convert:
    """The conversion that a field's type asks for."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _convert_for(arguments[0])
    if origin is Union or origin is types.UnionType:
        members = [argument for argument in arguments if argument is not types.NoneType]
        plain = [member for member in members if _plain(member) is str]
        return _convert_for(plain[0] if plain else members[0])
    if origin is list:
        return _list_of(_convert_for(arguments[0]))
    if origin is dict:
        return _map_of(_convert_for(arguments[1]))
    if origin is Literal:
        return _text
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model_of(annotation)
    return {bool: _boolean, int: _integer, Decimal: _number, datetime: _time}.get(annotation, _text)


def _plain(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _text(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _boolean(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip().lower() in TRUE_WORDS if value else None
    return value


def _number(value: Any) -> Any:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return value
    if not number.is_finite():
        return str(value)
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _integer(value: Any) -> Any:
    number = _number(value)
    return int(number) if isinstance(number, Decimal) and number == number.to_integral_value() else number


def _time(value: Any) -> Any:
    """Answers show local times with a ``Z`` that means nothing."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat()
    if not isinstance(value, str) or not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None, microsecond=0).isoformat()
    except ValueError:
        return value


def order_key(value: Any) -> str:
    """A total order over canonical values."""
    return json.dumps(value, sort_keys=True, default=str)


def _list_of(convert: Convert) -> Convert:
    def convert_list(value: Any) -> Any:
        members = value if isinstance(value, (list, tuple)) else [] if value is None or value == "" else [value]
        converted = [convert(member) for member in members]
        return sorted((member for member in converted if member is not None), key=order_key) or None

    return convert_list


def _as_shown(value: Any) -> Any:
    """A member that the model does not have; answers pad with empty ones."""
    return None if value in ("", [], {}) else value


def _map_of(convert: Convert) -> Convert:
    def convert_map(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        converted = {name: convert(member) for name, member in value.items()}
        return {name: member for name, member in converted.items() if member is not None} or None

    return convert_map


def _model_of(model: type[BaseModel]) -> Convert:
    def convert_model(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return None if value == "" else value
        converters = _converters(model)
        converted = {name: converters.get(name, _as_shown)(member) for name, member in value.items()}
        return _settled(model, {name: member for name, member in converted.items() if member is not None}) or None

    return convert_model


def _settled(model: type[BaseModel], value: dict[str, Any]) -> dict[str, Any]:
    """Members that the server fills in or ignores, the same on both sides."""
    if model is LineItemFilter and value:
        return {"processing_method": DEFAULT_FILTER_PROCESSING_METHOD, **value}
    if model is ItemQualifier and value:
        value = {"expression_type": DEFAULT_EXPRESSION_TYPE, **value}
        if value["expression_type"] in EXISTS_EXPRESSIONS:
            value.pop("net_value", None)
    if model is AggregatorGrouping:
        return {name: member for name, member in value.items() if member}
    return value
