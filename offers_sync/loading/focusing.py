"""Looking at some files of a project only: which others must be parsed to judge them.

A file is left out only where its bytes prove that it does not bear on those that are asked about: a word that
matters is not in it, however it may be spelled, or no document in it can have that word for a name.  What only the
absence of a document can say, that a reference or a translation is missing, is not believed before everything that
might hold it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from offers_sync import codes
from offers_sync.findings import Finding
from offers_sync.loading.composing import read_values
from offers_sync.loading.files import RawFile, decode
from offers_sync.loading.identities import looks_derived
from offers_sync.loading.identity import derive_id, inline_key
from offers_sync.loading.project import PROJECT_FILE

_OWN_NAMES: Final = frozenset({"key", "formerly"})
_OWN_FIELDS: Final = tuple(name.encode() for name in sorted(_OWN_NAMES))
_REFERENCES: Final = frozenset({"selector", "criterion", "schedule", "redeemable"})
_IDS: Final = frozenset({"external_id", "external_campaign_id"})
_STEPS: Final = 2
"""From a campaign to its offer, and on to the schedule of that."""
_WORDS_LIMIT: Final = 200
"""More words than these are looked for faster by parsing everything."""
_PLAIN_PART: Final = re.compile(r"[A-Za-z0-9_-]+")
"""Of an id, what no way of quoting can interrupt but by an escape."""

_BREAK: Final = rb"(?:\r\n|[\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9])"
"""What ends a line for the parser."""
_TELLING_ESCAPE: Final = re.compile(rb"\\(?:[xuU]|%s)" % _BREAK)
_ESCAPE: Final = re.compile(
    rb"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(%s[ \t]*)|.)" % _BREAK, re.DOTALL
)
_OWN_NAME: Final = rb"""["']?[ \t]*+:[ \t]*+(?:["']?(?:%s)(?![a-z0-9-])|(?!["']?[a-z0-9-]))"""
"""Behind a field's name, a value that is one of some words, or is not to be seen on this line."""
_ALIAS_AS_NAME: Final = re.compile(rb"\*[\w-]+[ \t]*:")
_NAME_ABOVE: Final = re.compile(rb"(?:\A|%s)[ \t]*:" % _BREAK)
"""A field whose name, marked by a question mark, stands on a line before."""
_CATALOGUE: Final = b"locale"
_END_OF_WORD: Final = re.compile(rb"(?![\w-])")
_LANGUAGE: Final = b"language"


@dataclass(frozen=True, slots=True)
class Focus:
    """The files that are asked about by name, and the folders, which end in a stroke."""

    names: tuple[str, ...]

    def holds(self, file: str) -> bool:
        """Whether a file is asked about."""
        return any(file == name or (name.endswith("/") and file.startswith(name)) for name in self.names)


def narrow(focus: Focus, files: Sequence[RawFile]) -> Sequence[RawFile]:
    """The files that are asked about, offers.yaml, and those that they refer to or may clash with."""
    words = _Words(_project_name(files))
    taken = {file.name for file in files if focus.holds(file.name)}
    contents = [(file, _searchable(file.content)) for file in files]
    fresh: Iterable[RawFile] = [file for file in files if file.name in taken]
    for step in range(_STEPS):
        for file in fresh:
            words.collect(file, is_asked=step == 0)
        if words.are_too_many:
            return files
        bears = words.search()
        if bears is None:
            break
        fresh = [file for file, content in contents if file.name not in taken and bears(content)]
        taken.update(file.name for file in fresh)
    names = [name.encode() for name in sorted(words.names)]
    for file, content in contents:
        if file.name == PROJECT_FILE or (_is_catalogue(content) and any(name in content for name in names)):
            taken.add(file.name)
    return [file for file in files if file.name in taken]


def widen(findings: Iterable[Finding], narrowed: Sequence[RawFile], files: Sequence[RawFile]) -> Sequence[RawFile]:
    """The files that must be parsed before findings about what is missing are believed."""
    found = {finding.code for finding in findings}
    if codes.UNKNOWN_REFERENCE.name in found:
        return files
    if codes.MISSING_TRANSLATION.name not in found:
        return narrowed
    taken = {file.name for file in narrowed}
    return [file for file in files if file.name in taken or _may_translate(_searchable(file.content))]


def _may_translate(content: bytes) -> bool:
    """Whether a file may hold a catalogue, be it one that cannot be read."""
    return _LANGUAGE in content or _is_catalogue(content)


def _is_catalogue(content: bytes) -> bool:
    """Whether a document's kind may be that of a catalogue."""
    return _has(content, _CATALOGUE, _END_OF_WORD)


