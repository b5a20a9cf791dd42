"""From a place in a payload back to the place in the document that it was made from.

    payload, in the vendor's names                        document, in ours
    ----------------------------------------------------  ----------------------------------------
    /start_time, /lag_duration/value                      /schedule/start, /schedule/lag/value
    /alternate_locale_name/1/translation                  /locales/fr/name
    /segment_definition_id                                /segment
    /receipt_rule/redeeming_criterion_id                  /receipt_rule/criterion
    /receipt_rule/redeeming_criterion/amount_cap          /receipt_rule/criterion/amount_cap
    /line_item_filters/0/line_item_selector_id            /line_item_filters/0/selector

Also a warning of the server back to the part of a payload that it echoes.  Nothing here makes payloads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from offers_sync import contract
from offers_sync.models.values import ObjectKind, Tree
from offers_sync.models.vendor_names import (
    FLAT_DISCOUNT_NAME,
    LOCALE_NAMES,
    SCHEDULE_NAMES,
    SEGMENT_NAME,
    SELECTOR_LISTS,
    SELECTOR_NAME,
)

Steps = tuple[str, ...]

_SCHEDULE: Final[Mapping[str, str]] = {theirs: ours for ours, theirs in SCHEDULE_NAMES.items()}
_LOCALES: Final[Mapping[str, str]] = {theirs: ours for ours, theirs in LOCALE_NAMES.items()}
_INLINE: Final = ("receipt_rule", "redeeming_criterion")


def document_pointer(kind: ObjectKind, pointer: str, payload: Tree) -> str:
    """The place in the document of a place in its payload."""
    steps = tuple(pointer.split("/")[1:])
    match kind:
        case "selector":
            ours = steps
        case "criterion":
            ours = _criterion(steps)
        case "redeemable":
            ours = _redeemable(steps, payload)
    return "".join(f"/{step}" for step in ours)


def _criterion(steps: Steps) -> Steps:
    match steps:
        case (member, index, name, *rest) if member in SELECTOR_LISTS and name == SELECTOR_NAME:
            return (member, index, "selector", *rest)
        case _:
            return steps


def _redeemable(steps: Steps, payload: Tree) -> Steps:
    match steps:
        case (name, *rest) if name in _SCHEDULE:
            return ("schedule", _SCHEDULE[name], *rest)
        case (name, *rest) if name in _LOCALES:
            return _locale(name, rest[0] if rest else "", payload)
        case (name,) if name == SEGMENT_NAME:
            return ("segment",)
        case ("receipt_rule", *rest):
            return ("receipt_rule", *_receipt_rule(tuple(rest)))
        case _:
            return steps


def _receipt_rule(steps: Steps) -> Steps:
    match steps:
        case ("redeeming_criterion", *rest):
            return ("criterion", *_criterion(tuple(rest)))
        case ("redeeming_criterion_id",):
            return ("criterion",)
        case (name,) if name == FLAT_DISCOUNT_NAME:
            return ("flat_discount",)
        case ("qualifier_type",):
            return ()
        case _:
            return steps


def _locale(name: str, index: str, payload: Tree) -> Steps:
    entries = payload.get(name)
    if not index.isdecimal() or not isinstance(entries, list) or int(index) >= len(entries):
        return ("locales",)
    entry = entries[int(index)]
    language = entry.get("language") if isinstance(entry, Mapping) else None
    return ("locales", _escaped(language), _LOCALES[name]) if isinstance(language, str) else ("locales",)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


# ---------------------------------------------------------------------------------------------------- warnings


def find_warned(payload: Tree, warning: Tree) -> str | None:
    """The JSON Pointer, in a payload, of what a warning is about; nothing where the payload no longer holds it.

    A warning has the ``place`` it hung at, its ``message``, and the ``item`` as it was sent.
    """
    item, message = warning.get("item"), str(warning.get("message") or "")
    names = faulty_names(message)
    place = _payload_place(str(warning.get("place") or ""), payload)
    if isinstance(item, Mapping) and names == tuple(item) == place[-1:]:  # an operator, which is no member of a list
        is_written = _at(payload, place) == item[names[0]]
        return "".join(f"/{step}" for step in place) if is_written else None
    is_repeated = message.startswith(contract.WARNING_DUPLICATE)
    echoes = [*_echoes(payload, place, item), *(_echoes_anywhere(payload, item) if not place else ())]
    if not echoes:
        return None
    member = echoes[-1] if is_repeated else echoes[0]
    return f"{member}/{names[0]}" if names else member


def faulty_names(message: str) -> tuple[str, ...]:
    """The fields that one of the server's two known messages names."""
    for start in (contract.WARNING_MISSING_OR_INVALID, contract.WARNING_DUPLICATE):
        if message.startswith(start):
            return tuple(message.removeprefix(start).split(", "))
    return ()


def _payload_place(place: str, payload: Tree) -> Steps:
    """Where the list is: warnings about an inline criterion hang at the top, or where the criterion stands."""
    steps = tuple(step for step in place.split(".") if step)
    rest = steps[len(_INLINE) :] if steps[: len(_INLINE)] == _INLINE else steps
    if rest and rest[0] not in payload and isinstance(_at(payload, _INLINE), Mapping):
        return (*_INLINE, *rest)
    return rest


def _at(value: Any, steps: Steps) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _echoes(payload: Tree, place: Steps, item: Any) -> Iterator[str]:
    members = _at(payload, place)
    start = "".join(f"/{step}" for step in place)
    for index, member in enumerate(members if isinstance(members, list) else ()):
        if _plain(member) == _plain(item):
            yield f"{start}/{index}"


def _echoes_anywhere(value: Any, item: Any, pointer: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _echoes_anywhere(member, item, f"{pointer}/{_escaped(str(name))}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            if _plain(member) == _plain(item):
                yield f"{pointer}/{index}"
            yield from _echoes_anywhere(member, item, f"{pointer}/{index}")


def _plain(value: Any) -> Any:
    """With one type of number, and told apart from booleans, which equal 0 and 1 in Python."""
    match value:
        case bool():
            return ("boolean", value)
        case int() | float() | Decimal():
            return Decimal(str(value))
        case Mapping():
            return {name: _plain(member) for name, member in value.items()}
        case list() | tuple():
            return [_plain(member) for member in value]
        case _:
            return value
