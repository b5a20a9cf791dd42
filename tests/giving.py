"""A business that gives by the row: a vendor in memory, a ledger, files of rows, and senders as of fresh processes.

shop = Shop(tmp_path)
run = shop.entered("user_id,gift_count", "1001,5", "1002,5")
shop.send(run)                    one sender, from the lease to the end
shop.given()                      what the vendor really gave: guests by number, counted from outside
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx
from servers import client_to

from offers_sync.bulk.actions import GIFT, Action
from offers_sync.bulk.checking import Checkup, Rules, check
from offers_sync.bulk.entering import Entry, digest_of, enter, name_for
from offers_sync.bulk.outcomes import SendReport
from offers_sync.bulk.reading import open_rows
from offers_sync.bulk.sending import Sending, send
from offers_sync.sandbox import Faults, Settings, open_embedded
from offers_sync.state.databases import Database, SqliteDatabase
from offers_sync.state.leases import LeaseTerms, hold_environment
from offers_sync.state.ledger import Ledger
from offers_sync.state.ledger_records import BulkRun, RowOutcome
from offers_sync.state.store import Store

TODAY: Final = date(2026, 7, 1)
OFFERS: Final = {"free-fries": 20_002, "birthday-shake": 20_005}


class KnownOffers:
    """A server on which two offers live."""

    def number_of(self, key: str) -> int | str:
        """One of the two."""
        return OFFERS.get(key, "no document has that key")

    def fault_of(self, number: int) -> str:
        """Whether it is one of the two."""
        return "" if number in OFFERS.values() else "the distribution list shows no such number"


def rules(action: Action = GIFT, **others: Any) -> Rules:
    """What rows are held against, on a certain day."""
    return replace(Rules(action, KnownOffers(), TODAY), **others)


def checked(folder: Path, *lines: str, file: str = "rows.csv", **others: Any) -> Checkup:
    """What a file of these lines comes to."""
    path = folder / file
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    asked = rules(**others)
    return check(open_rows(path, asked.action.columns), asked)


def faults_of(found: Checkup) -> dict[int, str]:
    """What is wrong, by line."""
    return {fault.line: fault.message for fault in found.faults}


class Clock:
    """The store's clock: seconds pass only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


class Shop:
    """One environment of one business."""

    def __init__(
        self,
        folder: Path,
        *,
        faults: Faults | None = None,
        settings: Settings | None = None,
        database: Database | None = None,
    ) -> None:
        self.folder = folder
        self.clock = Clock()
        self.database = database or SqliteDatabase(None)
        self.embedded = open_embedded(None, settings=settings, faults=faults, wait=lambda seconds: None)  # noqa: ARG005

    def close(self) -> None:
        """Let go of what is in memory."""
        self.embedded.close()
        self.database.close()

    def ledger(self, database: Database | None = None) -> Ledger:
        """The memory, as a fresh process opens it."""
        return Ledger(Store(database or self.database, "marlow", "production", clock=self.clock))

    def entered(self, *lines: str, name: str = "", action: Action = GIFT, **others: Any) -> BulkRun:
        """A run of a file of these lines."""
        found = checked(self.folder, *lines, action=action, **others)
        asked = rules(action, **others)
        file = open_rows(self.folder / "rows.csv", action.columns)
        named = name or name_for(file, digest_of(found.digest, asked))
        return enter(self.ledger(), Entry(named, "tester", file, asked, OFFERS), found)

    def gifts(self, count: int, name: str = "may") -> BulkRun:
        """A run of so many gifts, each for another guest."""
        return self.entered("user_id,gift_count", *(f"{1001 + number},5" for number in range(count)), name=name)

    def send(
        self,
        run: BulkRun,
        *,
        ledger: Ledger | None = None,
        transport: httpx.BaseTransport | None = None,
        stop: threading.Event | None = None,
        watch: Callable[[Any], None] = lambda sent: None,  # noqa: ARG005  nobody watches
        again: RowOutcome | None = None,
        width: int = 16,
    ) -> SendReport:
        """A sender as of a fresh process."""
        ledger = ledger or self.ledger()
        owner = str(uuid.uuid4())
        terms = LeaseTerms(has_heart=False, sleep=self.clock.sleep)
        with (
            client_to(transport or self.embedded.transport) as client,
            hold_environment(ledger.lease_store(run), owner, "tester", terms),
        ):
            ledger.take_over(run, owner)
            if again is not None:
                ledger.resend(run, again)
            return send(run, Sending(client, ledger, owner, stop or threading.Event(), watch, width, _fast()))

    def given(self) -> Counter[int]:
        """How many gifts each guest really got."""
        rows = self.embedded.vendor.world.connection.execute("SELECT user_id FROM gifts")
        return Counter(user_id for (user_id,) in rows)

    def outcomes(self, run: BulkRun) -> list[str]:
        """Where each row stands, in order."""
        return [row.outcome.value for row in self.ledger().rows(run)]


def _fast() -> Callable[[], float]:
    """A clock on which a second passes with every look, so that no test waits for its turn."""
    lock, looks = threading.Lock(), [0.0]

    def now() -> float:
        with lock:
            looks[0] += 1.0
            return looks[0]

    return now
