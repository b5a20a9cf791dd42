"""What ``gift``, ``redeem`` and ``runs resume`` have in common: check, show, ask, enter, send, tell.

What is checked and how rows are sent is said by ``bulk``; how it looks by ``reporting``.
"""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from offers_sync.bulk.actions import Action
from offers_sync.bulk.checking import Checkup, Rules, check
from offers_sync.bulk.entering import Entry, digest_of, enter, name_for
from offers_sync.bulk.joining import JoinedOffers, Lists
from offers_sync.bulk.outcomes import SendReport, ending_of
from offers_sync.bulk.reading import open_rows
from offers_sync.bulk.sending import Sending, send
from offers_sync.cli import workspace as pieces
from offers_sync.cli.authors import author_of
from offers_sync.cli.bulk_progress import counting, watching
from offers_sync.cli.campaign_runs import is_campaign
from offers_sync.cli.filing import check_places, write_whole
from offers_sync.cli.interrupting import stopping_at_signals
from offers_sync.cli.talking import say
from offers_sync.cli.workspace import Workspace
from offers_sync.errors import ConsentError, ExitCode, InvalidInputError, OffersError
from offers_sync.reporting import bulk as words
from offers_sync.reporting.bulk_json import report_json, unsent_json
from offers_sync.reporting.bulk_results import results_csv
from offers_sync.state.leases import LeaseTerms, hold_environment
from offers_sync.state.ledger import Ledger
from offers_sync.state.ledger_records import BulkRun, RowOutcome, RunState
from offers_sync.state.records import Hold
from offers_sync.wire.client import Client
from offers_sync.wire.reading import read_listing, read_offered

EARLIEST_ZONE: Final = timezone(timedelta(hours=-12))
TROUBLED_SHOWN: Final = 20
_OUTCOMES: Final = {ExitCode.INVALID: "invalid", ExitCode.CONSENT: "not_agreed"}
_STOPPING: Final = "stopping: what is in flight is waited for; once more to insist"


@dataclass(frozen=True, slots=True)
class Resending:
    """Which rows that were sent before may be sent again."""

    unknown: bool = False
    failed: bool = False

    @property
    def outcomes(self) -> tuple[RowOutcome, ...]:
        """The outcomes of which nothing is left afterwards."""
        wanted = ((RowOutcome.UNKNOWN, self.unknown), (RowOutcome.FAILED, self.failed))
        return tuple(outcome for outcome, is_wanted in wanted if is_wanted)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line asks of a bulk run."""

    rows: Path
    start: Path = Path()
    """The project's folder, or one inside it."""
    environment: str | None = None
    name: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What the rows hold where they leave it out."""
    is_agreed: bool = False
    skips_invalid: bool = False
    allows_repeats: bool = False
    allows_again: bool = False
    most_rows: int | None = None
    """How many rows are let through, for an action that is not meant for many."""
    resending: Resending = Resending()
    results: Path | None = None
    form: str = "text"

    def filling_in(self, defaults: Mapping[str, Any]) -> Asked:
        """The same, with those of the defaults that are given."""
        return replace(self, defaults={name: value for name, value in defaults.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Session:
    """What a run is carried out with."""

    workspace: Workspace
    client: Client
    ledger: Ledger
    asked: Asked


def carry_out(action: Action, asked: Asked) -> int:
    """Check all rows, show what they come to, and send them once somebody agrees."""
    with telling_why(asked.form, action.name) as told:
        if asked.name is not None and is_campaign(asked.name):
            raise InvalidInputError(f"a run cannot be called {asked.name}: campaigns are", hint="choose another --run")
        check_places([asked.results] if asked.results is not None else [])
        workspace = pieces.open_workspace(asked.start, asked.environment, needs_documents=False)
        check_environment_is_named(workspace, asked.environment)
        file = open_rows(asked.rows, action.columns)
        with pieces.open_client(workspace) as client, pieces.open_store(workspace) as store:
            session = Session(workspace, client, Ledger(store), asked)
            offers = JoinedOffers(_ids(workspace), _lists(client))
            rules = Rules(action, offers, _today(workspace), asked.defaults, asked.allows_repeats)
            told.found = check(file, rules, counting("checked"))
            entry = Entry(asked.name or "", who(workspace), file, rules, offers.numbers)
            run, is_new = _run_of(session, entry, told.found, offers)
            return _send(session, run) if is_new else resume(session, run)


@dataclass
class Told:
    """What is known when nothing can be sent."""

    action: str | None = None
    found: Checkup | None = None


@contextmanager
def telling_why(form: str, action: str | None = None) -> Iterator[Told]:
    """Say in JSON, where that is asked for, why nothing was sent; what is told once sending began is ``_send``'s."""
    told = Told(action)
    try:
        yield told
    except OffersError as error:
        if form == "json":
            outcome = _OUTCOMES.get(error.exit_code) or ending_of(error)
            _print(unsent_json(told.action, outcome, error.message, told.found))
        raise


