"""What an unquoted scalar is taken for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import WrittenFiles

from offers_sync.loading.composing import read_values
from offers_sync.loading.scalars import PLAIN_VALUES
from offers_sync.loading.texts import FileText
from offers_sync.models.fields import OddScalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-17", -17),
        ("5.99", Decimal("5.99")),
        ("-0.50", Decimal("-0.50")),
        ("10.0", Decimal("10.0")),
    ],
)
def test_the_core_schema_is_understood(text: str, value: Any) -> None:
    """Null, booleans and plain numbers are what every reader takes them for; a decimal is never a binary float."""
    assert PLAIN_VALUES[text] == value
    assert type(PLAIN_VALUES[text]) is type(value)


@pytest.mark.parametrize(
    "text",
    ["no", "No", "NO", "yes", "on", "off", "y", "n", "12:30", "190:20:30", "2025-01-01", "2025-01-01T00:00:00Z",
     "1_000", "1,000", "0b101", "1.2.3", "1e", "--1", "-", "+", ".", "..", "14..17", "nul", "truee", "<<", "=", "١٢",
     "Infinity", "5%", "-a", "None"],
)  # fmt: skip
def test_what_surprises_in_other_readers_is_text(text: str) -> None:
    """Words, clock times, dates and digits with strokes stay exactly what was written."""
    assert PLAIN_VALUES[text] == text


@pytest.mark.parametrize(
    "text",
    ["007", "-007", "00", "-0", "+5", "+5.5", ".5", "5.", "-.5", "1e3", "1.5E-3", "0x1F", "0o17", ".inf", "-.INF",
     ".NaN", "True", "TRUE", "False", "FALSE", "Null", "NULL", "9" * 301],
)  # fmt: skip
def test_forms_that_readers_disagree_about_keep_their_text(text: str) -> None:
    """Whether such a form may stand is the field's decision, and the text is there to show."""
    assert PLAIN_VALUES[text] == OddScalar(text)


@given(st.text(alphabet="+-.0123456789eExXo_:, aFnul~TrRue", max_size=12))
def test_every_number_is_written_back_as_it_was(text: str) -> None:
    """Nothing is lost by reading: a value says the text it came from, or is nothing at all."""
    value = PLAIN_VALUES[text]

    match value:
        case None:
            assert text in ("", "~", "null")
        case bool():
            assert text == str(value).lower()
        case Decimal():
            assert text == f"{value:f}"
        case _:
            assert text == str(value)


@pytest.mark.parametrize("text", ["1.10", "007", "0x1F", "no", "true", "12:30", "2001,2002", "1e3", "-0", "0.00000001"])
def test_a_clause_value_is_its_source_text(project: WrittenFiles, text: str) -> None:
    """Item ids and the like arrive as they were written, quoted or not."""
    project.write(
        "a.yaml",
        f"""\
        kind: selector
        key: a
        name: A
        base_items:
          clauses:
            - attribute: item_id
              operator: ==
              value: {text}
        """,
    )

    assert project.findings() == ()
    assert project.desired("selector", "a").fields["base_items"]["clauses"][0]["value"] == text


def test_a_quoted_scalar_is_always_text() -> None:
    """Quotes settle it, whatever stands between them."""
    values = read_values(FileText("a.yaml", "- '007'\n- \"true\"\n- ''\n- '~'\n- !!str 007\n- |-\n  12\n"))

    assert values.documents == (["007", "true", "", "~", "007", "12"],)
    assert values.complaints == ()
