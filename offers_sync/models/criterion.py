"""Criteria: what a receipt must hold, and how much is taken off (the vendor's qualification criterion)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, get_args

from offers_sync import codes
from offers_sync.contract import (
    AGGREGATOR_ATTRIBUTES,
    CRITERION_BOUNDS,
    DEFAULT_EVALUATION_STRATEGY,
    DEFAULT_EXPRESSION_TYPE,
    DEFAULT_EXPRESSIONS_OPERATOR,
    DEFAULT_FILTER_PROCESSING_METHOD,
    EXISTS_EXPRESSIONS,
    FIELD_NEEDED_BY,
    FILTER_QUANTITY_BOUNDS,
    LOCATIONS_LIMIT,
    METHODS_NEEDING_QUANTITY,
    NAME_LENGTH_LIMIT,
    EvaluationStrategy,
    ExpressionsOperator,
    ExpressionType,
    FilterProcessingMethod,
    Operator,
    ProcessingFunction,
    ReceiptAttribute,
    RoundingRule,
)
from offers_sync.models.documents import IDLE_FORMER_KEY, Document, Ruled
from offers_sync.models.fields import OURS, Integer, Key, Name, Number, ScalarText, Written, at_least, field
from offers_sync.models.references import ExternalId, Reference
from offers_sync.models.rules import Fault, Mapped, NeededWhen, Rule, Said, is_given
from offers_sync.models.selector import AttributesOnce

_NET_EXPRESSIONS = (
    "net_quantity_greater_than_or_equal_to",
    "net_quantity_equal_to",
    "net_amount_greater_than_or_equal_to",
    "net_amount_excluding_min_priced_item_equal_to_or_more_than",
    "net_amount_excluding_max_priced_item_equal_to_or_more_than",
)
_METHODS_WITHOUT_QUANTITY = (
    None,
    *(method for method in get_args(FilterProcessingMethod) if method not in METHODS_NEEDING_QUANTITY),
)


def _quantity_rules(written: Mapped) -> Iterator[Fault]:
    method = written.get("processing_method")
    if is_given(written, "quantity") and method in _METHODS_WITHOUT_QUANTITY:
        what = f"`processing_method: {method}`" if method else f"`{DEFAULT_FILTER_PROCESSING_METHOD}`, the default,"
        yield Fault(
            codes.FIELD_IGNORED,
            ("quantity",),
            f"`quantity` counts the dearest or the cheapest lines, and {what} is about all of them",
            "write `processing_method: max_price` or `min_price`, or remove this line",
        )


class LineItemFilter(Ruled):
    """Which of the selected lines are discounted, or left out."""

    rules: ClassVar[tuple[Rule, ...]] = (
        NeededWhen(
            "quantity",
            "processing_method",
            METHODS_NEEDING_QUANTITY,
            codes.FIELD_NEEDED,
            "say how many of the dearest or cheapest items are meant, 1 to 5",
        ),
        Said(_quantity_rules),
    )

    selector: Reference = field(
        "The lines that are meant: the key of a selector, or {external_id: ...} of one that git does not manage.",
        vendor="line_item_selector_id",
        examples=["sandwiches"],
    )
    processing_method: FilterProcessingMethod | None = field(
        "Which of the lines: all of them (sum_of_amount, the default), the dearest (max_price), the cheapest "
        "(min_price), or none of them (exclude).",
        default=None,
        server_default=DEFAULT_FILTER_PROCESSING_METHOD,
        examples=["max_price"],
    )
    quantity: Integer | None = field(
        "How many of the dearest or cheapest items.",
        default=None,
        bounds=FILTER_QUANTITY_BOUNDS,
        examples=[1],
    )


def _net_value_rules(written: Mapped) -> Iterator[Fault]:
    if not is_given(written, "net_value"):
        return
    kind = written.get("expression_type")
    if kind is None:
        yield Fault(
            codes.FIELD_IGNORED,
            ("net_value",),
            f"`{DEFAULT_EXPRESSION_TYPE}`, the default `expression_type`, takes no `net_value`; the server stores null",
            "write the `expression_type` that compares with it, or remove the line",
        )
    elif kind in EXISTS_EXPRESSIONS:
        yield Fault(
            codes.FIELD_IGNORED,
            ("net_value",),
            f"`{kind}` takes no `net_value`; the server stores null",
            "remove the line",
        )


class ItemQualifier(Ruled):
    """What the receipt's items must be, for the offer to apply."""

    rules: ClassVar[tuple[Rule, ...]] = (
        NeededWhen("net_value", "expression_type", _NET_EXPRESSIONS, codes.FIELD_NEEDED),
        Said(_net_value_rules),
    )

    selector: Reference = field(
        "The lines that are looked at: the key of a selector, or {external_id: ...}.",
        vendor="line_item_selector_id",
        examples=["sandwiches"],
    )
    expression_type: ExpressionType | None = field(
        "What must hold of those lines; that there is one, by default.",
        default=None,
        server_default=DEFAULT_EXPRESSION_TYPE,
        examples=["net_quantity_greater_than_or_equal_to"],
    )
    net_value: Integer | None = field(
        "The quantity or amount that the expression compares with.", default=None, bounds=at_least(1), examples=[2]
    )


