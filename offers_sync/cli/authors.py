"""On whose behalf a run writes, and from which commit: for the history, never for a decision."""

from __future__ import annotations

import getpass
import os
import platform
import subprocess
from pathlib import Path
from typing import Final

from offers_sync.state.records import Author

_ACTORS: Final = ("OFFERS_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR", "CIRCLE_USERNAME")
_COMMITS: Final = ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "CIRCLE_SHA1")
_TIMEOUT_SECONDS: Final = 10
CHANGED: Final = "+changes"
"""Follows a commit when the work tree differs from it."""


def author_of(folder: Path) -> Author:
    """Who runs this on the files of a folder, as pipelines and machines tell it."""
    return Author(_who(), _commit(folder))


def _who() -> str:
    told = next((os.environ[name] for name in _ACTORS if os.environ.get(name)), "")
    return told or f"{_user()}@{platform.node() or 'unknown'}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "unknown"


def _commit(folder: Path) -> str:
    head = _git(folder, "rev-parse", "HEAD").strip()
    if not head:
        return next((os.environ[name] for name in _COMMITS if os.environ.get(name)), "")
    return head + (CHANGED if _git(folder, "status", "--porcelain", "--", ".").strip() else "")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603  the arguments are ours
            command, capture_output=True, check=False, timeout=_TIMEOUT_SECONDS, env={**os.environ, "LC_ALL": "C"}
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
