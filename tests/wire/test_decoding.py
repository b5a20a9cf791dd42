"""Answers in every shape that they were seen in, brought to ours; and any other JSON survived."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from damage import changed, places_in
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from servers import client_to
from strategies import WrittenProject, projects

from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.findings import has_errors
from offers_sync.loading.loading import load_project
from offers_sync.loading.resolving import resolve
from offers_sync.models.values import OBJECT_KINDS, Desired, Live, ObjectKind
from offers_sync.planning.canonical import canonical
from offers_sync.planning.comparing import compare
from offers_sync.sandbox import Settings, open_embedded
from offers_sync.wire.client import Client
from offers_sync.wire.codec import encode
from offers_sync.wire.decoding import decode, decode_nested_criterion
from offers_sync.wire.reading import LIST_PATHS, read_listing

SELECTOR: dict[str, Any] = {
    "external_id": "s-1",
    "name": "Sandwiches",
    "filter_item_set": "base_only",
    "exclude_non_payable": False,
    "base_items": {
        "processing_method": "",
        "max_discount_units": None,
        "clauses": [{"attribute": "item_family", "operator": "in", "value": "10,11"}],
    },
    "modifiers": {"processing_method": "", "max_discount_units": None, "clauses": []},
}
CRITERION: dict[str, Any] = {
    "external_id": "c-1",
    "name": "Ten percent",
    "qc_processing_function": "sum_amounts",
    "percentage_of_processed_amount": "10",
    "amount_cap": "3.5",
    "rounding_rule": "",
    "effective_location": ["location:5"],
    "stack_discounting": False,
    "line_item_filters": [{"processing_method": "max_price", "quantity": "1", "line_item_selector": SELECTOR}],
    "item_qualifiers": [{"expression_type": "line_item_exists", "net_value": None, "line_item_selector": SELECTOR}],
    "receipt_qualifier": [{"attribute": "amount", "operator": ">=", "value": "10"}],
}
REDEEMABLE: dict[str, Any] = {
    "external_id": "r-1",
    "name": "10% off",
    "points": 12,
    "segment_definition_id": 7,
    "effective_location": "location:5",
    "start_time": "2030-06-25T23:59:59Z",
    "timezone": "America/Chicago",
    "indefinetely": False,
    "lag_duration": {"value": 2, "units": "days"},
    "alternate_locale_name": [{"language": "fr", "translation": "Dix"}, {"language": "es", "translation": None}],
    "alternate_locale_description": [{"language": "fr", "translation": "Dix pour cent."}],
    "image": "https://media.example/1.png",
    "receipt_rule": {
        "qualifier_type": "new",
        "discount_amount": None,
        "redeeming_criterion_id": "c-1",
        "redeeming_criterion": {key: value for key, value in CRITERION.items() if key != "receipt_qualifier"},
    },
}
ANSWERS: dict[ObjectKind, dict[str, Any]] = {"selector": SELECTOR, "criterion": CRITERION, "redeemable": REDEEMABLE}


def fields(kind: ObjectKind, **other: Any) -> dict[str, Any]:
    """What an answer comes to with some members changed."""
    return dict(decode(kind, {**ANSWERS[kind], **other}).fields)


# --------------------------------------------------------------------------------------------------- our names


def test_a_redeemable_in_our_names() -> None:
    """Schedule and locales are gathered, the rule is in one form, what is not written is kept apart."""
    live = decode("redeemable", {**REDEEMABLE, "status": "active", "tiers": [1]})
    assert live == Live(
        kind="redeemable",
        external_id="r-1",
        fields={
            "name": "10% off",
            "points": 12,
            "effective_location": "location:5",
            "segment": 7,
            "receipt_rule": {"criterion": "c-1"},
            "schedule": {
                "start": "2030-06-25T23:59:59Z",
                "timezone": "America/Chicago",
                "indefinitely": False,
                "lag": {"value": 2, "units": "days"},
            },
            "locales": {"fr": {"name": "Dix", "description": "Dix pour cent."}},
        },
        shown=frozenset({"name", "points", "effective_location", "segment", "receipt_rule", "schedule", "locales"}),
        image="https://media.example/1.png",
        unknown={"status": "active", "tiers": [1]},
    )


def test_a_criterion_in_our_names() -> None:
    """Whole selectors become their ids, short attribute names the written ones."""
    shown = fields("criterion")
    assert shown["line_item_filters"] == [{"selector": "s-1", "processing_method": "max_price", "quantity": "1"}]
    assert shown["item_qualifiers"] == [{"selector": "s-1", "expression_type": "line_item_exists", "net_value": None}]
    assert shown["receipt_qualifiers"] == [{"attribute": "total_amount", "operator": ">=", "value": "10"}]


@pytest.mark.parametrize(
    ("rule", "ours"),
    [
        ({"qualifier_type": "new", "redeeming_criterion": {"external_id": "c-9"}}, {"criterion": "c-9"}),
        ({"qualifier_type": "new", "redeeming_criterion_id": "c-9", "redeeming_criterion": {}}, {"criterion": "c-9"}),
        ({"qualifier_type": "existing", "redeeming_criterion_id": "c-9", "discount_amount": 4}, {"criterion": "c-9"}),
        ({"qualifier_type": "existing", "redeeming_criterion": None}, {"criterion": None}),
        ({"qualifier_type": "flat_discount", "discount_amount": 5}, {"flat_discount": 5}),
        ({"qualifier_type": "flat_discount", "discount": 5, "discount_amount": None}, {"flat_discount": 5}),
        ({"qualifier_type": "discount", "discount": 5}, {"flat_discount": 5}),
        ({"qualifier_type": None, "discount_amount": 5}, {"flat_discount": 5}),
        ({"redeeming_criterion_id": "c-9", "discount_amount": None}, {"criterion": "c-9"}),
        ({"qualifier_type": "tiers", "tiers": [1]}, {"qualifier_type": "tiers", "tiers": [1]}),
        (None, None),
        ("none", "none"),
    ],
)
def test_receipt_rules_in_every_form(rule: Any, ours: Any) -> None:
    """Only the members of the rule's own type count; an unknown type is shown as it is."""
    assert fields("redeemable", receipt_rule=rule)["receipt_rule"] == ours


