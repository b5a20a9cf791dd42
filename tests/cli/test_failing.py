"""Whoever asks for JSON gets JSON, also where there is nothing to give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from offers_sync.cli.main import run
from offers_sync.errors import ExitCode
from offers_sync.reporting.published import published_schema

Said = pytest.CaptureFixture[str]

COMMANDS = {
    "plan": ("plan",),
    "drift": ("plan",),
    "apply": ("apply",),
    "list redeemables": ("list",),
    "graph": ("graph",),
    "history": ("history",),
    "state list": ("state",),
    "doctor": ("doctor",),
    "explain no-such-name": ("explain",),
    "gift rows.csv": ("bulk",),
    "redeem rows.csv": ("bulk",),
    "runs list": ("runs",),
    "runs show march": ("bulk", "campaign-run"),
    "runs resume march": ("bulk",),
    "sandbox show": (),
    "sandbox log": (),
}
"""Commands that print JSON, with the published schemas that it is valid by."""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no project."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(arguments: str, capsys: Said) -> Any:
    """The JSON of a command that is refused its input."""
    assert run(arguments.split()) == ExitCode.INVALID
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_project_there_is_json_all_the_same(command: str, capsys: Said) -> None:
    """One document on stdout, valid by what `offers schema` publishes of the command."""
    document = printed(f"{command} --format json", capsys)

    for name in COMMANDS[command]:
        Draft202012Validator(published_schema(name)).validate(document)


def test_a_failure_says_what_and_what_to_do(nowhere: Path, capsys: Said) -> None:
    """The same words that a person reads, by name."""
    assert printed("graph --format json", capsys) == {
        "format_version": 1,
        "failure": f"no offers.yaml in {nowhere} or above it",
        "hint": "run `offers init`, or choose the folder with -C",
    }


@pytest.mark.parametrize("document", [{"format_version": 1}, {"format_version": 1, "failure": "it rained"}, {}])
@pytest.mark.parametrize("name", ["graph", "list", "runs", "bulk", "state", "history", "campaign-run", "explain"])
def test_half_a_failure_is_no_document(name: str, document: dict[str, Any]) -> None:
    """The schemas still ask for what they asked for, and for the whole of a failure."""
    assert not Draft202012Validator(published_schema(name)).is_valid(document)


# ------------------------------------------------------------------------------------------------------- validate


def test_validate_without_a_project_is_a_finding(nowhere: Path, capsys: Said) -> None:
    """It is counted, has a code, and stands nowhere."""
    document = printed("validate --format json", capsys)

    assert document == {
        "format_version": 1,
        "findings": [
            {
                "code": "no-project",
                "severity": "error",
                "message": f"no offers.yaml in {nowhere} or above it",
                "hint": "run `offers init`, or choose the folder with -C",
                "path": "",
                "file": None,
                "line": None,
                "column": None,
                "end_line": None,
                "end_column": None,
            }
        ],
        "summary": {"documents": 0, "error": 1, "warning": 0, "notice": 0, "waived": 0},
    }


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("gone.yaml", "file-unreadable"),
        ("brand/gone.yaml", "file-unreadable"),
        ("brand/.hidden.yaml", "file-unreadable"),
        ("brand/notes.txt", "file-unreadable"),
        ("brand other/a.yaml", "file-outside"),
    ],
)
def test_validate_of_what_it_cannot_look_at_is_a_finding(nowhere: Path, path: str, code: str, capsys: Said) -> None:
    """A path that leads nowhere, or to nothing that belongs to the project, has a code."""
    for brand in ("brand", "other"):
        (nowhere / brand).mkdir()
        (nowhere / brand / "offers.yaml").write_text("project: a\nenvironments: {sandbox: {server: embedded}}\n")
        for name in ("a.yaml", ".hidden.yaml", "notes.txt"):
            (nowhere / brand / name).write_text("kind: schedule\nkey: always\nindefinitely: true\n")

    document = printed(f"validate {path} --format json", capsys)

    assert [finding["code"] for finding in document["findings"]] == [code]
    assert document["summary"]["error"] == 1


def test_validate_says_it_in_every_format(capsys: Said) -> None:
    """Code scanning gets a result, GitHub a command; a person is told on stderr as ever."""
    (result,) = printed("validate --format sarif", capsys)["runs"][0]["results"]
    assert result["ruleId"] == "no-project"

    assert run(["validate", "--format", "github"]) == ExitCode.INVALID
    assert capsys.readouterr().out.startswith("::error title=no-project::no offers.yaml in ")

    assert run(["validate"]) == ExitCode.INVALID
    told = capsys.readouterr()
    assert (told.out, told.err.splitlines()[0].split(" in ")[0]) == ("", "error: no offers.yaml")


# ----------------------------------------------------------------------------------------------------------- plan


def test_a_plan_without_a_project_has_that_as_its_finding(capsys: Said) -> None:
    """The code says which of the reasons for having no plan it is."""
    document = printed("plan --format json", capsys)

    assert [finding["code"] for finding in document["findings"]] == ["no-project"]


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_a_report_that_has_no_place_is_told_before_anything_is_read(command: str, nowhere: Path, capsys: Said) -> None:
    """What was asked for on stdout says so, in its own form, and what can be written too."""
    (nowhere / "offers.yaml").write_text("project: a\nenvironments: {sandbox: {server: embedded}}\n")

    document = printed(f"{command} --format json --report markdown=no/such/folder.md --report markdown=here.md", capsys)

    (finding,) = document["findings"]
    assert finding["message"].startswith("no/such/folder.md cannot be written: there is no folder")
    assert document["complete"] is False
    assert "there is no folder" in (nowhere / "here.md").read_text(encoding="utf-8")
