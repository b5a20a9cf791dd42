"""How what was written is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from offers_sync import contract
from offers_sync.sandbox import Settings

if TYPE_CHECKING:
    from sandbox.calling import Build, Json, Open

CLAUSE = {"attribute": "item_family", "operator": "in", "value": "10,11"}
EMPTY_SIDE: Json = {"processing_method": "", "max_discount_units": None, "clauses": []}
NESTED = {
    "name": "Sandwiches",
    "external_id": "sandwiches",
    "filter_item_set": "base_only",
    "exclude_non_payable": False,
    "base_items": {**EMPTY_SIDE, "clauses": [CLAUSE]},
    "modifiers": EMPTY_SIDE,
}
FULL: Json = {
    "amount_cap": 3,
    "percentage_of_processed_amount": 12.5,
    "effective_location": "location:1234",
    "qualifying_expressions_operator": "Any",
    "line_item_filters": [
        {"line_item_selector_id": "sandwiches", "processing_method": "max_price", "quantity": 2},
        {"line_item_selector_id": "sandwiches", "processing_method": "sum_of_amount"},
    ],
    "item_qualifiers": [
        {"line_item_selector_id": "sandwiches", "expression_type": "line_item_exists", "net_value": 4},
        {"line_item_selector_id": "sandwiches", "expression_type": "net_quantity_equal_to", "net_value": 2},
    ],
    "receipt_qualifiers": [{"attribute": "total_amount", "operator": ">=", "value": "10"}],
}


def test_a_selector_in_its_list(sandbox: Open, selector: Build) -> None:
    """The selector list says filter_type and leaves out a side without clauses."""
    caller = sandbox()
    caller.create("selector", selector())
    assert caller.rows("selector") == [
        {
            "name": "Sandwiches",
            "external_id": "sandwiches",
            "filter_type": "base_only",
            "exclude_non_payable": False,
            "base_items": {**EMPTY_SIDE, "clauses": [CLAUSE]},
        }
    ]


def test_a_criterion_in_its_list(sandbox: Open, selector: Build, criterion: Build) -> None:
    """The criteria list nests selectors, shows numbers as text, renames attributes and hides the operators."""
    caller = sandbox()
    caller.create("selector", selector())
    caller.create("criterion", criterion(**FULL))
    assert caller.rows("criterion") == [
        {
            "name": "Ten percent",
            "external_id": "ten-percent",
            "qc_processing_function": "sum_amounts",
            "rounding_rule": "",
            "amount_cap": "3",
            "percentage_of_processed_amount": "12.5",
            "max_discount_units": None,
            "unit_discount": None,
            "minimum_unit_rate": None,
            "target_price": None,
            "effective_location": ["location:1234"],
            "stack_discounting": False,
            "reuse_qualifying_items": False,
            "enable_menu_item_aggregator": False,
            "aggregator_grouping_attributes": None,
            "line_item_filters": [
                {"processing_method": "max_price", "quantity": "2", "line_item_selector": NESTED},
                {"processing_method": "", "quantity": None, "line_item_selector": NESTED},
            ],
            "item_qualifiers": [
                {"expression_type": "line_item_exists", "net_value": None, "line_item_selector": NESTED},
                {"expression_type": "net_quantity_equal_to", "net_value": "2", "line_item_selector": NESTED},
            ],
            "receipt_qualifier": [{"attribute": "amount", "operator": ">=", "value": "10"}],
        }
    ]


def test_a_redeemable_with_new_shows_the_criterion_and_its_id(
    sandbox: Open, selector: Build, criterion: Build, redeemable: Build
) -> None:
    """With ``new`` a redeemable shows both, with numbers as numbers but for the quantity."""
    caller = sandbox()
    caller.create("selector", selector())
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion(**FULL), "discount_amount": 10}
    caller.create("redeemable", redeemable(receipt_rule=rule))
    shown = caller.row("redeemable", "five-off")["receipt_rule"]
    inner = shown.pop("redeeming_criterion")
    assert shown == {"qualifier_type": "new", "discount_amount": None, "redeeming_criterion_id": "ten-percent"}
    assert (inner["amount_cap"], inner["percentage_of_processed_amount"]) == (3, 12.5)
    assert inner["line_item_filters"][0]["quantity"] == "2"
    assert inner["item_qualifiers"][1]["net_value"] == 2
    assert inner["receipt_qualifiers"] == FULL["receipt_qualifiers"]


def test_a_redeemable_in_its_list(sandbox: Open, redeemable: Build) -> None:
    """Times bear a Z, absent values are null, locales are padded, description and note may be missing."""
    caller = sandbox()
    caller.create(
        "redeemable",
        redeemable(
            start_time="2026-06-25T23:59:59",
            alternate_locale_name=[{"language": "fr", "translation": "Cinq"}],
            auto_applicable="yes",
        ),
    )
    assert caller.rows("redeemable") == [
        {
            "name": "Five off",
            "external_id": "five-off",
            "points": None,
            "allow_for_support_gifting": False,
            "available_as_template": False,
            "auto_applicable": True,
            "applicable_as_loyalty_redemption": False,
            "distributable": False,
            "distributable_to_all_users": False,
            "activate_now": False,
            "expire_redemption_code_with_reward_end_date": False,
            "indefinetely": False,
            "discount_channel": "all",
            "segment_definition_id": None,
            "effective_location": None,
            "start_time": "2026-06-25T23:59:59Z",
            "end_time": None,
            "timezone": "America/Chicago",
            "expiry_days": None,
            "remind_before": None,
            "redemption_code_expiry_mins": None,
            "template": None,
            "lag_duration": None,
            "recurrence_schedule": None,
            "meta_data": None,
            "image": None,
            "receipt_rule": {
                "qualifier_type": "flat_discount",
                "discount_amount": 5,
                "redeeming_criterion_id": None,
                "redeeming_criterion": None,
            },
            "alternate_locale_name": [
                {"language": "fr", "translation": "Cinq"},
                {"language": "en", "translation": None},
                {"language": "es", "translation": None},
            ],
            "alternate_locale_description": [
                {"language": "en", "translation": None},
                {"language": "es", "translation": None},
                {"language": "fr", "translation": None},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("settings", "kind", "path", "value"),
    [
        (Settings(selector_filter_name="filter_item_set"), "selector", ["filter_item_set"], "base_only"),
        (
            Settings(criteria_qualifiers_name="receipt_qualifiers"),
            "criterion",
            ["receipt_qualifiers", 0, "value"],
            "10",
        ),
        (Settings(receipt_attributes_renamed=()), "criterion", ["receipt_qualifier", 0, "attribute"], "total_amount"),
        (Settings(criteria_numbers="number"), "criterion", ["amount_cap"], 3),
        (Settings(criteria_numbers="number"), "criterion", ["line_item_filters", 0, "quantity"], 2),
        (Settings(quantities_shown=False), "criterion", ["line_item_filters", 0, "quantity"], None),
        (
            Settings(default_method_shown="word"),
            "criterion",
            ["line_item_filters", 1, "processing_method"],
            "sum_of_amount",
        ),
        (Settings(absent_words="null"), "criterion", ["rounding_rule"], None),
        (Settings(criterion_places="text"), "criterion", ["effective_location"], "location:1234"),
        (Settings(operators_shown=True), "criterion", ["qualifying_expressions_operator"], "Any"),
        (Settings(operators_shown=True), "criterion", ["item_filter_expressions_operator"], "All"),
        (Settings(times_with_z=False), "redeemable", ["end_time"], "2026-06-25T00:00:00"),
        (Settings(locales_padded=False), "redeemable", ["alternate_locale_name"], []),
        (Settings(redeemable_texts_unset="null"), "redeemable", ["note"], None),
        (
            Settings(existing_criterion_shown="whole"),
            "redeemable",
            ["receipt_rule", "redeeming_criterion", "amount_cap"],
            3,
        ),
        (Settings(existing_criterion_shown="null"), "redeemable", ["receipt_rule", "redeeming_criterion"], None),
        (Settings(existing_criterion_shown="null"), "redeemable", ["receipt_rule", "qualifier_type"], "existing"),
    ],
)
def test_each_shape_is_a_setting(  # noqa: PLR0917  the columns of the table
    sandbox: Open,
    selector: Build,
    criterion: Build,
    redeemable: Build,
    settings: Settings,
    kind: str,
    path: list[Any],
    value: Any,
) -> None:
    """Every documented form of an answer can be had."""
    caller = sandbox(settings=settings)
    caller.create("selector", selector())
    caller.create("criterion", criterion(**FULL))
    rule = {"qualifier_type": "existing", "redeeming_criterion_id": "ten-percent", "discount_amount": 10}
    caller.create("redeemable", redeemable(receipt_rule=rule, end_time="2026-06-25T00:00"))
    (shown,) = caller.rows(kind)
    for step in path:
        shown = shown[step]
    assert shown == value


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("criterion", Settings(criteria_unset="missing")), ("redeemable", Settings(redeemable_unset="missing"))],
)
def test_what_is_not_set_may_be_missing(
    sandbox: Open, criterion: Build, redeemable: Build, kind: str, settings: Settings
) -> None:
    """Unset fields can be left out instead of being null; the zone is always there."""
    caller = sandbox(settings=settings)
    caller.create(kind, criterion() if kind == "criterion" else redeemable())
    (shown,) = caller.rows(kind)
    assert None not in shown.values()
    assert kind == "criterion" or shown["timezone"] == "America/Chicago"


def test_a_changed_selector_shows_wherever_it_is_nested(sandbox: Open, selector: Build, criterion: Build) -> None:
    """What nests a selector shows it as it is now."""
    caller = sandbox()
    caller.create("selector", selector())
    caller.create("criterion", criterion(**FULL))
    caller.update("selector", {"external_id": "sandwiches", "name": "Wraps"})
    (shown,) = caller.rows("criterion")
    assert shown["line_item_filters"][0]["line_item_selector"]["name"] == "Wraps"


def test_answers_bear_a_request_id(sandbox: Open) -> None:
    """Every answer has an id of its own, unless the settings leave it out."""
    caller = sandbox()
    ids = {caller.get(contract.SELECTORS_PATH).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    quiet = sandbox(settings=Settings(request_id_shown=False))
    assert "x-request-id" not in quiet.get(contract.SELECTORS_PATH).headers
