"""JSON without binary floats: decimals go out as they were written and come in as they were sent."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import orjson


def _exactly(value: object) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(type(value).__name__)


def to_json(value: Any) -> bytes:
    """The bytes of a request body."""
    return orjson.dumps(value, default=_exactly)


def from_json(body: bytes) -> Any:
    """What an answer says, numbers as decimals.  Raises ``ValueError``."""
    return json.loads(body, parse_float=Decimal)
