"""`offers apply`: the real command line against the embedded sandbox, and against one over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from offers_sync.cli.main import run
from offers_sync.cli.run_progress import Tally, line_by_line, watching
from offers_sync.reporting.run_json import run_schema
from offers_sync.sandbox import Fault, Faults, Settings, Vendor, World
from offers_sync.sandbox.serving import served
from offers_sync.state.leases import LeaseTerms, hold_environment
from offers_sync.state.opening import open_store
from offers_sync.state.records import Intent

PROJECT = """\
project: test-burgers
guards: {creates: 3}
allow: [{code: no-filter, reason: Everything is meant.}]
environments:
  sandbox: {server: embedded}
"""
OFFER = """\
kind: redeemable
key: five-off
name: Five off everything
receipt_rule: {flat_discount: 5}
"""
CRITERION = """\
kind: criterion
key: lunch
name: Lunch for less
qc_processing_function: sum_amounts
percentage_of_processed_amount: 10
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two documents, in a folder one stands in."""
    folder = tmp_path / "offers"
    folder.mkdir()
    (folder / "offers.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "five-off.yaml").write_text(OFFER, encoding="utf-8")
    (folder / "lunch.yaml").write_text(CRITERION, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("OFFERS_ENV", raising=False)
    return folder


@pytest.fixture
def world() -> Iterator[World]:
    """What a vendor over HTTP holds."""
    opened = World.open(None, seed=None)
    yield opened
    opened.close()


@pytest.fixture
def shop(project: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a vendor over HTTP, which the project has as `shop`."""
    monkeypatch.setenv("SHOP_KEY", "sesame-open-wide")
    with served(Vendor(world, Settings(token="sesame-open-wide"))) as address:  # noqa: S106  a test's own
        text = f'  shop: {{server: "{address}", token: "${{SHOP_KEY}}", state: local, settle_seconds: 0}}\n'
        (project / "offers.yaml").write_text(PROJECT + text, encoding="utf-8")
        yield address


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON that was printed, which keeps to its schema."""
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, run_schema(), cls=jsonschema.Draft202012Validator)
    return document


def test_without_consent_the_plan_is_shown_and_nothing_is_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody is there to agree, apply shows what it would do and exits with 6."""
    assert run(["apply"]) == 6

    said = capsys.readouterr()
    assert said.out == ""
    assert "2 to create" in said.err
    assert "pass --yes" in said.err
    assert run(["plan", "--detailed-exitcode"]) == 2
    assert project.exists()


@pytest.mark.usefixtures("project")
def test_with_consent_it_is_done_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The table of outcomes goes to stdout, everything else is talk; a second time there is nothing to do."""
    assert run(["apply", "--yes"]) == 0
    said = capsys.readouterr()
    assert "create  criterion        1" in said.out
    assert ": everything is done (" in said.out
    assert run(["plan", "--detailed-exitcode"]) == 0

    assert run(["apply"]) == 0
    assert "nothing was sent: everything is done" in capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_the_report_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The report names every item with its outcome, and keeps to the published schema."""
    assert run(["apply", "--yes", "--format", "json"]) == 0

    report = told(capsys)
    assert (report["outcome"], report["summary"]["done"]) == ("done", 2)
    assert [(item["kind"], item["key"], item["outcome"]) for item in report["items"]] == [
        ("criterion", "lunch", "done"),
        ("redeemable", "five-off", "done"),
    ]
    assert report["requests"]["POST"] == 2


