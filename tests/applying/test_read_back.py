from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from businesses import (
    Business,
    Life,
    criterion,
    document,
    fields_changed,
    outcomes,
    redeemable,
    said,
    selector,
    without,
)

from offers_sync.applying.events import Waiting
from offers_sync.applying.surroundings import Patience
from offers_sync.contract import CRITERIA_PATH, REDEEMABLES_PATH
from offers_sync.errors import ExitCode
from offers_sync.models.project import Allowance
from offers_sync.planning.foretelling import recalling
from offers_sync.planning.plan import Plan
from offers_sync.sandbox import Fault, Faults, Lag, Settings
from offers_sync.wire import codec

Open = Callable[..., Business]
LUNCH = selector("lunch")
QUALIFIERS = [
    {"attribute": "channel", "operator": "==", "value": "POS"},
    {"attribute": "receipt_hour", "operator": "in_range", "value": "14..17"},
    {"attribute": "moon_phase", "operator": "==", "value": "full"},
]
HAPPY = criterion("happy", LUNCH, receipt_qualifiers=QUALIFIERS)
OFFER = redeemable("offer", HAPPY)
SLOW = Patience(settle_seconds=960.0)


def held(plan: Plan) -> dict[str, str]:
    """What a plan keeps back, and why."""
    return {step.name: step.held_back for step in plan.steps if step.held_back}


def test_a_dropped_part_is_told_at_its_line_and_keeps_offers_back(opened: Open) -> None:
    """The server's warning is a finding on the qualifier that it echoes, and no offer is made of what is left."""
    business = opened(LUNCH, HAPPY, OFFER)

    report = business.apply()

    assert outcomes(report) == {
        "create selector/lunch": "done",
        "create criterion/happy": "done_with_warnings",
        "create redeemable/offer": "held_back",
    }
    (line,) = said(report)
    assert line == (
        "criterions/happy.yaml:4:1: part-was-dropped: the server dropped this qualifier: "
        "Required parameters missing or invalid: attribute"
    )
    assert report.exit_code == ExitCode.PARTIAL


def test_a_filter_of_nothing_but_a_selector_is_told_at_its_line(opened: Open) -> None:
    """An entry with one member is an entry all the same: the warning finds it, and stays as long as it does."""
    bare = criterion("bare", line_item_filters=[{"selector": "nope-unknown"}])
    business = opened(bare)

    report = business.apply()

    assert [line.partition(": Required")[0] for line in said(report)] == [
        "criterions/bare.yaml:4:1: part-was-dropped: the server dropped this filter"
    ]
    found = {finding.code: finding.path for finding in business.plan(annotators=[recalling(codec.encode)]).findings}
    assert found == {"part-was-dropped": "/line_item_filters/0/selector", "kept-by-server": "/line_item_filters"}


def test_an_incomplete_criterion_keeps_offers_back_in_later_runs(opened: Open) -> None:
    """The next plan says it again, keeps the offer back with the way through, and lets it go once it is mended."""
    business = opened(LUNCH, HAPPY, OFFER)
    business.apply()

    plan = business.plan()
    assert plan.ready == ()
    assert held(plan)["redeemable/offer"].startswith(
        "the server does not keep `receipt_qualifiers` of criterion/happy as it is written"
    )
    assert "allow `kept-by-server`" in held(plan)["redeemable/offer"]

    mended = fields_changed(HAPPY, receipt_qualifiers=QUALIFIERS[:2])
    business.want(LUNCH, mended, OFFER)
    assert held(business.plan()) == {}
    assert business.apply().exit_code == ExitCode.DONE
    assert business.plan().is_empty


def patched(business: Business, path: str, item: dict[str, Any]) -> None:
    """Somebody writes it by hand."""
    with business.client(Life()) as client:
        (result,) = client.patch(path, {"data": [item]}).body["results"]
    assert result["success"]


@pytest.mark.parametrize("is_edited_first", [False, True], ids=["as-it-is", "after-an-edit-elsewhere"])
def test_what_was_mended_on_the_server_keeps_nothing_back(opened: Open, *, is_edited_first: bool) -> None:
    """A dropped filter that somebody puts right by hand is told no more, and the offers that it kept back are made."""
    late = selector("late")
    filters = [
        {"selector": LUNCH.external_id, "processing_method": "sum_of_amount"},
        {"selector": late.external_id, "processing_method": "sum_of_amount"},
    ]
    half = criterion("half", LUNCH, line_item_filters=filters)
    offer = redeemable("offer", half)
    business = opened(LUNCH, half, offer)
    assert outcomes(business.apply())["create redeemable/offer"] == "held_back"
    business.want(LUNCH, late)
    business.apply()
    sent = [{"line_item_selector_id": each.external_id, "processing_method": "sum_of_amount"} for each in (LUNCH, late)]
    patched(business, CRITERIA_PATH, {"external_id": half.external_id, "name": "half", "line_item_filters": sent})
    if is_edited_first:
        half = fields_changed(half, percentage_of_processed_amount=20)
    business.want(LUNCH, half, offer)

    plan = business.plan(annotators=[recalling(codec.encode)])
    assert held(plan) == {}
    assert [finding.code for finding in plan.findings if finding.code == "part-was-dropped"] == []
    assert business.apply().exit_code == ExitCode.DONE

    business.want(LUNCH, half, fields_changed(offer, name="another"))
    assert held(business.plan()) == {}
    assert [each.warnings for each in business.store().applied() if each.kind == "criterion"] == [()]


