"""How fast rows go out: just below the ceiling, slower when the server says so, and faster again."""

from __future__ import annotations

from collections import deque

import pytest

from offers_sync.bulk.pacing import SHARE_OF_CEILING, Pace

CEILING = 4_000 / 60
TICK_SECONDS = 0.02


class Server:
    """A server that turns away what is more than so many calls a minute."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.seen: deque[float] = deque()
        self.taken = self.turned_away = 0

    def call(self, now: float) -> float | None:
        """Nothing for a call that is taken, else the wait that is asked for."""
        while self.seen and self.seen[0] <= now - 60:
            self.seen.popleft()
        if len(self.seen) >= self.per_minute:
            self.turned_away += 1
            return self.seen[0] + 60 - now
        self.seen.append(now)
        self.taken += 1
        return None


def sent_for(
    seconds: float, server: Server, *, asks: bool = True, pace: Pace | None = None, start: float = 0.0
) -> Pace:
    """Send as fast as the pace allows for a while."""
    clock = [start]
    pace = pace or Pace(CEILING, now=lambda: clock[0])
    pace._now = lambda: clock[0]
    while clock[0] < start + seconds:
        count = pace.ready()
        pace.take(count)
        for _ in range(count):
            wait = server.call(clock[0])
            if wait is None:
                pace.went_well()
            else:
                pace.throttled(wait if asks else None)
        clock[0] += TICK_SECONDS
    return pace


def test_a_real_ceiling_is_held_without_a_refusal() -> None:
    """At the published ceiling at least 95 % of it goes out in ten minutes, and nothing is turned away."""
    server = Server(4_000)
    sent_for(600, server)

    assert server.turned_away == 0
    assert server.taken >= 0.95 * 40_000


@pytest.mark.parametrize("asks", [True, False])
def test_a_hidden_ceiling_is_found(asks: bool) -> None:  # noqa: FBT001  a case of two
    """Where less is allowed than is published most of that goes out, and few calls are turned away."""
    server = Server(1_000)
    sent_for(1_800, server, asks=asks)

    assert server.taken >= 0.7 * 30_000
    assert server.turned_away <= 0.02 * server.taken


def test_it_recovers() -> None:
    """When a hidden ceiling is lifted the pace comes back to the published one."""
    server = Server(1_000)
    pace = sent_for(300, server)
    slow = pace.per_second
    server.per_minute = 4_000
    sent_for(120, server, pace=pace, start=300)

    assert slow < 0.9 * CEILING
    assert pace.per_second == pytest.approx(SHARE_OF_CEILING * CEILING)


def test_a_stall_is_not_made_up_for_at_once() -> None:
    """After a minute of standing still no more than a fifth of a second's worth goes out together."""
    clock = [0.0]
    pace = Pace(CEILING, now=lambda: clock[0])
    clock[0] = 60.0

    assert pace.ready() == int(0.2 * SHARE_OF_CEILING * CEILING)
