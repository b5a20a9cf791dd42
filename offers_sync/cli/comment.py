"""``offers comment``: a report as the one comment of a pull request, or as the one open issue, at the code host."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from offers_sync.cli.completing import complete_environments
from offers_sync.errors import InvalidInputError, OffersError, RefusedError

if TYPE_CHECKING:
    from offers_sync.forge.calling import Forge
    from offers_sync.forge.sticking import Kept

_TOKEN: Final = "GITHUB_TOKEN"  # noqa: S105  the variable's name
_PULL_REQUEST: Final = re.compile(r"refs/pull/([1-9][0-9]*)/\w+")


@click.command()
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--pull-request", type=click.IntRange(min=1), metavar="N", help="Its number; from GITHUB_REF by default.")
@click.option("--issue", "title", metavar="TITLE", help="Keep one open issue of this title instead of a comment.")
@click.option("--close", is_flag=True, help="With --issue: there is nothing to say any more, so close the open one.")
@click.option(
    "--repository", envvar="GITHUB_REPOSITORY", metavar="OWNER/NAME", help="Or the variable GITHUB_REPOSITORY."
)
@click.option(
    "--env",
    "environment",
    envvar="OFFERS_ENV",
    shell_complete=complete_environments,
    help="The environment that plain text is about; a plan says it itself.",
)
def comment(  # noqa: PLR0913  one parameter for each option
    *,
    file: Path | None,
    pull_request: int | None,
    title: str | None,
    close: bool,
    repository: str | None,
    environment: str | None,
) -> None:
    """Post a report to GitHub, or update the one that is there; from FILE, or from stdin.

    A report of `offers plan --format markdown` carries a hidden first line by which its comment is found again: one
    for each environment, never a second one. Any other text needs --env.

    The key comes from GITHUB_TOKEN. Where it may not comment, as on a pull request from a fork, the report goes to
    the step summary (GITHUB_STEP_SUMMARY) instead.
    """
    from offers_sync.forge.calling import NotPermittedError  # noqa: PLC0415  help does not pay for it

    if close and title is None:
        raise click.UsageError("--close needs --issue: comments are not closed.")
    text = "" if close else _read(file)
    marked = _marked(text, "drift" if title is not None else "text", environment)
    if not repository:
        raise click.UsageError("which repository? Pass --repository, or set GITHUB_REPOSITORY.")
    number = pull_request or (0 if title is not None else _number())
    try:
        with _forge(repository) as forge:
            kept = _keep(forge, number, title, marked, is_over=close)
    except (NotPermittedError, _NoTokenError) as error:
        _summarize(marked if not close else "", error)
        return
    what = "issue" if title is not None else "comment"
    click.echo(f"{what} {kept.deed}{': ' + kept.url if kept.url else ''}", err=True)


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


def _marked(text: str, report: str, environment: str | None) -> str:
    """The text with a hidden first line; one that has none is no Markdown of ours, and is shown as it is."""
    from offers_sync.forge.fitting import marker_of  # noqa: PLC0415
    from offers_sync.reporting.markdown import fenced, marker  # noqa: PLC0415

    if marker_of(text):
        return text
    if not environment:
        raise InvalidInputError(
            "this text does not say which environment it is about",
            hint="pass --env, or a report of `offers plan --format markdown`",
        )
    shown = fenced(text.rstrip().split("\n"), "text")
    return f"{marker(report=report, environment=environment)}\n{shown}\n"


def _number() -> int:
    found = _PULL_REQUEST.fullmatch(os.environ.get("GITHUB_REF", ""))
    if found is None:
        raise click.UsageError("which pull request? Pass --pull-request, or --issue for an issue.")
    return int(found[1])


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


def _keep(forge: Forge, number: int, title: str | None, text: str, *, is_over: bool) -> Kept:
    from offers_sync.forge.fitting import marker_of  # noqa: PLC0415
    from offers_sync.forge.sticking import close_issue, keep_comment, keep_issue  # noqa: PLC0415

    if title is None:
        return keep_comment(forge, number, text)
    return close_issue(forge, marker_of(text)) if is_over else keep_issue(forge, title, text)


def _summarize(text: str, error: OffersError) -> None:
    """Put the text where a reader of the run finds it, and say why; without such a place the error stands."""
    from offers_sync.forge.fitting import fitted  # noqa: PLC0415

    path = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not path or not text:
        raise error
    try:
        with Path(path).open("a", encoding="utf-8", errors="replace", newline="\n") as summary:
            summary.write(fitted(text).rstrip() + "\n\n")
    except OSError as fault:
        raise error from fault
    click.echo(
        f"not commented: {error.message}\nhint: {error.hint}\nthe report is in the step summary instead", err=True
    )