class ReceiptQualifier(Written):
    """What must hold of the receipt as a whole."""

    attribute: ReceiptAttribute = field("What of the receipt is looked at.", examples=["receipt_hour"])
    operator: Operator = field(
        "How it is compared. Quote the ones that YAML reads as something else: '>=', '!=', '>'.",
        examples=["in_range", ">="],
    )
    value: ScalarText = field(
        "What it is compared with, as text. Hours are those on the receipt's clock, the last one counting through "
        ":59, so 14..17 ends at 17:59.",
        examples=["14..17", "10"],
    )


class AggregatorGrouping(Ruled):
    """What makes two lines of a receipt equal."""

    item_name: bool | None = field("Lines with one name are equal.", default=None, examples=[True])
    item_id: bool | None = field("Lines with one item id are equal.", default=None, examples=[True])
    item_major_group: bool | None = field("Lines of one major group are equal.", default=None, examples=[True])
    item_family: bool | None = field("Lines of one family are equal.", default=None, examples=[True])
    line_item_type: bool | None = field("Lines of one type are equal.", default=None, examples=[True])


def _aggregator_rules(written: Mapped) -> Iterator[Fault]:
    grouping = written.get("aggregator_grouping_attributes")
    if not isinstance(grouping, dict):
        return
    is_grouping = any(grouping.get(name) is True for name in AGGREGATOR_ATTRIBUTES)
    is_on = written.get("enable_menu_item_aggregator")
    if is_grouping and (is_on is None or is_on is False):
        yield Fault(
            codes.FIELD_IGNORED,
            ("aggregator_grouping_attributes",),
            "`aggregator_grouping_attributes` counts only with `enable_menu_item_aggregator: true`",
            "add that line, or remove this one",
        )
    if not is_grouping and is_on is True:
        yield Fault(
            codes.FIELD_NEEDED,
            ("aggregator_grouping_attributes",),
            "the aggregator is on, and nothing says what makes lines equal",
            "set at least one of " + ", ".join(f"`{name}`" for name in AGGREGATOR_ATTRIBUTES) + " to true",
        )


_AGGREGATOR_SCHEMA = {
    "if": {
        "required": ["enable_menu_item_aggregator"],
        "properties": {"enable_menu_item_aggregator": {"const": True}},
    },
    "then": {
        "properties": {
            "aggregator_grouping_attributes": {
                "anyOf": [
                    {"not": {"type": "object"}},
                    *({"required": [name], "properties": {name: {"const": True}}} for name in AGGREGATOR_ATTRIBUTES),
                ]
            }
        }
    },
}


def _strategy_rules(written: Mapped) -> Iterator[Fault]:
    if is_given(written, "discount_evaluation_strategy") and written.get("item_filter_expressions_operator") != "Any":
        yield Fault(
            codes.FIELD_IGNORED,
            ("discount_evaluation_strategy",),
            "`discount_evaluation_strategy` counts only with `item_filter_expressions_operator: Any`",
            "add that line, or remove this one",
        )


def _unused_fields(written: Mapped) -> Iterator[Fault]:
    function = written.get("qc_processing_function")
    for name, functions in FIELD_NEEDED_BY.items():
        if isinstance(function, str) and is_given(written, name) and function not in functions:
            yield Fault(
                codes.FIELD_IGNORED,
                (name,),
                f"`{function}` does not use `{name}`; the server stores it all the same",
                "used by " + ", ".join(functions),
            )


