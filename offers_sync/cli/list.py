"""``offers list``: what lives on the server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from offers_sync.cli.options import chosen_folder, format_option, project_options
from offers_sync.cli.talking import say
from offers_sync.errors import ExitCode, InvalidInputError

if TYPE_CHECKING:
    from offers_sync.cli.workspace import Workspace
    from offers_sync.reporting.listing import Keys, ListName, LiveList
    from offers_sync.wire.client import Client

LISTS: Final = ("redeemables", "selectors", "criteria", "segments", "locations")


@click.command("list")
@click.argument("name", metavar="|".join(LISTS), type=click.Choice(LISTS))
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@project_options
@format_option("table", "json", "csv")
@click.option("--unmanaged", is_flag=True, help="Only what git has no document of.")
def list_(  # noqa: PLR0913  one parameter for each option
    *, name: str, folder: Path | None, directory: Path | None, environment: str | None, form: str, unmanaged: bool
) -> int:
    """Show what lives on the server, whether git has a document of it or not.

    The files need not be free of faults: of them, only offers.yaml is needed. As CSV, a cell that a spreadsheet
    would compute has an apostrophe before it; as JSON everything is as the server has it.
    """
    from offers_sync.cli import workspace as pieces  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.places import page_for  # noqa: PLC0415
    from offers_sync.reporting.listing_forms import LIST_FORMS  # noqa: PLC0415

    if unmanaged and name in ("segments", "locations"):
        raise InvalidInputError(f"git manages no {name}", hint="leave --unmanaged out")
    workspace = pieces.open_workspace(chosen_folder(folder, directory), environment, needs_documents=False)
    with pieces.open_client(workspace) as client:
        shown = _read(cast("ListName", name), client, workspace, only_unmanaged=unmanaged)
    click.echo(LIST_FORMS[form](shown, page_for("text", workspace.folder)), nl=False)
    if shown.gap:
        say(f"this may not be all: {shown.gap}")
    return ExitCode.DONE


def _read(name: ListName, client: Client, workspace: Workspace, *, only_unmanaged: bool) -> LiveList:
    from offers_sync.reporting import listing  # noqa: PLC0415
    from offers_sync.wire import reading  # noqa: PLC0415

    environment = workspace.environment
    if name == "segments":
        return listing.segment_list(environment, reading.read_segments(client))
    if name == "locations":
        locations, groups = reading.read_locations(client), reading.read_location_groups(client)
        return listing.location_list(environment, locations, groups, _aliases(workspace))
    keys: Keys = {(each.kind, each.external_id): each.key for each in workspace.resolution.desired}
    shown = _read_objects(name, client, environment, keys)
    if only_unmanaged:
        columns = tuple(column for column in shown.columns if column != "key")
        return replace(shown, columns=columns, entries=tuple(entry for entry in shown.entries if not entry.is_managed))
    return shown


def _read_objects(name: ListName, client: Client, environment: str, keys: Keys) -> LiveList:
    """The full list, or what the distribution side shows of the redeemables where that is all there is."""
    from offers_sync.reporting import listing  # noqa: PLC0415
    from offers_sync.wire import reading  # noqa: PLC0415
    from offers_sync.wire.client import FeatureOffError  # noqa: PLC0415
    from offers_sync.wire.snapshot import unverified  # noqa: PLC0415

    kind = listing.OBJECT_LISTS[name]
    try:
        found = reading.read_listing(client, kind)
    except FeatureOffError as error:
        if kind != "redeemable":
            raise
        return listing.offered_list(name, environment, reading.read_offered(client), unverified(error))
    return listing.object_list(name, environment, found, keys)


def _aliases(workspace: Workspace) -> dict[str, str]:
    return {**(workspace.project.locations or {}), **(workspace.settings.locations or {})}
