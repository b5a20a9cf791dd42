from __future__ import annotations

from typing import Any

import pytest
from sandbox.calling import Build, Json, Open

from offers_sync import contract
from offers_sync.sandbox import Settings

MISSING = "Required parameters missing or invalid: "
DUPLICATE = "Required parameter is duplicate: attribute"


def test_the_twenty_first_item_is_ignored(sandbox: Open, selector: Build) -> None:
    """Items past the twentieth are neither saved nor answered, in POST and in PATCH."""
    caller = sandbox()
    assert len(caller.create("selector", *[selector(f"s{number}") for number in range(25)])) == 20
    assert len(caller.rows("selector")) == 20
    caller.create("selector", selector("s20"))
    updates = [{"external_id": f"s{number}", "name": "New"} for number in range(21)]
    assert len(caller.update("selector", *updates)) == 20
    assert [row["external_id"] for row in caller.rows("selector") if row["name"] != "New"] == ["s20"]


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": None}, {"data": {}}, {"data": "x"}, None])
def test_missing_items_are_a_400(sandbox: Open, body: Any) -> None:
    """A write without items is refused in the documented words."""
    answer = (
        sandbox().post(contract.SELECTORS_PATH, body)
        if body is not None
        else sandbox().http.post(contract.SELECTORS_PATH)
    )
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "Required parameter missing or the value is empty: data"},
    )


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"data": [NaN]}', b"[]", b'"\\ud800"', b"[" * 500 + b"]" * 500])
def test_what_is_no_json_object_is_a_400(sandbox: Open, body: Any) -> None:
    """A body that is no JSON object is refused with status and error."""
    answer = sandbox().http.post(contract.CRITERIA_PATH, content=body)
    assert (answer.status_code, answer.json()) == (400, {"status": 400, "error": "data was not valid JSON"})


def test_items_are_independent(sandbox: Open, selector: Build) -> None:
    """A bad item fails alone, and the good ones are saved."""
    caller = sandbox()
    results = caller.create("selector", selector("a"), selector("b", name=""), "x", selector("c"))
    assert [(result["external_id"], result["success"]) for result in results] == [
        ("a", True),
        ("b", False),
        (None, False),
        ("c", True),
    ]
    assert results[1] == {"external_id": "b", "success": False, "errors": ["name can't be blank"], "warnings": {}}
    assert [row["external_id"] for row in caller.rows("selector")] == ["c", "a"]


def test_a_bad_clause_is_dropped_with_an_echo(sandbox: Open, selector: Build) -> None:
    """Clauses that are bad, and the second of an attribute, are dropped with a warning each."""
    good = {"attribute": "item_id", "operator": "==", "value": "7"}
    bad = {"attribute": "colour", "operator": "~", "value": "", "extra": [1]}
    again = {"attribute": "item_id", "operator": "in", "value": "8,9"}
    caller = sandbox()
    (result,) = caller.create("selector", selector("a", base_items={"clauses": [good, bad, again, None]}))
    assert result == {
        "external_id": "a",
        "success": True,
        "errors": [],
        "warnings": {
            "base_items": {
                "clauses": [
                    {"message": f"{MISSING}attribute, operator, value", "item": bad},
                    {"message": DUPLICATE, "item": again},
                    {"message": f"{MISSING}attribute, operator, value", "item": None},
                ]
            }
        },
    }
    assert caller.row("selector", "a")["base_items"]["clauses"] == [good]


def test_a_selector_of_modifiers_needs_both_sides_on_create(sandbox: Open, selector: Build) -> None:
    """modifiers_only fails without clauses on both sides, but may be updated one side at a time."""
    caller = sandbox()
    (result,) = caller.create("selector", selector(filter_item_set="modifiers_only"))
    assert result["errors"] == ["modifiers can't be blank"]
    side = {"clauses": [{"attribute": "item_id", "operator": "==", "value": "7"}], "max_discount_units": 2}
    caller.create("selector", selector(filter_item_set="modifiers_only", modifiers=side))
    assert caller.update("selector", {"external_id": "sandwiches", "name": "S", "modifiers": side})[0]["success"]
    assert caller.row("selector", "sandwiches")["base_items"]["clauses"][0]["value"] == "10,11"


