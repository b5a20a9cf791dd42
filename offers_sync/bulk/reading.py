"""Files of rows, read line by line: CSV with a header, or JSON Lines; each row with the line that it begins on.

Only the form of a file is judged here; what may stand in a row is said by ``checking``.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, NamedTuple

import orjson

from offers_sync.errors import InvalidInputError

Form = Literal["csv", "jsonl"]
_FORMS: Final[Mapping[str, Form]] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
LINE_BYTES_LIMIT: Final = 65_536
_MARK: Final = b"\xef\xbb\xbf"


class RawRow(NamedTuple):
    """A row as it is written; ``cells`` is a list by the header's columns, or an object of JSON."""

    line: int
    cells: Any
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RowFile:
    """A file of rows, and what its header says."""

    path: Path
    form: Form
    columns: tuple[str, ...]
    """Of a CSV file, in its order; a JSON Lines file has none."""
    known: frozenset[str]
    """The names that a row may use."""

    def fields(self, cells: Any) -> Mapping[str, Any]:
        """What a row says: its cells that are not empty, by name."""
        return fields_of(cells, self.columns)


def fields_of(cells: Any, columns: Iterable[str]) -> Mapping[str, Any]:
    """The cells of a row that are not empty, by name."""
    if isinstance(cells, list):
        return {name: text for name, cell in zip(columns, cells, strict=True) if (text := cell.strip())}
    return {name: value for name, value in cells.items() if value is not None and value != ""}


class Digest:
    """What tells the bytes of a file from any others, gathered while they are read."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def update(self, line: bytes) -> None:
        """Take the next bytes in."""
        self._hash.update(line)

    @property
    def text(self) -> str:
        """The digest of all bytes so far."""
        return f"sha256:{self._hash.hexdigest()}"


def open_rows(path: Path, columns: Iterable[str], needed: Iterable[str] = ("user_id",)) -> RowFile:
    """The file, its header checked.  Raises ``InvalidInputError``."""
    form = _FORMS.get(path.suffix.lower())
    if form is None:
        raise InvalidInputError(
            f"{path}: rows are read from .csv and .jsonl files", hint="name the file by what it holds, such as rows.csv"
        )
    known = tuple(columns)
    header = _header(path) if form == "csv" else ()
    if form == "csv":
        _check_header(path, header, known, tuple(needed))
    return RowFile(path, form, header, frozenset(known))


def read_rows(file: RowFile, digest: Digest | None = None) -> Iterator[RawRow]:
    """The rows in order, one at a time; a row that has no form is a row with a fault."""
    with _opened(file.path) as stream:
        lines = _lines(stream, digest or Digest())
        yield from _csv_rows(lines, len(file.columns)) if file.form == "csv" else _json_rows(lines)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}") from error


def _lines(stream: BinaryIO, digest: Digest) -> Iterator[str]:
    """The lines as text; what is no UTF-8 is marked with a character that stands for nothing."""
    number = 0
    while line := stream.readline(LINE_BYTES_LIMIT):
        number += 1
        if len(line) == LINE_BYTES_LIMIT and not line.endswith(b"\n"):
            raise InvalidInputError(
                f"{stream.name}:{number}: the line is longer than {LINE_BYTES_LIMIT:,} bytes",
                hint="look for a quote or a line break that is missing",
            )
        digest.update(line)
        text = line.removeprefix(_MARK) if number == 1 else line
        yield text.decode("utf-8", "surrogateescape")


# --------------------------------------------------------------------------------------------------------- CSV


def _header(path: Path) -> tuple[str, ...]:
    with _opened(path) as stream:
        try:
            cells = next(csv.reader(_lines(stream, Digest())), [])
        except csv.Error as error:
            raise InvalidInputError(f"{path}:1: the header cannot be read: {error}") from error
    return tuple(cell.strip() for cell in cells)


def _check_header(path: Path, header: tuple[str, ...], known: tuple[str, ...], needed: tuple[str, ...]) -> None:
    if not any(header):
        raise InvalidInputError(f"{path}:1: the file has no header", hint=f"begin it with {','.join(known[:2])}")
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise InvalidInputError(f"{path}:1: the columns are not separated by commas", hint="save it with commas")
    for name in header:
        if name not in known:
            raise InvalidInputError(f"{path}:1: there is no column `{_shown(name)}`", hint=column_hint(name, known))
        if header.count(name) > 1:
            raise InvalidInputError(f"{path}:1: the column `{name}` is there twice", hint="leave one out")
    for name in needed:
        if name not in header:
            raise InvalidInputError(f"{path}:1: the column `{name}` is missing")


def column_hint(name: str, known: Iterable[str]) -> str:
    """What may have been meant."""
    close = get_close_matches(name.lower().replace(" ", "_").replace("-", "_"), list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else "columns are " + ", ".join(known)


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode() if len(name) <= 40 else name[:40] + "..."


def _csv_rows(lines: Iterator[str], width: int) -> Iterator[RawRow]:
    reader = csv.reader(lines, strict=True)
    line = 1
    is_header = True
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RawRow(line, [], f"it cannot be read: {error}")
            line = reader.line_num + 1
            continue
        start, line = line, reader.line_num + 1
        if is_header:
            is_header = False
        elif len(cells) == width:
            yield RawRow(start, cells)
        elif cells:
            yield RawRow(start, cells, f"it has {len(cells)} cells, and the header has {width}")


# -------------------------------------------------------------------------------------------------- JSON Lines


def _json_rows(lines: Iterator[str]) -> Iterator[RawRow]:
    for number, line in enumerate(lines, 1):
        if line.isspace():
            continue
        try:
            cells = orjson.loads(line.encode("utf-8", "surrogateescape"))
        except orjson.JSONDecodeError as error:
            yield RawRow(number, {}, f"it is not JSON: {error.msg}")
            continue
        if isinstance(cells, dict):
            yield RawRow(number, cells)
        else:
            yield RawRow(number, {}, "it is not an object of JSON")
