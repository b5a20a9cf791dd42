"""A plan's values in words: what a field holds, what a step does, how much of everything there is.

Every text that comes out is printable; how it is laid out is the renderers' business.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from offers_sync.findings import Severity
from offers_sync.models.values import DesiredKind
from offers_sync.planning.holding import LEFT_OUT
from offers_sync.planning.plan import Action, Cause, GuardReport, Plan, plain
from offers_sync.reporting.contrasting import told_apart
from offers_sync.reporting.escaping import printable

NOTHING: Final = "(none)"
_UNCLEAR: Final = frozenset({"", NOTHING})
"""Texts that would be taken for none at all, so that they are quoted."""
_BLANK_AT_AN_END: Final = re.compile(r"^ | $")
_ESCAPED_BLANK: Final = r"\\x20"
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
    where = f"{_where(plan)} (offline: the base stands in for the server)" if plan.asked.is_offline else _where(plan)
    doubts = "".join(f"{words}; " for words in [", ".join(_doubts(plan))] if words)
    return f"{where}: {doubts}{', '.join(parts) or 'nothing to do'}, {', '.join(rest)}."


def _doubts(plan: Plan) -> Iterator[str]:
    """How many errors and warnings the plan holds."""
    told = [finding for step in plan.steps if step.held_back != LEFT_OUT for finding in step.annotations]
    counts = Counter(finding.severity for finding in (*told, *plan.findings))
    for severity in (Severity.ERROR, Severity.WARNING):
        if counts[severity]:
            yield some(counts[severity], severity.value)


def waived_line(plan: Plan) -> str:
    """How many findings are not shown since somebody reviewed them, and which; nothing where there are none."""
    count = plan.summary.waived
    if not count:
        return ""
    codes = Counter(plan.waived_codes)
    told = [f"`{printable(code)}`{f' ({times:,})' if times > 1 else ''}" for code, times in sorted(codes.items())]
    if told and codes.total() < count:
        told.append(f"and {count - codes.total():,} more")
    return f"Waived by reviewed exceptions and not shown: {', '.join([some(count, 'finding'), *told])}."


def some(number: int, thing: str) -> str:
    """``1 step``, ``2 steps``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _where(plan: Plan) -> str:
    environment = printable(plan.environment)
    return f"{printable(plan.project)} on {environment}" if plan.project else environment or "the project"


def ways_through(guards: Iterable[GuardReport]) -> str:
    """What to do to have let through what guards refuse; what stands between ticks is to be pasted as it is."""
    ways = [printable(guard.allow_with) for guard in guards if guard.allow_with]
    flags = [way for way in ways if way.startswith("--")]
    told = [f"pass `{' '.join(flags)}`"] if flags else []
    for way in ways:
        if way.startswith("allow:"):
            told.append(f"write `{way}` into offers.yaml")
        elif way not in flags:
            told.append(f"add `{way}` to `allow` in offers.yaml")
    return " and ".join(told)


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


def words_of_both(
    before: Any, after: Any, names: Mapping[str, str], path: str = ""
) -> tuple[str, str] | tuple[None, str] | tuple[str, None]:
    """Two values on a line each, told apart; nothing for one that is not there.

    Objects that they refer to by id are called by their keys.
    """
    if path.rpartition("/")[2] in _REFERENCES:
        before, after = (names.get(value, value) if isinstance(value, str) else value for value in (before, after))
    if before is None:
        return None, printable(_words(after, names))
    if after is None:
        return printable(_words(before, names)), None
    return told_apart(_words(before, names), _words(after, names))


def _words(value: Any, names: Mapping[str, str]) -> str:
    match value:
        case None:
            return NOTHING
        case bool():
            return "true" if value else "false"
        case str():
            return _BLANK_AT_AN_END.sub(_ESCAPED_BLANK, value) if value.strip('"') not in _UNCLEAR else f'"{value}"'
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
