"""The narrow seam between the store and a database, and SQLite on the other side of it.

Statements are written once, with ``?`` for each argument and without any other question or per cent mark.  What is
stored is not known here.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from offers_sync.errors import InvalidInputError, OffersError

BUSY_TIMEOUT_SECONDS: Final = 30.0


class StateError(OffersError):
    """The store could not be read or written; what was journalled before stands."""


class Transaction(Protocol):
    """Statements that are saved together or not at all."""

    def execute(self, statement: str, *arguments: Any) -> int:
        """Run it; gives the number of rows that it touched."""

    def execute_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run it for each row of arguments."""

    def query(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """The rows it finds."""


VALUES: Final = "{values}"
_VARIABLES_LIMIT: Final = 900
"""Old builds of SQLite take no more than 999."""


def insert_rows(transaction: Transaction, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert many rows with few statements; ``{values}`` stands for them.

    SQLite lets other threads run at each statement and then waits for its turn, so a statement for each row would
    cost a busy process far more than the rows do.
    """
    if not rows:
        return
    at_once = max(1, _VARIABLES_LIMIT // len(rows[0]))
    marks = f"({', '.join('?' * len(rows[0]))})"
    for start in range(0, len(rows), at_once):
        part = rows[start : start + at_once]
        values = ", ".join([marks] * len(part))
        transaction.execute(statement.replace(VALUES, f"VALUES {values}"), *(value for row in part for value in row))


class Database(ABC):
    """A database that several threads may use in turn."""

    title: str
    """What people call it; never with a password."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Transaction]:
        """A stretch that is saved whole when it ends, or not at all."""

    @abstractmethod
    def migrating(self) -> AbstractContextManager[Transaction]:
        """The same, while every other process that wants to migrate waits."""

    @abstractmethod
    def now(self) -> float:
        """The time, by the clock that all users of the database have in common."""

    def wipe(self) -> None:  # noqa: B027  not every database leaves something behind
        """See to it that what was deleted is not left in files of ours either."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""


class _SqliteTransaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, *arguments: Any) -> int:
        return self._connection.execute(statement, arguments).rowcount

    def execute_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self._connection.executemany(statement, rows)

    def query(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, arguments).fetchall()


class SqliteDatabase(Database):
    """A file, or memory that ends with the process.  A file protects one machine, not several."""

    def __init__(self, path: Path | None) -> None:
        self.title = str(path) if path is not None else "memory"
        self._lock = threading.RLock()
        try:
            if path is not None:
                _make_folder(path.parent)
            self._connection = _connected(path)
        except (sqlite3.Error, OSError) as error:
            reason, hint = _why_not(path, error)
            raise InvalidInputError(f"the state in {self.title} cannot be used: {reason}", hint=hint) from error

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A stretch that is saved whole when it ends, or not at all."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield _SqliteTransaction(self._connection)
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise StateError(
                    f"the state in {self.title} cannot be used: {error}", hint="check the disk and the file's rights"
                ) from error

    def migrating(self) -> AbstractContextManager[Transaction]:
        """The same; SQLite lets one process write at a time."""
        return self.transaction()

    def now(self) -> float:
        """The time of this machine."""
        return time.time()

    def wipe(self) -> None:
        """Empty the log beside the file, in which deleted rows may stand still."""
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


def _connected(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path or ":memory:", check_same_thread=False, isolation_level=None, timeout=BUSY_TIMEOUT_SECONDS
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: an intent must outlive a power cut, or what it announced could be done twice.
        connection.execute("PRAGMA synchronous = FULL")
        # What is said of guests is overwritten when it is deleted.
        connection.execute("PRAGMA secure_delete = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _why_not(path: Path | None, error: Exception) -> tuple[str, str]:
    """Why a file cannot be opened, and what to do about what stands in its place."""
    in_the_way = next((each for each in path.parents if each.exists() and not each.is_dir()), None) if path else None
    if in_the_way is not None:
        return f"{in_the_way} is a file and has to be a folder", f"move {in_the_way} away"
    if path is not None and path.is_dir():
        return "it is a folder and has to be a file", f"move {path} away"
    if "not a database" in str(error):
        return str(error), "move the file away: no offer is lost or duplicated without it"
    return str(error), "check who may write the file and its folder, and whether the disk has room"


def _make_folder(folder: Path) -> None:
    """The folder of what is not for git."""
    if not folder.exists():
        folder.mkdir(parents=True)
        if folder.name == ".offers":
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
