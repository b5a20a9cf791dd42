"""``offers sandbox``: serve the vendor in a box over HTTP, look into it, begin it again.

What it holds and how it behaves is ``sandbox``'s business; here are options, addresses and tables.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from offers_sync.cli.options import format_option
from offers_sync.cli.talking import say
from offers_sync.errors import InvalidInputError
from offers_sync.sandbox.census import take_census
from offers_sync.sandbox.fault_files import read_faults
from offers_sync.sandbox.files import read_settings
from offers_sync.sandbox.scripting import Faults
from offers_sync.sandbox.seeding import seed as seed_world
from offers_sync.sandbox.settings import Settings
from offers_sync.sandbox.vendor import Vendor
from offers_sync.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from offers_sync.sandbox.census import Census
    from offers_sync.sandbox.log import Entry

    Decorated = TypeVar("Decorated", bound=Callable[..., Any])

DATABASE: Final = Path(".offers") / "sandbox.db"
MEMORY: Final = ":memory:"
DEFAULT_PORT: Final = 8765
LATENCY_LIMIT_MS: Final = 600_000


def _option(*names: str, **keywords: Any) -> Callable[[Decorated], Decorated]:
    """An option that an ``OFFERS_SANDBOX_...`` variable sets as well."""
    variable = next(name for name in names if name.startswith("--")).removeprefix("--").replace("-", "_").upper()
    return click.option(*names, envvar=f"OFFERS_SANDBOX_{variable}", show_envvar=True, **keywords)


def _where(command: Decorated) -> Decorated:
    """The options that say which sandbox is meant."""
    command = _option(
        "--data",
        metavar=f"FILE|{MEMORY}",
        help=f"The file that holds the sandbox; {DATABASE} in the project's folder by default.",
    )(command)
    return _option(
        "-C",
        "--directory",
        type=click.Path(path_type=Path),
        default=Path(),
        help="The project's folder; the current one by default.",
    )(command)


_format = format_option("text", "json", help_text="What to print.", envvar="OFFERS_SANDBOX_FORMAT", show_envvar=True)


@click.group()
def sandbox() -> None:
    """A vendor in a box: every endpoint as it is documented, quirks included, over data of your own."""


@sandbox.command()
@_where
@_option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="0: any free one.")
@_option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@_option("--token", help="The only key that is let in; any key by default.")
@_option(
    "--latency",
    type=click.IntRange(0, LATENCY_LIMIT_MS),
    default=0,
    metavar="MS",
    help="How long every answer takes at the least.",
)
@_option(
    "--faults", "fault_file", type=click.Path(path_type=Path), metavar="FILE", help="What goes wrong, as YAML or JSON."
)
@_option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The vendor's choices, as YAML or JSON.",
)
@_option("--empty", is_flag=True, help="Begin without the seeded business, if the file is new.")
def serve(  # noqa: PLR0913, PLR0917  the options of one command
    directory: Path,
    data: str | None,
    port: int,
    host: str,
    token: str | None,
    latency: int,
    fault_file: Path | None,
    settings_file: Path | None,
    *,
    empty: bool,
) -> None:
    """Serve the sandbox over HTTP until it is told to stop.

    The address goes to stdout as soon as requests are answered.

    \b
    A fault file is a list of rules; this one loses the answer to the second POST of redeemables:
      faults:
        - at: create-redeemables      # a name as 'log --format json' shows it, or "POST /api2/*"
          calls: 2                    # or [1, 4], "2..5", "3..", {first: 1, every: 3}; or probability: 0.1
          cut: after_commit           # connect, before_commit, after_commit, half_answer

    \b
    What else a rule may do: latency_ms, status (with retry_after, location, page: json|html|empty, body),
    commit (all, none, or how many items are saved), lag: {reads, seconds}, shift, omit_results,
    rate_limit: {calls, seconds, retry_after}, and settings: {...} for the calls that it hits.
    """  # noqa: D301  the backslashes are click's marks for paragraphs that stay as they are
    from offers_sync.sandbox.serving import serve as serve_vendor  # noqa: PLC0415  the others need no server

    settings = _settings(settings_file, token)
    faults = _faults(fault_file, latency)
    database = _database(directory, data)
    with _open(database, empty=empty) as world:

        def announce(address: str) -> None:
            click.echo(address)
            sys.stdout.flush()
            kept = "kept in memory only" if database is None else f"kept in {database}"
            key = "the key that --token names" if settings.token else "any key"
            say(f"the sandbox answers there, to {key}; {kept}; Ctrl-C stops it.")

        serve_vendor(Vendor(world, settings, faults), host=host, port=port, is_ready=announce)
    click.echo("stopped.", err=True)


@sandbox.command()
@_where
@_option("--empty", is_flag=True, help="Make it without any contents.")
def seed(directory: Path, data: str | None, *, empty: bool) -> None:
    """Make the sandbox's file, if there is none, with a small business in it."""
    database = _on_disk(directory, data)
    if database.exists():
        with _open(database):
            say(f"{database} is there already; 'offers sandbox reset' begins it again.")
        return
    with _open(database, empty=empty):
        say(f"made {database}{', empty' if empty else ''}.")


