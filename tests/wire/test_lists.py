"""The live side of a whole sandbox, on every setting that its lists have, through the real client."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from math import ceil
from typing import Any

import httpx
import pytest
from servers import FakeTime, asked, client_to, html_reply, in_turn, json_reply, page_of

from offers_sync.contract import (
    CRITERIA_PATH,
    HEADLESS_REDEEMABLES_PATH,
    LOCATION_GROUPS_PATH,
    LOCATIONS_PATH,
    REDEEMABLES_PATH,
    SEGMENTS_PATH,
    SELECTORS_PATH,
)
from offers_sync.errors import RefusedError, UnreachableError
from offers_sync.models.values import Location, LocationGroup
from offers_sync.sandbox import Calls, Cut, Embedded, Fault, Faults, RateLimit, Settings, open_embedded
from offers_sync.wire.client import Client
from offers_sync.wire.reading import (
    read_listing,
    read_location_groups,
    read_locations,
    read_offered,
    read_segments,
)
from offers_sync.wire.snapshot import NOT_ASKED, Wanted, read_listings, read_snapshot

DEEP = "the answer is nested too deeply (request id req-5)"
EVERYTHING = Wanted(segments=True, offered=True, locations=True)
CREATED = 130
SEEDED_SEGMENTS = ["Loyal Regulars", "Lapsed 60 Days", "Birthday Month", "App Newcomers", "Student Club"]
LIST_SETTINGS = [
    {},
    {"per_page_maximum": 20},
    {"per_page_maximum": 7, "order": "updated"},
    {"past_end_meta_page": "given", "order": "name"},
    {"meta_position": "first"},
    {"meta_position": "missing"},
    {"meta_position": "missing", "per_page_maximum": 20},
    {"get_body_read": False},
    {"query_parameters_read": False},
    {"list_of_one_is_object": True},
    {"headless_past_end": "empty", "headless_per_page_default": 3, "headless_per_page_maximum": 5},
    {"headless_per_page_maximum": 1000, "per_page_maximum": 1000},
    *(
        {"headless_past_end": behaviour, "headless_per_page_maximum": size}
        for behaviour in ("no_list", "bad_request", "not_found", "unprocessable")
        for size in (5, 20, 1000)
    ),
]


def redeemable(number: int) -> dict[str, Any]:
    """A simple offer."""
    return {
        "external_id": str(uuid.UUID(int=number)),
        "name": f"Offer {number}",
        "timezone": "America/Chicago",
        "receipt_rule": {"qualifier_type": "flat_discount", "discount_amount": 5},
    }


@pytest.fixture(scope="module")
def marlow() -> Iterator[Embedded]:
    """The seeded business with 130 more offers; tests change its settings only."""
    with open_embedded(None) as embedded:
        with client_to(embedded.transport) as client:
            for start in range(0, CREATED, 20):
                batch = [redeemable(number) for number in range(start, min(start + 20, CREATED))]
                client.post(REDEEMABLES_PATH, {"data": batch})
        yield embedded


@contextmanager
def behaving(embedded: Embedded, faults: Faults | None = None, /, **settings: Any) -> Iterator[Client]:
    """A client of the business while it behaves like that."""
    before = embedded.vendor.settings
    embedded.vendor.settings = Settings(**settings)
    embedded.vendor.follow(faults or Faults())
    try:
        with client_to(embedded.transport, FakeTime()) as client:
            yield client
    finally:
        embedded.vendor.settings = before
        embedded.vendor.follow(Faults())


@pytest.mark.parametrize("settings", LIST_SETTINGS, ids=str)
def test_everything_is_read_on_every_setting(marlow: Embedded, settings: dict[str, Any]) -> None:
    """Whatever form the lists have, nothing is missing, nothing is there twice, and that is proven."""
    with behaving(marlow, **settings) as client:
        snapshot = read_snapshot(client, EVERYTHING)
    redeemables = snapshot.listings["redeemable"]
    names = Counter(item.name for item in redeemables.items)
    assert [listing.gap for listing in snapshot.listings.values()] == ["", "", ""]
    assert names == Counter({f"Offer {number}": 1 for number in range(CREATED)}) + Counter(
        {"Base Redeemable": 1, "Free Fries": 2, "API test": 1, "Birthday Shake": 1}
    )
    assert [item.name for item in snapshot.listings["selector"].items] == ["Fries (any size)"]
    assert [item.name for item in snapshot.listings["criterion"].items] == ["Free fries"]
    assert Counter(segment.name for segment in snapshot.segments) == Counter([*SEEDED_SEGMENTS, "VIP Test", "VIP Test"])
    assert Counter(offered.name for offered in snapshot.offered) == names
    assert [location.literal for location in snapshot.locations] == [
        *("location:88", "location:1234", "location:1235", "location:1236", "location:304252", "location:310969")
    ]
    assert snapshot.places is not None
    assert snapshot.places > {"location:88", "tag:736", "tag:737"}
    assert (snapshot.unread, snapshot.is_degraded) == ({}, False)


@pytest.mark.parametrize("page_size", [7, 20, 100])
@pytest.mark.parametrize("path", [REDEEMABLES_PATH, HEADLESS_REDEEMABLES_PATH])
def test_requests_are_few(marlow: Embedded, page_size: int, path: str) -> None:
    """A list takes its pages and no more; one that does not count takes one more, and where nobody can guess, few."""
    with behaving(marlow, per_page_maximum=page_size, headless_per_page_maximum=page_size) as client:
        total = CREATED + 5
        if path == REDEEMABLES_PATH:
            assert len(read_listing(client, "redeemable").items) == total
            assert client.requests["GET"] == ceil(total / page_size)
        else:
            assert len(read_offered(client, expected=total)) == total
            assert client.requests["GET"] == ceil(total / page_size) + 1


def test_what_is_not_wanted_is_not_asked_for(marlow: Embedded) -> None:
    """A plan without segments, campaigns and places asks for the three lists of objects alone."""
    with behaving(marlow) as client:
        snapshot = read_snapshot(client, Wanted(segments=False))
    assert snapshot.unread == dict.fromkeys(("segments", "offered", "locations"), NOT_ASKED)
    assert snapshot.places is None
    assert client.requests["GET"] == 1 + 1 + 2


# ------------------------------------------------------------------------------------------------- trouble


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(Fault(calls=Calls(every=2), status=502, page="html"), id="every other answer a 502 page"),
        pytest.param(Fault(calls=Calls(every=3), status=200, page="html"), id="every third answer a web page"),
        pytest.param(Fault(calls=Calls(every=2), cut=Cut.HALF_ANSWER), id="half answers"),
        pytest.param(Fault(calls=Calls(every=3), cut=Cut.AFTER_COMMIT), id="hung up"),
        pytest.param(Fault(calls=Calls(last=9), status=429, retry_after=2), id="a storm of 429"),
        pytest.param(Fault(probability=0.4, status=503), id="503 now and then"),
    ],
)
def test_a_list_is_read_through_trouble(marlow: Embedded, rule: Fault) -> None:
    """Answers that are no answers are asked for again, and the list is whole."""
    with behaving(marlow, Faults(rules=(rule,)), per_page_maximum=20) as client:
        listing = read_listing(client, "redeemable")
    assert (len(listing.items), listing.gap) == (CREATED + 5, "")


def test_a_published_rate_is_kept_to() -> None:
    """Turned away with a Retry-After, the client waits as long as it is told, on its own clock."""
    moment = FakeTime()
    with open_embedded(
        None, faults=Faults(rules=(Fault(rate_limit=RateLimit(calls=2, seconds=60)),)), clock=moment.utc_now
    ) as embedded:
        with client_to(embedded.transport, moment) as client:
            listings = read_listings(client)
        assert [listing.gap for listing in listings.values()] == ["", "", ""]
    assert moment.now >= 60


@pytest.mark.parametrize("shift", [1, 3, 25])
def test_a_list_that_slips_under_the_reader_is_read_again(marlow: Embedded, shift: int) -> None:
    """Pages that begin too early hide rows; the proof is not given before all were seen."""
    rule = Fault(at="list-redeemables", calls=Calls.of(3, 4), shift=shift)
    with behaving(marlow, Faults(rules=(rule,)), per_page_maximum=20) as client:
        listing = read_listing(client, "redeemable")
    assert (len(listing.items), listing.gap) == (CREATED + 5, "")


def test_twins_on_the_server_are_shown() -> None:
    """A second object under one external_id is neither hidden nor a reason for doubt."""
    with open_embedded(None, empty=True) as embedded, client_to(embedded.transport) as client:
        for name in ("first", "second"):
            client.post(REDEEMABLES_PATH, {"data": [{**redeemable(7), "name": name}]})
        listing = read_listing(client, "redeemable")
    assert ([item.name for item in listing.items], listing.gap) == (["second"], "")
    assert [item.name for item in listing.repeated] == ["first"]


# ------------------------------------------------------------------------------------------ features and rights


def test_a_degraded_snapshot_says_what_it_cannot_verify(marlow: Embedded) -> None:
    """Without the full lists, the offered redeemables are there, and every list of objects has the gap."""
    with behaving(marlow, ingestion_enabled=False) as client:
        snapshot = read_snapshot(client, Wanted(segments=True))
    assert snapshot.is_degraded
    (gap,) = {listing.gap for listing in snapshot.listings.values()}
    assert re.sub(r"request id [0-9a-f-]{36}", "request id ID", gap) == (
        "offers ingestion is off for this business (request id ID), "
        "so which objects there are and what is in them cannot be verified"
    )
    assert [listing.items for listing in snapshot.listings.values()] == [(), (), ()]
    assert len(snapshot.offered) == CREATED + 5
    assert len(snapshot.segments) == 7


def test_nothing_at_all_may_be_enabled(marlow: Embedded) -> None:
    """With both features off there is still a snapshot, and it says so of each list."""
    with behaving(marlow, ingestion_enabled=False, distribution_enabled=False) as client:
        snapshot = read_snapshot(client, EVERYTHING)
    reason = "distribution from an external system is off for this business"
    assert snapshot.is_degraded
    assert {name: said.partition(" (request id ")[0] for name, said in snapshot.unread.items()} == {
        "segments": reason,
        "offered": reason,
    }


def test_segments_may_be_missing_where_nobody_needs_them(marlow: Embedded) -> None:
    """The lists of objects do not depend on distribution."""
    with behaving(marlow, distribution_enabled=False) as client:
        snapshot = read_snapshot(client, Wanted(segments=True))
    assert not snapshot.is_degraded
    assert snapshot.unread["segments"].startswith(
        "distribution from an external system is off for this business (request id "
    )
    assert len(snapshot.listings["redeemable"].items) == CREATED + 5


def test_locations_that_are_given_one_by_one_stay_unread(marlow: Embedded) -> None:
    """A server that wants to be asked for each place gives no list of them, and nothing is concluded from that."""
    with behaving(marlow, location_id_required=True) as client:
        snapshot = read_snapshot(client, EVERYTHING)
    assert snapshot.places is None
    assert "the server answered 400: Required parameter missing or the value is empty." in snapshot.unread["locations"]


@pytest.mark.parametrize("settings", [{"dashboard_permission": "redirect"}, {"dashboard_permission": "forbidden"}])
def test_a_missing_permission_ends_it(marlow: Embedded, settings: dict[str, Any]) -> None:
    """No list is given to a role that may not have it, and hardly anything is asked for after that."""
    with behaving(marlow, **settings) as client, pytest.raises(RefusedError) as caught:
        read_snapshot(client, EVERYTHING)
    assert "the role behind the key ${MARLOW_PUNCHH_KEY} lacks" in caught.value.hint
    assert client.requests["GET"] <= 4


def test_a_wrong_key_is_tried_few_times(marlow: Embedded) -> None:
    """An expired key does not lock the address out: not half of the ten failures that would do it."""
    with behaving(marlow, token="the-new-key") as client, pytest.raises(RefusedError) as caught:  # noqa: S106
        read_snapshot(client, EVERYTHING)
    assert "check the key ${MARLOW_PUNCHH_KEY}" in caught.value.hint
    assert client.requests["GET"] <= 4


def test_criteria_that_only_their_redeemables_show_are_found() -> None:
    """Whether the server lists what ``new`` made or not, the criterion is among the criteria."""
    rule = {
        "qualifier_type": "new",
        "redeeming_criterion": {
            "external_id": "c" * 36,
            "name": "inline",
            "qc_processing_function": "sum_amounts",
            "percentage_of_processed_amount": 10,
        },
    }
    for is_listed in (True, False):
        settings = Settings(inline_criteria_listed=is_listed)
        with (
            open_embedded(None, empty=True, settings=settings) as embedded,
            client_to(embedded.transport) as client,
        ):
            client.post(REDEEMABLES_PATH, {"data": [{**redeemable(1), "receipt_rule": rule}]})
            criteria = read_listings(client)["criterion"].items
        assert [(criterion.external_id, criterion.name) for criterion in criteria] == [("c" * 36, "inline")]


# ----------------------------------------------------------------------------------- servers beyond the sandbox


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (json_reply({"error": "Not Found"}, 404), UnreachableError, "check `server` in offers.yaml"),
        (html_reply(404), UnreachableError, "check `server` in offers.yaml"),
        (json_reply({"errors": ["invalid redeemable UUID"]}, 422), RefusedError, "does not give this list"),
        (json_reply({"error": "something"}, 200), UnreachableError, "run again later"),
        (json_reply({}), UnreachableError, "run again later"),
        (json_reply({"data": None}), UnreachableError, "run again later"),
        (json_reply({"data": "none"}), UnreachableError, "run again later"),
        (json_reply({"data": {}, "meta": {}}), UnreachableError, "run again later"),
    ],
)
def test_what_is_no_list_is_not_an_empty_one(reply: httpx.Response, error: type[Exception], words: str) -> None:
    """Nothing but a list is taken for a list: an empty one would have everything created anew."""

    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

    with client_to(handle) as client, pytest.raises(error) as caught:
        read_listing(client, "redeemable")
    assert words in caught.value.hint  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"data": []},
        {"data": [], "meta": {"total_records": 0}},
        {"data": None, "meta": {"total_records": 0}},
        {"meta": None, "data": []},
    ],
)
def test_an_empty_list_is_whole(body: Any) -> None:
    """In any form in which it is a list."""
    with client_to(lambda _: json_reply(body)) as client:
        listing = read_listing(client, "redeemable")
    assert (listing.items, listing.gap) == ((), "")


@pytest.mark.parametrize(
    "meta",
    [
        {"total_records": "45", "per_page": "20"},
        {"total_records": None},
        {"per_page": None},
        {"per_page": 0},
        {"per_page": -3},
        {"page": None, "extra": {"more": [1]}},
        {"page": 1},
        {"total_records": True},
    ],
    ids=str,
)
def test_a_meta_may_be_odd(meta: dict[str, Any]) -> None:
    """Numbers as text, nulls and nonsense in the meta cost requests, not rows."""
    rows = [{"external_id": f"id-{number}", "name": f"Offer {number}"} for number in range(45)]
    with client_to(lambda request: page_of(rows, request, **meta)) as client:
        listing = read_listing(client, "redeemable")
    assert ([item.external_id for item in listing.items], listing.gap) == ([row["external_id"] for row in rows], "")


def test_many_blank_and_odd_ids_survive() -> None:
    """Ids of any kind are carried; what has none is still shown."""
    ids = ["", " ", None, 17, True, {"a": 1}, ["x"], "test", "\u200b", "x" * 3_000, "\ud83c"]
    rows = [{"external_id": value, "name": f"Offer {number}"} for number, value in enumerate(ids)]
    body = json.dumps({"data": rows, "meta": {"total_records": len(rows)}}).encode("ascii")
    with client_to(lambda _: httpx.Response(200, content=body)) as client:
        listing = read_listing(client, "redeemable")
    assert (len(listing.items), listing.gap) == (len(ids), "")
    assert [item.external_id for item in listing.items[:8]] == ["", " ", "", "17", "True", "", "", "test"]
    assert listing.items[-1].external_id == "\ufffd"


def test_rows_of_the_smaller_lists_may_be_odd() -> None:
    """A row without a number is left out, numbers may be text, the rest is carried along."""
    answers: dict[str, Any] = {
        SEGMENTS_PATH: [{"segment_id": "7", "name": None, "membership_level": None}, {"name": "no id"}],
        LOCATIONS_PATH: {"location_id": 5, "name": "Downtown", "store_number": 12, "status": "approved"},
        LOCATION_GROUPS_PATH: [{"location_group_id": 9, "locations": [{"location_id": 5}, {}, None]}, {"name": "x"}],
        HEADLESS_REDEEMABLES_PATH: [{"redeemable_id": 3, "redeemable_uuid": None, "name": "Fries", "new": [1]}],
    }
    with client_to(lambda request: json_reply(answers[request.url.path])) as client:
        (segment,) = read_segments(client)
        assert (segment.segment_id, segment.name, segment.about) == (7, "", {"membership_level": None})
        assert read_locations(client) == (Location(5, "Downtown", "12", {"status": "approved"}),)
        assert read_location_groups(client) == (LocationGroup(9, "", (5,)),)
        (offered,) = read_offered(client)
        assert (offered.redeemable_id, offered.redeemable_uuid, offered.about) == (3, "", {"new": [1]})


def test_a_list_that_refuses_half_way_is_not_given_in_part() -> None:
    """A page that cannot be had is an error, not a shorter list."""
    numbers = count(1)
    rows = [{"external_id": f"id-{number}"} for number in range(45)]

    def handle(request: httpx.Request) -> httpx.Response:
        return page_of(rows, request, per_page=20) if next(numbers) == 1 else json_reply({"error": "no"}, 400)

    with client_to(handle) as client, pytest.raises(RefusedError):
        read_listing(client, "redeemable")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (json_reply({"error": "no such page"}, 404), "an end"),
        (json_reply({"errors": {"page": ["too far"]}}, 422), "an end"),
        (json_reply({}), "an end"),
        (json_reply({"data": None}), "an end"),
        (json_reply({"error": "no such page"}), "an end"),
        (json_reply({"error": "no"}, 403), "a refusal"),
        (json_reply({}, 302), "a refusal"),
        (json_reply({"error": "conflict"}, 409), "a refusal"),
        (json_reply({"error": "busy"}, 500), "trouble"),
    ],
)
def test_what_may_stand_past_the_end_of_a_bare_list(reply: httpx.Response, kind: str) -> None:
    """What says that there is no such page ends the list; a refusal of the key and trouble are what they are."""
    rows = [{"segment_id": number, "name": f"Segment {number}"} for number in range(45)]

    def handle(request: httpx.Request) -> httpx.Response:
        shown = rows[(asked(request)["page"] - 1) * 20 :][:20]
        return json_reply(shown) if shown else httpx.Response(reply.status_code, content=reply.content)

    with client_to(handle) as client:
        if kind == "an end":
            assert [segment.segment_id for segment in read_segments(client)] == list(range(45))
            assert client.requests["GET"] == 4
            return
        with pytest.raises(UnreachableError if kind == "trouble" else RefusedError):
            read_segments(client)
        assert client.requests["GET"] == (9 if kind == "trouble" else 4)


def test_every_error_of_a_list_has_the_id_of_its_request() -> None:
    """What is no list, and what is nested too deeply, can be looked up by the server's support."""
    deep = b'{"data": [{"external_id": "id", "points": %s1%s}]}' % (b"[" * 1_000, b"]" * 1_000)
    for content, words in ((b'{"error": "later"}', ": later (request id req-5), without a list"), (deep, DEEP)):
        reply = httpx.Response(200, content=content, headers={"X-Request-Id": "req-5"})
        with client_to(in_turn(reply)) as client, pytest.raises(UnreachableError) as caught:
            read_listing(client, "redeemable")
        assert caught.value.message.startswith(f"GET {REDEEMABLES_PATH}: ")
        assert caught.value.message.endswith(words)


