"""``offers doctor``: look at each thing that has to work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from offers_sync.cli.options import chosen_folder, project_options
from offers_sync.errors import OffersError

if TYPE_CHECKING:
    from offers_sync.cli.workspace import Workspace
    from offers_sync.reporting.doctor import Check


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@project_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="As what."
)
def doctor(
    *, folder: Path | None, directory: Path | None, environment: str | None, form: Literal["text", "json"]
) -> int:
    """Look at each thing that has to work: a line for each, with the remedy; nothing on the server is changed.

    Exits with 0 when all is well, else with the code of the first thing that is not: 3 for the files and settings,
    4 for the key, its rights and the features, 5 for what cannot be reached.
    """
    from offers_sync.cli.examining import examine  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.workspace import open_workspace  # noqa: PLC0415
    from offers_sync.reporting.doctor import checks_json, checks_text, exit_code_of  # noqa: PLC0415

    opened: Workspace | OffersError
    try:
        opened = open_workspace(chosen_folder(folder, directory), environment, needs_documents=False)
    except OffersError as error:
        opened = error
    checks: list[Check] = list(examine(opened))
    name = environment or "" if isinstance(opened, OffersError) else opened.environment
    click.echo(checks_json(name, checks) if form == "json" else checks_text(checks), nl=False)
    return exit_code_of(checks)
