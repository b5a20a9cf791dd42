"""`offers runs`: what became of bulk runs, and going on with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from offers_sync.cli.main import run
from offers_sync.state.ledger import Ledger
from offers_sync.state.ledger_records import BulkRun, RowOutcome
from offers_sync.state.opening import open_store


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project in which the run may gave to four guests; of two rows the outcome is unknown, and one is left."""
    (tmp_path / "offers.yaml").write_text("project: marlow\nenvironments:\n  sandbox: {server: embedded}\n")
    (tmp_path / "may.csv").write_text("user_id,gift_count,message\n1,5,a\n2,5,b\n3,5,c\n4,5,d\n")
    monkeypatch.chdir(tmp_path)
    assert run(["gift", "may.csv", "--yes", "--run", "may"]) == 0
    with _ledger(tmp_path) as store, store.database.transaction() as transaction:
        transaction.execute("UPDATE offers_ledger SET outcome = 'unknown', reason = 'lost' WHERE number IN (2, 3)")
        transaction.execute("UPDATE offers_ledger SET outcome = NULL WHERE number = 4")
        transaction.execute("UPDATE offers_bulk_runs SET state = 'open', ended = NULL")
    (tmp_path / "may.results.csv").unlink()
    capsys.readouterr()
    return tmp_path


def _ledger(project: Path):  # noqa: ANN202  a context manager
    return open_store(project / ".offers" / "state.db", "marlow", "sandbox")


def found(project: Path) -> tuple[BulkRun, list[str]]:
    """The run, and where its rows stand."""
    with _ledger(project) as store:
        ledger = Ledger(store)
        (made,) = ledger.runs()
        return made, [row.outcome.value for row in ledger.rows(made)]


def test_list_and_show(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both say where runs stand, for people and as JSON; show names the rows in trouble by line."""
    assert run(["runs", "list"]) == 0
    assert "gift  may  open  1 done, 1 pending, 2 unknown" in capsys.readouterr().out
    run(["runs", "list", "--format", "json"])
    (listed,) = json.loads(capsys.readouterr().out)["runs"]
    assert (listed["name"], listed["file"], listed["counts"]["unknown"]) == ("may", "may.csv", 2)

    assert run(["runs", "show", "may", "--results", str(project / "all.csv")]) == 0
    shown = capsys.readouterr().out
    assert "unknown: line 3: lost" in shown
    assert "`offers runs resume may` sends what is left" in shown
    assert "--resend-unknown" in shown
    assert (project / "all.csv").read_text().splitlines()[2].startswith("2,5,b,unknown,lost,")
    run(["runs", "show", "may", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["summary"] == {"done": 1, "failed": 0, "unknown": 2, "held_back": 1}


def test_resume_needs_no_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is left goes out from the ledger alone; unknown rows stay unknown, unless they are to be sent again."""
    (project / "may.csv").unlink()
    assert run(["runs", "resume", "may"]) == 6
    assert "begun before; 1 of 4 rows left to send" in capsys.readouterr().err

    assert run(["runs", "resume", "may", "--yes"]) == 9
    assert found(project)[1] == ["done", "unknown", "unknown", "done"]
    assert (project / "may.results.csv").exists()

    assert run(["runs", "resume", "may", "--yes", "--resend-unknown"]) == 0
    assert "2 rows may be given for the second time" in capsys.readouterr().err
    assert found(project)[1] == ["done"] * 4


def test_settle(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A person's word counts for the rows that it names, and only for unknown ones."""
    assert run(["runs", "settle", "may", "--as", "done", "--line", "2", "--yes"]) == 3
    assert "line 2 is not unknown" in capsys.readouterr().err
    assert run(["runs", "settle", "may", "--as", "done"]) == 3
    assert run(["runs", "settle", "may", "--as", "done", "--line", "3"]) == 6
    assert found(project)[1] == ["done", "unknown", "unknown", "pending"]

    assert run(["runs", "settle", "may", "--as", "done", "--line", "3", "--yes"]) == 0
    assert run(["runs", "settle", "may", "--as", "failed", "--all", "--yes"]) == 0
    assert found(project)[1] == ["done", "done", "failed", "pending"]
    assert run(["runs", "resume", "may", "--yes", "--retry-failed"]) == 0
    assert found(project)[0].counts == {RowOutcome.DONE: 4}


def test_cancel_and_purge(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that is open cannot be forgotten; a cancelled one can, and nothing of it is ever sent."""
    assert run(["runs", "purge", "may", "--yes"]) == 6
    assert run(["runs", "cancel", "may"]) == 6
    assert run(["runs", "cancel", "may", "--yes"]) == 0
    assert "1 rows are not sent" in capsys.readouterr().out
    assert found(project)[1] == ["done", "unknown", "unknown", "held_back"]

    for command in (["runs", "resume", "may"], ["runs", "cancel", "may"], ["gift", "may.csv", "--run", "may"]):
        assert run([*command, "--yes"]) == 3
        assert "cancelled" in capsys.readouterr().err
    assert run(["runs", "purge", "may", "--yes"]) == 0
    made, rows = found(project)
    assert (made.state.value, made.counts, rows) == ("purged", {"done": 1, "unknown": 2, "held_back": 1}, [])


def test_an_unknown_name(project: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001  it sets the scene
    """Every command says which names there are."""
    for command in (["show"], ["resume"], ["settle", "--as", "done", "--all"], ["cancel"], ["purge"]):
        assert run(["runs", command[0], "june", *command[1:]]) == 3
        assert "there is no run called june" in capsys.readouterr().err


def test_a_run_that_was_never_entered_whole(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is on the list, cannot be resumed, and nothing stays of it when it is purged."""
    with _ledger(project) as store, store.database.transaction() as transaction:
        transaction.execute("UPDATE offers_bulk_runs SET state = 'entering'")
    assert run(["runs", "list"]) == 0
    assert "may  entering" in capsys.readouterr().out
    assert run(["runs", "resume", "may", "--yes", "--format", "json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["run"]) == ("invalid", None)
    assert "never entered whole" in told["error"]

    assert run(["runs", "purge", "may", "--yes"]) == 0
    capsys.readouterr()
    run(["runs", "list"])
    assert capsys.readouterr().out == ""
