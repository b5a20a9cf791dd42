"""`offers history` and `offers state`: what is remembered, looked into and pruned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from offers_sync.cli.main import run
from offers_sync.reporting.history import history_schema, history_text, state_schema, state_text
from offers_sync.state.records import Author, Hold, RunRecord

PROJECT = """\
project: test-burgers
environments:
  sandbox: {server: embedded}
  production: {server: "https://test.punchh.com", token: "${TEST_KEY_THAT_NOBODY_SETS}"}
  shared: {server: "https://test.punchh.com", token: "${TEST_KEY_THAT_NOBODY_SETS}", state: "${TEST_STATE_URL}"}
"""
OFFER = """\
kind: redeemable
key: five-off
name: Five off everything
receipt_rule: {criterion: {qc_processing_function: sum_amounts, percentage_of_processed_amount: 5}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one document, in a folder one stands in."""
    (tmp_path / "offers.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "five-off.yaml").write_text(OFFER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OFFERS_ENV", raising=False)
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], schema: dict[str, Any]) -> dict[str, Any]:
    """The JSON that was printed, which keeps to its schema."""
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    return document


@pytest.mark.usefixtures("project")
def test_a_history_without_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing was applied there is nothing to show, in either form."""
    assert run(["history"]) == 0
    assert capsys.readouterr().out == "no run yet\n"
    assert run(["history", "--format", "json"]) == 0
    assert printed(capsys, history_schema())["runs"] == []


@pytest.mark.usefixtures("project")
def test_a_history_of_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Each run has its figures; a plan is no run."""
    assert run(["apply", "--yes"]) == 0
    assert run(["plan"]) == 0
    capsys.readouterr()

    assert run(["history", "--format", "json"]) == 0

    (only,) = printed(capsys, history_schema())["runs"]
    assert (only["outcome"], only["summary"]) == ("done", {"done": 2})


def test_a_history_as_text() -> None:
    """One line each, with who, when, commit, plan and ending; one under way says so; nothing forges a terminal."""
    runs = (
        RunRecord("0" * 36, 1_800_000_060.0, "sha256:" + "b" * 64, Author("bob", "")),
        RunRecord(
            "1" * 36,
            1_800_000_000.0,
            "sha256:" + "a" * 64,
            Author("al\x1b[31mice", "c" * 40 + "+changes"),
            1.0,
            "partial",
            {"done": 2, "failed": 1},
        ),
    )

    assert history_text(runs, Hold("0" * 36, "bob", 0.0, 1_800_000_120.0, 60.0)).splitlines() == [
        "started               run       outcome    items            who            commit              plan",
        "2027-01-15T08:01:00Z  00000000  under way  -                bob            -                   bbbbbbbbbb",
        "2027-01-15T08:00:00Z  11111111  partial    2 done 1 failed  al\\x1b[31mice  cccccccccc+changes  aaaaaaaaaa",
        f"held by bob (run {'0' * 36}) until 2027-01-15T08:02:00Z at least",
    ]


@pytest.mark.usefixtures("project")
def test_a_memory_made_on_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    """`state init` marks the memory once and says where it is."""
    assert run(["state", "init"]) == 0
    assert capsys.readouterr().out.startswith("the memory of sandbox made: ")
    assert run(["state", "init"]) == 0
    assert "was made before" in capsys.readouterr().out
    assert run(["state", "list", "--format", "json"]) == 0
    assert printed(capsys, state_schema())["made_on_purpose"] is not None


@pytest.mark.usefixtures("project")
def test_what_is_remembered_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Every document that was applied, with what was written and what was shown."""
    assert run(["state", "list"]) == 0
    assert capsys.readouterr().out == "nothing is remembered\n"
    assert run(["apply", "--yes"]) == 0
    capsys.readouterr()

    assert run(["state", "list", "--format", "json"]) == 0

    known = printed(capsys, state_schema())
    assert [each["key"] for each in known["applied"]] == ["five-off/receipt_rule", "five-off"]
    assert known["applied"][1]["read_back"]["name"] == "Five off everything"


def test_forgetting_ends_an_orphan(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document that left git is reported until it is forgotten, with the criterion that was written inside it."""
    assert run(["apply", "--yes"]) == 0
    (project / "five-off.yaml").unlink()
    assert run(["plan", "--format", "json"]) == 0
    capsys.readouterr()

    assert run(["state", "forget", "five-off"]) == 0
    assert capsys.readouterr().out == "forgot redeemable/five-off\nforgot criterion/five-off/receipt_rule\n"

    assert run(["plan", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["orphans"] == []
    assert run(["state", "forget", "five-off"]) == 3
    assert "nothing is remembered of five-off" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("command", ["init", "list"])
def test_an_environment_without_state_has_no_memory(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where offers.yaml names no state there is nothing to make and nothing to list."""
    assert run(["state", command, "--env", "production"]) == 3
    assert "does not say where its state is" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_a_state_by_variable(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The variable must be set, to `local` or a PostgreSQL URL; what it holds is never shown."""
    monkeypatch.delenv("TEST_STATE_URL", raising=False)
    assert run(["state", "list", "--env", "shared"]) == 3
    assert "${TEST_STATE_URL}, which is not set" in capsys.readouterr().err

    monkeypatch.setenv("TEST_STATE_URL", "mysql://u:s3cret@db/x")
    assert run(["state", "list", "--env", "shared"]) == 3
    assert "s3cret" not in capsys.readouterr().err

    monkeypatch.setenv("TEST_STATE_URL", "local")
    assert run(["state", "list", "--env", "shared"]) == 0


def test_an_empty_state_as_text() -> None:
    """A memory of nothing says so."""
    assert state_text((), (), None, None) == "nothing is remembered\n"
