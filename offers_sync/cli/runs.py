"""``offers runs``: bulk runs and campaigns; looking at them, going on, settling, cancelling, forgetting."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from offers_sync.cli.bulk_options import outcome_option, resending_options, results_option
from offers_sync.cli.options import format_option, project_options
from offers_sync.cli.talking import spoken
from offers_sync.errors import ConsentError, ExitCode, InvalidInputError

if TYPE_CHECKING:
    from offers_sync.cli.workspace import Workspace
    from offers_sync.state.ledger import Ledger
    from offers_sync.state.ledger_records import BulkRun

_SHOWN: Final = 20
_SETTLED_AS: Final = {"sent": "done", "not-sent": "failed"}
_YES = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group()
def runs() -> None:
    """Look at runs of gifts and redemptions and at campaigns, go on, settle what is unknown, forget."""


@runs.command("list")
@project_options
@format_option("text", "json")
def list_runs(*, directory: Path | None, environment: str | None, form: str) -> int:
    """List runs and campaigns, the newest first."""
    from offers_sync.cli.bulk import moment_text  # noqa: PLC0415  help does not pay for it
    from offers_sync.reporting.bulk import runs_text  # noqa: PLC0415
    from offers_sync.reporting.bulk_json import runs_json  # noqa: PLC0415
    from offers_sync.state.campaigns import Campaigns  # noqa: PLC0415

    with _ledger(directory, environment) as (_, ledger):
        found, campaigns = ledger.runs(), Campaigns(ledger.store).all()
    text = runs_json(found, campaigns) if form == "json" else runs_text(found, moment_text, campaigns)
    click.echo(text, nl=False)
    return ExitCode.DONE


@runs.command()
@click.argument("name")
@project_options
@results_option
@format_option("text", "json")
def show(*, name: str, directory: Path | None, environment: str | None, results: Path | None, form: str) -> int:
    """Show where the run NAME, or campaign/KEY, stands; --results writes a run's result file anew."""
    from itertools import islice  # noqa: PLC0415  help does not pay for it

    from offers_sync.bulk.outcomes import SendReport  # noqa: PLC0415
    from offers_sync.cli import campaign_runs  # noqa: PLC0415
    from offers_sync.cli.bulk import moment_text, write_results  # noqa: PLC0415
    from offers_sync.reporting.bulk import report_text, runs_text  # noqa: PLC0415
    from offers_sync.reporting.bulk_json import report_json  # noqa: PLC0415
    from offers_sync.reporting.bulk_results import results_csv  # noqa: PLC0415
    from offers_sync.reporting.campaigns import campaign_run_json, campaign_text  # noqa: PLC0415
    from offers_sync.state.ledger_records import RowOutcome  # noqa: PLC0415

    with _ledger(directory, environment) as (_, ledger):
        if campaign_runs.is_campaign(name):
            record = campaign_runs.found(ledger.store, name)
            text = campaign_run_json(record) if form == "json" else campaign_text(record, moment_text)
            click.echo(text, nl=False)
            return ExitCode.DONE
        run = _found(ledger, name)
        if results is not None:
            write_results(results, results_csv(run.about["columns"], ledger.rows(run)))
        if form == "json":
            for piece in report_json(SendReport(run), ledger.rows(run)):
                click.echo(piece, nl=False)
            return ExitCode.DONE
        click.echo(runs_text([run], moment_text), nl=False)
        troubled = ledger.rows(run, RowOutcome.FAILED, RowOutcome.UNKNOWN, RowOutcome.SENT)
        click.echo(report_text(SendReport(run), islice(troubled, _SHOWN), str(results or "")), nl=False)
    return ExitCode.DONE


@runs.command()
@click.argument("name")
@project_options
@resending_options
@results_option
@outcome_option
@_YES
def resume(  # noqa: PLR0913  one parameter for each option
    *,
    name: str,
    directory: Path | None,
    environment: str | None,
    resend_unknown: bool,
    retry_failed: bool,
    results: Path | None,
    form: str,
    yes: bool,
) -> int:
    """Go on with the run NAME where it stopped, here or on another machine that shares the state."""
    from offers_sync.cli import bulk  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli import workspace as pieces  # noqa: PLC0415

    resending = bulk.Resending(resend_unknown, retry_failed)
    results = results or Path(f"{name}.results.csv")
    asked = bulk.Asked(Path(name), is_agreed=yes, resending=resending, results=results, form=form)
    with bulk.telling_why(form) as told, _ledger(directory, environment) as (workspace, ledger):
        run = _found(ledger, name, "resumed")
        told.action = run.action
        bulk.check_environment_is_named(workspace, environment)
        with pieces.open_client(workspace) as client:
            return bulk.resume(bulk.Session(workspace, client, ledger, asked), run)


