"""Looking at some files of a project only: which others must be parsed to judge them.

Other files are told apart by searching their bytes for the names that matter.  A name that is spelled in a way the
search does not know, with escapes for instance, is not found: whoever misses a document parses everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offers_sync.findings import Finding
from offers_sync.loading.composing import read_values
from offers_sync.loading.files import RawFile, decode
from offers_sync.loading.project import PROJECT_FILE

_NAMING_FIELDS: Final = frozenset({"key", "formerly", "selector", "criterion", "schedule", "redeemable"})
_STEPS: Final = 2
"""From a campaign to its offer, and on to the schedule of that."""
_NAMES_LIMIT: Final = 200
"""More names than these are looked for faster by parsing everything."""
_FIELD: Final = rb"""%s["']?\s*:\s*(?:[&!]\S+\s+)*["']?(?:%s)(?![\w-])"""
_CATALOGUE: Final = re.compile(_FIELD % (b"kind", b"locale"))


@dataclass(frozen=True, slots=True)
class Focus:
    """The files that are asked about by name, and the folders, which end in a stroke."""

    names: tuple[str, ...]

    def holds(self, file: str) -> bool:
        """Whether a file is asked about."""
        return any(file == name or (name.endswith("/") and file.startswith(name)) for name in self.names)


def narrow(focus: Focus, files: Sequence[RawFile]) -> Sequence[RawFile]:
    """The files that are asked about, offers.yaml, and those that they refer to or may clash with."""
    taken = {file.name: file for file in files if focus.holds(file.name)}
    names: set[str] = set()
    ids: set[str] = set()
    fresh: Iterable[RawFile] = tuple(taken.values())
    for _ in range(_STEPS):
        for file in fresh:
            _collect(file, names, ids)
        if len(names) + len(ids) > _NAMES_LIMIT:
            return files
        searches = [re.compile(_FIELD % (b"key", _any_of(names))), *map(re.compile, map(_literal, ids))]
        fresh = [
            file for file in files if file.name not in taken and any(search.search(file.content) for search in searches)
        ]
        taken.update((file.name, file) for file in fresh)
    words = _any_of(names)
    for file in files:
        if file.name == PROJECT_FILE or (_CATALOGUE.search(file.content) and re.search(words, file.content)):
            taken[file.name] = file
    return [file for file in files if file.name in taken]


def _any_of(words: Iterable[str]) -> bytes:
    return b"|".join(map(_literal, sorted(words))) or b"(?!)"


def _literal(word: str) -> bytes:
    return re.escape(word.encode())


def _collect(file: RawFile, names: set[str], ids: set[str]) -> None:
    text = decode(file)
    if isinstance(text, Finding):
        return
    for document in read_values(text).documents:
        for name, value in _fields(document):
            if name in _NAMING_FIELDS and isinstance(value, str):
                names.add(value)
            elif name == "redeemables" and isinstance(value, dict):
                names.update(value)
            elif name == "external_id":
                ids.update(
                    item for item in (value.values() if isinstance(value, dict) else [value]) if isinstance(item, str)
                )


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
        for item in value.values():
            yield from _fields(item)
    elif isinstance(value, list):
        for item in value:
            yield from _fields(item)
