"""The expressions of GitHub's workflows, as far as workflows and actions here use them.

evaluate("github.base_ref && format('origin/{0}', github.base_ref)", {"github": {"base_ref": "main"}})
filled("group: ${{ github.workflow }}", contexts)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Contexts = Mapping[str, Any]
Functions = Mapping[str, Callable[..., Any]]

_TOKEN: Final = re.compile(r"\s*(?:('(?:[^']|'')*')|(\d+)|([A-Za-z_][A-Za-z0-9_-]*)|(==|!=|&&|\|\||[!().,]))")
_PLACE: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_CONSTANTS: Final = {"true": True, "false": False, "null": None}


def evaluate(text: str, contexts: Contexts, functions: Functions | None = None) -> Any:
    """The value of an expression; what is not understood is an error, never a guess."""
    reader = _Reader(_tokens(text), contexts, {**_FUNCTIONS, **(functions or {})})
    value = reader.either()
    assert reader.next() == "", f"{text!r} goes on with {reader.next()!r}"
    return value


def filled(text: str, contexts: Contexts, functions: Functions | None = None) -> str:
    """A text with the values of the expressions in it."""
    return _PLACE.sub(lambda found: as_text(evaluate(found[1], contexts, functions)), text)


def as_text(value: Any) -> str:
    """A value as a text holds it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def is_true(value: Any) -> bool:
    """Whether a condition holds."""
    return value not in (None, False, 0, "")


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    text = text.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        assert found, f"{text!r} is not understood at {place}"
        tokens.append(found[0].strip())
        place = found.end()
    return tokens


def _is_equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return as_text(one) == as_text(other)


_FUNCTIONS: Final[Functions] = {
    "format": lambda text, *values: re.sub(r"\{(\d+)\}", lambda found: as_text(values[int(found[1])]), text),
    "startsWith": lambda text, start: as_text(text).lower().startswith(as_text(start).lower()),
}


class _Reader:
    """Tokens from left to right, the loosest operator first."""

    def __init__(self, tokens: list[str], contexts: Contexts, functions: Functions) -> None:
        self._tokens, self._contexts, self._functions = tokens, contexts, functions

    def next(self) -> str:
        """The next token, left where it is; nothing at the end."""
        return self._tokens[0] if self._tokens else ""

    def _take(self, *expected: str) -> str:
        token = self._tokens.pop(0) if self._tokens else ""
        assert not expected or token in expected, f"{token!r} in place of {expected}"
        return token

    def either(self) -> Any:
        """``a || b``: both are read, as reading changes nothing."""
        value = self._both()
        while self.next() == "||":
            self._take()
            other = self._both()
            value = value if is_true(value) else other
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self.next() == "&&":
            self._take()
            other = self._compared()
            value = other if is_true(value) else value
        return value

    def _compared(self) -> Any:
        value = self._single()
        while self.next() in ("==", "!="):
            is_wanted = self._take() == "=="
            value = _is_equal(value, self._single()) is is_wanted
        return value

    def _single(self) -> Any:
        word = self._take()
        if word == "!":
            return not is_true(self._single())
        if word == "(":
            value = self.either()
            self._take(")")
            return value
        if word.startswith("'"):
            return word[1:-1].replace("''", "'")
        if word.isdecimal():
            return int(word)
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        return self._called(word) if self.next() == "(" else self._named(word)

    def _called(self, name: str) -> Any:
        self._take("(")
        values = []
        while self.next() != ")":
            values.append(self.either())
            if self.next() == ",":
                self._take()
        self._take(")")
        return self._functions[name](*values)

    def _named(self, name: str) -> Any:
        value = self._contexts[name]
        while self.next() == ".":
            self._take()
            member = self._take()
            value = value.get(member) if isinstance(value, Mapping) else None
        return value
