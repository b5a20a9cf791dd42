"""A selector as it is written: its name, what it discounts, and the clauses of its two sides."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, get_args

from offers_sync import contract
from offers_sync.contract import Bounds
from offers_sync.sandbox.validation.members import SELECTOR_ATTRIBUTES, read_conditions
from offers_sync.sandbox.validation.scalars import Flag, Number, Text, Word, read_scalars
from offers_sync.sandbox.validation.verdicts import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offers_sync.sandbox.validation.scalars import Scalar
    from offers_sync.sandbox.validation.verdicts import Accepted, Surroundings

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
    draft = Draft(item, old, around)
    read_scalars(draft, _scalars(around))
    if around.is_update and around.settings.selector_update_needs_name and "name" not in item:
        draft.faults.append("name can't be blank")
    draft.require("name")
    for side in SIDES:
        if side in item and not draft.takes_null(side):
            _read_side(draft, side)
    if around.is_create and draft.new.get("filter_item_set") == "modifiers_only":
        draft.faults += [f"{side} can't be blank" for side in SIDES if not _has_clauses(item.get(side))]
    return draft.verdict()


def _read_side(draft: Draft, side: str) -> None:
    """Take over one side: its clauses as a set, and the limits of the modifiers."""
    sent, old = draft.sent[side], draft.old.get(side)
    if not isinstance(sent, dict):
        draft.faults.append(f"{side} is invalid")
        return
    if not sent:
        draft.new[side] = None
        return
    limits = _read_limits(draft, sent, old or {}) if side == "modifiers" else {}
    if "clauses" not in sent:
        if old is None:
            draft.faults.append(f"{side} clauses can't be blank")
        else:
            draft.new[side] = {**old, **limits}
        return
    if not isinstance(sent["clauses"], list):
        draft.faults.append(f"{side} clauses must be a list")
        return
    clauses, complaints = read_conditions(sent["clauses"], SELECTOR_ATTRIBUTES)
    if complaints:
        draft.warnings[side] = {"clauses": complaints}
        if not clauses and old is not None:
            return
    draft.new[side] = {"clauses": clauses, **limits} if clauses or limits or complaints else None


def _read_limits(draft: Draft, sent: dict[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """The limits to store: those that were sent, and the old ones where the settings let them survive."""
    keeps = draft.around.settings.selector_limits_survive or "clauses" not in sent
    inner = Draft(sent, {name: old[name] for name in LIMITS if keeps and name in old}, draft.around)
    read_scalars(inner, LIMITS)
    draft.faults += [f"modifiers {fault}" for fault in inner.faults]
    return {name: value for name, value in inner.new.items() if value is not None}


def _has_clauses(side: Any) -> bool:
    return isinstance(side, dict) and bool(side.get("clauses"))
