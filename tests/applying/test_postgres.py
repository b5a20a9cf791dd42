"""The same stories with the memory in a real PostgreSQL."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from businesses import Business, outcomes, redeemable
from chaos import Schedule, unlucky
from postgres import fresh_database, running_postgres

from offers_sync.applying.events import BatchSent, Event
from offers_sync.applying.outcomes import RunReport
from offers_sync.errors import ExitCode
from offers_sync.state.databases import Database
from offers_sync.state.opening import open_database
from offers_sync.state.schema import migrate
from offers_sync.state.store import LeaseLostError

IS_LONG = bool(os.environ.get("OFFERS_LONG_CHAOS"))
SCHEDULES = 500 if IS_LONG else 40


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """One database for all stories; each has an environment of its own in it."""
    with running_postgres() as server, fresh_database(server) as url:
        opened = open_database(url)
        migrate(opened)
        yield opened
        opened.close()


def test_bad_luck_converges_on_postgres_too(database: Database) -> None:
    """Killed anywhere, lost, refused, throttled, lagging: two more runs bring what is wanted, and nothing twice."""
    figures: Counter[str] = Counter()
    for seed in range(SCHEDULES):
        try:
            figures += unlucky(Schedule.of(seed), database)
        except BaseException as fault:
            fault.add_note(f"schedule {seed}")
            raise
    assert figures["killed"] > 0
    print(dict(figures))  # noqa: T201  shown by pytest -rP


def test_who_was_put_to_sleep_sends_nothing(database: Database) -> None:
    """A run that slept between noting a batch and sending it, while another took over and did it all, sends nothing."""
    business = Business(*(redeemable(f"offer-{number}") for number in range(3)), database=database)
    others: list[RunReport] = []

    def sleep_in_the_wrong_moment(event: Event) -> None:
        if isinstance(event, BatchSent) and not others:
            others.append(business.apply())

    slept = business.apply(watch=sleep_in_the_wrong_moment)

    assert (others[0].exit_code, business.duplicates(), business.count("POST")) == (ExitCode.DONE, {}, 1)
    assert (set(outcomes(slept).values()), isinstance(slept.stopped_by, LeaseLostError)) == ({"failed"}, True)
    assert business.store().open_entries() == ()
    business.embedded.close()


def test_a_run_and_its_history(database: Database) -> None:
    """What is written is remembered, and a second run has nothing to do."""
    business = Business(redeemable("flat"), database=database)

    assert outcomes(business.apply()) == {"create redeemable/flat": "done"}
    assert business.apply().items == ()
    assert [run.outcome for run in business.store().history()] == ["done", "done"]
    business.embedded.close()