@pytest.mark.parametrize(
    ("kind", "shown", "name", "ours"),
    [
        ("selector", {"filter_item_set": None, "filter_type": "modifiers_only"}, "filter_item_set", "modifiers_only"),
        ("selector", {"filter_type": "modifiers_only"}, "filter_item_set", "base_only"),
        ("criterion", {"receipt_qualifiers": [], "receipt_qualifier": [{"attribute": "channel"}]},
         "receipt_qualifiers", [{"attribute": "channel"}]),
        ("criterion", {"effective_location": "location:5"}, "effective_location", ["location:5"]),
        ("criterion", {"effective_location": ""}, "effective_location", []),
        ("criterion", {"effective_location": None}, "effective_location", None),
        ("criterion", {"line_item_filters": [{"line_item_selector_id": "s-2"}]},
         "line_item_filters", [{"selector": "s-2"}]),
        ("criterion", {"line_item_filters": [{"line_item_selector": None}]}, "line_item_filters", [{"selector": None}]),
        ("redeemable", {"effective_location": ["location:5"]}, "effective_location", "location:5"),
        ("redeemable", {"effective_location": []}, "effective_location", None),
    ],
)  # fmt: skip
def test_shapes_that_answers_were_seen_in(kind: ObjectKind, shown: dict[str, Any], name: str, ours: Any) -> None:
    """Other names and other forms of one value come to the same."""
    assert fields(kind, **shown)[name] == ours


def test_what_is_not_shown_differs_from_what_is_empty() -> None:
    """A member that the answer does not have is not taken for null."""
    assert "description" not in decode("redeemable", REDEEMABLE).shown
    assert "description" in decode("redeemable", {**REDEEMABLE, "description": None}).shown
    assert "locales" not in decode("redeemable", {"external_id": "r-1"}).shown


def test_a_nested_criterion_is_one_like_any_other() -> None:
    """What stands in a redeemable's rule is understood as a criterion, if it has an id."""
    nested = decode_nested_criterion(REDEEMABLE)
    assert nested is not None
    assert (nested.kind, nested.external_id, nested.fields["amount_cap"]) == ("criterion", "c-1", "3.5")
    for rule in (None, {}, {"redeeming_criterion": None}, {"redeeming_criterion": {"external_id": " "}}):
        assert decode_nested_criterion({"receipt_rule": rule}) is None


# ------------------------------------------------------------------------------------------------- any other JSON

