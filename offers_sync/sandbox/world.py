"""The contents of the sandbox: selectors, criteria and redeemables as they are stored, and every form they had before.

Nothing is ever deleted, as at the vendor, so the objects of a kind are numbered without gaps and a page is a range
of numbers, however deep it lies.  What an object means, and how it is shown, is not known here.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

import orjson

from offers_sync.sandbox.business import Business
from offers_sync.sandbox.log import RequestLog
from offers_sync.sandbox.tables import connect, create_tables, drop_tables, is_new

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

NUMBERS_PER_KIND: Final = 1_000_000_000
FORMER_KEPT_SECONDS: Final = 7200.0
LONG_AGO: Final = 0.0
READS_AGO: Final = 1_000_000_000


class Kind(IntEnum):
    """What an object is; a criterion made inside a redeemable is a kind of its own where the settings hide it."""

    SELECTOR = 1
    CRITERION = 2
    REDEEMABLE = 3
    HIDDEN_CRITERION = 4

    @property
    def reads_column(self) -> str:
        """Where the reads of its list are counted."""
        return "criterion_reads" if self is Kind.HIDDEN_CRITERION else f"{self.name.lower()}_reads"


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it is kept; ``number`` counts within its kind from 1, in the order of creation."""

    id: int
    external_id: str
    body: dict[str, Any]

    @property
    def number(self) -> int:
        """The place in the order of creation."""
        return self.id % NUMBERS_PER_KIND

    @property
    def kind(self) -> Kind:
        """What it is."""
        return Kind(self.id // NUMBERS_PER_KIND)


@dataclass(frozen=True, slots=True)
class Search:
    """What a list is narrowed to: a text, and how it is compared."""

    text: str = ""
    matches: str = "substring"
    is_case_sensitive: bool = False
    in_description: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """Which objects a list shows: of one kind, in an order, as they were at a revision (``None``: now)."""

    kind: Kind
    search: Search = Search()
    order: str = "created"
    revision: int | None = None


class World:
    """One business in one SQLite file; many threads and processes may have it open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.business = Business(connection)
        self.log = RequestLog(connection)
        self._lock = threading.RLock()
        self._revision: int | None = None
        self._newest_ids: dict[Kind, int] = {}
        self._now = 0.0

    @classmethod
    def open(cls, database: Path | None, *, seed: Callable[[World], None] | None = None) -> World:
        """The world in the file; a new one is given its tables and, with ``seed``, its first contents."""
        world = cls(connect(database))
        try:
            if is_new(world.connection):
                with world.writing(LONG_AGO):
                    if is_new(world.connection):  # another process may have been first
                        world._begin(seed)
        except BaseException:
            world.close()
            raise
        return world

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self.connection.close()

    def clear(self, *, seed: Callable[[World], None] | None = None) -> None:
        """Begin again: everything goes, the log as well, in one step."""
        with self.writing(LONG_AGO):
            drop_tables(self.connection)
            self._begin(seed)

    def _begin(self, seed: Callable[[World], None] | None) -> None:
        create_tables(self.connection)
        if seed is not None:
            seed(self)
            # What was there from the start is older than any lag.
            self.connection.execute(
                "UPDATE revisions SET selector_reads = ?, criterion_reads = ?, redeemable_reads = ?", (-READS_AGO,) * 3
            )

    # --------------------------------------------------------------------------------------------- transactions

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A stretch in which nobody else's writes are seen."""
        with self._lock, self._transaction("BEGIN"):
            yield

    @contextmanager
    def writing(self, now: float) -> Iterator[None]:
        """A stretch that is saved whole when it ends, or not at all."""
        with self._lock, self._transaction("BEGIN IMMEDIATE"):
            self._revision = None
            self._newest_ids.clear()
            self._now = now
            yield

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of a writing stretch that is taken back alone when it raises."""
        self.connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._revision = None
            self._newest_ids.clear()
            self.connection.execute("ROLLBACK TO attempt")
            self.connection.execute("RELEASE attempt")
            raise
        self.connection.execute("RELEASE attempt")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self.connection.execute(begin)
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    # --------------------------------------------------------------------------------------------------- writes

    def add(self, kind: Kind, external_id: str, body: dict[str, Any]) -> int:
        """The id of a new object."""
        revision = self._new_revision()
        newest = self._newest_ids.get(kind)
        identity = (self._newest(View(kind)) if newest is None else newest) + 1
        self._newest_ids[kind] = identity
        self.connection.execute(
            "INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (identity, int(kind), external_id, *_texts(body), revision, revision, orjson.dumps(body)),
        )
        if "own_uuid" in body:
            self.connection.execute("INSERT INTO uuids VALUES (?, ?)", (body["own_uuid"], identity))
        return identity

    def change(self, stored: Stored, body: dict[str, Any]) -> None:
        """Put another body in the place of the one it has, which stays readable for a while."""
        revision = self._new_revision()
        self.connection.execute(
            "INSERT INTO former SELECT id, revision, ?, body FROM objects WHERE id = ?", (revision, stored.id)
        )
        self.connection.execute(
            "DELETE FROM former WHERE id = ? AND until < "
            "(SELECT coalesce(max(revision), 0) FROM revisions WHERE at < ?)",
            (stored.id, self._now - FORMER_KEPT_SECONDS),
        )
        self.connection.execute(
            "UPDATE objects SET name = ?, description = ?, revision = ?, body = ? WHERE id = ?",
            (*_texts(body), revision, orjson.dumps(body), stored.id),
        )
        self.connection.execute("INSERT OR REPLACE INTO changes VALUES (?, ?)", (int(stored.kind), revision))

    def _new_revision(self) -> int:
        """The number of this writing stretch, the same for all that it writes."""
        if self._revision is None:
            cursor = self.connection.execute("INSERT INTO revisions SELECT NULL, ?, reads.* FROM reads", (self._now,))
            self._revision = int(cursor.lastrowid or 0)
        return self._revision

    # ---------------------------------------------------------------------------------------------------- reads

    def find(self, kind: Kind, external_id: str) -> Stored | None:
        """The first object made with that external_id."""
        row = self.connection.execute(
            "SELECT id, external_id, body FROM objects WHERE external_id = ? AND kind = ? ORDER BY id LIMIT 1",
            (external_id, int(kind)),
        ).fetchone()
        return _stored(row) if row else None

    def find_id(self, kind: Kind, external_id: str) -> int | None:
        """The same, only its id."""
        row = self.connection.execute(
            "SELECT id FROM objects WHERE external_id = ? AND kind = ? ORDER BY id LIMIT 1", (external_id, int(kind))
        ).fetchone()
        return row[0] if row else None

    def find_by_uuid(self, uuid: str) -> Stored | None:
        """The redeemable that the dashboard gave that uuid."""
        row = self.connection.execute(
            "SELECT id, external_id, body FROM objects WHERE id = (SELECT id FROM uuids WHERE uuid = ?)", (uuid,)
        ).fetchone()
        return _stored(row) if row else None

    def has_external_id(self, external_id: str, *, other_than: Kind) -> bool:
        """Whether an object of another kind is called so."""
        return (
            self.connection.execute(
                "SELECT 1 FROM objects WHERE external_id = ? AND kind <> ?", (external_id, int(other_than))
            ).fetchone()
            is not None
        )

    def has_name(self, kind: Kind, name: str, *, other_than: int | None) -> bool:
        """Whether another object of the kind has that name."""
        return (
            self.connection.execute(
                "SELECT 1 FROM objects WHERE kind = ? AND name = ? AND id IS NOT ?", (int(kind), name, other_than)
            ).fetchone()
            is not None
        )

    def fetch(self, ids: Iterable[int]) -> dict[int, Stored]:
        """Objects by their ids, as they are now."""
        wanted = orjson.dumps(list(ids)).decode()
        rows = self.connection.execute(
            "SELECT id, external_id, body FROM objects WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
        return {row[0]: _stored(row) for row in rows}

    def external_ids(self, ids: Iterable[int]) -> dict[int, str]:
        """What objects are called, by their ids."""
        wanted = orjson.dumps(list(ids)).decode()
        rows = self.connection.execute(
            "SELECT id, external_id FROM objects WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
        return dict(rows.fetchall())

    def generation(self) -> tuple[int, ...]:
        """A mark that is another once anything that can be nested was changed, or the world was begun again."""
        rows = self.connection.execute(
            "SELECT revision FROM changes WHERE kind <> ? ORDER BY kind", (int(Kind.REDEEMABLE),)
        )
        return tuple(revision for (revision,) in rows)

    def count(self, view: View) -> int:
        """How many objects the view has."""
        if not view.search.text:
            return self._newest(view) % NUMBERS_PER_KIND
        condition, values = _condition(view, self._newest(view))
        return int(
            self.connection.execute(f"SELECT count(*) FROM objects WHERE {condition}", values).fetchone()[0]  # noqa: S608  from a table
        )

    def part(self, view: View, offset: int, limit: int) -> list[Stored]:
        """Some objects of the view, newest first (or by its order), leaving out ``offset`` of them."""
        newest = self._newest(view)
        if not view.search.text and view.order == "created":
            rows = self.connection.execute(
                "SELECT id, external_id, body, revision FROM objects WHERE id > ? AND id <= ? ORDER BY id DESC",
                (max(newest - offset - limit, int(view.kind) * NUMBERS_PER_KIND), newest - offset),
            ).fetchall()
        else:
            condition, values = _condition(view, newest)
            rows = self.connection.execute(
                f"SELECT id, external_id, body, revision FROM objects WHERE {condition} "  # noqa: S608  from a table
                f"ORDER BY {_ORDERS[view.order]} LIMIT ? OFFSET ?",
                (*values, limit, offset),
            ).fetchall()
        return [self._as_of(row, view.revision) for row in rows]

    def count_read(self, kind: Kind) -> None:
        """Note that the kind's list was read."""
        column = kind.reads_column
        self.connection.execute(f"UPDATE reads SET {column} = {column} + 1")  # noqa: S608  a name of the schema

    def revision_before(self, kind: Kind, *, reads: int, seconds: float, now: float) -> int:
        """The last revision that is older than so many reads of the kind's list and so many seconds."""
        column = kind.reads_column
        row = self.connection.execute(
            f"SELECT coalesce(max(revision), 0) FROM revisions WHERE at <= ? "  # noqa: S608  a name of the schema
            f"AND {column} + ? <= (SELECT {column} FROM reads)",
            (now - seconds, reads),
        ).fetchone()
        return int(row[0])

    def _newest(self, view: View) -> int:
        """The id of the last object that the view knows of; below the kind's first where there is none."""
        floor = int(view.kind) * NUMBERS_PER_KIND
        bound = -1 if view.revision is None else view.revision
        row = self.connection.execute(
            "SELECT id FROM objects WHERE id > ? AND id < ? AND (? < 0 OR born <= ?) ORDER BY id DESC LIMIT 1",
            (floor, floor + NUMBERS_PER_KIND, bound, bound),
        ).fetchone()
        return row[0] if row else floor

    def _as_of(self, row: tuple[int, str, bytes, int], revision: int | None) -> Stored:
        identity, external_id, body, changed = row
        if revision is not None and changed > revision:
            former = self.connection.execute(
                "SELECT body FROM former WHERE id = ? AND since <= ? AND until > ?", (identity, revision, revision)
            ).fetchone()
            body = former[0] if former else body
        return Stored(identity, external_id, orjson.loads(body))


_ORDERS: Final = {"created": "id DESC", "updated": "revision DESC, id DESC", "name": "name DESC, id DESC"}


def _condition(view: View, newest: int) -> tuple[str, Sequence[Any]]:
    """The WHERE of a view, and its values."""
    search = view.search
    condition = "id > ? AND id <= ?"
    values: list[Any] = [int(view.kind) * NUMBERS_PER_KIND, newest]
    if not search.text:
        return condition, values
    text = search.text if search.is_case_sensitive else search.text.lower()
    column = "{}" if search.is_case_sensitive else "lower({})"
    compare = {"substring": "instr({}, ?) > 0", "prefix": "instr({}, ?) = 1", "whole": "{} = ?"}[search.matches]
    columns = ("name", "description") if search.in_description else ("name",)
    tests = [compare.format(column.format(name)) for name in columns]
    return f"{condition} AND ({' OR '.join(tests)})", [*values, *[text] * len(tests)]


def _texts(body: dict[str, Any]) -> tuple[str, str]:
    return body.get("name") or "", body.get("description") or ""


def _stored(row: tuple[Any, ...]) -> Stored:
    return Stored(row[0], row[1], orjson.loads(row[2]))
