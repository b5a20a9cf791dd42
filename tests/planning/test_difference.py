"""The smallest stretches that say a whole difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import documents

from offers_sync.planning.canonical import canonical
from offers_sync.planning.difference import Difference, differences


def _clause(attribute: str, value: str) -> dict[str, str]:
    return {"attribute": attribute, "operator": "in", "value": value}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 2, [("", 1, 2)]),
        (None, {"a": 1}, [("", None, {"a": 1})]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("/b", 2, 3)]),
        ({"a": 1}, {"b": 1}, [("/a", 1, None), ("/b", None, 1)]),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, [("/a/b/c", 1, 2)]),
        ({"a": {"b": 1}}, {"a": [1]}, [("/a", {"b": 1}, [1])]),
        ({"a/b": 1, "~": 1}, {"a/b": 2, "~": 2}, [("/a~1b", 1, 2), ("/~0", 1, 2)]),
        ([1, 2], [2, 1], []),
        ([1, 2, 3], [4, 3, 1], [("", 2, None), ("/0", None, 4)]),
        ([1, 1], [1], [("", 1, None)]),
        (
            [_clause("item_id", "1"), _clause("item_name", "Bun")],
            [_clause("item_family", "7"), _clause("item_name", "Bap"), _clause("item_id", "1")],
            [("/0", None, _clause("item_family", "7")), ("/1/value", "Bun", "Bap")],
        ),
        (
            [{"selector": "a", "quantity": 1}, {"selector": "a", "quantity": 4, "processing_method": "exclude"}],
            [{"selector": "a", "quantity": 5, "processing_method": "exclude"}, {"selector": "a", "quantity": 2}],
            [("/0/quantity", 4, 5), ("/1/quantity", 1, 2)],
        ),
    ],
)
def test_the_smallest_place_is_named(before: Any, after: Any, expected: list[tuple[str, Any, Any]]) -> None:
    """Members are paired by what they are about; an index is that of the second list, what is gone is at the list."""
    assert differences("", before, after) == tuple(Difference(*each) for each in expected)


def test_the_tenth_member_comes_after_the_second() -> None:
    """Differences are in the order of the file, not in that of their letters."""
    assert [each.path for each in differences("/x", [], list(range(12)))] == [f"/x/{index}" for index in range(12)]


@settings(max_examples=30)
@given(st.sampled_from(["selector", "criterion", "redeemable"]).flatmap(documents))
def test_a_thing_differs_from_itself_nowhere(document: dict[str, Any]) -> None:
    """No value of any document is different from itself, in whatever order it is written."""
    kind = document["kind"]
    ordered, settled = canonical(kind, document, keeps_order=True), canonical(kind, document)
    for name, value in ordered.items():
        assert differences(name, settled[name], value) in ((), (Difference(name, None, []),))


@settings(max_examples=30)
@given(st.data())
def test_differences_say_everything(data: st.DataObject) -> None:
    """Where two documents differ in a field, a difference lies in that field, and nowhere else."""
    kind = data.draw(st.sampled_from(["selector", "criterion"]))
    one, other = (canonical(kind, data.draw(documents(kind))) for _ in range(2))
    for name in {*one, *other}:
        found = differences(f"/{name}", one.get(name), other.get(name))
        assert bool(found) == (one.get(name) != other.get(name))
        assert all(each.path == f"/{name}" or each.path.startswith(f"/{name}/") for each in found)
