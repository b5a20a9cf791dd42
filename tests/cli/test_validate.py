"""``offers validate`` as people and pipelines call it: what is asked about, what is said, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from projects import CRITERION, OFFERS, REDEEMABLE, SELECTOR, WrittenFiles

from offers_sync.cli.main import run
from offers_sync.errors import ExitCode

Said = pytest.CaptureFixture[str]
FAULTY = REDEEMABLE + "pionts: 12\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WrittenFiles:
    """A project that one stands in, with one sound offer and one with a fault."""
    monkeypatch.chdir(tmp_path)
    for name in ("OFFERS_HOSTS", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    written = WrittenFiles(tmp_path)
    written.write("redeemables/a.yaml", FAULTY)
    written.write("redeemables/b.yaml", REDEEMABLE.replace("ten-off", "b"))
    return written


@pytest.mark.usefixtures("project")
def test_a_fault_is_shown_with_its_line_and_what_to_do(capsys: Said) -> None:
    """The finding on stdout, the figures on stderr, and the exit code of invalid input."""
    code = run(["validate"])

    assert code == ExitCode.INVALID
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "redeemables/a.yaml:5:1: error unknown-field: there is no field `pionts` here",
        "    5 | pionts: 12",
        "      | ^^^^^^",
        "  hint: did you mean `points`?",
        "",
    ]
    assert err == "2 documents: 1 error\n"


def test_when_everything_is_fine_one_line_says_so(project: WrittenFiles, capsys: Said) -> None:
    """Nothing is on stdout, since there is no finding."""
    project.write("redeemables/a.yaml", REDEEMABLE)

    code = run(["validate"])

    assert code == ExitCode.DONE
    assert capsys.readouterr() == ("", "2 documents: nothing to complain about\n")


def test_what_is_waived_is_counted(project: WrittenFiles, capsys: Said) -> None:
    """A finding that a reviewed line waives is not shown and not passed over in silence; of asked files only."""
    project.write("redeemables/a.yaml", REDEEMABLE)
    project.write("criteria/c.yaml", "kind: criterion\nkey: c\nqc_processing_function: sum_amounts\n")
    project.write("offers.yaml", OFFERS + "allow: [{code: no-filter, reason: meant}]\n")

    assert run(["validate"]) == ExitCode.DONE
    assert capsys.readouterr() == ("", "3 documents: nothing to complain about, 1 waived\n")

    assert run(["validate", "--format", "json"]) == ExitCode.DONE
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert summary == {"documents": 3, "error": 0, "warning": 0, "notice": 0, "waived": 1}

    assert run(["validate", "redeemables"]) == ExitCode.DONE
    assert capsys.readouterr().err == "2 documents: nothing to complain about\n"


def test_warnings_and_notices_do_not_fail(project: WrittenFiles, capsys: Said) -> None:
    """Only an error stops anything."""
    project.write("redeemables/a.yaml", REDEEMABLE + "distributable: true\nsegment: S\nactivate_now: true\n")
    project.write("c.yaml", "kind: criterion\nkey: c\nqc_processing_function: sum_amounts\nrounding_rule: ceil\n")

    code = run(["validate"])

    assert code == ExitCode.DONE
    assert capsys.readouterr().err == "3 documents: 1 warning, 1 notice\n"


# -------------------------------------------------------------------------------------------- what is asked about


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("arguments", [[], ["."], ["offers.yaml", "."], ["-C", "."]])
def test_the_whole_project_is_the_default(capsys: Said, arguments: list[str]) -> None:
    """By nothing, by its folder, or by `-C`."""
    assert run(["validate", *arguments]) == ExitCode.INVALID
    assert capsys.readouterr().err == "2 documents: 1 error\n"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "code", "figures"),
    [
        (["redeemables/b.yaml"], ExitCode.DONE, "1 document: nothing to complain about"),
        (["redeemables/a.yaml"], ExitCode.INVALID, "1 document: 1 error"),
        (["redeemables"], ExitCode.INVALID, "2 documents: 1 error"),
        (["redeemables/"], ExitCode.INVALID, "2 documents: 1 error"),
        (["redeemables/b.yaml", "redeemables/a.yaml"], ExitCode.INVALID, "2 documents: 1 error"),
        (["offers.yaml"], ExitCode.DONE, "0 documents: nothing to complain about"),
        (["./redeemables/../redeemables/b.yaml"], ExitCode.DONE, "1 document: nothing to complain about"),
        (["-C", "redeemables", "b.yaml"], ExitCode.DONE, "1 document: nothing to complain about"),
    ],
)
def test_some_files_may_be_asked_about(capsys: Said, arguments: list[str], code: ExitCode, figures: str) -> None:
    """The faults of others are not shown then, and do not count."""
    assert run(["validate", *arguments]) == code
    assert capsys.readouterr().err == f"{figures}\n"


def test_references_of_a_file_are_checked_in_its_project(project: WrittenFiles, capsys: Said) -> None:
    """Without naming the files that they lead to."""
    project.write("selector.yaml", SELECTOR)
    project.write("sound.yaml", CRITERION)
    project.write("unsound.yaml", CRITERION.replace("ten-percent", "c").replace("sandwiches", "pizza"))

    assert run(["validate", "sound.yaml"]) == ExitCode.DONE
    assert run(["validate", "unsound.yaml"]) == ExitCode.INVALID
    assert "there is no selector `pizza`" in capsys.readouterr().out


def test_the_project_is_found_from_elsewhere(
    project: WrittenFiles, capsys: Said, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place of a finding leads there from where one stands."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)

    assert run(["validate", str(project.folder)]) == ExitCode.INVALID

    first = capsys.readouterr().out.partition(": error")[0]
    path, line, column = first.rsplit(":", 2)
    assert (elsewhere / path).samefile(project.folder / "redeemables" / "a.yaml")
    assert (line, column) == ("5", "1")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.yaml", "missing.yaml does not exist"),
        ("missing/", "missing does not exist"),
        ("README.md", "README.md is no YAML file"),
        (".hidden.yaml", ".hidden.yaml is hidden, so it is no part of the project"),
    ],
)
def test_what_cannot_be_asked_about_is_said(project: WrittenFiles, capsys: Said, path: str, message: str) -> None:
    """On stderr, with a hint, and nothing else is judged."""
    project.write("README.md", "# Offers\n")
    project.write(".hidden.yaml", REDEEMABLE)

    code = run(["validate", path])

    out, err = capsys.readouterr()
    assert (code, out) == (ExitCode.INVALID, "")
    assert err.startswith(f"error: {message}\nhint: ")


def test_one_file_is_read_by_the_name_that_the_whole_project_is_read_by(project: WrittenFiles, capsys: Said) -> None:
    """A suffix in capitals is a suffix, whether the file is named or found."""
    project.write("redeemables/a.YAML", REDEEMABLE)
    project.write("redeemables/b.YML", REDEEMABLE.replace("ten-off", "five-off") + "points: many\n")

    assert run(["validate", "redeemables/a.YAML"]) == ExitCode.DONE
    assert run(["validate", "redeemables/b.YML"]) == ExitCode.INVALID
    capsys.readouterr()
    run(["validate", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert "redeemables/b.YML" in [finding["file"] for finding in document["findings"]]


def test_two_projects_are_validated_one_by_one(project: WrittenFiles, capsys: Said, tmp_path: Path) -> None:
    """A file of another project belongs to other documents."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        WrittenFiles(tmp_path / name)
    (project.folder / "offers.yaml").unlink()

    assert run(["validate", "one/offers.yaml", "two/offers.yaml"]) == ExitCode.INVALID
    assert "validate each project by itself" in capsys.readouterr().err


