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
from offers_sync.loading.texts import FileText

FILE_BYTES_LIMIT: Final = 1024 * 1024
_SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file by its name within the project, with its content, or with what is wrong with it."""

    name: str
    content: bytes
    fault: Finding | None = None


def list_files(folder: Path) -> Iterator[RawFile]:
    """Every YAML file below the folder, sorted by name; hidden files and folders are left alone."""
    root = os.path.realpath(folder)
    for name, path in sorted(_walk(root, "")):
        yield _read(root, name, path)


def read_file(folder: Path, path: Path) -> RawFile:
    """One file of the project."""
    root = os.path.realpath(folder)
    place = os.path.normpath(Path.cwd() / path)
    return _read(root, _display(os.path.relpath(place, root)), place)


def decode(file: RawFile) -> FileText | Finding:
    """The text of a file, or what is wrong with its bytes."""
    if file.fault is not None:
        return file.fault
    if len(file.content) > FILE_BYTES_LIMIT:
        return _fault(codes.FILE_TOO_LARGE, file.name, "the file is larger than 1 MiB", codes.FILE_TOO_LARGE.remedy)
    try:
        return FileText(file.name, file.content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _not_utf8(file, error.start)


def _walk(folder: str, prefix: str) -> Iterator[tuple[str, str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            name = prefix + _display(entry.name)
            if entry.is_dir(follow_symlinks=False) and not entry.name.endswith(_SUFFIXES):
                yield from _walk(entry.path, name + "/")
            elif entry.name.endswith(_SUFFIXES) or (entry.is_symlink() and entry.is_dir()):
                yield name, entry.path


def _display(name: str) -> str:
    """A name that can be printed, whatever bytes the file system holds."""
    return name.replace(os.sep, "/").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _read(root: str, name: str, path: str) -> RawFile:
    try:
        if os.path.realpath(path) != path and not _is_inside(root, os.path.realpath(path)):
            return _refused(codes.FILE_OUTSIDE, name, "a symbolic link leads out of the project")
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISDIR(mode):
                return _refused(codes.FILE_UNREADABLE, name, "this is a folder, where a file is expected")
            if not stat.S_ISREG(mode):
                return _refused(codes.FILE_UNREADABLE, name, "this is not a regular file")
            return RawFile(name, _read_all(descriptor))
        finally:
            os.close(descriptor)
    except OSError as error:
        return _refused(codes.FILE_UNREADABLE, name, f"the file cannot be read: {error.strerror or error}")


def _read_all(descriptor: int) -> bytes:
    """All of a file, or one byte more than the limit."""
    content = b""
    while len(content) <= FILE_BYTES_LIMIT:
        part = os.read(descriptor, FILE_BYTES_LIMIT + 1 - len(content))
        if not part:
            break
        content += part
    return content


def _is_inside(root: str, path: str) -> bool:
    return path == root or path.startswith(root + os.sep)


def _refused(code: Code, name: str, message: str) -> RawFile:
    return RawFile(name, b"", _fault(code, name, message, code.remedy))


def _fault(code: Code, name: str, message: str, hint: str) -> Finding:
    return Finding.of(code, message, hint=hint, position=Position(name, 1, 1, 1, 1))


def _not_utf8(file: RawFile, offset: int) -> Finding:
    before = file.content[:offset].decode("utf-8-sig", "replace")
    text = FileText(file.name, before)
    position = text.position(len(before), len(before))
    message = f"the byte 0x{file.content[offset]:02X} is not UTF-8"
    return Finding.of(
        codes.NOT_UTF8, message, hint=codes.NOT_UTF8.remedy, position=position, source_line=text.line(position.line)
    )
