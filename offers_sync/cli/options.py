"""Options that several commands share, declared once, and what their values may be."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from offers_sync.cli.completing import complete_documents, complete_environments
from offers_sync.errors import InvalidInputError, OffersError

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Report = tuple[str, Path]
"""A form and the file that it goes to."""


def directory_option(command: Decorated) -> Decorated:
    """The project's folder by ``-C``."""
    return click.option(
        "-C",
        "--directory",
        type=click.Path(path_type=Path),
        default=None,
        help="The project's folder; the current one by default.",
    )(command)


def project_options(command: Decorated) -> Decorated:
    """The project's folder, as an argument or by ``-C``, and the environment."""
    command = click.option(
        "--env",
        "environment",
        envvar="OFFERS_ENV",
        shell_complete=complete_environments,
        help="The environment; the first by default.",
    )(command)
    return directory_option(command)


def narrowing_options(command: Decorated) -> Decorated:
    """What a plan is narrowed to, and what it lets through that its guards refuse."""
    for option in (
        click.option(
            "--only",
            multiple=True,
            metavar="KIND/KEY",
            shell_complete=complete_documents,
            help="Only this document; repeatable.",
        ),
        click.option(
            "--allow-lookalike",
            "allow_lookalikes",
            multiple=True,
            metavar="KIND/KEY",
            shell_complete=complete_documents,
            help="Create it although something of its name lives already; repeatable.",
        ),
        click.option("--allow-updates", type=click.IntRange(min=0), metavar="N", help="Let this many updates through."),
        click.option(
            "--allow-creates", type=click.IntRange(min=0), metavar="N", help="Let this many creations through."
        ),
    ):
        command = option(command)
    return command


def report_option(forms: Collection[str]) -> Callable[[Decorated], Decorated]:
    """The files that a report is written to as well, each in a form."""

    def as_reports(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[Report, ...]:
        reports = []
        for value in values:
            form, _, file = value.partition("=")
            if form not in forms or not file:
                raise click.BadParameter(f"{value!r} is not FORMAT=FILE with one of {', '.join(forms)}.")
            reports.append((form, Path(file)))
        return tuple(reports)

    return click.option(
        "--report",
        "reports",
        callback=as_reports,
        multiple=True,
        metavar="FORMAT=FILE",
        help="Write it to a file as well; repeatable.",
    )


def format_option(*forms: str, help_text: str = "As what.", **more: Any) -> Callable[[Decorated], Decorated]:
    """As what a command prints what it gives; as JSON it says also why there is nothing to give."""

    def decorate(command: Decorated) -> Decorated:
        @wraps(command)
        def tell(*arguments: Any, form: str, **options: Any) -> Any:
            try:
                return command(*arguments, form=form, **options)
            except OffersError as error:
                if form == "json":
                    from offers_sync.reporting.failing import failure_json  # noqa: PLC0415  only where it is needed

                    click.echo(failure_json(error), nl=False)
                raise

        option = click.option(
            "--format", "form", type=click.Choice(forms), default=forms[0], show_default=True, help=help_text, **more
        )
        return cast("Decorated", option(tell))

    return decorate


def chosen_folder(argument: Path | None, directory: Path | None) -> Path:
    """The folder that a DIR argument or ``-C`` names; a relative argument is taken from ``-C``."""
    start = directory if directory is not None else Path()
    return start / argument if argument is not None else start


def checked_key(name: str, whose: str) -> str:
    """The name, where it can be one; raises ``InvalidInputError`` where it cannot."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    from offers_sync.models.fields import Key  # noqa: PLC0415

    try:
        return TypeAdapter(Key).validate_python(name)
    except ValidationError as error:
        hint = "use lower-case letters, digits and hyphens, such as marlow-burgers"
        raise InvalidInputError(f"`{name}` cannot be {whose} name", hint=hint) from error
