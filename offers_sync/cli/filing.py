"""The files that a person names for what a command gives: replaced as a whole, or written into.

A file is renamed into place, so that nobody reads half of it.  A symbolic link stays one, and what it leads to is
replaced; a pipe, a device, or what stdout and stderr go to is never replaced by anything.  What is written is not
said here.  Files of a project that is begun are made, and never replaced.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from offers_sync.errors import InvalidInputError

_STREAMS: Final = (1, 2)
"""stdout and stderr, which a name like /dev/stdout leads to."""
_FOLDER: Final = "it is a folder"


def check_places(places: Iterable[Path]) -> None:
    """Raise unless each file can be written, as far as can be told before, and each is named once."""
    taken: set[str] = set()
    for path in places:
        if path == Path("-"):
            raise click.UsageError("`-` does not stand for stdout here: --format says what is printed; name a file.")
        real = os.path.realpath(path)
        if real in taken:
            raise click.UsageError(f"{path} is named twice; each of them needs a file of its own.")
        taken.add(real)
        _check_place(path)


def write_whole(path: Path, pieces: Iterable[str], *, mode: int = 0o666, errors: str = "strict") -> None:
    """Write a text to where a name leads; raises ``InvalidInputError`` where that cannot be.

    ``mode`` is what a new file is for, before the umask.
    """
    try:
        found = _found(path)
        descriptor = _stream_at(found)
        if found is not None and stat.S_ISDIR(found.st_mode):
            raise _cannot(path, _FOLDER)
        if descriptor is not None:
            _write_into(os.dup(descriptor), pieces, errors)
        elif found is None or stat.S_ISREG(found.st_mode):
            _replace(Path(os.path.realpath(path)), pieces, mode, errors)
        else:
            _write_into(os.open(path, os.O_WRONLY), pieces, errors)
    except FileNotFoundError as error:
        raise _cannot(path, _no_folder(path)) from error
    except OSError as error:
        raise _cannot(path, error.strerror or str(error)) from error


def is_there(path: Path) -> bool:
    """Whether something is there, a link that leads nowhere included."""
    return path.exists() or path.is_symlink()


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, and its folders; raises ``InvalidInputError`` where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be written: {error.strerror}", hint="choose another folder") from error


def _check_place(path: Path) -> None:
    """Look, and open nothing: a pipe would wait for its reader."""
    try:
        found = _found(path)
    except OSError as error:
        raise _cannot(path, error.strerror or str(error)) from error
    folder = Path(os.path.realpath(path)).parent
    if found is not None and stat.S_ISDIR(found.st_mode):
        raise _cannot(path, _FOLDER)
    if not folder.is_dir() and found is None:
        raise _cannot(path, _no_folder(path))
    is_replaced = (found is None or stat.S_ISREG(found.st_mode)) and _stream_at(found) is None
    if not (os.access(folder, os.W_OK | os.X_OK) if is_replaced else os.access(path, os.W_OK)):
        raise _cannot(path, "Permission denied")


def _found(path: Path) -> os.stat_result | None:
    """What a name leads to, if there is anything."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _stream_at(found: os.stat_result | None) -> int | None:
    """The stream of this process that goes to the same place."""
    if found is None:
        return None
    for descriptor in _STREAMS:
        with suppress(OSError):  # it may be closed
            if os.path.samestat(found, os.fstat(descriptor)):
                return descriptor
    return None


def _replace(path: Path, pieces: Iterable[str], mode: int, errors: str) -> None:
    beside = path.with_name(f".offers.{os.getpid()}.tmp")
    try:
        _write_into(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), pieces, errors)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _write_into(descriptor: int, pieces: Iterable[str], errors: str) -> None:
    with open(descriptor, "w", encoding="utf-8", errors=errors, newline="") as file:
        file.writelines(pieces)


def _no_folder(path: Path) -> str:
    return f"there is no folder {Path(os.path.realpath(path)).parent}"


def _cannot(path: Path, reason: str) -> InvalidInputError:
    hint = "name a file in it" if reason == _FOLDER else "check that its folder exists, and who may write there"
    return InvalidInputError(f"{path} cannot be written: {reason}", hint=hint)