@pytest.mark.parametrize(("survive", "left"), [(False, (None, "")), (True, (2, "max_price"))])
def test_limits_of_modifiers_in_an_update_of_clauses(
    sandbox: Open, selector: Build, *, survive: bool, left: Any
) -> None:
    """Whether the limits of modifiers survive an update that sends only clauses is a setting."""
    caller = sandbox(settings=Settings(selector_limits_survive=survive))
    clauses = [{"attribute": "item_id", "operator": "==", "value": "7"}]
    side = {"clauses": clauses, "max_discount_units": 2, "processing_method": "max_price"}
    caller.create("selector", selector(modifiers=side))
    caller.update("selector", {"external_id": "sandwiches", "name": "S", "modifiers": {"clauses": clauses}})
    shown = caller.row("selector", "sandwiches")["modifiers"]
    assert (shown["max_discount_units"], shown["processing_method"]) == left


def test_updates_of_selectors_drop_in_silence(sandbox: Open, selector: Build) -> None:
    """PATCH of selectors answers without warnings, so that what it drops is only seen by reading."""
    caller = sandbox()
    caller.create("selector", selector())
    clauses = [{"attribute": "item_id", "operator": "==", "value": "7"}, {"attribute": "colour"}]
    (result,) = caller.update(
        "selector", {"external_id": "sandwiches", "name": "S", "base_items": {"clauses": clauses}}
    )
    assert result == {"external_id": "sandwiches", "success": True, "errors": []}
    assert caller.row("selector", "sandwiches")["base_items"]["clauses"] == clauses[:1]