def test_what_somebody_lets_stand_keeps_nothing_back(opened: Open) -> None:
    """With a reviewed exception the same drop is no warning, in the run that finds it and in later plans."""
    allow = [
        {"code": "part-was-dropped", "key": "criterion/happy"},
        {"code": "kept-by-server", "key": "criterion/happy"},
    ]
    business = opened(LUNCH, HAPPY, OFFER, allow=allow)

    report = business.apply()

    assert (set(outcomes(report).values()), said(report), report.exit_code) == ({"done"}, [], ExitCode.DONE)
    business.want(LUNCH, HAPPY, OFFER, redeemable("another", HAPPY))
    assert business.apply().exit_code == ExitCode.DONE


def test_a_silent_loss_is_found_by_reading_back(opened: Open) -> None:
    """An update that the server confirmed without a word is compared with what the list shows."""
    business = opened(LUNCH, settings=Settings(results_without_warnings=("update-selectors",)))
    business.apply()
    clauses = [*LUNCH.fields["base_items"]["clauses"], {"attribute": "weight", "operator": ">", "value": "3"}]
    business.want(fields_changed(LUNCH, base_items={"clauses": clauses}))

    report = business.apply()

    assert outcomes(report) == {"update selector/lunch": "done_with_warnings"}
    assert [line.partition(",")[0] for line in said(report)] == [
        'selectors/lunch.yaml:4:1: server-dropped: `base_items.clauses.1` was sent as `{"attribute": "weight"'
    ]
    assert business.plan().is_empty


def test_what_could_not_be_cleared_is_told(opened: Open) -> None:
    """A null that the server ignores is told, and stays what it is."""
    offer = redeemable("flat", note="for us")
    business = opened(offer, settings=Settings(null_on_update="keep"))
    business.apply()
    business.want(without(offer, ["note"]))

    report = business.apply()

    assert outcomes(report) == {"update redeemable/flat": "done_with_warnings"}
    assert said(report) == [
        "redeemables/flat.yaml:2:1: not-cleared: `note` could not be cleared: the server still shows `for us`"
    ]
    assert business.plan().is_empty


def remarked(plan: Plan) -> list[str]:
    """What a plan says beside its steps, as place, code and message."""
    return [f"{finding.position}: {finding.code}: {finding.message}" for finding in plan.findings]


def stubborn(opened: Open) -> Business:
    """A business that could not clear the note of an offer, which was taken out of its document."""
    offer = redeemable("flat", note="for us")
    business = opened(offer, settings=Settings(null_on_update="keep"))
    business.apply()
    business.want(without(offer, ["note"]))
    business.apply()
    return business


KEPT_NOTE = (
    "redeemables/flat.yaml:2:1: kept-by-server: nothing is written for what the server has shown at `note` since it "
    "was applied: `for us`"
)


def test_what_could_not_be_cleared_is_told_as_long_as_it_stands(opened: Open) -> None:
    """Every later plan says it, whatever else is applied meanwhile, and none of them tries it again."""
    business = stubborn(opened)
    assert (remarked(business.plan()), business.plan().is_empty) == ([KEPT_NOTE], True)

    assert outcomes(business.apply()) == {}
    assert remarked(business.plan()) == [KEPT_NOTE]

    business.want(redeemable("flat", points=3))
    assert outcomes(business.apply()) == {"update redeemable/flat": "done"}
    assert (remarked(business.plan()), business.plan().is_empty) == ([KEPT_NOTE], True)

    business.want(redeemable("flat", points=3, note="for us"))
    business.apply()
    business.want(redeemable("flat", points=3, note=None))
    business.apply()
    business.want(redeemable("flat", points=3))
    assert (remarked(business.plan()), business.plan().is_empty) == ([], True), "null and then nothing: not managed"