@sandbox.command()
@_where
@_option("--yes", is_flag=True, help="Do not ask.")
@_option("--empty", is_flag=True, help="Begin again without any contents.")
def reset(directory: Path, data: str | None, *, yes: bool, empty: bool) -> None:
    """Take everything out of the sandbox, its log as well, and begin again."""
    database = _existing(directory, data)
    if not yes:
        if not sys.stdin.isatty():
            raise InvalidInputError(f"{database} would be emptied", hint="add --yes")
        click.confirm(f"Empty {database} and begin again?", abort=True, err=True)
    with _open(database) as world:
        world.clear(seed=None if empty else seed_world)
    say(f"{database} begins again{', empty' if empty else ''}.")


@sandbox.command()
@_where
@_format
def show(directory: Path, data: str | None, form: str) -> None:
    """Count what the sandbox holds, and name what is there twice."""
    with _open(_existing(directory, data)) as world:
        census = take_census(world)
    click.echo(json.dumps(census.as_json(), indent=2) if form == "json" else _census_text(census))


@sandbox.command()
@_where
@_format
@_option("--last", type=click.IntRange(1), metavar="N", help="Only the newest N requests.")
def log(directory: Path, data: str | None, form: str, last: int | None) -> None:
    """Print the requests that the sandbox had, the newest last; keys are never kept.

    The text has a line per request; the JSON has the bodies too, as one list.
    """
    with _open(_existing(directory, data)) as world, world.reading():
        entries = world.log.entries(last)
    if form == "json":
        click.echo(json.dumps([_entry_json(entry) for entry in entries], indent=2))
        return
    for entry in entries:
        click.echo(_entry_text(entry))
    if not entries:
        click.echo("no requests yet.", err=True)


# ------------------------------------------------------------------------------------------------ files and places


def _settings(file: Path | None, token: str | None) -> Settings:
    if token is not None and not token.strip():
        raise InvalidInputError("--token is blank", hint="leave it out to let any key in")
    settings = read_settings(file) if file is not None else Settings()
    return settings if token is None else replace(settings, token=token)


def _faults(file: Path | None, latency_ms: int) -> Faults:
    faults = read_faults(file) if file is not None else Faults()
    return replace(faults, latency_ms=latency_ms) if latency_ms else faults


def _database(directory: Path, data: str | None) -> Path | None:
    """The file that is meant; ``None`` for memory."""
    if data == MEMORY:
        return None
    return Path(data) if data else directory / DATABASE


def _on_disk(directory: Path, data: str | None) -> Path:
    database = _database(directory, data)
    if database is None:
        raise InvalidInputError(f"--data {MEMORY} lives only within 'serve'", hint="name a file, or leave --data out")
    return database


def _existing(directory: Path, data: str | None) -> Path:
    database = _on_disk(directory, data)
    if not database.exists():
        raise InvalidInputError(
            f"there is no sandbox at {database}",
            hint="'offers sandbox seed' makes one; -C names the project's folder, --data the file",
        )
    return database


@contextmanager
def _open(database: Path | None, *, empty: bool = False) -> Iterator[World]:
    world = World.open(database, seed=None if empty else seed_world)
    try:
        yield world
    finally:
        world.close()


# ------------------------------------------------------------------------------------------------------- printing


def _census_text(census: Census) -> str:
    width = max(map(len, census.counts))
    lines = [f"{name.replace('_', ' '):<{width}}  {count:>8,}" for name, count in census.counts.items()]
    lines.append("")
    lines += [f"twice: {one.kind} {_line(one.external_id)} ({one.count} times)" for one in census.duplicates]
    if not census.duplicates:
        lines.append("nothing is there twice.")
    if census.requests:
        width = max(map(len, census.requests))
        lines += ["", "requests", *(f"  {name:<{width}}  {count:>8,}" for name, count in census.requests.items())]
    return "\n".join(lines)


def _entry_text(entry: Entry) -> str:
    at = _at(entry)
    status = entry.status or "---"
    query = f"?{entry.query}" if entry.query else ""
    fault = f"  [{entry.fault}]" if entry.fault else ""
    return _line(f"{entry.number:>6}  {at}  {status}  {entry.method:<6} {entry.path}{query}  {entry.request_id}{fault}")


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": _at(entry),
        "request_id": entry.request_id,
        "address": entry.address,
        "endpoint": entry.endpoint or None,
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "headers": dict(entry.headers),
        "body": _body(entry.body),
        "status": entry.status or None,
        "answer": _body(entry.answer),
        "fault": entry.fault or None,
    }


def _at(entry: Entry) -> str:
    return datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _body(body: bytes | None) -> Any:
    """JSON as it is, anything else as text; ``None`` for no body and for one that is no longer kept."""
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def _line(text: str) -> str:
    """One line that cannot move the terminal."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
