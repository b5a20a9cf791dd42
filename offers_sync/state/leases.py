"""Having an environment to oneself: a hold with an owner, signs of life, and an end when they stop.

A hold whose owner died is taken over after its term without anybody's help; one whose owner lives is respected.
What is done while holding is not said here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final

from offers_sync.errors import OffersError, UnreachableError
from offers_sync.state.records import Hold
from offers_sync.state.store import Store, lease_lost

DEFAULT_TERM_SECONDS: Final = 60.0
_BEATS_PER_TERM: Final = 4
_POLL_SECONDS: Final = 1.0


class LeaseHeldError(UnreachableError):
    """Another run is writing to this environment right now."""


def _nobody_listens(hold: Hold, seconds: float) -> None:
    """For callers that show nothing while they wait."""


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """How long a sign of life lasts, and how waiting for another's end is done and shown."""

    term_seconds: float = DEFAULT_TERM_SECONDS
    sleep: Callable[[float], None] = time.sleep
    on_wait: Callable[[Hold, float], None] = _nobody_listens
    """Called once with the hold that is waited for, and for how long at most."""
    has_heart: bool = True
    """Whether signs of life are given by a thread; without it ``Lease.beat`` gives them."""
    doing: str = "applying to"
    """What a holder is doing to what he holds."""
    again: str = "apply again"
    """What to do when he is done."""


class Lease:
    """The hold that this process has; ``beat`` prolongs it."""

    def __init__(self, store: Store, hold: Hold) -> None:
        self._store = store
        self._hold = hold
        self._valid_until = hold.expires
        self.is_lost = False

    def assure(self) -> None:
        """Raise ``LeaseLostError`` unless nobody can have taken the hold over by now; ask right before acting on it.

        A process that was put to sleep between noting a call and making it finds out here.
        """
        if self._store.now() >= self._valid_until:
            self.beat()
        if self.is_lost:
            raise lease_lost()

    @property
    def owner(self) -> str:
        """The run that holds."""
        return self._hold.owner

    def beat(self) -> None:
        """Give a sign of life, and learn whether the hold is still ours."""
        expires = self._store.now() + self._hold.term_seconds
        if self._store.renew_hold(self._hold.owner, expires):
            self._valid_until = expires
        else:
            self.is_lost = True


@contextmanager
def hold_environment(store: Store, owner: str, who: str, terms: LeaseTerms | None = None) -> Iterator[Lease]:
    """Have the store's environment to oneself.  Raises ``LeaseHeldError`` while somebody else gives signs of life."""
    terms = terms or LeaseTerms()
    lease = Lease(store, _taken(store, owner, who, terms))
    stop = threading.Event()
    heart = threading.Thread(target=_beat_until, args=(lease, terms, stop), name="lease", daemon=True)
    if terms.has_heart:
        heart.start()
    try:
        yield lease
    finally:
        stop.set()
        if terms.has_heart:
            heart.join()
        with suppress(OffersError):  # it ends by itself when its term is over
            store.drop_hold(owner)


def _taken(store: Store, owner: str, who: str, terms: LeaseTerms) -> Hold:
    mine = Hold(owner, who, 0.0, 0.0, terms.term_seconds)
    first_seen: Hold | None = None
    waited = 0.0
    while True:
        seen, now = store.current_hold(), store.now()
        if seen is None or seen.expires <= now or waited >= seen.term_seconds:
            mine = replace(mine, since=now, expires=now + terms.term_seconds)
            if store.take_hold(mine, seen):
                return mine
            continue
        if first_seen is None:
            first_seen = seen
            terms.on_wait(seen, min(seen.expires - now, seen.term_seconds))
        elif seen != first_seen:
            raise LeaseHeldError(
                f"{seen.who} is {terms.doing} {store.scope} right now (run {seen.owner})",
                hint=f"wait for that run to end, then {terms.again}",
            )
        pause = min(_POLL_SECONDS, max(seen.expires - now, 0.01))
        terms.sleep(pause)
        waited += pause


def _beat_until(lease: Lease, terms: LeaseTerms, stop: threading.Event) -> None:
    while not stop.wait(terms.term_seconds / _BEATS_PER_TERM) and not lease.is_lost:
        with suppress(OffersError):  # a beat that fails is made up for by the next; the journal checks the hold anyway
            lease.beat()
