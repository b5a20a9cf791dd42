"""The file that holds a sandbox: nothing is lost or half there, whatever happens to the process."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from offers_sync.errors import InvalidInputError
from offers_sync.sandbox import open_embedded
from offers_sync.sandbox.census import take_census

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.calling import Build, Open

WRITER = """
import sys
from pathlib import Path
from offers_sync.sandbox import Request, open_embedded
import orjson

def item(name):
    criterion = {"external_id": "c" + name, "qc_processing_function": "bogof"}
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion}
    return {"external_id": name, "name": name, "receipt_rule": rule}

headers = (("authorization", "Bearer key"), ("user-agent", "a/b/c"))
with open_embedded(Path(sys.argv[1]), empty=True) as embedded:
    for batch in range(int(sys.argv[3])):
        names = [f"{sys.argv[2]}-{batch}-{number}" for number in range(20)]
        body = orjson.dumps({"data": [item(name) for name in names]})
        answer = embedded.vendor.respond(Request("POST", "/api2/dashboard/offers/redeemable", "", headers, body))
        assert answer.status == 200, answer.body
        print(batch, flush=True)
"""


def _writer(database: Path, name: str, batches: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(database), name, str(batches)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    """After SIGKILL in mid-write every answered batch is whole and no other is there in part."""
    database = tmp_path / ".offers" / "sandbox.db"
    with _writer(database, "w", 10_000) as writer:
        assert writer.stdout is not None
        for _ in range(5):
            writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
        answered = 5 + len(writer.stdout.read().splitlines())
    with open_embedded(database) as embedded:
        counts = take_census(embedded.vendor.world).counts
    assert counts["redeemables"] == counts["criteria"]
    assert counts["redeemables"] % 20 == 0
    assert answered <= counts["redeemables"] // 20 <= answered + 1


def test_several_processes_may_write_at_once(tmp_path: Path) -> None:
    """Processes that make and fill one file together lose nothing and repeat nothing."""
    database = tmp_path / "sandbox.db"
    writers = [_writer(database, name, 4) for name in "abcd"]
    for writer in writers:
        with writer:
            assert writer.wait(timeout=30) == 0
    with open_embedded(database) as embedded:
        census = take_census(embedded.vendor.world)
    assert (census.counts["redeemables"], census.counts["criteria"], census.duplicates) == (320, 320, ())


def test_a_file_is_written_ahead(tmp_path: Path, sandbox: Open) -> None:
    """A reader from outside sees whole commits while somebody writes, and does not stop the writer."""
    database = tmp_path / "sandbox.db"
    caller = sandbox(database=database, empty=False)
    world = caller.embedded.vendor.world
    with sqlite3.connect(database) as outside, world.writing(0):
        world.connection.execute("DELETE FROM guests")
        assert outside.execute("SELECT count(*) FROM guests").fetchone() == (10,)
    outside.close()
    assert world.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_several_threads_may_use_one_client(sandbox: Open, selector: Build) -> None:
    """Threads that write through one transport lose nothing."""
    caller = sandbox()

    def write(number: int) -> int:
        return len(caller.create("selector", *[selector(f"s{number}-{place}") for place in range(5)]))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(40))) == 200
    assert caller.get("/api2/dashboard/offers/lis").json()["meta"]["total_records"] == 200


def test_a_sandbox_is_there_again_when_it_is_opened_again(tmp_path: Path, sandbox: Open, selector: Build) -> None:
    """A file keeps its contents, and is not seeded a second time."""
    database = tmp_path / "sandbox.db"
    sandbox(database=database, empty=False).create("selector", selector())
    again = sandbox(database=database, empty=False)
    assert again.rows("selector")[0]["external_id"] == "sandwiches"
    assert len(again.rows("redeemable")) == 5


def test_a_cleared_world_begins_again(sandbox: Open, selector: Build) -> None:
    """Clearing takes the log as well."""
    caller = sandbox()
    caller.create("selector", selector())
    caller.embedded.vendor.world.clear()
    assert caller.embedded.vendor.world.log.entries() == []
    assert caller.rows("selector") == []


def test_what_is_nested_is_shown_as_it_is_now(
    tmp_path: Path, sandbox: Open, criterion: Build, redeemable: Build
) -> None:
    """A change of a criterion by another process, and a new beginning, show at once in what nests it."""
    database = tmp_path / "sandbox.db"
    caller, other = sandbox(database=database), sandbox(database=database)
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion(name="Before")}

    def shown() -> str:
        name: str = caller.row("redeemable", "five-off")["receipt_rule"]["redeeming_criterion"]["name"]
        return name

    caller.create("redeemable", redeemable(receipt_rule=rule))
    assert shown() == "Before"
    other.update("criterion", {"external_id": "ten-percent", "name": "After"})
    assert shown() == "After"
    other.embedded.vendor.world.clear()
    other.create("redeemable", redeemable(receipt_rule=rule))
    other.update("criterion", {"external_id": "ten-percent", "name": "Again"})
    assert shown() == "Again"


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    """Neither a text nor somebody else's database is taken for a sandbox, and both are left as they are."""
    text = tmp_path / "text.db"
    text.write_bytes(b"not a database at all, but long enough to be looked at" * 50)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    before = (text.read_bytes(), other.read_bytes())
    with pytest.raises(InvalidInputError, match="is not a database of the sandbox"):
        open_embedded(text)
    with pytest.raises(InvalidInputError, match="not one of the sandbox"):
        open_embedded(other)
    assert (text.read_bytes(), other.read_bytes()) == before


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    """A file of a later format is named with both versions."""
    database = tmp_path / "sandbox.db"
    open_embedded(database).close()
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(InvalidInputError, match="has format 9, and this version of offers reads format 1"):
        open_embedded(database)


def test_the_log_keeps_bodies_and_no_key(tmp_path: Path, sandbox: Open, selector: Build) -> None:
    """The log has what was sent and answered; the key is not in the file, wherever the caller put it."""
    database = tmp_path / "sandbox.db"
    caller = sandbox(database=database)
    caller.create("selector", selector(name="key-of-the-tests"))
    caller.get("/api2/dashboard/offers/lis", token="key-of-the-tests")  # noqa: S106  a key of the tests
    created, listed = caller.embedded.vendor.world.log.entries()
    assert (created.endpoint, created.status, listed.endpoint) == ("create-selectors", 200, "list-selectors")
    assert b'"name":"[redacted]"' in (created.body or b"")
    assert b'"success":true' in (created.answer or b"")
    assert dict(created.headers)["authorization"] == "[redacted]"
    assert listed.query == "token=[redacted]"
    log = repr(caller.embedded.vendor.world.log.entries())
    assert "key-of-the-tests" not in log
