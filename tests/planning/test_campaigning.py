"""Campaigns in a plan: sent once, refused beforehand, never edited, and held while nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from scenes import SEGMENTS, applied, changes, desired, live, only_step, plan, snapshot

from offers_sync.findings import Finding
from offers_sync.models.sent_campaigns import CampaignRecord, CampaignState
from offers_sync.models.values import Desired, Offered
from offers_sync.planning.plan import Action, Plan, Summary

OFFER = desired()
KICK_OFF = replace(desired("campaign", "kick-off"), depends_on=(("redeemable", "ten-off"),))
OFFERED = (Offered(7, "id-of-ten-off", "Ten off"), Offered(8, "id-of-fries", "Fries"))
MEANT = {**KICK_OFF.fields, "segment_id": 11, "start_time": "2026-08-01T15:00:00Z"}


def record(state: CampaignState = CampaignState.DONE, **about: Any) -> CampaignRecord:
    """What the ledger says of the campaign."""
    return CampaignRecord(
        **{"key": "kick-off", "external_id": "id-of-kick-off", "fields": MEANT, "state": state, **about}
    )


def planned(
    *documents: Desired,
    lives: Sequence[Any] = (),
    offered: Iterable[Offered] = OFFERED,
    unread: dict[str, str] | None = None,
    **asked: Any,
) -> Plan:
    """The plan of documents where the offer lives as it is written, or as something else."""
    shown = replace(snapshot(lives or [live(OFFER)]), offered=tuple(offered), unread=unread or {})
    return plan(*documents, applied=[applied(OFFER)], snapshot=shown, **asked)


def held(made: Plan) -> tuple[str, list[str]]:
    """Why the one step is kept back, and the codes of what is said of it."""
    step = only_step(made)
    return step.held_back, [finding.code for finding in step.annotations]


def scheduled(**schedule: Any) -> Desired:
    """The offer with times of its own."""
    return desired(schedule={"timezone": "America/Chicago", **schedule})


# ------------------------------------------------------------------------------------------------- what is shown


def test_a_new_campaign_is_a_step() -> None:
    """Offer, segment, both forms of the start and the id are shown, and that it cannot be undone."""
    made = planned(OFFER, KICK_OFF)
    step = only_step(made)

    assert (step.action, step.held_back, made.summary) == (
        Action.DISTRIBUTE,
        "",
        Summary(distribute=1, unchanged=1),
    )
    assert changes(step) == [
        ("/name", None, "Kick-off"),
        ("/redeemable", None, "id-of-ten-off"),
        ("/segment", None, "Loyal Regulars"),
        (
            "/start",
            None,
            {"local": "2026-08-01T10:00:00", "timezone": "America/Chicago", "utc": "2026-08-01T15:00:00Z"},
        ),
        ("/external_campaign_id", None, "id-of-kick-off"),
    ]
    (said,) = step.annotations
    assert (said.code, str(said.position)) == ("campaign-gifts", "campaigns/kick-off.yaml:2:1")
    assert "2026-08-01T10:00:00 America/Chicago (2026-08-01T15:00:00Z); it cannot be undone" in said.message
    assert (step.desired.fields["segment_id"], step.desired.fields["start_time"]) == (11, "2026-08-01T15:00:00Z")


def test_it_waits_for_an_offer_that_the_plan_makes() -> None:
    """An offer that does not live yet is joined later; the campaign goes after all that it works by."""
    made = plan(OFFER, KICK_OFF)
    create, distribute = made.steps
    assert (create.action, distribute.held_back, distribute.depends_on) == (
        Action.CREATE,
        "",
        ("redeemable/ten-off",),
    )
    kept = plan(OFFER, KICK_OFF, only=("campaign/kick-off",)).steps[1]
    assert (
        kept.held_back
        == "redeemable/ten-off is not on the server yet and is kept back: add `--only redeemable/ten-off`"
    )
    assert kept.annotations == ()


def test_it_counts_as_a_creation() -> None:
    """What cannot be undone is guarded, whether it is made or gifted."""
    made = plan(OFFER, KICK_OFF, guards={"creates": 1})
    assert [(guard.guard, guard.actual) for guard in made.refusals] == [("creates", 2)]


def test_the_digest_is_of_what_would_be_sent() -> None:
    """Another name, offer, segment, moment or id is another plan; another way to write the moment is not."""
    digests = [
        planned(OFFER, each).digest
        for each in (
            KICK_OFF,
            replace(KICK_OFF, external_id="other"),
            *(
                replace(KICK_OFF, fields={**KICK_OFF.fields, **change})
                for change in ({"name": "Other"}, {"start": "2026-08-01T10:00:01"}, {"timezone": "America/Denver"})
            ),
        )
    ]
    assert len(set(digests)) == len(digests)
    same = {**KICK_OFF.fields, "start": "2026-08-01T11:00:00", "timezone": "America/New_York"}
    assert planned(OFFER, replace(KICK_OFF, fields=same)).digest == digests[0]


# ------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        ((), "`ten-off` cannot be gifted: the distribution list does not show its id, and shows its name 0 times"),
        (OFFERED[:1] * 2, "`ten-off` cannot be gifted: 2 entries of the distribution list have its id"),
        (
            (Offered(7, "a", "Ten off"), Offered(8, "b", "Ten off")),
            "`ten-off` cannot be gifted: the distribution list does not show its id, and shows its name 2 times",
        ),
    ],
)
def test_an_offer_that_is_not_exactly_one(offered: tuple[Offered, ...], reason: str) -> None:
    """Neither the id nor the name gives one entry of the distribution list."""
    assert held(planned(OFFER, KICK_OFF, offered=offered)) == (reason, ["campaign-offer-unclear"])


def test_an_offer_is_found_by_its_name() -> None:
    """Where the list shows ids of its own, a name that is unique in both lists will do."""
    assert only_step(planned(OFFER, KICK_OFF, offered=[Offered(7, "own", "Ten off")])).held_back == ""


def test_a_list_that_cannot_be_read() -> None:
    """Without the distribution list, or the segments, nothing is sent."""
    why = "distribution from an external system is off for this business"
    made = planned(OFFER, KICK_OFF, offered=(), unread={"offered": why})
    assert held(made) == (f"the distribution list could not be read: {why}", ["campaign-offer-unclear"])


def test_a_name_alone_is_nothing_without_the_full_list() -> None:
    """Where only the distribution side is enabled, an offer is found by its id or not at all."""
    shown = replace(snapshot(gap="off"), offered=(Offered(7, "own", "Ten off"),), is_degraded=True)
    (step,) = plan(OFFER, KICK_OFF, applied=[applied(OFFER)], snapshot=shown).steps
    assert step.held_back.startswith("`ten-off` cannot be gifted: the distribution list does not show its id, and")
    found = replace(shown, offered=OFFERED)
    assert only_step(plan(OFFER, KICK_OFF, applied=[applied(OFFER)], snapshot=found)).held_back == ""


@pytest.mark.parametrize(
    ("segment", "reason"),
    [
        ("Nobody", "no segment is called `Nobody`: create it in the dashboard, or mend the name"),
        ("Twins", "2 segments are called `Twins` (12, 13): rename all but one of them in the dashboard"),
    ],
)
def test_a_segment_that_is_not_exactly_one(segment: str, reason: str) -> None:
    """The segment's line is named."""
    made = planned(OFFER, replace(KICK_OFF, fields={**KICK_OFF.fields, "segment": segment}))
    assert held(made) == (reason, ["campaign-segment-unclear"])
    assert str(only_step(made).annotations[0].position) == "campaigns/kick-off.yaml:2:1"


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("2026-07-01T07:15:00", ""),
        ("2026-07-01T07:14:59", "which is 14 minutes ahead; the server wants 15 minutes"),
        ("2026-07-01T07:00:00", "which is over; the server wants 15 minutes"),
        ("2020-01-01T00:00:00", "which is over; the server wants 15 minutes"),
    ],
)
def test_the_lead(start: str, reason: str) -> None:
    """Fifteen minutes by the clock that is passed in, to the second."""
    step = only_step(planned(OFFER, replace(KICK_OFF, fields={**KICK_OFF.fields, "start": start})))
    assert step.held_back.endswith(reason)
    assert [each.code for each in step.annotations] == (["campaign-too-soon"] if reason else ["campaign-gifts"])


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ({"start": "2026-07-01T07:00:00"}, ""),
        ({"start": "2026-07-01T07:00:01"}, "the offer itself begins at 2026-07-01T07:00:01 America/Chicago"),
        ({"end": "2026-08-01T10:00:00"}, ""),
        ({"end": "2026-08-01T09:59:59"}, "after its offer has ended at 2026-08-01T09:59:59 America/Chicago"),
        ({"end": "2026-08-01T09:59:59", "indefinitely": True}, ""),
    ],
)
def test_the_time_of_the_offer(schedule: dict[str, Any], reason: str) -> None:
    """An offer whose own start is ahead, or that has ended by then, is not gifted."""
    offer = scheduled(**schedule)
    step = only_step(planned(offer, KICK_OFF, lives=[live(offer)]))
    assert reason in step.held_back
    assert bool(step.held_back) == bool(reason)
    assert [each.code for each in step.annotations] == (["campaign-offer-not-there"] if reason else ["campaign-gifts"])