class CriterionBody(Ruled):
    """The fields that a criterion has wherever it is written."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *(
            NeededWhen(name, "qc_processing_function", functions, codes.FIELD_NEEDED)
            for name, functions in FIELD_NEEDED_BY.items()
        ),
        NeededWhen("aggregator_grouping_attributes", "enable_menu_item_aggregator", (True,), codes.FIELD_NEEDED),
        Said(_aggregator_rules, _AGGREGATOR_SCHEMA),
        AttributesOnce("receipt_qualifiers", get_args(ReceiptAttribute)),
        Said(_strategy_rules),
        Said(_unused_fields),
        IDLE_FORMER_KEY,
    )

    name: Name | None = field(
        "The name shown in the vendor's dashboard.",
        default=None,
        max_length=NAME_LENGTH_LIMIT,
        examples=["Ten percent off sandwiches"],
    )
    qc_processing_function: ProcessingFunction = field(
        "How the discount is worked out from the lines that the filters leave.", examples=["sum_amounts"]
    )
    amount_cap: Number | None = field(
        "The most that one receipt gives or earns; with sum_qty it caps a count.",
        default=None,
        bounds=CRITERION_BOUNDS["amount_cap"],
        examples=[3],
    )
    percentage_of_processed_amount: Number | None = field(
        "The share of the amount that is taken off, in percent.",
        default=None,
        bounds=CRITERION_BOUNDS["percentage_of_processed_amount"],
        examples=[10],
    )
    rounding_rule: RoundingRule | None = field(
        "Rounds the discount to a whole number, dollars that is: half up (round), up (ceil) or down (floor).",
        default=None,
        examples=["floor"],
    )
    max_discount_units: Integer | None = field(
        "How many units are discounted at most.",
        default=None,
        bounds=CRITERION_BOUNDS["max_discount_units"],
        examples=[2],
    )
    unit_discount: Number | None = field(
        "What is taken off each unit.", default=None, bounds=CRITERION_BOUNDS["unit_discount"], examples=[1.5]
    )
    minimum_unit_rate: Number | None = field(
        "The price below which no unit falls.",
        default=None,
        bounds=CRITERION_BOUNDS["minimum_unit_rate"],
        examples=[0.01],
    )
    target_price: Number | None = field(
        "The price that a unit, or a bundle, comes down to.",
        default=None,
        bounds=CRITERION_BOUNDS["target_price"],
        examples=[5.99],
    )
    effective_location: list[Name] | None = field(
        "Where the criterion holds: aliases from offers.yaml, or location:ID and tag:GROUP. Everywhere without it.",
        default=None,
        max_length=LOCATIONS_LIMIT,
        examples=[["downtown", "location:1234"]],
    )
    stack_discounting: bool | None = field(
        "Other discounts may share its target items.", default=None, examples=[False]
    )
    reuse_qualifying_items: bool | None = field(
        "Items that made the receipt qualify may do so again.", default=None, examples=[False]
    )
    enable_menu_item_aggregator: bool | None = field("Equal lines are counted as one.", default=None, examples=[True])
    aggregator_grouping_attributes: AggregatorGrouping | None = field(
        "What makes lines equal; needed when the aggregator is on.", default=None, examples=[{"item_id": True}]
    )
    qualifying_expressions_operator: ExpressionsOperator | None = field(
        "Whether all item qualifiers must hold (the default), or any one of them.",
        default=None,
        server_default=DEFAULT_EXPRESSIONS_OPERATOR,
        examples=["Any"],
        write_only=True,
    )
    item_filter_expressions_operator: ExpressionsOperator | None = field(
        "Whether the discounts of all filters are added (the default), or one of them is picked.",
        default=None,
        server_default=DEFAULT_EXPRESSIONS_OPERATOR,
        examples=["Any"],
        write_only=True,
    )
    discount_evaluation_strategy: EvaluationStrategy | None = field(
        "Which discount is picked where any one filter counts: the smallest (the default) or the largest.",
        default=None,
        server_default=DEFAULT_EVALUATION_STRATEGY,
        examples=["Max"],
        write_only=True,
    )
    line_item_filters: list[LineItemFilter] | None = field(
        "The lines that are discounted, and those left out. Without any, every item is discounted.",
        default=None,
        examples=[[{"selector": "sandwiches", "processing_method": "max_price", "quantity": 1}]],
    )
    item_qualifiers: list[ItemQualifier] | None = field(
        "What the items of the receipt must be, for the offer to apply.",
        default=None,
        examples=[[{"selector": "drinks", "expression_type": "line_item_exists"}]],
    )
    receipt_qualifiers: list[ReceiptQualifier] | None = field(
        "What must hold of the receipt as a whole. An attribute stands once.",
        default=None,
        examples=[[{"attribute": "total_amount", "operator": ">=", "value": "10"}]],
    )


class Criterion(CriterionBody, Document):
    """What a receipt must hold, and how much is taken off; shared by the redeemables that name it."""

    kind: Literal["criterion"] = field("What the document describes: a rule about receipts.", vendor=OURS)


class InlineCriterion(CriterionBody):
    """A criterion written inside the one redeemable that uses it.

    It is an object of its own on the server, at the latest when it is updated, so its bounds are those of one.
    """

    external_id: ExternalId | None = field(
        "The id on the server, where it is not to be derived from the redeemable's key.",
        default=None,
        examples=["5f0c6f0e-6a43-4a3f-9f62-0d4f8a1f6c11"],
    )
    formerly: Key | None = field(
        "The key of the redeemable from which the criterion's id was derived before.",
        default=None,
        vendor=OURS,
        examples=["ten-percent-sandwich"],
    )
