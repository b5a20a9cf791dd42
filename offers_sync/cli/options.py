"""Options that several commands share, declared once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from offers_sync.cli.completing import complete_documents, complete_environments

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


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


def chosen_folder(argument: Path | None, directory: Path | None) -> Path:
    """The folder that a DIR argument or ``-C`` names; a relative argument is taken from ``-C``."""
    start = directory if directory is not None else Path()
    return start / argument if argument is not None else start
