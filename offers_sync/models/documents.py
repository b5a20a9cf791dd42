"""What every document of the language has: a kind, a key, an identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from offers_sync import codes
from offers_sync.models.fields import OURS, Key, Name, Written, field
from offers_sync.models.references import ExternalId
from offers_sync.models.rules import Fault, Mapped, Rule, Said, is_given


class Ruled(Written):
    """A mapping with rules between its fields."""

    rules: ClassVar[tuple[Rule, ...]] = ()


class Keyed(Ruled):
    """A document that others can name."""

    kind: str = field("What the document describes.", vendor=OURS)
    key: Key = field(
        "The identity of the document within its kind: lower-case letters, digits and hyphens. "
        "It never changes; a display name is never a key.",
        vendor=OURS,
        examples=["ten-off-sandwich"],
    )
    only: list[Name] | None = field(
        "The environments that the document is for; without it, all of them.",
        default=None,
        vendor=OURS,
        examples=[["production"]],
        min_length=1,
    )


def idle_former_key(written: Mapped) -> Iterator[Fault]:
    """A former key from which no id is derived, because the id is written out."""
    if is_given(written, "formerly") and is_given(written, "external_id"):
        yield Fault(
            codes.FIELD_IGNORED,
            ("formerly",),
            "`formerly` says what the id is derived from, and `external_id` says the id itself",
            "remove this line",
        )


IDLE_FORMER_KEY = Said(idle_former_key)


class Document(Keyed):
    """A thing with an identity on the server."""

    external_id: ExternalId | None = field(
        "The id on the server, where it is not to be derived from project, kind and key: a text, or a map from "
        "environment to text. Written out to take over something that exists already.",
        default=None,
        examples=["5f0c6f0e-6a43-4a3f-9f62-0d4f8a1f6c11"],
    )
    formerly: Key | None = field(
        "The key that the document had before it was renamed. The id is derived from it, so the line stays for good.",
        default=None,
        vendor=OURS,
        examples=["ten-percent-sandwich"],
    )
