"""The command ``offers``: which commands there are, and how errors become words and exit codes.

Each command lives in a module of its own that is imported when it is called, so that help and completion cost
nothing.  What a command does is not said here.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn, cast

import click

from offers_sync import __version__
from offers_sync.cli.interrupting import leave_at_once, note_interrupts, was_interrupted
from offers_sync.cli.streams import is_about_room, open_closed_streams
from offers_sync.cli.talking import say, spoken
from offers_sync.cli.variables import name_variables
from offers_sync.collecting import collect_seldom
from offers_sync.errors import ExitCode, OffersError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _Entry(NamedTuple):
    """A command: where it is, and the line that help shows for it."""

    module: str
    attribute: str
    summary: str


_SECTIONS: Final[dict[str, dict[str, _Entry]]] = {
    "Write": {
        "init": _Entry("init", "init", "Start a project in a folder."),
        "validate": _Entry("validate", "validate", "Check files, all faults in one run; no key, no network."),
    },
    "Change": {
        "plan": _Entry("plan", "plan", "Show what applying would do."),
        "apply": _Entry("apply", "apply", "Carry the plan out."),
        "drift": _Entry("drift", "drift", "Show what changed outside git."),
    },
    "Look": {
        "list": _Entry("list", "list_", "Show what lives on the server, in git or not."),
        "explain": _Entry("explain", "explain", "Say what a field or a finding's code means."),
        "graph": _Entry("graph", "graph", "Print what refers to what."),
        "history": _Entry("history", "history", "Show who applied what, when, and how it ended."),
        "doctor": _Entry("doctor", "doctor", "Look at each thing that has to work, with the remedy."),
    },
    "Run once": {
        "gift": _Entry("gift", "gift", "Give points, money or offers to guests, a row each."),
        "redeem": _Entry("redeem", "redeem", "Redeem points or rewards for guests, a row each."),
        "runs": _Entry("runs", "runs", "Look at runs of gifts and redemptions, and go on with them."),
    },
    "Plumbing": {
        "comment": _Entry("comment", "comment", "Post a report to a pull request, or an issue."),
        "completion": _Entry("completion", "completion", "Let a shell complete commands, environments and keys."),
        "schema": _Entry("schema", "schema", "Write the JSON Schemas of files and formats."),
        "state": _Entry("state", "state", "Make, show or prune what is remembered."),
        "sandbox": _Entry("sandbox", "sandbox", "A vendor in a box: serve it, look into it."),
    },
}
_ENTRIES: Final = {name: entry for section in _SECTIONS.values() for name, entry in section.items()}


_VARIABLES: Final = "OFFERS"
"""What the names of variables that stand for options begin with."""


class LazyGroup(click.Group):
    """A group that imports a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """In the order of the help page."""
        return list(_ENTRIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported now."""
        entry = _ENTRIES.get(cmd_name)
        if entry is None:
            return None
        module = import_module(f"offers_sync.cli.{entry.module}")
        command = cast("click.Command", getattr(module, entry.attribute))
        name_variables(command, f"{_VARIABLES}_{cmd_name}")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; one that is not there is told with what may have been meant."""
        if args[0] not in _ENTRIES and not args[0].startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches  # noqa: PLC0415  only where something is wrong

            close = get_close_matches(args[0], _ENTRIES, n=1)
            ctx.fail(f"No such command '{args[0]}'.{f' Did you mean {close[0]!r}?' if close else ''}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options of commands stand after them, which is said where one stands before."""
        words = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.possibilities:
                raise
            command = next((word for word in words if word in _ENTRIES), "plan")
            place = f"`offers {command} {error.option_name} ...`"
            raise click.UsageError(f"{error.message} Options of a command stand after it: {place}", ctx) from error

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """The commands that begin so, without importing any, and the options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  other commands do not pay for it

        named = [
            CompletionItem(name, help=entry.summary) for name, entry in _ENTRIES.items() if name.startswith(incomplete)
        ]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The commands by what one wants to do, without importing any."""
        for title, section in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.summary) for name, entry in section.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="offers")
def offers() -> None:
    """Offers as code: keep a restaurant brand's offers in git, plan in a pull request, apply from a pipeline."""


def _colour() -> bool | None:
    """Whether to colour: never where NO_COLOR says so, else on a terminal."""
    return False if os.environ.get("NO_COLOR") else None


def _say(error: OffersError) -> None:
    click.secho("error: ", fg="red", bold=True, err=True, nl=False, color=_colour())
    for line in (error.message, *error.details):
        say(line)
    if error.hint:
        click.secho("hint: ", fg="cyan", err=True, nl=False, color=_colour())
        say(error.hint)


def _show(error: click.ClickException) -> None:
    """What click says of a command line, which its message quotes; what it adds when it shows it is its own."""
    vars(error)["message"] = spoken(error.message)
    error.show()


def main() -> NoReturn:
    """Run the command line and exit with the code that says how it went."""
    open_closed_streams()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for some reads every installed package
    note_interrupts()
    collect_seldom()
    leave_at_once(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and give its exit code."""
    try:
        result = offers.main(arguments, prog_name="offers", standalone_mode=False, color=_colour())
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        _show(error)
        return ExitCode.INVALID
    except (click.Abort, KeyboardInterrupt):
        return _stopped()
    except OffersError as error:
        _say(error)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAULT
    except Exception as error:
        if was_interrupted():
            return _stopped()
        if os.environ.get("OFFERS_TRACEBACK"):
            raise
        _say(_unprinted(error) if isinstance(error, OSError) and is_about_room(error) else _fault(error))
        return ExitCode.FAULT
    return int(result) if isinstance(result, int) else ExitCode.DONE


def _stopped() -> int:
    click.echo("stopped.", err=True)
    return ExitCode.INTERRUPTED


def _unprinted(error: OSError) -> OffersError:
    """A full disk, say: whatever was done is done."""
    return OffersError(
        f"what was to be printed could not be written: {error.strerror}",
        hint="make room where stdout goes; what was applied is shown by `offers history`",
    )


def _fault(error: Exception) -> OffersError:
    """A bug of ours, in one line; secrets travel in exceptions' texts, so only the type is told."""
    return OffersError(
        f"unexpected fault in offers {__version__}: {type(error).__name__}",
        hint="this is a bug; OFFERS_TRACEBACK=1 shows where, for a report",
    )
