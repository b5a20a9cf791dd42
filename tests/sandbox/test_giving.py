"""Campaigns, gifts and forced redemptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from offers_sync import contract
from offers_sync.sandbox import Settings
from offers_sync.sandbox.census import take_census

if TYPE_CHECKING:
    from sandbox.calling import Build, Json, Open

CAMPAIGN: Json = {
    "campaign_type": "mass_gifting",
    "category": "gift_redeemable",
    "redeemable_uuid": "test",
    "segment_id": 1307202,
    "name": "Spring",
    "start_time": "2026-03-02T12:15:00Z",
    "external_campaign_id": "2",
}


def test_a_campaign_is_scheduled(sandbox: Open) -> None:
    """A campaign answers with its id, the caller's own id, and its start in the vendor's form."""
    caller = sandbox(empty=False)
    answer = caller.post(contract.CAMPAIGNS_PATH, CAMPAIGN)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "redeemable_id": 20004,
            "redeemable_image_url": None,
            "redeemable_properties": "attribute",
            "campaign_id": 99511494,
            "external_source_id": "2",
            "start_time": "2026-03-02 12:15 PM",
            "timezone": "Etc/UTC",
        },
    )


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"campaign_type": ""}, 400, "Required parameter missing or the value is empty: campaign_type"),
        ({"category": None}, 400, "Required parameter missing or the value is empty: category"),
        ({"redeemable_uuid": " "}, 400, "Required parameter missing or the value is empty: redeemable_uuid"),
        ({"segment_id": None}, 400, "Required parameter missing or the value is empty: segment_id"),
        ({"start_time": ""}, 400, "Required parameter missing or the value is empty: start_time"),
        ({"campaign_type": "coupon"}, 404, "Coupon campaign not found"),
        ({"category": "gift_fixed_point"}, 422, "Invalid category"),
        ({"redeemable_uuid": "nobody"}, 422, "Invalid redeemable uuid"),
        ({"redeemable_uuid": {}}, 422, "Invalid redeemable uuid"),
        ({"segment_id": 7}, 422, "Invalid segment id"),
        ({"segment_id": "1307202"}, 422, "Invalid segment id"),
        ({"start_time": "tomorrow"}, 422, "Invalid Start Time format"),
        ({"start_time": 20260302}, 422, "Invalid Start Time format"),
        ({"start_time": "0001-01-01T00:00:00+14:00"}, 422, "Invalid Start Time format"),
        ({"start_time": "2026-03-02T12:14:59Z"}, 422, "Campaign start time should be at least 15 ahead from now"),
        ({"redeemable_uuid": "Birthday-Shake 2019"}, 422, "Redeemable is deactivated"),
        ({"redeemable_uuid": "later"}, 422, "Redeemable is scheduled"),
        (
            {"redeemable_uuid": "ending"},
            422,
            "Start time should be less than or equal to redeemable effective expiry time",
        ),
    ],
)
def test_every_refusal_of_a_campaign(sandbox: Open, redeemable: Build, changes: Json, status: int, text: str) -> None:
    """A campaign is refused in the documented words, and nothing is scheduled."""
    caller = sandbox(empty=False)
    caller.create(
        "redeemable",
        redeemable("later", start_time="2026-03-02T12:00:01", timezone="Etc/UTC"),
        redeemable("ending", end_time="2026-03-02T06:14:59"),
    )
    answer = caller.post(contract.CAMPAIGNS_PATH, {**CAMPAIGN, **changes})
    assert (answer.status_code, answer.json()) == (status, {"error": text})
    assert take_census(caller.embedded.vendor.world).counts["campaigns"] == 0


def test_a_campaign_without_a_name(sandbox: Open) -> None:
    """The name has an envelope of its own, since the documented 400 is not listed for it."""
    answer = sandbox(empty=False).post(contract.CAMPAIGNS_PATH, {**CAMPAIGN, "name": ""})
    assert (answer.status_code, answer.json()) == (422, {"name": ["can't be blank"]})


def test_a_start_without_offset_is_in_the_zone_of_the_business(sandbox: Open) -> None:
    """Half past six in Chicago is half past twelve in UTC."""
    caller = sandbox(empty=False)
    answer = caller.post(contract.CAMPAIGNS_PATH, {**CAMPAIGN, "start_time": "2026-03-02T06:30:00"})
    assert answer.json()["start_time"] == "2026-03-02 12:30 PM"


def test_a_campaign_may_start_when_its_redeemable_ends(sandbox: Open, redeemable: Build) -> None:
    """The start may equal the end, in the redeemable's own zone."""
    caller = sandbox(empty=False)
    caller.create("redeemable", redeemable("ending", end_time="2026-03-02T06:15:00"))
    assert caller.post(contract.CAMPAIGNS_PATH, {**CAMPAIGN, "redeemable_uuid": "ending"}).status_code == 200


def test_a_repeated_campaign_gifts_twice(sandbox: Open) -> None:
    """A second POST of one external_campaign_id is a second campaign, and the census names it."""
    caller = sandbox(empty=False)
    for _ in range(2):
        caller.post(contract.CAMPAIGNS_PATH, CAMPAIGN)
    census = take_census(caller.embedded.vendor.world)
    assert [(one.kind, one.external_id, one.count) for one in census.duplicates] == [("campaigns", "2", 2)]


