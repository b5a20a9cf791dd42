"""``offers apply``: carry a plan out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from offers_sync.cli.options import chosen_folder, narrowing_options, project_options
from offers_sync.errors import ExitCode, InvalidInputError, OffersError

if TYPE_CHECKING:
    from offers_sync.applying.outcomes import RunReport
    from offers_sync.cli.workspace import Asking, Workspace
    from offers_sync.reporting.saved_plan import SavedPlan

STDOUT = "-"


@click.command()
@click.argument("target", metavar="[DIR|PLAN]", required=False, type=click.Path(path_type=Path))
@project_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@narrowing_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="As what to tell it.",
)
@click.option("--events", metavar="FILE", help="Write what happens as JSON Lines to a file, or to stdout by `-`.")
@click.option(
    "--lease-seconds",
    type=click.FloatRange(min=0.5),
    default=60.0,
    show_default=True,
    help="How long a run that dies keeps others out.",
)
def apply(  # noqa: PLR0913  one parameter for each option
    *,
    target: Path | None,
    directory: Path | None,
    environment: str | None,
    yes: bool,
    only: tuple[str, ...],
    allow_creates: int | None,
    allow_updates: int | None,
    allow_lookalikes: tuple[str, ...],
    form: str,
    events: str | None,
    lease_seconds: float,
) -> int:
    """Carry the plan out: create in batches of twenty, update the rest, and read back what the server made of it.

    DIR is the project's folder. PLAN is a file that `offers plan --out` saved: a fresh plan is made, and unless the
    two are one, what differs is printed and nothing is written. Without PLAN the plan is shown and you are asked.
    """
    from offers_sync.cli.carrying import Order, carry_out, check_may_write  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.workspace import Asking  # noqa: PLC0415
    from offers_sync.planning.planner import Allowed  # noqa: PLC0415
    from offers_sync.state.leases import LeaseTerms  # noqa: PLC0415

    if events == STDOUT and form == "json":
        raise click.UsageError("--events - and --format json both want stdout.")
    asking = Asking(Allowed(allow_creates, allow_updates, frozenset(allow_lookalikes)), only)
    shown: list[bool] = []

    def show(report: RunReport) -> None:
        if not shown:
            shown.append(True)
            _show(report, workspace, form, is_err=events == STDOUT)

    try:
        saved = _saved_plan(target, directory, asking)
        start = chosen_folder(None if saved is not None else target, directory)
        workspace = _workspace(start, environment, saved)
        check_may_write(workspace, environment)
        order = Order(
            asking if saved is None else _asked(saved), saved, yes, events, LeaseTerms(term_seconds=lease_seconds)
        )
        return carry_out(workspace, order, show)
    except OffersError as error:
        if form == "json" and not shown:
            _say_why_not(error, environment)
        raise


def _saved_plan(target: Path | None, directory: Path | None, asking: Asking) -> SavedPlan | None:
    """The plan that an argument names, from where we stand or from ``-C``."""
    from offers_sync.cli.workspace import Asking  # noqa: PLC0415
    from offers_sync.reporting.saved_plan import read_saved_plan  # noqa: PLC0415

    if target is None:
        return None
    path = next((each for each in (target, chosen_folder(target, directory)) if each.is_file()), None)
    if path is None:
        return None
    if asking != Asking():
        raise click.UsageError("a saved plan says itself what it is narrowed to and what it lets through.")
    return read_saved_plan(path)


def _workspace(start: Path, environment: str | None, saved: SavedPlan | None) -> Workspace:
    from offers_sync.cli.giving import show_errors  # noqa: PLC0415
    from offers_sync.cli.workspace import FindingsError, open_workspace  # noqa: PLC0415

    if saved is not None and environment not in {None, saved.environment}:
        raise InvalidInputError(
            f"the saved plan is for the environment {saved.environment}, and {environment} was asked for",
            hint=f"plan for {environment}, or apply with --env {saved.environment}",
        )
    try:
        return open_workspace(start, environment if saved is None else saved.environment)
    except FindingsError as error:
        show_errors(error.findings, start)
        raise


def _asked(saved: SavedPlan) -> Asking:
    """What was asked when the plan was saved."""
    from offers_sync.cli.workspace import Asking  # noqa: PLC0415
    from offers_sync.planning.planner import Allowed  # noqa: PLC0415

    asked = saved.asked
    return Asking(Allowed(asked.allow_creates, asked.allow_updates, frozenset(asked.allow_lookalikes)), asked.only)


def _show(report: RunReport, workspace: Workspace, form: str, *, is_err: bool) -> None:
    if form == "json":
        from offers_sync.reporting.run_json import run_json  # noqa: PLC0415

        click.echo(run_json(report), nl=False, err=is_err)
        return
    from offers_sync.cli.places import page_for  # noqa: PLC0415
    from offers_sync.reporting.run import run_text  # noqa: PLC0415

    click.echo(run_text(report, page_for("text", workspace.folder)), nl=False, err=is_err)


def _say_why_not(error: OffersError, environment: str | None) -> None:
    from offers_sync.reporting.run_json import not_begun_json  # noqa: PLC0415

    if error.exit_code is not ExitCode.FAULT:
        click.echo(not_begun_json(error, environment), nl=False)
