"""A selector as it is written: its name, what it discounts, and the clauses of its two sides."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, get_args

from offers_sync import contract
from offers_sync.contract import Bounds
from offers_sync.sandbox.validation.members import SELECTOR_ATTRIBUTES, read_conditions
from offers_sync.sandbox.validation.scalars import Flag, Number, Text, Word, read_scalars
from offers_sync.sandbox.validation.verdicts import Accepted, ItemFailure, Warnings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offers_sync.sandbox.validation.scalars import Scalar
    from offers_sync.sandbox.validation.verdicts import Surroundings

SIDES: Final = ("base_items", "modifiers")
LIMITS: Final[dict[str, Scalar]] = {
    "max_discount_units": Number(Bounds(Decimal(1), None), is_whole=True),
    "processing_method": Word(get_args(contract.SelectorProcessingMethod)),
}


def _scalars(around: Surroundings) -> dict[str, Scalar]:
    return {
        "name": Text(is_required=True),
        "filter_item_set": Word(get_args(contract.FilterItemSet)),
        "exclude_non_payable": Flag(takes_words=around.settings.other_booleans == "words"),
    }


def read_selector(item: Mapping[str, Any], old: Mapping[str, Any], around: Surroundings) -> Accepted:
    """What is stored of a selector; ``old`` is what it was, empty on create."""
    values, faults = read_scalars(item, _scalars(around), around)
    new = {**old, **values}
    needs_name = around.is_create or around.settings.selector_update_needs_name
    if (needs_name and item.get("name") is None) or new.get("name") is None:
        faults.append("name can't be blank")
    warnings: Warnings = {}
    for side in SIDES:
        if side in item:
            clauses, complaints, side_faults = _read_side(side, item[side], old.get(side), around)
            faults += side_faults
            new[side] = clauses
            if complaints:
                warnings[side] = {"clauses": complaints}
    if new.get("filter_item_set") == "modifiers_only" and around.is_create:
        faults += [f"{side} can't be blank" for side in SIDES if not _has_clauses(item.get(side))]
    if faults:
        raise ItemFailure(*faults)
    return Accepted(new, warnings)


def _read_side(
    side: str, sent: Any, old: dict[str, Any] | None, around: Surroundings
) -> tuple[dict[str, Any] | None, list[dict[str, Any]], list[str]]:
    """The side to store, the warnings about its clauses, and the faults that fail the item."""
    if sent is None:
        keeps = around.is_update and around.settings.null_on_update == "keep"
        return (old if keeps else None), [], []
    if not isinstance(sent, dict):
        return None, [], [f"{side} is invalid"]
    if not sent:
        return None, [], []
    limits, faults = read_scalars(sent, LIMITS, around) if side == "modifiers" else ({}, [])
    if around.is_update and old is not None and around.settings.selector_limits_survive:
        limits = {**{name: old.get(name) for name in LIMITS}, **limits}
    if "clauses" not in sent:
        if around.is_create or old is None:
            return None, [], [*faults, f"{side} clauses can't be blank"]
        return {**old, **limits}, [], faults
    clauses, complaints = read_conditions(sent["clauses"] if isinstance(sent["clauses"], list) else [], SELECTOR_ATTRIBUTES)
    if not isinstance(sent["clauses"], list):
        faults.append(f"{side} clauses must be a list")
    if complaints and not clauses and around.is_update and old is not None:
        return old, complaints, faults
    return {"clauses": clauses, **{name: value for name, value in limits.items() if value is not None}}, complaints, faults


def _has_clauses(side: Any) -> bool:
    return isinstance(side, dict) and bool(side.get("clauses"))
