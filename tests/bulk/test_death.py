"""A sender that dies anywhere: nothing is given twice, nothing is lost, and only what was in flight is unknown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from businesses import Killed, Life, MortalDatabase, MortalTransport
from giving import Shop
from hypothesis import given, settings
from hypothesis import strategies as st

from offers_sync.cli.main import run as command
from offers_sync.sandbox import Faults, Vendor, World
from offers_sync.sandbox.serving import served
from offers_sync.state.ledger import Ledger
from offers_sync.state.opening import open_store

ROWS = 25


@given(steps=st.integers(1, 120), width=st.sampled_from((1, 3, 16)))
@settings(max_examples=40)
def test_killed_at_any_step(steps: int, width: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """After a death at any moment, the next sender gives to all others, and to nobody twice."""
    with closing(Shop(tmp_path_factory.getbasetemp())) as shop:
        _kill_and_send(shop, Life(steps), width)


def _kill_and_send(shop: Shop, life: Life, width: int) -> None:
    run = shop.gifts(ROWS)
    with suppress(Killed):
        shop.send(
            run,
            ledger=shop.ledger(MortalDatabase(shop.database, life)),
            transport=MortalTransport(shop.embedded.transport, life),
            width=width,
        )
    shop.clock.sleep(61)
    shop.send(run, width=width)

    given, outcomes = shop.given(), shop.outcomes(run)
    assert max(given.values()) == 1
    assert set(outcomes) <= {"done", "unknown"}
    assert outcomes.count("unknown") <= width
    assert all(given[1001 + place] for place, outcome in enumerate(outcomes) if outcome == "done")


def test_a_real_kill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A process that is killed in mid-flight leaves few rows unknown; the same command later gives the others."""
    (tmp_path / "rows.csv").write_text(
        "user_id,gift_count\n" + "".join(f"{number},5\n" for number in range(1, 81)), encoding="utf-8"
    )
    vendor = Vendor(World.open(tmp_path / "vendor.db", seed=None), faults=Faults(latency_ms=100))
    with served(vendor) as server:
        (tmp_path / "offers.yaml").write_text(
            f"project: marlow\nenvironments:\n  live: {{server: '{server}', token: '${{KEY}}', state: local}}\n",
            encoding="utf-8",
        )
        state = tmp_path / ".offers" / "state.db"
        with open_store(state, "marlow", "live") as store:
            store.make_on_purpose("tester")
        arguments = ["gift", str(tmp_path / "rows.csv"), "-C", str(tmp_path), "--env", "live", "--run", "may", "--yes"]
        _kill_after(20, arguments, vendor)
        with open_store(state, "marlow", "live") as store, store.database.transaction() as transaction:
            transaction.execute("UPDATE offers_leases SET expires = 0, term = 0")

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KEY", "secret")
            assert command(arguments) in {0, 9}
        with open_store(state, "marlow", "live") as store:
            ledger = Ledger(store)
            run = ledger.find("may")
            assert run is not None
            outcomes = {int(row.cells[2:].partition('"')[0]): row.outcome.value for row in ledger.rows(run)}
    capsys.readouterr()
    rows = vendor.world.connection.execute("SELECT user_id, count(*) FROM gifts GROUP BY user_id").fetchall()
    vendor.world.close()
    given = dict(rows)
    assert set(given.values()) == {1}
    assert set(outcomes.values()) <= {"done", "unknown"}
    assert sum(outcome == "unknown" for outcome in outcomes.values()) <= 16
    assert {guest for guest, outcome in outcomes.items() if outcome == "done"} <= set(given)


def _kill_after(gifts: int, arguments: list[str], vendor: Vendor) -> None:
    """Run the command in a process of its own, and kill it once the vendor gave so much."""
    code = "from offers_sync.cli.main import main; main()"
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "KEY": "secret", "PYTHONPATH": root},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with vendor.world.writing(time.time()):
            (count,) = vendor.world.connection.execute("SELECT count(*) FROM gifts").fetchone()
        if count >= gifts:
            break
        process_waits(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def process_waits(seconds: float) -> None:
    """Look again a moment later: another process is at work."""
    time.sleep(seconds)
