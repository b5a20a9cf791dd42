"""``offers init``: start a project in a folder, without touching what is there."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from offers_sync.cli.filing import is_there, write_new
from offers_sync.cli.options import checked_key, chosen_folder, directory_option
from offers_sync.cli.talking import say
from offers_sync.errors import ExitCode, InvalidInputError

if TYPE_CHECKING:
    from offers_sync.reporting.pipelines import Forge

_PROJECT_FILE: Final = "offers.yaml"


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@directory_option
@click.option("--project", metavar="NAME", help="The project's name; that of the folder by default.")
@click.option("--ci", "forge", type=click.Choice(["github", "gitlab"]), help="Write a pipeline, too.")
@click.option(
    "--env", "environment", metavar="NAME", help="With --ci: its environment; the first that is served by default."
)
@click.option(
    "--origin",
    metavar="OWNER/NAME@COMMIT",
    help="With --ci: where it has offers from; where this one is from by default.",
)
def init(  # noqa: PLR0913  one parameter for each option
    *,
    folder: Path | None,
    directory: Path | None,
    project: str | None,
    forge: Forge | None,
    environment: str | None,
    origin: str | None,
) -> int:
    """Start a project in DIR: offers.yaml, an example of each kind, and completion for editors.

    With --ci also a pipeline: a pull request is planned, what is merged is applied, and a schedule looks for drift.
    Where DIR is a project already, the pipeline is all that is written.

    A file that is already there is never overwritten.
    """
    chosen = chosen_folder(folder, directory)
    if forge is None and (environment or origin):
        raise click.UsageError("--env and --origin say how a pipeline is written: they need --ci.")
    if forge is None or project is not None or not _is_project(chosen):
        _start(chosen, project)
        _say_next(chosen)
    if forge is not None:
        from offers_sync.cli.pipelining import Wanted, write_pipeline  # noqa: PLC0415  help does not pay for it

        write_pipeline(chosen, Wanted(forge, environment, origin))
    return ExitCode.DONE


def _is_project(chosen: Path) -> bool:
    from offers_sync.loading.project import find_project  # noqa: PLC0415

    try:
        find_project(chosen)
    except InvalidInputError:
        return False
    return True


def _start(chosen: Path, project: str | None) -> None:
    from offers_sync.reporting.scaffolding import project_name, scaffold  # noqa: PLC0415

    place = chosen.resolve()
    _refuse_nested(place)
    texts = scaffold(checked_key(project, "a project's") if project is not None else project_name(place.name))
    existing = [path for path in texts if is_there(place / path)]
    if _PROJECT_FILE in existing:
        raise InvalidInputError(
            f"{chosen / _PROJECT_FILE} is already there, so nothing was written",
            hint="edit what is there, or choose another folder",
            details=tuple(_summary(texts, existing)),
        )
    for path, text in texts.items():
        if path in existing:
            click.echo(f"kept     {path}")
        else:
            write_new(place / path, text)
            click.echo(f"created  {path}")


def _refuse_nested(place: Path) -> None:
    for parent in place.parents:
        if (parent / _PROJECT_FILE).is_file():
            raise InvalidInputError(
                f"{place} lies inside the project of {parent / _PROJECT_FILE}, which would read its files too",
                hint="start the project outside of it",
            )


def _summary(texts: Iterable[str], existing: Collection[str]) -> Iterator[str]:
    yield from (f"  exists         {path}" for path in existing)
    yield from (f"  not written    {path}" for path in texts if path not in existing)


def _say_next(folder: Path) -> None:
    there = "" if folder == Path() else f" -C {shlex.quote(str(folder))}"
    commands = {
        f"offers validate{there}": "checks the files",
        f"offers plan{there}": "shows what applying would do, on the embedded sandbox",
        "offers explain redeemable": "says what an offer may hold",
    }
    widest = max(len(command) for command in commands)
    say("")
    for command, purpose in commands.items():
        say(f"{command:{widest}}  # {purpose}")
