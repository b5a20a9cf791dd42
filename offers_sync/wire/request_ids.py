"""The id that the server gives a request, which its support asks for: it stands in every error that has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LENGTH_LIMIT: Final = 100
"""Ids are about forty characters; whatever is longer is none that anybody could look up."""


def request_id_of(headers: Mapping[str, str]) -> str:
    """The id that an answer carries, cut where it is endless; empty where it carries none."""
    text = headers.get("x-request-id", "")
    return text if len(text) <= _LENGTH_LIMIT else f"{text[:_LENGTH_LIMIT]}… (cut)"


def mention(request_id: str) -> str:
    """What is put behind an error's words."""
    return f" (request id {request_id})" if request_id else ""
