"""A criterion as it is written, by itself or inside a redeemable, where its bounds are narrower."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from offers_sync import contract
from offers_sync.sandbox.validation.members import RECEIPT_ATTRIBUTES, read_conditions, read_filters, read_qualifiers
from offers_sync.sandbox.validation.scalars import Flag, Number, Text, Word, read_place, read_scalars
from offers_sync.sandbox.validation.verdicts import Accepted, ItemFailure, Warnings, missing_or_invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offers_sync.contract import Bounds
    from offers_sync.sandbox.validation.scalars import Scalar
    from offers_sync.sandbox.validation.verdicts import Surroundings

FUNCTIONS: Final = get_args(contract.ProcessingFunction)
OPERATORS: Final = {
    "qualifying_expressions_operator": get_args(contract.ExpressionsOperator),
    "item_filter_expressions_operator": get_args(contract.ExpressionsOperator),
    "discount_evaluation_strategy": get_args(contract.EvaluationStrategy),
}
LISTS: Final = ("line_item_filters", "item_qualifiers", "receipt_qualifiers")
FLAGS: Final = ("stack_discounting", "reuse_qualifying_items", "enable_menu_item_aggregator")


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
        **{name: Flag(takes_words=True) for name in FLAGS},
    }


_OWN: Final = _scalars(contract.CRITERION_BOUNDS, contract.NAME_LENGTH_LIMIT, target_is_whole=False)


def read_criterion(
    item: Mapping[str, Any], old: Mapping[str, Any], around: Surroundings, *, is_inline: bool = False
) -> Accepted:
    """What is stored of a criterion; ``old`` is what it was, empty on create."""
    table = _inline_table(around) if is_inline else _OWN
    values, faults = read_scalars(item, table, around)
    new = {**old, **values}
    warnings: Warnings = {}
    _read_places(item, old, new, faults, around, is_inline=is_inline)
    _read_aggregator(item, old, new, faults, around)
    _read_lists(item, old, new, faults, warnings, around)
    _read_operators(item, new, warnings)
    faults += _missing(new, around, is_inline=is_inline)
    if faults:
        raise ItemFailure(*faults)
    return Accepted(new, warnings)


def _inline_table(around: Surroundings) -> dict[str, Scalar]:
    return _scalars(
        contract.INLINE_CRITERION_BOUNDS,
        around.settings.inline_name_limit,
        target_is_whole=around.settings.inline_target_price_whole,
    )


def _read_places(  # noqa: PLR0913  what one field needs
    item: Mapping[str, Any],
    old: Mapping[str, Any],
    new: dict[str, Any],
    faults: list[str],
    around: Surroundings,
    *,
    is_inline: bool,
) -> None:
    name = "effective_location"
    if name not in item:
        return
    sent = item[name]
    if sent is None or sent == "":
        if around.is_create or around.settings.null_on_update == "clear":
            new[name] = []
        return
    if isinstance(sent, list) and is_inline:
        faults.append(f"{name} must be a string")
        return
    try:
        places = [read_place(name, place, around) for place in (sent if isinstance(sent, list) else [sent])]
    except ItemFailure as failure:
        faults += failure.errors
        return
    before = list(old.get(name) or ())
    found = list(dict.fromkeys(place for place in places if place is not None))
    if not found and around.is_update and around.settings.empty_list_on_update == "keep":
        found = before
    elif around.is_update and around.settings.lists_on_update == "merge":
        found = list(dict.fromkeys([*before, *found]))
    if len(found) > contract.LOCATIONS_LIMIT:
        faults.append(f"{name} is too long (maximum is {contract.LOCATIONS_LIMIT} locations and groups)")
    new[name] = found


def _read_aggregator(
    item: Mapping[str, Any], old: Mapping[str, Any], new: dict[str, Any], faults: list[str], around: Surroundings
) -> None:
    name = "aggregator_grouping_attributes"
    if name in item:
        sent = item[name]
        if sent is None:
            if around.is_create or around.settings.null_on_update == "clear":
                new[name] = None
        elif not isinstance(sent, dict):
            faults.append(f"{name} is invalid")
        else:
            new[name] = _grouping(sent, old.get(name), around)
    if not new.get("enable_menu_item_aggregator"):
        return
    attributes = new.get(name)
    if not attributes:
        faults.append(f"{name} can't be blank when enable_menu_item_aggregator is true")
    elif around.settings.aggregator_without_attribute == "refuse" and not any(attributes.values()):
        faults.append(f"{name} must have at least one attribute")


def _grouping(sent: dict[str, Any], old: Any, around: Surroundings) -> Any:
    """The five booleans: those that were sent, and false for the others unless objects are merged."""
    if not sent:
        return None
    known = {name: sent[name] for name in contract.AGGREGATOR_ATTRIBUTES if name in sent}
    if not known:
        return old
    table: dict[str, Scalar] = {name: Flag(takes_words=True) for name in known}
    values, _ = read_scalars(known, table, around)
    below = old if around.is_update and around.settings.objects_on_update == "merge" and old else {}
    whole = dict.fromkeys(contract.AGGREGATOR_ATTRIBUTES, False)
    return {**whole, **below, **{name: bool(value) for name, value in values.items()}}


def _read_lists(  # noqa: PLR0913  what the three lists need
    item: Mapping[str, Any],
    old: Mapping[str, Any],
    new: dict[str, Any],
    faults: list[str],
    warnings: Warnings,
    around: Surroundings,
) -> None:
    for name in LISTS:
        if name not in item:
            continue
        sent = item[name]
        if sent is None:
            if around.is_create or around.settings.null_on_update == "clear":
                new[name] = []
            continue
        if not isinstance(sent, list):
            faults.append(f"{name} must be a list")
            continue
        match name:
            case "line_item_filters":
                kept, complaints = read_filters(sent, around.lookup)
            case "item_qualifiers":
                kept, complaints = read_qualifiers(sent, around.lookup)
            case _:
                kept, complaints = read_conditions(sent, RECEIPT_ATTRIBUTES)
        if complaints:
            warnings[name] = complaints
        new[name] = kept if kept or not sent or around.is_create else old.get(name, [])


def _read_operators(item: Mapping[str, Any], new: dict[str, Any], warnings: Warnings) -> None:
    """The three operators: a bad one leaves the old one, or the default, in force."""
    for name, words in OPERATORS.items():
        sent = item.get(name)
        if sent is None:
            continue
        if isinstance(sent, str) and sent in words:
            new[name] = sent
        else:
            warnings[name] = [missing_or_invalid([name], {name: sent})]


def _missing(new: Mapping[str, Any], around: Surroundings, *, is_inline: bool) -> list[str]:
    """The fields that the criterion needs as a whole and does not have."""
    faults = []
    function = new.get("qc_processing_function")
    if function is None and (not is_inline or around.settings.inline_function_required):
        faults.append("qc_processing_function can't be blank")
    faults += [
        f"{name} can't be blank for {function}"
        for name, functions in contract.FIELD_NEEDED_BY.items()
        if function in functions and new.get(name) is None
    ]
    if function in around.settings.functions_needing_rounding and new.get("rounding_rule") is None:
        faults.append(f"rounding_rule can't be blank for {function}")
    return faults
