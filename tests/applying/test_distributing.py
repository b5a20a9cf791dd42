"""Campaigns on their way: noted before the call, sent once, and never again while nobody knows."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest
from businesses import SEGMENT, Business, Killed, Life, campaign, fields_changed, outcomes, redeemable, said
from hypothesis import given, settings
from hypothesis import strategies as st
from postgres import fresh_database, running_postgres

from offers_sync.applying.events import BatchSent, Event
from offers_sync.applying.outcomes import RunReport
from offers_sync.applying.stopping import Stop
from offers_sync.applying.surroundings import Patience
from offers_sync.contract import CAMPAIGNS_PATH, FEATURE_OFF_CAMPAIGNS
from offers_sync.errors import ExitCode
from offers_sync.models.sent_campaigns import CampaignRecord, CampaignState
from offers_sync.models.values import Outcome
from offers_sync.sandbox import Calls, Cut, Fault, Faults, Lag, Settings
from offers_sync.state.campaigns import Campaigns, SentBeforeError
from offers_sync.state.databases import Database, SqliteDatabase
from offers_sync.state.leases import LeaseTerms, hold_environment
from offers_sync.state.opening import open_database
from offers_sync.state.schema import migrate
from offers_sync.state.store import LeaseLostError

Open = Callable[..., Business]
OFFER = redeemable("offer")
GIFT = campaign("gift", OFFER)
AT = "create-campaign"
LOST = [
    Fault(at=AT, cut=Cut.BEFORE_COMMIT),
    Fault(at=AT, cut=Cut.AFTER_COMMIT),
    Fault(at=AT, cut=Cut.HALF_ANSWER),
    Fault(at=AT, status=500),
    Fault(at=AT, status=502, page="html", commit="all"),
    Fault(at=AT, status=408),
    Fault(at=AT, status=200, page="html"),
    Fault(at=AT, status=200, page="empty", commit="all"),
    Fault(at=AT, status=200, body={}, commit="all"),
    Fault(at=AT, status=200, body=[1], commit="all"),
]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database for all stories of one engine; each has an environment of its own in it."""
    if request.param == "sqlite":
        opened: Database = SqliteDatabase(None)
        yield opened
        opened.close()
        return
    with running_postgres() as server, fresh_database(server) as url:
        opened = open_database(url)
        migrate(opened)
        yield opened
        opened.close()


def posts(business: Business) -> int:
    """How many calls to schedule a campaign went out."""
    return business.count("POST", CAMPAIGNS_PATH)


def known(business: Business) -> list[CampaignRecord]:
    """What the ledger knows."""
    return list(Campaigns(business.store()).all())


def settled(business: Business, state: CampaignState) -> None:
    """A person says what became of the one campaign that is open."""
    store, owner = business.store(), str(uuid.uuid4())
    (record,) = [each for each in known(business) if each.is_open]
    with hold_environment(store, owner, "person", LeaseTerms(sleep=business.clock.sleep, has_heart=False)):
        assert Campaigns(store).settle_unknown(record, state, "settled", owner)


# ------------------------------------------------------------------------------------------------------ it is sent


def test_the_story(database: Database) -> None:
    """Offer first, then the campaign, once; what the server said is kept, and nothing is left to do."""
    business = Business(OFFER, GIFT, database=database)

    report = business.apply()

    assert (outcomes(report), report.exit_code) == (
        {"create redeemable/offer": "done", "distribute campaign/gift": "done"},
        ExitCode.DONE,
    )
    assert [body for _, path, body in business.bodies if path == CAMPAIGNS_PATH] == [
        {
            "campaign_type": "mass_gifting",
            "category": "gift_redeemable",
            "name": "gift",
            "redeemable_uuid": OFFER.external_id,
            "segment_id": 11,
            "start_time": "2027-01-16T08:00:00Z",
            "external_campaign_id": GIFT.external_id,
        }
    ]
    (record,) = known(business)
    assert (record.state, record.campaign_id, record.who) == (CampaignState.DONE, 99511494, "")
    assert (record.answer["start_time"], record.answer["timezone"]) == ("2027-01-16 08:00 AM", "Etc/UTC")
    (told,) = said(report)
    assert told.startswith("campaigns/gift.yaml:2:1: campaign-scheduled: the server has it as campaign 99511494, ")
    assert told.endswith("to begin at 2027-01-16 08:00 AM Etc/UTC")
    assert business.plan().steps == ()
    assert business.apply().items == ()
    assert posts(business) == 1
    business.embedded.close()


