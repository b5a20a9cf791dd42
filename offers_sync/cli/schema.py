"""``offers schema``: write the JSON Schemas of files and formats."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path

import click

from offers_sync.errors import ExitCode, InvalidInputError


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a file.")
@click.option(
    "--directory", type=click.Path(path_type=Path), metavar="DIR", help="Write DIR/NAME.json for each NAME, or for all."
)
@click.option("--list", "is_list", is_flag=True, help="List the names.")
def schema(*, names: tuple[str, ...], output: Path | None, directory: Path | None, is_list: bool) -> int:
    """Write the JSON Schema (draft 2020-12) of a file or a format.

    NAME is a kind of document, `project` for offers.yaml, `any` for a document of whatever kind (the default), or one
    of the formats that --list shows.
    """
    from offers_sync.reporting.published import PUBLISHED, schema_text  # noqa: PLC0415  help does not pay for it

    for name in names:
        _check(name, PUBLISHED)
    if is_list:
        _list({name: published.summary for name, published in PUBLISHED.items()})
    elif directory is not None and output is not None:
        raise click.UsageError("--output and --directory exclude each other.")
    elif directory is not None:
        for name in names or PUBLISHED:
            _write(directory / f"{name}.json", schema_text(name))
            click.echo(str(directory / f"{name}.json"))
    elif len(names) > 1:
        raise click.UsageError("several schemas need --directory.")
    else:
        _give(schema_text(names[0] if names else "any"), output)
    return ExitCode.DONE


def _check(name: str, known: Collection[str]) -> None:
    if name in known:
        return
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"the schemas are {', '.join(known)}"
    raise InvalidInputError(f"there is no schema `{name}`", hint=hint)


def _list(summaries: Mapping[str, str]) -> None:
    widest = max(len(name) for name in summaries)
    for name, summary in summaries.items():
        click.echo(f"{name:{widest}}  {summary}")


def _give(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(output, text)


def _write(path: Path, text: str) -> None:
    from offers_sync.cli.filing import check_places, write_whole  # noqa: PLC0415  help does not pay for it

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error
    check_places([path])
    write_whole(path, [text])
