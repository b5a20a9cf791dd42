"""``offers validate``: every fault of every file in one run, without a key and without a network."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from offers_sync import codes
from offers_sync.cli.options import directory_option
from offers_sync.cli.places import prefix_between, repository_of
from offers_sync.collecting import keep_to_the_end
from offers_sync.errors import ExitCode, InvalidInputError, OffersError
from offers_sync.findings import Finding, has_errors
from offers_sync.loading.project import find_project
from offers_sync.reporting.findings import Summary, findings_github, findings_json, findings_text, summary_text

if TYPE_CHECKING:
    from offers_sync.loading.focusing import Focus

Format = Literal["text", "json", "sarif", "github"]


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR|FILE]...")
@directory_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    envvar="OFFERS_VALIDATE_FORMAT",
    help="As what.",
)
def validate(*, paths: tuple[Path, ...], directory: Path | None, form: Format) -> int:
    """Check the files of a project, all faults in one run; no key and no network is needed.

    With a FILE or a folder inside the project, faults of other files are not shown, but references to them
    are checked all the same.
    """
    from offers_sync.loading.loading import load_project  # noqa: PLC0415  help needs none of it

    start = directory if directory is not None else Path()
    try:
        folder, focus = _choose(start, [start / path for path in paths])
    except OffersError as error:
        _give_failure(error, start, form)
        raise
    hosts = os.environ.get("OFFERS_HOSTS", "").replace(",", " ").split()
    loaded = load_project(folder, hosts=hosts, now=datetime.now(UTC), focus=focus)
    keep_to_the_end(loaded)
    summary = Summary.of(loaded.findings, loaded.count, loaded.waived)
    click.echo(_render(loaded.findings, summary, folder, form), nl=False)
    click.echo(summary_text(summary), err=True)
    return ExitCode.INVALID if has_errors(loaded.findings) else ExitCode.DONE


def _give_failure(error: OffersError, start: Path, form: Format) -> None:
    """Say as a finding why nothing was checked, unless a person is told anyway."""
    from offers_sync.reporting.failing import finding_of  # noqa: PLC0415  only where it is needed

    findings = (finding_of(error, codes.FILE_UNREADABLE),)
    if form != "text":
        click.echo(_render(findings, Summary.of(findings, 0), start, form), nl=False)


def _choose(start: Path, paths: list[Path]) -> tuple[Path, Focus | None]:
    """The project, and what of it is asked about: nothing in particular where its own folder is named."""
    from offers_sync.loading.focusing import Focus  # noqa: PLC0415  help needs none of it

    folder = find_project(paths[0] if paths else start)
    names = [_name_within(folder, path) for path in paths]
    return folder, None if not names or "" in names else Focus(tuple(names))


def _name_within(folder: Path, path: Path) -> str:
    """A path as the project calls it; a symbolic link is the name it has, not what it leads to."""
    from offers_sync.loading.files import is_read  # noqa: PLC0415  help needs none of it

    place = path.parent.resolve() / path.name if path.name not in ("", "..") else path.resolve()
    if not path.exists():
        raise _unreadable(f"{path} does not exist", "check the path")
    if not place.is_relative_to(folder):
        message, hint = f"{path} is not in the project {folder}", "validate each project by itself"
        raise InvalidInputError(message, hint=hint, code=codes.FILE_OUTSIDE.name)
    name = place.relative_to(folder).as_posix()
    if any(part.startswith(".") for part in place.relative_to(folder).parts):
        raise _unreadable(f"{path} is hidden, so it is no part of the project", "rename it")
    if path.is_dir() and not path.is_symlink():
        return "" if name == "." else name + "/"
    if not is_read(place.name):
        raise _unreadable(f"{path} is no YAML file", "documents are in files that end in .yaml")
    return name


def _unreadable(message: str, hint: str) -> InvalidInputError:
    return InvalidInputError(message, hint=hint, code=codes.FILE_UNREADABLE.name)


def _render(findings: tuple[Finding, ...], summary: Summary, folder: Path, form: Format) -> str:
    match form:
        case "text":
            width = shutil.get_terminal_size().columns
            return findings_text(findings, width, prefix_between(folder, Path.cwd()))
        case "json":
            return findings_json(findings, summary)
        case "github":
            return findings_github(findings, prefix_between(folder, repository_of(folder)))
        case "sarif":
            from offers_sync.reporting.findings_sarif import findings_sarif  # noqa: PLC0415  one format of four

            return findings_sarif(findings, prefix_between(folder, repository_of(folder)))
