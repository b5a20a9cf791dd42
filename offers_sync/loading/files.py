"""The files of a project: which there are, and their text; or why a file cannot be taken.

Whoever opens a pull request chooses these files, so nothing is followed out of the folder, and nothing is read
beyond its limit.  What stands in a file is not looked at here.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offers_sync import codes
from offers_sync.findings import Code, Finding, Position
from offers_sync.loading.complaints import advice
from offers_sync.loading.texts import FileText

FILE_BYTES_LIMIT: Final = 1024 * 1024
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Opening must not wait for the other end of a pipe."""
_MARK: Final = "\ufeff"
"""The byte order mark, which is no part of the text."""
_SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file by its name within the project, with its content, or with what is wrong with it."""

    name: str
    content: bytes
    fault: Finding | None = None


def is_read(name: str) -> bool:
    """Whether a file of that name is read; capitals are as good, since some systems make no difference."""
    return name.lower().endswith(_SUFFIXES)


def list_files(folder: Path) -> Iterator[RawFile]:
    """Every YAML file below the folder, sorted by name; hidden files and folders are left alone."""
    root = os.path.realpath(folder)
    for name, path, is_link in sorted(_walk(root)):
        if is_link and not _is_inside(root, path):
            yield _refused(codes.FILE_OUTSIDE, name, "a symbolic link leads out of the project")
        else:
            yield _read(name, path)


def decode(file: RawFile) -> FileText | Finding:
    """The text of a file, or what is wrong with its bytes."""
    if file.fault is not None:
        return file.fault
    if len(file.content) > FILE_BYTES_LIMIT:
        return _fault(codes.FILE_TOO_LARGE, file.name, "the file is larger than 1 MiB", advice(codes.FILE_TOO_LARGE))
    try:
        return FileText(file.name, file.content.decode().removeprefix(_MARK))
    except UnicodeDecodeError as error:
        return _not_utf8(file, error.start)


def _walk(root: str) -> Iterator[tuple[str, str, bool]]:
    """Name, path, and whether it is a link; links to folders inside are left out: those files are listed already."""
    waiting = [(root, "")]
    while waiting:
        folder, prefix = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            yield prefix or ".", folder, False
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            name = prefix + _display(entry.name)
            is_link, is_yaml = entry.is_symlink(), is_read(entry.name)
            if is_link and not is_yaml and (not entry.is_dir() or _is_inside(root, entry.path)):
                continue
            if is_link or is_yaml:
                yield name, entry.path, is_link
            elif entry.is_dir():
                waiting.append((entry.path, name + "/"))


def _display(name: str) -> str:
    """A name that can be printed, whatever bytes the file system holds."""
    return name.replace(os.sep, "/").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _read(name: str, path: str) -> RawFile:
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode):
                return RawFile(name, os.read(descriptor, min(status.st_size, FILE_BYTES_LIMIT) + 1))
        finally:
            os.close(descriptor)
    except OSError as error:
        return _refused(codes.FILE_UNREADABLE, name, f"it cannot be read: {error.strerror or error}")
    what = (
        "this is a folder, where a file is expected" if stat.S_ISDIR(status.st_mode) else "this is not a regular file"
    )
    return _refused(codes.FILE_UNREADABLE, name, what)


def _is_inside(root: str, path: str) -> bool:
    place = os.path.realpath(path)
    return place == root or place.startswith(root + os.sep)


def _refused(code: Code, name: str, message: str) -> RawFile:
    return RawFile(name, b"", _fault(code, name, message, advice(code)))


def _fault(code: Code, name: str, message: str, hint: str) -> Finding:
    return Finding.of(code, message, hint=hint, position=Position(name, 1, 1, 1, 1))


def _not_utf8(file: RawFile, offset: int) -> Finding:
    before = file.content[:offset].decode("utf-8", "replace").removeprefix(_MARK)
    text = FileText(file.name, before)
    position = text.position(len(before), len(before))
    message = f"the byte 0x{file.content[offset]:02X} is not UTF-8"
    return Finding.of(
        codes.NOT_UTF8, message, hint=advice(codes.NOT_UTF8), position=position, source_line=text.line(position.line)
    )
