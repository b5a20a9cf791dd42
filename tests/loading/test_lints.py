"""Fields that have no effect, and conditions that never hold: what is pointed out, and what is left in peace."""

from __future__ import annotations

from typing import Any

import pytest
from projects import WrittenFiles

from offers_sync.loading.validating import examine_document

Written = dict[str, Any]
CRITERION: Written = {"kind": "criterion", "key": "c", "qc_processing_function": "sum_amounts"}
REDEEMABLE: Written = {"kind": "redeemable", "key": "r", "name": "R", "receipt_rule": {"flat_discount": 5}}
SELECTOR: Written = {"kind": "selector", "key": "s", "name": "S"}
SIDE: Written = {"clauses": [{"attribute": "item_id", "operator": "==", "value": "1"}]}
INLINE: Written = {"qc_processing_function": "sum_amounts"}
NET = "net_quantity_equal_to"


def told(written: Written) -> list[str]:
    """Path and code of all that is held against a document by itself."""
    return [
        f"{'.'.join(map(str, complaint.path))} {complaint.code.name}"
        for complaint in examine_document(written).complaints
    ]


def filtering(**line_filter: Any) -> Written:
    """A criterion with one line item filter."""
    return {**CRITERION, "line_item_filters": [{"selector": "sandwiches", **line_filter}]}


def qualifying(**qualifier: Any) -> Written:
    """A criterion with one item qualifier."""
    return {**CRITERION, "item_qualifiers": [{"selector": "sandwiches", **qualifier}]}


IGNORED: list[tuple[Written, str]] = [
    (filtering(quantity=2), "line_item_filters.0.quantity"),
    (filtering(quantity=2, processing_method=None), "line_item_filters.0.quantity"),
    (filtering(quantity=2, processing_method="sum_of_amount"), "line_item_filters.0.quantity"),
    (filtering(quantity=2, processing_method="exclude"), "line_item_filters.0.quantity"),
    (qualifying(net_value=2), "item_qualifiers.0.net_value"),
    (qualifying(net_value=2, expression_type=None), "item_qualifiers.0.net_value"),
    (qualifying(net_value=2, expression_type="line_item_exists"), "item_qualifiers.0.net_value"),
    ({**CRITERION, "aggregator_grouping_attributes": {"item_id": True}}, "aggregator_grouping_attributes"),
    (
        {**CRITERION, "enable_menu_item_aggregator": False, "aggregator_grouping_attributes": {"item_id": True}},
        "aggregator_grouping_attributes",
    ),
    ({**SELECTOR, "filter_item_set": "base_only", "base_items": SIDE, "modifiers": SIDE}, "modifiers"),
    (
        {**SELECTOR, "filter_item_set": "base_only", "base_items": SIDE, "exclude_non_payable": True},
        "exclude_non_payable",
    ),
    (
        {
            **SELECTOR,
            "filter_item_set": "modifiers_only",
            "base_items": SIDE,
            "modifiers": SIDE,
            "exclude_non_payable": True,
        },
        "exclude_non_payable",
    ),
    ({"kind": "schedule", "key": "s", "expiry_days": 7, "remind_before": 8}, "remind_before"),
    ({**REDEEMABLE, "schedule": {"expiry_days": 7, "remind_before": 8}}, "schedule.remind_before"),
    ({**SELECTOR, "base_items": SIDE, "external_id": "x", "formerly": "t"}, "formerly"),
    ({**CRITERION, "external_id": {"sandbox": "x"}, "formerly": "t"}, "formerly"),
    ({**REDEEMABLE, "external_id": "x", "formerly": "t"}, "formerly"),
    ({**REDEEMABLE, "receipt_rule": {"criterion": {**INLINE, "external_id": "x", "formerly": "t"}}},
     "receipt_rule.criterion.formerly"),
    ({**REDEEMABLE, "external_id": "x", "formerly": "t", "receipt_rule": {"criterion": {**INLINE, "external_id": "y"}}},
     "formerly"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "path"), IGNORED)
def test_a_field_without_effect_is_pointed_out(written: Written, path: str) -> None:
    """Where another field, or none, makes that it changes nothing."""
    assert told(written) == [f"{path} field-ignored"]


IN_PEACE: list[Written] = [
    filtering(quantity=2, processing_method="max_price"),
    filtering(quantity=None, processing_method="exclude"),
    qualifying(net_value=2, expression_type=NET),
    qualifying(net_value=None),
    {**CRITERION, "aggregator_grouping_attributes": {"item_id": False}},
    {**CRITERION, "enable_menu_item_aggregator": True, "aggregator_grouping_attributes": {"item_id": True}},
    {**SELECTOR, "filter_item_set": "base_and_modifiers", "base_items": SIDE, "exclude_non_payable": True},
    {**SELECTOR, "filter_item_set": "base_only", "base_items": SIDE, "exclude_non_payable": False},
    {**SELECTOR, "base_items": SIDE, "modifiers": SIDE, "exclude_non_payable": True},
    {**SELECTOR, "filter_item_set": "modifiers_only", "base_items": SIDE, "modifiers": SIDE},
    {**SELECTOR, "filter_item_set": "base_and_modifiers", "base_items": SIDE},
    {**SELECTOR, "modifiers": SIDE},
    {**SELECTOR, "external_id": "x"},
    {**SELECTOR, "external_id": "x", "filter_item_set": "base_only"},
    {**SELECTOR, "base_items": SIDE, "modifiers": {**SIDE, "processing_method": "max_price"}},
    {**SELECTOR, "base_items": SIDE, "modifiers": {**SIDE, "max_discount_units": 2, "processing_method": "max_price"}},
    {**SELECTOR, "base_items": SIDE, "modifiers": {**SIDE, "max_discount_units": 2, "processing_method": None}},
    {"kind": "schedule", "key": "s", "expiry_days": 7, "remind_before": 7},
    {**SELECTOR, "base_items": SIDE, "formerly": "t"},
    {
        **REDEEMABLE,
        "external_id": "x",
        "formerly": "t",
        "receipt_rule": {"criterion": {"qc_processing_function": "sum_amounts"}},
    },
]


