"""``offers plan``: show what applying would do."""

from __future__ import annotations

from pathlib import Path

import click

from offers_sync.cli.options import Report, chosen_folder, narrowing_options, project_options, report_option
from offers_sync.errors import ExitCode, OffersError
from offers_sync.reporting.formats import FORMATS


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@project_options
@click.option(
    "--base", metavar="REF", help="Tell what this branch changes from what was pending where it left this commit."
)
@click.option("--offline", is_flag=True, help="Compare with the base as if it were applied: no key, no network.")
@narrowing_options
@click.option("--show-unmanaged", is_flag=True, help="List fields that are set on the server and not in git.")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="As what to print it."
)
@report_option(FORMATS)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Save the plan for `offers apply`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when something would change, kept back or not.")
def plan(  # noqa: PLR0913  one parameter for each option
    *,
    folder: Path | None,
    directory: Path | None,
    environment: str | None,
    base: str | None,
    offline: bool,
    only: tuple[str, ...],
    allow_creates: int | None,
    allow_updates: int | None,
    allow_lookalikes: tuple[str, ...],
    show_unmanaged: bool,
    form: str,
    reports: tuple[Report, ...],
    out: Path | None,
    detailed_exitcode: bool,
) -> int:
    """Show what applying would do; nothing is written.

    With --base, each change says whether this branch is answerable for it. The exit code is 6 when a guard refuses
    something, and 3 when the files have faults.
    """
    from offers_sync.cli import workspace as pieces  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.filing import check_places  # noqa: PLC0415
    from offers_sync.cli.giving import give, give_failure  # noqa: PLC0415
    from offers_sync.planning.planner import Allowed  # noqa: PLC0415

    if offline and base is None:
        raise click.UsageError("--offline needs --base: it compares with the base as if it were applied.")
    if base is not None and not base.strip():
        raise click.UsageError("--base is empty: name a commit, such as origin/main; perhaps a variable is not set.")
    start = chosen_folder(folder, directory)
    files = [*reports, *([("json", out)] if out is not None else [])]
    asking = pieces.Asking(Allowed(allow_creates, allow_updates, frozenset(allow_lookalikes)), only, show_unmanaged)
    try:
        check_places(path for _, path in files)
        workspace = pieces.open_workspace(start, environment, base=base)
        made = pieces.plan_offline(workspace, asking) if offline else pieces.plan_online(workspace, asking)
    except OffersError as error:
        give_failure(error, environment, start, form, reports)
        raise
    give(made, workspace.folder, form, files)
    if any(guard.refused for guard in made.guards):
        return ExitCode.CONSENT
    return ExitCode.CHANGES if detailed_exitcode and made.steps else ExitCode.DONE
