"""A criterion as it is written, by itself or inside a redeemable, where its bounds are narrower."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, get_args

from offers_sync import contract
from offers_sync.sandbox.validation.members import RECEIPT_ATTRIBUTES, read_conditions, read_filters, read_qualifiers
from offers_sync.sandbox.validation.scalars import Flag, Number, Text, Word, read_place, read_scalar, read_scalars
from offers_sync.sandbox.validation.verdicts import Draft, ItemFailure, missing_or_invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offers_sync.contract import Bounds
    from offers_sync.sandbox.validation.scalars import Scalar
    from offers_sync.sandbox.validation.verdicts import Accepted, Surroundings

FUNCTIONS: Final = get_args(contract.ProcessingFunction)
OPERATORS: Final = {
    "qualifying_expressions_operator": get_args(contract.ExpressionsOperator),
    "item_filter_expressions_operator": get_args(contract.ExpressionsOperator),
    "discount_evaluation_strategy": get_args(contract.EvaluationStrategy),
}
LISTS: Final = ("line_item_filters", "item_qualifiers", "receipt_qualifiers")
PLACES: Final = "effective_location"
GROUPING: Final = "aggregator_grouping_attributes"
GROUPS: Final[tuple[str, ...]] = contract.AGGREGATOR_ATTRIBUTES
FLAG: Final = Flag(takes_words=True)
FLAGS: Final = ("stack_discounting", "reuse_qualifying_items", "enable_menu_item_aggregator")


@cache
def _inline_scalars(name_limit: int, target_is_whole: bool) -> dict[str, Scalar]:  # noqa: FBT001  a cache's key
    return _scalars(contract.INLINE_CRITERION_BOUNDS, name_limit, target_is_whole=target_is_whole)


def _scalars(bounds: Mapping[str, Bounds], name_limit: int, *, target_is_whole: bool) -> dict[str, Scalar]:
    return {
        "name": Text(limit=name_limit, is_required=True),
        "qc_processing_function": Word(FUNCTIONS),
        "rounding_rule": Word(get_args(contract.RoundingRule)),
        "amount_cap": Number(bounds["amount_cap"]),
        "percentage_of_processed_amount": Number(bounds["percentage_of_processed_amount"]),
        "max_discount_units": Number(bounds["max_discount_units"], is_whole=True),
        "unit_discount": Number(bounds["unit_discount"]),
        "minimum_unit_rate": Number(bounds["minimum_unit_rate"]),
        "target_price": Number(bounds["target_price"], is_whole=target_is_whole),
        **dict.fromkeys(FLAGS, FLAG),
    }


_OWN: Final = _scalars(contract.CRITERION_BOUNDS, contract.NAME_LENGTH_LIMIT, target_is_whole=False)


def read_criterion(
    item: Mapping[str, Any], old: Mapping[str, Any], around: Surroundings, *, is_inline: bool = False
) -> Accepted:
    """What is stored of a criterion; ``old`` is what it was, empty on create."""
    draft = Draft(item, old, around)
    settings = around.settings
    inline = _inline_scalars(settings.inline_name_limit, settings.inline_target_price_whole)
    read_scalars(draft, inline if is_inline else _OWN)
    if PLACES in item and not draft.takes_null(PLACES, []):
        _read_places(draft, is_inline=is_inline)
    if GROUPING in item and not draft.takes_null(GROUPING):
        _read_grouping(draft)
    for name in LISTS:
        if name in item and not draft.takes_null(name, []):
            _read_list(draft, name)
    for name in OPERATORS:
        if item.get(name) is not None:
            _read_operator(draft, name)
    _check_whole(draft, is_inline=is_inline)
    return draft.verdict()


def _read_places(draft: Draft, *, is_inline: bool) -> None:
    """Locations and groups: a list or a single text, inside a redeemable only the text."""
    sent, settings, is_update = draft.sent[PLACES], draft.around.settings, draft.around.is_update
    if isinstance(sent, list) and is_inline:
        draft.faults.append(f"{PLACES} must be a string")
        return
    try:
        places = [read_place(PLACES, place, draft.around) for place in (sent if isinstance(sent, list) else [sent])]
    except ItemFailure as failure:
        draft.faults += failure.errors
        return
    before = list(draft.old.get(PLACES) or ())
    found = list(dict.fromkeys(place for place in places if place is not None))
    if not found and is_update and settings.empty_list_on_update == "keep":
        found = before
    elif found and is_update and settings.lists_on_update == "merge":
        found = list(dict.fromkeys([*before, *found]))
    if len(found) > contract.LOCATIONS_LIMIT:
        draft.faults.append(f"{PLACES} is too long (maximum is {contract.LOCATIONS_LIMIT} locations and groups)")
    draft.new[PLACES] = found


def _read_grouping(draft: Draft) -> None:
    """The five booleans: those that were sent, and false for the others unless objects are merged."""
    sent, old, around = draft.sent[GROUPING], draft.old.get(GROUPING), draft.around
    if not isinstance(sent, dict):
        draft.faults.append(f"{GROUPING} is invalid")
        return
    known = {name: bool(read_scalar(name, sent[name], FLAG, around)) for name in GROUPS if sent.get(name) is not None}
    if sent and not known:
        return
    below = old if around.is_update and around.settings.objects_on_update == "merge" and old else {}
    draft.new[GROUPING] = {**dict.fromkeys(GROUPS, False), **below, **known} if sent else None


def _read_list(draft: Draft, name: str) -> None:
    """Filters or qualifiers: the valid ones replace the old, unless there are only invalid ones."""
    sent, lookup = draft.sent[name], draft.around.lookup
    if not isinstance(sent, list):
        draft.faults.append(f"{name} must be a list")
        return
    match name:
        case "line_item_filters":
            kept, complaints = read_filters(sent, lookup)
        case "item_qualifiers":
            kept, complaints = read_qualifiers(sent, lookup)
        case _:
            kept, complaints = read_conditions(sent, RECEIPT_ATTRIBUTES)
    if complaints:
        draft.warnings[name] = complaints
    if kept or not sent or draft.around.is_create:
        draft.new[name] = kept


def _read_operator(draft: Draft, name: str) -> None:
    """One of the three operators: a bad one leaves the old one, or the default, in force."""
    sent = draft.sent[name]
    if isinstance(sent, str) and sent in OPERATORS[name]:
        draft.new[name] = sent
    else:
        draft.warnings[name] = [missing_or_invalid([name], {name: sent})]


def _check_whole(draft: Draft, *, is_inline: bool) -> None:
    """Note what the criterion as a whole needs and does not have."""
    new, settings = draft.new, draft.around.settings
    function = new.get("qc_processing_function")
    if not is_inline or settings.inline_function_required:
        draft.require("qc_processing_function")
    needed = [name for name, functions in contract.FIELD_NEEDED_BY.items() if function in functions]
    if function in settings.functions_needing_rounding:
        needed.append("rounding_rule")
    for name in needed:
        draft.require(name, f" for {function}")
    if new.get("enable_menu_item_aggregator"):
        attributes = new.get(GROUPING)
        if not attributes:
            draft.faults.append(f"{GROUPING} can't be blank when enable_menu_item_aggregator is true")
        elif settings.aggregator_without_attribute == "refuse" and not any(attributes.values()):
            draft.faults.append(f"{GROUPING} must have at least one attribute")