@pytest.mark.parametrize("written", IN_PEACE)
def test_what_may_be_meant_is_left_in_peace(written: Written) -> None:
    """What counts, says nothing, or has an effect that nobody knows; and what is taken over keeps its clauses."""
    assert told(written) == []


@pytest.mark.parametrize(
    ("written", "finding"),
    [
        (SELECTOR, " no-clauses"),
        ({**SELECTOR, "filter_item_set": "base_only"}, " no-clauses"),
        ({**SELECTOR, "filter_item_set": "base_and_modifiers", "modifiers": SIDE}, " no-clauses"),
        ({**SELECTOR, "base_items": None}, " no-clauses"),
        (
            {**SELECTOR, "base_items": SIDE, "modifiers": {**SIDE, "max_discount_units": 2}},
            "modifiers.max_discount_units modifiers-in-receipt-order",
        ),
        (
            {
                **SELECTOR,
                "filter_item_set": "base_only",
                "base_items": SIDE,
                "modifiers": {**SIDE, "max_discount_units": 2},
            },
            "modifiers field-ignored",
        ),
    ],
)
def test_a_selector_says_which_lines_it_means(written: Written, finding: str) -> None:
    """By a clause about base items, and where some of its modifiers count by a method."""
    assert told(written) == [finding]


def selecting(attribute: str, operator: str, value: str) -> str:
    """The text of a selector with one clause."""
    clause = f'{{attribute: {attribute}, operator: "{operator}", value: {value!r}}}'
    return f"kind: selector\nkey: s\nname: S\nbase_items:\n  clauses:\n  - {clause}\n"


@pytest.mark.parametrize(
    "value",
    ["100-200", "1,100..200", "5..1000", "100;200", "100|200", "1,#2", "100\u2013200", "10*", "100 200"],
)
@pytest.mark.parametrize("operator", ["in", "not_in_case_insensitive"])
def test_what_no_item_id_can_be_is_pointed_out_in_lists(project: WrittenFiles, operator: str, value: str) -> None:
    """Ranges are not understood, and a stray character makes an entry never match."""
    project.write("a.yaml", selecting("item_id", operator, value))

    assert [finding.code for finding in project.findings()] == ["value-never-matches"]


@pytest.mark.parametrize(
    ("attribute", "operator", "value"),
    [
        ("item_id", "in", "2001,2002"),
        ("item_id", "in", "5f0c6f0e-6a43-4a3f-9f62-0d4f8a1f6c11,7"),
        ("item_id", "in", "12-100001,A_7,SKU.9,3/4,a:b"),
        ("item_id", "in", "200-100"),
        ("item_id", "==", "100-200"),
        ("item_id", "in_range", "100..200"),
        ("item_id", "in_special", "100;200"),
        ("item_name", "in", "Half & Half,50-60"),
        ("line_item_type", "in", "M,D,S,X,T,P"),
        ("line_item_type", "==", "D"),
        ("line_item_type", "!=", "D"),
        ("line_item_type", "is_case_insensitive", "d"),
        ("line_item_type", "like", "discount"),
        ("item_name", "==", "Z"),
    ],
)
def test_what_may_match_is_left_in_peace(project: WrittenFiles, attribute: str, operator: str, value: str) -> None:
    """Tills have ids of many forms, and other operators and attributes have rules of their own."""
    project.write("a.yaml", selecting(attribute, operator, value))

    assert project.findings() == ()


@pytest.mark.parametrize(
    ("operator", "value", "message", "hint"),
    [
        ("==", "Z", "no line is of the type `Z`", "the types are M (menu item), D (discount), "),
        ("!=", "d", "no line is of the type `d`", "did you mean `D`?"),
        ("in", "M,discounts", "no line is of the type `discounts`", "did you mean `D`?"),
        ("in", "M;D", "no line is of the type `M;D`", "the types are M (menu item), D (discount), "),
        ("is_case_insensitive", "menu_item", "no line is of the type `menu_item`", "did you mean `M`?"),
    ],
)
def test_lines_have_the_types_of_the_vendor(
    project: WrittenFiles, operator: str, value: str, message: str, hint: str
) -> None:
    """Any other letter or word never matches."""
    project.write("a.yaml", selecting("line_item_type", operator, value))

    finding = project.only_finding()

    assert (finding.code, finding.message) == ("value-never-matches", message)
    assert finding.hint.startswith(hint)
