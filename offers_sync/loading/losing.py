"""The names that unreadable documents may have, searched for in the text: nobody complains that they are missing.

What can be read of a document with faults is said by ``salvaging``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from offers_sync.loading.census import FaultyDocument
from offers_sync.models.kinds import KINDS

_CATALOGUE: Final = "locale"
_FIELD: Final = r"""(?:^|[\s,{{-])["']?{}["']?[ \t]*:[ \t]*["']?([A-Za-z0-9-]*)"""
_KEY: Final = re.compile(_FIELD.format("key"))
_LANGUAGE: Final = re.compile(_FIELD.format("language"))


def lost_documents(text: str, *, with_catalogues: bool) -> Iterator[FaultyDocument]:
    """The documents that a text may have, by their keys, of whatever kind; catalogues have languages."""
    for key in _KEY.findall(text):
        if key:
            yield from _of_any_kind(key)
    for language in _LANGUAGE.findall(text) if with_catalogues else ():
        yield FaultyDocument(_CATALOGUE, language, None)  # without a name where that is not on the line


def lost_names(written: Any, text: str) -> Iterator[FaultyDocument]:
    """A document of a text whose kind or name cannot be read, by what may be its name."""
    fields = written if isinstance(written, dict) else {}
    key, language, kind = fields.get("key"), fields.get("language"), fields.get("kind")
    if isinstance(key, str):
        yield from _of_any_kind(key)
    if isinstance(language, str):
        yield FaultyDocument(_CATALOGUE, language, None)
    if isinstance(kind, str) and kind in KINDS and "key" not in fields:
        unknown = (value for name, value in fields.items() if name not in KINDS[kind].model_fields)
        yield from (FaultyDocument(kind, value, None) for value in unknown if isinstance(value, str))
    if not isinstance(key, str) and not isinstance(language, str) and kind != _CATALOGUE:
        yield from lost_documents(text, with_catalogues=kind not in KINDS)


def _of_any_kind(key: str) -> Iterator[FaultyDocument]:
    return (FaultyDocument(kind, key, None) for kind in KINDS if kind != _CATALOGUE)
