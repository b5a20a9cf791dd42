"""``offers graph``: print what refers to what."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from offers_sync.cli.completing import complete_documents
from offers_sync.cli.options import chosen_folder, directory_option, format_option
from offers_sync.errors import ExitCode, InvalidInputError

if TYPE_CHECKING:
    from offers_sync.reporting.graph import Graph


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@directory_option
@format_option("mermaid", "dot", "json")
@click.option(
    "--only",
    metavar="KIND/KEY",
    shell_complete=complete_documents,
    help="Only what this document depends on, and what depends on it.",
)
def graph(
    *,
    folder: Path | None,
    directory: Path | None,
    form: str,
    only: str | None,
) -> int:
    """Print what refers to what: documents, what is written inline, and what git does not manage, segments included.

    Locations are left out: they say where something holds, and would hide the rest. Selectors, criteria and schedules
    that nothing refers to are marked.
    """
    from offers_sync.findings import has_errors  # noqa: PLC0415  help does not pay for it
    from offers_sync.loading.loading import load_project  # noqa: PLC0415
    from offers_sync.loading.project import find_project  # noqa: PLC0415
    from offers_sync.reporting.graph import around, make_graph  # noqa: PLC0415
    from offers_sync.reporting.graph_json import graph_json  # noqa: PLC0415
    from offers_sync.reporting.graph_marks import graph_dot, graph_mermaid  # noqa: PLC0415

    loaded = load_project(find_project(chosen_folder(folder, directory)))
    drawn = make_graph((document.model, document.source.file) for document in loaded.documents)
    if only is not None:
        drawn = around(drawn, _chosen(drawn, only))
    draw = {"mermaid": graph_mermaid, "dot": graph_dot, "json": graph_json}[form]
    click.echo(draw(drawn), nl=False)
    if not has_errors(loaded.findings):
        return ExitCode.DONE
    click.echo("documents with errors are not drawn: `offers validate` shows what is wrong with them", err=True)
    return ExitCode.INVALID


def _chosen(drawn: Graph, only: str) -> str:
    """The node that is meant by KIND/KEY, or by a KEY that one kind alone has."""
    ids = [node.node_id for node in drawn.nodes]
    found = [node_id for node_id in ids if only in (node_id, node_id.partition("/")[2])]
    if len(found) == 1:
        return found[0]
    close = found or get_close_matches(only, [*ids, *(node_id.partition("/")[2] for node_id in ids)], n=2)
    hint = f"did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else "name a document as KIND/KEY"
    problem = "is the key of several documents" if found else "is no document of this project"
    raise InvalidInputError(f"`{only}` {problem}", hint=hint)
