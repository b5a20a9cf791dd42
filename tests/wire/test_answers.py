"""What answers say, in every shape that an error body was seen in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import PAGE

from offers_sync.contract import CAMPAIGNS_PATH, REDEEMABLES_PATH
from offers_sync.wire.answers import Answer, answer_of, describe_failure, error_texts, refusal_of
from offers_sync.wire.exchange import Reply

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ({"error": "no"}, ["no"]),
        ({"status": 400, "error": "data was not valid JSON"}, ["data was not valid JSON"]),
        ({"errors": "no"}, ["no"]),
        ({"errors": ["no", "never"]}, ["no", "never"]),
        ({"errors": {"slug": "no"}}, ["slug: no"]),
        ({"errors": {"disabled _feature": "off"}}, ["off"]),
        ({"errors": {"base": ["no", "never"]}}, ["no", "never"]),
        ({"errors": {"client": "Required parameter missing or the value is empty."}}, [
            "Required parameter missing or the value is empty."
        ]),
        ({"name": ["can't be blank", "is too long"]}, ["name: can't be blank", "name: is too long"]),
        ({"base": ["no"]}, ["no"]),
        ("no", ["no"]),
        (["no"], ["no"]),
        ({}, []),
        (None, []),
        (17, []),
        ({"error": None, "errors": [None, 3, ""]}, []),
    ],
)  # fmt: skip
def test_every_envelope_is_understood(body: Any, texts: list[str]) -> None:
    """The texts come out, and a field's name stays with its text."""
    assert error_texts(body) == texts


@given(json_values, st.sampled_from([200, 302, 400, 401, 403, 404, 422, 429, 500]))
def test_no_error_body_is_a_stumbling_block(body: Any, status: int) -> None:
    """Whatever JSON comes, it can be described and judged."""
    answer = Answer(status, body)
    assert str(status) in describe_failure(answer, "GET", REDEEMABLES_PATH)
    refusal = refusal_of(answer, "GET", CAMPAIGNS_PATH, "the key")
    assert (refusal is not None) >= (status in {302, 401, 403})


def test_an_error_nested_without_end_is_cut() -> None:
    """Texts are looked for to a depth that answers have."""
    body: Any = "no"
    for _ in range(900):
        body = {"errors": [body]}
    assert error_texts(body) == []


def test_an_error_without_end_is_cut() -> None:
    """A text as long as a book, or a thousand of them, is shown as far as anybody reads, and that it was cut."""
    long = Answer(400, {"errors": ["word " * 200_000, "short"]})
    (first, second) = error_texts(long.body)
    assert (first, second) == ("word " * 200 + "… (cut: it has 1,000,000 characters)", "short")
    many = error_texts({"errors": {"base": ["no"] * 1_234}})
    assert many == [*["no"] * 20, "and 1,214 more"]
    told = describe_failure(long, "GET", "/lists")
    assert told.startswith("GET /lists: the server answered 400: word word")
    assert told.endswith("… (cut: it has 1,043 characters)")
    assert len(told) < 1_200


def test_an_id_without_end_is_cut() -> None:
    """An id is shown whole as long as it is one."""
    for length, shown in ((100, "r" * 100), (500, "r" * 100 + "… (cut)")):
        answer = answer_of(Reply(500, {"x-request-id": "r" * length}, b'{"error": "busy"}'))
        told = describe_failure(answer, "GET", "/lists")
        assert told == f"GET /lists: the server answered 500: busy (request id {shown})"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (PAGE.encode(), "it is a web page titled 'Attention & patience'"),
        (b"\n <html><body>Request blocked</body></html>", "it is a web page"),
        (b'{"data": [{"name": "Ten', "its 23 bytes are not JSON"),
        (b"\xff\xfe\x00", "its 3 bytes are not JSON"),
        (b"[" * 100_000, "its 100,000 bytes are not JSON"),
        (b"NaN", "its 3 bytes are not JSON"),
        (b"   ", "it has no body"),
        (b"", "it has no body"),
        (b"17", "it is neither an object nor a list"),
    ],
)
def test_what_is_no_answer_is_described(content: bytes, fault: str) -> None:
    """A page, half of an answer, or nothing: the error says which."""
    answer = answer_of(Reply(200, {"x-request-id": "req-7"}, content))
    assert not answer.is_usable
    assert describe_failure(answer, "GET", "/lists") == (
        f"GET /lists: the server answered 200: {fault} (request id req-7)"
    )
