"""Which rows say the same as an earlier one, and how many guests there are, for any number of rows in little memory.

What is kept is in a private database that is gone with the process, and of rows only their keyed digests.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from hashlib import blake2b
from types import TracebackType
from typing import Final, NamedTuple, Self

import orjson

_CACHE_KIB: Final = 16_384
_DIGEST_BYTES: Final = 8


class Said(NamedTuple):
    """What a row comes to."""

    line: int
    user_id: int
    digest: int


class Repeats:
    """Remembers rows; one thread at a time."""

    def __init__(self) -> None:
        self._key = os.urandom(16)
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{_CACHE_KIB};"
            "CREATE TABLE said (digest INTEGER PRIMARY KEY, line INTEGER NOT NULL);"
            "CREATE TABLE guests (user_id INTEGER PRIMARY KEY); BEGIN"
        )
        self.guests = 0
        """How many different ones there were so far."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def said(self, line: int, user_id: int, payload: object) -> Said:
        """A row by what is sent for it."""
        text = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
        digest = blake2b(text, digest_size=_DIGEST_BYTES, key=self._key).digest()
        return Said(line, user_id, int.from_bytes(digest, "big", signed=True))

    def add(self, rows: Sequence[Said]) -> dict[int, int]:
        """Remember rows; gives, for each line that repeats an earlier one, that one's line."""
        before = self._database.total_changes
        self._database.executemany("INSERT OR IGNORE INTO said VALUES (?, ?)", [(row.digest, row.line) for row in rows])
        repeats = len(rows) - (self._database.total_changes - before)
        before = self._database.total_changes
        self._database.executemany("INSERT OR IGNORE INTO guests VALUES (?)", [(row.user_id,) for row in rows])
        self.guests += self._database.total_changes - before
        return self._first_lines(rows) if repeats else {}

    def _first_lines(self, rows: Sequence[Said]) -> dict[int, int]:
        found = {}
        for row in rows:
            (first,) = self._database.execute("SELECT line FROM said WHERE digest = ?", (row.digest,)).fetchone()
            if first != row.line:
                found[row.line] = first
        return found
