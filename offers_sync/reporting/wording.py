"""A plan's values in words: what a field holds, what a step does, how much of everything there is.

Every text that comes out is printable; how it is laid out is the renderers' business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from offers_sync.models.values import DesiredKind
from offers_sync.planning.plan import Action, Cause, Plan, plain
from offers_sync.reporting.escaping import printable

NOTHING: Final = "(none)"
PLURALS: Final[Mapping[DesiredKind, str]] = MappingProxyType(
    {"selector": "selectors", "criterion": "criteria", "redeemable": "redeemables", "campaign": "campaigns"}
)
VERBS: Final[Mapping[Action, str]] = MappingProxyType(
    {
        Action.CREATE: "create",
        Action.UPDATE: "update",
        Action.RETIRE: "retire",
        Action.UPLOAD_IMAGE: "upload an image for",
        Action.DISTRIBUTE: "distribute",
    }
)
CAUSES: Final[Mapping[Cause, str]] = MappingProxyType(
    {
        Cause.THIS_CHANGE: "from this change",
        Cause.ALREADY_PENDING: "already pending",
        Cause.DRIFT: "changed outside git",
        Cause.UNKNOWN: "of unknown cause",
    }
)
_HOURS: Final = re.compile(r"[0-9]{1,2}\.\.(1?[0-9]|2[0-3])", re.ASCII)
_REFERENCES: Final = ("criterion", "selector", "redeemable")
"""The fields that hold the external id of another object."""


def summary_line(plan: Plan) -> str:
    """The plan in one line."""
    if plan.failure:
        return f"no plan for {_where(plan)}: {printable(plan.failure)}"
    counts = ((action, getattr(plan.summary, action.value)) for action in VERBS)
    parts = [f"{count:,} to {VERBS[action]}" for action, count in counts if count]
    held = sum(bool(step.held_back) for step in plan.steps)
    if held:
        parts.append(f"{held:,} kept back")
    rest = [f"{plan.summary.unchanged:,} unchanged"]
    if plan.summary.unverified:
        rest.append(f"{plan.summary.unverified:,} that cannot be verified")
    return f"{_where(plan)}: {', '.join(parts or ['nothing to do'])}, {', '.join(rest)}."


def _where(plan: Plan) -> str:
    environment = printable(plan.environment)
    return f"{printable(plan.project)} on {environment}" if plan.project else environment or "the project"


def counted(number: int, kind: DesiredKind) -> str:
    """``1 criterion``, ``2 criteria``."""
    return f"{number:,} {kind if number == 1 else PLURALS[kind]}"


def label_of(path: str) -> str:
    """A JSON Pointer as people write such a place: ``line_item_filters[0].selector``."""
    label = ""
    for step in path.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        label += f"[{name}]" if name.isdecimal() and label else f".{name}" if label else name
    return printable(label)


def words_of(value: Any, names: Mapping[str, str], path: str = "") -> str:
    """A value on one line; objects that it refers to by id are called by their keys."""
    if path.rpartition("/")[2] in _REFERENCES and isinstance(value, str):
        value = names.get(value, value)
    return printable(_words(value, names))


def _words(value: Any, names: Mapping[str, str]) -> str:
    match value:
        case None:
            return NOTHING
        case bool():
            return "true" if value else "false"
        case str():
            return value or '""'
        case Decimal():
            return format(value, "f")
        case Mapping():
            return _mapping(value, names)
        case list() | tuple():
            return "; ".join(_words(member, names) for member in value) or "[]"
        case _:
            return json.dumps(plain(value), ensure_ascii=False)


def _mapping(value: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if set(value) == {"attribute", "operator", "value"}:
        return f"{value['attribute']} {value['operator']} {value['value']}{_until(value)}"
    if set(value) == {"clauses"}:
        return _words(value["clauses"], names)
    selector = value.get("selector")
    if isinstance(selector, str):
        return ", ".join([names.get(selector, selector), *_members(value, names, "selector")])
    return ", ".join(_members(value, names))


def _until(condition: Mapping[str, Any]) -> str:
    """The end of a range of hours, whose last hour counts whole; nothing for other conditions."""
    if (condition["attribute"], condition["operator"]) != ("receipt_hour", "in_range"):
        return ""
    hours = _HOURS.fullmatch(str(condition["value"]))
    return f" (until {hours[1]}:59)" if hours is not None else ""


def _members(value: Mapping[str, Any], names: Mapping[str, str], *known: str) -> Iterator[str]:
    for name, member in value.items():
        if name not in known:
            told = names.get(member, member) if name in _REFERENCES and isinstance(member, str) else member
            words = _words(told, names)
            yield f"{name}: {{{words}}}" if isinstance(member, (Mapping, list, tuple)) else f"{name}: {words}"