def test_the_time_of_an_offer_that_git_does_not_manage() -> None:
    """What the list shows counts."""
    campaign = replace(KICK_OFF, depends_on=())
    assert only_step(planned(campaign)).held_back == ""
    step = only_step(planned(campaign, lives=[live(scheduled(end="2026-07-30T00:00:00"))]))
    assert "after its offer has ended" in step.held_back


def test_a_retired_offer() -> None:
    """What is withdrawn is not gifted."""
    made = planned(replace(OFFER, is_retired=True), KICK_OFF)
    campaign = made.steps[-1]
    assert (campaign.held_back, [each.code for each in campaign.annotations]) == (
        "`ten-off` is retired",
        ["campaign-offer-not-there"],
    )


def test_a_memory_that_proves_nothing() -> None:
    """Without a memory that was made on purpose it says which command makes one."""
    why = "run `offers state init --env live`"
    assert held(planned(OFFER, KICK_OFF, no_lasting_memory=why)) == (why, ["campaign-needs-memory"])


def test_all_reasons_come_at_once() -> None:
    """Each fault is a finding of its own."""
    fields = {**KICK_OFF.fields, "segment": "Nobody", "start": "2020-01-01T00:00:00"}
    made = planned(OFFER, replace(KICK_OFF, fields=fields), offered=(), no_lasting_memory="why")
    assert sorted(held(made)[1]) == [
        "campaign-needs-memory",
        "campaign-offer-unclear",
        "campaign-segment-unclear",
        "campaign-too-soon",
    ]


