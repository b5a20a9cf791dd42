"""The examples that `offers explain CODE` shows have the mistake that they are about, and mended they have none."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from offers_sync.cli.main import run
from offers_sync.codes import can_be_waived, find_code
from offers_sync.findings import Severity
from offers_sync.loading.loading import load_project
from offers_sync.reporting.mistakes import IN_PLANS, MISTAKES

COMPANIONS = {
    "formerly-exists": "duplicate-identity",
    "campaign-too-soon": "kept-back",
    "campaign-segment-unclear": "kept-back",
    "campaign-repeated": "kept-back",
}
"""What is found beside the mistake because it follows from it."""
STAYING = {"auto-offers-overlap", "kept-back"}
"""What one exception does not end: each of two offers is told of the other, and a step stays back."""
ON_THE_WAY = {"nothing-remembered", "campaign-gifts"}
"""What a first plan says of files without fault."""
OFFERS = "project: marlow-burgers\nenvironments:\n  sandbox: {server: embedded}\n"


def may_be_waived(name: str) -> bool:
    """Whether the page of a code shows an exception."""
    code = find_code(name)
    return code is not None and can_be_waived(code) and code.severity is not Severity.ERROR


def write(folder: Path, text: str) -> None:
    """The files of an example."""
    first, *others = re.split(r"(?m)^# (\S+\.yaml)\n", text)
    files = {"offers.yaml": OFFERS, "document.yaml": first, **dict(zip(others[::2], others[1::2], strict=True))}
    for name, written in files.items():
        if written:
            (folder / name).write_text(written, encoding="utf-8")


def found_in(folder: Path, text: str) -> list[str]:
    """The codes that loading the files of an example finds."""
    write(folder, text)
    return [finding.code for finding in load_project(folder, now=datetime(2026, 1, 1, tzinfo=UTC)).findings]


def planned_in(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The codes that a plan of the files on the embedded sandbox finds, but for those that ask for nothing."""
    write(folder, text)
    run(["plan", str(folder), "--format", "sarif"])
    (results,) = json.loads(capsys.readouterr().out)["runs"]
    return {result["ruleId"] for result in results["results"]} - ON_THE_WAY


@pytest.mark.parametrize("name", sorted(set(MISTAKES) - set(IN_PLANS)))
def test_the_example_is_of_its_code(name: str, tmp_path: Path) -> None:
    """What is shown as the mistake is found under that code, and nothing worse."""
    found = found_in(tmp_path, MISTAKES[name].wrong)

    assert set(found) - {COMPANIONS.get(name)} == {name}


@pytest.mark.parametrize("name", IN_PLANS)
def test_the_example_is_of_its_code_in_a_plan(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What only a comparison with the server shows is found by `offers plan`."""
    found = planned_in(tmp_path, IN_PLANS[name].wrong, capsys)

    assert found - {COMPANIONS.get(name)} == {name}


def waived(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The example of a code, with the exception that its page shows."""
    run(["explain", name])
    shown = capsys.readouterr().out.partition("waive it in offers.yaml")[2]
    wrong = MISTAKES[name].wrong
    first, mark, project = wrong.partition("# offers.yaml\n")
    return f"{first}# offers.yaml\n{dedent(shown).lstrip()}" + (project if mark else OFFERS)


@pytest.mark.parametrize("name", sorted(filter(may_be_waived, set(MISTAKES) - set(IN_PLANS))))
def test_the_exception_that_is_shown_waives_the_example(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the document that the finding is about."""
    assert found_in(tmp_path, waived(name, capsys)) == []


@pytest.mark.parametrize("name", sorted(filter(may_be_waived, set(IN_PLANS) - STAYING)))
def test_the_exception_that_is_shown_waives_the_example_in_a_plan(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As far as a plan alone finds it."""
    assert planned_in(tmp_path, waived(name, capsys), capsys) <= {COMPANIONS.get(name)}


@pytest.mark.parametrize("name", IN_PLANS)
def test_the_mended_example_is_clean_in_a_plan(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is shown as mended has nothing left to mend."""
    assert planned_in(tmp_path, IN_PLANS[name].mended, capsys) == set()


@pytest.mark.parametrize("name", MISTAKES)
def test_the_mended_example_is_clean(name: str, tmp_path: Path) -> None:
    """What is shown as mended has no findings at all."""
    assert found_in(tmp_path, MISTAKES[name].mended) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_the_example_is_of_a_code_that_exists(name: str) -> None:
    """No example outlives its code."""
    code = find_code(name)

    assert code is not None
    assert code.severity in Severity