def test_a_repeated_campaign_may_be_refused(sandbox: Open) -> None:
    """With the setting, external_campaign_id makes a retry safe."""
    caller = sandbox(empty=False, settings=Settings(campaign_repeats="refuse"))
    assert [caller.post(contract.CAMPAIGNS_PATH, CAMPAIGN).status_code for _ in range(2)] == [200, 422]


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("errors", {"errors": "Invalid category"}),
        ("list", {"errors": ["Invalid category"]}),
        ("base", {"errors": {"base": ["Invalid category"]}}),
    ],
)
def test_the_envelope_of_a_refused_campaign_is_a_setting(sandbox: Open, shape: Any, body: Json) -> None:
    """The documents do not say which envelope it is."""
    caller = sandbox(empty=False, settings=Settings(campaign_error_shape=shape))
    assert caller.post(contract.CAMPAIGNS_PATH, {**CAMPAIGN, "category": "x"}).json() == body


def test_a_gift_is_accepted_without_a_word(sandbox: Open) -> None:
    """A gift answers 202 and no body, and the guest has the points."""
    caller = sandbox(empty=False)
    answer = caller.post(contract.GIFT_PATH, {"user_id": 111111111, "gift_count": 50, "message": "Thanks"})
    assert (answer.status_code, answer.content) == (202, b"")
    world = caller.embedded.vendor.world
    assert world.connection.execute("SELECT points FROM guests WHERE id = 111111111").fetchone() == (690,)


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({}, "Please specify any one entity for gifting"),
        ({"gift_count": ""}, "Please specify any one entity for gifting"),
        ({"gift_count": 1, "redeemable_id": 20002}, "Please specify a single entity for gifting"),
        ({"gift_count": 1, "reward_amount": 2}, "Please specify a single entity for gifting"),
        ({"gift_count": "many"}, "gift_count is invalid"),
        ({"reward_amount": 0}, "reward_amount is invalid"),
        ({"redeemable_id": 20003}, "Redeemable is not allowed for support gifting"),
        ({"redeemable_id": 29999}, "Redeemable not found"),
        ({"gift_count": 1, "end_date": "soon"}, "end_date is invalid"),
        ({"gift_count": 1, "user_id": None}, "User can't be blank"),
    ],
)
def test_every_refusal_of_a_gift(sandbox: Open, sent: Json, text: str) -> None:
    """A gift needs a user and exactly one entity, and a redeemable that allows it."""
    caller = sandbox(empty=False)
    answer = caller.post(contract.GIFT_PATH, {"user_id": 111111111, **sent})
    assert (answer.status_code, answer.json()) == (422, {"errors": {"base": [text]}})


def test_a_gifted_redeemable_becomes_a_reward(sandbox: Open) -> None:
    """A gifted redeemable is in the guest's account, where it can be redeemed once."""
    caller = sandbox(empty=False)
    caller.post(contract.GIFT_PATH, {"user_id": 5, "redeemable_id": 20002})
    world = caller.embedded.vendor.world
    (reward_id,) = world.connection.execute("SELECT id FROM rewards WHERE user_id = 5").fetchone()
    redemption = {"user_id": 5, "redemption": {"reward_id": reward_id}}
    first = caller.post(contract.FORCE_REDEEM_PATH, redemption)
    assert (first.status_code, first.json()["redeemable_id"], first.json()["redeemable_name"]) == (
        201,
        20002,
        "Free Fries",
    )
    second = caller.post(contract.FORCE_REDEEM_PATH, redemption)
    assert (second.status_code, second.json()) == (422, {"errors": {"base": ["Reward has already been redeemed"]}})


def test_points_are_redeemed(sandbox: Open) -> None:
    """A forced redemption of points answers 201 with what was redeemed and when."""
    caller = sandbox(empty=False)
    answer = caller.post(
        contract.FORCE_REDEEM_PATH,
        {"user_id": 111111111, "redemption": {"requested_punches": 50, "force_message": "This is a test"}},
    )
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "redemption_id": 6440712,
            "redemption_status": "redeemable",
            "redemption_tracking_code": "5084984",
            "redeemed_value": 50,
            "redeemable_id": None,
            "redeemable_name": None,
            "redemption_image_url": None,
            "redemption_message": "This is a test",
            "location_id": 304252,
            "created_at": "2026-03-02T12:00:00Z",
            "updated_at": "2026-03-02T12:00:00Z",
            "expiring_at": "2026-03-02T14:00:00Z",
        },
    )


@pytest.mark.parametrize(
    ("sent", "status"),
    [({}, 400), ({"redemption": {}}, 400), ({"redemption": {"reward_id": 1}}, 201), ({"redemption": {"x": 1}}, 422)],
)
def test_what_a_redemption_needs(sandbox: Open, sent: Json, status: int) -> None:
    """A redemption needs points or a reward; a reward that nobody has seen is believed."""
    assert sandbox().post(contract.FORCE_REDEEM_PATH, {"user_id": 1, **sent}).status_code == status


def test_strangers_may_be_refused(sandbox: Open) -> None:
    """With the setting, guests and rewards have to exist."""
    caller = sandbox(empty=False, settings=Settings(unknown_guests="refuse"))
    assert caller.post(contract.GIFT_PATH, {"user_id": 1, "gift_count": 1}).status_code == 422
    assert caller.post(contract.GIFT_PATH, {"user_id": 111111112, "gift_count": 1}).status_code == 202


def test_equal_gifts_are_named_by_the_census(sandbox: Open) -> None:
    """A gift that was sent twice shows from outside."""
    caller = sandbox(empty=False)
    for amount in (1, 2, 1):
        caller.post(contract.GIFT_PATH, {"user_id": 7, "gift_count": amount})
    duplicates = take_census(caller.embedded.vendor.world).duplicates
    assert [(one.kind, one.external_id, one.count) for one in duplicates] == [("gifts", "user 7", 2)]