def _has(content: bytes, word: bytes, end: re.Pattern[bytes]) -> bool:
    """Whether a word is there with something behind it; so it is found sooner than by one expression for both."""
    place = content.find(word)
    while place >= 0:
        place += len(word)
        if end.match(content, place):
            return True
        place = content.find(word, place)
    return False


def _searchable(content: bytes) -> bytes:
    """A file's bytes as they are, and once more with the escapes of letters resolved, if there are any."""
    if b"\\" not in content or _TELLING_ESCAPE.search(content) is None:
        return content
    return content + b"\n" + _ESCAPE.sub(_unescaped, content)


def _unescaped(escape: re.Match[bytes]) -> bytes:
    short, middle, long, line_break = escape.groups()
    if line_break is not None:
        return b""
    digits = short or middle or long
    if digits is None or int(digits, 16) > 0x10FFFF:
        return escape[0]
    return chr(int(digits, 16)).encode("utf-8", "surrogatepass")


def _project_name(files: Iterable[RawFile]) -> str | None:
    """What derived ids begin with, if it can be read."""
    for file in files:
        if file.name == PROJECT_FILE:
            written = next(iter(_documents(file)), None)
            name = written.get("project") if isinstance(written, dict) else None
            return name if isinstance(name, str) else None
    return None


def _documents(file: RawFile) -> Sequence[Any]:
    text = decode(file)
    return () if isinstance(text, Finding) else read_values(text).documents


@dataclass
class _Words:
    """What other files must hold to bear on those that were collected."""

    project: str | None
    names: set[str] = field(default_factory=set)
    """The keys, present and former, that another document may have."""
    ids: set[str] = field(default_factory=set)
    """The ids that another document may have written out."""
    are_too_many: bool = False
    """Whether looking for them is no quicker than parsing everything, or proves nothing."""
    _searched: set[str] = field(default_factory=set)

    def collect(self, file: RawFile, *, is_asked: bool) -> None:
        """Add the words of a file; what it claims to be matters only where it is asked about."""
        for document in _documents(file):
            own_names: set[str] = set()
            for name, value in _fields(document):
                if name in _OWN_NAMES and isinstance(value, str):
                    own_names.add(value)
                elif name in _REFERENCES and isinstance(value, str):
                    self.names.add(value)
                elif name == "redeemables" and isinstance(value, dict):
                    self.names.update(value)
                elif name in _IDS and is_asked:
                    self._claim(value.values() if isinstance(value, dict) else (value,))
            self.names |= own_names
            if is_asked and self.project is not None and isinstance(document, dict):
                self._claim_derived(self.project, document.get("kind"), own_names)
        self.are_too_many |= len(self.names) + len(self.ids) > _WORDS_LIMIT

    def _claim(self, written: Iterable[Any]) -> None:
        """Ids that are written out; one that was derived belongs to a key that nobody knows."""
        for external_id in written:
            if isinstance(external_id, str):
                part = max(_PLAIN_PART.findall(external_id), key=len, default="")
                self.ids.add(part)
                self.are_too_many |= looks_derived(external_id) or not part

    def _claim_derived(self, project: str, kind: Any, own_names: Collection[str]) -> None:
        if kind == "redeemable":
            self.ids |= {derive_id(project, "criterion", inline_key(name)) for name in own_names}
        if isinstance(kind, str):
            self.ids |= {derive_id(project, cast("Any", kind), name) for name in own_names}

    def search(self) -> _Search | None:
        """What finds in a file those that were not looked for before, if there are any."""
        ids = tuple(external_id.encode() for external_id in sorted(self.ids - self._searched))
        names = tuple(name.encode() for name in sorted(self.names - self._searched))
        self._searched |= self.ids | self.names
        any_name = b"|".join(map(re.escape, names)) or b"(?!)"
        return _Search(names, re.compile(_OWN_NAME % any_name), ids) if names or ids else None


@dataclass(frozen=True, slots=True)
class _Search:
    """Whether a file bears on what was collected, as far as its bytes tell."""

    names: tuple[bytes, ...]
    own_name: re.Pattern[bytes]
    ids: tuple[bytes, ...]

    def __call__(self, content: bytes) -> bool:
        for external_id in self.ids:
            if external_id in content:
                return True
        return self._may_be_named(content) and any(name in content for name in self.names)

    def _may_be_named(self, content: bytes) -> bool:
        """Whether a document may have one of the names, unless that is not in the file at all."""
        for field_name in _OWN_FIELDS:
            if _has(content, field_name, self.own_name):
                return True
        if b"*" in content and _ALIAS_AS_NAME.search(content) is not None:
            return True
        return b"?" in content and _NAME_ABOVE.search(content) is not None


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
        for item in value.values():
            yield from _fields(item)
    elif isinstance(value, list):
        for item in value:
            yield from _fields(item)