def test_a_sent_campaign_stays_as_it_was(opened: Open) -> None:
    """Whatever changes in its file, and when its start is over, nothing is ever sent again."""
    business = opened(OFFER, GIFT)
    business.apply()
    for document in (
        fields_changed(GIFT, name="other", start="2027-02-01T08:00:00"),
        replace(GIFT, external_id="other"),
        replace(GIFT, key="other"),
        replace(fields_changed(GIFT), key="twin", external_id="twin"),
    ):
        business.want(OFFER, document)
        business.apply()
    business.clock.sleep(10 * 86_400.0)
    business.want(OFFER, GIFT)
    assert (business.plan().steps, business.plan().findings, posts(business)) == ((), (), 1)
    business.want(OFFER)
    assert (business.plan().steps, business.plan().findings) == ((), ())


@pytest.mark.parametrize("zone_name", ["timezone", "time_zone"])
def test_either_name_of_the_zone(opened: Open, zone_name: Any) -> None:
    """The answer's zone may stand under two names."""
    report = opened(OFFER, GIFT, settings=Settings(campaign_zone_name=zone_name)).apply()
    assert report.exit_code is ExitCode.DONE


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"start_time": "2027-01-16 03:00 AM", "timezone": "America/New_York"}, ""),
        ({"start_time": "2027-01-16T08:00:00Z"}, ""),
        ({"start_time": "2027-01-16 08:01 AM", "timezone": "Etc/UTC"}, "begins it at 2027-01-16 08:01 AM Etc/UTC"),
        ({"start_time": "2027-01-16 08:00 AM", "timezone": "America/Chicago"}, "08:00 AM America/Chicago, and"),
        ({"start_time": "2027-01-16 08:00 AM"}, "does not say when it begins: `2027-01-16 08:00 AM`"),
        ({"start_time": "soon", "timezone": "Etc/UTC"}, "does not say when it begins: `soon Etc/UTC`"),
        ({}, "does not say when it begins"),
        ({"start_time": "2027-01-16T08:00:00Z", "redeemable_id": 7}, "the redeemable_id 7 where"),
        ({"start_time": "2027-01-16T08:00:00Z", "external_source_id": "x"}, "the external_source_id x where"),
    ],
)
def test_an_answer_that_says_otherwise(opened: Open, body: dict[str, Any], words: str) -> None:
    """What the server scheduled is shown, with a finding where it is not what was meant; it counts as sent."""
    fault = Fault(at=AT, status=200, body={"campaign_id": "5", **body}, commit="all")
    business = opened(OFFER, GIFT, faults=Faults(rules=(fault,)))

    report = business.apply()

    altered = [each for each in said(report) if "campaign-altered" in each]
    assert (bool(altered), report.exit_code) == (bool(words), ExitCode.PARTIAL if words else ExitCode.DONE)
    assert all(words in each for each in altered)
    assert (business.plan().steps, known(business)[0].campaign_id) == ((), 5)


# ------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("shape", ["error", "errors", "list", "base"])
def test_a_deactivated_offer(opened: Open, shape: Any) -> None:
    """What no list shows the server refuses; its words are told in any envelope, and once mended it is sent."""
    business = opened(OFFER, settings=Settings(campaign_error_shape=shape))
    business.apply()
    (stored,) = business.objects("redeemable")
    business.want(OFFER, GIFT)
    refused = {"error": "Redeemable is deactivated"} if shape == "error" else {"errors": ["Redeemable is deactivated"]}
    business.follow(Faults(rules=(Fault(at=AT, status=422, body=refused),)))

    report = business.apply()

    (item,) = report.items
    assert (item.outcome, report.exit_code, stored.external_id) == (
        Outcome.FAILED,
        ExitCode.PARTIAL,
        OFFER.external_id,
    )
    assert "the server answered 422: Redeemable is deactivated (request id" in item.errors[0]
    (step,) = business.plan().steps
    assert (step.held_back, [each.code for each in step.annotations]) == (
        "",
        ["campaign-refused-before", "campaign-gifts"],
    )
    business.follow(Faults())
    assert (business.apply().exit_code, len(business.campaigns())) == (ExitCode.DONE, 1)