_names = st.sampled_from(sorted({*SELECTOR, *CRITERION, *REDEEMABLE, "filter_type", "receipt_qualifiers", "extra"}))
_scalars = (
    st.none() | st.booleans() | st.integers(-5, 10**25) | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8) | st.sampled_from(["location:5", "new", "flat_discount", "2030-01-01T00:00:00Z", "amount"])
)  # fmt: skip
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(st.sampled_from(OBJECT_KINDS), st.dictionaries(_names | st.text(max_size=6), _values, max_size=12))
def test_any_object_is_decoded(kind: ObjectKind, raw: dict[str, Any]) -> None:
    """Whatever JSON an object is, it is decoded and compared without complaint, and nothing of it is lost unseen."""
    live = decode(kind, raw)
    canonical(kind, live.fields)
    assert live.shown == live.fields.keys()
    assert live.unknown.keys() <= raw.keys()


@pytest.mark.parametrize("kind", OBJECT_KINDS)
@pytest.mark.parametrize("value", [None, "", [], {}, 0, False, "?", [None], {"x": None}, Decimal("1.50")], ids=repr)
def test_anything_anywhere(kind: ObjectKind, value: Any) -> None:
    """Each place of a real answer may hold a null, or anything else, and the rest is read as before."""
    raw = ANSWERS[kind]
    for place in places_in(raw):
        if not place:
            continue
        live = decode(kind, changed(raw, place, lambda _: value))
        canonical(kind, live.fields)
        if place[0] != "name":
            assert live.name == raw["name"]


# ------------------------------------------------------------------------------------------------- there and back

_HINTS = get_type_hints(Settings)
_SHAPES: dict[str, st.SearchStrategy[Any]] = {
    name: st.booleans() if _HINTS[name] is bool else st.sampled_from(get_args(_HINTS[name]))
    for name in (
        *("selector_filter_name", "criteria_qualifiers_name", "criteria_numbers", "redeemable_quantities"),
        *("criteria_unset", "redeemable_unset", "redeemable_texts_unset", "absent_words", "default_method_shown"),
        *("criterion_places", "operators_shown", "times_with_z", "locales_padded", "existing_criterion_shown"),
        *("flat_discount_name", "meta_position"),
    )
}
_servers = st.fixed_dictionaries(
    {**_SHAPES, "receipt_attributes_renamed": st.sampled_from([(), ("criteria",), ("criteria", "redeemables")])}
).map(lambda chosen: Settings(**chosen))


@given(projects(), _servers)
@settings(
    max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)  # shrinking a project takes minutes
def test_what_is_written_comes_back(project: WrittenProject, server: Settings) -> None:
    """Encoded, taken by the vendor, shown in any of its shapes and decoded, every object is what it was."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_project(project.write(Path(folder)))
    assume(not has_errors(loaded.findings))
    desired = [_without_segment(each) for each in resolve(loaded, "sandbox").desired]
    with open_embedded(None, settings=server, empty=True) as embedded, client_to(embedded.transport) as client:
        for each in desired:
            if each.kind != "campaign" and _create(client, each):
                assert _differences(client, each) == [], each


def _without_segment(desired: Desired) -> Desired:
    names = {name: value for name, value in desired.fields.items() if name != "segment"}
    return Desired(desired.kind, desired.key, desired.external_id, names, desired.origins)


def _create(client: Client, desired: Desired) -> bool:
    assert desired.kind != "campaign"
    payload = {"external_id": desired.external_id, **encode(desired.kind, desired.fields)}
    (result,) = client.post(LIST_PATHS[desired.kind], {"data": [payload]}).body["results"]
    return bool(result["success"]) and not result.get("warnings")


def _differences(client: Client, desired: Desired) -> list[tuple[str, Any, Any]]:
    """What is shown of the newest object and is not what was written."""
    assert desired.kind != "campaign"
    live = next(each for each in read_listing(client, desired.kind).items if each.external_id == desired.external_id)
    changes = compare(desired, None, live).changes
    return [(change.path, change.after, change.before) for change in changes if change.after is not None]


def test_the_vendors_lists_are_decoded_in_full() -> None:
    """No member that the sandbox shows is unknown to us."""
    with open_embedded(None) as embedded, client_to(embedded.transport) as client:
        for kind in OBJECT_KINDS:
            for live in read_listing(client, kind).items:
                assert live.unknown == {}, (kind, live.name)
        assert client.get(REDEEMABLES_PATH, {"page": 1}).is_success
