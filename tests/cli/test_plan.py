"""`offers plan`: the real command line against the embedded sandbox."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from offers_sync.cli.main import run
from offers_sync.reporting.plan_json import plan_schema

Run = Callable[..., int]

PROJECT = """\
project: test-burgers
guards: {creates: 3}
allow: [{code: no-filter, reason: Everything is meant.}]
environments:
  sandbox: {server: embedded}
  production: {server: "https://test.punchh.com", token: "${TEST_KEY_THAT_NOBODY_SETS}", state: local}
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
receipt_qualifiers:
  - {attribute: employee_name, operator: ==, value: Marlow}
  - {attribute: channel, operator: ==, value: POS}
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
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that is there once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def commit(folder: Path, path: str = "-A") -> None:
    """Make a repository of the folder, if it is none, and commit a file, or everything but our own files."""
    (folder / ".gitignore").write_text(".offers/\n", encoding="utf-8")
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q", "-b", "main"], ["add", path], ["commit", "-q", "-m", "A change"]):
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def as_plan(text: str) -> dict[str, Any]:
    """A plan that is printed as JSON, and is as its schema says."""
    document: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(plan_schema()).validate(document)
    return document


def test_what_is_waived_is_counted_wherever_it_was_found(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reviewed exceptions to what the files say and to what the plan says are one figure."""
    waived = "allow: [{code: no-filter, reason: Everything is meant.}, {code: part-would-be-dropped, reason: Meant.}]"
    edit(project / "offers.yaml", "allow: [{code: no-filter, reason: Everything is meant.}]", waived)
    with (project / "lunch.yaml").open("a", encoding="utf-8") as file:
        file.write("item_qualifiers: [{selector: {external_id: nobody-made-it}}]\n")
    assert run(["plan", "--format", "json"]) == 0
    assert as_plan(capsys.readouterr().out)["summary"]["waived"] == 2


def test_plan_says_what_is_missing_until_it_is_applied(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Plan shows two creations, apply makes them, and there is nothing left to do."""
    assert run(["plan"]) == 0
    assert run(["plan", "--detailed-exitcode"]) == 2
    shown = capsys.readouterr()
    assert "2 to create" in shown.out
    assert shown.err == ""
    assert run(["apply", "--yes"]) == 0
    capsys.readouterr()
    assert run(["plan", str(project), "--detailed-exitcode"]) == 0
    assert "nothing to do" in capsys.readouterr().out


def test_what_is_kept_back_is_still_pending(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan whose one step waits for a segment that is not there differs from one without anything to do."""
    deal = "kind: redeemable\nkey: deal\nname: Deal\nreceipt_rule: {flat_discount: 5}\ndistributable: true\n"
    (project / "five-off.yaml").write_text(deal + "segment: Nobody\n", encoding="utf-8")
    (project / "lunch.yaml").unlink()

    assert run(["plan", "--detailed-exitcode", "--format", "json"]) == 2
    plan = as_plan(capsys.readouterr().out)
    assert [(step["key"], bool(step["held_back"])) for step in plan["steps"]] == [("deal", True)]
    assert plan["summary"]["create"] == 0


def test_the_plan_is_the_same_in_every_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One run prints it, reports it and saves it."""
    reports = [f"--report=json={project / 'report.json'}", f"--report=text={project / 'report.txt'}"]
    assert run(["plan", "--format", "json", *reports, "--out", str(project / "saved.json")]) == 0
    printed = capsys.readouterr().out
    assert [step["key"] for step in as_plan(printed)["steps"]] == ["lunch", "five-off"]
    assert (project / "report.json").read_text(encoding="utf-8") == printed
    assert (project / "saved.json").read_text(encoding="utf-8") == printed
    report = (project / "report.txt").read_text(encoding="utf-8")
    assert "2 to create" in report
    assert "\x1b" not in report, "a file has no colours"
    assert not list(project.glob(".*.tmp"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--report", "json"], "is not FORMAT=FILE"),
        (["--report", "doc=plan.doc"], "is not FORMAT=FILE"),
        (["--report", "json=missing/plan.json"], "missing/plan.json cannot be written"),
        (["--out", "missing/plan.json"], "missing/plan.json cannot be written"),
        (["--format", "doc"], "'doc' is not one of"),
        (["--only", "redeemable/six-off"], "--only redeemable/six-off: there is no such document"),
        (["--only", "redeemable/five-of"], "did you mean `redeemable/five-off`?"),
        (["--only", "fiveoff"], "did you mean `redeemable/five-off`?"),
        (["--only", "Redeemable/five-off"], "did you mean `redeemable/five-off`?"),
        (["--only", "offer/dinner"], "write KIND/KEY, for example criterion/lunch"),
        (["--env", "staging"], "no environment called `staging`"),
        (["--env", "production"], "${TEST_KEY_THAT_NOBODY_SETS}, which is not set"),
        (["--offline"], "--offline needs --base"),
        (["--base", "main"], "not a git repository"),
        (["--base", ""], "--base is empty"),
        (["missing"], "missing does not exist"),
    ],
)
def test_what_cannot_be_planned_says_why(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """Usage, names and places that are wrong end with 3 and a sentence on what is wrong."""
    assert project.exists()
    assert run(["plan", *arguments]) == 3
    assert words in capsys.readouterr().err


def test_who_refers_to_a_faulty_document_is_left_in_peace(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the fault itself is told, not that the document is missing because of it."""
    edit(project / "five-off.yaml", "{flat_discount: 5}", "{criterion: lunch}")
    edit(project / "lunch.yaml", "sum_amounts", "sum_amount")
    assert run(["plan"]) == 3
    told = capsys.readouterr().err
    assert (told.count("error wrong-value"), told.count("error unknown-reference")) == (1, 0)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("name: Five", "external_id: {production: offer-1}\nname: Five", "missing-for-environment"),
        ("{flat_discount: 5}", "{criterion: dinner}", "unknown-reference"),
        ("name: Five", "effective_location: uptown\nname: Five", "unknown-location"),
    ],
)
def test_a_fault_of_the_files_is_shown_once(
    project: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, code: str
) -> None:
    """What is wrong in any environment is not told again for the one that is planned."""
    edit(project / "five-off.yaml", old, new)
    assert run(["plan"]) == 3
    assert capsys.readouterr().err.count(f"error {code}") == 1


def test_faults_of_files_are_shown_and_reported(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A person sees the faults at their lines; a pipeline gets a valid document that holds them."""
    edit(project / "five-off.yaml", "flat_discount: 5", "flat_discount: -5")
    assert run(["plan"]) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "five-off.yaml:4:31: error out-of-range" in shown.err
    assert run(["plan", "--format", "json", "--report", f"json={project / 'report.json'}"]) == 3
    document = as_plan(capsys.readouterr().out)
    assert document["failure"] == "the files have faults; nothing was sent"
    assert [finding["code"] for finding in document["findings"]] == ["out-of-range"]
    assert as_plan((project / "report.json").read_text(encoding="utf-8")) == document


def test_outputs_for_the_next_steps(project: Path) -> None:
    """A pipeline reads from one file whether there is something to apply, also where there is no plan."""
    report = f"--report=outputs={project / 'outputs'}"
    for prepare, changes in ((["plan"], "true"), (["apply", "--yes"], "false")):
        assert run(prepare) == 0
        assert run(["plan", report, "--format", "json"]) == 0
        lines = dict(line.split("=") for line in (project / "outputs").read_text(encoding="utf-8").splitlines())
        assert lines["changes"] == changes
        assert lines["digest"].startswith("sha256:")
    edit(project / "five-off.yaml", "flat_discount: 5", "flat_discount: -5")
    assert run(["plan", report]) == 3
    assert (project / "outputs").read_text(encoding="utf-8").startswith("changes=false\n")


def test_a_failure_is_told_in_the_comment_of_the_plan(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same comment says that there is no plan, from whatever folder of the project, and without naming one."""
    (project.parent / ".git").mkdir()
    (project / "menu").mkdir()
    assert run(["plan", "menu", "--format", "markdown"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "<!-- offers report=plan folder=offers environment=sandbox -->"
    edit(project / "five-off.yaml", "flat_discount: 5", "flat_discount: -5")
    assert run(["plan", "menu", "--format", "markdown"]) == 3
    assert capsys.readouterr().out.splitlines()[0] == first


def test_an_error_is_a_document_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever waits for JSON gets JSON, whatever keeps the plan from being made."""
    assert project.exists()
    assert run(["plan", "--env", "production", "--format", "json"]) == 3
    document = as_plan(capsys.readouterr().out)
    assert document["complete"] is False
    assert document["environment"] == "production"
    assert [finding["code"] for finding in document["findings"]] == ["no-plan"]


def test_a_guard_that_refuses_ends_with_six(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The plan is shown with the way through, which then lets it through."""
    edit(project / "offers.yaml", "creates: 3", "creates: 1")
    assert run(["plan", "--format", "json"]) == 6
    guards = {guard["guard"]: guard for guard in as_plan(capsys.readouterr().out)["guards"]}
    assert guards["creates"]["allow_with"] == "--allow-creates 2"
    assert run(["plan", "--allow-creates", "2"]) == 0
    assert run(["plan", "--only", "redeemable/five-off"]) == 0


def test_a_lookalike_is_kept_back_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The one document waits for a word, the other one goes ahead."""
    assert run(["apply", "--yes"]) == 0
    edit(project / "five-off.yaml", "key: five-off", "key: six-off")
    edit(project / "lunch.yaml", "name: Lunch for less", "name: Late lunch for less")
    capsys.readouterr()
    assert run(["plan", "--format", "json"]) == 6
    document = as_plan(capsys.readouterr().out)
    assert {step["key"]: bool(step["held_back"]) for step in document["steps"]} == {"lunch": False, "six-off": True}
    assert "formerly: five-off" in document["steps"][1]["held_back"]
    assert document["orphans"] == ["redeemable/five-off"]
    assert run(["plan", "--allow-lookalike", "redeemable/six-off", "--detailed-exitcode"]) == 2


def test_an_edit_is_at_its_very_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The position of a change is that of the value in the file, whatever order the server shows."""
    assert run(["apply", "--yes"]) == 0
    edit(project / "lunch.yaml", "value: POS", "value: Online")
    capsys.readouterr()
    assert run(["plan", "--format", "json"]) == 0
    (step,) = as_plan(capsys.readouterr().out)["steps"]
    (change,) = step["changes"]
    assert (change["path"], change["before"], change["after"]) == ("/receipt_qualifiers/1/value", "POS", "Online")
    assert change["position"] == {"file": "lunch.yaml", "line": 8, "column": 47, "end_line": 8, "end_column": 53}


def test_with_a_base_each_change_has_its_cause(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the base left pending and what this branch does are told apart, against one live side."""
    assert run(["apply", "--yes"]) == 0
    edit(project / "lunch.yaml", "name: Lunch for less", "name: Late lunch for less")
    commit(project)
    edit(project / "lunch.yaml", "percentage_of_processed_amount: 10", "percentage_of_processed_amount: 15")
    edit(project / "five-off.yaml", "flat_discount: 5", "flat_discount: 6")
    capsys.readouterr()
    assert run(["plan", "--base", "main", "--format", "json"]) == 0
    document = as_plan(capsys.readouterr().out)
    causes = {change["path"]: change["cause"] for step in document["steps"] for change in step["changes"]}
    assert causes == {
        "/name": "already_pending",
        "/percentage_of_processed_amount": "this_change",
        "/receipt_rule/flat_discount": "this_change",
    }


def test_a_base_with_faults_leaves_causes_unknown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A base that cannot be understood is no reason not to plan."""
    edit(project / "lunch.yaml", "kind: criterion", "kind: criterium")
    commit(project)
    edit(project / "lunch.yaml", "kind: criterium", "kind: criterion")
    assert run(["plan", "--base", "main", "--format", "json"]) == 0
    document = as_plan(capsys.readouterr().out)
    assert {step["cause"] for step in document["steps"]} == {"unknown"}
    assert [finding["code"] for finding in document["findings"]] == ["base-unreadable"]


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"z.yaml": "kind: [selector\n"}, "a fault: z.yaml:1: "),
        ({"y.yaml": "kind: selectr\nkey: y\n", "z.yaml": "kind: [\n"}, "2 faults, the first of them: y.yaml:1: "),
    ],
)
def test_a_base_with_faults_says_which(
    project: Path, capsys: pytest.CaptureFixture[str], broken: dict[str, str], fault: str
) -> None:
    """Why causes are unknown is a finding with the place in the base, in every form."""
    for name, text in broken.items():
        (project / name).write_text(text, encoding="utf-8")
    commit(project)
    for name in broken:
        (project / name).unlink()

    assert run(["plan", "--base", "main", "--format", "json"]) == 0
    (finding,) = as_plan(capsys.readouterr().out)["findings"]
    assert (finding["code"], finding["severity"], finding["file"]) == ("base-unreadable", "warning", None)
    assert f" have {fault}" in finding["message"]
    for form in ("text", "markdown", "github", "sarif"):
        assert run(["plan", "--base", "main", "--format", form]) == 0
        assert "base-unreadable" in capsys.readouterr().out
    assert run(["plan", "--base", "main", "--offline"]) == 3
    assert f" have {fault}" in capsys.readouterr().err


def test_a_new_project_has_an_empty_base(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the base has no offers.yaml, everything is this change."""
    (project.parent / "README").write_text("no offers yet", encoding="utf-8")
    commit(project.parent, "README")
    assert run(["plan", "--base", "main", "--format", "json"]) == 0
    document = as_plan(capsys.readouterr().out)
    assert {step["cause"] for step in document["steps"]} == {"this_change"}
    assert [finding["code"] for finding in document["findings"]] == ["environments-changed"] * 2


def test_with_a_base_the_key_goes_where_the_base_says(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A change that sends an environment elsewhere is a finding, and counts for nothing yet."""
    commit(project)
    edit(
        project / "offers.yaml",
        "sandbox: {server: embedded}",
        'sandbox: {server: "https://evil.punchh.com", token: "${HOME}"}',
    )
    assert run(["plan", "--base", "main", "--format", "json"]) == 0
    document = as_plan(capsys.readouterr().out)
    assert document["summary"]["create"] == 2
    (finding,) = document["findings"]
    assert (finding["code"], finding["severity"], finding["line"]) == ("environments-changed", "warning", 5)


def test_an_environment_that_is_new_cannot_be_planned_with_a_base(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody reviewed where it sends the key, so it counts once it is merged."""
    commit(project)
    edit(project / "offers.yaml", "environments:\n", "environments:\n  staging: {server: embedded}\n")
    assert run(["plan", "--base", "main", "--env", "staging"]) == 3
    assert (
        "offers.yaml of the base, from which environments are taken, names sandbox, production"
        in capsys.readouterr().err
    )


def test_offline_needs_no_key_and_no_network(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The base stands in for the server, even of an environment whose key nobody has."""
    commit(project)
    edit(project / "lunch.yaml", "name: Lunch for less", "name: Late lunch for less")
    arguments = ["plan", "--offline", "--base", "main", "--env", "production", "--detailed-exitcode"]
    assert run([*arguments, "--format", "json"]) == 2
    document = as_plan(capsys.readouterr().out)
    (step,) = document["steps"]
    assert (step["action"], step["cause"]) == ("update", "this_change")
    assert document["asked"]["offline"] is True
    assert not (project / ".offers").exists()


def test_planning_writes_nothing(project: Path) -> None:
    """Two plans of one project find the same live side."""
    assert run(["plan", "--out", "one.json"]) == 0
    assert run(["plan", "--out", "two.json"]) == 0
    assert (project / "one.json").read_bytes() == (project / "two.json").read_bytes()


def test_a_base_without_environments_says_where_they_are_broken(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is planned where nobody knows where the key may go, and the fault of the base is named with its line."""
    edit(project / "offers.yaml", "creates: 3", "creates: many")
    commit(project)
    edit(project / "offers.yaml", "creates: many", "creates: 3")
    assert run(["plan", "--base", "main"]) == 3
    assert "are not known, since it has a fault: offers.yaml:2: " in capsys.readouterr().err
