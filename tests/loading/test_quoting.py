"""What our hints write as YAML is YAML, and means what it is to mean."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from offers_sync.loading.composing import read_values
from offers_sync.loading.quoting import as_flow, torn_text
from offers_sync.loading.texts import FileText
from offers_sync.loading.vocabulary import advise_missing, models_in
from offers_sync.models.kinds import KINDS
from offers_sync.models.project import Project

ROOTS = (Project, *KINDS.values())


def read(text: str) -> Any:
    """The one document of a text, which is YAML."""
    values = read_values(FileText("hint.yaml", text))
    assert values.complaints == ()
    (document,) = values.documents
    return document


def exact(value: Any) -> Any:
    """A value with decimals for floats, as files are read."""
    if isinstance(value, dict):
        return {name: exact(member) for name, member in value.items()}
    if isinstance(value, list):
        return [exact(member) for member in value]
    return Decimal(str(value)) if isinstance(value, float) else value


def fields_below(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every field of a model and of those inside it, with its first example."""
    for name, facts in model.model_fields.items():
        if facts.examples:
            yield (*path, name), facts.examples[0]
        for nested in models_in(facts.annotation):
            yield from fields_below(nested, (*path, name))


@pytest.mark.parametrize("root", ROOTS)
def test_a_line_that_a_hint_adds_is_read_as_the_example_that_it_shows(root: type[BaseModel]) -> None:
    """In a document by itself, and between brackets."""
    for path, example in fields_below(root):
        line = advise_missing(root, path).removeprefix("add a line such as `").removesuffix("`")

        assert read(line) == {path[-1]: exact(example)}, line
        assert read(f"{{x: [{{{line}}}]}}") == {"x": [{path[-1]: exact(example)}]}, line


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2001,2002", '"2001,2002"'),
        (">=", '">="'),
        ("10", '"10"'),
        ("no", "no"),
        ("true", '"true"'),
        ("10% off any sandwich", "10% off any sandwich"),
        ("2026-06-01T00:00:00", "2026-06-01T00:00:00"),
        ("location:1234", "location:1234"),
        ("${KEY}", '"${KEY}"'),
        ('say "hi", you', "'say \"hi\", you'"),
        ("it's [new]", '"it\'s [new]"'),
        ("", '""'),
        ("#1", '"#1"'),
        ({"a": [1, True, None]}, "{a: [1, true, null]}"),
    ],
)
def test_what_needs_quotes_has_them_and_nothing_else(value: Any, written: str) -> None:
    """A hint is short to read, and right to copy."""
    assert as_flow(value) == written


LEAVES = st.one_of(
    st.text(), st.text("a1 ,:#-?[]{}'\"\\&*!|>%@`=<~.\n\t", max_size=6), st.integers(), st.booleans(), st.none()
)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner), max_leaves=6))
def test_whatever_is_written_on_one_line_is_read_as_the_same_value(value: Any) -> None:
    """Between brackets and outside of them."""
    assert read(f"x: {as_flow(value)}") == {"x": value}
    assert read(f"{{x: [{as_flow(value)}]}}") == {"x": [value]}
    assert "\n" not in as_flow(value)


@pytest.mark.parametrize(
    ("line", "part", "torn"),
    [
        ("{value: 1,200}", "200", "1,200"),
        ("{value: a,b,c}", "b", "a,b,c"),
        ("{value: a, b}", "b", ""),
        ("{a: 1,b: 2}", "b", ""),
        ("{a: 1", "1", ""),
    ],
)
def test_a_text_that_a_comma_tore_apart_is_found_whole(line: str, part: str, torn: str) -> None:
    """Where no blank stands after the comma, and no colon after the part."""
    start = line.index(part)

    assert torn_text(line, start, start + len(part)) == torn
