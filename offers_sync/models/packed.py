"""Trees as the text that the store keeps of them: what nobody looks into stays text.

Thousands of memories are read for each plan, and of most of them it is enough to know that nothing has changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import orjson

_BY_THE_SLOW_ONE: Final = " "
"""Marks a text with a number or a letter that only the standard library's JSON lets through."""


class Packed(Mapping[str, Any]):  # noqa: PLW1641  like every mapping, it has no hash
    """A mapping that is opened when somebody looks into it."""

    __slots__ = ("_tree", "text")

    def __init__(self, text: str) -> None:
        self.text: Final = text
        """Equal for equal trees."""
        self._tree: Mapping[str, Any] | None = None

    def _opened(self) -> Mapping[str, Any]:
        if self._tree is None:
            self._tree = unpack(self.text)
        return self._tree

    def __getitem__(self, name: str) -> Any:
        return self._opened()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._opened())

    def __len__(self) -> int:
        return len(self._opened())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Packed):
            return self.text == other.text
        return self._opened() == other

    def __repr__(self) -> str:
        return f"Packed({self.text!r})"


def pack(value: Any) -> str:
    """The text of a tree, decimals as texts; equal trees have equal texts."""
    if isinstance(value, Packed):
        return value.text
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:
        return _BY_THE_SLOW_ONE + json.dumps(value, sort_keys=True, default=_plain)


def unpack(text: str) -> Any:
    """The tree of a text."""
    return json.loads(text) if text.startswith(_BY_THE_SLOW_ONE) else orjson.loads(text)


def _plain(value: object) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(type(value).__name__)
