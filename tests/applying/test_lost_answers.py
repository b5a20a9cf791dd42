from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from businesses import Business, Life, fields_changed, outcomes, redeemable

from offers_sync.applying.events import Waiting
from offers_sync.applying.surroundings import Patience
from offers_sync.errors import ExitCode
from offers_sync.models.values import Outcome
from offers_sync.sandbox import Calls, Cut, Fault, Faults, Lag
from offers_sync.state.leases import LeaseTerms, hold_environment
from offers_sync.state.records import Intent

Open = Callable[..., Business]
FIRST = Calls.of(1)
OFFERS = tuple(redeemable(f"offer-{number}") for number in range(5))
SLOW = Patience(settle_seconds=960.0)


def posts(business: Business) -> list[int]:
    """How many items each creating call had."""
    return [len(body["data"]) for method, _, body in business.bodies if method == "POST"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(at="create-redeemables", calls=FIRST, cut=Cut.AFTER_COMMIT),
        Fault(at="create-redeemables", calls=FIRST, cut=Cut.HALF_ANSWER),
        Fault(at="create-redeemables", calls=FIRST, status=502, page="html", commit="all"),
        Fault(at="create-redeemables", calls=FIRST, status=200, page="html", commit="all"),
        Fault(at="create-redeemables", calls=FIRST, status=200, body={"data": []}, commit="all"),
    ],
)
@pytest.mark.parametrize("settle_seconds", [0.0, 960.0])
def test_what_was_created_without_an_answer_is_found(opened: Open, fault: Fault, settle_seconds: float) -> None:
    """The list shows it, so it is done, and nothing is sent a second time."""
    business = opened(*OFFERS, faults=Faults(rules=(fault,)), patience=Patience(settle_seconds=settle_seconds))

    report = business.apply()

    assert (posts(business), business.duplicates(), report.exit_code) == ([5], {}, ExitCode.DONE)
    assert business.plan().is_empty
    assert business.store().open_entries() == ()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(at="create-redeemables", calls=FIRST, cut=Cut.BEFORE_COMMIT),
        Fault(at="create-redeemables", calls=FIRST, status=500),
        Fault(at="create-redeemables", calls=FIRST, status=408),
        Fault(at="create-redeemables", calls=FIRST, status=200, page="html"),
    ],
)
def test_what_never_arrived_is_sent_again(opened: Open, fault: Fault) -> None:
    """A complete list proves that nothing was created, so the same run sends it again, and it is there once."""
    business = opened(*OFFERS, faults=Faults(rules=(fault,)))

    report = business.apply()

    assert (posts(business), business.duplicates(), report.exit_code) == ([5, 5], {}, ExitCode.DONE)
    assert [entry.outcome for entry in business.store().entries_of(report.run)] == [Outcome.FAILED] * 5 + [
        Outcome.DONE
    ] * 5


def test_half_a_batch(opened: Open) -> None:
    """What landed of a lost batch is found, and only the rest is sent again."""
    lost = Fault(at="create-redeemables", calls=FIRST, cut=Cut.HALF_ANSWER, commit=2)
    business = opened(*OFFERS, faults=Faults(rules=(lost,)))

    report = business.apply()

    assert (posts(business), business.duplicates(), report.exit_code) == ([5, 3], {}, ExitCode.DONE)


def test_a_connection_that_never_came_about_is_simply_tried_again(opened: Open) -> None:
    """What certainly was not sent needs no proof."""
    unsent = Fault(at="create-redeemables", calls=FIRST, cut=Cut.CONNECT)
    business = opened(*OFFERS, faults=Faults(rules=(unsent,)), patience=SLOW)

    report = business.apply()

    assert (report.exit_code, business.duplicates(), len(business.objects("redeemable"))) == (ExitCode.DONE, {}, 5)


def test_absence_is_not_concluded_too_early(opened: Open) -> None:
    """While a list may lag the outcome is unknown: a minute is waited, nothing is sent, the exit code is 9."""
    lost = Fault(at="create-redeemables", calls=FIRST, cut=Cut.BEFORE_COMMIT)
    business = opened(*OFFERS, faults=Faults(rules=(lost,)), patience=SLOW)
    began = business.clock()

    report = business.apply()

    assert set(outcomes(report).values()) == {"unknown"}
    assert (posts(business), report.exit_code, report.ending) == ([5], ExitCode.UNKNOWN, "unknown")
    assert business.clock() - began == 60
    assert sum(event.seconds for event in business.events if isinstance(event, Waiting)) == 60
    assert len(business.store().open_entries()) == 5


