"""JSON without binary floats: decimals go out as they were written and come in as they were sent.

The standard parser with ``parse_float`` is the fastest exact one: a faster parser's floats cost more to find and
mend than it saves.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import orjson


def to_json(value: Any) -> bytes:
    """The bytes of a request body."""
    try:
        return orjson.dumps(value, default=_exactly)
    except orjson.JSONEncodeError:
        return orjson.dumps(_with_large_numbers(_plain(value)), default=_exactly)


def from_json(body: bytes) -> Any:
    """What an answer says, numbers as decimals.  Raises ``ValueError`` for what is no JSON."""
    try:
        value = json.loads(body, parse_float=Decimal, parse_constant=_refused)
        return _plain(value) if b"\\ud" in body or b"\\uD" in body else value
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def _exactly(value: object) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(type(value).__name__)


def _plain(value: Any) -> Any:
    """The same value without halves of surrogate pairs, which no text can be written with."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_plain(name): _plain(member) for name, member in value.items()}
        case list() | tuple():
            return [_plain(member) for member in value]
        case _:
            return value


def _with_large_numbers(value: Any) -> Any:
    """The same value with whole numbers of any size as decimals."""
    match value:
        case bool():
            return value
        case int():
            return Decimal(value)
        case dict():
            return {name: _with_large_numbers(member) for name, member in value.items()}
        case list() | tuple():
            return [_with_large_numbers(member) for member in value]
        case _:
            return value
