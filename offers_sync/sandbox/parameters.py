"""Reading what a request carries: the JSON body, list parameters in the body or the query, and whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import orjson

from offers_sync import contract
from offers_sync.sandbox.answers import invalid_json

if TYPE_CHECKING:
    from offers_sync.sandbox.messages import Request
    from offers_sync.sandbox.settings import Settings

TEXT_DIGITS_LIMIT: Final = 18
ECHO_LEVELS: Final = 16
"""How many levels an answer may put around a part of the request that it echoes."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list is asked for; ``per_page`` is clamped already."""

    query: str
    page: int
    per_page: int


def json_object(request: Request) -> dict[str, Any]:
    """The body as a mapping; empty where there is none, refused where it is no JSON object."""
    if not request.body.strip():
        return {}
    try:
        content = orjson.loads(request.body)
        wrapped = content
        for _ in range(ECHO_LEVELS):
            wrapped = [wrapped]
        orjson.dumps(wrapped)  # what nests too deeply to be echoed is not taken either
    except (orjson.JSONDecodeError, TypeError, RecursionError) as error:
        raise invalid_json() from error
    if not isinstance(content, dict):
        raise invalid_json()
    return content


def query_parameters(request: Request) -> dict[str, str]:
    """The query, the last of equal names; whatever is no UTF-8 is read as a replacement character."""
    try:
        pairs = parse_qsl(request.query, keep_blank_values=True, errors="replace", max_num_fields=100)
    except ValueError:
        return {}
    return dict(pairs)


def list_parameters(request: Request, settings: Settings) -> dict[str, Any]:
    """The parameters of a list, from the query and, with precedence, from the body of the GET."""
    found: dict[str, Any] = dict(query_parameters(request)) if settings.query_parameters_read else {}
    if settings.get_body_read:
        found.update((name, value) for name, value in json_object(request).items() if value is not None)
    return found


def paging(found: dict[str, Any], *, default: int, maximum: int) -> Paging:
    """Which page is asked for; what is no positive number is taken for the default."""
    query = found.get("query")
    return Paging(
        query if isinstance(query, str) else "",
        positive(found.get("page")) or 1,
        min(positive(found.get("per_page")) or default, maximum),
    )


def whole(value: Any) -> int | None:
    """A JSON integer (or a float without a fraction) that the store can hold; no text, no boolean."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) <= contract.POINTED_WHOLE_NUMBER_LIMIT:
        return int(value)
    if isinstance(value, int) and abs(value) <= contract.WHOLE_NUMBER_LIMIT:
        return value
    return None


def positive(value: Any) -> int | None:
    """A number above zero, as JSON or as text."""
    if isinstance(value, str):
        text = value.strip()
        if not (text.isascii() and text.isdigit()) or len(text) > TEXT_DIGITS_LIMIT:
            return None
        value = int(text)
    number = whole(value)
    return number if number is not None and number > 0 else None
