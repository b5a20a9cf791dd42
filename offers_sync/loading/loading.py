"""A project's files as documents and findings: everything that can be known without a key and a network.

What one environment makes of the documents is said by ``resolving``; nothing here prints.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice, starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from offers_sync import codes
from offers_sync.collecting import no_collection
from offers_sync.findings import Finding, Position, Severity, Source
from offers_sync.loading.census import Census, Charge, FaultyDocument, LoadedDocument
from offers_sync.loading.complaints import Complaint, advice, from_pointer
from offers_sync.loading.complaints import Path as FieldPath
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
from offers_sync.loading.focusing import Focus, narrow, widen
from offers_sync.loading.identities import check_identities
from offers_sync.loading.judging import judge
from offers_sync.loading.moments import check_moments
from offers_sync.loading.places import places_in
from offers_sync.loading.project import PROJECT_FILE
from offers_sync.loading.project_rules import Surroundings
from offers_sync.loading.secrecy import cover_secrets
from offers_sync.loading.texts import FileText
from offers_sync.loading.translations import check_translations
from offers_sync.loading.validating import Examined, examine_document, examine_project
from offers_sync.models.kinds import KINDS, AnyDocument
from offers_sync.models.project import Project, is_waived

if TYPE_CHECKING:
    from pydantic import BaseModel

    from offers_sync.loading.salvaging import Gaps

__all__ = ["Loaded", "LoadedDocument", "load_files", "load_project"]

_BATCH: Final = 64
"""Files are parsed, then examined, so many at a time: what stays in the processor's cache is quicker by a tenth."""
_CHECKS: Final[tuple[Callable[[Census], Iterator[Charge]], ...]] = (
    check_names,
    check_allowances,
    check_references,
    check_environments,
    check_locations,
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
    waived: int = 0
    """How many findings there would be more, were it not for reviewed exceptions."""

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
    widened = widen(loaded.findings, narrowed, kept)
    return loaded if len(widened) == len(narrowed) else load_files(folder, widened, hosts=hosts, now=now, focus=focus)


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
        self._rest_of_project: Project | None = None
        self._waiving: Project | None = None
        self._documents: list[LoadedDocument] = []
        self._faulty: list[FaultyDocument] = []
        self._gaps: dict[Source, Gaps] = {}
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
            self._count_lost(file.content.decode("utf-8", "replace"), is_whole=False)
            return
        if file.name == PROJECT_FILE:
            text = cover_secrets(text)
        self._texts[file.name] = text
        values = read_values(text)
        if values.complaints:
            self._findings.extend(find_in_text(text, complaint) for complaint in values.complaints)
            self._count_lost(text.text, is_whole=values.is_whole)
        elif all(written is None for written in values.documents):
            self._findings.append(_empty(text))
        for index, written in enumerate(values.documents):
            if written is not None:
                yield Source(file.name, index), written

    def _count_lost(self, text: str, *, is_whole: bool) -> None:
        """Documents that a text may have beside those that were read from it, by their names alone."""
        from offers_sync.loading.losing import lost_documents  # noqa: PLC0415  only where something is wrong

        self._faulty.extend(lost_documents(text, with_catalogues=not is_whole))

    def _read_project(self, source: Source, written: Any) -> None:
        if source.index != 0:
            message = f"{PROJECT_FILE} holds one document, and this is another"
            complaint = Complaint(codes.WRONG_FORM, (), message, "write it into a file of its own")
            self._charges.append((source, complaint))
            return
        examined = examine_project(written, self._surroundings)
        self._project = self._rest_of_project = self._waiving = cast("Project | None", examined.model)
        if self._project is None and isinstance(written, dict):
            rest = cast("Project | None", self._salvage(Project, source, written, examined))
            self._rest_of_project, self._waiving = rest, _without_ended(rest, examined.complaints)
        self._charges.extend((source, complaint) for complaint in examined.complaints)

    def _read_document(self, source: Source, written: Any) -> None:
        examined = examine_document(written)
        self._names[source] = _name_of(written)
        if examined.model is not None:
            self._documents.append(LoadedDocument(cast("AnyDocument", examined.model), source))
        else:
            self._read_faulty_document(source, written, examined)
        self._charges.extend((source, complaint) for complaint in examined.complaints)

    def _read_faulty_document(self, source: Source, written: Any, examined: Examined) -> None:
        kind, key = self._names[source]
        if kind in KINDS:
            rest = self._salvage(KINDS[kind], source, written, examined)
            self._faulty.append(FaultyDocument(kind, key, source, is_read=rest is not None))
            if rest is not None:
                self._documents.append(LoadedDocument(cast("AnyDocument", rest), source, self._gaps[source]))
        if kind not in KINDS or not key:  # nobody can say whose name it has
            self._count_unnamed(source, written)

    def _salvage(
        self, model: type[BaseModel], source: Source, written: dict[str, Any], examined: Examined
    ) -> BaseModel | None:
        from offers_sync.loading.salvaging import salvage  # noqa: PLC0415  only where something is wrong

        salvaged = salvage(model, written, examined.complaints)
        if salvaged is None:
            return None
        self._gaps[source] = salvaged.gaps
        return salvaged.model

    def _count_unnamed(self, source: Source, written: Any) -> None:
        from offers_sync.loading.losing import lost_names  # noqa: PLC0415  only where something is wrong

        self._faulty.extend(lost_names(written, self._texts[source.file].text))

    def finish(self, folder: Path) -> Loaded:
        """Hold the documents against each other, and look up where everything stands."""
        documents = tuple(self._documents)
        gaps = self._gaps.get(Source(PROJECT_FILE))
        self._judge(Census(self._rest_of_project, documents, tuple(self._faulty), gaps))
        self._charges.sort(key=lambda charge: charge[0])
        asked = [charge for charge in self._charges if self._is_asked(charge[0].file)]
        counted = [charge for charge in asked if not self._is_waived(*charge)]
        findings = (finding for finding in self._findings if finding.position and self._is_asked(finding.position.file))
        everything = sorted((*findings, *starmap(self._find, counted)), key=lambda finding: finding.sort_key)
        count = sum(self._is_asked(source.file) for source in self._names)
        sound = documents if not self._gaps else tuple(each for each in documents if each.gaps is None)
        waived = len(asked) - len(counted)
        return Loaded(folder, self._project, sound, tuple(_once(everything)), count, self._texts, waived)

    def _judge(self, census: Census) -> None:
        """Hold the documents against each other; what was complained about before is left in peace."""
        known = {(source, complaint.path) for source, complaint in self._charges if _is_about_value(complaint)}
        for check in _CHECKS:
            charges = check(census)
            self._charges.extend(charges if not self._gaps else self._credible(charges, known))

    def _credible(self, charges: Iterable[Charge], known: Collection[tuple[Source, FieldPath]]) -> Iterator[Charge]:
        """Those about something that a person wrote and that nobody complained about before."""
        for source, complaint in charges:
            gaps = self._gaps.get(source)
            if (gaps is None or not gaps.cover(complaint.path)) and (source, complaint.path) not in known:
                yield source, complaint

    def _is_waived(self, source: Source, complaint: Complaint) -> bool:
        """Whether a reviewed exception waives the complaint; an error is never waived."""
        if self._waiving is None or complaint.code.severity is Severity.ERROR:
            return False
        return is_waived(self._waiving, complaint.code.name, *self._names.get(source, ("", "")))

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


def _without_ended(project: Project | None, complaints: Iterable[Complaint]) -> Project | None:
    """The project without the exceptions that have ended, which waive nothing."""
    ended = {complaint.path[1] for complaint in complaints if complaint.code is codes.ALLOWANCE_EXPIRED}
    if project is None or not ended:
        return project
    lasting = [each for place, each in enumerate(project.allow or ()) if place not in ended]
    return project.model_copy(update={"allow": lasting})


def _is_about_value(complaint: Complaint) -> bool:
    """Whether it is an error at a value, rather than one at a mapping for what that lacks."""
    return complaint.code.severity is Severity.ERROR and complaint.code is not codes.FIELD_NEEDED


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
