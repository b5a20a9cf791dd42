"""A project's files as documents and findings: everything that can be known without a key and a network.

What one environment makes of the documents is said by ``resolving``; nothing here prints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice, starmap
from pathlib import Path
from typing import Any, Final, cast

from offers_sync import codes
from offers_sync.collecting import no_collection
from offers_sync.findings import Finding, Position, Severity, Source
from offers_sync.loading.census import Census, Charge, FaultyDocument, LoadedDocument
from offers_sync.loading.complaints import Complaint, advice, from_pointer
from offers_sync.loading.composing import read_values
from offers_sync.loading.crosschecks import (
    check_allowances,
    check_environments,
    check_locations,
    check_names,
    check_references,
)
from offers_sync.loading.files import RawFile, decode, list_files
from offers_sync.loading.findings import find, find_in_text
from offers_sync.loading.focusing import Focus, narrow
from offers_sync.loading.identities import check_identities
from offers_sync.loading.judging import judge
from offers_sync.loading.moments import check_moments
from offers_sync.loading.places import places_in
from offers_sync.loading.project import PROJECT_FILE
from offers_sync.loading.project_rules import Surroundings
from offers_sync.loading.salvaging import Salvaged, salvage
from offers_sync.loading.secrecy import cover_secrets
from offers_sync.loading.texts import FileText
from offers_sync.loading.translations import check_translations
from offers_sync.loading.validating import examine_document, examine_project
from offers_sync.models.kinds import KINDS, AnyDocument
from offers_sync.models.project import Project, is_waived

__all__ = ["Loaded", "LoadedDocument", "load_files", "load_project"]

_BATCH: Final = 64
"""Files are parsed, then examined, so many at a time: what stays in the processor's cache is quicker by a tenth."""
_KEY_LINE: Final = re.compile(r"^[ \t-]*key:[ \t]*[\"']?([a-z0-9-]+)", re.MULTILINE)
_CHECKS_OF_REFERENCES: Final[tuple[Callable[[Census], Iterator[Charge]], ...]] = (
    check_references,
    check_environments,
    check_locations,
)
"""These are asked of documents with faults too, as far as they can be read."""
_CHECKS: Final[tuple[Callable[[Census], Iterator[Charge]], ...]] = (
    check_names,
    check_allowances,
    *_CHECKS_OF_REFERENCES,
    check_identities,
    check_translations,
    check_moments,
    judge,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A project as it is written."""

    folder: Path
    project: Project | None
    """What offers.yaml says, unless something is wrong with it."""
    documents: tuple[LoadedDocument, ...]
    """The documents without an error of their own."""
    findings: tuple[Finding, ...]
    count: int
    """How many documents were looked at, those with errors included."""
    texts: Mapping[str, FileText] = field(repr=False)

    def locate(self, source: Source, pointer: str) -> tuple[Position, str] | None:
        """Where a value stands and the line it begins on; the nearest existing parent of a missing one."""
        text = self.texts.get(source.file)
        return None if text is None else places_in(text).locate(source.index, from_pointer(pointer))


def load_project(
    folder: Path, *, hosts: Collection[str] = (), now: datetime | None = None, focus: Focus | None = None
) -> Loaded:
    """The project in a folder with an offers.yaml; ``hosts`` are trusted beside the vendor's.

    With a focus, only the files that are asked about have findings, and of the others only those are parsed that
    bear on them; such a project is for looking at, not for planning.
    """
    files = list_files(folder)
    if focus is None:
        return load_files(folder, files, hosts=hosts, now=now)
    kept = tuple(files)
    narrowed = narrow(focus, kept)
    loaded = load_files(folder, narrowed, hosts=hosts, now=now, focus=focus)
    is_missing = any(finding.code == codes.UNKNOWN_REFERENCE.name for finding in loaded.findings)
    if is_missing and len(narrowed) < len(kept):
        return load_files(folder, kept, hosts=hosts, now=now, focus=focus)
    return loaded


def load_files(
    folder: Path,
    files: Iterable[RawFile],
    *,
    hosts: Collection[str] = (),
    now: datetime | None = None,
    focus: Focus | None = None,
) -> Loaded:
    """The project that some files make, wherever they were read from."""
    reading = _Reading(Surroundings(hosts, now or datetime.now(UTC)), focus)
    with no_collection():
        remaining = iter(files)
        while batch := tuple(islice(remaining, _BATCH)):
            reading.read(batch)
        return reading.finish(folder)


class _Reading:
    """What has been read so far."""

    def __init__(self, surroundings: Surroundings, focus: Focus | None) -> None:
        self._surroundings, self._focus = surroundings, focus
        self._texts: dict[str, FileText] = {}
        self._project: Project | None = None
        self._sound_rest: Project | None = None
        self._documents: list[LoadedDocument] = []
        self._faulty: list[FaultyDocument] = []
        self._salvaged: dict[Source, Salvaged] = {}
        self._names: dict[Source, tuple[str, str]] = {}
        self._findings: list[Finding] = []
        self._charges: list[Charge] = []

    def read(self, files: Iterable[RawFile]) -> None:
        """Take in some files."""
        for source, written in [document for file in files for document in self._parse(file)]:
            if source.file == PROJECT_FILE:
                self._read_project(source, written)
            else:
                self._read_document(source, written)

    def _parse(self, file: RawFile) -> Iterator[tuple[Source, Any]]:
        text = decode(file)
        if isinstance(text, Finding):
            self._findings.append(text)
            return
        if file.name == PROJECT_FILE:
            text = cover_secrets(text)
        self._texts[file.name] = text
        values = read_values(text)
        if values.complaints:
            self._findings.extend(find_in_text(text, complaint) for complaint in values.complaints)
            self._count_lost(text)
        elif all(written is None for written in values.documents):
            self._findings.append(_empty(text))
        for index, written in enumerate(values.documents):
            if written is not None:
                yield Source(file.name, index), written

    def _count_lost(self, text: FileText) -> None:
        """Documents behind a syntax error, by their key alone, so that references to them are left in peace."""
        for key in _KEY_LINE.findall(text.text):
            self._faulty.extend(FaultyDocument(kind, key, None) for kind in KINDS)

    def _read_project(self, source: Source, written: Any) -> None:
        if source.index != 0:
            message = f"{PROJECT_FILE} holds one document, and this is another"
            complaint = Complaint(codes.WRONG_FORM, (), message, "write it into a file of its own")
            self._charges.append((source, complaint))
            return
        examined = examine_project(written, self._surroundings)
        self._project = self._sound_rest = cast("Project | None", examined.model)
        if self._project is None and isinstance(written, dict):
            self._sound_rest = _rest_of_project(written, examined.complaints)
        self._charges.extend((source, complaint) for complaint in examined.complaints)

    def _read_document(self, source: Source, written: Any) -> None:
        examined = examine_document(written)
        kind, key = self._names[source] = _name_of(written)
        if examined.model is not None:
            self._documents.append(LoadedDocument(cast("AnyDocument", examined.model), source))
        elif kind in KINDS:
            self._faulty.append(FaultyDocument(kind, key, source))
            self._salvage(kind, source, written)
        self._charges.extend((source, complaint) for complaint in examined.complaints)

    def _salvage(self, kind: str, source: Source, written: dict[str, Any]) -> None:
        salvaged = salvage(KINDS[kind], written)
        if salvaged is not None:
            self._salvaged[source] = salvaged

    def finish(self, folder: Path) -> Loaded:
        """Hold the documents against each other, and look up where everything stands."""
        census = Census(self._sound_rest, tuple(self._documents), tuple(self._faulty))
        for check in _CHECKS:
            self._charges.extend(check(census))
        if self._salvaged:
            self._check_salvaged(census)
        self._charges.sort(key=lambda charge: charge[0])
        counted = (charge for charge in self._charges if self._counts(*charge))
        findings = (finding for finding in self._findings if finding.position and self._is_asked(finding.position.file))
        everything = sorted((*findings, *starmap(self._find, counted)), key=lambda finding: finding.sort_key)
        count = sum(self._is_asked(source.file) for source in self._names)
        return Loaded(folder, self._project, census.documents, tuple(_once(everything)), count, self._texts)

    def _check_salvaged(self, census: Census) -> None:
        """What documents with faults refer to, but for what was filled in or complained about before."""
        known = {(source, complaint.path) for source, complaint in self._charges}
        rest = tuple(
            LoadedDocument(cast("AnyDocument", salvaged.model), source) for source, salvaged in self._salvaged.items()
        )
        examined = replace(census, salvaged=rest)
        for check in _CHECKS_OF_REFERENCES:
            self._charges.extend(
                (source, complaint)
                for source, complaint in check(examined)
                if self._salvaged[source].wrote(complaint.path) and (source, complaint.path) not in known
            )

    def _counts(self, source: Source, complaint: Complaint) -> bool:
        """Whether the file is asked about, and no reviewed exception waives the complaint, which is no error."""
        if not self._is_asked(source.file):
            return False
        if self._project is None or complaint.code.severity is Severity.ERROR:
            return True
        return not is_waived(self._project, complaint.code.name, *self._names.get(source, ("", "")))

    def _is_asked(self, file: str) -> bool:
        return self._focus is None or self._focus.holds(file)

    def _find(self, source: Source, complaint: Complaint) -> Finding:
        if complaint.elsewhere is not None:
            other, path = complaint.elsewhere
            place = places_in(self._texts[other.file]).locate(other.index, path)
            complaint = replace(complaint, message=f"{complaint.message}, in {place[0] if place else other.file}")
        return find(places_in(self._texts[source.file]), source.index, complaint)


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """What is written once and used twice, by an alias, is said once."""
    seen = set()
    for finding in findings:
        said = (finding.code, finding.position, finding.message)
        if said not in seen:
            yield finding
        seen.add(said)


def _rest_of_project(written: dict[str, Any], complaints: Iterable[Complaint]) -> Project | None:
    """An offers.yaml to hold documents against, if its faults do not bear on them."""
    salvaged = salvage(Project, written) if all(map(_bears_on_no_document, complaints)) else None
    return cast("Project", salvaged.model) if salvaged is not None else None


def _bears_on_no_document(complaint: Complaint) -> bool:
    match complaint.path:
        case ("guards" | "allow", *_):
            return True
        case ("environments", _):
            return complaint.code is codes.FIELD_NEEDED
        case ("environments", _, str() as field, *_):
            return field != "locations" and complaint.meant != "locations"
    return False


def _name_of(written: Any) -> tuple[str, str]:
    """Kind and key as they are written, the language for want of a key."""
    if not isinstance(written, dict):
        return "", ""
    kind, key = written.get("kind"), written.get("key", written.get("language"))
    return (kind if isinstance(kind, str) else ""), (key if isinstance(key, str) else "")


def _empty(text: FileText) -> Finding:
    return Finding.of(
        codes.FILE_EMPTY,
        "the file holds no document",
        hint=advice(codes.FILE_EMPTY),
        position=Position(text.file, 1, 1, 1, 1),
    )
