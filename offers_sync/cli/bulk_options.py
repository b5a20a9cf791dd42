"""Options that ``gift`` and ``redeem`` share, declared once, and what they ask as one value."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from offers_sync.cli.options import project_options

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def results_option(command: Decorated) -> Decorated:
    """Where results go."""
    return click.option(
        "--results", type=click.Path(path_type=Path, dir_okay=False), help="The file for the results; beside the rows."
    )(command)


def outcome_option(command: Decorated) -> Decorated:
    """As what the outcome is printed; why nothing was sent has a form of its own, which ``telling_why`` gives."""
    return click.option(
        "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="As what."
    )(command)


def resending_options(command: Decorated) -> Decorated:
    """Which rows may be sent again."""
    command = click.option("--retry-failed", is_flag=True, help="Send rows again that the server refused.")(command)
    return click.option(
        "--resend-unknown", is_flag=True, help="Send rows again whose answer was lost; it may be for the second time."
    )(command)


def bulk_options(command: Callable[..., int]) -> Callable[..., int]:
    """What both commands understand, given to them as an ``Asked``; what is left are options of their own."""

    @wraps(command)
    def ask(  # noqa: PLR0913  one parameter for each option
        *,
        rows: Path,
        directory: Path | None,
        environment: str | None,
        name: str | None,
        yes: bool,
        skip_invalid: bool,
        allow_repeats: bool,
        again: bool,
        resend_unknown: bool,
        retry_failed: bool,
        results: Path | None,
        form: str,
        **own: Any,
    ) -> int:
        from offers_sync.cli.bulk import Asked, Resending  # noqa: PLC0415  help does not pay for it

        asked = Asked(
            rows,
            directory or Path(),
            environment,
            name,
            is_agreed=yes,
            skips_invalid=skip_invalid,
            allows_repeats=allow_repeats,
            allows_again=again,
            resending=Resending(resend_unknown, retry_failed),
            results=results,
            form=form,
        )
        return command(asked, **own)

    declared = results_option(outcome_option(resending_options(ask)))
    for option in (
        click.option("--again", is_flag=True, help="Send the rows although another run was made of them."),
        click.option("--allow-repeats", is_flag=True, help="Send rows that say the same as an earlier one."),
        click.option("--skip-invalid", is_flag=True, help="Leave rows with faults out and send the others."),
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option("--run", "name", metavar="NAME", help="The run's name; made of the file's by default."),
    ):
        declared = option(declared)
    return project_options(declared)
