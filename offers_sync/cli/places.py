"""Where things are for a reader: files by a path that the terminal or the code host understands, and links to lines."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from offers_sync.reporting.formats import Page

WIDTH_WITHOUT_TERMINAL: Final = 100


def repository_of(folder: Path) -> Path:
    """The folder that code hosts count paths from: the checkout around the project."""
    around = (folder, *folder.parents)
    return next((place for place in around if (place / ".git").exists()), Path.cwd())


def prefix_between(folder: Path, start: Path) -> str:
    """What leads from a folder to the project."""
    way = Path(os.path.relpath(folder, start)).as_posix()
    return "" if way == "." else f"{way}/"


def page_for(form: str, folder: Path) -> Page:
    """What a report in a form is read on: people at a terminal stand where they are, code hosts at the checkout."""
    from offers_sync.reporting.formats import Page  # noqa: PLC0415  a command's help does not pay for it

    start = Path.cwd() if form == "text" else repository_of(folder)
    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if is_terminal else WIDTH_WITHOUT_TERMINAL
    return Page(width, prefix_between(folder, start), _link(), is_terminal)


def _link() -> str:
    """The address of this commit's files, where a pipeline says what it runs for."""
    server, repository, commit = (
        os.environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
    )
    if not (server.startswith("https://") and repository and commit):
        return ""
    return f"{server}/{quote(repository)}/blob/{quote(commit)}/"
