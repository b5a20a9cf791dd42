"""What is foreseen of single payloads, spelled out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from offers_sync import codes
from offers_sync.contract import CRITERION_BOUNDS
from offers_sync.findings import Severity
from offers_sync.loading.validating import examine_document
from offers_sync.models.json_schema import language_schema
from offers_sync.models.values import ObjectKind
from offers_sync.planning.foreseeing import Effect, Foreseen, World, foresee

WORLD: Final = World(selectors=frozenset({"sandwiches"}), criteria=frozenset({"ten-percent"}))
SANDWICHES: Final = {"line_item_selector_id": "sandwiches"}
CRITERION: Final = {"external_id": "c", "qc_processing_function": "sum_amounts"}
OFFER: Final = {"external_id": "r", "name": "Lunch"}


def criterion(**fields: Any) -> dict[str, Any]:
    """A criterion of the fewest fields, and some more."""
    return {**CRITERION, **fields}


def offer(**rule: Any) -> dict[str, Any]:
    """An offer with such a receipt rule."""
    return {**OFFER, "receipt_rule": rule}


def said(kind: ObjectKind, payload: Any, world: World = WORLD) -> list[tuple[str, str, str]]:
    """Effect, place in the payload, and words."""
    return [(each.effect.value, each.pointer, each.message) for each in foresee(kind, payload, world)]


def test_a_dropped_filter_is_foreseen_with_the_servers_words_and_echo() -> None:
    """A filter with two faults is one part dropped, whose names come in the order of the server."""
    wrong = {"line_item_selector_id": "burgers", "processing_method": "dearest"}
    right = {"line_item_selector_id": "sandwiches"}
    assert foresee("criterion", criterion(line_item_filters=[right, wrong]), WORLD) == (
        Foreseen(
            effect=Effect.DROPPED,
            pointer="/line_item_filters/1",
            message="Required parameters missing or invalid: line_item_selector_id, processing_method",
            place="line_item_filters",
            item=wrong,
            names=("line_item_selector_id", "processing_method"),
        ),
    )


EDGES: Final = [
    (name, value)
    for name, (low, high) in CRITERION_BOUNDS.items()
    for value in (low, low - 1, low - Decimal("0.01"), low + 1, *((high, high + 1) if high is not None else ()))
    if name != "max_discount_units" or value == value.to_integral_value()
]


@pytest.mark.parametrize(("name", "value"), EDGES)
@pytest.mark.parametrize("is_inline", [False, True], ids=["shared", "inline"])
def test_what_is_written_of_a_criterion_is_what_the_server_takes_of_one(
    name: str,
    value: Decimal,
    is_inline: bool,  # noqa: FBT001  a case
) -> None:
    """Wherever it is written, a number is valid in a file exactly when a criterion of its own may hold it."""
    written: dict[str, Any] = {"qc_processing_function": "sum_amounts", name: value}
    document = {"kind": "criterion", "key": "c", **written}
    if is_inline:
        document = {"kind": "redeemable", "key": "r", "name": "R", "receipt_rule": {"criterion": written}}
    errors = [each for each in examine_document(document).complaints if each.code.severity is Severity.ERROR]

    refused = [each.pointer for each in foresee("criterion", {"external_id": "c", **written}, WORLD)]

    assert [each.code for each in errors] == [codes.OUT_OF_RANGE] * len(refused)
    assert refused in ([], [f"/{name}"])


def test_nothing_off_is_no_percentage() -> None:
    """Of all that the documents say the narrowest holds: a share begins at one percent, inline as well."""
    rule = {"criterion": {"qc_processing_function": "sum_amounts", "percentage_of_processed_amount": 0}}
    document = {"kind": "redeemable", "key": "r", "name": "R", "receipt_rule": rule}

    (complaint,) = (each for each in examine_document(document).complaints if each.code.severity is Severity.ERROR)

    assert complaint.path == ("receipt_rule", "criterion", "percentage_of_processed_amount")
    assert not Draft202012Validator(language_schema("redeemable")).is_valid(document)


def test_the_first_of_a_repeated_attribute_wins() -> None:
    """Of two conditions on one attribute the second is dropped as a duplicate."""
    clauses = [
        {"attribute": "item_id", "operator": "in", "value": "1"},
        {"attribute": "item_id", "operator": "in", "value": "2"},
    ]
    payload = {"external_id": "s", "name": "Burgers", "base_items": {"clauses": clauses}}
    assert foresee("selector", payload, WORLD) == (
        Foreseen(
            effect=Effect.DROPPED,
            pointer="/base_items/clauses/1",
            message="Required parameter is duplicate: attribute",
            place="base_items.clauses",
            item=clauses[1],
            names=("attribute",),
        ),
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (criterion(), []),
        (criterion(name="x" * 255, amount_cap=Decimal("0.50"), effective_location=["location:1"]), []),
        (criterion(name="x" * 256), [("refused", "/name", "`name` is longer than 255 characters")]),
        (criterion(amount_cap=-1), [("refused", "/amount_cap", "`amount_cap` is out of its bounds, 0 to 99999")]),
        (criterion(amount_cap="3"), [("refused", "/amount_cap", "`amount_cap` is not a number")]),
        (
            criterion(qc_processing_function="bundle_price_target", max_discount_units=1),
            [("refused", "/target_price", "`bundle_price_target` needs `target_price`")],
        ),
        (
            criterion(discount_evaluation_strategy="min"),
            [
                (
                    "dropped",
                    "/discount_evaluation_strategy",
                    "Required parameters missing or invalid: discount_evaluation_strategy",
                )
            ],
        ),
        (
            criterion(enable_menu_item_aggregator=True, aggregator_grouping_attributes={"item_id": False}),
            [
                (
                    "refused",
                    "/aggregator_grouping_attributes",
                    "the aggregator is on, and nothing says what makes lines equal",
                )
            ],
        ),
        (
            criterion(receipt_qualifiers=[{"attribute": "receipt_hour", "operator": "in", "value": " "}]),
            [("dropped", "/receipt_qualifiers/0", "Required parameters missing or invalid: value")],
        ),
        (
            criterion(item_qualifiers=[{**SANDWICHES, "expression_type": "net_quantity_equal_to"}]),
            [("dropped", "/item_qualifiers/0", "Required parameters missing or invalid: net_value")],
        ),
    ],
)
def test_criteria(payload: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    """A criterion's faults, each with its place and its words."""
    assert said("criterion", payload) == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (offer(qualifier_type="flat_discount", discount_amount=Decimal("0.01")), []),
        (offer(qualifier_type="existing", redeeming_criterion_id="ten-percent"), []),
        (
            offer(qualifier_type="existing", redeeming_criterion_id="gone"),
            [("refused", "/receipt_rule/redeeming_criterion_id", "the server has no criterion with this id")],
        ),
        (
            offer(qualifier_type="flat_discount", discount_amount=0),
            [("refused", "/receipt_rule/discount_amount", "`discount_amount` is not above 0")],
        ),
        (
            offer(qualifier_type="new", redeeming_criterion={**CRITERION, "name": "x" * 226}),
            [("refused", "/receipt_rule/redeeming_criterion/name", "`name` is longer than 225 characters")],
        ),
        (
            {**offer(qualifier_type="flat_discount", discount_amount=1), "end_time": "2031-01-01T00:00:00Z"},
            [("refused", "/end_time", "`end_time` is not a local time such as 2026-07-01T23:59:59")],
        ),
        (
            {
                **offer(qualifier_type="flat_discount", discount_amount=1),
                "recurrence_schedule": {"occurrences": 6, "days_distance": 90},
            },
            [("refused", "/recurrence_schedule", "the recurrence spans 450 days, and at most 395 are taken")],
        ),
        (OFFER, [("refused", "/receipt_rule", "`receipt_rule` is missing")]),
    ],
)
def test_redeemables(payload: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    """A redeemable's faults, each with its place and its words."""
    assert said("redeemable", payload) == expected


def test_references_are_not_doubted_where_it_is_not_known_what_exists() -> None:
    """Without a complete list of selectors and criteria nothing is held against a reference."""
    payload = offer(qualifier_type="existing", redeeming_criterion_id="gone")
    filters = criterion(line_item_filters=[{"line_item_selector_id": "gone"}])
    assert said("redeemable", payload, World()) == []
    assert said("criterion", filters, World()) == []


def test_an_update_keeps_what_it_leaves_out() -> None:
    """What the function needs may be there already."""
    before = criterion(qc_processing_function="hit_target_price", target_price="2.5")
    world = World(is_update=True, before=before)
    assert said("criterion", {"external_id": "c", "name": "Two fifty"}, world) == []
    assert said("criterion", {"external_id": "c", "target_price": None}, world) == [
        ("refused", "/target_price", "`hit_target_price` needs `target_price`")
    ]


def test_an_update_of_what_is_not_there_is_refused() -> None:
    """An update finds its object by its id."""
    assert said("criterion", criterion(), World(is_update=True)) == [
        ("refused", "/external_id", "the server has no object with this `external_id`")
    ]
