"""Stores of both kinds, with a clock that a test turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgres import fresh_database, running_postgres

from offers_sync.state.opening import open_store
from offers_sync.state.store import Store

OpenStore = Callable[..., Store]


class Clock:
    """A clock that stands still until it is turned; its ``sleep`` turns it."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    """The clock of the test."""
    return Clock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One server for all tests of a worker."""
    with running_postgres() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[OpenStore]:
    """Opens the one database of the test, as often as it is called."""
    place = tmp_path / "state.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with ExitStack() as opened:

        def open_one(environment: str = "production", project: str = "marlow") -> Store:
            return opened.enter_context(open_store(place, project, environment, clock=clock))

        yield open_one


@pytest.fixture
def store(open_again: OpenStore) -> Store:
    """An empty store."""
    return open_again()
