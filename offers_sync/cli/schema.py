"""``offers schema``: write the JSON Schemas of files and formats."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from offers_sync.errors import ExitCode, InvalidInputError


@click.command()
@click.argument("name", default="any", metavar="[NAME]")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a file.")
@click.option(
    "--directory", type=click.Path(path_type=Path), metavar="DIR", help="Write every schema, as DIR/NAME.json."
)
@click.option("--list", "is_list", is_flag=True, help="List the names.")
def schema(*, name: str, output: Path | None, directory: Path | None, is_list: bool) -> int:
    """Write the JSON Schema (draft 2020-12) of a file or a format.

    NAME is a kind of document, `project` for offers.yaml, `any` for a document of whatever kind (the default), or one
    of the formats that --list shows.
    """
    if is_list:
        _list()
    elif directory is not None:
        _write_all(directory)
    else:
        _write_one(name, output)
    return ExitCode.DONE


def _list() -> None:
    from offers_sync.reporting.published import PUBLISHED  # noqa: PLC0415  help does not pay for the models

    widest = max(len(name) for name in PUBLISHED)
    for name, published in PUBLISHED.items():
        click.echo(f"{name:{widest}}  {published.summary}")


def _write_all(directory: Path) -> None:
    from offers_sync.reporting.published import PUBLISHED, schema_text  # noqa: PLC0415

    for name in PUBLISHED:
        path = directory / f"{name}.json"
        _write(path, schema_text(name))
        click.echo(str(path))


def _write_one(name: str, output: Path | None) -> None:
    from offers_sync.reporting.published import PUBLISHED, schema_text  # noqa: PLC0415

    if name not in PUBLISHED:
        close = get_close_matches(name, PUBLISHED, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"the schemas are {', '.join(PUBLISHED)}"
        raise InvalidInputError(f"there is no schema `{name}`", hint=hint)
    if output is None:
        click.echo(schema_text(name), nl=False)
    else:
        _write(output, schema_text(name))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error
