"""Trees as the text that the store keeps of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offers_sync.models.packed import Packed, pack, unpack

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=60)
@given(st.dictionaries(st.text(max_size=5), _values, max_size=4))
def test_what_is_packed_comes_back(tree: dict[str, Any]) -> None:
    """Whatever an answer or a document holds, huge numbers and halves of characters included, comes back as it was."""
    assert unpack(pack(tree)) == tree
    assert Packed(pack(tree)) == tree
    assert dict(Packed(pack(tree))) == tree


@pytest.mark.parametrize("tree", [{"a": "\ud800"}, {"a": 10**30}, {"a": [Decimal("1.50")]}])
def test_odd_values_have_a_text_too(tree: dict[str, Any]) -> None:
    """What the quick way does not know goes the slow one, and decimals are text either way."""
    assert unpack(pack(tree)) == {"a": ["1.50"] if isinstance(tree["a"], list) else tree["a"]}


def test_equal_trees_have_one_text() -> None:
    """The order of fields makes no difference, so that texts can be compared in place of trees."""
    assert pack({"b": 1, "a": {"d": 2, "c": 3}}) == pack({"a": {"c": 3, "d": 2}, "b": 1})
    assert Packed(pack({"a": 1})) == Packed(pack({"a": 1}))
    assert Packed(pack({"a": 1})) != Packed(pack({"a": 2}))


def test_what_is_packed_is_packed_as_it_is() -> None:
    """A memory that nobody looked into is written back without being opened."""
    packed = Packed(pack({"a": 1}))
    assert pack(packed) == packed.text
    assert pack({"inside": packed}) == '{"inside":{"a":1}}'


def test_it_is_opened_when_somebody_looks() -> None:
    """It is a mapping like any other."""
    packed = Packed('{"a": 1, "b": null}')
    assert (packed["a"], packed.get("c"), len(packed), list(packed)) == (1, None, 2, ["a", "b"])
    assert {**packed, "c": 3} == {"a": 1, "b": None, "c": 3}
    assert not Packed("{}")
