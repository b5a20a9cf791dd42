"""From a workspace to a finished run: under the lease, with consent, and with an account whatever happens.

The only module that begins a run.  What a plan is made of is said by ``workspace``; what a run does by ``applying``.
"""

from __future__ import annotations

import signal
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Final, NoReturn

import click

from offers_sync.applying.earlier import Earlier, explain_earlier
from offers_sync.applying.memory import adopted
from offers_sync.applying.outcomes import RunReport
from offers_sync.applying.running import Run
from offers_sync.applying.surroundings import Patience, Surroundings
from offers_sync.cli import workspace as pieces
from offers_sync.cli.authors import author_of
from offers_sync.cli.interrupting import leave_at_once, stopping_at_signals
from offers_sync.cli.places import page_for
from offers_sync.cli.run_progress import watching
from offers_sync.cli.talking import say
from offers_sync.cli.workspace import Asking, Workspace
from offers_sync.errors import ConsentError, ExitCode, InvalidInputError, OffersError, StalePlanError
from offers_sync.planning.plan import Plan
from offers_sync.reporting.formats import render
from offers_sync.reporting.saved_plan import SavedPlan, differing
from offers_sync.reporting.wording import counted, summary_line, ways_through
from offers_sync.state.leases import LeaseTerms, hold_environment
from offers_sync.state.records import Hold
from offers_sync.state.store import Store
from offers_sync.wire.client import Client

FIRST_SIGNAL: Final = "stopping: what is in flight is finished and noted, nothing new is sent; once more stops at once"
_DROP_SECONDS: Final = 1.0

Show = Callable[[RunReport], None]
"""Gives the account of a run to whoever asked for it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a person wants of an apply."""

    asking: Asking
    saved: SavedPlan | None = None
    is_agreed: bool = False
    """Whether nobody needs to be asked."""
    events: str | None = None
    terms: LeaseTerms = field(default_factory=LeaseTerms)


def check_may_write(workspace: Workspace, named: str | None) -> None:
    """Raise unless the environment was chosen by a person and has a memory."""
    if workspace.is_embedded:
        return
    name = workspace.environment
    if named is None:
        raise ConsentError(
            f"nothing was written: the environment {name} is no sandbox, and nobody named it",
            hint=f"name it with --env {name}, or with the variable OFFERS_ENV",
        )
    if pieces.state_location(workspace) is None:
        raise InvalidInputError(
            f"the environment {name} does not say where its state is, so nothing is written",
            hint="write `state: ${OFFERS_STATE_URL}`, a PostgreSQL database for pipelines and teams, or `state: local`",
        )


def carry_out(workspace: Workspace, order: Order, show: Show) -> int:
    """Plan, agree and apply, with the environment to ourselves from the first look at it."""
    run, author = str(uuid.uuid4()), author_of(workspace.folder)
    terms = replace(order.terms, on_wait=_say_whom_we_wait_for)
    with (
        _leaving_in_order_when_terminated(),
        pieces.open_client(workspace) as client,
        pieces.open_store(workspace) as store,
        hold_environment(store, run, author.who, terms) as lease,
    ):
        client.before_write = lease.assure
        campaigns, no_lasting_memory = pieces.campaigns_in(workspace, store)
        began = store.now()
        snapshot = pieces.read_snapshot(client, workspace, campaigns)
        earlier = explain_earlier(store, snapshot, began, pieces.settle_seconds(workspace))
        applied = store.applied()
        known = pieces.Known(applied, earlier.unsettled, campaigns, no_lasting_memory)
        plan = pieces.plan_for(workspace, snapshot, known, order.asking)
        store.settle(earlier.endings)
        _show_plan(plan, workspace, order.saved)
        _check_plan(plan, order.saved)
        if not plan.is_empty:
            _agree(order, plan)
        store.remember(adopted(plan, workspace.resolution.desired, snapshot, applied))
        with watching(order.events) as watch:
            surroundings = replace(_surroundings(workspace, client, store), author=author, watch=watch)
            if plan.is_empty:
                return _nothing_to_do(plan, surroundings, earlier, show)
            return _run(Run(plan, run, surroundings), surroundings, show)


