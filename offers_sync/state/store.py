"""One environment's memory: what was applied, the journal of writes, the runs, and who may write now.

It is a journal and a cache: losing it duplicates no offer.  What is written into it and when is decided by
``applying``; no secret is ever given to it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from types import TracebackType
from typing import Any, Final, Self

from offers_sync.errors import OffersError
from offers_sync.models.packed import Packed, pack, unpack
from offers_sync.models.values import Applied, Outcome
from offers_sync.state.databases import VALUES, Database, Transaction, insert_rows
from offers_sync.state.records import Author, Ending, Entry, EntryId, Hold, Initialized, Intent, RunRecord
from offers_sync.state.schema import migrate
from offers_sync.state.together import Together

Clock = Callable[[], float]

_ALL_RUNS: Final = 1_000_000_000
_NUMBERS_AT_ONCE: Final = 500
_ENTRY_COLUMNS: Final = "run, number, action, kind, key, external_id, sent, ended, outcome, note"


class LeaseLostError(OffersError):
    """Somebody else has taken the environment over, because we gave no sign of life for too long."""


def lease_lost() -> LeaseLostError:
    """The error, in its words."""
    return LeaseLostError(
        "another run has taken this environment over; nothing more is sent from here",
        hint="this process gave no sign of life for too long; look at `offers history` and run apply again",
    )


class Store:
    """The memory of one environment of one project, in a database that others may share; usable from threads."""

    def __init__(self, database: Database, project: str, environment: str, *, clock: Clock | None = None) -> None:
        self.database = database
        self.scope = f"{project}/{environment}"
        self.now: Clock = clock or database.now
        self._numbers = Counter[str]()
        self._lock = threading.Lock()
        self._together = Together(database)
        migrate(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    # ------------------------------------------------------------------------------------------- last applied

    def applied(self) -> tuple[Applied, ...]:
        """Everything that is remembered of the environment."""
        rows = self._query(
            "SELECT kind, key, external_id, fields, read_back, image, warnings FROM offers_applied WHERE scope = ? "
            "ORDER BY kind, key, external_id",
            self.scope,
        )
        return tuple(
            Applied(
                kind, key, external_id, Packed(fields), Packed(back) if back else None, image, tuple(unpack(warnings))
            )
            for kind, key, external_id, fields, back, image, warnings in rows
        )

    def remember(self, values: Iterable[Applied]) -> None:
        """Replace what is remembered of these objects."""
        rows = [self._applied_row(value) for value in values]
        if rows:
            with self.database.transaction() as transaction:
                insert_rows(transaction, _REMEMBER, rows)

    def forget(self, values: Iterable[Applied]) -> None:
        """Remember nothing of these objects any more."""
        with self.database.transaction() as transaction:
            transaction.execute_many(
                "DELETE FROM offers_applied WHERE scope = ? AND kind = ? AND external_id = ?",
                [(self.scope, value.kind, value.external_id) for value in values],
            )

    def _applied_row(self, value: Applied) -> tuple[Any, ...]:
        return (
            self.scope,
            value.kind,
            value.external_id,
            value.key,
            pack(value.fields),
            pack(value.read_back) if value.read_back is not None else None,
            value.image,
            pack(list(value.warnings)),
        )

    # ------------------------------------------------------------------------------------------------ journal

    def intend(self, run: str, intents: Sequence[Intent]) -> list[EntryId]:
        """Note what is about to be sent, while the lease is certainly ours.  Raises ``LeaseLostError``."""
        with self._lock:
            first = self._numbers[run] + 1
            self._numbers[run] += len(intents)
        entries = [EntryId(run, number) for number, _ in enumerate(intents, first)]
        now = self.now()
        rows = [
            (run, entry.number, *_intent_row(each), now, None, None, "", self.scope)
            for entry, each in zip(entries, intents, strict=True)
        ]

        def note(transaction: Transaction) -> None:
            self.fence(transaction, run)
            insert_rows(transaction, f"INSERT INTO offers_journal ({_ENTRY_COLUMNS}, scope) {VALUES}", rows)

        self._together.do(note)
        return entries

    def settle(self, endings: Iterable[Ending], remembered: Iterable[Applied] = ()) -> None:
        """Note what became of entries, together with what is to be remembered of their objects."""
        now = self.now()
        values = [self._applied_row(value) for value in remembered]
        alike: dict[tuple[str, str, str], list[int]] = {}
        for ending in endings:
            alike.setdefault((ending.id.run, ending.outcome.value, ending.note), []).append(ending.id.number)

        def note_endings(transaction: Transaction) -> None:
            for (run, outcome, note), numbers in alike.items():
                self._end(transaction, (outcome, note, now, run), numbers)
            insert_rows(transaction, _REMEMBER, values)

        self._together.do(note_endings)

    def _end(self, transaction: Transaction, alike: tuple[Any, ...], numbers: list[int]) -> None:
        """End entries of one run that have one outcome and note."""
        for start in range(0, len(numbers), _NUMBERS_AT_ONCE):
            part = numbers[start : start + _NUMBERS_AT_ONCE]
            transaction.execute(
                "UPDATE offers_journal SET outcome = ?, note = ?, ended = coalesce(ended, ?) "  # noqa: S608  only marks
                f"WHERE run = ? AND number IN ({', '.join('?' * len(part))})",
                *alike,
                *part,
            )

    def open_entries(self) -> tuple[Entry, ...]:
        """The writes of which nobody knows what became of them."""
        return self._entries("(outcome IS NULL OR outcome = 'unknown')")

    def creations_since(self, ended: float, shown: Container[tuple[str, str]] = ()) -> tuple[Entry, ...]:
        """The creations that succeeded at that time or later: a list that lags may not show them yet.

        Those of ``shown``, by kind and id, are left out, which may be all of tens of thousands.
        """
        condition = "ended >= ? AND action = 'create' AND outcome IN ('done', 'done_with_warnings')"
        return tuple(_entry(row) for row in self._rows(condition, ended) if (row[3], row[5]) not in shown)

    def entries_of(self, run: str) -> tuple[Entry, ...]:
        """What a run noted, in the order in which it was sent."""
        return self._entries("run = ?", run)

    def _entries(self, condition: str, *arguments: Any) -> tuple[Entry, ...]:
        return tuple(_entry(row) for row in self._rows(condition, *arguments))

    def _rows(self, condition: str, *arguments: Any) -> Sequence[tuple[Any, ...]]:
        return self._query(
            f"SELECT {_ENTRY_COLUMNS} FROM offers_journal WHERE scope = ? AND {condition} "  # noqa: S608  from here
            "ORDER BY sent, run, number",
            self.scope,
            *arguments,
        )

    # ------------------------------------------------------------------------------------------------- history

    def begin_run(self, run: str, plan_digest: str, author: Author | None = None) -> None:
        """Note that a run begins."""
        author = author or Author()
        with self.database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO offers_runs (run, scope, started, plan_digest, who, git_commit, counts) "
                "VALUES (?, ?, ?, ?, ?, ?, '{}')",
                *(run, self.scope, self.now(), plan_digest, author.who, author.commit),
            )

    def end_run(self, run: str, outcome: str, counts: dict[str, int]) -> None:
        """Note how a run ended."""
        with self.database.transaction() as transaction:
            transaction.execute(
                "UPDATE offers_runs SET ended = ?, outcome = ?, counts = ? WHERE run = ?",
                *(self.now(), outcome, pack(counts), run),
            )

    def history(self, limit: int | None = None) -> tuple[RunRecord, ...]:
        """The runs, the newest first."""
        rows = self._query(
            "SELECT run, started, plan_digest, who, git_commit, ended, outcome, counts FROM offers_runs "
            "WHERE scope = ? ORDER BY started DESC, run LIMIT ?",
            *(self.scope, _ALL_RUNS if limit is None else limit),
        )
        return tuple(
            RunRecord(run, started, digest, Author(who, commit), ended, outcome, unpack(counts))
            for run, started, digest, who, commit, ended, outcome, counts in rows
        )

    # -------------------------------------------------------------------------------------------------- leases

    def current_hold(self) -> Hold | None:
        """Who has the environment to himself, expired or not."""
        rows = self._query("SELECT owner, who, since, expires, term FROM offers_leases WHERE scope = ?", self.scope)
        return Hold(*rows[0]) if rows else None

    def take_hold(self, hold: Hold, instead_of: Hold | None) -> bool:
        """Become the one who writes, if the holder is still the one that was seen; a dead run's entries are ended."""
        with self.database.transaction() as transaction:
            if instead_of is None:
                taken = transaction.execute(
                    "INSERT INTO offers_leases VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (scope) DO NOTHING",
                    *(self.scope, hold.owner, hold.who, hold.since, hold.expires, hold.term_seconds),
                )
            else:
                taken = transaction.execute(
                    "UPDATE offers_leases SET owner = ?, who = ?, since = ?, expires = ?, term = ? "
                    "WHERE scope = ? AND owner = ? AND expires = ?",
                    *(hold.owner, hold.who, hold.since, hold.expires, hold.term_seconds),
                    *(self.scope, instead_of.owner, instead_of.expires),
                )
                if taken:
                    self._bury(transaction, instead_of)
        return bool(taken)

    def renew_hold(self, owner: str, expires: float) -> bool:
        """Give a sign of life; says whether the hold is still the owner's."""
        with self.database.transaction() as transaction:
            renewed = transaction.execute(
                "UPDATE offers_leases SET expires = ? WHERE scope = ? AND owner = ?", expires, self.scope, owner
            )
        return bool(renewed)

    def drop_hold(self, owner: str) -> None:
        """Let the next one in; calls that are still in flight end with it."""
        with self.database.transaction() as transaction:
            held = transaction.execute("DELETE FROM offers_leases WHERE scope = ? AND owner = ?", self.scope, owner)
            if held:
                transaction.execute(
                    "UPDATE offers_journal SET ended = ? WHERE run = ? AND ended IS NULL", self.now(), owner
                )

    def fence(self, transaction: Transaction, owner: str) -> None:
        """Nobody can take the owner's hold over until the transaction has ended.  Raises ``LeaseLostError``."""
        if not transaction.execute(
            "UPDATE offers_leases SET owner = owner WHERE scope = ? AND owner = ?", self.scope, owner
        ):
            raise lease_lost()

    def _bury(self, transaction: Transaction, dead: Hold) -> None:
        """A run that stopped giving signs of life had sent everything by the time its hold expired."""
        transaction.execute(
            "UPDATE offers_journal SET ended = ? WHERE run = ? AND ended IS NULL", dead.expires, dead.owner
        )
        transaction.execute(
            "UPDATE offers_runs SET ended = ?, outcome = 'abandoned' WHERE run = ? AND ended IS NULL",
            *(dead.expires, dead.owner),
        )

    # ----------------------------------------------------------------------------------------- made on purpose

    def make_on_purpose(self, who: str) -> bool:
        """Note that this memory is meant to last; says whether it was not noted before."""
        with self.database.transaction() as transaction:
            made = transaction.execute(
                "INSERT INTO offers_stores VALUES (?, ?, ?) ON CONFLICT (scope) DO NOTHING",
                *(self.scope, self.now(), who),
            )
        return bool(made)

    def made_on_purpose(self) -> Initialized | None:
        """When and by whom, if it was."""
        rows = self._query("SELECT made, who FROM offers_stores WHERE scope = ?", self.scope)
        return Initialized(*rows[0]) if rows else None

    def _query(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        with self.database.transaction() as transaction:
            return transaction.query(statement, *arguments)


_REMEMBER: Final = """
    INSERT INTO offers_applied {values}
    ON CONFLICT (scope, kind, external_id) DO UPDATE SET key = excluded.key, fields = excluded.fields,
    read_back = excluded.read_back, image = excluded.image, warnings = excluded.warnings
"""


def _intent_row(intent: Intent) -> tuple[str, ...]:
    return (intent.action, intent.kind, intent.key, intent.external_id)


def _entry(row: tuple[Any, ...]) -> Entry:
    run, number, action, kind, key, external_id, sent, ended, outcome, note = row
    return Entry(
        EntryId(run, number),
        Intent(action, kind, key, external_id),
        sent,
        ended,
        Outcome(outcome) if outcome is not None else None,
        note,
    )
