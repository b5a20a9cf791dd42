"""``offers init``: start a project in a folder, without touching what is there."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

import click

from offers_sync.cli.options import chosen_folder, directory_option
from offers_sync.errors import ExitCode, InvalidInputError

_PROJECT_FILE: Final = "offers.yaml"


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@directory_option
@click.option("--project", metavar="NAME", help="The project's name; that of the folder by default.")
def init(*, folder: Path | None, directory: Path | None, project: str | None) -> int:
    """Start a project in DIR: offers.yaml, an example of each kind, and completion for editors.

    A file that is already there is never overwritten.
    """
    from offers_sync.reporting.scaffolding import project_name, scaffold  # noqa: PLC0415  help does not pay for it

    chosen = chosen_folder(folder, directory)
    place = chosen.resolve()
    _refuse_nested(place)
    texts = scaffold(_checked(project) if project is not None else project_name(place.name))
    existing = [path for path in texts if _is_there(place / path)]
    if _PROJECT_FILE in existing:
        raise InvalidInputError(_summary(chosen, texts, existing), hint="edit what is there, or choose another folder")
    for path, text in texts.items():
        if path in existing:
            click.echo(f"kept     {path}")
        else:
            _write(place / path, text)
            click.echo(f"created  {path}")
    _say_next(chosen)
    return ExitCode.DONE


def _checked(name: str) -> str:
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    from offers_sync.models.fields import Key  # noqa: PLC0415

    try:
        return TypeAdapter(Key).validate_python(name)
    except ValidationError as error:
        hint = "use lower-case letters, digits and hyphens, such as marlow-burgers"
        raise InvalidInputError(f"`{name}` cannot be a project's name", hint=hint) from error


def _refuse_nested(place: Path) -> None:
    for parent in place.parents:
        if (parent / _PROJECT_FILE).is_file():
            raise InvalidInputError(
                f"{place} lies inside the project of {parent / _PROJECT_FILE}, which would read its files too",
                hint="start the project outside of it",
            )


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _summary(folder: Path, texts: dict[str, str], existing: list[str]) -> str:
    lines = [f"{folder / _PROJECT_FILE} is already there, so nothing was written"]
    lines += [f"  exists         {path}" for path in existing]
    lines += [f"  not written    {path}" for path in texts if path not in existing]
    return "\n".join(lines)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be written: {error.strerror}", hint="choose another folder") from error


def _say_next(folder: Path) -> None:
    there = "" if folder == Path() else f" -C {shlex.quote(str(folder))}"
    commands = {
        f"offers validate{there}": "checks the files",
        f"offers plan{there}": "shows what applying would do, on the embedded sandbox",
        "offers explain redeemable": "says what an offer may hold",
    }
    widest = max(len(command) for command in commands)
    click.echo("", err=True)
    for command, purpose in commands.items():
        click.echo(f"{command:{widest}}  # {purpose}", err=True)
