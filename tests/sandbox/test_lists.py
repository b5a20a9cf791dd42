from __future__ import annotations

from typing import Any

import pytest
from sandbox.calling import Build, Caller, Json, Open

from offers_sync import contract
from offers_sync.sandbox import Settings


def _named(redeemable: Build, count: int) -> list[Json]:
    return [redeemable(f"offer-{number}", name=f"Offer {number}") for number in range(count)]


def _fill(caller: Caller, redeemable: Build, count: int) -> None:
    items = _named(redeemable, count)
    for start in range(0, count, 20):
        caller.create("redeemable", *items[start : start + 20])


def test_a_list_is_newest_first_in_pages_of_twenty(sandbox: Open, redeemable: Build) -> None:
    """Without parameters a list gives the twenty newest and the figures to go on with."""
    caller = sandbox()
    _fill(caller, redeemable, 45)
    answer = caller.get(contract.REDEEMABLES_PATH).json()
    assert [row["external_id"] for row in answer["data"]] == [f"offer-{number}" for number in range(44, 24, -1)]
    assert answer["meta"] == {"page": 1, "per_page": 20, "total_records": 45}


def test_pages_join_to_the_whole_list(sandbox: Open, redeemable: Build) -> None:
    """Walking all pages gives every object exactly once."""
    caller = sandbox()
    _fill(caller, redeemable, 45)
    found = [
        row["external_id"]
        for page in (1, 2, 3, 4)
        for row in caller.get(contract.REDEEMABLES_PATH, page=page, per_page=12).json()["data"]
    ]
    assert found == [f"offer-{number}" for number in range(44, -1, -1)]


@pytest.mark.parametrize(("choice", "page"), [("asked", 9), ("given", 3)])
def test_past_the_end_the_last_page_comes_again(sandbox: Open, redeemable: Build, choice: Any, page: int) -> None:
    """A page past the end is the last one again, and which number it bears is a setting."""
    caller = sandbox(settings=Settings(past_end_meta_page=choice))
    _fill(caller, redeemable, 45)
    last = caller.get(contract.REDEEMABLES_PATH, page=3).json()
    past = caller.get(contract.REDEEMABLES_PATH, page=9).json()
    assert past["data"] == last["data"]
    assert len(past["data"]) == 5
    assert past["meta"] == {"page": page, "per_page": 20, "total_records": 45}


def test_an_empty_list_is_one_empty_page(sandbox: Open) -> None:
    """An empty world has a first page with nothing on it."""
    answer = sandbox().get(contract.SELECTORS_PATH, page=3).json()
    assert answer == {"data": [], "meta": {"page": 3, "per_page": 20, "total_records": 0}}


def test_parameters_are_read_from_the_body_of_the_get_too(sandbox: Open, redeemable: Build) -> None:
    """The JSON body of a GET goes before its query, numbers may be text, and nulls are absent."""
    caller = sandbox()
    _fill(caller, redeemable, 5)
    answer = caller.get(contract.REDEEMABLES_PATH, {"page": "2", "per_page": 2, "query": None}, page=1).json()
    assert [row["name"] for row in answer["data"]] == ["Offer 2", "Offer 1"]


def test_a_proxy_may_drop_the_body_of_a_get(sandbox: Open, redeemable: Build) -> None:
    """With the body dropped only the query counts."""
    caller = sandbox(settings=Settings(get_body_read=False))
    _fill(caller, redeemable, 5)
    assert caller.get(contract.REDEEMABLES_PATH, {"per_page": 2}).json()["meta"]["per_page"] == 20
    assert caller.get(contract.REDEEMABLES_PATH, {"per_page": 2}, per_page=3).json()["meta"]["per_page"] == 3


@pytest.mark.parametrize("odd", [0, -1, "x", 1.5, True, [], {}, "²", 10**30, "9" * 5000])
def test_an_odd_page_is_the_first(sandbox: Open, redeemable: Build, odd: Any) -> None:
    """What is no positive number counts for the default."""
    caller = sandbox()
    _fill(caller, redeemable, 3)
    answer = caller.get(contract.REDEEMABLES_PATH, {"page": odd, "per_page": 2})
    assert answer.status_code == 200
    assert answer.json()["data"][0]["name"] == ("Offer 2")


