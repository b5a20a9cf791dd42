from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from offers_sync.errors import InvalidInputError, OffersError, UnreachableError
from offers_sync.state.opening import open_store
from offers_sync.state.postgres import without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://marlow:s3cret@db.example.com:5432/offers", "postgresql://marlow@db.example.com:5432/offers"),
        ("postgresql://db.example.com/offers?password=s3cret", "postgresql://db.example.com/offers"),
        ("postgresql://marlow:p@s3cret/x@db/offers", "postgresql://..."),
        ("postgresql://marlow:s3cret@db:none/offers", "postgresql://..."),
        ("postgresql://[s3cret/offers", "postgresql://..."),
    ],
)
def test_a_url_is_shown_without_password(url: str, shown: str) -> None:
    """Who and where is shown; whatever could be a password is not."""
    assert without_password(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://marlow:s3cret@127.0.0.1:1/offers",
        "postgresql://marlow:s3%63ret@127.0.0.1:1/offers",
        "postgresql://marlow@127.0.0.1:1/offers?password=s3cret",
        "postgresql://marlow:s3cret@127.0.0.1:none/offers",
        "postgresql://marlow:x@s3cret@127.0.0.1:1/offers",
        "postgresql://marlow:x/s3cret@127.0.0.1:1/offers",
        "postgresql://marlow:x@127.0.0.1:1/offers?nonsense=s3cret",
        "mysql://marlow:s3cret@127.0.0.1/offers",
    ],
)
def test_no_error_repeats_the_password(url: str) -> None:
    """Neither the message nor the hint nor any error behind it holds the password, however the URL is broken."""
    with pytest.raises(OffersError) as refused:
        open_store(url, "marlow", "production")

    error: BaseException | None = refused.value
    while error is not None:
        assert "s3cret" not in str(error) + repr(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert "s3cret" not in refused.value.hint


def test_an_unreachable_database_may_be_tried_again() -> None:
    """A database that is not there is an error that a retry may cure."""
    with pytest.raises(UnreachableError, match=r"postgresql://marlow@127\.0\.0\.1:1/offers cannot be reached"):
        open_store("postgresql://marlow:s3cret@127.0.0.1:1/offers", "marlow", "production")


def test_a_missing_driver_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without psycopg the error names the extra."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(InvalidInputError, match="driver is not installed") as refused:
        open_store("postgresql://db/offers", "marlow", "production")
    assert refused.value.hint == 'pip install "offers-sync[postgres]"'


def test_sqlite_does_not_pay_for_postgres() -> None:
    """The driver is imported only when a URL asks for it."""
    program = (
        "import sys; from offers_sync.state.opening import open_store; open_store(None, 'p', 'e'); "
        "sys.exit('psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_many_open_an_empty_database_at_once(postgres_url: str) -> None:
    """Processes that meet in a new database make its tables once."""
    gate, faults = threading.Barrier(5), list[BaseException]()

    def open_it() -> None:
        gate.wait()
        try:
            open_store(postgres_url, "marlow", "production").database.close()
        except BaseException as fault:  # noqa: BLE001  whatever it is, the test tells
            faults.append(fault)

    threads = [threading.Thread(target=open_it) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []


def test_a_lost_connection_is_made_anew(postgres_url: str) -> None:
    """A connection that the server dropped costs one error, not the store."""
    with open_store(postgres_url, "marlow", "production") as store, open_store(postgres_url, "x", "y") as other:
        (row,) = _rows(store, "SELECT pg_backend_pid()")
        _rows(other, "SELECT pg_terminate_backend(?)", row[0])
        with pytest.raises(UnreachableError, match="cannot be reached"):
            store.applied()

        assert store.applied() == ()


def test_the_clock_is_the_databases(postgres_url: str) -> None:
    """Times are the database's, so that machines whose clocks differ agree on leases."""
    with open_store(postgres_url, "marlow", "production") as store:
        (row,) = _rows(store, "SELECT extract(epoch FROM clock_timestamp())::float8")
        assert abs(store.now() - row[0]) < 5


def _rows(store: object, statement: str, *arguments: object) -> list[tuple[object, ...]]:
    with store.database.transaction() as transaction:  # type: ignore[attr-defined]  # any store
        found: list[tuple[object, ...]] = transaction.query(statement, *arguments)
        return found
