"""From places in payloads to places in documents, and to the very text of the files."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from damage import at
from hypothesis import given, settings
from strategies import WrittenProject, as_yaml, projects

from offers_sync.loading.files import RawFile
from offers_sync.loading.loading import Loaded, load_files
from offers_sync.loading.resolving import resolve
from offers_sync.models.values import Desired, Tree
from offers_sync.planning.annotating import place_of
from offers_sync.planning.tracing import document_pointer, find_warned
from offers_sync.wire import codec

REFERENCES: Final = ("line_item_selector_id", "redeeming_criterion_id", "effective_location", "qualifier_type")
"""What stands in a payload in other words than in the file."""


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/name", "/name"),
        ("/start_time", "/schedule/start"),
        ("/indefinetely", "/schedule/indefinitely"),
        ("/lag_duration/value", "/schedule/lag/value"),
        ("/recurrence_schedule/occurrences", "/schedule/recurrence/occurrences"),
        ("/alternate_locale_name/1/translation", "/locales/fr/name"),
        ("/alternate_locale_description/0/language", "/locales/es/description"),
        ("/alternate_locale_description/7", "/locales"),
        ("/segment_definition_id", "/segment"),
        ("/receipt_rule", "/receipt_rule"),
        ("/receipt_rule/qualifier_type", "/receipt_rule"),
        ("/receipt_rule/redeeming_criterion_id", "/receipt_rule/criterion"),
        ("/receipt_rule/discount_amount", "/receipt_rule/flat_discount"),
        (
            "/receipt_rule/redeeming_criterion/line_item_filters/2/line_item_selector_id",
            "/receipt_rule/criterion/line_item_filters/2/selector",
        ),
        ("/receipt_rule/redeeming_criterion/amount_cap", "/receipt_rule/criterion/amount_cap"),
        ("/template/short_prompt", "/template/short_prompt"),
    ],
)
def test_a_place_in_an_offers_payload_leads_to_its_document(pointer: str, expected: str) -> None:
    """Every renaming and reshaping of a redeemable is undone."""
    payload = {
        "alternate_locale_name": [{"language": "es"}, {"language": "fr"}],
        "alternate_locale_description": [{"language": "es"}],
    }
    assert document_pointer("redeemable", pointer, payload) == expected


def _files(written: WrittenProject) -> Iterator[RawFile]:
    yield RawFile("offers.yaml", as_yaml([written.offers]).encode())
    for index, document in enumerate(written.documents):
        yield RawFile(f"documents/{index}.yaml", as_yaml([document]).encode())


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _leaves(member, (*path, index))
    elif isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        yield path


def _written_at(loaded: Loaded, desired: Desired, pointer: str) -> Any:
    """The text that stands in the file where a value of a document is written."""
    place = place_of(desired, pointer, loaded.locate)
    assert place is not None, (desired, pointer)
    position, line = place
    lines = loaded.texts[position.file].text.split("\n")
    assert lines[position.line - 1] == line
    piece = lines[position.line - 1 : position.end_line]
    piece[-1] = piece[-1][: position.end_column - 1]
    piece[0] = piece[0][position.column - 1 :]
    return yaml.load("\n".join(piece), Loader=yaml.BaseLoader)  # noqa: S506  texts only


def _is_same(value: Any, text: Any) -> bool:
    if isinstance(value, str):
        return bool(value == text)
    try:
        return bool(Decimal(str(text)) == value)
    except InvalidOperation:
        return False


@settings(max_examples=40)
@given(projects())
def test_a_place_in_a_payload_leads_to_the_very_text(written: WrittenProject) -> None:
    """Every text and number of every payload is found where it is written: inline, in a schedule, in a catalogue."""
    loaded = load_files(Path(), _files(written))
    for desired in resolve(loaded, "sandbox").desired:
        if desired.kind == "campaign":
            continue
        payload: Tree = codec.encode(desired.kind, desired.fields)
        for path in _leaves(payload):
            if path[0] in ("start_time", "end_time", "timezone") or set(path) & set(REFERENCES):
                continue
            pointer = document_pointer(desired.kind, "".join(f"/{step}" for step in path), payload)
            if path[0] in ("alternate_locale_name", "alternate_locale_description") and path[-1] == "language":
                continue
            assert _is_same(at(payload, path), _written_at(loaded, desired, pointer)), (path, pointer)


CLAUSE: Final = {"attribute": "item_id", "operator": "in", "value": "1"}


@pytest.mark.parametrize(
    ("place", "message", "item", "expected"),
    [
        (
            "line_item_filters",
            "Required parameters missing or invalid: line_item_selector_id, quantity",
            {"line_item_selector_id": "b", "quantity": 9},
            "/line_item_filters/1/line_item_selector_id",
        ),
        (
            "receipt_rule.redeeming_criterion.line_item_filters",
            "Required parameters missing or invalid: quantity",
            {"line_item_selector_id": "b", "quantity": Decimal(9)},
            "/line_item_filters/1/quantity",
        ),
        ("base_items.clauses", "Required parameter is duplicate: attribute", CLAUSE, "/base_items/clauses/1/attribute"),
        (
            "qualifying_expressions_operator",
            "Required parameters missing or invalid: qualifying_expressions_operator",
            {"qualifying_expressions_operator": "all"},
            "/qualifying_expressions_operator",
        ),
        (
            "qualifying_expressions_operator",
            "Required parameters missing or invalid: qualifying_expressions_operator",
            {"qualifying_expressions_operator": "any"},
            None,
        ),
        (
            "line_item_filters",
            "Required parameters missing or invalid: line_item_selector_id",
            {"line_item_selector_id": "a"},
            "/line_item_filters/0/line_item_selector_id",
        ),
        (
            "line_item_filters",
            "Required parameters missing or invalid: line_item_selector_id",
            {"line_item_selector_id": "d"},
            None,
        ),
        ("line_item_filters", "Some other text", {"line_item_selector_id": "b", "quantity": 9}, "/line_item_filters/1"),
        ("", "Some other text", {"line_item_selector_id": "b", "quantity": 9}, "/line_item_filters/1"),
        ("line_item_filters", "Some other text", {"line_item_selector_id": "b", "quantity": 4}, None),
        ("line_item_filters", "Some other text", {"line_item_selector_id": "c", "quantity": True}, None),
        ("nowhere.at.all", "Some other text", None, None),
    ],
)
def test_a_warning_leads_to_the_part_that_it_echoes(place: str, message: str, item: Any, expected: str | None) -> None:
    """The echoed item is looked for where the warning hung; what is no longer written is not found."""
    payload = {
        "line_item_filters": [
            {"line_item_selector_id": "a"},
            {"line_item_selector_id": "b", "quantity": 9},
            {"line_item_selector_id": "c", "quantity": 1},
        ],
        "base_items": {"clauses": [CLAUSE, CLAUSE]},
        "qualifying_expressions_operator": "all",
    }
    assert find_warned(payload, {"place": place, "message": message, "item": item}) == expected


def test_a_warning_about_an_inline_criterion_hangs_at_the_top_or_below_the_rule() -> None:
    """POST and PATCH put these warnings in different places; both lead to the one list."""
    payload = {"receipt_rule": {"redeeming_criterion": {"item_qualifiers": [{"net_value": 0}]}}}
    for place in ("item_qualifiers", "receipt_rule.redeeming_criterion.item_qualifiers"):
        warning = {"place": place, "message": "?", "item": {"net_value": 0}}
        assert find_warned(payload, warning) == "/receipt_rule/redeeming_criterion/item_qualifiers/0"
