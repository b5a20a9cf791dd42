"""`offers gift`: from a file to guests, with consent, once."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from offers_sync.bulk.actions import GIFT, REDEEM
from offers_sync.cli.main import run
from offers_sync.reporting.published import published_schema
from offers_sync.sandbox import World
from offers_sync.state.opening import open_store

ROWS = 'user_id,gift_count,message\n1001,5,"Dear Ada,\nsorry"\n1002,7,Dear Ben\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project on the embedded sandbox, with a file of two gifts; commands run in its folder."""
    (tmp_path / "offers.yaml").write_text("project: marlow\nenvironments:\n  sandbox: {server: embedded}\n")
    (tmp_path / "may.csv").write_text(ROWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def given(project: Path) -> Counter[int]:
    """How many gifts each guest really got."""
    place = project / ".offers" / "sandbox.db"
    if not place.exists():
        return Counter()
    world = World.open(place, seed=None)
    rows = Counter(user_id for (user_id,) in world.connection.execute("SELECT user_id FROM gifts"))
    world.close()
    return rows


def test_without_consent_it_only_shows(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody at a terminal and no --yes: the summary is shown, nothing is sent, the exit code is 6."""
    assert run(["gift", "may.csv"]) == 6

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "2 gifts for 2 guests of sandbox:\n  12 points or visits\n" in shown.err
    assert "nobody is there to agree" in shown.err
    assert given(project) == {}
    assert not list(project.glob("*.results.csv"))


def test_with_consent_it_gives(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every guest gets one gift, and the result file has a line for each row with what became of it."""
    assert run(["gift", "may.csv", "--yes"]) == 0

    assert given(project) == {1001: 1, 1002: 1}
    assert "2 done" in capsys.readouterr().out
    with (project / "may.results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["user_id"], row["message"], row["outcome"], row["reason"]) for row in rows] == [
        ("1001", "Dear Ada,\nsorry", "done", ""),
        ("1002", "Dear Ben", "done", ""),
    ]
    assert all(len(row["request_id"]) == 36 for row in rows)
    assert (project / "may.results.csv").stat().st_mode & 0o077 == 0


def test_the_same_command_gives_nothing_more(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second time, under any name, nobody gets a second gift; only --again, said aloud, does that."""
    run(["gift", "may.csv", "--yes"])

    assert run(["gift", "may.csv", "--yes"]) == 0
    assert run(["gift", "may.csv", "--yes", "--run", "other"]) == 6
    assert "gives twice" in capsys.readouterr().err
    assert given(project) == {1001: 1, 1002: 1}
    assert run(["gift", "may.csv", "--yes", "--run", "other", "--again"]) == 0
    assert given(project) == {1001: 2, 1002: 2}


def test_another_file_under_the_same_name(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name stands for its rows, and for what was asked for all of them."""
    run(["gift", "may.csv", "--yes", "--run", "may"])
    assert run(["gift", "may.csv", "--yes", "--run", "may", "--subject", "New"]) == 3
    assert "with other settings for all rows" in capsys.readouterr().err
    (project / "may.csv").write_text("user_id,gift_count\n1003,5\n")

    assert run(["gift", "may.csv", "--yes", "--run", "may"]) == 3
    assert "a run called may already, with other rows; nothing was sent" in capsys.readouterr().err
    assert given(project) == {1001: 1, 1002: 1}


def test_faulty_rows_stop_everything(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is named by its line, nothing is sent; --skip-invalid sends the others and says which were held back."""
    (project / "may.csv").write_text("user_id,gift_count\n1001,5\nAda,5\n1002,\n1003,5\n")

    assert run(["gift", "may.csv", "--yes"]) == 3
    said = capsys.readouterr().err
    assert "may.csv:3: `user_id`: this is no whole number\nmay.csv:4: nothing is chosen" in said
    assert "Ada" not in said
    assert given(project) == {}

    assert run(["gift", "may.csv", "--yes", "--skip-invalid"]) == 8
    assert given(project) == {1001: 1, 1003: 1}
    results = (project / "may.results.csv").read_text().splitlines()
    assert results[2].startswith("Ada,5,held_back,`user_id`: this is no whole number")


def test_an_offer_by_its_key(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key becomes the number of the offer that lives; one that does not live is a fault of its row."""
    document = "kind: redeemable\nkey: free-fries\nname: Fries for you\nreceipt_rule: {flat_discount: 4}\n"
    (project / "fries.yaml").write_text(document)
    (project / "may.csv").write_text("user_id\n1001\n1002\n")
    assert run(["gift", "may.csv", "--redeemable", "free-fries", "--yes"]) == 3
    assert "it does not live on the server" in capsys.readouterr().err

    assert run(["apply", "--yes"]) == 0
    assert run(["gift", "may.csv", "--redeemable", "free-fries"]) == 6
    assert "warning: free-fries does not say allow_for_support_gifting" in capsys.readouterr().err
    (project / "fries.yaml").write_text(f"{document}allow_for_support_gifting: true\n")
    assert run(["apply", "--yes"]) == 0
    capsys.readouterr()

    assert run(["gift", "may.csv", "--redeemable", "free-fries", "--yes"]) == 0
    said = capsys.readouterr().err
    assert "2 times Fries for you (2000" in said
    assert "warning" not in said
    assert given(project) == {1001: 1, 1002: 1}


def test_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is valid by its schema, whatever happened, and names rows by line and guests never."""
    schema = Draft202012Validator(published_schema("bulk"))
    documents = []
    for arguments in (["gift", "may.csv"], ["gift", "may.csv", "--yes"]):
        run([*arguments, "--format", "json"])
        documents.append(capsys.readouterr().out)
    (project / "bad.csv").write_text("user_id,gift_count\nx,5\n")
    for name in ("bad.csv", "none.csv"):
        assert run(["gift", name, "--format", "json"]) == 3
        documents.append(capsys.readouterr().out)

    refused, done, invalid, missing = (json.loads(text) for text in documents)
    assert "none.csv cannot be read" in missing["error"]
    for document in (refused, done, invalid, missing):
        schema.validate(document)
    assert (refused["outcome"], refused["run"]) == ("not_agreed", None)
    assert (done["outcome"], [row["line"] for row in done["rows"]]) == ("done", [2, 4])
    assert invalid["faults"] == [{"line": 2, "message": "`user_id`: this is no whole number"}]
    assert not any(word in text for text in documents for word in ("1001", "Dear"))


def test_a_real_server_has_to_be_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the embedded sandbox may be the default; elsewhere the environment is named."""
    (project / "offers.yaml").write_text(
        "project: marlow\nenvironments:\n  live: {server: 'https://x.punchh.com', token: '${KEY}', state: local}\n"
    )
    assert run(["gift", "may.csv", "--yes"]) == 6
    assert "pass --env live" in capsys.readouterr().err


def test_only_with_a_memory_made_on_purpose(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fresh runner's empty state is not taken for a memory of nothing sent."""
    monkeypatch.setenv("KEY", "secret")
    (project / "offers.yaml").write_text(
        "project: marlow\nenvironments:\n  live: {server: 'https://x.punchh.com', token: '${KEY}', state: local}\n"
    )
    assert run(["gift", "may.csv", "--yes", "--env", "live"]) == 6
    assert "`offers state init --env live`" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_two_gifts_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    """What every guest gets is one thing."""
    assert run(["gift", "may.csv", "--gift-count", "5", "--reward-amount", "5"]) == 3
    assert "only one of --gift-count" in capsys.readouterr().err


def test_messages_are_in_no_history(project: Path) -> None:
    """Beside the ledger nothing remembers guests: no history, no log."""
    run(["gift", "may.csv", "--yes", "--run", "may"])
    assert run(["runs", "purge", "may", "--yes"]) == 0

    state = [path for path in (project / ".offers").iterdir() if path.name.startswith("state.db")]
    assert state
    for path in state:
        assert b"Dear" not in path.read_bytes()


@pytest.mark.parametrize(("command", "columns"), [("gift", GIFT.columns), ("redeem", REDEEM.columns)])
def test_columns_are_explained(command: str, columns: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Every column of a file has a page, and the page of the rows lists them all."""
    assert run(["explain", command, "--format", "json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert [field["path"] for field in page["fields"]] == [f"{command}.{column}" for column in columns]
    assert run(["explain", f"{command}.{columns[-1]}"]) == 0


def test_rows_of_a_cancelled_run_may_be_sent_by_another(project: Path) -> None:
    """Where nothing of a run was sent, its rows are nobody's second gift."""
    assert run(["gift", "may.csv", "--yes", "--run", "may"]) == 0
    place = project / ".offers" / "state.db"
    with open_store(place, "marlow", "sandbox") as store, store.database.transaction() as transaction:
        transaction.execute("UPDATE offers_ledger SET outcome = NULL")
        transaction.execute("UPDATE offers_bulk_runs SET state = 'open'")
    assert run(["runs", "cancel", "may", "--yes"]) == 0

    assert run(["gift", "may.csv", "--yes", "--run", "june"]) == 0
    assert given(project) == {1001: 2, 1002: 2}
