from __future__ import annotations

from collections.abc import Callable

import pytest
from businesses import Business, criterion, fields_changed, outcomes, redeemable, said, selector

from offers_sync.errors import ExitCode
from offers_sync.sandbox import Calls, Cut, Fault, Faults, Settings

Open = Callable[..., Business]
LUNCH = selector("lunch")
INSIDE = criterion("offer/receipt_rule", LUNCH, inline_in="offer")
OFFER = redeemable("offer", INSIDE)
BOTH = (LUNCH, INSIDE, OFFER)


def rules(business: Business) -> list[str]:
    """The type of each receipt rule that was sent, with the verb."""
    return [
        f"{method} {item['receipt_rule']['qualifier_type']}"
        for method, _, body in business.bodies
        for item in body["data"]
        if item.get("receipt_rule")
    ]


def test_separate_criteria_go_first(opened: Open) -> None:
    """By default an inline criterion is an object of its own, and its offer refers to it."""
    business = opened(*BOTH)

    report = business.apply()

    assert (rules(business), business.count("POST"), report.exit_code) == (["POST existing"], 3, ExitCode.DONE)


@pytest.mark.parametrize("is_listed", [True, False])
def test_inline_criteria_go_inside(opened: Open, is_listed: bool) -> None:  # noqa: FBT001  a case
    """Where the environment says so, it goes inside the create call, has its own outcome, and is there once."""
    business = opened(*BOTH, criteria="inline", settings=Settings(inline_criteria_listed=is_listed))

    report = business.apply()

    assert outcomes(report) == {
        "create selector/lunch": "done",
        "create criterion/offer/receipt_rule": "done",
        "create redeemable/offer": "done",
    }
    assert (rules(business), business.count("POST")) == (["POST new"], 2)
    assert business.plan().is_empty
    assert business.plan(remembers=False).is_empty


def test_what_does_not_fit_inside_is_an_object_of_its_own(opened: Open) -> None:
    """The inline form is narrower; a criterion that it does not hold is sent first."""
    wide = fields_changed(INSIDE, effective_location=["location:1", "location:2"])
    business = opened(LUNCH, wide, OFFER, criteria="inline", settings=Settings(unknown_places="accept"))

    report = business.apply()

    assert (rules(business), report.exit_code) == (["POST existing"], ExitCode.DONE)


def test_it_is_updated_by_its_own_id(opened: Open) -> None:
    """What patching `new` again does is not documented, so no update carries it."""
    business = opened(*BOTH, criteria="inline")
    business.apply()
    business.bodies.clear()
    business.want(LUNCH, fields_changed(INSIDE, amount_cap=7), fields_changed(OFFER, points=3))

    report = business.apply()

    assert outcomes(report) == {"update criterion/offer/receipt_rule": "done", "update redeemable/offer": "done"}
    assert rules(business) == []
    assert business.body(INSIDE)["amount_cap"] == 7


def test_a_rule_that_becomes_inline_refers_to_a_criterion_of_its_own(opened: Open) -> None:
    """An offer that is there already gets its new criterion by reference, never by `new` in an update."""
    business = opened(redeemable("offer"), criteria="inline")
    business.apply()
    business.want(*BOTH)

    report = business.apply()

    assert (rules(business)[1:], report.exit_code) == (["PATCH existing"], ExitCode.DONE)
    assert business.plan().is_empty


@pytest.mark.parametrize("cut", [Cut.AFTER_COMMIT, Cut.BEFORE_COMMIT])
def test_a_lost_answer_is_resolved_for_both(opened: Open, cut: Cut) -> None:
    """Offer and criterion are looked for, each in its list, and neither is made twice."""
    lost = Fault(at="create-redeemables", calls=Calls.of(1), cut=cut)
    business = opened(*BOTH, criteria="inline", faults=Faults(rules=(lost,)))

    report = business.apply()

    assert (report.exit_code, business.duplicates()) == (ExitCode.DONE, {})
    assert len(business.objects("criterion")) == 1
    assert business.store().open_entries() == ()


def test_a_criterion_that_is_there_already_is_referred_to(opened: Open) -> None:
    """When the criterion landed and its offer did not, the offer goes again with a reference."""
    business = opened(LUNCH, INSIDE, criteria="inline")
    business.apply()
    business.bodies.clear()
    business.want(*BOTH)

    report = business.apply()

    assert (rules(business), report.exit_code, len(business.objects("criterion"))) == (["POST existing"], 0, 1)


@pytest.mark.parametrize("place", ["top", "nested"])
def test_warnings_belong_to_the_criterion(opened: Open, place: str) -> None:
    """What the server drops of the criterion inside is told at the criterion's line, wherever the warning hangs."""
    odd = fields_changed(INSIDE, receipt_qualifiers=[{"attribute": "moon", "operator": "==", "value": "full"}])
    business = opened(LUNCH, odd, OFFER, criteria="inline", settings=Settings(create_warnings_at=place))

    report = business.apply()

    assert outcomes(report)["create criterion/offer/receipt_rule"] == "done_with_warnings"
    assert outcomes(report)["create redeemable/offer"] == "done"
    assert [line.partition(": the")[0] for line in said(report)] == [
        "criterions/offer-receipt_rule.yaml:4:1: part-was-dropped"
    ]


def test_a_held_back_criterion_keeps_its_offer_back(opened: Open) -> None:
    """When its selector fails the criterion does not go inside, and neither goes the offer."""
    bad = selector("bad", filter_item_set="everything")
    inside = criterion("offer/receipt_rule", bad, inline_in="offer")
    business = opened(bad, inside, redeemable("offer", inside), criteria="inline")

    report = business.apply()

    assert outcomes(report) == {
        "create selector/bad": "failed",
        "create criterion/offer/receipt_rule": "held_back",
        "create redeemable/offer": "held_back",
    }
    assert business.count("POST", "redeemable") == 0
