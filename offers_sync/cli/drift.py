"""``offers drift``: what changed outside git."""

from __future__ import annotations

from pathlib import Path

import click

from offers_sync.cli.options import Report, chosen_folder, project_options, report_option
from offers_sync.errors import ExitCode, OffersError
from offers_sync.reporting.formats import DRIFT_FORMATS


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@project_options
@click.option(
    "--format",
    "form",
    type=click.Choice(list(DRIFT_FORMATS)),
    default="text",
    show_default=True,
    help="As what to print it.",
)
@report_option(DRIFT_FORMATS)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also when something changed.")
def drift(  # noqa: PLR0913  one parameter for each option
    *,
    folder: Path | None,
    directory: Path | None,
    environment: str | None,
    form: str,
    reports: tuple[Report, ...],
    exit_zero: bool,
) -> int:
    """Show what changed outside git since it was last applied; exit with 2 when something did, 4 when none can tell.

    What the files say now and is still to be applied is not looked at: `offers plan` shows that. As Markdown it is
    what `offers comment --issue` keeps an issue of.
    """
    from offers_sync.cli import workspace as pieces  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.filing import check_places  # noqa: PLC0415
    from offers_sync.cli.giving import give, give_failure  # noqa: PLC0415

    start = chosen_folder(folder, directory)
    try:
        check_places(path for _, path in reports)
        workspace = pieces.open_workspace(start, environment, needs_documents=False)
        found = pieces.drift_online(workspace)
    except OffersError as error:
        give_failure(error, environment, start, form, reports, DRIFT_FORMATS)
        raise
    give(found, workspace.folder, form, reports, DRIFT_FORMATS)
    if found.failure:
        return ExitCode.REFUSED
    return ExitCode.CHANGES if found.steps and not exit_zero else ExitCode.DONE