def test_an_offer_whose_criterion_lost_a_part() -> None:
    """An offer that may be more generous than written is not gifted to a segment."""
    rule = desired("criterion", "lunch", percentage_of_processed_amount=10)
    offer = replace(desired(receipt_rule={"criterion": rule.external_id}), depends_on=(("criterion", "lunch"),))
    warned = replace(
        applied(rule), warnings=({"place": "", "message": "dropped", "item": None, "path": "/line_item_filters/0"},)
    )
    shown = replace(snapshot([live(rule), live(offer)]), offered=OFFERED)
    step = only_step(plan(rule, offer, KICK_OFF, applied=[warned, applied(offer)], snapshot=shown))
    assert "more generous than written" in step.held_back


# ------------------------------------------------------------------------------------------- what was sent before


@pytest.mark.parametrize("start", ["2026-08-01T10:00:00", "2020-01-01T00:00:00"])
def test_a_campaign_that_was_sent_is_nothing(start: str) -> None:
    """Whether its start is ahead or long over, there is no step and no finding."""
    fields = {**MEANT, "start": start}
    campaign = replace(KICK_OFF, fields={**KICK_OFF.fields, "start": start})
    made = planned(OFFER, campaign, campaigns=(record(fields=fields),))
    assert (made.steps, made.findings, made.summary) == ((), (), Summary(unchanged=2))


def test_a_campaign_that_was_sent_needs_no_list() -> None:
    """What the ledger alone decides is unchanged where no list can be read; its offer cannot be verified."""
    off = replace(snapshot(gap="ingestion is off"), is_degraded=True)
    made = plan(OFFER, KICK_OFF, snapshot=off, applied=[applied(OFFER)], campaigns=(record(),))
    assert (made.steps, made.summary) == ((), Summary(unchanged=1, unverified=1))


def test_a_campaign_that_left_git_is_nothing() -> None:
    """There is no object of ours that could be left behind."""
    made = planned(OFFER, campaigns=(record(), record(CampaignState.FAILED, key="b", external_id="b")))
    assert (made.steps, made.findings, made.orphans) == ((), (), ())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Other"}, "`name`"),
        ({"redeemable": "id-of-fries"}, "`redeemable`"),
        ({"segment": "Twins"}, "`segment`"),
        ({"start": "2026-08-01T10:00:01"}, "`start`"),
        ({"start": "2020-01-01T00:00:00", "name": "Other"}, "`name` and `start`"),
        ({"timezone": "America/Denver"}, "`start`"),
        ({"start": "2026-08-01T11:00:00", "timezone": "America/New_York"}, ""),
    ],
)
def test_a_sent_campaign_whose_file_changed(change: dict[str, Any], words: str) -> None:
    """It is a finding that names what differs, never a step; the same moment on another clock is no change."""
    campaign = replace(KICK_OFF, fields={**KICK_OFF.fields, **change})
    made = planned(OFFER, campaign, campaigns=(record(),))
    assert made.steps == ()
    assert [each.code for each in made.findings] == (["campaign-changed"] if words else [])
    first = words.split("`")[1] if words else ""
    said = (f"campaign/kick-off was sent with another {words}; that is not changed", f"/{first}")
    assert all((each.message, each.path) == said for each in made.findings)