@pytest.mark.parametrize("status", [400, 404, 409, 422, 429])
@pytest.mark.parametrize("page", ["json", "html", "empty"])
def test_any_refusal_is_failed(opened: Open, status: int, page: Any) -> None:
    """Nothing was scheduled, so nothing is unknown, and the next apply may try again."""
    fault = Fault(at=AT, calls=Calls.of(1), status=status, page=page)
    business = opened(OFFER, GIFT, faults=Faults(rules=(fault,)))
    assert business.apply().exit_code is ExitCode.PARTIAL
    assert known(business)[0].state is CampaignState.FAILED
    assert business.apply().exit_code is ExitCode.DONE
    assert (posts(business), len(business.campaigns())) == (2, 1)


def test_words_that_no_database_takes(database: Database) -> None:
    """Whatever the server says is kept as far as it can be, and the campaign has failed."""
    said_so = Fault(at=AT, status=422, body={"error": "no\0 way\n" + "x" * 5_000})
    business = Business(OFFER, GIFT, database=database, faults=Faults(rules=(said_so,)))
    assert business.apply().exit_code is ExitCode.PARTIAL
    (record,) = known(business)
    assert (record.state, "no way xxx" in record.note, len(record.note)) == (CampaignState.FAILED, True, 1_000)
    business.embedded.close()


@pytest.mark.parametrize("status", [401, 403, 302])
def test_a_key_that_may_not(opened: Open, status: int) -> None:
    """The first refusal of the key ends everything; no other campaign is tried."""
    business = opened(OFFER, GIFT, campaign("later", OFFER, start="2027-01-17T08:00:00"))
    business.follow(Faults(rules=(Fault(at=AT, status=status, location="https://x.punchh.com/"),)))
    report = business.apply()
    assert (report.exit_code, posts(business)) == (ExitCode.REFUSED, 1)
    assert [item.outcome for item in report.items[1:]] == [Outcome.FAILED, Outcome.HELD_BACK]
    assert [each.state for each in known(business)] == [CampaignState.FAILED]


def test_a_feature_that_is_off(opened: Open) -> None:
    """One refusal says it for all campaigns, with whom to ask."""
    later = campaign("later", OFFER, start="2027-01-17T08:00:00")
    off = Fault(at=AT, status=422, body={"error": FEATURE_OFF_CAMPAIGNS})
    business = opened(OFFER, GIFT, later, faults=Faults(rules=(off,)))
    report = business.apply()
    assert (report.exit_code, posts(business)) == (ExitCode.REFUSED, 1)
    assert "ask PAR Punchh support to enable it" in report.items[1].errors[1]
    assert report.items[2].outcome is Outcome.HELD_BACK


def test_no_connection(opened: Open) -> None:
    """What was certainly not sent has failed and may be sent again."""
    business = opened(OFFER, GIFT, faults=Faults(rules=(Fault(at=AT, cut=Cut.CONNECT),)))
    assert business.apply().exit_code is ExitCode.UNREACHABLE
    assert known(business)[0].state is CampaignState.FAILED
    business.follow(Faults())
    assert (business.apply().exit_code, len(business.campaigns())) == (ExitCode.DONE, 1)


# --------------------------------------------------------------------------------------- right before the call


def test_the_lead_by_the_clock_of_the_run(opened: Open) -> None:
    """Whoever thinks about a plan for too long sends nothing."""
    business = opened(OFFER, GIFT)

    def think(plan: Any) -> Any:
        business.clock.sleep(86_400.0 - 899)
        return plan

    (_, item) = business.apply(change=think).items
    assert (item.outcome, posts(business), known(business)) == (Outcome.HELD_BACK, 0, [])
    assert "which is 14 minutes ahead; the server wants 15 minutes" in item.errors[0]


