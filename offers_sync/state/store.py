"""The store: last applied values, the journal of writes, and the runs, for one environment.

It is a journal and a cache: losing it duplicates no offer.  What is written into it and when is decided by
``applying``.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from offers_sync.errors import InvalidInputError
from offers_sync.models.values import Applied, Outcome

_MIGRATIONS: Final[tuple[tuple[str, str], ...]] = (
    (
        "first",
        """
        CREATE TABLE applied (
            environment TEXT NOT NULL, kind TEXT NOT NULL, external_id TEXT NOT NULL, key TEXT NOT NULL,
            fields TEXT NOT NULL, read_back TEXT, image TEXT, warnings TEXT NOT NULL,
            PRIMARY KEY (environment, kind, external_id)
        );
        CREATE TABLE runs (
            run TEXT PRIMARY KEY, environment TEXT NOT NULL, plan_digest TEXT NOT NULL, started TEXT NOT NULL,
            ended TEXT, outcome TEXT
        );
        CREATE TABLE journal (
            entry INTEGER PRIMARY KEY, run TEXT NOT NULL, environment TEXT NOT NULL, action TEXT NOT NULL,
            kind TEXT NOT NULL, key TEXT NOT NULL, external_id TEXT NOT NULL, sent TEXT NOT NULL, outcome TEXT
        );
        CREATE INDEX journal_open ON journal (environment) WHERE outcome IS NULL OR outcome = 'unknown';
        """,
    ),
)


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to be sent."""

    action: str
    kind: str
    key: str
    external_id: str


class Store:
    """One environment's memory in a SQLite file; usable from several threads."""

    def __init__(self, path: Path, environment: str) -> None:
        self._environment = environment
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._migrate()
        except (sqlite3.Error, OSError) as error:
            raise InvalidInputError(
                f"the state in {path} cannot be used: {error}",
                hint="move the file away: no offer is lost or duplicated without it",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def applied(self) -> tuple[Applied, ...]:
        """Everything that is remembered of the environment."""
        rows = self._query(
            "SELECT kind, key, external_id, fields, read_back, image, warnings FROM applied WHERE environment = ? "
            "ORDER BY kind, key",
            self._environment,
        )
        return tuple(
            Applied(kind, key, external_id, _read(fields), _read(back) if back else None, image, tuple(_read(warnings)))
            for kind, key, external_id, fields, back, image, warnings in rows
        )

    def remember(self, values: Iterable[Applied]) -> None:
        """Replace what is remembered of these objects."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO applied VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        self._environment,
                        value.kind,
                        value.external_id,
                        value.key,
                        _write(value.fields),
                        _write(value.read_back) if value.read_back is not None else None,
                        value.image,
                        _write(list(value.warnings)),
                    )
                    for value in values
                ],
            )

    def begin_run(self, run: str, plan_digest: str, started: str) -> None:
        """Note that a run begins."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO runs (run, environment, plan_digest, started) VALUES (?, ?, ?, ?)",
                (run, self._environment, plan_digest, started),
            )

    def end_run(self, run: str, ended: str, outcome: str) -> None:
        """Note how a run ended."""
        with self._transaction() as connection:
            connection.execute("UPDATE runs SET ended = ?, outcome = ? WHERE run = ?", (ended, outcome, run))

    def intend(self, run: str, intents: Iterable[Intent], sent: str) -> list[int]:
        """Note what is about to be sent; gives an entry for each."""
        entries: list[int] = []
        with self._transaction() as connection:
            for intent in intents:
                cursor = connection.execute(
                    "INSERT INTO journal (run, environment, action, kind, key, external_id, sent) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (run, self._environment, intent.action, intent.kind, intent.key, intent.external_id, sent),
                )
                entries.append(int(cursor.lastrowid or 0))
        return entries

    def settle(self, outcomes: Iterable[tuple[int, Outcome]]) -> None:
        """Note what became of entries."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE journal SET outcome = ? WHERE entry = ?",
                [(outcome.value, entry) for entry, outcome in outcomes],
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _query(self, statement: str, *arguments: Any) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement, arguments).fetchall()

    def _migrate(self) -> None:
        self._connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
        done = {name for (name,) in self._connection.execute("SELECT name FROM migrations")}
        known = {name for name, _ in _MIGRATIONS}
        if done - known:
            raise InvalidInputError(
                "the state was written by a newer version of offers", hint="upgrade offers-sync on this machine"
            )
        for name, statements in _MIGRATIONS:
            if name not in done:
                script = f"BEGIN IMMEDIATE; {statements}; INSERT INTO migrations VALUES ('{name}'); COMMIT;"  # noqa: S608
                self._connection.executescript(script)


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_decimal_text)


def _decimal_text(value: object) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(type(value).__name__)


def _read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)