def test_a_segment_that_was_renamed_is_the_same() -> None:
    """The number that was sent still counts."""
    campaign = replace(KICK_OFF, fields={**KICK_OFF.fields, "segment": "Regulars"})
    renamed = replace(SEGMENTS[0], name="Regulars")
    shown = replace(snapshot([live(OFFER)], segments=[renamed]), offered=OFFERED)
    assert plan(OFFER, campaign, applied=[applied(OFFER)], snapshot=shown, campaigns=(record(),)).findings == ()


def test_another_id_is_no_way_to_send_it_again() -> None:
    """The key is enough to know a campaign by; so is the id under another key."""
    made = planned(OFFER, replace(KICK_OFF, external_id="other"), campaigns=(record(),))
    assert (made.steps, [each.code for each in made.findings]) == ((), ["campaign-changed"])
    made = planned(OFFER, replace(KICK_OFF, key="renamed"), campaigns=(record(),))
    assert (made.steps, made.findings) == ((), ())


def test_the_same_gift_under_another_key() -> None:
    """A renamed campaign is not sent as a second one, unless somebody allows it; nor are twins sent together."""
    twin = replace(KICK_OFF, key="twin", external_id="id-of-twin")
    reason = "campaign/kick-off gifts the same offer to the same segment at the same moment"
    assert held(planned(OFFER, twin, campaigns=(record(),))) == (reason, ["campaign-repeated"])
    assert [step.held_back for step in planned(OFFER, KICK_OFF, twin).steps] == ["", reason]

    allow = [{"code": "campaign-repeated", "key": "twin"}]
    assert only_step(planned(OFFER, twin, campaigns=(record(),), allow=allow)).held_back == ""
    failed = record(CampaignState.FAILED)
    assert only_step(planned(OFFER, twin, campaigns=(failed,))).held_back == ""


@pytest.mark.parametrize("state", [CampaignState.SENT, CampaignState.UNKNOWN])
def test_a_campaign_of_which_nobody_knows(state: CampaignState) -> None:
    """It is shown, kept back, and the way out is named; a fault of its file makes no difference to that."""
    campaign = replace(KICK_OFF, fields={**KICK_OFF.fields, "segment": "Nobody"})
    made = planned(OFFER, campaign, campaigns=(record(state, sent=1_782_907_200.0),))
    step = only_step(made)
    assert step.is_unsettled
    assert step.held_back == (
        "it was sent at 2026-07-01 12:00 UTC and no answer came, so it is never sent again by itself: look for it, "
        "then `offers runs settle campaign/kick-off`"
    )
    hints = {each.code: each.hint for each in step.annotations}
    assert hints.keys() == {"campaign-changed", "campaign-unknown"}
    assert hints["campaign-unknown"] == (
        "look for it in the vendor's dashboard, then `offers runs settle campaign/kick-off --as sent`, or "
        "`--as not-sent`"
    )
    assert made.is_empty


def test_one_that_left_git_while_nobody_knows() -> None:
    """It is told in every plan until a person settles it."""
    made = planned(OFFER, campaigns=(record(CampaignState.UNKNOWN),))
    assert [each.code for each in made.findings] == ["campaign-unknown"]
    assert "offers runs settle campaign/kick-off" in made.findings[0].hint


def test_one_that_was_refused_may_be_sent_again() -> None:
    """What the server said is told beside the step."""
    made = planned(OFFER, KICK_OFF, campaigns=(record(CampaignState.FAILED, note="Invalid segment id"),))
    step = only_step(made)
    assert step.held_back == ""
    assert [each.message for each in step.annotations if each.code == "campaign-refused-before"] == [
        "it was not scheduled before: Invalid segment id"
    ]


# ----------------------------------------------------------------------------------------------------- the base


def test_causes() -> None:
    """A campaign that the base had too is pending; one that is new or starts otherwise is this change."""
    later = replace(KICK_OFF, fields={**KICK_OFF.fields, "start": "2026-08-02T10:00:00"})
    causes = [only_step(planned(OFFER, KICK_OFF, base=base)).cause for base in ([OFFER], [OFFER, KICK_OFF], [later])]
    assert causes == ["this_change", "already_pending", "this_change"]


def test_offline_the_base_counts_as_sent() -> None:
    """What changes in a campaign is said, and a new one is a step whose names are not looked up."""
    changed = replace(KICK_OFF, fields={**KICK_OFF.fields, "name": "Other"})
    made = plan(changed, applied=[applied(KICK_OFF)], is_offline=True)
    assert (made.steps, codes_of(made.findings)) == ((), ["campaign-changed"])
    assert only_step(plan(KICK_OFF, is_offline=True)).held_back == ""


def codes_of(findings: Iterable[Finding]) -> list[str]:
    """Their codes."""
    return [each.code for each in findings]
