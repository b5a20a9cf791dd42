"""Ledgers in both kinds of database, with a clock that a test turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from giving import Clock, Shop
from postgres import fresh_database, running_postgres

from offers_sync.state.ledger import Ledger
from offers_sync.state.opening import open_store

OpenLedger = Callable[[], Ledger]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A business that gives."""
    with closing(Shop(tmp_path)) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    """The clock of the test."""
    return Clock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One server for all tests of a worker."""
    with running_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def open_ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[OpenLedger]:
    """Opens the one ledger of the test, as another machine would each time."""
    with ExitStack() as opened:
        if request.param == "sqlite":
            place = tmp_path / "state.db"
        else:
            place = opened.enter_context(fresh_database(request.getfixturevalue("postgres_server")))

        def open_one() -> Ledger:
            return Ledger(opened.enter_context(open_store(place, "marlow", "production", clock=clock)))

        yield open_one
