from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from businesses import (
    Business,
    criterion,
    document,
    fields_changed,
    outcomes,
    redeemable,
    selector,
    without,
)

from offers_sync.applying.events import BatchSent, ItemEnded, RunEnded, RunStarted, WaveStarted
from offers_sync.errors import ExitCode
from offers_sync.planning.plan import Plan
from offers_sync.state.records import Author

Open = Callable[..., Business]
LUNCH = selector("lunch")
TEN = criterion("ten", LUNCH)
OFFER = redeemable("offer", TEN, image="https://example.com/a.png")
FLAT = redeemable("flat")


def test_a_plan_is_carried_out_once(opened: Open) -> None:
    """Everything is created in its order, and a second run has nothing to do."""
    business = opened(LUNCH, TEN, OFFER, FLAT)

    report = business.apply()

    assert outcomes(report) == {
        "create selector/lunch": "done",
        "create criterion/ten": "done",
        "create redeemable/flat": "done",
        "create redeemable/offer": "done",
        "upload_image redeemable/offer": "done",
    }
    assert (report.exit_code, business.duplicates(), business.count("POST")) == (ExitCode.DONE, {}, 4)
    assert business.plan().is_empty
    assert business.plan(remembers=False).is_empty


def test_batches_hold_at_most_twenty(opened: Open) -> None:
    """The twenty-first item would be ignored in silence, so it goes into the next call."""
    business = opened(*(redeemable(f"offer-{number}") for number in range(41)))

    business.apply()

    assert sorted(len(body["data"]) for _, _, body in business.bodies) == [1, 20, 20]
    assert len(business.objects("redeemable")) == 41


def test_one_id_is_never_twice_in_a_batch(opened: Open) -> None:
    """Two steps of one id go in two calls, whatever a plan says."""
    business = opened(FLAT)

    def doubled(plan: Plan) -> Plan:
        (step,) = plan.steps
        return replace(plan, steps=(step, replace(step, desired=replace(step.desired, key="again"))))

    business.apply(change=doubled)

    assert [len(body["data"]) for _, _, body in business.bodies] == [1, 1]


def test_an_update_sends_what_changed(opened: Open) -> None:
    """Nothing is sent but the id and the fields that differ."""
    business = opened(FLAT)
    business.apply()
    business.bodies.clear()
    business.want(fields_changed(FLAT, points=30))

    report = business.apply()

    assert outcomes(report) == {"update redeemable/flat": "done"}
    assert business.bodies == [
        ("PATCH", "/api2/dashboard/offers/redeemable", {"data": [{"external_id": FLAT.external_id, "points": 30}]})
    ]
    assert business.plan().is_empty


def test_a_failed_item_keeps_back_only_what_depends_on_it(opened: Open) -> None:
    """The selector that fails takes its criterion and its offer with it, and nothing else."""
    bad = selector("bad", filter_item_set="everything")
    on_bad = criterion("on-bad", bad)
    business = opened(bad, on_bad, redeemable("bad-offer", on_bad), LUNCH, TEN, OFFER)

    report = business.apply()

    assert outcomes(report) == {
        "create selector/bad": "failed",
        "create selector/lunch": "done",
        "create criterion/on-bad": "held_back",
        "create criterion/ten": "done",
        "create redeemable/bad-offer": "held_back",
        "create redeemable/offer": "done",
        "upload_image redeemable/offer": "done",
    }
    texts = {item.step.name: item.errors for item in report.items}
    assert texts["selector/bad"][0].startswith("filter_item_set is not included in the list (request id ")
    assert texts["redeemable/bad-offer"] == ("criterion/on-bad is not done",)
    assert (report.exit_code, report.ending) == (ExitCode.PARTIAL, "partial")


def test_an_image_is_sent_when_its_address_changes(opened: Open) -> None:
    """The picture goes once for each URL, and a picture of an offer that failed does not go."""
    business = opened(LUNCH, TEN, OFFER)
    business.apply()
    assert business.apply().items == ()

    business.want(LUNCH, TEN, replace(OFFER, image="https://example.com/b.png"))
    assert outcomes(business.apply()) == {"upload_image redeemable/offer": "done"}
    assert business.plan().is_empty

    business.want(
        LUNCH, TEN, OFFER, replace(redeemable("bad", discount_channel="moon"), image="https://example.com/c.png")
    )
    report = business.apply()
    assert outcomes(report)["upload_image redeemable/bad"] == "held_back"
    assert business.plan().summary.upload_image == 1


