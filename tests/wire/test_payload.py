"""JSON on its way out and in: not a digit is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_sync.wire.payload import exactly, from_json, from_long_json, to_json

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


_numbers = st.one_of(
    st.decimals(-(10**12), 10**12, places=2),
    st.decimals(-(10**6), 10**6, places=9),
    st.decimals(-(10**6), 10**6, places=20),
    st.integers(-(10**30), 10**30).map(Decimal),
    st.builds("{}e{}".format, st.integers(-(10**17), 10**17), st.integers(-250, 250)).map(Decimal),
)


@given(st.lists(_numbers, max_size=5), st.booleans())
def test_the_quick_way_is_as_exact(numbers: list[Decimal], has_exponents: bool) -> None:  # noqa: FBT001
    """Whatever the numbers, in points or with exponents: both ways of parsing come to the same decimals."""
    texts = [str(number) if has_exponents else f"{number:f}" for number in numbers]
    body = f'{{"texts": {json.dumps(texts)}, "numbers": [{", ".join(texts)}], "one": [{{"n": 0.5}}]}}'.encode()
    quick = exactly(from_long_json(body))
    assert quick == from_json(body) == {"texts": texts, "numbers": numbers, "one": [{"n": Decimal("0.5")}]}
    assert not any(isinstance(number, float) for number in quick["numbers"])


@pytest.mark.parametrize(
    "text",
    [
        *("5.00", "0.1", "0.30000000000000004", "1234567890123456.5", "1e-7", "12e3", "-0.0"),
        *("9.123456789012341", "9123456789012341e-3", "99999999999999999999", "999999999999999.5e1"),
    ],
)
def test_the_quick_way_keeps_every_digit(text: str) -> None:
    """Numbers that a float cannot hold are left to the slower way."""
    assert exactly(from_long_json(f'{{"n": [{text}]}}'.encode())) == {"n": [Decimal(text)]}


@pytest.mark.parametrize("number", [Decimal("5.00"), Decimal("0.1"), Decimal("1E+3"), Decimal("1E-10")])
def test_decimals_go_out_as_plain_numbers(number: Decimal) -> None:
    """They are neither text nor in exponents."""
    assert to_json([number]).decode() == f"[{number:f}]"


@pytest.mark.parametrize("parse", [from_json, from_long_json])
@pytest.mark.parametrize("body", [b"NaN", b"[Infinity]", b"{", b"", b"<html>", b'{"a": 1,}', b"[" * 50_000, b"\xff"])
def test_what_is_no_json_is_said_to_be_none(body: bytes, parse: Callable[[bytes], Any]) -> None:
    """One exception for all of it."""
    with pytest.raises(ValueError):  # noqa: PT011  whatever its words
        parse(body)


def test_half_of_a_surrogate_pair_is_replaced() -> None:
    """Text that could never be printed or stored again does not get in, and does not get out."""
    body = json.dumps({"name": "half \ud83c", "whole": "\U0001f354", "\ud83c": [1.5]}).encode("ascii")
    for parse in (from_json, from_long_json):
        assert parse(body) == {"name": "half \ufffd", "whole": "\U0001f354", "\ufffd": [Decimal("1.5")]}
    assert json.loads(to_json({"name": "half \ud83c"})) == {"name": "half \ufffd"}
