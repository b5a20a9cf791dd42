"""Opening a store by where it is: a file, a PostgreSQL database by URL, or memory."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from offers_sync.errors import InvalidInputError
from offers_sync.state.databases import Database, SqliteDatabase
from offers_sync.state.store import Clock, Store

POSTGRES_SCHEMES: Final = ("postgresql://", "postgres://")


def open_store(location: Path | str | None, project: str, environment: str, *, clock: Clock | None = None) -> Store:
    """The memory of an environment: in a file, behind a ``postgresql://`` URL, or (``None``) for this process only."""
    database = open_database(location)
    try:
        return Store(database, project, environment, clock=clock)
    except BaseException:
        database.close()
        raise


def open_database(location: Path | str | None) -> Database:
    """The database at a place.  What a URL says is never repeated where it could hold a password."""
    if isinstance(location, str):
        if not location.startswith(POSTGRES_SCHEMES):
            raise InvalidInputError(
                "the state is neither `local` nor a postgresql:// URL",
                hint="set `state` of the environment to `local`, or to a variable that holds postgresql://...",
            )
        from offers_sync.state.postgres import PostgresDatabase  # noqa: PLC0415  few keep their state there

        return PostgresDatabase(location)
    return SqliteDatabase(location)
