"""How one document names another, and how it names what git does not manage.

Looking a reference up is done by ``loading``, where all documents are at hand.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from offers_sync.models.fields import Key, Name, Written, field


def _text_or_map(value: Any) -> str:
    return "<map>" if isinstance(value, dict) else "<text>"


ExternalId = Annotated[
    Annotated[Name, Tag("<text>")] | Annotated[dict[str, Name], Field(min_length=1), Tag("<map>")],
    Discriminator(_text_or_map),
]
"""One id, or one for each environment."""


class External(Written):
    """An object that git does not manage."""

    external_id: ExternalId = field(
        "The id the object has on the server; a text, or a map from environment to text.",
        examples=["5f0c6f0e-6a43-4a3f-9f62-0d4f8a1f6c11"],
    )


def is_external(value: object) -> bool:
    """Whether a mapping is nothing but an external id."""
    return isinstance(value, dict) and set(value) == {"external_id"}


def _key_or_external(value: Any) -> str:
    return "<external>" if isinstance(value, (dict, External)) else "<key>"


Reference = Annotated[
    Annotated[Key, Tag("<key>")] | Annotated[External, Tag("<external>")],
    Discriminator(_key_or_external),
]
"""The key of a document, or ``{external_id: ...}``."""
