"""``offers drift``: what changed outside git."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from offers_sync.cli.options import chosen_folder, project_options
from offers_sync.errors import ExitCode, OffersError


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@project_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="As what."
)
def drift(
    *, folder: Path | None, directory: Path | None, environment: str | None, form: Literal["text", "json"]
) -> int:
    """Show what changed outside git since it was last applied; exit with 2 when something did.

    What the files say now and is still to be applied is not looked at: `offers plan` shows that.
    """
    from offers_sync.cli import workspace as pieces  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.giving import give_failure  # noqa: PLC0415
    from offers_sync.cli.places import page_for  # noqa: PLC0415
    from offers_sync.reporting.drift import drift_text  # noqa: PLC0415
    from offers_sync.reporting.plan_json import plan_json  # noqa: PLC0415

    start = chosen_folder(folder, directory)
    try:
        workspace = pieces.open_workspace(start, environment, needs_documents=False)
        found = pieces.drift_online(workspace)
    except OffersError as error:
        give_failure(error, environment, start, form, ())
        raise
    page = page_for(form, workspace.folder)
    click.echo(plan_json(found, page) if form == "json" else drift_text(found, page), nl=False)
    return ExitCode.CHANGES if found.steps else ExitCode.DONE
