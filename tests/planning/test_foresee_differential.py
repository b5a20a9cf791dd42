"""What we foresee, held against what the sandbox does with the same payloads; neither knows the other's code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Final, get_args

import orjson
import pytest
from damage import at, changed, places_in
from hypothesis import given, settings
from hypothesis import strategies as st

from offers_sync import contract
from offers_sync.models.values import ObjectKind
from offers_sync.planning.foreseeing import Effect, Foreseen, World, foresee
from offers_sync.sandbox import Embedded, Request, Settings, open_embedded

Payload = dict[str, Any]
Payloads = st.SearchStrategy[Payload]

PATHS: Final[Mapping[ObjectKind, str]] = {
    "selector": contract.SELECTORS_PATH,
    "criterion": contract.CRITERIA_PATH,
    "redeemable": contract.REDEEMABLES_PATH,
}
SELECTORS: Final = ("selector-a", "selector-b")
CRITERIA: Final = ("criterion-a", "criterion-b")

# ---------------------------------------------------------------------------------------------- valid payloads

_operators: Final = st.sampled_from(get_args(contract.Operator))
_texts: Final = st.sampled_from(["Sandwich", "2001,2002", "14..17", "é 日本", "a\nb"])
_ids: Final = st.sampled_from(SELECTORS)
_cents: Final = st.sampled_from([0.01, 1, 2.5, 10, 99_999])
_places: Final = st.sampled_from(["location:12", "tag:736"])


def _conditions(attributes: Any) -> st.SearchStrategy[list[Payload]]:
    condition = st.fixed_dictionaries(
        {"attribute": st.sampled_from(get_args(attributes)), "operator": _operators, "value": _texts}
    )
    return st.lists(condition, min_size=1, max_size=3, unique_by=lambda each: each["attribute"])


_sides: Final = st.fixed_dictionaries({"clauses": _conditions(contract.SelectorAttribute)})
_modifiers: Final = st.fixed_dictionaries(
    {"clauses": _conditions(contract.SelectorAttribute)},
    optional={
        "max_discount_units": st.integers(1, 9),
        "processing_method": st.sampled_from(get_args(contract.SelectorProcessingMethod)),
    },
)
_filters: Final = st.fixed_dictionaries(
    {"line_item_selector_id": _ids, "quantity": st.integers(1, 5)},
    optional={"processing_method": st.sampled_from(get_args(contract.FilterProcessingMethod))},
)
_qualifiers: Final = st.fixed_dictionaries(
    {"line_item_selector_id": _ids, "net_value": st.integers(1, 9)},
    optional={"expression_type": st.sampled_from(get_args(contract.ExpressionType))},
)
_groupings: Final = st.fixed_dictionaries(
    {"item_id": st.just(value=True)},
    optional={name: st.booleans() for name in contract.AGGREGATOR_ATTRIBUTES if name != "item_id"},
)


def _selectors() -> Payloads:
    return st.fixed_dictionaries(
        {"name": _texts, "base_items": _sides, "modifiers": _modifiers},
        optional={
            "filter_item_set": st.sampled_from(get_args(contract.FilterItemSet)),
            "exclude_non_payable": st.booleans(),
        },
    )


def _criteria(places: st.SearchStrategy[Any], prices: st.SearchStrategy[Any]) -> Payloads:
    return st.fixed_dictionaries(
        {
            "qc_processing_function": st.sampled_from(get_args(contract.ProcessingFunction)),
            "max_discount_units": st.integers(1, 99),
            "unit_discount": _cents,
            "minimum_unit_rate": _cents,
            "target_price": prices,
        },
        optional={
            "name": _texts,
            "amount_cap": _cents,
            "percentage_of_processed_amount": st.integers(1, 100),
            "rounding_rule": st.sampled_from(get_args(contract.RoundingRule)),
            "effective_location": places,
            "stack_discounting": st.booleans(),
            "enable_menu_item_aggregator": st.booleans(),
            "qualifying_expressions_operator": st.sampled_from(get_args(contract.ExpressionsOperator)),
            "item_filter_expressions_operator": st.sampled_from(get_args(contract.ExpressionsOperator)),
            "discount_evaluation_strategy": st.sampled_from(get_args(contract.EvaluationStrategy)),
            "line_item_filters": st.lists(_filters, max_size=3),
            "item_qualifiers": st.lists(_qualifiers, max_size=3),
            "receipt_qualifiers": _conditions(contract.ReceiptAttribute),
        },
    ).flatmap(lambda payload: st.builds(lambda group: {**payload, "aggregator_grouping_attributes": group}, _groupings))


_numbered: Final = count()


def _inline_criteria() -> Payloads:
    return _criteria(_places, st.integers(1, 99)).map(
        lambda criterion: {**criterion, "external_id": f"inline-{next(_numbered)}"}
    )


_rules: Final = st.one_of(
    st.builds(lambda each: {"qualifier_type": "new", "redeeming_criterion": each}, _inline_criteria()),
    st.sampled_from([{"qualifier_type": "existing", "redeeming_criterion_id": each} for each in CRITERIA]),
    st.just({"qualifier_type": "flat_discount", "discount_amount": 5, "redeeming_criterion_id": None}),
)
_translations: Final = st.lists(
    st.fixed_dictionaries({"language": st.sampled_from(contract.DOCUMENTED_LANGUAGES), "translation": _texts}),
    max_size=2,
)
_times: Final = st.sampled_from(["2031-06-25T23:59:59", "2030-01-01T00:00:00"])


def _redeemables() -> Payloads:
    return st.fixed_dictionaries(
        {"name": _texts, "receipt_rule": _rules},
        optional={
            "description": _texts,
            "note": _texts,
            "meta_data": _texts,
            "points": st.integers(0, 99),
            "discount_channel": st.sampled_from(get_args(contract.DiscountChannel)),
            "effective_location": _places,
            "distributable": st.booleans(),
            "segment_definition_id": st.integers(1, 99),
            "redemption_code_expiry_mins": st.integers(1, 99),
            "start_time": _times,
            "end_time": _times,
            "timezone": st.sampled_from(contract.TIMEZONES),
            "expiry_days": st.integers(1, 99),
            "remind_before": st.integers(0, 9),
            "alternate_locale_name": _translations,
            "alternate_locale_description": _translations,
            "template": st.just({"short_prompt": "10% off"}),
            "lag_duration": st.just({"value": 2, "units": "days"}),
            "recurrence_schedule": st.just({"occurrences": 3, "days_distance": 90}),
        },
    )


VALID: Final[Mapping[ObjectKind, Payloads]] = {
    "selector": _selectors(),
    "criterion": _criteria(st.lists(_places, max_size=3), _cents),
    "redeemable": _redeemables(),
}

# -------------------------------------------------------------------------------- every way in which they break

_ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, 1, -1, 3, 6, 0.5, 3.0, -0.01, 100_000, 99_999.5,
    2**53, 2.0**53 - 1, 2.0**53, 2**63 - 1, 2**63, -(2**63), 10**30,
    "", " ", "x", "3", "Any", "any", "Max", "exclude", "unknown-id", "selector-a", "criterion-a", "line_item_exists",
    "rate_rollback", "bundle_price_target", "modifiers_only", "new", "existing", "flat_discount", "receipt_hour",
    "2031-02-30T12:00:00", "2031-02-03T12:00:00Z", "2031-02-03", "2031-02-03 12:00", "Mars/Olympus", "UTC",
    "location:1", "location:", "tag:x", "x" * 226, "x" * 256,
    [], {}, [None], ["x"], [[]], [{}], {"clauses": []}, {"clauses": None}, {"max_discount_units": 0},
    {"item_id": False}, {"item_id": "yes", "item_name": 0}, {"unknown": True}, {"occurrences": 6, "days_distance": 90},
    {"occurrences": 0}, ["location:1"] * 51, [f"location:{number}" for number in range(51)],
    {"qualifier_type": "flat_discount", "discount_amount": 0}, {"qualifier_type": "existing"},
    {"qualifier_type": "new", "redeeming_criterion": {"external_id": "inline"}},
)  # fmt: skip


@st.composite
def broken(draw: st.DrawFn, valid: Payloads) -> Payload:
    """A payload with up to four things done to it; some results are still valid."""
    payload: Any = {"external_id": "?", **draw(valid)}
    for _ in range(draw(st.integers(0, 4))):
        path = draw(st.sampled_from(places_in(payload)[1:]))
        parent = at(payload, path[:-1])
        match draw(st.sampled_from(["replace", "replace", "drop", "repeat", "move"])):
            case "drop" if isinstance(parent, dict):
                payload = changed(payload, path[:-1], lambda old, name=path[-1]: _without(old, name))
            case "repeat" if isinstance(parent, list):
                payload = changed(payload, path[:-1], lambda old: [*old, *old])
            case "move" if isinstance(parent, dict):
                other = at(payload, draw(st.sampled_from(places_in(payload)[1:])))
                payload = changed(payload, path, lambda _, other=other: other)
            case _:
                odd = draw(st.sampled_from(_ODD))
                payload = changed(payload, path, lambda _, odd=odd: odd)
    return payload


def _without(mapping: Payload, name: Any) -> Payload:
    return {each: value for each, value in mapping.items() if each != name}


# --------------------------------------------------------------------------------------------------- two judges


class Vendor:
    """The sandbox, asked for its verdict on one item after the other."""

    def __init__(self, embedded: Embedded) -> None:
        self._vendor = embedded.vendor

    def write(self, method: str, kind: ObjectKind, *items: Any) -> list[Payload]:
        """The results of one bulk write."""
        body = json.dumps({"data": [_named_apart(item) for item in items]}).encode()
        headers = (("authorization", "Bearer key"), ("user-agent", "Test/Test/1"))
        answer = self._vendor.respond(Request(method, PATHS[kind], "", headers, body))
        assert answer.status == 200, answer.body
        results: list[Payload] = json.loads(answer.body)["results"]
        return results


def _named_apart(item: Any) -> Any:
    """With a name for an inline criterion that no reference can meet by chance."""
    rule = item.get("receipt_rule") if isinstance(item, dict) else None
    criterion = rule.get("redeeming_criterion") if isinstance(rule, dict) else None
    external_id = criterion.get("external_id") if isinstance(criterion, dict) else None
    if not isinstance(external_id, str) or not external_id.strip():
        return item
    return changed(item, ("receipt_rule", "redeeming_criterion", "external_id"), lambda old: f"inside-{old}")


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    """An empty business with two selectors and two criteria, whose every write answers with its warnings."""
    with open_embedded(None, settings=Settings(results_without_warnings=()), empty=True) as embedded:
        judge = Vendor(embedded)
        side = {"clauses": [{"attribute": "item_id", "operator": "==", "value": "1"}]}
        judge.write("POST", "selector", *({"external_id": each, "name": "S", "base_items": side} for each in SELECTORS))
        judge.write(
            "POST", "criterion", *({"external_id": each, "qc_processing_function": "bogof"} for each in CRITERIA)
        )
        yield judge


def _said(warnings: Any, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Place, words and echo of every warning of a tree."""
    for name, member in warnings.items():
        here = f"{place}.{name}" if place else name
        if isinstance(member, dict):
            yield from _said(member, here)
        else:
            for warning in member:
                where = here.removeprefix("receipt_rule.redeeming_criterion.")
                yield where, warning["message"], json.dumps(warning["item"])


