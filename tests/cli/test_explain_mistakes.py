"""The examples that `offers explain CODE` shows have the mistake that they are about, and mended they have none."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from offers_sync.codes import find_code
from offers_sync.findings import Severity
from offers_sync.loading.loading import load_project
from offers_sync.reporting.mistakes import MISTAKES

COMPANIONS = {"formerly-exists": "duplicate-identity"}
"""What is found beside the mistake because it follows from it."""
OFFERS = "project: marlow-burgers\nenvironments:\n  sandbox: {server: embedded}\n"


def found_in(folder: Path, text: str) -> list[str]:
    """The codes that loading the files of an example finds."""
    first, *others = re.split(r"(?m)^# (\S+\.yaml)\n", text)
    files = {"offers.yaml": OFFERS, "document.yaml": first, **dict(zip(others[::2], others[1::2], strict=True))}
    for name, written in files.items():
        if written:
            (folder / name).write_text(written, encoding="utf-8")
    return [finding.code for finding in load_project(folder, now=datetime(2026, 1, 1, tzinfo=UTC)).findings]


@pytest.mark.parametrize("name", MISTAKES)
def test_the_example_is_of_its_code(name: str, tmp_path: Path) -> None:
    """What is shown as the mistake is found under that code, and nothing worse."""
    found = found_in(tmp_path, MISTAKES[name].wrong)

    assert set(found) - {COMPANIONS.get(name)} == {name}


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