def test_every_documented_warning_of_a_criterion(sandbox: Open, selector: Build, criterion: Build) -> None:
    """The warnings of a criterion are word for word those of the documents' own example."""
    caller = sandbox()
    caller.create("selector", selector("known"))
    filters = [
        {"line_item_selector_id": "", "processing_method": "max", "quantity": 5},
        {"line_item_selector_id": "invalid", "processing_method": "max_price", "quantity": 5},
        {"line_item_selector_id": "known", "processing_method": "min_price", "quantity": 6},
        {"line_item_selector_id": "known"},
    ]
    qualifiers = [
        {"expression_type": "", "line_item_selector_id": "invalid", "net_value": 1},
        {"expression_type": "net_quantity_equal_to", "line_item_selector_id": "known", "net_value": 0},
    ]
    receipt = [
        {"attribute": "total", "operator": ">=", "value": "10"},
        {"attribute": "total_amount", "operator": ">=", "value": "10"},
        {"attribute": "total_amount", "operator": "in", "value": "1"},
    ]
    (result,) = caller.create(
        "criterion",
        criterion(
            line_item_filters=filters,
            item_qualifiers=qualifiers,
            receipt_qualifiers=receipt,
            qualifying_expressions_operator="an",
            item_filter_expressions_operator="an",
            discount_evaluation_strategy="ma",
        ),
    )
    assert result["success"]
    assert result["warnings"] == {
        "line_item_filters": [
            {"message": f"{MISSING}line_item_selector_id, processing_method", "item": filters[0]},
            {"message": f"{MISSING}line_item_selector_id", "item": filters[1]},
            {"message": f"{MISSING}quantity", "item": filters[2]},
        ],
        "item_qualifiers": [
            {"message": f"{MISSING}line_item_selector_id, expression_type", "item": qualifiers[0]},
            {"message": f"{MISSING}net_value", "item": qualifiers[1]},
        ],
        "receipt_qualifiers": [
            {"message": f"{MISSING}attribute", "item": receipt[0]},
            {"message": DUPLICATE, "item": receipt[2]},
        ],
        **{
            name: [{"message": f"{MISSING}{name}", "item": {name: sent}}]
            for name, sent in {
                "qualifying_expressions_operator": "an",
                "item_filter_expressions_operator": "an",
                "discount_evaluation_strategy": "ma",
            }.items()
        },
    }


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"qc_processing_function": None}, "qc_processing_function can't be blank"),
        ({"qc_processing_function": "sum"}, "qc_processing_function is not included in the list"),
        ({"qc_processing_function": []}, "qc_processing_function is not included in the list"),
        ({"qc_processing_function": "hit_target_price"}, "target_price can't be blank for hit_target_price"),
        ({"amount_cap": -1}, "amount_cap must be greater than or equal to 0"),
        ({"amount_cap": 100000}, "amount_cap must be less than or equal to 99999"),
        ({"amount_cap": "3"}, "amount_cap is not a number"),
        ({"amount_cap": True}, "amount_cap is not a number"),
        ({"percentage_of_processed_amount": 0.5}, "percentage_of_processed_amount must be greater than or equal to 1"),
        ({"max_discount_units": 1.5}, "max_discount_units must be an integer"),
        ({"unit_discount": 0.001}, "unit_discount must be greater than or equal to 0.01"),
        ({"name": "x" * 256}, "name is too long (maximum is 255 characters)"),
        ({"rounding_rule": "up"}, "rounding_rule is not included in the list"),
        ({"effective_location": ["here"]}, "effective_location is invalid"),
        (
            {"effective_location": [f"location:{number}" for number in range(51)]},
            "effective_location is too long (maximum is 50 locations and groups)",
        ),
        ({"line_item_filters": "x"}, "line_item_filters must be a list"),
        (
            {"enable_menu_item_aggregator": "on"},
            "aggregator_grouping_attributes can't be blank when enable_menu_item_aggregator is true",
        ),
        (
            {"enable_menu_item_aggregator": True, "aggregator_grouping_attributes": {"item_id": False}},
            "aggregator_grouping_attributes must have at least one attribute",
        ),
    ],
)
def test_faults_that_fail_a_criterion(sandbox: Open, criterion: Build, changes: Json, error: str) -> None:
    """A fault in a scalar field fails the item, and nothing of it is saved."""
    caller = sandbox()
    (result,) = caller.create("criterion", criterion(**changes))
    assert (result["success"], result["errors"]) == (False, [error])
    assert caller.rows("criterion") == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": None}, "name can't be blank"),
        ({"receipt_rule": None}, "receipt_rule can't be blank"),
        ({"receipt_rule": {"qualifier_type": "flat"}}, "receipt_rule qualifier_type is not included in the list"),
        (
            {"receipt_rule": {"qualifier_type": "existing", "redeeming_criterion_id": "nobody"}},
            "receipt_rule redeeming_criterion_id could not be found",
        ),
        (
            {"receipt_rule": {"qualifier_type": "flat_discount", "discount_amount": 0}},
            "receipt_rule discount_amount must be greater than 0",
        ),
        (
            {"receipt_rule": {"qualifier_type": "new", "redeeming_criterion_id": "x"}},
            "receipt_rule redeeming_criterion can't be blank",
        ),
        ({"timezone": "Mars/Olympus"}, "timezone is not a supported time zone"),
        ({"timezone": "America/Toronto"}, "timezone is not a supported time zone"),
        ({"start_time": "2025-06-25T23:59:59Z"}, "start_time is not a valid time"),
        ({"end_time": "2025-02-30T00:00:00"}, "end_time is not a valid time"),
        ({"points": "12"}, "points is not a number"),
        ({"discount_channel": "web"}, "discount_channel is not included in the list"),
        ({"effective_location": ["location:12"]}, "effective_location is invalid"),
        (
            {"recurrence_schedule": {"occurrences": 6, "days_distance": 90}},
            "recurrence_schedule spans 450 days (maximum is 395 days)",
        ),
        ({"recurrence_schedule": {"days_distance": 396}}, "days_distance must be less than or equal to 395"),
    ],
)
def test_faults_that_fail_a_redeemable(sandbox: Open, redeemable: Build, changes: Json, error: str) -> None:
    """A redeemable fails for its scalars, its rule and the span of its repetitions."""
    caller = sandbox()
    (result,) = caller.create("redeemable", redeemable(**changes))
    assert (result["success"], result["errors"]) == (False, [error])
    assert caller.rows("redeemable") == []


def test_the_documented_span_of_repetitions_passes(sandbox: Open, redeemable: Build) -> None:
    """Three repetitions of ninety days are within the span."""
    schedule = {"occurrences": 3, "days_distance": 90}
    assert sandbox().create("redeemable", redeemable(recurrence_schedule=schedule))[0]["success"]