def _dropped(foreseen: tuple[Foreseen, ...]) -> list[tuple[str, str, str]]:
    return sorted((each.place, each.message, _echo(each.item)) for each in foreseen if each.effect is Effect.DROPPED)


def _echo(item: Any) -> str:
    """An item as an answer repeats it: what no 64 bits hold comes back as a float."""
    return json.dumps(orjson.loads(json.dumps(item)))


def hold(result: Payload, foreseen: tuple[Foreseen, ...], payload: Payload) -> None:
    """Hold one verdict of the server against what was foreseen of it."""
    refused = [each for each in foreseen if each.effect is Effect.REFUSED]
    assert result["success"] is (not refused), (payload, result, foreseen)
    if refused:
        named = {word for each in refused for word in each.pointer.split("/")}
        for error in result["errors"]:
            assert named & set(error.split()), (payload, error, foreseen)
    else:
        assert _dropped(foreseen) == sorted(_said(result["warnings"])), (payload, result, foreseen)
    for each in foreseen:
        if each.effect is Effect.DROPPED and isinstance(each.item, dict) and each.names != (each.place,):
            assert at(payload, _path(payload, each.pointer)) == each.item


def _path(payload: Any, pointer: str) -> tuple[str | int, ...]:
    path: list[str | int] = []
    for step in pointer.split("/")[1:]:
        path.append(int(step) if isinstance(at(payload, tuple(path)), list) else step)
    return tuple(path)