def test_a_guard_holds(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """More creations than the guard lets through are refused whole, with the way through; the way works."""
    for number in range(4):
        (project / f"more-{number}.yaml").write_text(OFFER.replace("five-off", f"more-{number}"), encoding="utf-8")

    assert run(["apply", "--yes", "--format", "json"]) == 6
    report = told(capsys)
    assert (report["outcome"], report["failure"]) == ("not_begun", "a guard refuses the plan; nothing was written")
    assert report["hint"] == "if it is meant: pass `--allow-creates 6`"

    assert run(["apply", "--yes", "--allow-creates", "6"]) == 0


@pytest.mark.usefixtures("project")
def test_a_narrowed_apply_leaves_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    """With --only nothing else is done, and that is no failure."""
    assert run(["apply", "--yes", "--only", "redeemable/five-off", "--format", "json"]) == 0

    report = told(capsys)
    assert report["summary"] == {
        "done": 1,
        "done_with_warnings": 0,
        "failed": 0,
        "unknown": 0,
        "held_back": 1,
    }


# ----------------------------------------------------------------------------------------------------- saved plans


@pytest.mark.usefixtures("project")
def test_a_saved_plan_needs_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """A plan that was saved and still holds is carried out without asking."""
    assert run(["plan", "--out", "plan.json"]) == 0
    capsys.readouterr()

    assert run(["apply", "plan.json", "--format", "json"]) == 0

    report = told(capsys)
    assert report["plan_digest"] == json.loads(Path("plan.json").read_text(encoding="utf-8"))["digest"]


def test_a_stale_plan_is_refused_with_what_differs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When the world moved since, nothing is written, what differs between the two plans is printed, and it is 7."""
    assert run(["plan", "--out", "plan.json"]) == 0
    (project / "five-off.yaml").write_text(OFFER + "points: 3\n", encoding="utf-8")
    (project / "more.yaml").write_text(OFFER.replace("five-off", "more"), encoding="utf-8")
    capsys.readouterr()

    assert run(["apply", "plan.json", "--format", "json"]) == 7

    said = capsys.readouterr()
    assert json.loads(said.out)["outcome"] == "not_begun"
    assert "different: create redeemable/five-off" in said.err
    assert "new: create redeemable/more" in said.err
    assert "now  /points: null -> 3" in said.err
    assert run(["plan", "--detailed-exitcode"]) == 2


def test_a_plan_that_was_applied_is_stale(project: Path) -> None:
    """The same saved plan does nothing a second time."""
    assert run(["plan", "--out", "plan.json"]) == 0
    assert run(["apply", "plan.json"]) == 0

    assert run(["apply", str(project / "plan.json")]) == 7


@pytest.mark.usefixtures("project")
def test_a_saved_plan_brings_what_was_asked() -> None:
    """Narrowing and what was let through are the plan's own, and cannot be given again."""
    assert run(["plan", "--only", "redeemable/five-off", "--out", "plan.json"]) == 0

    assert run(["apply", "plan.json", "--allow-creates", "9"]) == 3
    assert run(["apply", "plan.json"]) == 0
    assert run(["plan", "--detailed-exitcode"]) == 2


@pytest.mark.usefixtures("shop")
def test_a_saved_plan_is_for_its_environment(capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for another environment than the plan's is an error."""
    assert run(["plan", "--out", "plan.json"]) == 0

    assert run(["apply", "plan.json", "--env", "shop"]) == 3
    assert "is for the environment sandbox, and shop was asked for" in capsys.readouterr().err


def test_a_file_that_is_no_plan(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of another kind is refused."""
    assert run(["apply", str(project / "offers.yaml"), "--format", "json"]) == 3
    assert "is not a saved plan" in told(capsys)["failure"]


# ------------------------------------------------------------------------------------------------ where and by whom


@pytest.mark.usefixtures("shop")
def test_only_the_sandbox_is_written_to_unasked(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], project: Path
) -> None:
    """Another environment is named by --env or OFFERS_ENV, also when it is the first one."""
    text = (project / "offers.yaml").read_text(encoding="utf-8")
    (project / "offers.yaml").write_text(text.replace("  sandbox: {server: embedded}\n", ""), encoding="utf-8")

    assert run(["apply", "--yes"]) == 6
    assert "name it with --env shop" in capsys.readouterr().err
    assert world.log.counts() == {}

    monkeypatch.setenv("OFFERS_ENV", "shop")
    assert run(["apply", "--yes"]) == 0


def test_an_environment_without_state_is_not_written_to(
    project: Path, shop: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """A vendor's environment names its state, or apply refuses; a plan does not need it."""
    text = (project / "offers.yaml").read_text(encoding="utf-8")
    (project / "offers.yaml").write_text(text.replace(", state: local", ""), encoding="utf-8")

    assert run(["apply", "--env", "shop", "--yes"]) == 3
    assert "does not say where its state is" in capsys.readouterr().err
    assert (world.log.counts(), shop.startswith("http")) == ({}, True)
    assert run(["plan", "--env", "shop"]) == 0


@pytest.mark.usefixtures("shop")
def test_an_environment_that_somebody_holds(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While another run gives signs of life this one is refused with its name, and nothing is read or sent."""
    with (
        open_store(project / ".offers" / "state.db", "test-burgers", "shop") as store,
        hold_environment(store, "run-1", "alice@laptop", LeaseTerms(term_seconds=1.0)),
    ):
        assert run(["apply", "--env", "shop", "--yes", "--format", "json"]) == 5

    assert "alice@laptop is applying to test-burgers/shop" in told(capsys)["failure"]


@pytest.mark.usefixtures("project")
def test_history_has_the_commit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is known by who ran it and from which commit, with a mark where the files differ from it."""
    for name in ("GITHUB_ACTOR", "GITLAB_USER_LOGIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OFFERS_ACTOR", "alice")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    assert run(["apply", "--yes", "--only", "redeemable/five-off"]) == 0
    Path("more.yaml").write_text(OFFER.replace("five-off", "more"), encoding="utf-8")
    assert run(["apply", "--yes"]) == 0
    capsys.readouterr()

    assert run(["history", "--format", "json"]) == 0

    newest, oldest = json.loads(capsys.readouterr().out)["runs"]
    assert (oldest["who"], oldest["commit"]) == ("alice", head)
    assert newest["commit"] == f"{head}+changes"


# --------------------------------------------------------------------------------------------- when it goes wrong


def test_a_refused_key_is_told_as_json(
    shop: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ends the command before a run is told in the same format, without the key."""
    monkeypatch.setenv("SHOP_KEY", "another-secret-key")

    assert run(["apply", "--env", "shop", "--yes", "--format", "json"]) == 4

    said = capsys.readouterr()
    document = json.loads(said.out)
    assert (document["outcome"], document["environment"]) == ("not_begun", "shop")
    assert "401" in document["failure"]
    assert "another-secret-key" not in said.out + said.err
    assert shop


def test_a_run_that_fails_half_way_is_told_as_json(
    project: Path, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The items that were done and those that were not are in the report, whatever the exit code."""
    monkeypatch.setenv("SHOP_KEY", "sesame-open-wide")
    refusing = Faults(rules=(Fault(at="create-redeemables", status=403),))
    with served(Vendor(world, Settings(), refusing)) as address:
        text = f'  shop: {{server: "{address}", token: "${{SHOP_KEY}}", state: local, settle_seconds: 0}}\n'
        (project / "offers.yaml").write_text(PROJECT + text, encoding="utf-8")

        assert run(["apply", "--env", "shop", "--yes", "--format", "json"]) == 4

    report = told(capsys)
    assert (report["outcome"], [item["outcome"] for item in report["items"]]) == ("refused", ["done", "failed"])
    assert "403" in report["failure"]


def test_faults_of_the_files_are_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is sent while the files have faults; they are shown with their lines."""
    (project / "five-off.yaml").write_text(OFFER + "colour: red\n", encoding="utf-8")

    assert run(["apply", "--yes", "--format", "json"]) == 3

    said = capsys.readouterr()
    assert json.loads(said.out)["outcome"] == "not_begun"
    assert "five-off.yaml:5:1" in said.err


# -------------------------------------------------------------------------------------------------------- progress


@pytest.mark.usefixtures("project")
def test_events_go_to_a_file() -> None:
    """Each event is a line of JSON with its name and its time."""
    assert run(["apply", "--yes", "--events", "events.jsonl"]) == 0

    events = [json.loads(line) for line in Path("events.jsonl").read_text(encoding="utf-8").splitlines()]
    names = [event["event"] for event in events]
    assert (names[0], names[-1], names.count("item_ended")) == ("run_started", "run_ended", 2)
    assert all(event["at"].endswith("Z") for event in events)
    assert events[-1]["summary"] == {"done": 2}


@pytest.mark.usefixtures("project")
def test_events_go_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """With `-` stdout holds events and nothing else; it cannot hold the JSON report as well."""
    assert run(["apply", "--yes", "--events", "-"]) == 0

    said = capsys.readouterr()
    assert {json.loads(line)["event"] for line in said.out.splitlines()} >= {"run_started", "batch_sent", "run_ended"}
    assert "everything is done" in said.err
    assert run(["apply", "--yes", "--events", "-", "--format", "json"]) == 3


def test_a_log_gets_a_line_now_and_then() -> None:
    """Without a terminal there are plain lines: what is news at once, the figures every ten seconds."""
    from offers_sync.applying.events import BatchAnswered, RunStarted, WaveStarted  # noqa: PLC0415  of this test alone

    seconds, lines = [0.0], list[str]()
    watch = line_by_line(lines.append, lambda: seconds[0])
    watch(RunStarted("run-1", "sha256:1", 100))
    watch(WaveStarted("redeemable", 100))
    watch(BatchAnswered("create", "redeemable", 20, "answered"))
    seconds[0] = 10.0
    watch(BatchAnswered("create", "redeemable", 20, "answered"))
    watch(BatchAnswered("create", "redeemable", 20, "throttled", "the server answered 429"))

    assert lines == [
        "run run-1: 100 to do",
        "redeemable: 100 to do",
        "40 of 100 (4.0/s, 15 s left)",
        "create of 20 redeemable: throttled: the server answered 429",
    ]


def test_what_is_sent_twice_counts_once() -> None:
    """The figures never go beyond the total."""
    from offers_sync.applying.events import BatchAnswered, RunStarted  # noqa: PLC0415  of this test alone

    tally = Tally(lambda: 1.0)
    tally.take(RunStarted("run-1", "sha256:1", 30))
    for _ in range(3):
        tally.take(BatchAnswered("create", "redeemable", 20, "answered"))

    assert tally.done == 30


def test_a_terminal_gets_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal the same events move a bar, and what is news is printed above it."""
    from offers_sync.applying.events import BatchAnswered, RunEnded, RunStarted, WaveStarted  # noqa: PLC0415

    with watching(None, is_terminal=True) as watch:
        watch(RunStarted("run-1", "sha256:1", 40))
        watch(WaveStarted("redeemable", 40))
        watch(BatchAnswered("create", "redeemable", 20, "throttled", "[bold]the server[/] answered 429"))
        watch(BatchAnswered("create", "redeemable", 20, "answered"))
        watch(RunEnded("run-1", "done"))

    assert "throttled: [bold]the server[/] answered 429" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of its own is a matter of Unix")
@pytest.mark.parametrize(("answer", "code", "left"), [("y\n", 0, 0), ("n\n", 6, 2)])
def test_a_person_is_asked(project: Path, answer: str, code: int, left: int) -> None:
    """At a terminal the plan is shown and the answer decides."""
    import pty  # noqa: PLC0415  there is none on Windows

    person, terminal = pty.openpty()
    command = [sys.executable, "-c", "from offers_sync.cli.main import main; main()", "apply"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        command, cwd=project, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        os.write(person, answer.encode())
        _, err = process.communicate(timeout=60)
    os.close(person)
    os.close(terminal)

    assert (process.returncode, b"Apply this?" in err, b"2 to create" in err) == (code, True, True)
    assert run(["plan", "--detailed-exitcode"]) == (2 if left else 0)


def test_what_is_still_unknown_is_exit_code_nine(
    project: Path, shop: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """While nobody can know what became of an earlier call, its offer is kept back, and the exit code is 9."""
    text = (project / "offers.yaml").read_text(encoding="utf-8")
    (project / "offers.yaml").write_text(text.replace("settle_seconds: 0", "settle_seconds: 900"), encoding="utf-8")
    (project / "lunch.yaml").unlink()
    assert run(["plan", "--env", "shop", "--format", "json"]) == 0
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    with (
        open_store(project / ".offers" / "state.db", "test-burgers", "shop") as store,
        hold_environment(store, "run-1", "alice", LeaseTerms(has_heart=False)),
    ):
        store.begin_run("run-1", "sha256:1")
        store.intend("run-1", [Intent("create", "redeemable", "five-off", step["external_id"])])

    assert run(["apply", "--env", "shop", "--yes", "--format", "json"]) == 9

    (item,) = told(capsys)["items"]
    assert item["outcome"] == "held_back"
    assert "no answer came" in item["errors"][0]
    assert (world.log.counts().get("create-redeemables"), shop.startswith("http")) == (None, True)
    assert run(["plan", "--env", "shop", "--format", "json"]) == 0
    assert "no answer came" in json.loads(capsys.readouterr().out)["steps"][0]["held_back"]