def test_a_failed_redeemable_leaves_no_criterion_behind(sandbox: Open, redeemable: Build, criterion: Build) -> None:
    """When a redeemable with an inline criterion fails, neither of the two is saved."""
    caller = sandbox(settings=Settings(unique_names=True))
    caller.create("redeemable", redeemable("a"))
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion()}
    assert caller.create("redeemable", redeemable("b", receipt_rule=rule))[0]["errors"] == [
        "name has already been taken"
    ]
    assert caller.rows("criterion") == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "x" * 226}, "name is too long (maximum is 225 characters)"),
        ({"max_discount_units": 0}, "max_discount_units must be greater than or equal to 1"),
        ({"target_price": 1.5}, "target_price must be an integer"),
        ({"effective_location": ["location:1"]}, "effective_location must be a string"),
        ({"external_id": None}, "receipt_rule redeeming_criterion external_id can't be blank"),
    ],
)
def test_the_inline_form_is_narrower(
    sandbox: Open, redeemable: Build, criterion: Build, changes: Json, error: str
) -> None:
    """What a criterion of its own may say can be too much for one inside a redeemable."""
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion(**changes)}
    assert sandbox().create("redeemable", redeemable(receipt_rule=rule))[0]["errors"] == [error]


@pytest.mark.parametrize(("method", "place"), [("POST", "top"), ("PATCH", "nested")])
@pytest.mark.parametrize("is_switched", [False, True])
def test_warnings_about_an_inline_criterion_sit_at_either_place(
    sandbox: Open, redeemable: Build, criterion: Build, *, method: str, place: str, is_switched: bool
) -> None:
    """POST puts them at the top and PATCH under the rule, unless the settings say the reverse."""
    if is_switched:
        place = {"top": "nested", "nested": "top"}[place]
    settings = Settings(create_warnings_at="nested", update_warnings_at="top") if is_switched else Settings()
    caller = sandbox(settings=settings)
    caller.create(
        "redeemable", redeemable(receipt_rule={"qualifier_type": "new", "redeeming_criterion": criterion("old")})
    )
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion(discount_evaluation_strategy="ma")}
    external_id = "five-off" if method == "PATCH" else "other"
    (result,) = caller.write(method, "redeemable", redeemable(external_id, receipt_rule=rule))
    name = "discount_evaluation_strategy"
    warnings = {name: [{"message": MISSING + name, "item": {name: "ma"}}]}
    assert result["warnings"] == (warnings if place == "top" else {"receipt_rule": {"redeeming_criterion": warnings}})


@pytest.mark.parametrize(
    ("choice", "successes", "count"),
    [("accept", [True, True], 2), ("refuse", [True, False], 1), ("update", [True, True], 1)],
)
def test_an_external_id_that_exists(
    sandbox: Open, selector: Build, choice: Any, successes: list[bool], count: int
) -> None:
    """A second POST of an external_id makes a duplicate, unless the settings refuse or update."""
    caller = sandbox(settings=Settings(duplicate_external_ids=choice))
    results = caller.create("selector", selector("a"), selector("a", name="Again"))
    assert [result["success"] for result in results] == successes
    assert len(caller.rows("selector")) == count


@pytest.mark.parametrize(("choice", "length"), [("hex", 40), ("uuid", 36)])
def test_an_external_id_is_made_up(sandbox: Open, selector: Build, choice: Any, length: int) -> None:
    """Where external_id is left out every create makes another object with an id of the server's."""
    caller = sandbox(settings=Settings(generated_ids=choice))
    item = selector()
    del item["external_id"]
    ids = [result["external_id"] for result in caller.create("selector", item, item)]
    assert [len(found) for found in ids] == [length, length]
    assert ids[0] != ids[1]


def test_an_unknown_external_id_is_not_updated(sandbox: Open) -> None:
    """PATCH of what is not there fails, and makes nothing."""
    caller = sandbox()
    (result,) = caller.update("criterion", {"external_id": "nobody", "name": "x"})
    assert (result["success"], result["errors"]) == (False, ["external_id could not be found"])
    assert caller.rows("criterion") == []


def test_an_update_changes_only_what_is_sent(sandbox: Open, criterion: Build) -> None:
    """The top level of a PATCH is merged."""
    caller = sandbox()
    caller.create("criterion", criterion(amount_cap=3))
    before = caller.row("criterion", "ten-percent")
    caller.update("criterion", {"external_id": "ten-percent", "amount_cap": 4})
    assert caller.row("criterion", "ten-percent") == {**before, "amount_cap": "4"}


