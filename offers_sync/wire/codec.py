"""Payloads: objects in our names as the vendor takes them, exactly.

The way back, from the many shapes of an answer, is ``decoding``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from offers_sync.contract import INLINE_CRITERION_NAME_LENGTH_LIMIT
from offers_sync.models.defaults import defaults_of
from offers_sync.models.values import ObjectKind, Tree
from offers_sync.models.vendor_names import (
    FLAT_DISCOUNT_NAME,
    LOCALE_NAMES,
    SCHEDULE_NAMES,
    SEGMENT_NAME,
    SELECTOR_LISTS,
    SELECTOR_NAME,
)

_NESTED: Final = frozenset(
    {
        "template",
        "lag_duration",
        "recurrence_schedule",
        "base_items",
        "modifiers",
        "aggregator_grouping_attributes",
        "receipt_rule",
    }
)
_LISTS: Final = frozenset({"line_item_filters", "item_qualifiers", "receipt_qualifiers", *LOCALE_NAMES.values()})


def encode(kind: ObjectKind, fields: Tree) -> dict[str, Any]:
    """The payload of a create: what is absent or null is left out."""
    payload: dict[str, Any] = _without_nulls(_renamed(kind, fields))
    return payload


def encode_update(kind: ObjectKind, fields: Tree) -> dict[str, Any]:
    """The payload of an update.

    Null clears a scalar or a member, an empty object or list clears the rest; but where a value stands for none, it is
    that value which clears.
    """
    payload = _renamed(kind, fields)
    defaults = _defaults(kind)
    for name, value in payload.items():
        if value is None and name in defaults:
            payload[name] = defaults[name]
        elif value is None and name in _NESTED:
            payload[name] = {}
        elif value is None and (name in _LISTS or (kind == "criterion" and name == "effective_location")):
            payload[name] = []
        elif isinstance(value, list) or name == "receipt_rule":
            payload[name] = _without_nulls(value)
        elif isinstance(value, dict):
            members = {member: _without_nulls(part) for member, part in value.items()}
            # With nothing but nulls in it the old object would stay, being replaced by nothing that is valid.
            payload[name] = {} if all(member is None for member in members.values()) else members
    return payload


@cache
def _defaults(kind: ObjectKind) -> Mapping[str, Any]:
    """What counts while a field has no value, by the vendor's names."""
    members = {f"schedule/{ours}": theirs for ours, theirs in SCHEDULE_NAMES.items()}
    return {members.get(name, name): default for name, default in defaults_of(kind).items()}


def fits_inline(criterion: Tree) -> bool:
    """Whether a criterion can be made inside a redeemable's create call, which takes less than one of its own."""
    units, price = criterion.get("max_discount_units"), criterion.get("target_price")
    return (
        len(criterion.get("name") or "") <= INLINE_CRITERION_NAME_LENGTH_LIMIT
        and len(criterion.get("effective_location") or ()) <= 1
        and (units is None or units >= 1)
        and (price is None or price == int(price))
    )


def with_inline_criterion(payload: dict[str, Any], external_id: str, criterion: Tree) -> dict[str, Any]:
    """The create of a redeemable whose criterion is made inside the same call."""
    body = encode("criterion", criterion)
    places = body.pop("effective_location", None)
    if places:
        body["effective_location"] = places[0]
    rule = {"qualifier_type": "new", "redeeming_criterion": {"external_id": external_id, **body}}
    return {**payload, "receipt_rule": rule}


def _renamed(kind: ObjectKind, fields: Tree) -> dict[str, Any]:
    match kind:
        case "selector":
            return dict(fields)
        case "criterion":
            return _criterion(fields)
        case "redeemable":
            return _redeemable(fields)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nulls(member) for name, member in value.items() if member is not None}
    if isinstance(value, (list, tuple)):
        return [_without_nulls(member) for member in value]
    return value


def _criterion(fields: Tree) -> dict[str, Any]:
    payload = dict(fields)
    for name in SELECTOR_LISTS:
        if fields.get(name) is not None:
            payload[name] = [_with_selector_id(entry) for entry in fields[name]]
    return payload


def _with_selector_id(entry: Tree) -> dict[str, Any]:
    return {(SELECTOR_NAME if name == "selector" else name): value for name, value in entry.items()}


def _redeemable(fields: Tree) -> dict[str, Any]:
    payload = {name: value for name, value in fields.items() if name not in {"schedule", "locales", "segment"}}
    if fields.get("receipt_rule") is not None:
        payload["receipt_rule"] = _receipt_rule(fields["receipt_rule"])
    if "segment" in fields:
        payload[SEGMENT_NAME] = fields["segment"]
    for ours, theirs in SCHEDULE_NAMES.items():
        if ours in (fields.get("schedule") or {}):
            payload[theirs] = fields["schedule"][ours]
    if "locales" in fields:
        payload.update(_locale_lists(fields["locales"] or {}))
    return payload


def _receipt_rule(rule: Tree) -> dict[str, Any]:
    if rule.get("flat_discount") is not None:
        return {"qualifier_type": "flat_discount", FLAT_DISCOUNT_NAME: rule["flat_discount"]}
    return {"qualifier_type": "existing", "redeeming_criterion_id": rule.get("criterion")}


def _locale_lists(locales: Tree) -> dict[str, Any]:
    return {
        theirs: [
            {"language": language, "translation": texts[ours]}
            for language, texts in locales.items()
            if texts and texts.get(ours)
        ]
        for ours, theirs in LOCALE_NAMES.items()
    }
