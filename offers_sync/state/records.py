"""The values that the store gives and takes beside what was applied: intents, entries, runs and holds.

Times are seconds since 1970 by the store's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from offers_sync.models.values import Outcome


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to be sent."""

    action: str
    kind: str
    key: str
    external_id: str


@dataclass(frozen=True, slots=True, order=True)
class EntryId:
    """Where an entry stands in the journal."""

    run: str
    number: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A write that was sent, or was about to be when its run died."""

    id: EntryId
    intent: Intent
    sent: float
    ended: float | None = None
    """When the call came to its end; nothing while it is in flight."""
    outcome: Outcome | None = None
    """Nothing while nobody knows."""
    note: str = ""

    @property
    def is_creation(self) -> bool:
        """Whether doing it again could make a second object."""
        return self.intent.action == "create"


@dataclass(frozen=True, slots=True)
class Ending:
    """How an entry ended, and why one can say so."""

    id: EntryId
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """On whose behalf a run writes, and from which commit."""

    who: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as history shows it."""

    run: str
    started: float
    plan_digest: str
    author: Author
    ended: float | None = None
    outcome: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hold:
    """Who has the environment to himself, and until when at least."""

    owner: str
    who: str
    since: float
    expires: float
    term_seconds: float
    """How long a sign of life lasts."""


@dataclass(frozen=True, slots=True)
class Initialized:
    """When and by whom a store was made on purpose."""

    made: float
    who: str
