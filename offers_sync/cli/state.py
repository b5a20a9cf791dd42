"""``offers state``: make a memory on purpose, look into it, and have it forget a document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from offers_sync.cli.completing import complete_documents
from offers_sync.cli.options import format_option, project_options
from offers_sync.errors import ExitCode, InvalidInputError

if TYPE_CHECKING:
    from offers_sync.cli.workspace import Workspace
    from offers_sync.models.values import Applied
    from offers_sync.state.records import Entry
    from offers_sync.state.store import Store


@click.group()
def state() -> None:
    """What the tool remembers of an environment: a journal and a cache, never the truth."""


@state.command("init")
@project_options
def init(*, directory: Path | None, environment: str | None) -> int:
    """Make the environment's memory on purpose, which what cannot be undone or looked up asks for.

    A fresh runner's empty file must not be taken for a memory of nothing sent: campaigns, gifts and redemptions need
    a memory that somebody made, and that lasts.
    """
    from offers_sync.cli.authors import author_of  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.workspace import open_store  # noqa: PLC0415

    workspace = _workspace(directory, environment)
    with open_store(workspace) as store:
        is_new = store.make_on_purpose(author_of(workspace.folder).who)
        title = store.database.title
    done = "made" if is_new else "was made before"
    click.echo(f"the memory of {workspace.environment} {done}: {title}")
    return ExitCode.DONE


@state.command("list")
@project_options
@format_option("text", "json")
def list_(*, directory: Path | None, environment: str | None, form: str) -> int:
    """Show what is remembered, what is open, and who holds the environment."""
    from offers_sync.cli.workspace import open_store  # noqa: PLC0415  help does not pay for it
    from offers_sync.reporting.history import state_json, state_text  # noqa: PLC0415

    with open_store(_workspace(directory, environment)) as store:
        entries = (*store.open_entries(), *_open_campaigns(store))
        known = (store.applied(), entries, store.made_on_purpose(), store.current_hold())
    click.echo(state_json(*known) if form == "json" else state_text(*known), nl=False)
    return ExitCode.DONE


@state.command("forget")
@click.argument("names", nargs=-1, required=True, metavar="KIND/KEY...", shell_complete=complete_documents)
@project_options
def forget(*, names: tuple[str, ...], directory: Path | None, environment: str | None) -> int:
    """Forget documents that left git for good; their objects live on, and are called orphans no more.

    A KEY without its KIND is every document of that key, inline criteria included. Nothing is sent.
    """
    from offers_sync.cli.workspace import open_store  # noqa: PLC0415  help does not pay for it

    with open_store(_workspace(directory, environment)) as store:
        applied = store.applied()
        chosen = [each for name in names for each in _named(name, applied)]
        _refuse_open(chosen, store.open_entries())
        store.forget(chosen)
    for each in chosen:
        click.echo(f"forgot {each.kind}/{each.key}")
    return ExitCode.DONE


def _workspace(directory: Path | None, environment: str | None) -> Workspace:
    """The environment; one whose memory would end with this process has none to look into."""
    from offers_sync.cli.workspace import open_workspace, state_location  # noqa: PLC0415

    workspace = open_workspace(directory or Path(), environment, needs_documents=False)
    if state_location(workspace) is None:
        raise InvalidInputError(
            f"the environment {workspace.environment} does not say where its state is",
            hint="write `state: ${OFFERS_STATE_URL}` or `state: local` in offers.yaml",
        )
    return workspace


def _open_campaigns(store: Store) -> Iterator[Entry]:
    """The campaigns of which nobody knows, as the writes that they are."""
    from offers_sync.state.campaigns import Campaigns  # noqa: PLC0415  help does not pay for it
    from offers_sync.state.records import Entry, EntryId, Intent  # noqa: PLC0415

    for each in Campaigns(store).all():
        if each.is_open:
            intent = Intent("distribute", "campaign", each.key, each.external_id)
            yield Entry(EntryId(each.run, 0), intent, each.sent, each.ended)


def _named(name: str, applied: tuple[Applied, ...]) -> list[Applied]:
    if name.startswith("campaign/"):
        raise InvalidInputError(
            f"{name} is a campaign, and what was sent of those is never forgotten",
            hint=f"`offers runs show {name}` says what is known of it",
        )
    inside = f"{name.removeprefix('redeemable/')}/receipt_rule"
    found = [each for each in applied if name in {each.key, f"{each.kind}/{each.key}"}]
    found += [each for each in applied if each.kind == "criterion" and each.key == inside]
    if not found:
        raise InvalidInputError(f"nothing is remembered of {name}", hint="`offers state list` shows what is")
    return found


def _refuse_open(chosen: list[Applied], entries: tuple[Entry, ...]) -> None:
    ids = {(each.kind, each.external_id) for each in chosen}
    for entry in entries:
        if (entry.intent.kind, entry.intent.external_id) in ids:
            raise InvalidInputError(
                f"nobody knows yet what became of {entry.intent.kind}/{entry.intent.key}, so it is not forgotten",
                hint="apply again: that looks for it first",
            )
