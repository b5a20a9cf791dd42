"""The members of lists: clauses, filters, qualifiers.  A bad one is dropped with a warning that echoes it.

Each function takes what was sent and gives the valid members, in the form in which they are stored, and the
warnings, both in the order of the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from offers_sync import contract
from offers_sync.sandbox.parameters import whole
from offers_sync.sandbox.validation.verdicts import duplicate_attribute, is_blank, missing_or_invalid

if TYPE_CHECKING:
    from offers_sync.sandbox.validation.verdicts import Lookup

Members = tuple[list[dict[str, Any]], list[dict[str, Any]]]

SELECTOR_ATTRIBUTES: Final = frozenset(get_args(contract.SelectorAttribute))
RECEIPT_ATTRIBUTES: Final = frozenset(get_args(contract.ReceiptAttribute))
OPERATORS: Final = frozenset(get_args(contract.Operator))
FILTER_METHODS: Final = frozenset(get_args(contract.FilterProcessingMethod))
EXPRESSION_TYPES: Final = frozenset(get_args(contract.ExpressionType))


def read_conditions(sent: list[Any], attributes: frozenset[str]) -> Members:
    """Clauses of a selector or receipt qualifiers: the first of an attribute wins, the rest are dropped."""
    kept: list[dict[str, Any]] = []
    warnings: list[dict[str, Any]] = []
    seen: set[str] = set()
    for member in sent:
        attribute, operator, value = _get(member, "attribute"), _get(member, "operator"), _get(member, "value")
        names = []
        if not _is_one_of(attribute, attributes):
            names.append("attribute")
        if not _is_one_of(operator, OPERATORS):
            names.append("operator")
        if not isinstance(value, str) or is_blank(value):
            names.append("value")
        if names:
            warnings.append(missing_or_invalid(names, member))
        elif attribute in seen:
            warnings.append(duplicate_attribute(member))
        else:
            seen.add(attribute)
            kept.append({"attribute": attribute, "operator": operator, "value": value})
    return kept, warnings


def read_filters(sent: list[Any], lookup: Lookup) -> Members:
    """Line item filters; a blank method is the default one."""
    kept: list[dict[str, Any]] = []
    warnings: list[dict[str, Any]] = []
    for member in sent:
        selector = _selector(member, lookup)
        method = _get(member, "processing_method")
        method = None if method == "" else method
        quantity = _get(member, "quantity")
        names = []
        if selector is None:
            names.append("line_item_selector_id")
        if method is not None and not _is_one_of(method, FILTER_METHODS):
            names.append("processing_method")
        if not _is_quantity(quantity, is_needed=method in contract.METHODS_NEEDING_QUANTITY):
            names.append("quantity")
        if names:
            warnings.append(missing_or_invalid(names, member))
        else:
            kept.append({"selector": selector, "processing_method": method, "quantity": whole(quantity)})
    return kept, warnings


def read_qualifiers(sent: list[Any], lookup: Lookup) -> Members:
    """Item qualifiers; without an expression type it is the default one, and a blank one is a fault."""
    kept: list[dict[str, Any]] = []
    warnings: list[dict[str, Any]] = []
    for member in sent:
        selector = _selector(member, lookup)
        expression = _get(member, "expression_type")
        if expression is None:
            expression = contract.DEFAULT_EXPRESSION_TYPE
        net_value = whole(_get(member, "net_value"))
        is_net = expression not in contract.EXISTS_EXPRESSIONS
        names = []
        if selector is None:
            names.append("line_item_selector_id")
        if not _is_one_of(expression, EXPRESSION_TYPES):
            names.append("expression_type")
        elif is_net and (net_value is None or net_value <= 0):
            names.append("net_value")
        if names:
            warnings.append(missing_or_invalid(names, member))
        else:
            value = net_value if is_net else None
            kept.append({"selector": selector, "expression_type": expression, "net_value": value})
    return kept, warnings


def _get(member: Any, name: str) -> Any:
    return member.get(name) if isinstance(member, dict) else None


def _is_one_of(value: Any, words: frozenset[str]) -> bool:
    return isinstance(value, str) and value in words


def _selector(member: Any, lookup: Lookup) -> int | None:
    external_id = _get(member, "line_item_selector_id")
    return lookup.selector_id(external_id) if isinstance(external_id, str) and external_id.strip() else None


def _is_quantity(value: Any, *, is_needed: bool) -> bool:
    if value is None:
        return not is_needed
    low, high = contract.FILTER_QUANTITY_BOUNDS
    number = whole(value)
    return number is not None and low is not None and high is not None and low <= number <= high