def test_a_list_replaces_the_old_one_with_its_valid_members(sandbox: Open, criterion: Build) -> None:
    """A list is replaced whole; with only invalid members the old one stays; an empty one deletes."""
    caller = sandbox()
    old = {"attribute": "channel", "operator": "==", "value": "POS"}
    new = {"attribute": "receipt_day", "operator": "==", "value": "1"}
    caller.create("criterion", criterion(receipt_qualifiers=[old]))
    for sent, left in [([{"attribute": "x"}], [old]), ([new, {"attribute": "x"}], [new]), ([], [])]:
        caller.update("criterion", {"external_id": "ten-percent", "receipt_qualifiers": sent})
        assert caller.row("criterion", "ten-percent")["receipt_qualifier"] == left


@pytest.mark.parametrize(
    ("choice", "left"),
    [("replace", {"short_prompt": "B"}), ("merge", {"redemption_message": "M", "short_prompt": "B"})],
)
def test_a_nested_object_is_replaced_or_merged(sandbox: Open, redeemable: Build, choice: Any, left: Any) -> None:
    """Whether a member left out of a nested object survives is a setting."""
    caller = sandbox(settings=Settings(objects_on_update=choice))
    caller.create("redeemable", redeemable(template={"redemption_message": "M", "short_prompt": "A"}))
    caller.update("redeemable", {"external_id": "five-off", "template": {"short_prompt": "B"}})
    assert caller.row("redeemable", "five-off")["template"] == left


def test_a_nested_object_keeps_what_is_valid(sandbox: Open, redeemable: Build) -> None:
    """Invalid members of an object are dropped, only invalid ones change nothing, an empty object deletes."""
    caller = sandbox()
    caller.create("redeemable", redeemable(lag_duration={"value": 2, "units": "days"}))
    for sent, left in [
        ({"value": "x", "units": "weeks"}, {"value": 2, "units": "days"}),
        ({"value": 3, "units": "weeks"}, {"value": 3}),
        ({}, None),
    ]:
        caller.update("redeemable", {"external_id": "five-off", "lag_duration": sent})
        assert caller.row("redeemable", "five-off")["lag_duration"] == left


@pytest.mark.parametrize(("choice", "left"), [("clear", None), ("keep", "A")])
def test_a_null_clears_a_scalar_or_not(sandbox: Open, redeemable: Build, choice: Any, left: Any) -> None:
    """What a null does in a PATCH is a setting."""
    caller = sandbox(settings=Settings(null_on_update=choice, redeemable_texts_unset="null"))
    caller.create("redeemable", redeemable(note="A"))
    caller.update("redeemable", {"external_id": "five-off", "note": None})
    assert caller.row("redeemable", "five-off")["note"] == left


@pytest.mark.parametrize(("choice", "count"), [("another", 2), ("same", 1)])
def test_patching_new_again(sandbox: Open, redeemable: Build, criterion: Build, choice: Any, count: int) -> None:
    """Sending ``new`` again makes another criterion with the same id, or changes the one that is there."""
    caller = sandbox(settings=Settings(patching_new_again=choice))
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion()}
    caller.create("redeemable", redeemable(receipt_rule=rule))
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion(amount_cap=9)}
    caller.update("redeemable", {"external_id": "five-off", "receipt_rule": rule})
    assert [row["external_id"] for row in caller.rows("criterion")] == ["ten-percent"] * count
    assert caller.row("redeemable", "five-off")["receipt_rule"]["redeeming_criterion"]["amount_cap"] == 9


@pytest.mark.parametrize(("is_listed", "ids"), [(True, ["ten-percent"]), (False, [])])
def test_a_criterion_made_inside_a_redeemable_can_be_patched(
    sandbox: Open, redeemable: Build, criterion: Build, *, is_listed: bool, ids: list[str]
) -> None:
    """An inline criterion is in the criteria list and can be patched there, unless the settings hide it."""
    caller = sandbox(settings=Settings(inline_criteria_listed=is_listed))
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion()}
    caller.create("redeemable", redeemable(receipt_rule=rule))
    assert [row["external_id"] for row in caller.rows("criterion")] == ids
    (result,) = caller.update("criterion", {"external_id": "ten-percent", "amount_cap": 2})
    assert result["success"] is is_listed
    cap = caller.row("redeemable", "five-off")["receipt_rule"]["redeeming_criterion"]["amount_cap"]
    assert cap == (2 if is_listed else None)