def test_per_page_is_clamped(sandbox: Open) -> None:
    """More than the maximum is the maximum, and meta says so."""
    caller = sandbox(settings=Settings(per_page_maximum=50))
    assert caller.get(contract.CRITERIA_PATH, per_page=1000).json()["meta"]["per_page"] == 50


def test_query_narrows_by_name(sandbox: Open, redeemable: Build) -> None:
    """A query matches part of a name in any case, and the total counts what it matches."""
    caller = sandbox()
    caller.create("redeemable", redeemable("a", name="Free Fries"), redeemable("b", name="Shake"))
    answer = caller.get(contract.REDEEMABLES_PATH, query="FRIES").json()
    assert [row["external_id"] for row in answer["data"]] == ["a"]
    assert answer["meta"]["total_records"] == 1


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (Settings(query_case_sensitive=True), []),
        (Settings(query_matches="prefix"), ["b"]),
        (Settings(query_matches="whole"), ["b"]),
    ],
)
def test_how_a_query_matches_is_a_setting(
    sandbox: Open, redeemable: Build, settings: Settings, found: list[str]
) -> None:
    """Case, prefix and whole names can be switched."""
    caller = sandbox(settings=settings)
    caller.create("redeemable", redeemable("a", name="Free Fries"), redeemable("b", name="Fries"))
    assert [row["external_id"] for row in caller.rows("redeemable", query="fries")] == found


@pytest.mark.parametrize(("order", "first"), [("created", "b"), ("updated", "a"), ("name", "a")])
def test_the_order_is_a_setting(sandbox: Open, redeemable: Build, order: Any, first: str) -> None:
    """Lists descend by creation, by change, or by name."""
    caller = sandbox(settings=Settings(order=order))
    caller.create("redeemable", redeemable("a", name="Z"), redeemable("b", name="A"))
    caller.update("redeemable", {"external_id": "a", "points": 1})
    assert caller.rows("redeemable")[0]["external_id"] == first


@pytest.mark.parametrize(
    ("choice", "keys"), [("first", ["meta", "data"]), ("last", ["data", "meta"]), ("missing", ["data"])]
)
def test_meta_may_be_anywhere(sandbox: Open, choice: Any, keys: list[str]) -> None:
    """Meta comes first, last or not at all."""
    assert list(sandbox(settings=Settings(meta_position=choice)).get(contract.SELECTORS_PATH).json()) == keys


def test_the_headless_list_has_integers_and_no_meta(sandbox: Open, redeemable: Build) -> None:
    """The headless list is a bare array whose descriptions are never null."""
    caller = sandbox()
    caller.create("redeemable", redeemable("a", name="Free Fries"))
    assert caller.get(contract.HEADLESS_REDEEMABLES_PATH).json() == [
        {
            "redeemable_id": 20001,
            "redeemable_uuid": "a",
            "name": "Free Fries",
            "description": "",
            "redeemable_image_url": None,
        }
    ]


@pytest.mark.parametrize(("choice", "names"), [("last_page", ["Offer 0"]), ("empty", [])])
def test_past_the_end_of_a_headless_list_is_a_setting(
    sandbox: Open, redeemable: Build, choice: Any, names: list[str]
) -> None:
    """Past its end a headless list repeats its last page, or is empty."""
    caller = sandbox(settings=Settings(headless_past_end=choice))
    _fill(caller, redeemable, 3)
    rows = caller.get(contract.HEADLESS_REDEEMABLES_PATH, page=7, per_page=2).json()
    assert [row["name"] for row in rows] == names


@pytest.mark.parametrize(
    ("choice", "status", "body"),
    [
        ("no_list", 200, {}),
        ("bad_request", 400, {"errors": {"page": ["is past the end"]}}),
        ("not_found", 404, {"error": "no such page"}),
        ("unprocessable", 422, {"errors": ["the page is past the end"]}),
    ],
)
@pytest.mark.parametrize("path", [contract.HEADLESS_REDEEMABLES_PATH, contract.SEGMENTS_PATH])
def test_a_headless_list_may_have_no_page_past_its_end(
    sandbox: Open, path: str, choice: Any, status: int, body: object
) -> None:
    """It may say so with an empty object or a refusal; the pages that there are, are given."""
    caller = sandbox(empty=False, settings=Settings(headless_past_end=choice))
    assert len(caller.get(path, page=2, per_page=4).json()) in {1, 3}
    answer = caller.get(path, page=3, per_page=4)
    assert (answer.status_code, answer.json()) == (status, body)