def _run_of(session: Session, entry: Entry, found: Checkup, offers: JoinedOffers) -> tuple[BulkRun, bool]:
    """The run of these rows, entered now unless it was before; raises when it must not be sent."""
    asked, action = session.asked, entry.rules.action
    _check_rows(found, asked, action)
    digest = digest_of(found.digest, entry.rules)
    entry = replace(entry, name=entry.name or name_for(entry.file, digest))
    former = session.ledger.find(entry.name)
    if former is not None and former.state is not RunState.ENTERING:
        _check_same(former, digest, found)
        return former, False
    _check_new(session.ledger, entry, found, asked)
    shown = words.checkup_text(found, action, session.workspace.environment, offers.name_of)
    click.echo(shown, err=True, nl=False)
    _say_allowances(session.workspace, entry.numbers)
    _check_is_meant(session)
    _ask(is_agreed=asked.is_agreed)
    return enter(session.ledger, entry, found, counting("entered")), True


def resume(session: Session, run: BulkRun) -> int:
    """Go on with a run that stands in the ledger."""
    asked, counts = session.asked, run.counts
    if run.is_over:
        raise InvalidInputError(
            f"the run {run.name} is {run.state.value}; nothing of it is sent any more",
            hint="choose another name with --run, and --again to send the same rows",
        )
    if run.state is RunState.ENTERING:
        raise InvalidInputError(
            f"the run {run.name} was never entered whole, and nothing of it was sent",
            hint="run the command again that began it",
        )
    again = asked.resending.outcomes
    left = sum(counts.get(each.value, 0) for each in (RowOutcome.PENDING, RowOutcome.SENT, *again))
    if not left:
        report = SendReport(run)
        _tell(session, report)
        return ExitCode.UNKNOWN if report.summary["unknown"] else ExitCode.DONE
    total = words.counted(sum(counts.values()), "row")
    say(f"the run {run.name} was begun before; {left:,} of {total} left to send")
    if RowOutcome.UNKNOWN in again and counts.get("unknown"):
        click.echo(f"{words.counted(counts['unknown'], 'row')} may be given for the second time", err=True)
    _check_is_meant(session)
    _ask(is_agreed=asked.is_agreed)
    return _send(session, run)


# ------------------------------------------------------------------------------------------------------ checking


def check_environment_is_named(workspace: Workspace, environment: str | None) -> None:
    """Refuse to write to a real server that nobody named."""
    if not workspace.is_embedded and environment is None:
        raise ConsentError(
            f"{workspace.environment} is a real server, and it was not named",
            hint=f"pass --env {workspace.environment}, or set OFFERS_ENV",
        )


def _ids(workspace: Workspace) -> dict[str, str]:
    return {each.key: each.external_id for each in workspace.resolution.desired if each.kind == "redeemable"}


def _say_allowances(workspace: Workspace, keys: Iterable[str]) -> None:
    """Point out the offers that the server will hardly give, since their files do not allow it."""
    for each in workspace.resolution.desired:
        is_given = each.kind == "redeemable" and each.key in keys
        if is_given and each.fields.get("allow_for_support_gifting") is not True:
            say(f"warning: {each.key} does not say allow_for_support_gifting: true, so the server may refuse it")


def _lists(client: Client) -> Lists:
    return Lists(lambda: read_offered(client), lambda: read_listing(client, "redeemable"))


def _today(workspace: Workspace) -> date:
    """The day that it is for the business, or the earliest that it is anywhere."""
    defaults = workspace.project.defaults
    zone = defaults.timezone if defaults is not None else None
    return datetime.now(ZoneInfo(zone) if zone else EARLIEST_ZONE).date()


def _check_rows(found: Checkup, asked: Asked, action: Action) -> None:
    if found.faulty:
        click.echo(words.faults_text(found, str(asked.rows)), err=True, nl=False)
        if not asked.skips_invalid:
            raise InvalidInputError(
                f"{words.counted(found.faulty, 'row')} of {asked.rows} cannot be sent, so nothing was",
                hint="mend them, or leave them out with --skip-invalid",
            )
    if not found.rows:
        raise InvalidInputError(f"{asked.rows} holds no row that can be sent")
    if asked.most_rows is not None and found.rows > asked.most_rows:
        raise ConsentError(
            f"{words.counted(found.rows, action.noun)}: the vendor says that this is not for bulk",
            hint=f"pass --allow-rows {found.rows} if it has to be",
        )