KINDS: Final = ("selector", "criterion", "redeemable")


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_create_loses_is_foreseen_and_nothing_else_is(kind: ObjectKind, vendor: Vendor) -> None:
    """The sandbox warns about, or refuses, exactly what was foreseen of a create, item by item."""

    @settings(max_examples=150)
    @given(st.lists(broken(VALID[kind]), min_size=1, max_size=5))
    def judge(payloads: list[Payload]) -> None:
        items = [_with_own_id(payload) for payload in payloads]
        for item, result in zip(items, vendor.write("POST", kind, *items), strict=True):
            hold(result, foresee(kind, item, _world(None)), item)

    judge()


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_update_loses_is_foreseen_and_nothing_else_is(kind: ObjectKind, vendor: Vendor) -> None:
    """The sandbox warns about, or refuses, exactly what was foreseen of an update of an object that is there."""

    @settings(max_examples=150)
    @given(VALID[kind], broken(VALID[kind]))
    def judge(before: Payload, payload: Payload) -> None:
        old = {**before, "external_id": f"object-{next(_numbered)}"}
        (created,) = vendor.write("POST", kind, old)
        assert created["success"], created
        is_there = payload.get("external_id") == "?"
        item = {**payload, "external_id": old["external_id"]} if is_there else _named_unlike_any(payload)
        world = replace(_world(old), before=old if is_there else None)
        (result,) = vendor.write("PATCH", kind, item)
        hold(result, foresee(kind, item, world), item)

    judge()


