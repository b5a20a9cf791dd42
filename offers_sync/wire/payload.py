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
        return orjson.dumps(_plain(value), default=_exactly)


def from_json(body: bytes) -> Any:
    """What an answer says, numbers as decimals.  Raises ``ValueError`` for what is no JSON."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def _exactly(value: object) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(type(value).__name__)


def _plain(value: Any) -> Any:
    """The same value in types that the writer takes: whole numbers over 64 bits, halves of surrogate pairs."""
    match value:
        case bool():
            return value
        case int():
            return Decimal(value)
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {_plain(name): _plain(member) for name, member in value.items()}
        case list() | tuple():
            return [_plain(member) for member in value]
        case _:
            return value
