"""One form for both sides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import documents

from offers_sync.models.values import DesiredKind
from offers_sync.planning.canonical import canonical, names_of_units, unit_facts, units_of

KINDS: tuple[DesiredKind, ...] = ("selector", "criterion", "redeemable", "campaign")

_odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.decimals(),
    st.sampled_from(["", [], {}, "1e999999"]),
)
_anything = st.recursive(
    _odd,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=30)
@given(st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), documents(kind))))
def test_canonical_twice_is_canonical_once(document: tuple[DesiredKind, dict[str, Any]]) -> None:
    """The form of what is in the form already is itself, for every document of every kind."""
    kind, fields = document
    once = canonical(kind, fields)
    assert canonical(kind, once) == once


@settings(max_examples=30)
@given(st.sampled_from(KINDS), st.data())
def test_odd_answers_have_a_form_too(kind: DesiredKind, data: st.DataObject) -> None:
    """Whatever an answer holds in a field has a form, and the form of that is itself."""
    names = sorted(canonical(kind, dict.fromkeys(_names(kind))))
    fields = data.draw(st.dictionaries(st.sampled_from(names), _anything, max_size=4))
    once = canonical(kind, fields)
    assert canonical(kind, once) == once


def _names(kind: DesiredKind) -> list[str]:
    from offers_sync.models.kinds import KINDS as MODELS  # noqa: PLC0415  one test needs them

    return list(MODELS[kind].model_fields)


@pytest.mark.parametrize(
    ("kind", "field", "one", "other"),
    [
        ("redeemable", "description", "", None),
        ("redeemable", "points", "12", 12),
        ("redeemable", "points", Decimal("12.0"), 12),
        ("redeemable", "segment", 11, "11"),
        ("redeemable", "template", {"short_prompt": "", "standard_prompt": None}, None),
        ("redeemable", "template", {}, None),
        ("redeemable", "locales", {"fr": {"name": None}, "es": {}}, None),
        ("redeemable", "receipt_rule", {"flat_discount": "5.00"}, {"flat_discount": 5, "criterion": None}),
        ("redeemable", "schedule", {"end": "2026-01-02T03:04:05Z"}, {"end": "2026-01-02T03:04:05"}),
        ("redeemable", "schedule", {"end": "2026-01-02 03:04"}, {"end": "2026-01-02T03:04:00"}),
        ("redeemable", "schedule", {"end": "2026-01-02T03:04:05.123-05:00"}, {"end": "2026-01-02T03:04:05"}),
        ("redeemable", "schedule", {"lag": {"value": "2", "units": "days"}}, {"lag": {"value": 2, "units": "days"}}),
        ("selector", "base_items", {"processing_method": "", "max_discount_units": None, "clauses": []}, None),
        ("selector", "exclude_non_payable", "YES", True),
        ("criterion", "amount_cap", "3", Decimal("3.00")),
        ("criterion", "effective_location", "location:12", ["location:12"]),
        ("criterion", "effective_location", ["tag:7", "location:1", "tag:7"], ["location:1", "tag:7"]),
        ("criterion", "effective_location", [], None),
        ("criterion", "aggregator_grouping_attributes", {"item_id": False}, None),
        (
            "criterion",
            "line_item_filters",
            [{"selector": "a", "processing_method": ""}],
            [{"selector": "a", "processing_method": "sum_of_amount", "quantity": None}],
        ),
        (
            "criterion",
            "line_item_filters",
            [{"selector": "b"}, {"selector": "a", "quantity": "2"}],
            [{"selector": "a", "quantity": 2}, {"selector": "b"}],
        ),
        (
            "criterion",
            "item_qualifiers",
            [{"selector": "a", "net_value": 3}],
            [{"selector": "a", "expression_type": "line_item_exists", "net_value": None}],
        ),
        (
            "criterion",
            "receipt_qualifiers",
            [{"attribute": "receipt_hour", "operator": "==", "value": 14}],
            [{"attribute": "receipt_hour", "operator": "==", "value": "14", "shown_as": "2 pm"}],
        ),
    ],
)
def test_what_does_not_matter_is_equal(kind: DesiredKind, field: str, one: Any, other: Any) -> None:
    """Empty and missing, text and number, order, a Z and the server's defaults make no difference."""
    assert canonical(kind, {field: one}) == canonical(kind, {field: other})


@pytest.mark.parametrize(
    ("kind", "field", "one", "other"),
    [
        ("redeemable", "points", 0, None),
        ("redeemable", "distributable", False, None),
        ("redeemable", "name", "Ten off", "ten off"),
        ("redeemable", "receipt_rule", {"flat_discount": 5}, {"criterion": "5"}),
        ("criterion", "amount_cap", 0, None),
        ("criterion", "amount_cap", Decimal("0.01"), Decimal("0.1")),
        ("criterion", "amount_cap", Decimal("1.0000000000000000000000000001"), 1),
        ("criterion", "amount_cap", "12345678901234567890.123456789", "12345678901234567890.123456788"),
        ("criterion", "item_qualifiers", [{"selector": "a"}, {"selector": "a"}], [{"selector": "a"}]),
    ],
)
def test_what_matters_is_not_equal(kind: DesiredKind, field: str, one: Any, other: Any) -> None:
    """Zero and false are values, names keep their case, and entries count as often as they stand there."""
    assert canonical(kind, {field: one}) != canonical(kind, {field: other})


def test_order_is_kept_on_request() -> None:
    """The places of a list are those of the file when somebody asks where a member is written."""
    fields = {"effective_location": ["tag:7", "location:1"]}
    assert canonical("criterion", fields)["effective_location"] == ["location:1", "tag:7"]
    assert canonical("criterion", fields, keeps_order=True)["effective_location"] == ["tag:7", "location:1"]


def test_members_of_the_schedule_are_units() -> None:
    """What the server takes as fields of their own is compared and sent by itself."""
    fields = {"name": "Ten off", "schedule": {"end": "2026-01-02T03:04:05", "lag": None}}
    assert units_of(canonical("redeemable", fields)) == {
        "name": "Ten off",
        "schedule/end": "2026-01-02T03:04:05",
        "schedule/lag": None,
    }
    assert list(names_of_units(fields)) == ["name", "schedule/end", "schedule/lag"]


def test_to_clear_the_schedule_is_to_clear_its_members() -> None:
    """An empty schedule clears everything in it but the zone, which is always there."""
    cleared = canonical("redeemable", {"schedule": None})["schedule"]
    assert "timezone" not in cleared
    assert cleared["end"] is None
    assert cleared["recurrence"] is None


def test_the_models_say_what_counts_while_a_field_is_absent() -> None:
    """The server's defaults and the fields that no answer shows are read off the models."""
    assert unit_facts("redeemable", "discount_channel").default == "all"
    assert unit_facts("redeemable", "distributable").default is False
    assert unit_facts("redeemable", "schedule/indefinitely").default is False
    assert unit_facts("redeemable", "points").default is None
    assert unit_facts("criterion", "item_filter_expressions_operator").is_write_only
    assert not unit_facts("criterion", "rounding_rule").is_write_only
