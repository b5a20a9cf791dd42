from __future__ import annotations

from typing import Any

import pytest
from scenes import applied, desired, live, only_step, plan

from offers_sync.applying.payloads import payloads_of
from offers_sync.models.values import DesiredKind, Live

CLAUSES = [{"attribute": "item_id", "operator": "in", "value": "1,2"}]
OTHERS = [{"attribute": "item_name", "operator": "==", "value": "Shake"}]


def sent(
    kind: DesiredKind, wanted: dict[str, Any], shown: dict[str, Any], former: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What an update sends that brings what is shown to what is wanted, beside the id."""
    document = desired(kind, "it", **wanted)
    if kind == "campaign":
        raise TypeError(kind)
    there = Live(kind, document.external_id, shown, frozenset(shown))
    memory = [] if former is None else [applied(desired(kind, "it", **former), there)]
    made = plan(document, live=[there], applied=memory)
    payload = payloads_of(made.steps, "separate")[only_step(made).name]
    assert payload.pop("external_id") == document.external_id
    return payload


@pytest.mark.parametrize(
    ("wanted", "shown", "payload"),
    [
        pytest.param(
            {"base_items": {"clauses": OTHERS}},
            {"name": "Sandwiches", "base_items": {"clauses": CLAUSES}, "modifiers": {"clauses": CLAUSES}},
            {"name": "Sandwiches", "base_items": {"clauses": OTHERS}},
            id="a side goes whole, with the name, and the other side stays",
        ),
        pytest.param(
            {"modifiers": {"clauses": CLAUSES}},
            {
                "name": "Sandwiches",
                "modifiers": {"clauses": CLAUSES, "max_discount_units": 2, "processing_method": "max_price"},
            },
            {
                "name": "Sandwiches",
                "modifiers": {"clauses": CLAUSES, "max_discount_units": None, "processing_method": None},
            },
            id="limits that are not wanted are ended, whether the server replaces or merges",
        ),
        pytest.param(
            {"modifiers": {"clauses": OTHERS, "max_discount_units": 2}},
            {"name": "Sandwiches", "modifiers": {"clauses": CLAUSES, "max_discount_units": 2, "processing_method": ""}},
            {"name": "Sandwiches", "modifiers": {"clauses": OTHERS, "max_discount_units": 2}},
            id="limits that are wanted go along with the clauses",
        ),
        pytest.param(
            {"modifiers": None},
            {"name": "Sandwiches", "modifiers": {"clauses": CLAUSES}},
            {"name": "Sandwiches", "modifiers": {}},
            id="an empty object deletes a side",
        ),
    ],
)
def test_updates_of_selectors(wanted: dict[str, Any], shown: dict[str, Any], payload: dict[str, Any]) -> None:
    """Selectors always send their name and all of a side."""
    assert sent("selector", wanted, shown) == payload


@pytest.mark.parametrize(
    ("wanted", "shown", "payload"),
    [
        pytest.param(
            {
                "qc_processing_function": "rate_rollback",
                "unit_discount": 1,
                "minimum_unit_rate": 2,
                "max_discount_units": 3,
            },
            {
                "qc_processing_function": "sum_amounts",
                "unit_discount": 1,
                "minimum_unit_rate": 2,
                "max_discount_units": 3,
            },
            {
                "qc_processing_function": "rate_rollback",
                "unit_discount": 1,
                "minimum_unit_rate": 2,
                "max_discount_units": 3,
            },
            id="another function takes every scalar along",
        ),
        pytest.param(
            {"line_item_filters": [], "receipt_qualifiers": None},
            {
                "qc_processing_function": "sum_amounts",
                "line_item_filters": [{"selector": "s", "processing_method": "exclude"}],
                "receipt_qualifiers": [{"attribute": "channel", "operator": "==", "value": "POS"}],
            },
            {"line_item_filters": [], "receipt_qualifiers": []},
            id="an empty list deletes",
        ),
        pytest.param(
            {"line_item_filters": [{"selector": "t", "processing_method": "max_price", "quantity": 1}]},
            {"qc_processing_function": "sum_amounts", "line_item_filters": [{"selector": "s"}, {"selector": "t"}]},
            {"line_item_filters": [{"line_item_selector_id": "t", "processing_method": "max_price", "quantity": 1}]},
            id="a list goes whole",
        ),
        pytest.param(
            {"aggregator_grouping_attributes": {"item_id": True}},
            {
                "qc_processing_function": "sum_amounts",
                "aggregator_grouping_attributes": {"item_id": False, "item_name": True},
            },
            {"aggregator_grouping_attributes": {"item_id": True, "item_name": False}},
            id="an attribute that is not wanted is false",
        ),
        pytest.param(
            {"amount_cap": None, "effective_location": []},
            {"qc_processing_function": "sum_amounts", "amount_cap": 5, "effective_location": ["location:1"]},
            {"amount_cap": None, "effective_location": []},
            id="null clears a scalar, an empty list the places",
        ),
    ],
)
def test_updates_of_criteria(wanted: dict[str, Any], shown: dict[str, Any], payload: dict[str, Any]) -> None:
    """Lists go whole, and another processing function takes the complete scalar set along."""
    assert sent("criterion", wanted, shown) == payload


BASIC = {"name": "Ten off", "receipt_rule": {"flat_discount": 5}}


@pytest.mark.parametrize(
    ("wanted", "shown", "payload"),
    [
        pytest.param(
            {"template": {"short_prompt": "Ten"}},
            {**BASIC, "template": {"short_prompt": "Nine", "standard_prompt": "Nine off"}},
            {"template": {"short_prompt": "Ten", "standard_prompt": None}},
            id="a nested object goes with every member",
        ),
        pytest.param(
            {"template": {"short_prompt": None}},
            {**BASIC, "template": {"short_prompt": "Nine"}},
            {"template": {}},
            id="a nested object of nothing is empty",
        ),
        pytest.param(
            {"receipt_rule": {"criterion": "id-of-it"}},
            BASIC,
            {"receipt_rule": {"qualifier_type": "existing", "redeeming_criterion_id": "id-of-it"}},
            id="a rule has the members of its type and no others",
        ),
        pytest.param(
            {"schedule": {"start": "2026-01-01T00:00:00", "lag": {"value": 2, "units": "days"}}},
            {**BASIC, "schedule": {"start": "2026-01-01T00:00:00Z", "lag": {"value": 1, "units": "days"}}},
            {"lag_duration": {"value": 2, "units": "days"}},
            id="of a schedule go the members that differ",
        ),
        pytest.param(
            {"locales": {"fr": {"name": "Dix"}}},
            {**BASIC, "locales": {"fr": {"name": "Neuf"}, "es": {"name": "Nueve", "description": "Nueve menos"}}},
            {
                "alternate_locale_name": [{"language": "fr", "translation": "Dix"}],
                "alternate_locale_description": [],
            },
            id="translations go as the full set",
        ),
    ],
)
def test_updates_of_redeemables(wanted: dict[str, Any], shown: dict[str, Any], payload: dict[str, Any]) -> None:
    """Nested objects go whole, schedules by member, translations as a set, and no update ever carries `new`."""
    made = sent("redeemable", wanted, shown)

    assert made == payload
    assert made.get("receipt_rule", {}).get("qualifier_type") != "new"


def test_a_field_that_left_is_cleared_beside_the_others() -> None:
    """A nested object that was applied and is written no more is deleted by an empty one."""
    written = {"template": {"short_prompt": "Ten"}}
    assert sent("redeemable", {}, {**BASIC, **written}, written) == {"template": {}}


def test_a_create_leaves_nulls_out() -> None:
    """The published types do not allow null, so what is absent is not sent."""
    offer = desired("redeemable", "it", note=None, template={"short_prompt": None, "standard_prompt": "Ten"})
    made = plan(offer)

    assert payloads_of(made.steps, "separate") == {
        "redeemable/it": {
            "external_id": offer.external_id,
            "name": "Ten off",
            "receipt_rule": {"qualifier_type": "flat_discount", "discount_amount": 5},
            "template": {"standard_prompt": "Ten"},
        }
    }
    assert live(offer).external_id == offer.external_id
