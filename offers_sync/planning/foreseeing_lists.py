"""Lists of clauses, filters and qualifiers: the members that the server drops, with the words it has for that.

The rest of the item is saved.  What a dropped member does to the offer is said where it is reported.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args

from offers_sync import contract
from offers_sync.planning.foreseeing_fields import is_blank, whole, within

_SELECTOR_ATTRIBUTES: Final = frozenset(get_args(contract.SelectorAttribute))
_RECEIPT_ATTRIBUTES: Final = frozenset(get_args(contract.ReceiptAttribute))
_OPERATORS: Final = frozenset(get_args(contract.Operator))
_FILTER_METHODS: Final = frozenset(get_args(contract.FilterProcessingMethod))
_EXPRESSION_TYPES: Final = frozenset(get_args(contract.ExpressionType))

Known = Container[str] | None
"""The ids that exist, or nothing where that is not known."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A member that the server leaves out."""

    index: int
    names: tuple[str, ...]
    """What is wrong with it, in the server's order."""
    is_repeated: bool = False

    @property
    def message(self) -> str:
        """The server's words."""
        start = contract.WARNING_DUPLICATE if self.is_repeated else contract.WARNING_MISSING_OR_INVALID
        return start + ", ".join(self.names)


def dropped_clauses(members: list[Any]) -> Iterator[Dropped]:
    """Of the clauses of one side of a selector."""
    return _conditions(members, _SELECTOR_ATTRIBUTES)


def dropped_receipt_qualifiers(members: list[Any]) -> Iterator[Dropped]:
    """Of the conditions on the receipt as a whole."""
    return _conditions(members, _RECEIPT_ATTRIBUTES)


def dropped_filters(members: list[Any], selectors: Known) -> Iterator[Dropped]:
    """Of the line item filters; without a method the default one is meant."""
    for index, member in enumerate(members):
        method = _member(member, "processing_method")
        faults = {
            "line_item_selector_id": not _is_known(_member(member, "line_item_selector_id"), selectors),
            "processing_method": method not in (None, "") and not _is_one_of(method, _FILTER_METHODS),
            "quantity": not _is_quantity(
                _member(member, "quantity"), is_needed=_is_one_of(method, frozenset(contract.METHODS_NEEDING_QUANTITY))
            ),
        }
        yield from _dropped(index, faults)


def dropped_item_qualifiers(members: list[Any], selectors: Known) -> Iterator[Dropped]:
    """Of the item qualifiers; a missing expression type is the default one, a blank one is a fault."""
    for index, member in enumerate(members):
        expression = _member(member, "expression_type")
        if expression is None:
            expression = contract.DEFAULT_EXPRESSION_TYPE
        is_type = _is_one_of(expression, _EXPRESSION_TYPES)
        net_value = whole(_member(member, "net_value"))
        faults = {
            "line_item_selector_id": not _is_known(_member(member, "line_item_selector_id"), selectors),
            "expression_type": not is_type,
            "net_value": is_type
            and expression not in contract.EXISTS_EXPRESSIONS
            and (net_value is None or net_value <= 0),
        }
        yield from _dropped(index, faults)


def _conditions(members: list[Any], attributes: frozenset[str]) -> Iterator[Dropped]:
    seen: set[str] = set()
    for index, member in enumerate(members):
        attribute, value = _member(member, "attribute"), _member(member, "value")
        faults = {
            "attribute": not _is_one_of(attribute, attributes),
            "operator": not _is_one_of(_member(member, "operator"), _OPERATORS),
            "value": not isinstance(value, str) or is_blank(value),
        }
        if any(faults.values()):
            yield from _dropped(index, faults)
        elif attribute in seen:
            yield Dropped(index, ("attribute",), is_repeated=True)
        else:
            seen.add(attribute)


def _dropped(index: int, faults: dict[str, bool]) -> Iterator[Dropped]:
    names = tuple(name for name, is_wrong in faults.items() if is_wrong)
    if names:
        yield Dropped(index, names)


def _member(member: Any, name: str) -> Any:
    return member.get(name) if isinstance(member, dict) else None


def _is_one_of(value: Any, words: frozenset[str]) -> bool:
    return isinstance(value, str) and value in words


def _is_known(external_id: Any, known: Known) -> bool:
    if not isinstance(external_id, str) or is_blank(external_id):
        return False
    return known is None or external_id in known


def _is_quantity(value: Any, *, is_needed: bool) -> bool:
    if value is None:
        return not is_needed
    number = whole(value)
    return number is not None and within(number, contract.FILTER_QUANTITY_BOUNDS)
