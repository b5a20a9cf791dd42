"""`offers explain`: what a field, a kind, a word or a code means, on terminals of any width."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from textwrap import dedent
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from offers_sync.cli.main import run
from offers_sync.codes import all_codes
from offers_sync.contract import FIELD_NEEDED_BY
from offers_sync.findings import Severity
from offers_sync.loading.composing import read_values
from offers_sync.loading.project_rules import Surroundings
from offers_sync.loading.texts import FileText
from offers_sync.loading.validating import examine_document, examine_project
from offers_sync.models.explaining import FieldPage, all_places, explain
from offers_sync.models.json_schema import PROJECT, described_schema, model_of
from offers_sync.reporting.published import published_schema

SURROUNDINGS = Surroundings(hosts=(), now=datetime(2026, 1, 15, tzinfo=UTC))
CAPPED = FIELD_NEEDED_BY["max_discount_units"]
Golden = Callable[[str, str], None]


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints when it succeeds."""
    assert run(["explain", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "name",
    [
        "redeemable",
        "redeemable.schedule.expiry_days",
        "redeemable.receipt_rule.criterion.line_item_filters.quantity",
        "criterion.receipt_qualifiers.operator",
        "project.environments.token",
        "offers.yaml",
        "criterion.max_discount_units",
        "unknown-field",
        "deal-without-segment",
        "max_price",
        "start",
    ],
)
def test_pages(name: str, capsys: pytest.CaptureFixture[str], golden: Golden) -> None:
    """The pages read as the golden files have them."""
    golden(f"explain-{name}.txt", explained(capsys, name))


def test_a_narrow_terminal(capsys: pytest.CaptureFixture[str], golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty columns are enough: nothing but an example is wider."""
    monkeypatch.setenv("COLUMNS", "40")

    page = explained(capsys, "criterion.item_qualifiers.expression_type")

    golden("explain-narrow.txt", page)
    prose, _, _ = page.partition("\nExample\n")
    too_wide = [line for line in prose.splitlines() if len(line) > 40 and " " in line.strip()]
    assert too_wide == []


def test_the_help_shows_examples_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Each example of a call has a line of its own."""
    assert run(["explain", "--help"]) == 0
    assert "\n  offers explain redeemable.schedule.expiry_days\n" in capsys.readouterr().out


def test_alone_it_lists_kinds_and_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Every kind of file and every code is on the list."""
    page = explained(capsys)

    for name in ("offers.yaml", "selector", "criterion", "redeemable", "schedule", "locale", "campaign"):
        assert f"  {name} " in page
    for code in all_codes():
        assert f"  {code.name}" in page


def test_every_path_leads_to_its_page() -> None:
    """Whatever a kind lists can be asked for by the path it is listed under."""
    for place in all_places():
        page = explain(".".join(place.path))
        assert page is not None
        assert page.path == ".".join(place.path)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("project.environments.production.token", "project.environments.token"),
        ("offers.yaml.guards.updates", "project.guards.updates"),
        ("criterion.line_item_filters.0.quantity", "criterion.line_item_filters.quantity"),
        ("locale.redeemables.ten-off-sandwich.name", "locale.redeemables.name"),
        ("redeemable.locales.fr.description", "redeemable.locales.description"),
        ("indefinetely", "schedule.indefinitely"),
        ("segment_definition_id", "redeemable.segment"),
        ("qualifier_type", "redeemable.receipt_rule"),
        ("expiry_days", "schedule.expiry_days"),
    ],
)
def test_names_that_lead_to_a_field(name: str, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Paths go through lists and maps; the vendor's own names and bare names are found too."""
    page = json.loads(explained(capsys, name, "--format", "json"))

    assert (page["type"], page["path"]) == ("field", path)


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("redemable", "redeemable"),
        ("redeemable.schedule.expiry_day", "redeemable.schedule.expiry_days"),
        ("unknown-feild", "unknown-field"),
        ("sum_amount", "sum_amounts"),
    ],
)
def test_an_unknown_name_gets_a_guess(name: str, guess: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is nearly right is answered with the right one, as invalid input."""
    assert run(["explain", name]) == 3

    told = capsys.readouterr()
    assert told.out == ""
    assert f"nothing here is called `{name}`" in told.err
    assert f"did you mean `{guess}`" in told.err


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("redeemable.start_time", "did you mean `redeemable.schedule.start`?"),
        ("redeemable.start", "did you mean `redeemable.schedule.start`?"),
        ("redeemable.segment_definition_id", "did you mean `redeemable.segment`?"),
        (
            "criterion.line_item_selector_id",
            "did you mean `criterion.line_item_filters.selector` or `criterion.item_qualifiers.selector`?",
        ),
        (
            "redeemable.receipt_rule.qc_processing_function",
            "did you mean `redeemable.receipt_rule.criterion.qc_processing_function`?",
        ),
        ("project.environments.production.tokn", "did you mean `project.environments.production.token`?"),
        ("redeemable.descripton", "did you mean `redeemable.description` or `redeemable.locales.description`?"),
        ("schedule.nothing_like_it", "`offers explain` lists what there is"),
    ],
)
def test_a_name_below_what_is_known_is_looked_for_there(
    name: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The vendor's names, and fields that stand deeper, lead to where they are; as validate says it too."""
    assert run(["explain", name]) == 3
    assert capsys.readouterr().err.splitlines()[-1] == f"hint: {hint}"


@pytest.mark.parametrize("name", ["zzz", "redeemable.", "..", "", "project.environments.x.y.token"])
def test_a_name_that_is_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is asked for, the answer is an explanation or an error with a hint."""
    assert run(["explain", name]) == 3
    assert "hint: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        (
            "criterion.max_discount_units",
            f"needed when qc_processing_function is {', '.join(CAPPED[:-1])} or {CAPPED[-1]}",
        ),
        ("criterion.line_item_filters.quantity", "needed when processing_method is max_price or min_price"),
        ("schedule.end", "not when indefinitely is true"),
        ("redeemable.receipt_rule.flat_discount", "not when criterion is given"),
        ("redeemable.receipt_rule.criterion", "not when flat_discount is given"),
        ("project.environments.token", "needed when server is an address"),
        ("project.allow.code", "not when guard is given"),
        ("project.allow.code", "exactly one of guard and code is needed"),
        ("redeemable.receipt_rule.flat_discount", "exactly one of criterion and flat_discount is needed"),
        ("redeemable.receipt_rule.criterion", "exactly one of criterion and flat_discount is needed"),
        (
            "project.allow.limit",
            "exactly one of limit and key is needed when guard is creates, updates or live_edits",
        ),
        ("project.allow.limit", "not when code is given"),
        ("project.allow.limit", "not when guard is lookalike"),
        ("project.allow.key", "needed when guard is lookalike"),
    ],
)
def test_what_other_fields_make_of_it(name: str, condition: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A field that others make necessary, or exclude, says so."""
    page = json.loads(explained(capsys, name, "--format", "json"))

    assert condition in page["conditions"]


def test_a_field_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets all that is known of a field."""
    page = json.loads(explained(capsys, "--format", "json", "criterion.discount_evaluation_strategy"))

    assert page == {
        "format_version": 1,
        "type": "field",
        "path": "criterion.discount_evaluation_strategy",
        "description": "Which discount is picked where any one filter counts: the smallest (the default) or the "
        "largest.",
        "type_words": "one of 2 words",
        "is_required": False,
        "is_nullable": True,
        "is_clearable": True,
        "is_write_only": True,
        "default": {"value": "Min", "is_the_servers": True},
        "vendor_name": "discount_evaluation_strategy",
        "words": [
            {"word": "Min", "meaning": "the smallest discount is taken"},
            {"word": "Max", "meaning": "the largest discount is taken"},
        ],
        "examples": [{"kind": "criterion", "discount_evaluation_strategy": "Max"}],
        "conditions": [],
        "fields": [],
        "also": [],
    }


def test_a_code_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A program learns of a code what a person does."""
    page = json.loads(explained(capsys, "--format", "json", "wrong-value"))

    assert page["type"] == "code"
    assert page["severity"] == "error"
    assert page["can_be_waived"] is False
    assert page["example"]["mended"].endswith("discount_channel: online_only\n")


@pytest.mark.parametrize("name", [None, "sum_amounts", "start", "redeemable", "criterion.amount_cap", "no-filter"])
def test_every_page_is_json_as_its_schema_says(name: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind of page has a version, says which it is, and is valid by what `offers schema explain` gives."""
    page = json.loads(explained(capsys, *filter(None, [name]), "--format", "json"))

    assert page["format_version"] == 1
    Draft202012Validator(published_schema("explain")).validate(page)


def test_the_schema_of_pages_can_refuse() -> None:
    """A page without what its type promises is no page."""
    validator = Draft202012Validator(published_schema("explain"))

    for kind in ("field", "word", "places", "code", "index"):
        assert not validator.is_valid({"format_version": 1, "type": kind})


def test_every_code_has_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    """A code's page says its weight, what to do, and whether it can be waived."""
    for code in all_codes():
        page = explained(capsys, code.name)
        assert page.startswith(f"{code.name} ({code.severity})\n")
        is_final = code.severity == "error" or code.name in ("environments-changed", "list-incomplete", "kept-back")
        assert ("cannot be waived" in page) == is_final
        assert (f"- code: {code.name}\n" in page) == (not is_final)


# --------------------------------------------------------------------------------------------------- the examples

EARLIEST_DATE = "2040"
"""Years from now an example is still of something that is ahead."""


def required_fields(root: str) -> dict[str, Any]:
    """The fields that a file of a kind cannot do without, by the first example of each."""
    schema = described_schema(model_of(root))
    members = ((name, schema["properties"][name]) for name in schema["required"])
    return {name: member["const"] if "const" in member else member["examples"][0] for name, member in members}


def pasted(root: str, page: str) -> list[Any]:
    """What a file holds into which each example of a page was pasted, beside what it cannot do without."""
    _, _, examples = page.partition("\nExample\n\n")
    texts = [dedent(text) for text in examples.split("\n\n") if text.strip()]
    written = [read_values(FileText("a.yaml", text)).documents[0] for text in texts]
    return [{**required_fields(root), **each} for each in written]


PATHS = [".".join(place.path) for place in all_places()]


@pytest.mark.parametrize("path", PATHS)
def test_every_example_is_valid_where_it_is_pasted(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With no more than what the document cannot do without, nothing is held against it."""
    root = path.partition(".")[0]

    for document in pasted(root, explained(capsys, path)):
        examined = examine_project(document, SURROUNDINGS) if root == PROJECT else examine_document(document)
        assert [found.message for found in examined.complaints if found.code.severity is Severity.ERROR] == []


@pytest.mark.parametrize("path", PATHS)
def test_every_example_is_of_the_time_ahead(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No example shows a date that is past, or soon will be."""
    years = re.findall(r"\b(20[0-9]{2})-[0-9]{2}-[0-9]{2}", explained(capsys, path).partition("\nExample\n\n")[2])

    assert all(year >= EARLIEST_DATE for year in years)


@pytest.mark.parametrize("path", PATHS)
def test_every_field_has_an_example(path: str) -> None:
    """Nothing is explained by words alone."""
    page = explain(path)

    assert isinstance(page, FieldPage)
    assert page.examples or path.endswith(".kind")


@pytest.mark.parametrize(
    ("path", "example"),
    [
        (
            "criterion.enable_menu_item_aggregator",
            {"enable_menu_item_aggregator": True, "aggregator_grouping_attributes": {"item_id": True}},
        ),
        (
            "criterion.line_item_filters.processing_method",
            {"line_item_filters": [{"selector": "sandwiches", "processing_method": "max_price", "quantity": 1}]},
        ),
        (
            "criterion.item_qualifiers.expression_type",
            {
                "item_qualifiers": [
                    {
                        "selector": "sandwiches",
                        "expression_type": "net_quantity_greater_than_or_equal_to",
                        "net_value": 2,
                    }
                ]
            },
        ),
        ("criterion.line_item_filters.selector", {"line_item_filters": [{"selector": "sandwiches"}]}),
        ("criterion.amount_cap", {"amount_cap": 3}),
    ],
)
def test_an_example_has_what_it_needs_and_no_more(path: str, example: dict[str, Any]) -> None:
    """Other fields stand beside it where a rule asks for them, or the entry of a list cannot be without."""
    page = explain(path)

    assert isinstance(page, FieldPage)
    assert page.examples == ({"kind": "criterion", **example},)


def test_examples_of_fields_that_go_together_go_together() -> None:
    """The second operator stands beside the second value."""
    page = explain("criterion.receipt_qualifiers.operator")

    assert isinstance(page, FieldPage)
    assert [example["receipt_qualifiers"] for example in page.examples] == [
        [{"attribute": "receipt_hour", "operator": "in_range", "value": "14..17"}],
        [{"attribute": "receipt_hour", "operator": ">=", "value": "10"}],
    ]


def test_a_receipt_rule_is_shown_in_each_of_its_forms() -> None:
    """By key, by the id of what git does not manage, and written out."""
    page = explain("redeemable.receipt_rule.criterion")

    assert isinstance(page, FieldPage)
    assert [example["receipt_rule"]["criterion"] for example in page.examples] == [
        "ten-percent-sandwiches",
        {"external_id": "5f0c6f0e-6a43-4a3f-9f62-0d4f8a1f6c11"},
        {
            "qc_processing_function": "sum_amounts",
            "percentage_of_processed_amount": 10,
            "line_item_filters": [{"selector": "sandwiches"}],
        },
    ]


@pytest.mark.parametrize(
    ("path", "is_clearable"),
    [
        ("redeemable.description", True),
        ("redeemable.segment", True),
        ("schedule.end", True),
        ("criterion.line_item_filters", True),
        ("redeemable.external_id", False),
        ("redeemable.receipt_rule.criterion", False),
        ("redeemable.receipt_rule.criterion.external_id", False),
        ("redeemable.receipt_rule.flat_discount", False),
        ("redeemable.retired", False),
        ("campaign.external_campaign_id", False),
        ("campaign.campaign_type", False),
        ("campaign.timezone", False),
        ("project.environments.brand", False),
        ("redeemable.name", False),
        ("redeemable.image", False),
    ],
)
def test_what_null_clears(path: str, is_clearable: bool, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: FBT001
    """Only what the server has, and what null is sent for, is cleared by it."""
    assert ("null clears what was there" in explained(capsys, path)) == is_clearable