@pytest.mark.parametrize(
    ("word", "read"), [("YES", True), ("on", True), (1, True), ("1", True), ("ja", False), (2, False), ([], False)]
)
def test_the_words_for_true(sandbox: Open, criterion: Build, *, word: Any, read: bool) -> None:
    """A criterion's booleans take five words for true and everything else for false."""
    caller = sandbox()
    caller.create("criterion", criterion(stack_discounting=word))
    assert caller.row("criterion", "ten-percent")["stack_discounting"] is read


def test_images_are_replaced_and_never_have_the_url_that_was_sent(sandbox: Open, redeemable: Build) -> None:
    """An image is shown at a URL of the server's; a bad URL, one too big and an unknown redeemable fail alone."""
    caller = sandbox()
    caller.create("redeemable", redeemable("a"), redeemable("b"))
    answer = caller.post(
        contract.IMAGES_PATH,
        {
            "data": [
                {"external_id": "a", "image_url": "https://img.example.com/a.png"},
                {"external_id": "b", "image_url": "ftp://img.example.com/a.png"},
                {"external_id": "b", "image_url": "https://img.example.com/oversized.png"},
                {"external_id": "c", "image_url": "https://img.example.com/a.png"},
            ]
        },
    )
    assert answer.json() == {
        "results": [
            {"external_id": "a", "success": True, "errors": []},
            {"external_id": "b", "success": False, "errors": ["image_url is invalid"]},
            {"external_id": "b", "success": False, "errors": ["image is too big (maximum is 500 KB)"]},
            {"external_id": "c", "success": False, "errors": ["external_id could not be found"]},
        ]
    }
    first = caller.row("redeemable", "a")["image"]
    caller.post(contract.IMAGES_PATH, {"data": [{"external_id": "a", "image_url": "https://img.example.com/b.png"}]})
    assert first.startswith("https://media.sandbox.invalid/redeemables/")
    assert caller.row("redeemable", "a")["image"] not in (first, None)


def test_of_several_with_one_id_the_first_is_updated(sandbox: Open, selector: Build) -> None:
    """Where an external_id is there twice, an update reaches the one that was made first."""
    caller = sandbox()
    caller.create("selector", selector("a", name="First"), selector("a", name="Second"))
    caller.update("selector", {"external_id": "a", "name": "Changed"})
    assert [row["name"] for row in caller.rows("selector")] == ["Second", "Changed"]


def test_new_with_another_id_is_another_criterion(sandbox: Open, redeemable: Build, criterion: Build) -> None:
    """Even where ``new`` changes the criterion that is there, one with another id is made anew."""
    caller = sandbox(settings=Settings(patching_new_again="same"))
    for external_id in ("one", "two"):
        rule = {"qualifier_type": "new", "redeeming_criterion": criterion(external_id)}
        caller.write("PATCH" if external_id == "two" else "POST", "redeemable", redeemable(receipt_rule=rule))
    assert [row["external_id"] for row in caller.rows("criterion")] == ["two", "one"]
    assert caller.row("redeemable", "five-off")["receipt_rule"]["redeeming_criterion_id"] == "two"


def test_bounds_are_inclusive(sandbox: Open, criterion: Build) -> None:
    """The documented bounds themselves are taken."""
    lowest = {"amount_cap": 0, "percentage_of_processed_amount": 1, "max_discount_units": 0, "unit_discount": 0.01}
    highest = {"amount_cap": 99999, "percentage_of_processed_amount": 99999, "max_discount_units": 99999}
    results = sandbox().create("criterion", criterion("a", **lowest), criterion("b", **highest, name="x" * 255))
    assert [result["errors"] for result in results] == [[], []]


def test_clauses_that_are_all_bad_change_nothing(sandbox: Open, selector: Build) -> None:
    """An update with only bad clauses leaves the old ones, a create saves none."""
    caller = sandbox()
    bad = {"clauses": [{"attribute": "colour", "operator": "==", "value": "red"}]}
    caller.create("selector", selector("a"), selector("b", base_items=bad))
    caller.update("selector", {"external_id": "a", "name": "A", "base_items": bad})
    assert caller.row("selector", "a")["base_items"]["clauses"] == selector()["base_items"]["clauses"]
    assert "base_items" not in caller.row("selector", "b")