@runs.command()
@click.argument("name")
@project_options
@click.option(
    "--as",
    "outcome",
    type=click.Choice(["done", "failed", "sent", "not-sent"]),
    required=True,
    help="What became of them, as you know; `sent` is done, and `not-sent` is failed.",
)
@click.option("--line", "lines", type=click.IntRange(min=1), multiple=True, help="The row of this line; repeatable.")
@click.option("--all", "is_all", is_flag=True, help="Every row whose outcome is unknown.")
@_YES
def settle(  # noqa: PLR0913  one parameter for each option
    *,
    name: str,
    directory: Path | None,
    environment: str | None,
    outcome: str,
    lines: tuple[int, ...],
    is_all: bool,
    yes: bool,
) -> int:
    """Say what became of rows of the run NAME, or of campaign/KEY, whose answer was lost, once you looked them up."""
    from offers_sync.cli import campaign_runs  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.bulk import holding, who  # noqa: PLC0415
    from offers_sync.state.ledger_records import RowOutcome  # noqa: PLC0415

    outcome = _SETTLED_AS.get(outcome, outcome)
    if campaign_runs.is_campaign(name):
        if lines:
            raise click.UsageError("a campaign has no lines")
        with _ledger(directory, environment) as (workspace, ledger):
            record = campaign_runs.found(ledger.store, name)
            campaign_runs.check_is_open(record)
            _ask(campaign_runs.question_of(record, outcome), yes=yes)
            click.echo(campaign_runs.settle(workspace, ledger.store, record, outcome))
        return ExitCode.DONE
    if is_all == bool(lines):
        raise click.UsageError("say which rows: --line N, once or more, or --all")
    with _ledger(directory, environment) as (workspace, ledger):
        run = _found(ledger, name)
        with holding(ledger, run, who(workspace)) as owner:
            ledger.take_over(run, owner)
            unknown = {row.line for row in ledger.rows(run, RowOutcome.UNKNOWN)}
            strangers = sorted(set(lines) - unknown)
            if strangers:
                raise InvalidInputError(f"the outcome of line {strangers[0]} is not unknown; nothing was changed")
            chosen = len(lines) if lines else len(unknown)
            _ask(f"Take {chosen:,} unknown rows for {outcome}?", yes=yes)
            reason = f"settled by {who(workspace)}"
            changed = ledger.settle_unknown(run, RowOutcome(outcome), reason, lines or None)
            ledger.end(run)
    click.echo(f"{changed:,} rows settled as {outcome}")
    return ExitCode.DONE


@runs.command()
@click.argument("name")
@project_options
@_YES
def cancel(*, name: str, directory: Path | None, environment: str | None, yes: bool) -> int:
    """Send nothing more of the run NAME, also where somebody is sending it now; what was sent stays sent."""
    from offers_sync.cli.bulk import who  # noqa: PLC0415  help does not pay for it

    with _ledger(directory, environment) as (workspace, ledger):
        run = _found(ledger, name, "cancelled here")
        if run.is_over:
            raise InvalidInputError(f"the run {name} is {run.state.value} already")
        _ask(f"Cancel the run {name} for good?", yes=yes)
        held_back = ledger.cancel(run, f"cancelled by {who(workspace)}")
    click.echo(f"the run {name} is cancelled; {held_back:,} rows are not sent")
    return ExitCode.DONE


@runs.command()
@click.argument("name")
@project_options
@_YES
def purge(*, name: str, directory: Path | None, environment: str | None, yes: bool) -> int:
    """Forget the rows of the run NAME with all that they say of guests; its name and figures stay."""
    from offers_sync.cli.bulk import holding, who  # noqa: PLC0415  help does not pay for it
    from offers_sync.state.ledger_records import RunState  # noqa: PLC0415

    with _ledger(directory, environment) as (workspace, ledger):
        run = _found(ledger, name, "purged: they name no guest")
        if run.state is RunState.OPEN:
            raise ConsentError(
                f"the run {name} is open: its rows still say what was sent",
                hint=f"finish it, settle what is unknown, or `offers runs cancel {name}` first",
            )
        _ask(f"Forget the rows of the run {name} for good?", yes=yes)
        with holding(ledger, run, who(workspace)):
            forgotten = ledger.purge(run)
    click.echo(f"{forgotten:,} rows of the run {name} are forgotten")
    return ExitCode.DONE


# -------------------------------------------------------------------------------------------------------- inside


@contextmanager
def _ledger(directory: Path | None, environment: str | None) -> Iterator[tuple[Workspace, Ledger]]:
    from offers_sync.cli import workspace as pieces  # noqa: PLC0415  help does not pay for it
    from offers_sync.state.ledger import Ledger  # noqa: PLC0415

    workspace = pieces.open_workspace(directory or Path(), environment, needs_documents=False)
    with pieces.open_store(workspace) as store:
        yield workspace, Ledger(store)


def _found(ledger: Ledger, name: str, verb: str = "looked at so") -> BulkRun:
    """The bulk run of a name; ``verb`` is what cannot be done to a campaign."""
    from offers_sync.cli import campaign_runs  # noqa: PLC0415  help does not pay for it

    campaign_runs.refuse(name, verb)
    run = ledger.find(name)
    if run is None:
        raise InvalidInputError(f"there is no run called {name}", hint="`offers runs list` shows them")
    return run


def _ask(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConsentError("nothing was changed: nobody is there to agree", hint="pass --yes to do it without asking")
    if not click.confirm(spoken(question), err=True):
        raise ConsentError("nothing was changed")
