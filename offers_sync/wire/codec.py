"""Payloads: our names and shapes to the vendor's, and the vendor's many answers back to ours.

Encoding is exact; decoding is tolerant, because answers do not mirror what was written.  Decoding renames and
reshapes only: whether ``"3"`` equals ``3`` is decided where things are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from offers_sync.contract import INLINE_CRITERION_NAME_LENGTH_LIMIT, RECEIPT_ATTRIBUTE_ALIASES
from offers_sync.models.values import Live, ObjectKind, Tree
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


# ---------------------------------------------------------------------------------------------------- encoding


def encode(kind: ObjectKind, fields: Tree) -> dict[str, Any]:
    """The payload of a create: what is absent or null is left out."""
    payload: dict[str, Any] = _without_nulls(_renamed(kind, fields))
    return payload


def encode_update(kind: ObjectKind, fields: Tree) -> dict[str, Any]:
    """The payload of an update: null clears a scalar or a member, an empty object or list clears the rest."""
    payload = _renamed(kind, fields)
    for name, value in payload.items():
        if value is None and name in _NESTED:
            payload[name] = {}
        elif value is None and (name in _LISTS or (kind == "criterion" and name == "effective_location")):
            payload[name] = []
        elif isinstance(value, list) or name == "receipt_rule":
            payload[name] = _without_nulls(value)
        elif isinstance(value, dict):
            payload[name] = {member: _without_nulls(part) for member, part in value.items()}
    return payload


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
    locations = body.get("effective_location")
    if isinstance(locations, list):
        del body["effective_location"]
        body.update({"effective_location": place for place in locations})
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


# ---------------------------------------------------------------------------------------------------- decoding

_KNOWN: Final[Mapping[ObjectKind, frozenset[str]]] = MappingProxyType(
    {
        "selector": frozenset({"name", "filter_item_set", "exclude_non_payable", "base_items", "modifiers"}),
        "criterion": frozenset(
            {
                "name",
                "qc_processing_function",
                "amount_cap",
                "percentage_of_processed_amount",
                "rounding_rule",
                "max_discount_units",
                "unit_discount",
                "minimum_unit_rate",
                "target_price",
                "effective_location",
                "stack_discounting",
                "reuse_qualifying_items",
                "enable_menu_item_aggregator",
                "aggregator_grouping_attributes",
                "qualifying_expressions_operator",
                "item_filter_expressions_operator",
                "discount_evaluation_strategy",
                "line_item_filters",
                "item_qualifiers",
                "receipt_qualifiers",
            }
        ),
        "redeemable": frozenset(
            {
                "name",
                "description",
                "note",
                "meta_data",
                "points",
                "discount_channel",
                "effective_location",
                "receipt_rule",
                "allow_for_support_gifting",
                "available_as_template",
                "auto_applicable",
                "applicable_as_loyalty_redemption",
                "distributable",
                "distributable_to_all_users",
                "activate_now",
                "redemption_code_expiry_mins",
                "expire_redemption_code_with_reward_end_date",
                "template",
            }
        ),
    }
)
_RENAMED_ANSWERS: Final[Mapping[ObjectKind, Mapping[str, str]]] = MappingProxyType(
    {
        "selector": {"filter_type": "filter_item_set"},
        "criterion": {"receipt_qualifier": "receipt_qualifiers"},
        "redeemable": {SEGMENT_NAME: "segment"},
    }
)


def decode(kind: ObjectKind, raw: Tree) -> Live:
    """An object of a list in our names; what is not understood is carried along."""
    known = _KNOWN[kind]
    renamed = _RENAMED_ANSWERS[kind]
    fields: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, value in raw.items():
        ours = renamed.get(name, name)
        if ours in known or name in renamed:
            if fields.get(ours) in (None, "", [], {}):
                fields[ours] = value
        elif name not in _ELSEWHERE:
            unknown[name] = value
    match kind:
        case "selector":
            pass
        case "criterion":
            _decode_criterion(fields)
        case "redeemable":
            _decode_redeemable(fields, raw)
    external_id = raw.get("external_id")
    image = raw.get("image")
    return Live(
        kind=kind,
        external_id=external_id if isinstance(external_id, str) else "" if external_id is None else str(external_id),
        fields=fields,
        shown=frozenset(fields),
        image=image if isinstance(image, str) and image else None,
        unknown=unknown,
    )


def decode_nested_criterion(redeemable: Tree) -> Live | None:
    """The criterion that a redeemable of a list shows inside its receipt rule, if it has an id."""
    rule = redeemable.get("receipt_rule")
    nested = rule.get("redeeming_criterion") if isinstance(rule, Mapping) else None
    if not isinstance(nested, Mapping):
        return None
    external_id = nested.get("external_id")
    return decode("criterion", nested) if isinstance(external_id, str) and external_id.strip() else None


_ELSEWHERE: Final = frozenset({"external_id", "image", *SCHEDULE_NAMES.values(), *LOCALE_NAMES.values()})


def _decode_criterion(fields: dict[str, Any]) -> None:
    for name in SELECTOR_LISTS:
        if isinstance(fields.get(name), list):
            fields[name] = [_with_selector(entry) for entry in fields[name]]
    if isinstance(fields.get("receipt_qualifiers"), list):
        fields["receipt_qualifiers"] = [_with_known_attribute(entry) for entry in fields["receipt_qualifiers"]]
    locations = fields.get("effective_location")
    if isinstance(locations, str):
        fields["effective_location"] = [locations] if locations else []


def _with_selector(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    nested = entry.get("line_item_selector")
    selector = nested.get("external_id") if isinstance(nested, Mapping) else None
    rest = {name: value for name, value in entry.items() if name not in {"line_item_selector", SELECTOR_NAME}}
    return {"selector": selector or entry.get(SELECTOR_NAME), **rest}


def _with_known_attribute(entry: Any) -> Any:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("attribute"), str):
        return entry
    return {**entry, "attribute": RECEIPT_ATTRIBUTE_ALIASES.get(entry["attribute"], entry["attribute"])}


def _decode_redeemable(fields: dict[str, Any], raw: Tree) -> None:
    if "receipt_rule" in fields:
        fields["receipt_rule"] = _decode_receipt_rule(fields["receipt_rule"])
    schedule = {ours: raw[theirs] for ours, theirs in SCHEDULE_NAMES.items() if theirs in raw}
    if schedule:
        fields["schedule"] = schedule
    locations = fields.get("effective_location")
    if isinstance(locations, list):
        fields["effective_location"] = locations[0] if len(locations) == 1 else locations or None
    locales: dict[str, dict[str, Any]] = {}
    for ours, theirs in LOCALE_NAMES.items():
        entries = raw.get(theirs)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping) and entry.get("translation") and isinstance(entry.get("language"), str):
                locales.setdefault(entry["language"], {})[ours] = entry["translation"]
    if any(theirs in raw for theirs in LOCALE_NAMES.values()):
        fields["locales"] = locales


def _decode_receipt_rule(rule: Any) -> Any:
    if not isinstance(rule, Mapping):
        return rule
    nested = rule.get("redeeming_criterion")
    nested_id = nested.get("external_id") if isinstance(nested, Mapping) else None
    criterion = rule.get("redeeming_criterion_id") or nested_id
    amount = rule.get(FLAT_DISCOUNT_NAME)
    match rule.get("qualifier_type"):
        case "flat_discount" | "discount":
            return {"flat_discount": amount}
        case "new" | "existing":
            return {"criterion": criterion}
        case _:
            return {"criterion": criterion} if criterion else {"flat_discount": amount}
