"""A project's files as documents and findings: everything that can be known without a key and a network.

What one environment makes of the documents is said by ``resolving``; nothing here prints.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from offers_sync import codes
from offers_sync.findings import Finding, Position
from offers_sync.loading.complaints import Complaint, from_pointer
from offers_sync.loading.composing import compose, read_values
from offers_sync.loading.files import RawFile, decode, list_files
from offers_sync.loading.findings import find, find_in_text, locate
from offers_sync.loading.project import PROJECT_FILE
from offers_sync.loading.texts import FileText
from offers_sync.loading.validating import as_document, examine, examine_document
from offers_sync.models.kinds import AnyDocument
from offers_sync.models.project import Project
from offers_sync.models.values import Source


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document without faults of its own, and where it is written."""

    model: AnyDocument
    source: Source


@dataclass(frozen=True, slots=True)
class Loaded:
    """A project as it is written."""

    folder: Path
    project: Project | None
    """What offers.yaml says, unless something is wrong with it."""
    documents: tuple[LoadedDocument, ...]
    findings: tuple[Finding, ...]
    texts: Mapping[str, FileText] = field(repr=False)

    def locate(self, source: Source, pointer: str) -> tuple[Position, str] | None:
        """Where a value stands and the line it begins on; the nearest existing parent of a missing one."""
        text = self.texts.get(source.file)
        return None if text is None else locate(compose(text), source.index, from_pointer(pointer))


def load_project(folder: Path, *, hosts: Collection[str] = (), now: datetime | None = None) -> Loaded:
    """The project in a folder with an offers.yaml."""
    return load_files(folder, list_files(folder), hosts=hosts, now=now)


def load_files(
    folder: Path, files: Iterable[RawFile], *, hosts: Collection[str] = (), now: datetime | None = None
) -> Loaded:
    """The project that some files make, wherever they were read from."""
    with _no_collection():
        return _Reading(hosts, now or datetime.now(UTC)).read(folder, files)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Values of YAML and models hold no cycles, and looking for some doubles the cost of making them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Reading:
    """What has been read so far."""

    def __init__(self, hosts: Collection[str], now: datetime) -> None:
        self._hosts, self._now = hosts, now
        self._texts: dict[str, FileText] = {}
        self._documents: list[LoadedDocument] = []
        self._findings: list[Finding] = []
        self._project: Project | None = None

    def read(self, folder: Path, files: Iterable[RawFile]) -> Loaded:
        for file in files:
            self._read_file(file)
        findings = tuple(sorted(self._findings, key=lambda finding: finding.sort_key))
        return Loaded(folder, self._project, tuple(self._documents), findings, self._texts)

    def _read_file(self, file: RawFile) -> None:
        text = decode(file)
        if isinstance(text, Finding):
            self._findings.append(text)
            return
        self._texts[file.name] = text
        values = read_values(text)
        self._findings.extend(find_in_text(text, complaint) for complaint in values.complaints)
        if not values.complaints and all(value is None for value in values.documents):
            self._findings.append(_empty(text))
        for index, written in enumerate(values.documents):
            if written is not None:
                self._read_document(text, Source(file.name, index), written)

    def _read_document(self, text: FileText, source: Source, written: Any) -> None:
        if source.file == PROJECT_FILE:
            examined = examine(Project, written)
            self._project = examined.model if isinstance(examined.model, Project) else None
        else:
            examined = examine_document(written)
            if examined.model is not None:
                self._documents.append(LoadedDocument(as_document(examined.model), source))
        self._complain(text, source, examined.complaints)

    def _complain(self, text: FileText, source: Source, complaints: Iterable[Complaint]) -> None:
        self._findings.extend(find(compose(text), source.index, complaint) for complaint in complaints)


def _empty(text: FileText) -> Finding:
    return Finding.of(
        codes.FILE_EMPTY,
        "the file holds no document",
        hint=codes.FILE_EMPTY.remedy,
        position=Position(text.file, 1, 1, 1, 1),
    )