def test_a_picture_that_the_server_refuses_is_told(opened: Open) -> None:
    """A failed picture is told with the server's words and tried again by the next run."""
    business = opened(replace(FLAT, image="https://example.com/oversized.png"))

    report = business.apply()

    assert outcomes(report) == {"create redeemable/flat": "done", "upload_image redeemable/flat": "failed"}
    assert "image is too big" in report.items[1].errors[0]
    assert business.plan().summary.upload_image == 1


def test_a_retired_offer_is_withdrawn_and_stays_so(opened: Open) -> None:
    """Flags go out and the end is now; the tombstone plans nothing more, also without a memory."""
    offer = redeemable("flat", distributable=True, schedule={"indefinitely": True, "timezone": "America/Chicago"})
    business = opened(offer)
    business.apply()
    business.want(replace(offer, is_retired=True))
    business.clock.sleep(3600)

    report = business.apply()

    assert outcomes(report) == {"retire redeemable/flat": "done"}
    body = business.body(offer)
    assert (body["distributable"], body["indefinetely"], body["end_time"]) == (False, False, "2027-01-15T03:00:00")
    business.clock.sleep(3600)
    assert business.plan().is_empty
    assert business.plan(remembers=False).is_empty


def test_withdrawing_waits_for_nothing(opened: Open) -> None:
    """An offer is retired although the criterion it refers to fails."""
    business = opened(LUNCH, TEN, OFFER)
    business.apply()
    business.want(LUNCH, fields_changed(TEN, amount_cap=100_000), replace(OFFER, is_retired=True))

    report = business.apply()

    assert outcomes(report) == {"update criterion/ten": "failed", "retire redeemable/offer": "done"}


def test_what_leaves_a_document_is_cleared(opened: Open) -> None:
    """A field that was applied and is written no more goes from the server, and only then."""
    business = opened(redeemable("flat", note="for us", points=3))
    business.apply()
    business.want(without(business.documents[0], ["note"]))

    report = business.apply()

    assert outcomes(report) == {"update redeemable/flat": "done"}
    assert "note" not in business.body(FLAT)
    assert business.plan().is_empty


def test_history_names_who_ran_it(opened: Open) -> None:
    """The run is in the history with its author, its plan and its figures."""
    business = opened(FLAT)
    report = business.apply()

    (run,) = business.store().history()
    assert (run.run, run.plan_digest, run.outcome, run.counts) == (report.run, report.plan.digest, "done", {"done": 1})
    assert run.author == Author()


def test_events_tell_the_story(opened: Open) -> None:
    """A watcher sees the run, its waves, its batches and each item's end, in this order."""
    business = opened(LUNCH, FLAT)
    business.apply()

    seen = [type(event) for event in business.events]
    assert (seen[0], seen[-1], seen.count(WaveStarted), seen.count(BatchSent), seen.count(ItemEnded)) == (
        RunStarted,
        RunEnded,
        2,
        2,
        2,
    )


def test_losing_the_memory_costs_nothing(opened: Open) -> None:
    """Without its state file nothing is created twice, and what is live is remembered again."""
    business = opened(LUNCH, TEN, OFFER, redeemable("noted", note="for us"))
    business.apply()
    business.environment = "after the loss"

    report = business.apply()

    assert (report.items, business.duplicates()) == ((), {})
    assert len(business.store().applied()) == 4
    business.want(LUNCH, TEN, OFFER, redeemable("noted"))
    assert outcomes(business.apply()) == {"update redeemable/noted": "done"}
    assert business.plan().is_empty


def test_what_is_kept_back_by_the_plan_is_not_sent(opened: Open) -> None:
    """A step that the plan keeps back has that outcome, with the plan's reason."""
    business = opened(
        document("redeemable", "named", name="named", receipt_rule={"flat_discount": 5}, segment="Nobody")
    )

    report = business.apply()

    (item,) = report.items
    assert (item.outcome, business.count("POST"), report.exit_code) == ("held_back", 0, ExitCode.PARTIAL)
    assert item.errors == (item.step.held_back,)
