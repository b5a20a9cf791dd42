"""Streams that are closed, full or left: nothing is taken for a fault of the tool, and no run stops half way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

PROJECT: Final = "project: small\ndefaults: {timezone: America/Chicago}\nenvironments:\n  sandbox: {server: embedded}\n"
OFFER: Final = "kind: redeemable\nkey: a\nname: Alpha\ndescription: About alpha.\nreceipt_rule: {flat_discount: 5.00}\n"
MAIN: Final = "from offers_sync.cli.main import main; main()"

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one offer."""
    (tmp_path / "offers.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "a.yaml").write_text(OFFER, encoding="utf-8")
    return tmp_path


def run(project: Path, command: str) -> subprocess.CompletedProcess[str]:
    """What a shell makes of it; ``offers`` is the command line."""
    script = f'offers() {{ "$PYTHON" -c "$MAIN" "$@"; }}\n{command}'
    environment = {**os.environ, "PYTHON": sys.executable, "MAIN": MAIN}
    return subprocess.run(
        ["/bin/sh", "-c", script], cwd=project, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def planned(project: Path) -> str:
    """The first line of the plan now."""
    return run(project, "offers plan").stdout.splitlines()[0]


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["plan", "apply --yes", "validate"])
def test_a_closed_stream_is_one_that_nobody_reads(project: Path, command: str, closed: str) -> None:
    """The command does what it does without it, and ends as it would with it."""
    ended = run(project, f"offers {command} {closed}")

    assert ended.returncode == 0
    assert "fault" not in ended.stderr
    assert planned(project).endswith("nothing to do, 1 unchanged.") == (command == "apply --yes")


def test_where_stdin_is_closed_nobody_agrees(project: Path) -> None:
    """As where it is no terminal."""
    ended = run(project, "offers apply <&-")

    assert ended.returncode == 6
    assert "error: nothing was written: nobody is there to agree" in ended.stderr


@needs_full
@pytest.mark.parametrize("command", ["plan", "plan --format json", "validate --format json", "apply --yes", "--help"])
def test_a_full_disk_is_told_as_that(project: Path, command: str) -> None:
    """Not as a bug, and with the way to see what was done."""
    ended = run(project, f"offers {command} > /dev/full")

    assert ended.returncode == 1
    assert ended.stderr.endswith(
        "error: what was to be printed could not be written: No space left on device\n"
        "hint: make room where stdout goes; what was applied is shown by `offers history`\n"
    )


def test_a_run_goes_on_where_nobody_follows_it(project: Path) -> None:
    """Its progress is talk: whoever read it and left does not leave the environment half written."""
    run(project, "{ offers apply --yes 2>&1 >/dev/null; echo $? > code; } | read -r line")

    assert (project / "code").read_text(encoding="utf-8") == "0\n"
    assert planned(project).endswith("nothing to do, 1 unchanged.")
