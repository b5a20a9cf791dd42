from __future__ import annotations

from collections.abc import Callable

import pytest
from businesses import Business, criterion, outcomes, redeemable, selector

from offers_sync.applying.events import BatchSent, Event, RunEnded
from offers_sync.applying.running import Run
from offers_sync.applying.stopping import Stop
from offers_sync.applying.surroundings import Patience
from offers_sync.errors import ExitCode
from offers_sync.models.values import Outcome
from offers_sync.sandbox import Calls, Cut, Fault, Faults
from offers_sync.state.databases import StateError

Open = Callable[..., Business]
LUNCH = selector("lunch")
TEN = criterion("ten", LUNCH)
OFFERS = tuple(redeemable(f"offer-{number}", TEN) for number in range(3))


def stopping(stop: Stop, kind: str, business: Business) -> Callable[[Event], None]:
    """A person who asks to stop as soon as a batch of a kind is on its way."""

    def watch(event: Event) -> None:
        business.events.append(event)
        if isinstance(event, BatchSent) and event.kind == kind:
            stop.request()

    return watch


def test_what_is_in_flight_is_finished_and_the_rest_is_not_begun(opened: Open) -> None:
    """After the wish the batch under way is settled and remembered, and the run says that it was interrupted."""
    business = opened(LUNCH, TEN, *OFFERS)
    stop = Stop()

    report = business.apply(stop=stop, watch=stopping(stop, "criterion", business))

    assert outcomes(report) == {
        "create selector/lunch": "done",
        "create criterion/ten": "done",
        **{f"create redeemable/offer-{number}": "held_back" for number in range(3)},
    }
    assert report.items[-1].errors == ("not sent: the run was interrupted",)
    assert (report.exit_code, report.is_interrupted) == (ExitCode.INTERRUPTED, True)
    assert business.store().history()[0].outcome == "interrupted"
    assert isinstance(business.events[-1], RunEnded)


def test_the_next_run_goes_on(opened: Open) -> None:
    """Nothing that was done is done again."""
    business = opened(LUNCH, TEN, *OFFERS)
    stop = Stop()
    business.apply(stop=stop, watch=stopping(stop, "selector", business))

    report = business.apply()

    assert (len(report.items), report.exit_code, business.duplicates()) == (4, ExitCode.DONE, {})


def test_a_wish_that_comes_at_the_end_changes_nothing(opened: Open) -> None:
    """A run that was done anyway is done."""
    business = opened(LUNCH)
    stop = Stop()

    report = business.apply(stop=stop, watch=stopping(stop, "selector", business))

    assert (report.exit_code, report.is_interrupted) == (ExitCode.DONE, False)


def test_nobody_waits_for_lists_once_asked_to_stop(opened: Open) -> None:
    """A lost answer is looked for once, and its outcome stays unknown for the next run."""
    lost = Fault(at="create-selectors", calls=Calls.of(1), cut=Cut.BEFORE_COMMIT)
    business = opened(LUNCH, faults=Faults(rules=(lost,)), patience=Patience(settle_seconds=960.0))
    stop = Stop()
    began = business.clock()

    report = business.apply(stop=stop, watch=stopping(stop, "selector", business))

    assert (business.clock() - began, report.counts) == (0, {Outcome.UNKNOWN: 1})
    assert report.exit_code == ExitCode.INTERRUPTED


def test_a_wait_ends_when_somebody_asks(opened: Open) -> None:
    """The wish itself ends a wait, long before its time."""
    assert opened
    stop = Stop()
    stop.request()
    stop.sleep(3600)

    assert stop.is_requested


def test_a_crash_leaves_an_account(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """When something of ours breaks in the middle, each step still has its outcome, and the history says fault."""
    business = opened(LUNCH, TEN, *OFFERS)
    made: list[Run] = []
    original = Run.__init__

    def noted(run: Run, *arguments: object) -> None:
        made.append(run)
        original(run, *arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Run, "__init__", noted)

    def breaking(event: Event) -> None:
        if isinstance(event, BatchSent) and event.kind == "criterion":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        business.apply(watch=breaking)

    report = made[0].report()
    assert outcomes(report) == {
        "create selector/lunch": "done",
        "create criterion/ten": "unknown",
        **{f"create redeemable/offer-{number}": "held_back" for number in range(3)},
    }
    assert (report.exit_code, report.fault) == (ExitCode.FAULT, "ZeroDivisionError: ")
    assert business.store().history()[0].outcome == "fault"
    assert (business.apply().exit_code, business.duplicates()) == (ExitCode.DONE, {})


def test_a_memory_that_breaks_stops_the_run(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be noted is not sent; what was sent is reported as it is."""
    business = opened(LUNCH, TEN, *OFFERS)
    intend, calls = business.store().__class__.intend, []

    def failing(store: object, run: str, intents: object) -> object:
        calls.append(run)
        if len(calls) > 1:
            raise StateError("the disk is full")
        return intend(store, run, intents)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(business.store().__class__, "intend", failing)

    report = business.apply()

    assert (business.count("POST"), report.stopped_by is not None) == (1, True)
    assert outcomes(report)["create criterion/ten"] == "held_back"
    assert "the disk is full" in report.items[1].errors[0]
