"""A real PostgreSQL for tests, from a wheel that ships its binaries."""

from __future__ import annotations

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def running_postgres() -> Iterator[str]:
    """The URL of a server that ends with the block; skips where there is no wheel for the platform."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains about folders of the desktop that a server does not have
        pgserver = pytest.importorskip("pgserver", reason="PostgreSQL has no wheel for this platform")
        with tempfile.TemporaryDirectory(prefix="offers-postgres-", ignore_cleanup_errors=True) as folder:
            server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The URL of a database of its own."""
    psycopg = pytest.importorskip("psycopg")
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
