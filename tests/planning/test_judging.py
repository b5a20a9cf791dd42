"""What a careful colleague asks: ended offers, places that nobody has, offers that compete."""

from __future__ import annotations

from typing import Any, Final

import pytest
from scenes import desired, live, plan, snapshot

from offers_sync.models.values import Desired, Live, Location, LocationGroup, Snapshot
from offers_sync.planning.judging import judge
from offers_sync.planning.plan import Plan

CLOCK: Final = "2026-07-01T12:00:00"
"""What the clock of UTC shows in these scenes."""


def judged(*documents: Desired, **asked: Any) -> list[tuple[str, str, str]]:
    """Document, code and path of everything that was asked."""
    made: Plan = plan(*documents, annotators=[judge], **asked)
    found = [(step.desired.key, finding) for step in made.steps for finding in step.annotations]
    found += [("", finding) for finding in made.findings]
    codes = ("ended-already", "unknown-place", "auto-offers-overlap")
    return [(key, finding.code, finding.path) for key, finding in found if finding.code in codes]


# -------------------------------------------------------------------------------------------------------- ended


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"end": "2026-07-01T11:59:59"}, True),
        ({"end": CLOCK}, True),
        ({"end": "2026-07-01T12:00:01"}, False),
        ({"end": "2026-07-01T11:00:00", "indefinitely": True}, False),
        ({"end": "2026-07-01T07:30:00", "timezone": "America/Chicago"}, False),
        ({"end": "2026-07-01T07:00:00", "timezone": "America/Chicago"}, True),
        ({"end": "2026-07-01T12:30:00", "timezone": "Europe/Paris"}, True),
        ({"expiry_days": 3}, False),
        (None, False),
    ],
)
def test_an_offer_that_has_ended_is_asked_about(schedule: Any, expected: bool) -> None:  # noqa: FBT001
    """The end is held against the clock of the offer's own zone."""
    found = judged(desired("redeemable", "lunch", schedule=schedule))
    assert found == ([("lunch", "ended-already", "/schedule/end")] if expected else [])


def test_an_offer_that_ended_while_it_lived_is_let_be() -> None:
    """What is not written needs nobody's attention, and what is withdrawn has it."""
    ended = desired("redeemable", "lunch", schedule={"end": CLOCK})
    assert judged(ended, live=[live(ended)]) == []
    assert judged(ended, live=[live(ended, name="Old")]) == [("lunch", "ended-already", "/schedule/end")]


# ------------------------------------------------------------------------------------------------------- places


def at_places(*objects: Live) -> Snapshot:
    """A live side of one restaurant and one group."""
    known = snapshot(objects)
    return Snapshot(known.listings, locations=(Location(1, "Downtown"),), location_groups=(LocationGroup(7, "Drive"),))


def test_a_place_that_the_server_does_not_list_is_asked_about() -> None:
    """Locations and groups are looked up, in the offer and in the criterion."""
    offer = desired("redeemable", "lunch", effective_location="location:7")
    criterion = desired("criterion", "c", effective_location=["location:1", "tag:7", "tag:1"])
    found = judged(offer, criterion, snapshot=at_places())
    assert sorted(found) == [
        ("c", "unknown-place", "/effective_location/2"),
        ("lunch", "unknown-place", "/effective_location"),
    ]


def test_where_no_places_were_read_none_is_asked_about() -> None:
    """An empty list proves nothing."""
    assert judged(desired("redeemable", "lunch", effective_location="location:7")) == []


# ----------------------------------------------------------------------------------------------------- overlaps


def auto(key: str, criterion: dict[str, Any], **fields: Any) -> tuple[Desired, Desired]:
    """An offer that is applied by itself, and its criterion."""
    body = desired("criterion", f"{key}-criterion", **criterion)
    rule = {"criterion": body.external_id}
    return desired("redeemable", key, auto_applicable=True, receipt_rule=rule, **fields), body


def on(*selectors: str, **fields: Any) -> dict[str, Any]:
    """A criterion that discounts the items of some selectors."""
    return {"line_item_filters": [{"selector": each} for each in selectors], **fields}