@pytest.mark.parametrize("name", ["points", "unheard_of"])
@pytest.mark.parametrize("depth", [50, 1_000, 5_000])
def test_an_object_nested_without_end_is_no_stumbling_block(name: str, depth: int) -> None:
    """What is nested deeper than anybody can look into is an answer that cannot be used, or is carried along."""
    body = b'{"data": [{"external_id": "id", "%s": %s1.5%s}]}' % (name.encode(), b"[" * depth, b"]" * depth)
    with client_to(lambda _: httpx.Response(200, content=body)) as client:
        if depth == 50:
            assert len(read_listing(client, "redeemable").items) == 1
            return
        with pytest.raises(UnreachableError, match=r"nested too deeply|not JSON"):
            read_listing(client, "redeemable")


def test_numbers_of_a_list_are_exact() -> None:
    """Prices come as they were sent, wherever they stand."""
    row = '{"external_id": "c", "amount_cap": 0.10, "target_price": 12345678901234.567, "more": {"x": [19.99]}}'
    body = f'{{"data": [{row}], "meta": {{"total_records": 1}}}}'.encode()
    with client_to(lambda _: httpx.Response(200, content=body)) as client:
        (criterion,) = read_listing(client, "criterion").items
    assert criterion.fields == {"amount_cap": Decimal("0.10"), "target_price": Decimal("12345678901234.567")}
    assert criterion.unknown == {"more": {"x": [Decimal("19.99")]}}
    assert {type(value) for value in criterion.fields.values()} == {Decimal}


@pytest.mark.parametrize("paths", [(SELECTORS_PATH,), (CRITERIA_PATH,), (REDEEMABLES_PATH,)])
def test_one_list_that_fails_fails_the_snapshot(paths: tuple[str, ...]) -> None:
    """Two good lists do not make up for the third."""

    def handle(request: httpx.Request) -> httpx.Response:
        return json_reply({"error": "down"}, 500) if request.url.path in paths else json_reply({"data": []})

    with client_to(handle) as client, pytest.raises(UnreachableError, match="the server answered 500: down"):
        read_snapshot(client)