def test_an_offer_that_the_distribution_list_shows_late(opened: Open) -> None:
    """The list is looked at again for a while; an offer that it never shows is not gifted."""
    lag = Fault(at="list-headless-redeemables", lag=Lag(seconds=3.0))
    business = opened(OFFER, GIFT, faults=Faults(rules=(lag,)), patience=Patience(settle_seconds=960.0))
    assert (business.apply().exit_code, posts(business)) == (ExitCode.DONE, 1)

    slow = Fault(at="list-headless-redeemables", lag=Lag(seconds=500.0))
    business = opened(OFFER, GIFT, faults=Faults(rules=(slow,)), patience=Patience(settle_seconds=960.0))
    report = business.apply()
    assert (report.items[1].outcome, posts(business), known(business)) == (Outcome.HELD_BACK, 0, [])
    assert "shows its name 0 times" in report.items[1].errors[0]


def test_the_list_is_joined_again_by_name(opened: Open) -> None:
    """Where the distribution side has ids of its own, the one that it shows is sent."""
    business = opened(OFFER, GIFT, settings=Settings(redeemable_uuid="own"))
    assert business.apply().exit_code is ExitCode.DONE
    (sent,) = [body for _, path, body in business.bodies if path == CAMPAIGNS_PATH]
    assert sent["redeemable_uuid"] != OFFER.external_id


def test_where_only_the_distribution_side_is_enabled(opened: Open) -> None:
    """An offer that was made before is found by its id, and its campaign is sent."""
    business = opened(OFFER)
    business.apply()
    business.want(OFFER, GIFT)
    business.follow(Faults(settings={"ingestion_enabled": False}))
    (step,) = [step for step in business.plan().steps if step.kind == "campaign"]
    assert step.held_back == ""
    assert outcomes(business.apply())["distribute campaign/gift"] == "done"
    assert len(business.campaigns()) == 1


def test_an_offer_that_failed_keeps_its_campaign_back(opened: Open) -> None:
    """Nothing is gifted that did not come about."""
    fault = Fault(at="create-redeemables", status=422)
    business = opened(OFFER, GIFT, faults=Faults(rules=(fault,)))
    report = business.apply()
    assert outcomes(report)["distribute campaign/gift"] == "held_back"
    assert posts(business) == 0


def test_asked_to_stop(opened: Open) -> None:
    """The campaign under way comes to its end, and no other begins."""
    business = opened(OFFER, GIFT, campaign("later", OFFER, start="2027-01-17T08:00:00"))
    stop = Stop()

    def stop_at_campaigns(event: Event) -> None:
        if isinstance(event, BatchSent) and event.kind == "campaign":
            stop.request()

    report = business.apply(stop=stop, watch=stop_at_campaigns)
    assert [item.outcome for item in report.items] == [Outcome.DONE, Outcome.DONE, Outcome.HELD_BACK]
    assert (report.exit_code, posts(business)) == (ExitCode.INTERRUPTED, 1)


# ---------------------------------------------------------------------------------------------------- nobody knows


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_is_never_sent_again(opened: Open, fault: Fault) -> None:
    """However it was lost, every later plan shows it and no apply repeats it, until a person says what happened."""
    business = opened(OFFER, GIFT, faults=Faults(rules=(fault,)))

    first = business.apply()
    landed = len(business.campaigns())
    business.follow(Faults())
    again = business.apply()

    assert [report.exit_code for report in (first, again)] == [ExitCode.UNKNOWN, ExitCode.UNKNOWN]
    assert outcomes(again) == {"distribute campaign/gift": "unknown"}
    assert "offers runs settle campaign/gift" in again.items[0].errors[0]
    assert (posts(business), len(business.campaigns())) == (1, landed)
    assert (known(business)[0].state, known(business)[0].note != "") == (CampaignState.UNKNOWN, True)

    settled(business, CampaignState.DONE if landed else CampaignState.FAILED)
    assert business.plan().is_empty == bool(landed)
    assert business.apply().exit_code is ExitCode.DONE
    assert len(business.campaigns()) == 1


def test_settled_as_not_sent_it_is_sent_once_more(opened: Open) -> None:
    """A person's word is taken; the ledger then knows the second call."""
    business = opened(OFFER, GIFT, faults=Faults(rules=(Fault(at=AT, calls=Calls.of(1), cut=Cut.BEFORE_COMMIT),)))
    business.apply()
    settled(business, CampaignState.FAILED)
    assert (business.apply().exit_code, posts(business), len(business.campaigns())) == (ExitCode.DONE, 2, 1)
    assert [each.state for each in known(business)] == [CampaignState.DONE]