BURGERS: Final = auto("burgers", on("burger"))


@pytest.mark.parametrize(
    ("criterion", "fields", "expected"),
    [
        (on("burger", "side"), {}, True),
        (on("side"), {}, False),
        ({}, {}, True),
        ({"line_item_filters": [{"selector": "burger", "processing_method": "exclude"}]}, {}, True),
        (on("burger", stack_discounting=True), {}, True),
        (on("burger"), {"schedule": {"end": "2026-01-01T00:00:00"}}, True),
        (on("burger"), {"effective_location": "location:1"}, True),
    ],
)
def test_offers_that_compete_are_asked_about(criterion: Any, fields: Any, expected: bool) -> None:  # noqa: FBT001
    """Both offers say of each other that they may be applied to the same items."""
    found = judged(*BURGERS, *auto("other", criterion, **fields))
    overlaps = [each for each in found if each[1] == "auto-offers-overlap"]
    both = [(key, "auto-offers-overlap", "/auto_applicable") for key in ("burgers", "other")]
    assert overlaps == (both if expected else [])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"stack_discounting": True}, {"stack_discounting": True}),
        ({"effective_location": ["location:1"]}, {"effective_location": ["location:2"]}),
        (
            {"receipt_qualifiers": [{"attribute": "receipt_hour", "operator": "in_range", "value": "6..9"}]},
            {"receipt_qualifiers": [{"attribute": "receipt_hour", "operator": "in", "value": "10,11"}]},
        ),
        (
            {"receipt_qualifiers": [{"attribute": "channel", "operator": "==", "value": "POS"}]},
            {"receipt_qualifiers": [{"attribute": "channel", "operator": "in", "value": "web,app"}]},
        ),
    ],
)
def test_offers_that_are_kept_apart_are_let_be(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Sharing by consent, other places, and conditions that exclude each other are no competition."""
    apart = judged(*auto("one", on("burger", **first)), *auto("two", on("burger", **second)))
    alike = judged(*auto("one", on("burger", **first)), *auto("two", on("burger")))
    assert [each[1] for each in apart] == []
    assert [each[1] for each in alike] == ["auto-offers-overlap"] * 2


def test_offers_of_different_times_are_let_be() -> None:
    """One ends before the other begins."""
    early = auto("early", on("burger"), schedule={"end": "2027-01-01T00:00:00"})
    late = auto("late", on("burger"), schedule={"start": "2027-01-01T00:00:00"})
    assert judged(*early, *late) == []


def test_many_offers_that_compete_are_told_in_one_line_each() -> None:
    """Three of the others are named, and that there are more."""
    documents = [each for index in range(6) for each in auto(f"offer-{index}", on("burger"))]
    made = plan(*documents, annotators=[judge])
    messages = [finding.message for step in made.steps for finding in step.annotations]
    assert len(messages) == 6
    assert messages[0] == (
        "`offer-1`, `offer-2`, `offer-3` and more may be applied by itself to the same items at the same time"
    )


def test_looking_for_overlaps_does_not_grow_with_the_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a thousand offers of one selector each is held against a hundred at most."""
    held_against = 0

    def count(*_: object) -> bool:
        nonlocal held_against
        held_against += 1
        return False

    monkeypatch.setattr("offers_sync.planning.overlapping.AutoOffer.overlaps", count)
    documents = [each for index in range(1_000) for each in auto(f"offer-{index:04}", on("burger"))]
    assert judged(*documents) == []
    assert 90_000 < held_against <= 100_000


def test_findings_are_waived_by_a_reviewed_line() -> None:
    """A waiver by code, or by code and document."""
    other = auto("other", on("burger"))
    assert judged(*BURGERS, *other, allow=[{"code": "auto-offers-overlap"}]) == []
    left = judged(*BURGERS, *other, allow=[{"code": "auto-offers-overlap", "key": "redeemable/other"}])
    assert left == [("burgers", "auto-offers-overlap", "/auto_applicable")]