def _check_same(run: BulkRun, digest: str, found: Checkup) -> None:
    """Refuse to go on with a run under whose name other rows were entered."""
    if run.digest == digest:
        return
    what = "rows" if run.rows_digest != found.digest else "settings for all rows"
    raise InvalidInputError(
        f"there is a run called {run.name} already, with other {what}; nothing was sent",
        hint="choose another name with --run",
    )


def _check_new(ledger: Ledger, entry: Entry, found: Checkup, asked: Asked) -> None:
    """Refuse rows that another run was made of, unless it is meant, or nothing of that run was sent."""
    others = [each for each in ledger.with_rows(found.digest, entry.rules.action.name) if _may_have_given(each)]
    if not others or asked.allows_again:
        return
    goes_on = "" if others[0].is_over else f"`offers runs resume {others[0].name}` goes on with that run; "
    raise ConsentError(
        f"the run {others[0].name} was made of the same rows; sending them again gives twice",
        hint=f"{goes_on}--again sends the rows another time",
    )


def _may_have_given(run: BulkRun) -> bool:
    return not run.is_over or any(run.counts.get(name, 0) for name in ("done", "unknown", "sent"))


def _check_is_meant(session: Session) -> None:
    """Refuse a store that may have been made by accident: its memory of nothing sent would prove nothing."""
    workspace = session.workspace
    if not workspace.is_embedded and session.ledger.store.made_on_purpose() is None:
        raise ConsentError(
            f"the state of {workspace.environment} was not made on purpose, so it may not know what was given before",
            hint=f"`offers state init --env {workspace.environment}`, once, where all who send share it",
        )


def _ask(*, is_agreed: bool) -> None:
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise ConsentError("nothing was sent: nobody is there to agree", hint="pass --yes to send without asking")
    if not click.confirm("This cannot be undone. Send it?", err=True):
        raise ConsentError("nothing was sent")


# ------------------------------------------------------------------------------------------------------- sending


@contextmanager
def holding(ledger: Ledger, run: BulkRun, whose: str) -> Iterator[str]:
    """Have a run to oneself, on somebody's behalf; gives the name under which it is held."""
    owner = str(uuid.uuid4())
    terms = LeaseTerms(doing="sending", again="run the same command again", on_wait=_say_wait)
    with hold_environment(ledger.lease_store(run), owner, whose, terms):
        yield owner


def _say_wait(hold: Hold, seconds: float) -> None:
    say(f"{hold.who} has this run; waiting up to {seconds:.0f} s for a sign of life")


def _send(session: Session, run: BulkRun) -> int:
    ledger, client, stop = session.ledger, session.client, threading.Event()
    with holding(ledger, run, who(session.workspace)) as owner, stopping_at_signals(stop, _STOPPING):
        lost = ledger.take_over(run, owner)
        if lost:
            click.echo(f"{words.counted(lost, 'row')} in flight when an earlier sender died: now unknown", err=True)
        for outcome in session.asked.resending.outcomes:
            ledger.resend(run, outcome)
        try:
            with watching() as watch:
                report = send(run, Sending(client, ledger, owner, stop, watch))
        except KeyboardInterrupt:
            report = SendReport(ledger.current(run), dict(client.requests), is_interrupted=True)
        except OffersError as error:
            report = SendReport(ledger.current(run), dict(client.requests), error)
        _tell(session, report)
    if report.stopped_by is not None:
        say(f"stopped: {report.stopped_by.message}")
        say(f"hint: {report.stopped_by.hint}")
    return report.exit_code


def _tell(session: Session, report: SendReport) -> None:
    """Write the result file, then print the outcome."""
    ledger, run, asked = session.ledger, report.run, session.asked
    results = asked.results or asked.rows.with_name(f"{asked.rows.stem}.results.csv")
    write_results(results, results_csv(run.about["columns"], ledger.rows(run)))
    if asked.form == "json":
        _print(report_json(report, ledger.rows(run)))
        return
    troubled = ledger.rows(run, RowOutcome.FAILED, RowOutcome.UNKNOWN, RowOutcome.SENT)
    click.echo(words.report_text(report, islice(troubled, TROUBLED_SHOWN), str(results)), nl=False)


def write_results(path: Path, lines: Iterable[str]) -> None:
    """Replace the result file as a whole; it is for the owner's eyes, since it says of guests what the rows said."""
    try:
        write_whole(path, lines, mode=0o600, errors="surrogateescape")
    except InvalidInputError as error:
        say(f"{error.message}; the ledger has the results")


def _print(pieces_: Iterable[str]) -> None:
    for piece in pieces_:
        click.echo(piece, nl=False)


def who(workspace: Workspace) -> str:
    """On whose behalf this process works."""
    return author_of(workspace.folder).who


def moment_text(seconds: float) -> str:
    """A time as people read it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
