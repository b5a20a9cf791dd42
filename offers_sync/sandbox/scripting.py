"""What goes wrong on purpose: rules that say which calls are hit and how, and the script that follows them.

The rules are values; only ``Script`` counts.  Reading them from a file is ``fault_files``' business.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offers_sync.sandbox.endpoints import Endpoint
    from offers_sync.sandbox.messages import Cut

Page = Literal["json", "html", "empty"]
UNLIMITED: Final = 2**63


@dataclass(frozen=True, slots=True)
class Calls:
    """Which of the calls that a rule matches it hits, counted from 1; all of them by default."""

    first: int = 1
    last: int | None = None
    every: int = 1
    chosen: frozenset[int] = frozenset()

    @classmethod
    def of(cls, *numbers: int) -> Calls:
        """Just these."""
        return cls(chosen=frozenset(numbers))

    def has(self, number: int) -> bool:
        """Whether the rule hits its nth call."""
        if self.chosen:
            return number in self.chosen
        is_within = self.first <= number and (self.last is None or number <= self.last)
        return is_within and (number - self.first) % self.every == 0


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a list is behind: what is younger than so many reads of it, or so many seconds, is not shown yet."""

    reads: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many calls in so many seconds; the others get a 429."""

    calls: int
    seconds: float = 60.0
    retry_after: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One rule.  ``at`` is a glob over the endpoint's name, its path, or ``METHOD path``."""

    at: str = "*"
    calls: Calls = Calls()
    probability: float = 1.0
    latency_ms: int = 0
    cut: Cut | None = None
    commit: Literal["all", "none"] | int | None = None
    """What is saved: all, nothing, or the first few items; by default nothing before a cut or with a status."""
    status: int | None = None
    retry_after: int | str | None = None
    location: str = ""
    page: Page = "json"
    body: Any = None
    lag: Lag | None = None
    shift: int = 0
    omit_results: tuple[int, ...] = ()
    rate_limit: RateLimit | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def matches(self, endpoint: Endpoint) -> bool:
        """Whether the rule is about this endpoint."""
        return any(fnmatchcase(text, self.at) for text in (endpoint.name, endpoint.path, endpoint.line))


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """A whole script: its rules, what the dice start from, and a wait that every call has."""

    rules: tuple[Fault, ...] = ()
    seed: int = 0
    latency_ms: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """What the script does to one call: the rules that hit it, by number, later ones having the last word."""

    rules: tuple[tuple[int, Fault], ...] = ()
    latency_seconds: float = 0.0
    retry_after_seconds: float | None = None
    """Set when a rate limit of the script turns the call away; 0 where it does not say for how long."""

    def last(self, name: str, default: Any) -> Any:
        """The field of the last rule that sets it."""
        for _, rule in reversed(self.rules):
            value = getattr(rule, name)
            if value not in (None, "", 0, ()):
                return value
        return default

    @property
    def settings(self) -> dict[str, Any]:
        """The choices that the rules change for this call."""
        changed: dict[str, Any] = {}
        for _, rule in self.rules:
            changed.update(rule.settings)
        return changed

    @property
    def line(self) -> str:
        """The numbers of the rules, for the log."""
        return " ".join(f"rule {number}" for number, _ in self.rules)


class Script:
    """Follows the rules, call by call; several threads may ask."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._lock = threading.Lock()
        self._counts = [0] * len(faults.rules)
        self._dice = [random.Random(f"{faults.seed}/{number}") for number in range(len(faults.rules))]  # noqa: S311  repeatable on purpose
        self._recent: list[deque[float]] = [deque() for _ in faults.rules]

    def act(self, endpoint: Endpoint, now: float) -> Act:
        """What happens to the next call of the endpoint."""
        hits: list[tuple[int, Fault]] = []
        retry_after: float | None = None
        with self._lock:
            for place, rule in enumerate(self.faults.rules):
                if not rule.matches(endpoint) or not self._is_hit(place, rule):
                    continue
                if rule.rate_limit is not None:
                    wait = self._wait(place, rule.rate_limit, now)
                    if wait is None:
                        continue
                    retry_after = wait if rule.rate_limit.retry_after else 0.0
                hits.append((place + 1, rule))
        latency = self.faults.latency_ms + sum(rule.latency_ms for _, rule in hits)
        return Act(tuple(hits), latency / 1000, retry_after)

    def _is_hit(self, place: int, rule: Fault) -> bool:
        self._counts[place] += 1
        if not rule.calls.has(self._counts[place]):
            return False
        return rule.probability >= 1.0 or self._dice[place].random() < rule.probability

    def _wait(self, place: int, limit: RateLimit, now: float) -> float | None:
        """How long the caller has to wait, or ``None`` when the call is within the limit."""
        recent = self._recent[place]
        while recent and recent[0] <= now - limit.seconds:
            recent.popleft()
        if len(recent) >= limit.calls:
            return max(recent[0] + limit.seconds - now, 0.001) if recent else limit.seconds
        recent.append(now)
        return None
