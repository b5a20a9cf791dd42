"""Colour on a terminal, none where NO_COLOR is set, none where there is no terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

PLAN = [sys.executable, "-c", "from offers_sync.cli.main import main; main()", "plan"]
PROJECT = "project: marlow-burgers\nenvironments: {sandbox: {server: embedded}}\n"


def on_a_terminal(command: list[str], folder: Path, **variables: str) -> bytes:
    """What a command shows on a terminal."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "OFFERS_ENV")}
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        command, cwd=folder, stdout=theirs, stderr=theirs, env={**environment, "PYTHONPATH": root, **variables}
    ) as process:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        process.wait()
    os.close(ours)
    return shown


def _read(terminal: int) -> bytes:
    """The next piece; Linux calls the end of a terminal an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("variables", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)]
)
def test_colour_follows_the_terminal_and_its_owner(
    tmp_path: Path,
    variables: dict[str, str],
    is_coloured: bool,  # noqa: FBT001
) -> None:
    """A terminal gets colour unless NO_COLOR holds anything; the words are the same."""
    (tmp_path / "offers.yaml").write_text(PROJECT)
    shown = on_a_terminal(PLAN, tmp_path, **variables)
    assert b"marlow-burgers on sandbox: nothing to do, 0 unchanged." in shown
    assert (b"\x1b[" in shown) is is_coloured