def test_without_a_project_the_way_to_one_is_told(
    capsys: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a traceback, and not an empty success."""
    monkeypatch.chdir(tmp_path)

    assert run(["validate"]) == ExitCode.INVALID
    assert "hint: run `offers init`, or choose the folder with -C" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--format", "xml"], ["--fast"], ["-C"]])
def test_a_usage_error_is_invalid_input(capsys: Said, arguments: list[str]) -> None:
    """In place of click's own code."""
    assert run(["validate", *arguments]) == ExitCode.INVALID
    assert "Error: " in capsys.readouterr().err


# -------------------------------------------------------------------------------------------------- surroundings


def test_hosts_are_trusted_by_the_environment_only(
    project: WrittenFiles, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list, separated by blanks or commas."""
    project.write("redeemables/a.yaml", REDEEMABLE)
    project.write("offers.yaml", OFFERS.replace("https://marlow.punchh.com", "http://sandbox.internal:8080"))

    assert run(["validate"]) == ExitCode.INVALID

    monkeypatch.setenv("OFFERS_HOSTS", "other.internal, sandbox.internal")

    assert run(["validate"]) == ExitCode.DONE
    capsys.readouterr()


@pytest.mark.usefixtures("project")
def test_the_format_may_come_from_the_environment(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every option has its variable."""
    monkeypatch.setenv("OFFERS_VALIDATE_FORMAT", "json")

    run(["validate"])

    assert json.loads(capsys.readouterr().out)["summary"]["error"] == 1


def test_narrow_terminals_wrap_hints_and_leave_places_whole(
    project: WrittenFiles, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first line of a finding is for tools too."""
    monkeypatch.setenv("COLUMNS", "40")
    project.write("redeemables/a.yaml", REDEEMABLE + "template: {nothing_like_any_of_these: " + "x" * 200 + "}\n")

    run(["validate"])

    first, *others = capsys.readouterr().out.rstrip("\n").split("\n")
    assert first == ("redeemables/a.yaml:5:12: error unknown-field: there is no field `nothing_like_any_of_these` here")
    assert max(map(len, others)) <= 40


def test_no_key_and_no_network_is_needed(project: WrittenFiles, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables that offers.yaml names may be unset, and no socket is opened."""
    monkeypatch.delenv("MARLOW_PUNCHH_KEY", raising=False)
    monkeypatch.setattr("socket.socket.connect", None)
    project.write("redeemables/a.yaml", REDEEMABLE)

    assert run(["validate"]) == ExitCode.DONE
    capsys.readouterr()
    assert not os.path.exists(".offers")  # noqa: PTH110  nothing is left behind


def test_help_imports_neither_parser_nor_models() -> None:
    """To say what there is, nothing needs to be understood."""
    program = "import sys; from offers_sync.cli.main import run; run(['validate', '--help']); print(*sys.modules)"

    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "Usage: offers validate [OPTIONS] [DIR|FILE]..." in process.stdout
    assert {"yaml", "pydantic", "pydantic_core", "rich"} & set(process.stdout.splitlines()[-1].split()) == set()