def _named_unlike_any(payload: Payload) -> Payload:
    external_id = payload.get("external_id")
    return {**payload, "external_id": f"nobody-{external_id}"} if isinstance(external_id, str) else payload


def _with_own_id(payload: Payload) -> Payload:
    """With an id that no other test refers to; odd ones stay as odd as they are."""
    external_id = payload.get("external_id")
    is_name = isinstance(external_id, str) and external_id.strip()
    return {**payload, "external_id": f"object-{next(_numbered)}"} if is_name else payload


# ------------------------------------------------------------------------------------------------- one by one

_CONDITION: Final = {"attribute": "quantity", "operator": ">=", "value": "2"}
_SECOND: Final = {"attribute": "item_id", "operator": "in", "value": "1,2"}
_WHOLE_CRITERION: Final[Payload] = {
    "name": "Ten percent",
    "qc_processing_function": "rate_rollback",
    "amount_cap": 3,
    "percentage_of_processed_amount": 10,
    "rounding_rule": "ceil",
    "max_discount_units": 2,
    "unit_discount": 1.5,
    "minimum_unit_rate": 0.01,
    "target_price": 1,
    "effective_location": "location:1234",
    "stack_discounting": False,
    "reuse_qualifying_items": False,
    "qualifying_expressions_operator": "All",
    "item_filter_expressions_operator": "Any",
    "discount_evaluation_strategy": "Min",
    "line_item_filters": [
        {"line_item_selector_id": "selector-a", "processing_method": "max_price", "quantity": 5},
        {"line_item_selector_id": "selector-b", "processing_method": "exclude", "quantity": None},
    ],
    "enable_menu_item_aggregator": True,
    "aggregator_grouping_attributes": {"item_name": False, "item_id": True},
    "item_qualifiers": [
        {"expression_type": "line_item_exists", "line_item_selector_id": "selector-a", "net_value": None},
        {"expression_type": "net_quantity_equal_to", "line_item_selector_id": "selector-b", "net_value": 2},
    ],
    "receipt_qualifiers": [
        {"attribute": "total_amount", "operator": ">=", "value": "10"},
        {"attribute": "receipt_hour", "operator": "in", "value": "1"},
    ],
}
WHOLE: Final[Mapping[ObjectKind, Payload]] = {
    "selector": {
        "name": "Sandwiches",
        "filter_item_set": "modifiers_only",
        "exclude_non_payable": True,
        "base_items": {"clauses": [_CONDITION, _SECOND]},
        "modifiers": {"clauses": [_CONDITION, _SECOND], "max_discount_units": 2, "processing_method": "max_price"},
    },
    "criterion": {**_WHOLE_CRITERION, "effective_location": ["location:1234", "tag:736"]},
    "redeemable": {
        "name": "Redeemable offer 30",
        "alternate_locale_name": [{"language": "fr", "translation": "Offre"}],
        "alternate_locale_description": [{"language": "es", "translation": "Oferta"}],
        "description": "description",
        "note": "Notes here",
        "allow_for_support_gifting": True,
        "distributable": True,
        "segment_definition_id": 7,
        "receipt_rule": {
            "qualifier_type": "new",
            "redeeming_criterion": {**_WHOLE_CRITERION, "external_id": "inline"},
        },
        "start_time": "2025-06-25T23:59:59",
        "indefinetely": False,
        "expiry_days": 5,
        "end_time": "2031-06-28T23:59:59",
        "timezone": "Australia/Darwin",
        "remind_before": 3,
        "discount_channel": "all",
        "points": 12,
        "redemption_code_expiry_mins": 3,
        "template": {"redemption_message": "Message", "short_prompt": "Short", "standard_prompt": "Standard"},
        "lag_duration": {"value": 2, "units": "days"},
        "recurrence_schedule": {"occurrences": 10, "days_distance": 2},
        "effective_location": "location:12",
        "meta_data": "meta data",
    },
}


