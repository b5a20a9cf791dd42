"""The files of a project as a commit has them, read from git's objects without touching the work tree.

The commit is the merge base of a name and HEAD, so that what others merged meanwhile is nobody's change.  What the
files say is read by ``loading``.
"""

from __future__ import annotations

import posixpath
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offers_sync import codes
from offers_sync.errors import InvalidInputError
from offers_sync.findings import Finding, Position
from offers_sync.loading.complaints import advice
from offers_sync.loading.files import FILE_BYTES_LIMIT, RawFile, is_read

FETCH_HINT: Final = "fetch the whole history, with `fetch-depth: 0` for actions/checkout or `git fetch --unshallow`"
TIMEOUT_SECONDS: Final = 120
_LINKS_LIMIT: Final = 8
_LINK, _FILE, _SUBMODULE = "120000", "100", "160000"
_OWN_REMEDY: Final = "safe.directory"
"""What git proposes by itself where the folder belongs to somebody else."""
_REPOSITORY_HINT: Final = "--base compares with a commit, so the project has to be in a git repository"


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit, and the YAML files that the project's folder has in it; none where the folder is not there."""

    commit: str
    files: tuple[RawFile, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file of a tree, by its path in the repository."""

    mode: str
    object_id: str
    path: str


def read_base(folder: Path, ref: str) -> Revision:
    """The project where HEAD left ``ref``; raises ``InvalidInputError`` with the way out."""
    git = _Git(folder)
    if git.text("rev-parse", "--is-shallow-repository").strip() == "true":
        raise InvalidInputError(
            f"the base of {ref} cannot be found: this clone is shallow and does not have the history", hint=FETCH_HINT
        )
    commit = _merge_base(git, ref)
    prefix = git.text("rev-parse", "--show-prefix").removesuffix("\n")
    entries = {entry.path: entry for entry in _tree(git, commit, prefix)}
    return Revision(commit, (*_files(git, entries, prefix), *_submodules(folder, entries.values(), prefix)))


def _merge_base(git: _Git, ref: str) -> str:
    if not _is_commit(git, "HEAD"):
        raise InvalidInputError("this repository has no commit yet, so there is no base", hint="plan without --base")
    if not _is_commit(git, ref):
        raise InvalidInputError(
            f"git knows no commit called {ref}",
            hint="check the name, and fetch it first: `git fetch origin main`, then `--base origin/main`",
        )
    found = git.run("merge-base", "--end-of-options", ref, "HEAD")
    if found.returncode:
        raise InvalidInputError(f"{ref} and HEAD have no commit in common", hint="choose the branch this one left")
    return found.stdout.decode().strip()


def _is_commit(git: _Git, name: str) -> bool:
    arguments = ("--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return git.run("rev-parse", *arguments).returncode == 0


def _tree(git: _Git, commit: str, prefix: str) -> Iterator[_Entry]:
    """The files below the project's folder, by their paths in the repository; hidden ones are left alone."""
    listing = git.output("ls-tree", "-r", "-z", "--full-tree", commit, "--", prefix or ".")
    for line in listing.split(b"\0"):
        if not line:
            continue
        facts, _, path = line.partition(b"\t")
        mode, _, object_id = facts.decode().split(" ")
        yield _Entry(mode, object_id, path.decode("utf-8", "backslashreplace"))


def _files(git: _Git, entries: Mapping[str, _Entry], prefix: str) -> Iterator[RawFile]:
    wanted = {
        path.removeprefix(prefix): entry
        for path, entry in sorted(entries.items())
        if is_read(path) and not _is_hidden(path.removeprefix(prefix))
    }
    targets = {name: _followed(git, entry, entries) for name, entry in wanted.items()}
    contents = git.contents({target.object_id for target in targets.values() if target is not None})
    for name, target in targets.items():
        if target is None:
            yield RawFile(name, b"", _outside(name))
        else:
            yield RawFile(name, contents[target.object_id][: FILE_BYTES_LIMIT + 1])


def _submodules(folder: Path, entries: Iterable[_Entry], prefix: str) -> Iterator[RawFile]:
    """What the project takes from other repositories, in place of its files, which this one does not have."""
    for entry in entries:
        name = entry.path.removeprefix(prefix)
        if entry.mode == _SUBMODULE and not _is_hidden(name) and _holds_yaml(folder / name):
            yield RawFile(name, b"", _unknown(name))


def _holds_yaml(folder: Path) -> bool:
    return any(is_read(path.name) for path in folder.rglob("*"))


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _followed(git: _Git, entry: _Entry, entries: Mapping[str, _Entry]) -> _Entry | None:
    """The file that an entry is, or that its symbolic link leads to within the project."""
    for _ in range(_LINKS_LIMIT):
        if entry.mode != _LINK:
            return entry if entry.mode.startswith(_FILE) else None
        target = git.contents({entry.object_id})[entry.object_id].decode("utf-8", "backslashreplace")
        found = entries.get(posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), target)))
        if found is None:
            return None
        entry = found
    return None


def _outside(name: str) -> Finding:
    return Finding.of(
        codes.FILE_OUTSIDE,
        "a symbolic link leads out of the project",
        hint=advice(codes.FILE_OUTSIDE),
        position=Position(name, 1, 1, 1, 1),
    )


def _unknown(name: str) -> Finding:
    return Finding.of(
        codes.FILE_UNREADABLE,
        "it is a git submodule, whose files the commit does not have",
        hint="keep the files of the project in its own repository, or plan without --base",
        position=Position(name, 1, 1, 1, 1),
    )


class _Git:
    """Git's plumbing in one folder; nothing that it is asked to do writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """What git answers, whatever its exit code."""
        command: Sequence[str] = ("git", "--no-replace-objects", "--no-optional-locks", *arguments)
        try:
            return subprocess.run(  # noqa: S603  a fixed program, and names after --end-of-options
                command, cwd=self._folder, input=given, capture_output=True, check=False, timeout=TIMEOUT_SECONDS
            )
        except FileNotFoundError as error:
            raise InvalidInputError("--base needs git, which is not installed", hint="install git") from error
        except subprocess.TimeoutExpired as error:
            raise InvalidInputError(f"git {arguments[0]} did not answer within {TIMEOUT_SECONDS} seconds") from error

    def output(self, *arguments: str, given: bytes = b"") -> bytes:
        """What git answers; raises ``InvalidInputError`` with its words where it does not."""
        done = self.run(*arguments, given=given)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            proposed = next((line.strip() for line in said if _OWN_REMEDY in line), "")
            raise InvalidInputError(
                f"git cannot read {self._folder}: {said[0] if said else 'it says no more'}",
                hint=f"if you trust whom the folder belongs to: {proposed}" if proposed else _REPOSITORY_HINT,
            )
        return done.stdout

    def text(self, *arguments: str) -> str:
        """The same as text."""
        return self.output(*arguments).decode("utf-8", "surrogateescape")

    def contents(self, object_ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of objects, by id."""
        wanted = sorted(object_ids)
        if not wanted:
            return {}
        answer = self.output("cat-file", "--batch", given="\n".join(wanted).encode() + b"\n")
        found: dict[str, bytes] = {}
        place = 0
        for object_id in wanted:
            end = answer.index(b"\n", place)
            size = int(answer[place:end].split(b" ")[2])
            found[object_id] = answer[end + 1 : end + 1 + size]
            place = end + 1 + size + 1
        return found
