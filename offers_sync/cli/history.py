"""``offers history``: the runs of an environment."""

from __future__ import annotations

from pathlib import Path

import click

from offers_sync.cli.options import chosen_folder, format_option, project_options
from offers_sync.errors import ExitCode


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@project_options
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="The most runs to show.")
@format_option("text", "json")
def history(*, folder: Path | None, directory: Path | None, environment: str | None, limit: int, form: str) -> int:
    """Show who applied what, when, from which commit, and how it ended; the newest run first."""
    from offers_sync.cli.workspace import open_store, open_workspace  # noqa: PLC0415  help does not pay for it
    from offers_sync.reporting.history import history_json, history_text  # noqa: PLC0415

    workspace = open_workspace(chosen_folder(folder, directory), environment, needs_documents=False)
    with open_store(workspace) as store:
        runs = store.history(limit)
        text = history_json(runs) if form == "json" else history_text(runs, store.current_hold())
    click.echo(text, nl=False)
    return ExitCode.DONE
