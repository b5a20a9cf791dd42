"""``offers comment``: a report as the one comment of a pull request, or as the one open issue, at the code host."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from offers_sync.cli.completing import complete_environments
from offers_sync.cli.options import chosen_folder, directory_option
from offers_sync.cli.talking import say
from offers_sync.errors import InvalidInputError, OffersError, RefusedError

if TYPE_CHECKING:
    from offers_sync.forge.calling import Forge
    from offers_sync.forge.sticking import Kept

_TOKEN: Final = "GITHUB_TOKEN"  # noqa: S105  the variable's name
_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
_SUMMARY_BYTES: Final = 1024 * 1024 - 1024
"""A little less than a step may say."""
_PULL_REQUEST: Final = re.compile(r"refs/pull/([1-9][0-9]*)/\w+")


@click.command()
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--pull-request", type=click.IntRange(min=1), metavar="N", help="Its number; from GITHUB_REF by default.")
@click.option("--issue", "title", metavar="TITLE", help="Keep one open issue of this title instead of a comment.")
@click.option("--close", is_flag=True, help="With --issue: there is nothing to say any more, so close the open one.")
@click.option(
    "--summary", is_flag=True, help="Add it to the job's step summary, and comment if a pull request started the job."
)
@click.option(
    "--repository", envvar="GITHUB_REPOSITORY", metavar="OWNER/NAME", help="Or the variable GITHUB_REPOSITORY."
)
@directory_option
@click.option(
    "--env",
    "environment",
    envvar="OFFERS_ENV",
    shell_complete=complete_environments,
    help="The environment that plain text is about; a report says it itself.",
)
def comment(  # noqa: PLR0913  one parameter for each option
    *,
    file: Path | None,
    pull_request: int | None,
    title: str | None,
    close: bool,
    summary: bool,
    repository: str | None,
    directory: Path | None,
    environment: str | None,
) -> None:
    """Post a report to GitHub, or update the one that is there; from FILE, or from stdin.

    A report of `offers plan` or `offers drift` as Markdown carries a hidden first line by which its comment is found
    again: one for each project and environment, never a second one. Any other text needs --env, and -C where the
    project is not around the current folder. An issue is closed when a report of drift says that nothing is left.

    The key comes from GITHUB_TOKEN. Where it may not comment, as on a pull request from a fork, the report goes to
    the step summary (GITHUB_STEP_SUMMARY) instead.
    """
    from offers_sync.reporting.markdown import Attention, attention_of  # noqa: PLC0415  help does not pay for it

    if close and title is None:
        raise click.UsageError("--close needs --issue: comments are not closed.")
    if close and summary:
        raise click.UsageError("--close has nothing to say, so there is nothing for --summary.")
    text = "" if close else _read(file)
    attention = Attention.OVER if close else attention_of(text)
    marked = _marked(text, "drift" if title is not None else "text", environment, directory)
    number = pull_request or (None if title is not None else _number())
    if number is None and title is None and not summary:
        raise click.UsageError("which pull request? Pass --pull-request, or --issue for an issue.")
    if (number or title) and not repository:
        raise click.UsageError("which repository? Pass --repository, or set GITHUB_REPOSITORY.")
    if summary and not _add_to_summary(marked):
        raise InvalidInputError("there is no step summary to add to", hint=f"set {_SUMMARY} to a file, as GitHub does")
    if title is not None and attention is Attention.UNKNOWN:
        click.echo("issue unchanged: the report cannot tell whether there is something to say", err=True)
    elif number or title:
        _post(_Post(repository or "", number or 0, title, marked, is_over=attention is Attention.OVER), summary=summary)


@dataclass(frozen=True, slots=True)
class _Post:
    """What is said where."""

    repository: str
    number: int
    title: str | None
    text: str
    is_over: bool = field(kw_only=True)


def _post(post: _Post, *, summary: bool) -> None:
    """Say it; where that is not permitted the step summary has it, now or already."""
    from offers_sync.forge.calling import NotPermittedError  # noqa: PLC0415

    try:
        with _forge(post.repository) as forge:
            kept = _keep(forge, post)
    except (NotPermittedError, _NoTokenError) as error:
        if not summary and not _add_to_summary(post.text):
            raise
        where = "the report is in the step summary" if summary else "the report is in the step summary instead"
        say(f"not commented: {error.message}")
        say(f"hint: {error.hint}")
        say(where)
        return
    what = "issue" if post.title is not None else "comment"
    say(f"{what} {kept.deed}{': ' + kept.url if kept.url else ''}")


class _NoTokenError(RefusedError):
    """There is no key to comment with."""


def _read(file: Path | None) -> str:
    try:
        content = sys.stdin.buffer.read() if file is None or str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be read: {error.strerror}", hint="pass the file of a report") from error
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    if not text.strip():
        raise InvalidInputError("there is no text to post", hint="pass a file, or pipe a report into it")
    return text


def _marked(text: str, report: str, environment: str | None, directory: Path | None) -> str:
    """The text with a hidden first line; one that has none is no Markdown of ours, and is shown as it is."""
    from offers_sync.forge.fitting import marker_of  # noqa: PLC0415
    from offers_sync.reporting.markdown import fenced, report_marker  # noqa: PLC0415

    if marker_of(text):
        return text
    if not environment:
        raise InvalidInputError(
            "this text does not say which environment it is about",
            hint="pass --env, or a report of `offers plan --format markdown`",
        )
    shown = fenced(text.rstrip().split("\n"), "text")
    return f"{report_marker(report, environment, _prefix(directory))}\n{shown}\n"


def _prefix(directory: Path | None) -> str:
    """What leads from the checkout to the project, as in its reports; where there is no project, to the folder."""
    from offers_sync.cli.places import prefix_between, repository_of  # noqa: PLC0415
    from offers_sync.loading.project import find_project  # noqa: PLC0415

    start = chosen_folder(None, directory)
    try:
        folder = find_project(start)
    except OffersError:
        folder = start.resolve()
    return prefix_between(folder, repository_of(folder))


def _number() -> int | None:
    """The pull request that started the job, if one did."""
    found = _PULL_REQUEST.fullmatch(os.environ.get("GITHUB_REF", ""))
    return int(found[1]) if found is not None else None


def _forge(repository: str) -> Forge:
    from offers_sync.forge.calling import Forge, Place  # noqa: PLC0415
    from offers_sync.models.secrets import Secret  # noqa: PLC0415

    text = os.environ.get(_TOKEN, "").strip()
    if not text:
        raise _NoTokenError(
            f"{_TOKEN} is not set", hint="give the step the job's token: GITHUB_TOKEN: ${{ github.token }}"
        )
    api = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    return Forge(Place(api, repository, Secret(text, _TOKEN)))


def _keep(forge: Forge, post: _Post) -> Kept:
    from offers_sync.forge.fitting import marker_of  # noqa: PLC0415
    from offers_sync.forge.sticking import close_issue, keep_comment, keep_issue  # noqa: PLC0415

    if post.title is None:
        return keep_comment(forge, post.number, post.text)
    return close_issue(forge, marker_of(post.text)) if post.is_over else keep_issue(forge, post.title, post.text)


def _add_to_summary(text: str) -> bool:
    """Put the text where a reader of the run finds it, as much as there is room for; whether there is such a place."""
    from offers_sync.forge.fitting import fitted  # noqa: PLC0415

    path = Path(os.environ.get(_SUMMARY, ""))
    if path == Path() or not text:
        return False
    try:
        room = _SUMMARY_BYTES - (path.stat().st_size if path.exists() else 0)
        with path.open("a", encoding="utf-8", errors="replace", newline="\n") as summary:
            summary.write(fitted(text, room).rstrip() + "\n\n")
    except OSError:
        return False
    return True