def test_what_is_cleared_in_the_dashboard_after_all_is_not_managed(opened: Open) -> None:
    """Once the value is gone nothing is said of it, and what somebody writes there later is theirs."""
    business = stubborn(opened)
    edit_outside(business, note="")
    business.apply()
    edit_outside(business, note="for them")

    assert (remarked(business.plan()), business.plan().steps) == ([], ())


def test_what_could_not_be_cleared_and_changed_is_tried_again(opened: Open) -> None:
    """Another value is somebody's doing, as it is for a null; where that cannot be cleared either it is told again."""
    business = stubborn(opened)
    edit_outside(business, note="for them")

    report = business.apply()

    assert [line.partition(": `")[0] for line in said(report)] == ["redeemables/flat.yaml:2:1: not-cleared"]
    assert remarked(business.plan()) == [KEPT_NOTE.replace("for us", "for them")]
    assert business.plan().is_empty


def edit_outside(business: Business, **fields: Any) -> None:
    """Do to the first offer what somebody does in the dashboard."""
    patched(business, REDEEMABLES_PATH, {"external_id": business.documents[0].external_id, **fields})


def test_what_a_criterion_could_not_lose_keeps_its_offers_back(opened: Open) -> None:
    """Also in later runs, an offer that worked by it before included, until it is mended or somebody lets it stand."""
    capped = criterion("happy", LUNCH, amount_cap=5)
    offer, other = redeemable("offer", capped), redeemable("other", capped)
    business = opened(LUNCH, capped, offer, settings=Settings(null_on_update="keep"))
    business.apply()
    business.want(LUNCH, without(capped, ["amount_cap"]), fields_changed(offer, points=3), other)

    assert outcomes(business.apply()) == {
        "update criterion/happy": "done_with_warnings",
        "update redeemable/offer": "held_back",
        "create redeemable/other": "held_back",
    }

    for _ in range(2):
        assert outcomes(business.apply()) == {
            "update redeemable/offer": "held_back",
            "create redeemable/other": "held_back",
        }
        reason = "the server does not keep `amount_cap` of criterion/happy as it is written, so this could be more "
        assert {why.partition("generous")[0] for why in held(business.plan()).values()} == {reason}
        assert "allow `kept-by-server`" in held(business.plan())["redeemable/other"]

    retired = replace(offer, is_retired=True)
    business.want(LUNCH, without(capped, ["amount_cap"]), retired)
    assert outcomes(business.apply()) == {"retire redeemable/offer": "done"}, "withdrawing waits for nothing"

    business.want(LUNCH, fields_changed(capped, amount_cap=5), other)
    assert held(business.plan()) == {}
    business.want(LUNCH, without(capped, ["amount_cap"]), other)
    allowed = {"code": "kept-by-server", "key": "criterion/happy", "reason": "It never has an effect."}
    business.allow = (Allowance.model_validate(allowed),)
    assert held(business.plan()) == {}


def test_a_schedule_can_be_taken_away(opened: Open) -> None:
    """The zone that the server goes on showing is no failure to clear it."""
    business = opened(redeemable("flat", schedule={"end": "2030-01-01T00:00:00", "timezone": "America/Denver"}))
    business.apply()
    business.want(redeemable("flat"))

    report = business.apply()

    assert (report.exit_code, said(report)) == (ExitCode.DONE, [])
    assert business.body(redeemable("flat")).get("end_time") is None
    assert business.plan().is_empty


def test_what_the_server_alters_is_told(opened: Open) -> None:
    """A language that the server does not take is missing in the read-back, and the line says so."""
    texts = {"fr": {"name": "Dix"}, "tlh": {"name": "wa'maH"}}
    business = opened(redeemable("flat", locales=texts), settings=Settings(unknown_locales="drop"))

    report = business.apply()

    assert [line.partition(" was")[0] for line in said(report)] == [
        "redeemables/flat.yaml:3:1: server-dropped: `locales.tlh`"
    ]
    assert business.plan().is_empty


def test_a_number_is_told_with_all_its_digits(opened: Open) -> None:
    """What a server that counts in floats makes of a long number is told once, beside exactly what was sent."""
    business = opened(redeemable("flat", receipt_rule={"flat_discount": Decimal("12345678901234567890.123456789")}))

    report = business.apply()

    assert [line.partition("flat_discount` ")[2] for line in said(report)] == [
        'was sent as `"12345678901234567890.123456789"`, and the server shows `"12345678901234567000"`'
    ]
    assert business.plan().is_empty


def test_a_quantity_that_no_answer_shows_is_not_missing(opened: Open) -> None:
    """Answers may leave the quantity of a filter out; that keeps nothing back."""
    filters = [{"selector": LUNCH.external_id, "processing_method": "max_price", "quantity": 1}]
    dearest = fields_changed(criterion("dearest", LUNCH), line_item_filters=filters)
    business = opened(LUNCH, dearest, redeemable("offer", dearest), settings=Settings(quantities_shown=False))

    report = business.apply()

    assert (report.exit_code, said(report)) == (ExitCode.DONE, [])
    assert business.plan().is_empty