_SHORT_RULE: Final[Mapping[ObjectKind, Payload]] = {
    "redeemable": {"receipt_rule": {"qualifier_type": "existing", "redeeming_criterion_id": "criterion-a"}}
}
"""In updates, where an inline criterion is judged as in a create, and would take as long again."""


def _each_broken_once(payload: Payload) -> Iterator[Payload]:
    for path in places_in(payload)[1:]:
        parent = at(payload, path[:-1])
        for odd in _ODD:
            yield changed(payload, path, lambda _, odd=odd: odd)
        if isinstance(parent, dict):
            yield changed(payload, path[:-1], lambda old, name=path[-1]: _without(old, name))
        else:
            yield changed(payload, path[:-1], lambda old: [*old, *old])


def _in_batches(payloads: list[Payload]) -> Iterator[list[Payload]]:
    for start in range(0, len(payloads), contract.BATCH_LIMIT):
        yield payloads[start : start + contract.BATCH_LIMIT]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_odd_value_in_each_field_is_foreseen(kind: ObjectKind, method: str, vendor: Vendor) -> None:
    """Every odd value in every field of a full payload, and every field left out, is judged alike by both."""
    whole = WHOLE[kind] if method == "POST" else {**WHOLE[kind], **_SHORT_RULE.get(kind, {})}
    for variants in _in_batches(list(_each_broken_once(whole))):
        ids = [f"object-{next(_numbered)}" for _ in variants]
        wholes = [{**whole, "external_id": external_id} for external_id in ids]
        items = [{**variant, "external_id": external_id} for variant, external_id in zip(variants, ids, strict=True)]
        if method == "PATCH":
            assert all(result["success"] for result in vendor.write("POST", kind, *wholes))
        results = vendor.write(method, kind, *items)
        for item, before, result in zip(items, wholes, results, strict=True):
            hold(result, foresee(kind, item, _world(before if method == "PATCH" else None)), item)


def _world(before: Payload | None) -> World:
    return World(
        selectors=frozenset(SELECTORS), criteria=frozenset(CRITERIA), is_update=before is not None, before=before
    )


@pytest.mark.parametrize("item", [None, 5, "x", [], ["x"]])
def test_what_is_no_object_is_refused_by_both(item: Any, vendor: Vendor) -> None:
    """An item that is no object is refused, and that is foreseen."""
    (result,) = vendor.write("POST", "selector", item)
    assert result["success"] is False
    assert [each.effect for each in foresee("selector", item, World())] == [Effect.REFUSED]
