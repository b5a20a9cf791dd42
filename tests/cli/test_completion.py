"""What a shell completes, as the shell asks for it, and that it costs little."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

import offers_sync
from offers_sync.cli.main import offers, run

ROOT = Path(offers_sync.__file__).parents[1]
HEAVY = {"deepdiff", "httpx", "orjson", "pydantic", "rich", "sqlite3"}
PROGRAM = """
import json, sys
from offers_sync.cli.main import main
try:
    main()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
PROJECT = """\
project: marlow
environments:
  staging: {server: embedded}
  production: {server: embedded}
  "$(reboot)": {server: embedded}
"""
OFFERS = """\
kind: redeemable
key: free-fries
name: Free fries
---
key: "free-shake"  # the other way round
kind: redeemable
name: Free shake
schedule:
  kind: nested
  key: nested
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in the current folder: two environments, two offers in one file, and a selector."""
    (tmp_path / "offers.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "redeemables.yaml").write_text(OFFERS, encoding="utf-8")
    (tmp_path / "selectors").mkdir()
    (tmp_path / "selectors" / "fries.yaml").write_text("kind: selector\r\nkey: fries\r\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def completed(*words: str) -> list[str]:
    """What the shell offers for the last word."""
    *before, incomplete = words
    asked = ShellComplete(offers, {}, "offers", "_OFFERS_COMPLETE")
    return [item.value for item in asked.get_completions(before, incomplete)]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("plan", "--env", ""), ["staging", "production"]),
        (("apply", "--env", "pro"), ["production"]),
        (("drift", "--env", "x"), []),
        (("comment", "--env", "s"), ["staging"]),
        (("plan", "--only", ""), ["redeemable/free-fries", "redeemable/free-shake", "selector/fries"]),
        (("plan", "--only", "redeemable/free-s"), ["redeemable/free-shake"]),
        (("plan", "--only", "selector/fries", "--only", "s"), []),
        (("graph", "--only", "sel"), ["selector/fries"]),
        (("apply", "--allow-lookalike", "sel"), ["selector/fries"]),
        (("state", "forget", "sel"), ["selector/fries"]),
        (("comp",), ["completion"]),
        (("completion", ""), ["bash", "zsh", "fish"]),
        (("plan", "--detailed"), ["--detailed-exitcode"]),
        (("--ver",), ["--version"]),
    ],
)
@pytest.mark.usefixtures("project")
def test_what_is_offered(words: tuple[str, ...], offered: list[str]) -> None:
    """Commands, options, environments and documents are completed, and nothing that a prompt could run."""
    assert completed(*words) == offered


def test_another_folder(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names come from the project that the line chooses, by its option or by its argument."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    assert completed("plan", "--env", "") == []
    assert completed("plan", "-C", str(project / "selectors"), "--env", "") == ["staging", "production"]
    assert completed("plan", str(project), "--only", "sel") == ["selector/fries"]


@pytest.mark.parametrize(
    "text", ["environments: [", "environments: 7", "- a", "", "\x00", "environments: {1: {}, on: {}}"]
)
def test_faults_are_left_alone(project: Path, text: str) -> None:
    """A file with faults offers nothing, and breaks no prompt."""
    (project / "offers.yaml").write_text(text, encoding="utf-8")
    (project / "binary.yaml").write_bytes(b"\xff\xfe\x00kind: x")

    assert completed("plan", "--env", "") == []


@pytest.mark.parametrize(
    "words", [["plan", "--only", "red"], ["plan", "--env", ""], [""]], ids=["keys", "envs", "commands"]
)
def test_it_costs_little(project: Path, words: list[str]) -> None:
    """Neither models nor clients are loaded for a word."""
    environment = os.environ | {
        "_OFFERS_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["offers", *words]),
        "COMP_CWORD": str(len(words)),
        "PYTHONPATH": str(ROOT),
    }
    asked = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=project, env=environment, capture_output=True, text=True, check=True
    )

    assert asked.stdout.startswith("plain,")
    assert set(json.loads(asked.stderr.splitlines()[-1])) & HEAVY == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_takes_the_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is a script of that shell."""
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_OFFERS_COMPLETE={shell}_complete" in script
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here to read the script")
    read = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


def test_bash_completes(project: Path, tmp_path: Path) -> None:
    """A real bash that read the script offers the environments."""
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "offers"
    program.write_text(
        f"#!/bin/sh\nexec '{sys.executable}' -c 'from offers_sync.cli.main import main; main()' \"$@\"\n"
    )
    program.chmod(0o755)
    line = (
        'eval "$(offers completion bash)"; COMP_WORDS=(offers plan --env ""); COMP_CWORD=3; '
        '_offers_completion offers "" --env; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    asked = subprocess.run(
        ["bash", "--norc", "-c", line],
        cwd=project,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert asked.stdout.split() == ["staging", "production"]
