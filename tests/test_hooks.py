"""The hook for pre-commit, run by the real pre-commit on a real repository, without a network.

Where pre-commit itself would install the package, which takes a network, the hook is told to use what is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import offers_sync

ROOT: Final = Path(__file__).parents[1]
MANIFEST: Final = ROOT / ".pre-commit-hooks.yaml"
CONFIG: Final = """\
repos:
  - repo: {hooks}
    rev: {revision}
    hooks:
      - {{id: offers-validate, language: system{more}}}
"""


class Desk:
    """A folder with a repository that gives the hook, and one that uses it."""

    def __init__(self, folder: Path) -> None:
        self.hooks, self.project = folder / "hooks", folder / "project"
        programs = folder / "bin"
        for place in (self.hooks, self.project, programs):
            place.mkdir()
        program = programs / "offers"
        program.write_text(
            f"#!/bin/sh\nexec '{sys.executable}' -c 'from offers_sync.cli.main import main; main()' \"$@\"\n"
        )
        program.chmod(0o755)
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "OFFERS_"))
        }
        self.environment = kept | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(Path(offers_sync.__file__).parents[1]),
            "PRE_COMMIT_HOME": str(folder / "cache"),
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        shutil.copy(MANIFEST, self.hooks)
        self.revision = self.commit(self.hooks)

    def use(self, more: str = "") -> None:
        """Write the configuration that uses the hook, and stage all there is."""
        text = CONFIG.format(hooks=self.hooks, revision=self.revision, more=more)
        (self.project / ".pre-commit-config.yaml").write_text(text)
        self.call("git", "init", "-q", ".")
        self.call("git", "add", "-A")

    def commit(self, folder: Path) -> str:
        """Commit all of a folder, and give the commit's name."""
        who = ("-c", "user.name=Marlow", "-c", "user.email=marlow@marlow.example")
        for arguments in (("init", "-q", "."), ("add", "-A"), (*who, "commit", "-qm", "all")):
            assert self.call("git", *arguments, folder=folder).returncode == 0
        return self.call("git", "rev-parse", "HEAD", folder=folder).stdout.strip()

    def call(self, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program in a folder, the project's by default."""
        return subprocess.run(
            arguments,
            cwd=folder or self.project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def check(self) -> subprocess.CompletedProcess[str]:
        """What pre-commit says to what is staged."""
        return self.call(sys.executable, "-m", "pre_commit", "run", "--color=never")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Both repositories, the second one empty."""
    return Desk(tmp_path)


def test_the_manifest_is_one(desk: Desk) -> None:
    """pre-commit takes the list of hooks for what it is."""
    checked = desk.call(sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST))

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_commit_of_sound_files_passes(desk: Desk) -> None:
    """The example passes, and a fault in one of its files then stops the commit and is shown with its place."""
    shutil.copytree(
        ROOT / "examples/offers", desk.project, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".offers")
    )
    desk.use()
    passed = desk.check()
    offer = desk.project / "redeemables/bogof-burger.yaml"
    offer.write_text(offer.read_text(encoding="utf-8").replace("distributable:", "distributible:", 1), encoding="utf-8")
    desk.call("git", "add", "-A")
    stopped = desk.check()

    assert (passed.returncode, "Passed" in passed.stdout) == (0, True), passed.stdout + passed.stderr
    assert (stopped.returncode, "Failed" in stopped.stdout) == (1, True), stopped.stdout + stopped.stderr
    assert "redeemables/bogof-burger.yaml:6:1: error unknown-field" in stopped.stdout
    assert "did you mean `distributable`?" in stopped.stdout


def test_a_project_below_the_root(desk: Desk) -> None:
    """A repository that holds more than offers names the project's folder."""
    shutil.copytree(ROOT / "examples/offers", desk.project / "menu", ignore=shutil.ignore_patterns(".offers"))
    desk.use(", args: [-C, menu]")
    passed = desk.check()

    assert (passed.returncode, "Passed" in passed.stdout) == (0, True), passed.stdout + passed.stderr


def test_other_files_cost_nothing(desk: Desk) -> None:
    """Where no YAML is staged the hook does not run, not even where there is no project."""
    desk.use()
    desk.commit(desk.project)
    (desk.project / "menu.txt").write_text("fries\n")
    desk.call("git", "add", "menu.txt")
    skipped = desk.check()

    assert skipped.returncode == 0, skipped.stdout + skipped.stderr
    assert "(no files to check)Skipped" in skipped.stdout
