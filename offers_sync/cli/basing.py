"""The project where a branch left the main one: what it wanted, and where it sent offers to.

Environments are taken from there, so that a change under review cannot send the key elsewhere.  Reading git is done
by ``loading.revisions``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offers_sync import codes
from offers_sync.errors import InvalidInputError
from offers_sync.findings import Finding, Severity, Source
from offers_sync.loading.loading import Loaded, load_files
from offers_sync.loading.project import PROJECT_FILE
from offers_sync.loading.resolving import resolve
from offers_sync.loading.revisions import read_base
from offers_sync.models.project import Environment
from offers_sync.planning.question import Base

_OURS: Final = {"locations"}
"""What an environment says that has nothing to do with where the key goes."""


@dataclass(frozen=True, slots=True)
class BaseSide:
    """The project as the base has it; ``None`` where the base has no offers.yaml."""

    commit: str
    loaded: Loaded | None

    @property
    def environments(self) -> Mapping[str, Environment] | None:
        """The base's environments, if it has any."""
        project = self.loaded.project if self.loaded is not None else None
        return project.environments if project is not None else None

    def base(self, environment: str) -> Base:
        """What the base wanted of an environment, or why that is not known."""
        if self.loaded is None:
            return Base()
        resolution = resolve(self.loaded, environment)
        findings = (*self.loaded.findings, *resolution.findings)
        faults = [finding for finding in findings if finding.severity is Severity.ERROR and not _is_of_project(finding)]
        if faults:
            return Base(fault=f"the files of the base {self.commit[:12]} have {_told(faults)}")
        return Base(resolution.desired)


def _told(faults: Sequence[Finding]) -> str:
    """How many faults there are, and the first one with its place, which is one of the base."""
    first = faults[0]
    place = f"{first.position.file}:{first.position.line}: " if first.position is not None else ""
    count = "a fault" if len(faults) == 1 else f"{len(faults):,} faults, the first of them"
    return f"{count}: {place}{first.message}"


def read_base_side(folder: Path, ref: str, hosts: Collection[str]) -> BaseSide:
    """The project where HEAD left ``ref``; raises ``InvalidInputError`` where that cannot be told."""
    revision = read_base(folder, ref)
    if not any(file.name == PROJECT_FILE for file in revision.files):
        return BaseSide(revision.commit, None)
    loaded = load_files(folder, revision.files, hosts=hosts)
    if loaded.project is None:
        faults = [each for each in loaded.findings if each.severity is Severity.ERROR and _is_of_project(each)]
        raise InvalidInputError(
            f"the environments of the base {revision.commit[:12]} are not known, since it has {_told(faults)}",
            hint=f"plan without --base, or mend {PROJECT_FILE} on the base first",
        )
    return BaseSide(revision.commit, loaded)


def changed_environments(side: BaseSide, loaded: Loaded) -> Iterator[Finding]:
    """A finding for each environment that this change adds, removes or sends elsewhere."""
    before, after = side.environments or {}, loaded.project.environments if loaded.project is not None else {}
    for name in sorted({*before, *after}):
        what = _what_changed(before.get(name), after.get(name))
        if what:
            place = loaded.locate(Source(PROJECT_FILE), f"/environments/{name}")
            counts = "what the base says counts" if side.environments is not None else "the base has none to take"
            yield Finding.of(
                codes.ENVIRONMENTS_CHANGED,
                f"the environment `{name}` is {what} by this change; {counts}",
                hint=codes.ENVIRONMENTS_CHANGED.hint,
                path=f"/environments/{name}",
                position=place[0] if place is not None else None,
                source_line=place[1] if place is not None else "",
            )


def _what_changed(before: Environment | None, after: Environment | None) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    is_same = before.model_dump(exclude=_OURS) == after.model_dump(exclude=_OURS)
    return "" if is_same else "changed"


def _is_of_project(finding: Finding) -> bool:
    """Whether it is about offers.yaml, which was read all the same: an exception that ended, say."""
    return finding.position is not None and finding.position.file == PROJECT_FILE
