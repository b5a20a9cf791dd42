"""Locales: a catalogue of one language, so that translators have a file of their own."""

from __future__ import annotations

from typing import Literal

from offers_sync.models.documents import Ruled
from offers_sync.models.fields import OURS, Key, Language, Name, field
from offers_sync.models.redeemable import Translation


class Locale(Ruled):
    """The texts of many offers in one language."""

    kind: Literal["locale"] = field("What the document describes: the texts of one language.", vendor=OURS)
    language: Language = field("The language, as the vendor writes it.", examples=["fr"])
    only: list[Name] | None = field(
        "The environments that the catalogue is for; without it, all of them.",
        default=None,
        vendor=OURS,
        examples=[["production"]],
        min_length=1,
    )
    redeemables: dict[Key, Translation] = field(
        "The texts, by the key of the redeemable.",
        vendor="alternate_locale_name, alternate_locale_description",
        examples=[{"ten-off-sandwich": {"name": "10 % sur un sandwich"}}],
    )
