"""``offers apply``: carry the plan out."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

import click

from offers_sync.cli.options import chosen_folder, project_options
from offers_sync.errors import ConsentError, ExitCode


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@project_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--allow-creates", type=click.IntRange(min=0), metavar="N", help="Let this many creations through.")
@click.option("--allow-updates", type=click.IntRange(min=0), metavar="N", help="Let this many updates through.")
def apply(  # noqa: PLR0913  one parameter for each option
    *,
    folder: Path | None,
    directory: Path | None,
    environment: str | None,
    yes: bool,
    allow_creates: int | None,
    allow_updates: int | None,
) -> int:
    """Carry the plan out: create in batches of twenty, update the rest, and read back what the server made of it."""
    from offers_sync.applying.running import apply_plan  # noqa: PLC0415  help does not pay for it
    from offers_sync.applying.surroundings import Patience, Surroundings  # noqa: PLC0415
    from offers_sync.cli import workspace as pieces  # noqa: PLC0415
    from offers_sync.planning.planner import Allowed  # noqa: PLC0415
    from offers_sync.reporting.plan import plan_text  # noqa: PLC0415
    from offers_sync.reporting.run import run_text  # noqa: PLC0415
    from offers_sync.state.leases import hold_environment  # noqa: PLC0415

    workspace = pieces.open_workspace(chosen_folder(folder, directory), environment)
    with pieces.open_client(workspace) as client, pieces.open_store(workspace) as store:
        snapshot = pieces.read_snapshot(client, workspace)
        asking = pieces.Asking(Allowed(allow_creates, allow_updates))
        made = pieces.plan_for(workspace, snapshot, store.applied(), asking)
        click.echo(plan_text(made), err=True, nl=False)
        if made.refusals:
            raise ConsentError("a guard refused the plan; nothing was written", hint=made.refusals[0].allow_with)
        if made.is_empty:
            return ExitCode.DONE
        _ask(yes)
        surroundings = Surroundings(
            client,
            store,
            criteria=workspace.settings.criteria or "separate",
            locate=workspace.loaded.locate,
            patience=Patience(settle_seconds=0.0 if workspace.is_embedded else 960.0),
        )
        run = str(uuid.uuid4())
        with hold_environment(store, run, "somebody"):
            report = apply_plan(made, run, surroundings)
    click.echo(run_text(report), nl=False)
    return report.exit_code


def _ask(yes: bool) -> None:  # noqa: FBT001  the option itself
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConsentError("nothing was written: nobody is there to agree", hint="pass --yes to apply without asking")
    if not click.confirm("Apply this?", err=True):
        raise ConsentError("nothing was written")