def test_a_list_that_lags_a_little_is_waited_for(opened: Open) -> None:
    """What the server confirmed is verified once the list has caught up, within a few seconds."""
    lag = Fault(at="list-selectors", lag=Lag(seconds=2.5))
    business = opened(LUNCH, faults=Faults(rules=(lag,)), patience=SLOW)

    report = business.apply()

    assert (report.exit_code, said(report)) == (ExitCode.DONE, [])
    assert [event.seconds for event in business.events if isinstance(event, Waiting)] == [1, 2]
    (memory,) = business.store().applied()
    assert memory.read_back is not None


def test_a_list_that_lags_long_is_not_waited_for(opened: Open) -> None:
    """After a few seconds the run goes on, and says that it could not be verified."""
    lag = Fault(at="list-*", lag=Lag(seconds=600.0))
    business = opened(LUNCH, redeemable("flat"), faults=Faults(rules=(lag,)), patience=SLOW)
    began = business.clock()

    report = business.apply()

    assert business.clock() - began == 14
    assert [line.partition(": ")[2] for line in said(report)] == [
        "not-shown-yet: the server confirmed it, and its list does not show it yet"
    ] * 2
    assert report.exit_code == ExitCode.DONE


def test_an_update_that_lags_is_not_taken_for_a_loss(opened: Open) -> None:
    """A list that still shows the old value is read again before anything is said."""
    business = opened(redeemable("flat", points=1), patience=SLOW)
    business.apply()
    business.clock.sleep(5000)
    business.want(redeemable("flat", points=2))
    business.follow(Faults(rules=(Fault(at="list-*", lag=Lag(seconds=2.5)),)))

    report = business.apply()

    assert (outcomes(report), said(report)) == ({"update redeemable/flat": "done"}, [])


def test_the_memory_holds_what_was_shown(opened: Open) -> None:
    """Beside what was written it has the list's own view of it, in the YAML's names."""
    business = opened(LUNCH, HAPPY)
    business.apply()

    memory = {each.kind: each for each in business.store().applied()}
    assert memory["selector"].fields == LUNCH.fields
    assert memory["criterion"].read_back is not None
    assert len(memory["criterion"].read_back["receipt_qualifiers"]) == 2
    (warning,) = memory["criterion"].warnings
    assert (warning["path"], warning["item"]) == ("/receipt_qualifiers/2/attribute", QUALIFIERS[2])


def test_warnings_stand_until_their_content_is_sent_again(opened: Open) -> None:
    """Another field's update leaves them; mending the content takes them away."""
    business = opened(LUNCH, HAPPY)
    business.apply()
    renamed = fields_changed(HAPPY, amount_cap=9)
    business.want(LUNCH, renamed)
    business.apply()
    assert [len(each.warnings) for each in business.store().applied() if each.kind == "criterion"] == [1]

    business.want(LUNCH, fields_changed(renamed, receipt_qualifiers=QUALIFIERS[:2]))
    business.apply()
    assert [len(each.warnings) for each in business.store().applied() if each.kind == "criterion"] == [0]


def test_a_name_that_differs_keeps_nothing_back(opened: Open) -> None:
    """Only what makes an offer another one counts as incomplete."""
    business = opened(LUNCH, redeemable("flat"))
    business.apply()
    texts = {item.step.name: item.is_incomplete for item in business.apply().items}
    assert texts == {}
    odd = document("redeemable", "odd", name="odd", receipt_rule={"flat_discount": 5}, locales={"tlh": {"name": "x"}})
    business.want(odd)
    assert [item.is_incomplete for item in business.apply().items] == [False]


@pytest.mark.parametrize("operator", ["qualifying_expressions_operator", "discount_evaluation_strategy"])
def test_what_no_answer_shows_is_neither_lost_nor_sent_again(opened: Open, operator: str) -> None:
    """A write-only field is remembered, not verified, and plans nothing."""
    value = "Any" if operator.endswith("operator") else "Max"
    extra = {} if operator.endswith("operator") else {"item_filter_expressions_operator": "Any"}
    business = opened(LUNCH, criterion("any", LUNCH, **{operator: value, **extra}))

    report = business.apply()

    assert (report.exit_code, said(report)) == (ExitCode.DONE, [])
    assert business.plan().is_empty
    business.want(LUNCH, replace(business.documents[1], fields=without(business.documents[1], [operator]).fields))
    assert outcomes(business.apply()) == {"update criterion/any": "done"}
    assert business.plan().is_empty
