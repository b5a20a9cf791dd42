"""``offers plan``: show what applying would do."""

from __future__ import annotations

from pathlib import Path

import click

from offers_sync.cli.options import chosen_folder, project_options
from offers_sync.errors import ExitCode


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@project_options
@click.option("--allow-creates", type=click.IntRange(min=0), metavar="N", help="Let this many creations through.")
@click.option("--allow-updates", type=click.IntRange(min=0), metavar="N", help="Let this many updates through.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there is something to do.")
def plan(  # noqa: PLR0913  one parameter for each option
    *,
    folder: Path | None,
    directory: Path | None,
    environment: str | None,
    allow_creates: int | None,
    allow_updates: int | None,
    detailed_exitcode: bool,
) -> int:
    """Show what applying would do; nothing is written."""
    from offers_sync.cli import workspace as pieces  # noqa: PLC0415  help does not pay for it
    from offers_sync.planning.planner import Allowed  # noqa: PLC0415
    from offers_sync.reporting.plan import plan_text  # noqa: PLC0415

    workspace = pieces.open_workspace(chosen_folder(folder, directory), environment)
    with pieces.open_client(workspace) as client, pieces.open_store(workspace) as store:
        snapshot = pieces.read_snapshot(client, workspace)
        made = pieces.plan_for(workspace, snapshot, store.applied(), Allowed(allow_creates, allow_updates))
    click.echo(plan_text(made), nl=False)
    if made.refusals:
        return ExitCode.CONSENT
    return ExitCode.CHANGES if detailed_exitcode and not made.is_empty else ExitCode.DONE