def test_the_next_run_begins_with_what_is_unknown(opened: Open) -> None:
    """Too early it is kept back with the time to come again; after that it is proven absent and created, once."""
    lost = Fault(at="create-redeemables", calls=FIRST, cut=Cut.BEFORE_COMMIT)
    business = opened(*OFFERS, faults=Faults(rules=(lost,)), patience=SLOW)
    business.apply()

    early = business.apply()
    assert (posts(business), set(outcomes(early).values())) == ([5], {"held_back"})
    assert early.items[0].errors == (
        "it was sent before and no answer came, and the list may be slow to show it: run again after 08:16:00 UTC",
    )

    business.clock.sleep(900)
    late = business.apply()
    assert (posts(business), late.exit_code, business.duplicates()) == ([5, 5], ExitCode.DONE, {})
    assert business.store().open_entries() == ()


def test_what_a_slow_list_shows_in_the_end_is_done(opened: Open) -> None:
    """A lost answer to something that was created is resolved within the minute that a run waits."""
    lost = Fault(at="create-redeemables", calls=FIRST, cut=Cut.AFTER_COMMIT)
    lag = Fault(at="list-redeemables", lag=Lag(seconds=20.0))
    business = opened(*OFFERS, faults=Faults(rules=(lost, lag)), patience=SLOW)

    report = business.apply()

    assert (posts(business), report.exit_code) == ([5], ExitCode.DONE)
    assert business.apply().items == ()


def test_a_list_that_lags_makes_nothing_twice(opened: Open) -> None:
    """What was created a short time ago is not planned again while the list does not show it, memory or not."""
    lag = Fault(at="list-redeemables", lag=Lag(seconds=900.0))
    business = opened(*OFFERS, faults=Faults(rules=(lag,)), patience=SLOW)

    first = business.apply()
    assert first.exit_code == ExitCode.DONE
    assert [finding.code for item in first.items for finding in item.annotations] == ["not-shown-yet"] * 5

    again = business.apply()
    assert (posts(business), set(outcomes(again).values())) == ([5], {"held_back"})
    assert again.items[0].errors[0].startswith("it was created a short time ago, and the list may be slow to show it")

    business.clock.sleep(1000)
    assert (business.apply().items, business.duplicates()) == ((), {})


def test_items_missing_from_the_results_are_looked_for(opened: Open) -> None:
    """An id that did not come back is not done until a list shows it."""
    omitted = Fault(at="create-redeemables", calls=FIRST, omit_results=(2, 4))
    business = opened(*OFFERS, faults=Faults(rules=(omitted,)))

    report = business.apply()

    assert (posts(business), business.duplicates(), report.exit_code) == ([5], {}, ExitCode.DONE)


def test_an_incomplete_list_proves_nothing(opened: Open) -> None:
    """Nothing is sent again while the list counts more than it shows; once it shows all the run goes on."""
    lost = Fault(at="create-redeemables", calls=FIRST, cut=Cut.BEFORE_COMMIT)
    business = opened(*OFFERS, faults=Faults(rules=(lost,)))
    counted: list[int] = []

    def miscounting(request: httpx.Request) -> httpx.Response | None:
        if request.method != "GET" or not posts(business) or len(counted) >= 6:
            return None
        answer = business.embedded.transport.handle_request(request)
        body = json.loads(answer.read())
        counted.append(body["meta"]["total_records"])
        body["meta"]["total_records"] += 1
        return httpx.Response(200, json=body)

    business.interfere = miscounting

    report = business.apply()

    assert (posts(business), business.duplicates(), report.exit_code) == ([5, 5], {}, ExitCode.DONE)
    assert [event.seconds for event in business.events if isinstance(event, Waiting)] == [1, 2]