def test_an_own_uuid_is_not_the_external_id(sandbox: Open, redeemable: Build) -> None:
    """With uuids of the server's own, the external_id is nowhere in the headless list."""
    caller = sandbox(settings=Settings(redeemable_uuid="own"))
    caller.create("redeemable", redeemable("a"))
    (row,) = caller.get(contract.HEADLESS_REDEEMABLES_PATH).json()
    assert row["redeemable_uuid"] == "00000001-0000-4000-8000-000000000001"


def test_a_new_sandbox_holds_a_small_business(sandbox: Open) -> None:
    """The seed has offers made in the dashboard, with odd ids and a name that is there twice."""
    rows = sandbox(empty=False).rows("redeemable")
    assert [(row["external_id"], row["name"]) for row in rows] == [
        ("Birthday-Shake 2019", "Birthday Shake"),
        ("test", "API test"),
        ("e7d1c0b9-a817-4f60-9e5d-4c3b2a190807", "Free Fries"),
        ("3c2a1908f7e6d5c4b3a2918070f6e5d4c3b2a190", "Free Fries"),
        ("", "Base Redeemable"),
    ]


def test_the_segments_of_the_seed(sandbox: Open) -> None:
    """Two segments share a name, so that a name alone can be ambiguous."""
    segments = sandbox(empty=False).get(contract.SEGMENTS_PATH).json()
    assert {row["segment_id"]: row["name"] for row in segments} == {
        1307202: "Loyal Regulars",
        1307203: "Lapsed 60 Days",
        1307204: "Birthday Month",
        1307205: "App Newcomers",
        1307206: "Student Club",
        1307207: "VIP Test",
        1307208: "VIP Test",
    }
    assert set(segments[0]) == {
        *("segment_id", "name", "description"),
        *("segment_type", "user_type", "membership_level"),
    }


def test_segments_are_searched_by_name(sandbox: Open) -> None:
    """A query narrows the segments."""
    rows = sandbox(empty=False).get(contract.SEGMENTS_PATH, query="vip").json()
    assert [row["segment_id"] for row in rows] == [1307208, 1307207]


def test_locations_come_whole_or_in_pages(sandbox: Open) -> None:
    """Without a page all locations come; with one, so many as are asked for."""
    caller = sandbox(empty=False)
    everything = caller.get(contract.LOCATIONS_PATH).json()
    assert [row["location_id"] for row in everything] == [88, 1234, 1235, 1236, 304252, 310969]
    assert caller.get(contract.LOCATIONS_PATH, page=2, per=4).json() == everything[4:]
    assert caller.get(contract.LOCATIONS_PATH, location_id=1234).json() == [
        {
            "location_id": 1234,
            "name": "Downtown",
            "store_number": "MB-1234",
            "status": "approved",
            "time_zone": "America/Chicago",
            "location_groups": [{"location_group_id": 737, "name": "Campus"}],
        }
    ]
    assert [row["name"] for row in caller.get(contract.LOCATIONS_PATH, store_number="MB-0088").json()] == [
        "Marlow Burgers Main Street"
    ]


def test_a_blank_parameter_of_the_locations_is_refused(sandbox: Open) -> None:
    """The locations have an envelope of their own for what is empty."""
    answer = sandbox(empty=False).get(contract.LOCATIONS_PATH, page="")
    assert (answer.status_code, answer.json()) == (
        400,
        {"errors": {"client": "Required parameter missing or the value is empty."}},
    )


def test_location_groups_name_their_members(sandbox: Open) -> None:
    """The groups come whole, each with the ids and store numbers of its places."""
    groups = sandbox(empty=False).get(contract.LOCATION_GROUPS_PATH).json()
    assert [(group["location_group_id"], group["name"]) for group in groups] == [(736, "Drive-Thru"), (737, "Campus")]
    assert groups[1]["locations"] == [
        {"location_id": 88, "store_number": "MB-0088"},
        {"location_id": 1234, "store_number": "MB-1234"},
    ]


def test_a_list_of_one_may_be_an_object(sandbox: Open) -> None:
    """Where the documents call the list one object, a single member may come bare."""
    caller = sandbox(settings=Settings(list_of_one_is_object=True), empty=False)
    assert caller.get(contract.LOCATIONS_PATH, location_id=88).json()["name"] == "Marlow Burgers Main Street"
