"""JSON on its way out and in: not a digit is lost."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_sync.wire.payload import from_json, to_json

_decimals = st.decimals(allow_nan=False, allow_infinity=False, places=8) | st.decimals(
    min_value=-(10**30), max_value=10**30, allow_nan=False, allow_infinity=False
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | _decimals | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(_values)
def test_what_goes_out_comes_back(value: Any) -> None:
    """Decimals and whole numbers of any size are the same after a round trip."""
    assert from_json(to_json(value)) == value


@pytest.mark.parametrize("text", ["5.00", "0.1", "0.30000000000000004", "123456789012345678901234.5", "1e-7", "-0.0"])
def test_numbers_come_in_as_they_were_sent(text: str) -> None:
    """No number passes through a binary float."""
    assert from_json(f'{{"n": {text}}}'.encode()) == {"n": Decimal(text)}


@pytest.mark.parametrize("number", [Decimal("5.00"), Decimal("0.1"), Decimal("1E+3"), Decimal("1E-10")])
def test_decimals_go_out_as_plain_numbers(number: Decimal) -> None:
    """They are neither text nor in exponents."""
    assert to_json([number]).decode() == f"[{number:f}]"


@pytest.mark.parametrize("body", [b"NaN", b"[Infinity]", b"{", b"", b"<html>", b'{"a": 1,}', b"[" * 50_000, b"\xff"])
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    """One exception for all of it."""
    with pytest.raises(ValueError):  # noqa: PT011  whatever its words
        from_json(body)


def test_half_of_a_surrogate_pair_is_replaced() -> None:
    """Text that could never be printed or stored again does not get in, and does not get out."""
    body = json.dumps({"name": "half \ud83c", "whole": "\U0001f354", "\ud83c": [1.5]}).encode("ascii")
    assert from_json(body) == {"name": "half \ufffd", "whole": "\U0001f354", "\ufffd": [Decimal("1.5")]}
    assert json.loads(to_json({"name": "half \ud83c"})) == {"name": "half \ufffd"}