@contextmanager
def _leaving_in_order_when_terminated() -> Iterator[None]:
    """Before and after a run a SIGTERM ends things as Ctrl-C does, so that nobody waits for a hold without a holder."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _surroundings(workspace: Workspace, client: Client, store: Store) -> Surroundings:
    return Surroundings(
        client,
        store,
        criteria=workspace.settings.criteria or "separate",
        locate=workspace.loaded.locate,
        waivers=tuple(workspace.project.allow or ()),
        patience=Patience(settle_seconds=pieces.settle_seconds(workspace)),
    )


def _say_whom_we_wait_for(hold: Hold, seconds: float) -> None:
    say(
        f"waiting up to {seconds:.0f} s for the run {hold.owner} of {hold.who}: it holds this environment, "
        "and may have died"
    )


# -------------------------------------------------------------------------------------------------------- consent


def _show_plan(plan: Plan, workspace: Workspace, saved: SavedPlan | None) -> None:
    if saved is not None:
        say(summary_line(plan))
        return
    text = render("text", plan, page_for("text", workspace.folder))
    click.echo(text, err=True, nl=False, color=None if sys.stderr.isatty() else False)


def _check_plan(plan: Plan, saved: SavedPlan | None) -> None:
    if saved is not None:
        _check_fresh(plan, saved)
    if plan.refusals:
        anew = "" if saved is None else "plan anew, and "
        hint = f"if it is meant: {anew}{ways_through(plan.refusals)}"
        raise ConsentError("a guard refuses the plan; nothing was written", hint=hint)


def _check_fresh(plan: Plan, saved: SavedPlan) -> None:
    differences = differing(saved, plan)
    if not differences:
        return
    say("what differs between the saved plan and one made now:")
    for line in differences:
        say(f"  {line}")
    raise StalePlanError(
        "the saved plan is stale: it is not what would be done now; nothing was written",
        hint="plan again, have it reviewed, and apply that",
    )


def _agree(order: Order, plan: Plan) -> None:
    if order.saved is not None or order.is_agreed:
        return
    if not sys.stdin.isatty():
        raise ConsentError("nothing was written: nobody is there to agree", hint="pass --yes to apply without asking")
    campaigns = plan.summary.distribute
    gifts = f"This sends {counted(campaigns, 'campaign')}, which cannot be undone. " if campaigns else ""
    if not click.confirm(f"{gifts}Apply this?", err=True):
        raise ConsentError("nothing was written: you did not agree")


# ------------------------------------------------------------------------------------------------------- the run


def _nothing_to_do(plan: Plan, surroundings: Surroundings, earlier: Earlier, show: Show) -> int:
    """A plan without a step that could be carried out: no run, but an account of what is kept back."""
    report = Run(plan, "", surroundings).report()
    show(report)
    if earlier.unsettled:
        return ExitCode.UNKNOWN
    if any(guard.refused for guard in plan.guards):
        return ExitCode.CONSENT
    return report.exit_code


def _run(run: Run, surroundings: Surroundings, show: Show) -> int:
    try:
        with stopping_at_signals(surroundings.stop.wish, FIRST_SIGNAL):
            report = run.carry_out()
    except KeyboardInterrupt:
        _leave_at_once(run, surroundings.store, show)
    except BaseException:
        with suppress(OffersError):
            show(run.report())
        raise
    show(report)
    return report.exit_code


def _leave_at_once(run: Run, store: Store, show: Show) -> NoReturn:
    """End the process without waiting for calls that are under way; the journal has them, and the next run looks."""
    show(run.report())
    dropping = threading.Thread(target=store.drop_hold, args=(run.run,), daemon=True)
    dropping.start()
    dropping.join(_DROP_SECONDS)
    leave_at_once(ExitCode.INTERRUPTED)
