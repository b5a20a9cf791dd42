"""The tables of a store, the same for SQLite and PostgreSQL, as named steps that are taken once each.

A step that was published is never edited: what changes later is a new step at the end.  A database that has taken
steps which are not listed here was written by a newer version and is refused.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from offers_sync.errors import InvalidInputError
from offers_sync.state.databases import Database


class Migration(NamedTuple):
    """One step, by a name that stays."""

    name: str
    statements: tuple[str, ...]


MIGRATIONS: Final[tuple[Migration, ...]] = (
    Migration(
        "applying",
        (
            """
            CREATE TABLE offers_applied (
                scope TEXT NOT NULL, kind TEXT NOT NULL, external_id TEXT NOT NULL, key TEXT NOT NULL,
                fields TEXT NOT NULL, read_back TEXT, image TEXT, warnings TEXT NOT NULL,
                PRIMARY KEY (scope, kind, external_id))
            """,
            """
            CREATE TABLE offers_runs (
                run TEXT PRIMARY KEY, scope TEXT NOT NULL, started DOUBLE PRECISION NOT NULL,
                plan_digest TEXT NOT NULL, who TEXT NOT NULL, git_commit TEXT NOT NULL,
                ended DOUBLE PRECISION, outcome TEXT, counts TEXT NOT NULL)
            """,
            "CREATE INDEX offers_runs_by_start ON offers_runs (scope, started)",
            """
            CREATE TABLE offers_journal (
                run TEXT NOT NULL, number INTEGER NOT NULL, scope TEXT NOT NULL, action TEXT NOT NULL,
                kind TEXT NOT NULL, key TEXT NOT NULL, external_id TEXT NOT NULL, sent DOUBLE PRECISION NOT NULL,
                ended DOUBLE PRECISION, outcome TEXT, note TEXT NOT NULL,
                PRIMARY KEY (run, number))
            """,
            """
            CREATE INDEX offers_journal_open ON offers_journal (scope)
                WHERE outcome IS NULL OR outcome = 'unknown'
            """,
            "CREATE INDEX offers_journal_by_end ON offers_journal (scope, ended)",
            """
            CREATE TABLE offers_leases (
                scope TEXT PRIMARY KEY, owner TEXT NOT NULL, who TEXT NOT NULL, since DOUBLE PRECISION NOT NULL,
                expires DOUBLE PRECISION NOT NULL, term DOUBLE PRECISION NOT NULL)
            """,
            "CREATE TABLE offers_stores (scope TEXT PRIMARY KEY, made DOUBLE PRECISION NOT NULL, who TEXT NOT NULL)",
        ),
    ),
    Migration(
        "bulk runs",
        (
            """
            CREATE TABLE offers_bulk_runs (
                id BIGINT PRIMARY KEY, scope TEXT NOT NULL, name TEXT NOT NULL, action TEXT NOT NULL,
                state TEXT NOT NULL, rows_digest TEXT NOT NULL, digest TEXT NOT NULL, about TEXT NOT NULL,
                who TEXT NOT NULL, made DOUBLE PRECISION NOT NULL, ended DOUBLE PRECISION, counts TEXT,
                UNIQUE (scope, name))
            """,
            """
            CREATE TABLE offers_ledger (
                run BIGINT NOT NULL, number BIGINT NOT NULL, line BIGINT NOT NULL, cells TEXT NOT NULL,
                outcome TEXT, reason TEXT NOT NULL, request_id TEXT NOT NULL, sent DOUBLE PRECISION,
                PRIMARY KEY (run, number))
            """,
            """
            CREATE TABLE offers_rates (
                scope TEXT NOT NULL, budget TEXT NOT NULL, slice BIGINT NOT NULL, calls BIGINT NOT NULL,
                PRIMARY KEY (scope, budget, slice))
            """,
        ),
    ),
    Migration(
        "campaigns",
        (
            """
            CREATE TABLE offers_campaigns (
                scope TEXT NOT NULL, key TEXT NOT NULL, external_id TEXT NOT NULL, fields TEXT NOT NULL,
                state TEXT NOT NULL, answer TEXT NOT NULL, note TEXT NOT NULL, request_id TEXT NOT NULL,
                run TEXT NOT NULL, who TEXT NOT NULL, sent DOUBLE PRECISION NOT NULL, ended DOUBLE PRECISION,
                PRIMARY KEY (scope, external_id), UNIQUE (scope, key))
            """,
        ),
    ),
)


def migrate(database: Database) -> None:
    """Take the steps that the database has not taken yet; several processes may do so at once."""
    with database.migrating() as transaction:
        transaction.execute("CREATE TABLE IF NOT EXISTS offers_migrations (name TEXT PRIMARY KEY)")
        taken = {name for (name,) in transaction.query("SELECT name FROM offers_migrations")}
        newer = taken - {migration.name for migration in MIGRATIONS}
        if newer:
            raise InvalidInputError(
                f"the state in {database.title} was written by a newer version of offers (it knows "
                f"{', '.join(sorted(newer))})",
                hint="upgrade offers-sync here; an older version cannot go on with a newer one's state",
            )
        for migration in MIGRATIONS:
            if migration.name not in taken:
                for statement in migration.statements:
                    transaction.execute(statement)
                transaction.execute("INSERT INTO offers_migrations VALUES (?)", migration.name)
