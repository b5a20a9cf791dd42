"""Rules between the fields of one mapping, each of which can check a value and write itself as JSON Schema.

A rule reads what was written, tolerates whatever else is wrong with it, and complains only about its own
subject.  Rules that JSON Schema cannot say have no schema; rules across documents are not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Protocol

from offers_sync.findings import Code

Mapped = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule holds against a mapping; ``path`` leads from that mapping to the value."""

    code: Code
    path: tuple[str | int, ...]
    message: str
    hint: str = ""


class Rule(Protocol):
    """A promise about one mapping."""

    def check(self, written: Mapped) -> Iterable[Fault]:
        """Every way in which the mapping breaks the rule."""

    def schema(self) -> dict[str, Any] | None:
        """The rule as JSON Schema, or nothing where that language cannot say it."""


def is_given(written: Mapped, name: str) -> bool:
    """Whether a field has a value; null is none."""
    return written.get(name) is not None


_ANY_BUT_NULL = ["string", "number", "boolean", "object", "array"]


def given_schema(name: str) -> dict[str, Any]:
    """That a field has a value."""
    value = {"type": _ANY_BUT_NULL, "errorMessage": f"`{name}` needs a value here."}
    return {"required": [name], "properties": {name: value}}


def absent_schema(name: str, why: str) -> dict[str, Any]:
    """That a field has none, and what to say where it has."""
    return {"properties": {name: {"type": "null", "errorMessage": why}}}


@dataclass(frozen=True, slots=True)
class ExactlyOne:
    """One of the fields, and one only, has a value."""

    names: tuple[str, ...]
    code: Code
    why: str = ""
    """What each of them is for, where none is chosen."""

    def check(self, written: Mapped) -> Iterator[Fault]:
        """A fault for none, and one at each field after the first for several."""
        given = [name for name in self.names if is_given(written, name)]
        if len(given) == 1:
            return
        either = " or ".join(f"`{name}`" for name in self.names)
        if not given:
            yield Fault(self.code, (), f"nothing is chosen: write {either}", self.why)
        for name in given[1:]:
            yield Fault(self.code, (name,), f"`{name}` and `{given[0]}` exclude each other", f"keep one of {either}")

    def schema(self) -> dict[str, Any]:
        """Any of the fields, and after each none of the later ones; editors say more of that than of ``oneOf``."""
        return {
            "anyOf": [given_schema(name) for name in self.names],
            "allOf": [
                {
                    "if": given_schema(first),
                    "then": absent_schema(later, f"`{later}` and `{first}` exclude each other."),
                }
                for first, later in combinations(self.names, 2)
            ],
        }


@dataclass(frozen=True, slots=True)
class NeededWhen:
    """A field must have a value when another one has one of some values."""

    name: str
    other: str
    values: tuple[Any, ...]
    code: Code
    why: str = ""

    def check(self, written: Mapped) -> tuple[Fault, ...]:
        """A fault at the mapping that lacks the field."""
        value = written.get(self.other)
        if not isinstance(value, (str, bool)) or value not in self.values or is_given(written, self.name):
            return ()
        shown = "true" if value is True else value
        return (Fault(self.code, (), f"`{self.other}: {shown}` needs `{self.name}`", self.why),)

    def schema(self) -> dict[str, Any]:
        """``if`` the other field, ``then`` this one."""
        return {
            "if": {"required": [self.other], "properties": {self.other: {"enum": list(self.values)}}},
            "then": given_schema(self.name),
        }


@dataclass(frozen=True, slots=True)
class ForbiddenWhen:
    """A field must not have a value when another one has one of some values."""

    name: str
    other: str
    values: tuple[Any, ...]
    code: Code
    why: str = ""

    def check(self, written: Mapped) -> tuple[Fault, ...]:
        """A fault at the field."""
        value = written.get(self.other)
        if not isinstance(value, (str, bool)) or value not in self.values or not is_given(written, self.name):
            return ()
        shown = "true" if value is True else value
        return (Fault(self.code, (self.name,), f"`{self.name}` contradicts `{self.other}: {shown}`", self.why),)

    def schema(self) -> dict[str, Any]:
        """``if`` the other field, ``then`` not this one."""
        return {
            "if": {"required": [self.other], "properties": {self.other: {"enum": list(self.values)}}},
            "then": absent_schema(self.name, f"`{self.name}` contradicts `{self.other}`."),
        }


@dataclass(frozen=True, slots=True)
class When:
    """A rule that holds when a field has one of some values."""

    other: str
    values: tuple[str, ...]
    rule: Rule
    unless: str = ""
    """A field beside which the other one is a fault itself, so that there is nothing more to say."""

    def check(self, written: Mapped) -> Iterable[Fault]:
        """What the rule says, where it holds."""
        if written.get(self.other) not in self.values or is_given(written, self.unless):
            return ()
        return self.rule.check(written)

    def schema(self) -> dict[str, Any]:
        """``if`` the other field, ``then`` the rule."""
        return {
            "if": {"required": [self.other], "properties": {self.other: {"enum": list(self.values)}}},
            "then": self.rule.schema() or True,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """A rule in Python, with its JSON Schema where there is one."""

    say: Callable[[Mapped], Iterable[Fault]]
    as_schema: dict[str, Any] | None = field(default=None)

    def check(self, written: Mapped) -> Iterable[Fault]:
        """What the function says."""
        return self.say(written)

    def schema(self) -> dict[str, Any] | None:
        """What was given for it."""
        return self.as_schema


@dataclass(frozen=True, slots=True)
class SaidElsewhere:
    """The JSON Schema of a rule that is checked where more is known than the mapping alone."""

    as_schema: dict[str, Any]

    def check(self, written: Mapped) -> Iterable[Fault]:  # noqa: ARG002  what it says is said elsewhere
        """Nothing."""
        return ()

    def schema(self) -> dict[str, Any] | None:
        """What was given for it."""
        return self.as_schema
