"""One transaction for what many threads want noted at the same moment.

A transaction ends with a wait for the disk.  Whoever comes first does the work of all who came meanwhile, so that a
run does not queue for its own journal.  What is noted is not known here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from offers_sync.errors import OffersError
from offers_sync.state.databases import Database, Transaction

Work = Callable[[Transaction], None]


@dataclass(slots=True)
class _Item:
    """One thread's work, and what became of it."""

    work: Work
    turn: threading.Event = field(default_factory=threading.Event)
    is_done: bool = False
    fault: BaseException | None = None


class Together:
    """Saves works as if each had a transaction of its own; usable from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: list[_Item] = []
        self._is_led = False

    def do(self, work: Work) -> None:
        """Return when the work is saved; raise what it raises, with nothing of it saved."""
        item = _Item(work)
        with self._lock:
            self._waiting.append(item)
            leads, self._is_led = not self._is_led, True
        if not leads:
            item.turn.wait()
        if not item.is_done:
            self._lead()
        if item.fault is not None:
            raise item.fault

    def _lead(self) -> None:
        """Do everything that waits by now, and let the next one lead."""
        with self._lock:
            items, self._waiting = self._waiting, []
        try:
            self._save(items)
        except BaseException as fault:
            for item in items:
                item.fault = item.fault or fault
            raise
        finally:
            with self._lock:
                successor = self._waiting[0] if self._waiting else None
                self._is_led = successor is not None
            for item in items:
                item.is_done = True
                item.turn.set()
            if successor is not None:
                successor.turn.set()

    def _save(self, items: Sequence[_Item]) -> None:
        if len(items) > 1 and self._save_all(items):
            return
        for item in items:
            try:
                with self._database.transaction() as transaction:
                    item.work(transaction)
            except OffersError as error:
                item.fault = error

    def _save_all(self, items: Sequence[_Item]) -> bool:
        """Whether all of it could be saved at once; if not, nothing of it was."""
        try:
            with self._database.transaction() as transaction:
                for item in items:
                    item.work(transaction)
        except OffersError:
            return False
        return True
