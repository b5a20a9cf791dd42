"""Documents with something done to them that may make them invalid, and the tools to do it.

    broken(documents("criterion"), Criterion)     a document with one to three things done to it

What is valid to begin with comes from ``strategies``.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal

from hypothesis import strategies as st
from pydantic import BaseModel

from offers_sync.models.fields import LocalTime

Place = tuple[str | int, ...]
"""From a document to a value in it."""

_ODD_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    3,
    6,
    100_000,
    Decimal("0.5"),
    Decimal("3.0"),
    Decimal("-0.01"),
    "",
    "  ",
    "\u200b\n",
    "x\u0007",
    "two\nlines",
    "x",
    "Any",
    "3",
    "true",
    "No Such Word",
    "2027-02-30T12:00:00",
    "2027-02-03T12:00:00Z",
    "location:12",
    "120%",
    [],
    {},
    [None],
    ["x"],
    [{}],
    {"external_id": "an-id"},
    {"external_id": ""},
    {"external_id": {}},
    {"x": "y"},
    {"location:5": "location:6"},
)
near_times: Final[st.SearchStrategy[str]] = st.builds(
    "{:04}-{:02}-{:02}{}{:02}:{:02}{}".format,
    st.sampled_from([0, 1, 1900, 2000, 2027, 2028, 9999]),
    st.integers(0, 13),
    st.sampled_from([0, 1, 28, 29, 30, 31, 32]),
    st.sampled_from("T t"),
    st.sampled_from([0, 9, 19, 20, 23, 24, 25]),
    st.sampled_from([0, 59, 60]),
    st.sampled_from(["", ":00", ":59", ":60", "Z"]),
)
"""Times that exist, and those that nearly do."""
_SEVERAL_HOSTS: Final = ("h:1,g", "h,[::1]", "h:x,g")
near_addresses: Final[st.SearchStrategy[str]] = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["postgresql", "https", "http"]),
    st.sampled_from(["", "u@", "u:@", "u:p@", "u:p@w@", ":p@", "u:p/w@"]),
    st.sampled_from(
        [
            "h",
            "a.punchh.com",
            "a..punchh.com",
            ".punchh.com",
            "a-.punchh.com",
            "[::1]",
            "127.0.0.1",
            "",
            *_SEVERAL_HOSTS,
        ]
    ),
    st.sampled_from(["", ":", ":0", ":8080", ":65535", ":65536", ":99999", ":x"]),
    st.sampled_from(
        ["", "/", "/d", "/d?password=x", "/d?a=b&passwd=x", "?sslpassword=x", "/d?password=", "/d#?password=x"]
    ),
)
"""Addresses of servers and of databases, with passwords in some of them."""


def places_in(value: Any, path: Place = ()) -> list[Place]:
    """The path of every value below, the value itself first."""
    members: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    return [path, *(place for name, member in members for place in places_in(member, (*path, name)))]


def at(value: Any, path: Place) -> Any:
    """The value at a path."""
    for step in path:
        value = value[step]
    return value


def changed(value: Any, path: Place, change: Callable[[Any], Any]) -> Any:
    """The value with another one at a path."""
    if not path:
        return change(value)
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], change)
    return copy


def _dropped(value: Any, path: Place) -> Any:
    def drop(parent: Any) -> Any:
        if isinstance(parent, dict):
            return {name: value for name, value in parent.items() if name != path[-1]}
        return [item for index, item in enumerate(parent) if index != path[-1]]

    return changed(value, path[:-1], drop)


def _likely_values(root: type[BaseModel]) -> dict[str, st.SearchStrategy[Any]]:
    """What nearly fits each field that has words or a form of its own, by its name, in a model and those below it."""
    words: dict[str, tuple[Any, ...]] = {}
    likely: dict[str, st.SearchStrategy[Any]] = {}
    waiting: list[Any] = [root]
    seen: set[Any] = set()
    while waiting:
        hint = waiting.pop()
        if isinstance(hint, type) and issubclass(hint, BaseModel) and hint not in seen:
            seen.add(hint)
            for name, member in typing.get_type_hints(hint, include_extras=True).items():
                if found := _literals(member):
                    words[name] = (*words.get(name, ()), *found)
                if member in (LocalTime, LocalTime | None):
                    likely[name] = near_times
                if name in ("server", "state"):
                    likely[name] = near_addresses
                waiting.append(member)
        waiting.extend(typing.get_args(hint) if typing.get_origin(hint) is not Literal else ())
    return {**{name: st.sampled_from(known) for name, known in words.items()}, **likely}


def _literals(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) is Literal:
        return typing.get_args(hint)
    return tuple(word for part in typing.get_args(hint) for word in _literals(part) if part is not None)


@st.composite
def broken(draw: st.DrawFn, valid: st.SearchStrategy[Any], root: type[BaseModel]) -> Any:
    """A document with one to three things done to it; some of the results are still valid."""
    likely = _likely_values(root)
    names = [*sorted(root.model_fields), "unknown", "Name", "x-anchors"]
    document = draw(valid)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places_in(document)))
        document = _broken_at(draw, document, path, likely, names)
    return document


def _broken_at(
    draw: st.DrawFn, document: Any, path: Place, likely: Mapping[str, st.SearchStrategy[Any]], names: list[str]
) -> Any:
    field_name = next((step for step in reversed(path) if isinstance(step, str)), "")
    odd = st.sampled_from(_ODD_VALUES)
    if field_name in likely:
        odd = st.one_of(odd, likely[field_name])
    if not path:
        return {**document, draw(st.sampled_from(names)): draw(odd)} if isinstance(document, dict) else document
    match draw(st.sampled_from(["replace", "drop", "add", "wrap", "repeat"])):
        case "drop":
            return _dropped(document, path)
        case "add" if isinstance(at(document, path), dict):
            name = draw(st.sampled_from([*names, *likely]))
            value = draw(odd)
            return changed(document, path, lambda written: {**written, name: value})
        case "repeat" if isinstance(at(document, path), list):
            return changed(document, path, lambda written: written * 2)
        case "repeat" if isinstance(path[-1], int):
            return changed(document, path[:-1], lambda written: [*written, written[path[-1]]])
        case "wrap":
            return changed(document, path, lambda written: [written])
        case _:
            value = draw(odd)
            return changed(document, path, lambda _: value)
