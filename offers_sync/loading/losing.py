"""The names of documents that cannot be read, searched for in the text: nobody complains that they are missing.

What can be read of a document with faults is said by ``salvaging``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from offers_sync.loading.census import FaultyDocument
from offers_sync.models.kinds import KINDS

_CATALOGUE: Final = "locale"
_FIELD: Final = r"""(?:^|[\s,{{-])["']?{}["']?[ \t]*:[ \t]*["']?([A-Za-z0-9-]*)"""
_KEY: Final = re.compile(_FIELD.format("key"))
_LANGUAGE: Final = re.compile(_FIELD.format("language"))


def lost_keys(text: str) -> Iterator[FaultyDocument]:
    """The documents that a text may have by their keys, of whatever kind."""
    for key in _KEY.findall(text):
        if key:
            yield from lost_key(key)


def lost_key(key: str) -> Iterator[FaultyDocument]:
    """A document of a key, or a catalogue of a language, whose kind is not known."""
    return (FaultyDocument(kind, key, None) for kind in KINDS)


def lost_catalogues(text: str) -> Iterator[FaultyDocument]:
    """The catalogues that a text may have by their languages; without a name where it is not on that line."""
    return (FaultyDocument(_CATALOGUE, language, None) for language in _LANGUAGE.findall(text))
