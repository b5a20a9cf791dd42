"""The tables of a world, and the opening of the file that holds them.

What is in the rows is the business of ``world`` (objects), ``business`` (places, people, what was given out) and
``log`` (requests).
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Final

from offers_sync.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID: Final = 0x0FFE25B0
FORMAT_VERSION: Final = 1
BUSY_TIMEOUT_SECONDS: Final = 30.0
WAL_ATTEMPTS: Final = 200

TABLES: Final = """
CREATE TABLE objects (
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, external_id TEXT NOT NULL, name TEXT NOT NULL,
    description TEXT NOT NULL, born INTEGER NOT NULL, revision INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX objects_by_external_id ON objects (external_id, kind);
CREATE TABLE former (
    id INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX former_by_id ON former (id, until);
CREATE TABLE uuids (uuid TEXT PRIMARY KEY, id INTEGER NOT NULL);
CREATE TABLE revisions (
    revision INTEGER PRIMARY KEY, at REAL NOT NULL,
    selector_reads INTEGER NOT NULL, criterion_reads INTEGER NOT NULL, redeemable_reads INTEGER NOT NULL);
CREATE TABLE changes (kind INTEGER PRIMARY KEY, revision INTEGER NOT NULL);
INSERT INTO changes VALUES (0, abs(random()));
CREATE TABLE reads (
    selector_reads INTEGER NOT NULL, criterion_reads INTEGER NOT NULL, redeemable_reads INTEGER NOT NULL);
INSERT INTO reads VALUES (0, 0, 0);
CREATE TABLE locations (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE location_groups (id INTEGER PRIMARY KEY, name TEXT NOT NULL, locations BLOB NOT NULL);
CREATE TABLE segments (id INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE guests (id INTEGER PRIMARY KEY, name TEXT NOT NULL, points INTEGER NOT NULL);
CREATE TABLE rewards (
    id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, redeemable_id INTEGER, ends TEXT, redeemed_by INTEGER);
CREATE TABLE campaigns (
    id INTEGER PRIMARY KEY, external_campaign_id TEXT, at REAL NOT NULL, body BLOB NOT NULL);
CREATE TABLE gifts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, at REAL NOT NULL, body BLOB NOT NULL);
CREATE TABLE redemptions (
    id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, reward_id INTEGER, at REAL NOT NULL, body BLOB NOT NULL);
CREATE TABLE failed_logins (address TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE windows (scope TEXT NOT NULL, start INTEGER NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (scope, start));
CREATE TABLE log (
    number INTEGER PRIMARY KEY, at REAL NOT NULL, request_id TEXT NOT NULL, address TEXT NOT NULL,
    endpoint TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL, headers BLOB NOT NULL,
    body BLOB, status INTEGER NOT NULL, answer BLOB, fault TEXT NOT NULL);
"""


def connect(database: Path | None) -> sqlite3.Connection:
    """A connection to the file, or to memory, that several threads may use in turn; nothing is created but the file."""
    if database is None:
        return _configured(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            database, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise _unusable(database, error) from error
    try:
        _refuse_foreign(database, connection)
        _write_ahead(connection)
        return _configured(connection)
    except sqlite3.Error as error:
        connection.close()
        raise _unusable(database, error) from error
    except BaseException:
        connection.close()
        raise


def is_new(connection: sqlite3.Connection) -> bool:
    """Whether the tables are still to be made; ask inside the transaction that would make them."""
    return _pragma(connection, "application_id") != APPLICATION_ID


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables within the transaction that is open."""
    for statement in TABLES.split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")


def drop_tables(connection: sqlite3.Connection) -> None:
    """Take every table away within the transaction that is open."""
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        connection.execute(f'DROP TABLE "{name}"')
    connection.execute("PRAGMA application_id = 0")


def _configured(connection: sqlite3.Connection) -> sqlite3.Connection:
    # NORMAL loses nothing when the process is killed; only a power cut could take the last commits.
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; two processes that do so at once are not made to wait by SQLite itself."""
    for attempt in range(WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if attempt == WAL_ATTEMPTS - 1:
                raise
            time.sleep(0.01)
        else:
            return


def _refuse_foreign(database: Path, connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")  # one look at both, whatever another process is doing
    identity = _pragma(connection, "application_id")
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    connection.execute("COMMIT")
    if identity == 0 and tables == 0:
        return
    if identity != APPLICATION_ID:
        raise InvalidInputError(
            f"{database} is a database, but not one of the sandbox",
            hint="name another file with --data, or :memory:",
        )
    version = _pragma(connection, "user_version")
    if version != FORMAT_VERSION:
        raise InvalidInputError(
            f"{database} has format {version}, and this version of offers reads format {FORMAT_VERSION}",
            hint="take the version that wrote it, or delete the file to begin again",
        )


def _unusable(database: Path, error: Exception) -> InvalidInputError:
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return InvalidInputError(
            f"{database} is not a database of the sandbox", hint="name another file with --data, or :memory:"
        )
    in_the_way = next((each for each in database.parents if each.exists() and not each.is_dir()), None)
    if in_the_way is not None:
        return InvalidInputError(
            f"cannot open the sandbox database {database}: {in_the_way} is a file and has to be a folder",
            hint=f"move {in_the_way} away",
        )
    return InvalidInputError(
        f"cannot open the sandbox database {database}: {error}",
        hint="check that the folder exists and that you may write to it, or use --data :memory:",
    )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
