from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from businesses import Business, criterion, fields_changed, items_of, outcomes, redeemable, selector

from offers_sync.applying.events import Waiting
from offers_sync.errors import ExitCode, RefusedError
from offers_sync.models.values import Outcome
from offers_sync.sandbox import Calls, Fault, Faults, Settings

Open = Callable[..., Business]
OFFERS = tuple(redeemable(f"offer-{number:02}") for number in range(20))
POISON = OFFERS[13]


def refusing_poison(request: httpx.Request) -> httpx.Response | None:
    """A vendor that turns a whole call away for one of its items."""
    if request.method == "GET" or all(item["external_id"] != POISON.external_id for item in items_of(request)):
        return None
    return httpx.Response(422, json={"errors": {"base": ["one of these is bad"]}})


def sizes(business: Business) -> list[int]:
    """How many items each write had, the largest first: halves travel side by side, in no order."""
    return sorted((len(body["data"]) for _, _, body in business.bodies), reverse=True)


def test_a_poisonous_item_is_found_by_halving(opened: Open) -> None:
    """A refused batch is split until the bad item stands alone; the others land, each once."""
    business = opened(*OFFERS)
    business.interfere = refusing_poison

    report = business.apply()

    assert {name for name, outcome in outcomes(report).items() if outcome != "done"} == {"create redeemable/offer-13"}
    (failed,) = [item for item in report.items if item.outcome is Outcome.FAILED]
    assert failed.errors == (
        "POST /api2/dashboard/offers/redeemable: the server answered 422: one of these is bad",
        "its batch was refused, and a list shows nothing of it",
    )
    assert (report.exit_code, business.duplicates(), len(business.objects("redeemable"))) == (8, {}, 19)
    assert sizes(business) == [20, 10, 10, 5, 5, 3, 2, 1, 1]
    assert business.store().open_entries() == ()


def test_updates_are_halved_as_well(opened: Open) -> None:
    """The same holds for updates, which need no list in between."""
    business = opened(*OFFERS)
    business.apply()
    business.want(*(fields_changed(each, points=4) for each in OFFERS))
    business.interfere = refusing_poison

    report = business.apply()

    assert report.counts == {Outcome.DONE: 19, Outcome.FAILED: 1}
    assert business.plan().summary.update == 1


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_a_refused_batch_saved_is_not_sent_again(opened: Open, status: int) -> None:
    """Before the halves go, a list says what of the batch landed all the same."""
    saving = Fault(at="create-redeemables", calls=Calls.of(1), status=status, commit=7)
    business = opened(*OFFERS, faults=Faults(rules=(saving,)))

    report = business.apply()

    assert (report.exit_code, business.duplicates(), sizes(business)) == (ExitCode.DONE, {}, [20, 10, 3])


def test_a_single_item_that_was_refused_and_saved_is_done(opened: Open) -> None:
    """What the list shows counts, whatever the answer said."""
    saving = Fault(at="create-redeemables", status=422, commit="all")
    business = opened(OFFERS[0], faults=Faults(rules=(saving,)))

    report = business.apply()

    assert (outcomes(report), sizes(business)) == ({"create redeemable/offer-00": "done"}, [1])


def test_other_refusals_are_not_split(opened: Open) -> None:
    """An address that is not there does not get better with fewer items."""
    gone = Fault(at="create-redeemables", status=404)
    business = opened(*OFFERS, faults=Faults(rules=(gone,)))

    report = business.apply()

    assert (report.counts, sizes(business)) == ({Outcome.FAILED: 20}, [20])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(at="create-*", status=401), "401"),
        (Fault(at="create-*", status=403), "403"),
        (Fault(at="create-*", status=302), "302"),
    ],
)
def test_a_refusal_of_the_key_stops_everything_at_once(opened: Open, fault: Fault, said: str) -> None:
    """After the first 401, 403 or redirect nothing more is sent, and the account says why."""
    lunch = selector("lunch")
    ten = criterion("ten", lunch)
    business = opened(lunch, ten, redeemable("offer", ten), *OFFERS, faults=Faults(rules=(fault,)))

    report = business.apply()

    assert business.count("POST") == 1
    assert report.counts == {Outcome.FAILED: 1, Outcome.HELD_BACK: 22}
    assert (report.exit_code, isinstance(report.stopped_by, RefusedError)) == (ExitCode.REFUSED, True)
    assert said in (report.stopped_by.message if report.stopped_by else "")
    assert business.store().history()[0].outcome == "refused"


def test_a_feature_that_is_off_stops_what_needs_it(opened: Open) -> None:
    """Ingestion that is off for writing refuses the first wave, and nothing else is tried."""
    business = opened(selector("lunch"), *OFFERS)
    plan = business.plan()
    assert plan.summary.create == 21
    off = Fault(at="create-*", settings={"ingestion_enabled": False})
    business.follow(Faults(rules=(off,)))

    report = business.apply()

    assert (business.count("POST"), report.exit_code) == (1, ExitCode.REFUSED)


def test_too_many_requests_are_waited_for(opened: Open) -> None:
    """A 429 is no refusal: the batch goes again after a pause, and after a look at what landed."""
    storm = Fault(at="create-redeemables", calls=Calls(last=5), status=429, retry_after=7)
    business = opened(*OFFERS, faults=Faults(rules=(storm,)))

    report = business.apply()

    assert (report.exit_code, business.duplicates(), sizes(business)) == (ExitCode.DONE, {}, [20] * 6)
    assert any(isinstance(event, Waiting) for event in business.events)


def test_a_storm_without_end_is_given_up(opened: Open) -> None:
    """When the server never lets a call through, the items have failed, and the account says with what."""
    storm = Fault(at="create-redeemables", status=429)
    business = opened(*OFFERS, faults=Faults(rules=(storm,)))

    report = business.apply()

    assert (report.counts, business.duplicates()) == ({Outcome.FAILED: 20}, {})
    assert "429" in report.items[0].errors[0]
    assert business.store().open_entries() == ()


def test_duplicates_that_the_server_refuses(opened: Open) -> None:
    """A server that knows the id already says so, and the item has failed with its words."""
    business = opened(OFFERS[0], settings=Settings(duplicate_external_ids="refuse", kinds_share_external_ids=False))
    taken = selector("taken")
    business.want(taken)
    business.apply()
    business.want(
        taken,
        fields_changed(OFFERS[0]).__class__("redeemable", "x", taken.external_id, OFFERS[0].fields, taken.origins),
    )

    report = business.apply()

    assert "already been taken" in report.items[0].errors[0]