@pytest.mark.parametrize("commit", ["all", "none"])
def test_an_update_without_answer_is_repeated(opened: Open, commit: str) -> None:
    """An update may be sent again, and what counts is what the list shows in the end."""
    business = opened(*OFFERS)
    business.apply()
    business.want(*(fields_changed(each, points=7) for each in OFFERS))
    business.follow(Faults(rules=(Fault(at="update-redeemables", calls=Calls(last=7), status=502, commit=commit),)))

    report = business.apply()

    assert (report.exit_code, business.plan().is_empty) == (ExitCode.DONE, True)


def test_a_server_that_stops_answering_is_not_flooded(opened: Open) -> None:
    """After a row of lost answers nothing more is sent until a list was read."""
    business = opened(
        *(redeemable(f"offer-{number}") for number in range(50)),
        faults=Faults(rules=(Fault(at="create-redeemables", calls=Calls(last=30), cut=Cut.BEFORE_COMMIT),)),
        patience=Patience(settle_seconds=0.0, lost_in_a_row_limit=3),
        batch_limit=1,
    )

    report = business.apply()

    # Sixteen are under way at once before the row is long enough; the three rounds stay far below fifty calls each.
    assert business.duplicates() == {}
    assert report.counts[Outcome.DONE] + report.counts[Outcome.FAILED] + report.counts[Outcome.HELD_BACK] == 50
    assert len(posts(business)) < 100


def test_an_unreachable_server_ends_the_run_with_an_account(opened: Open) -> None:
    """When not even a list can be read the outcomes are unknown, the rest is not sent, and a later run goes on."""
    dead = (
        Fault(at="create-redeemables", cut=Cut.AFTER_COMMIT),
        Fault(at="list-redeemables", calls=Calls(first=2), cut=Cut.CONNECT),
    )
    business = opened(*(replace(each, image="https://example.com/a.png") for each in OFFERS), faults=Faults(rules=dead))

    report = business.apply()

    assert (report.counts[Outcome.UNKNOWN], report.counts[Outcome.HELD_BACK]) == (5, 5)
    assert (report.exit_code, report.stopped_by is not None) == (ExitCode.UNKNOWN, True)
    business.follow(Faults())
    assert (business.apply().exit_code, business.duplicates(), posts(business)) == (ExitCode.DONE, {}, [5, 5])


def test_entries_of_a_dead_run_are_explained(opened: Open) -> None:
    """Every open entry gets an ending: found, never arrived, or planned again, as the lists and the verb allow."""
    business = opened(*OFFERS)
    business.apply()
    store = business.store()
    with hold_environment(store, "dead", "tester", LeaseTerms(has_heart=False)):
        store.begin_run("dead", "sha256:0")
        store.intend(
            "dead",
            [
                Intent("create", "redeemable", "offer-0", OFFERS[0].external_id),
                Intent("create", "redeemable", "never", "id-that-never-arrived"),
                Intent("update", "redeemable", "offer-1", OFFERS[1].external_id),
            ],
        )

    assert business.apply().items == ()

    notes = [(entry.outcome, entry.note) for entry in store.entries_of("dead")]
    assert notes == [
        (Outcome.DONE, "the list shows it"),
        (Outcome.FAILED, "a complete list shows that it never arrived"),
        (Outcome.FAILED, "nobody knows; it may be repeated, so the next plan decides by what is live"),
    ]


def test_a_plan_writes_nothing_into_the_journal(opened: Open) -> None:
    """Only a run explains what earlier runs left open; a plan merely keeps it back."""
    lost = Fault(at="create-redeemables", calls=FIRST, cut=Cut.BEFORE_COMMIT)
    business = opened(*OFFERS, faults=Faults(rules=(lost,)), patience=SLOW)
    business.apply()
    business.clock.sleep(2000)

    plan = business.plan()

    assert plan.summary.create == 5
    assert len(business.store().open_entries()) == 5


def test_a_kill_between_intent_and_call_costs_a_look(opened: Open) -> None:
    """Killed right after the intent was noted, the next run proves that nothing arrived, and creates it."""
    business = opened(*OFFERS)
    for steps in range(200):
        try:
            business.apply(life=Life(steps))
        except BaseException:  # noqa: BLE001  a death at each step in turn
            if business.store().open_entries():
                break
            continue
    business.clock.sleep(61)

    business.apply()

    assert (business.duplicates(), business.plan().is_empty) == ({}, True)
    assert business.store().open_entries() == ()
