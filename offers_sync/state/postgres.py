"""PostgreSQL behind the store's seam, for teams and pipelines; psycopg is imported when a URL asks for it.

The URL's password is never part of what is said.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from offers_sync.errors import InvalidInputError, UnreachableError
from offers_sync.state.databases import Database, StateError, Transaction

if TYPE_CHECKING:
    import psycopg

CONNECT_TIMEOUT_SECONDS: Final = 10
_MIGRATION_LOCK: Final = 7_160_933_001
"""Any number that nobody else's advisory locks use."""
HIDDEN: Final = "****"
_PIECE_LENGTH: Final = 3


class _PostgresTransaction:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, *arguments: Any) -> int:
        return self._connection.execute(_translated(statement), arguments).rowcount

    def execute_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_translated(statement), list(rows))

    def query(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(_translated(statement), arguments).fetchall()


class PostgresDatabase(Database):
    """One connection, made anew when it was lost between two transactions."""

    def __init__(self, url: str) -> None:
        self.title = without_password(url)
        self._url = url
        self._lock = threading.RLock()
        self._psycopg = _import_psycopg()
        self._connection = self._connect()
        started = time.time()
        (row,) = self._connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchall()
        self._ahead_seconds = float(row[0]) - (started + time.time()) / 2

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A stretch that is saved whole when it ends, or not at all."""
        with self._lock:
            if self._connection.closed:
                self._connection = self._connect()
            try:
                with self._connection.transaction():
                    yield _PostgresTransaction(self._connection)
            except self._psycopg.OperationalError as error:
                self._connection.close()
                raise UnreachableError(
                    f"the state in {self.title} cannot be reached: {self._said(error)}",
                    hint="nothing is lost: run the same command again when the database is back",
                ) from None
            except self._psycopg.Error as error:
                raise StateError(f"the state in {self.title} cannot be used: {self._said(error)}") from None

    @contextmanager
    def migrating(self) -> Iterator[Transaction]:
        """The same, while every other process that wants to migrate waits."""
        with self.transaction() as transaction:
            transaction.query("SELECT pg_advisory_xact_lock(?)", _MIGRATION_LOCK)
            yield transaction

    def now(self) -> float:
        """The database's time, so that machines with different clocks agree; measured when it was opened."""
        return time.time() + self._ahead_seconds

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._connection.close()

    def _connect(self) -> psycopg.Connection:
        try:
            connection: psycopg.Connection = self._psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
                application_name="offers-sync",
                prepare_threshold=None,  # poolers between us and the database lose prepared statements
            )
            return connection  # noqa: TRY300
        except self._psycopg.OperationalError as error:
            raise UnreachableError(
                f"the state in {self.title} cannot be reached: {self._said(error)}",
                hint="check the URL, the network and the database's rights",
            ) from None
        except self._psycopg.Error:
            # What the driver says here repeats pieces of a URL that it could not read, which may be the password.
            raise InvalidInputError(
                f"the state's URL cannot be read: {self.title}",
                hint="write postgresql://user:password@host:5432/database, odd letters as %40 and so on",
            ) from None

    def _said(self, error: Exception) -> str:
        """The driver's words in one line, without the password."""
        said = " ".join(str(error).split())
        for secret in _passwords(self._url):
            said = said.replace(secret, HIDDEN)
        return said


def without_password(url: str) -> str:
    """The URL as people may see it: who and where, without password and options."""
    try:
        parts = urlsplit(url)
        where = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
        user = f"{parts.username}@" if parts.username else ""
    except ValueError:
        return "postgresql://..."
    if "@" in parts.path or "@" in parts.query:  # a password with odd letters in it was cut in the wrong place
        return "postgresql://..."
    return f"postgresql://{user}{where}{port}{parts.path}"


def _passwords(url: str) -> list[str]:
    """Every form in which the password could turn up, the longest first."""
    try:
        parts = urlsplit(url)
        written = [parts.password or ""]
    except ValueError:
        written = []
    written += [
        pair.partition("=")[2] for pair in url.partition("?")[2].split("&") if pair.lower().startswith("password=")
    ]
    # The driver cuts a password with odd letters in it elsewhere than we do, and then takes a piece for the host.
    pieces = [piece for text in written for piece in re.split(r"[@:/?#]", text) if len(piece) >= _PIECE_LENGTH]
    found = {form for text in (*written, *pieces) for form in (text, unquote(text)) if form}
    return sorted(found, key=len, reverse=True)


def _translated(statement: str) -> bytes:
    return statement.replace("?", "%s").encode()


def _import_psycopg() -> Any:
    try:
        import psycopg  # noqa: PLC0415  only those who keep their state in PostgreSQL need it
    except ImportError as error:
        raise InvalidInputError(
            "the state is in PostgreSQL, and its driver is not installed",
            hint='pip install "offers-sync[postgres]"',
        ) from error
    return psycopg