@given(steps=st.integers(1, 60))
@settings(max_examples=60)
def test_killed_at_any_step(steps: int) -> None:
    """A death between intent and answer leaves it unknown; nothing is ever scheduled twice, and the truth ends it."""
    with Business(OFFER, GIFT) as business:
        with suppress(Killed):
            business.apply(life=Life(steps))
        business.clock.sleep(61.0)
        business.apply()
        landed = len(business.campaigns())
        assert posts(business) <= 1
        if [each for each in known(business) if each.is_open]:
            settled(business, CampaignState.DONE if landed else CampaignState.FAILED)
        business.apply()
        assert [external_id for external_id, _ in business.campaigns()] == [GIFT.external_id]
        assert business.apply().exit_code is ExitCode.DONE


# ------------------------------------------------------------------------------------------------------ two at once


def test_who_was_put_to_sleep_sends_nothing(database: Database) -> None:
    """A run that slept between noting a campaign and sending it, while another took over, sends nothing.

    What it noted is unknown to the other, who sends nothing either.
    """
    business = Business(OFFER, GIFT, database=database)
    others: list[RunReport] = []

    def sleep_in_the_wrong_moment(event: Event) -> None:
        if isinstance(event, BatchSent) and event.kind == "campaign" and not others:
            others.append(business.apply())

    slept = business.apply(watch=sleep_in_the_wrong_moment)

    assert (posts(business), others[0].exit_code) == (0, ExitCode.UNKNOWN)
    assert (slept.items[1].outcome, isinstance(slept.stopped_by, LeaseLostError)) == (Outcome.FAILED, True)
    assert business.apply().exit_code is ExitCode.DONE
    assert (posts(business), len(business.campaigns())) == (1, 1)
    business.embedded.close()


def test_the_ledger_takes_a_campaign_once(database: Database) -> None:
    """By its id and by its key, unless it failed; and never from a run that does not hold the environment."""
    business = Business(database=database)
    store, owner = business.store(), str(uuid.uuid4())
    ledger = Campaigns(store)
    record = CampaignRecord("gift", "id", {"segment": SEGMENT}, run=owner, who="tester")
    with pytest.raises(LeaseLostError):
        ledger.intend(record)
    with hold_environment(store, owner, "tester", LeaseTerms(sleep=business.clock.sleep, has_heart=False)):
        noted = ledger.intend(record)
        for twin in (record, replace(record, key="other"), replace(record, external_id="other")):
            with pytest.raises(SentBeforeError, match="the ledger knows campaign/gift as sent"):
                ledger.intend(twin)
        ledger.settle(noted, CampaignState.FAILED, note="no")
        ledger.settle(
            ledger.intend(replace(record, external_id="other")), CampaignState.DONE, answer={"campaign_id": 7}
        )
        with pytest.raises(SentBeforeError):
            ledger.intend(record)
        assert not ledger.settle_unknown(replace(record, external_id="other"), CampaignState.FAILED, "no", owner)
    (kept,) = ledger.all()
    assert (kept.external_id, kept.state, kept.campaign_id, kept.fields) == (
        "other",
        CampaignState.DONE,
        7,
        {"segment": SEGMENT},
    )
    assert ledger.find("gift") == kept
    business.embedded.close()


def test_environments_do_not_know_each_other(database: Database) -> None:
    """What one environment sent says nothing of another."""
    one, other = (Business(OFFER, GIFT, database=database) for _ in range(2))
    assert [business.apply().exit_code for business in (one, other)] == [ExitCode.DONE] * 2
    assert [len(business.campaigns()) for business in (one, other)] == [1, 1]
    for business in (one, other):
        business.embedded.close()


def test_nothing_is_sent_for_a_server_that_answers_in_our_place(opened: Open) -> None:
    """A redirect is not followed, and ends the run."""
    business = opened(OFFER, GIFT)
    business.interfere = lambda request: (
        httpx.Response(302, headers={"location": "https://elsewhere.example"})
        if request.url.path == CAMPAIGNS_PATH
        else None
    )
    assert (business.apply().exit_code, business.campaigns()) == (ExitCode.REFUSED, [])
