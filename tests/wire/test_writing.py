"""What the answer to a batch says of each item, wherever it says it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from servers import asked, client_to, html_reply, in_turn, json_reply

from offers_sync.contract import IMAGES_PATH, REDEEMABLES_PATH
from offers_sync.wire.client import LostAnswerError
from offers_sync.wire.writing import BatchRefusedError, Result, batched, create, update, upload_images

ITEM = {"name": "Ten off"}
GOOD = {"external_id": "r-1", "success": True, "errors": [], "warnings": {}}


def result(**member: Any) -> Result:
    """What one member of an answer comes to."""
    reply = json_reply({"results": [{"external_id": "r-1", "success": True, **member}]}, headers={"X-Request-Id": "q"})
    with client_to(in_turn(reply)) as client:
        return create(client, "redeemable", [ITEM])["r-1"]


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 40, 41, 1000])
def test_batches_joined_are_the_input(count: int) -> None:
    """No batch is over twenty, and none is empty."""
    batches = list(batched(range(count)))
    assert [item for batch in batches for item in batch] == list(range(count))
    assert all(1 <= len(batch) <= 20 for batch in batches)


def test_results_are_found_by_id() -> None:
    """Their order says nothing; what did not come back is not there."""
    reply = json_reply({"results": [{**GOOD, "external_id": "b"}, {**GOOD, "external_id": "a", "success": False}]})
    with client_to(in_turn(reply)) as client:
        results = update(client, "redeemable", [{**ITEM, "external_id": external_id} for external_id in "abc"])
    assert {external_id: one.is_success for external_id, one in results.items()} == {"b": True, "a": False}


@pytest.mark.parametrize(
    ("warnings", "places"),
    [
        ({}, []),
        (None, []),
        ({"line_item_filters": [{"message": "m", "item": {"quantity": 9}}]}, [("line_item_filters", "m")]),
        (
            {"receipt_rule": {"redeeming_criterion": {"item_qualifiers": [{"message": "m", "item": {}}]}}},
            [("receipt_rule.redeeming_criterion.item_qualifiers", "m")],
        ),
        (
            {"base_items": {"clauses": [{"message": "one", "item": 1}, {"message": "two", "item": None}]}},
            [("base_items.clauses", "one"), ("base_items.clauses", "two")],
        ),
        (["m"], [("", "m")]),
        ("m", [("", "m")]),
        ({"base": [None, 3, {"item": 1}]}, []),
    ],
)
def test_warnings_hang_anywhere(warnings: Any, places: list[tuple[str, str]]) -> None:
    """The whole tree is walked; where one hung is kept."""
    found = result(warnings=warnings).warnings
    assert [(warning["place"], warning["message"]) for warning in found] == places


@pytest.mark.parametrize("success", [False, None, "true", 1, "yes"])
def test_only_true_is_success(success: Any) -> None:
    """Whatever else stands there is none."""
    assert not result(success=success).is_success


@pytest.mark.parametrize(
    ("errors", "texts"), [(["a", "b"], ("a", "b")), ("a", ("a",)), ({"name": ["a"]}, ("name: a",)), (None, ())]
)
def test_errors_in_any_form(errors: Any, texts: tuple[str, ...]) -> None:
    """They are shown, with the request's id beside them."""
    found = result(success=False, errors=errors)
    assert (found.errors, found.request_id) == (texts, "q")


@pytest.mark.parametrize("body", [{}, {"results": None}, {"results": {}}, [], {"data": []}, {"error": "busy"}])
def test_a_creation_without_results_is_a_lost_one(body: Any) -> None:
    """A success that does not say of what may have created everything or nothing."""
    with client_to(in_turn(json_reply(body))) as client:
        with pytest.raises(LostAnswerError):
            create(client, "redeemable", [ITEM])
        with pytest.raises(BatchRefusedError):
            update(client, "redeemable", [ITEM])


@pytest.mark.parametrize(
    ("reply", "errors", "status"),
    [
        (json_reply({"error": "data"}, 400), ("data",), 400),
        (json_reply({"name": ["is too long"]}, 422), ("name: is too long",), 422),
        (json_reply({}, 429, {"Retry-After": "3"}), (), 429),
        (html_reply(413), (), 413),
    ],
)
def test_a_batch_that_is_refused_whole(reply: httpx.Response, errors: tuple[str, ...], status: int) -> None:
    """The caller learns with which status, and what was said."""
    with client_to(in_turn(reply)) as client, pytest.raises(BatchRefusedError) as caught:
        create(client, "redeemable", [ITEM])
    assert (caught.value.errors, caught.value.status) == (errors, status)


def test_images_are_sent_as_the_vendor_names_them() -> None:
    """Pairs of id and URL, and their results."""
    seen: list[Any] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, asked(request)))
        return json_reply({"results": [{"external_id": "r-1", "success": True, "errors": []}]})

    with client_to(handle) as client:
        results = upload_images(client, [("r-1", "https://images.example/1.png")])
    assert seen == [(IMAGES_PATH, {"data": [{"external_id": "r-1", "image_url": "https://images.example/1.png"}]})]
    assert results["r-1"].is_success


def test_batches_of_one_kind_go_to_its_own_place() -> None:
    """Redeemables are created where redeemables are listed."""
    paths: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        paths.append(f"{request.method} {request.url.path}")
        return json_reply({"results": []})

    with client_to(handle) as client:
        create(client, "redeemable", [ITEM])
        update(client, "redeemable", [ITEM])
    assert paths == [f"POST {REDEEMABLES_PATH}", f"PATCH {REDEEMABLES_PATH}"]
