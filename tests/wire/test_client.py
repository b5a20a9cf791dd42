"""Patience, and where it ends: what is asked again, how long is waited, and what is never sent twice."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest
from servers import KEY, SERVER, FakeTime, client_to, html_reply, in_turn, json_reply

from offers_sync import __version__
from offers_sync.contract import (
    CAMPAIGNS_PATH,
    CRITERIA_PATH,
    FEATURE_OFF_CAMPAIGNS,
    FEATURE_OFF_INGESTION,
    FEATURE_OFF_LOYALTY,
    GIFT_PATH,
    HEADLESS_REDEEMABLES_PATH,
    REDEEMABLES_PATH,
    SEGMENTS_PATH,
    SIGN_IN_FIRST,
)
from offers_sync.errors import RefusedError, UnreachableError
from offers_sync.models.secrets import Secret
from offers_sync.wire.answers import Answer
from offers_sync.wire.client import Client, Connection, FeatureOffError, LostAnswerError, NotSentError, RetryPolicy
from offers_sync.wire.patience import asked_wait_seconds

GOOD = json_reply({"data": []})
BEYOND_TIME = "Mon, 01 Jan 2024 00:00:00 +99999999999999999999"


# ----------------------------------------------------------------------------------------------- what goes out


def test_headers_are_those_of_the_contract_and_no_others() -> None:
    """Every request carries the key, what it takes and gives, and who we are; nothing else of ours."""
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return json_reply({})

    with client_to(handle, brand="Café Marlow") as client:
        client.get(REDEEMABLES_PATH, {"page": 1, "per_page": 20})
    (request,) = seen
    sent = {name.decode().lower(): value for name, value in request.headers.raw}
    assert sent["authorization"] == b"Bearer " + KEY.encode()
    assert sent["user-agent"] == f"offers-sync/cli/{__version__}".encode()
    assert sent["x_true_client_ip"] == "Café Marlow".encode()
    assert set(sent) == {
        *("authorization", "accept", "content-type", "user-agent", "x_true_client_ip"),
        *("host", "connection", "accept-encoding", "content-length"),
    }


def test_arguments_of_a_read_go_both_ways() -> None:
    """A proxy may drop the body of a GET, so the query says the same."""
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return json_reply({})

    with client_to(handle) as client:
        client.get(REDEEMABLES_PATH, {"page": 3, "per_page": 20})
    assert (seen[0].content, seen[0].url.query) == (b'{"page":3,"per_page":20}', b"page=3&per_page=20")


def test_cookies_are_not_sent_back() -> None:
    """What a server wants remembered is not remembered."""
    cookies: list[str | None] = []

    def handle(request: httpx.Request) -> httpx.Response:
        cookies.append(request.headers.get("cookie"))
        return json_reply({}, headers={"set-cookie": "session=1; Path=/"})

    with client_to(handle) as client:
        client.get(SEGMENTS_PATH)
        client.get(SEGMENTS_PATH)
    assert cookies == [None, None]


# ------------------------------------------------------------------------------------------------ asking again


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(json_reply({"error": "busy"}, 500), id="500"),
        pytest.param(html_reply(502), id="502 page"),
        pytest.param(json_reply({}, 503), id="503"),
        pytest.param(json_reply({}, 429), id="429 without a word"),
        pytest.param(json_reply({}, 408), id="408"),
        pytest.param(html_reply(200), id="a page for an answer"),
        pytest.param(html_reply(202), id="a challenge for an answer"),
        pytest.param(httpx.Response(200, content=b'{"data": [{"na'), id="half of the JSON"),
        pytest.param(httpx.Response(200), id="no body"),
        pytest.param(httpx.ReadTimeout("timed out"), id="timeout"),
        pytest.param(httpx.RemoteProtocolError("peer closed connection"), id="hung up"),
        pytest.param(httpx.ConnectError("connection refused"), id="refused"),
    ],
)
def test_reads_and_updates_are_asked_again(method: str, trouble: httpx.Response | Exception) -> None:
    """What may pass is waited for, twice as long each time, less a quarter by these dice."""
    time = FakeTime()
    with client_to(in_turn(trouble, trouble, GOOD), time) as client:
        answer = client.get(REDEEMABLES_PATH) if method == "GET" else client.patch(REDEEMABLES_PATH, {"data": []})
    assert answer.body == {"data": []}
    assert time.sleeps == [0.375, 0.75]
    assert client.requests == {method: 3}


def test_attempts_are_bounded() -> None:
    """After six attempts the last trouble is told, with the request's id."""
    time = FakeTime()
    busy = json_reply({"errors": {"base": ["too busy"]}}, 500, {"X-Request-Id": "req-9"})
    with client_to(in_turn(busy), time) as client, pytest.raises(UnreachableError) as caught:
        client.get(REDEEMABLES_PATH)
    assert caught.value.message == (f"GET {REDEEMABLES_PATH}: the server answered 500: too busy (request id req-9)")
    assert caught.value.hint == "run again later"
    assert client.requests == {"GET": 6}
    assert time.sleeps == [0.375, 0.75, 1.5, 3.0, 6.0]


def test_the_time_for_one_call_is_bounded() -> None:
    """Waiting longer than the whole budget is not begun."""
    time = FakeTime()
    retry = RetryPolicy(attempts=100, total_seconds=10, longest_wait_seconds=4)
    with client_to(in_turn(json_reply({}, 500)), time, retry=retry) as client, pytest.raises(UnreachableError):
        client.get(REDEEMABLES_PATH)
    assert sum(time.sleeps) <= 10
    assert time.sleeps == [0.375, 0.75, 1.5, 3.0, 3.0]


def test_a_server_that_never_answered_is_not_waited_for_long() -> None:
    """A wrong address is told after three attempts, not after six."""
    with client_to(in_turn(httpx.ConnectError("connection refused"))) as client, pytest.raises(UnreachableError):
        client.get(REDEEMABLES_PATH)
    assert client.requests == {"GET": 3}


def test_a_page_in_place_of_an_answer_has_a_way_out() -> None:
    """A wrong host and a firewall both say 200 with a page of theirs, for ever."""
    with client_to(html_to_all) as client, pytest.raises(UnreachableError, match="web page titled") as caught:
        client.get(REDEEMABLES_PATH)
    assert caught.value.hint.startswith("something else may answer in its place, such as a firewall: check `server`")


def html_to_all(request: httpx.Request) -> httpx.Response:
    """A page, whatever is asked for."""
    assert request.url.path
    return html_reply(200)


# ------------------------------------------------------------------------------------------------- Retry-After


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"Retry-After": "7"}, 7.0, id="seconds"),
        pytest.param({"Retry-After": "0.5"}, 0.5, id="part of a second"),
        pytest.param({"Retry-After": "Wed, 01 Jul 2026 12:00:09 GMT"}, 9.0, id="a date"),
        pytest.param(
            {"Retry-After": "Wed, 01 Jul 2026 15:00:09 GMT", "Date": "Wed, 01 Jul 2026 15:00:00 GMT"},
            9.0,
            id="a date by the server's own clock, which is three hours ahead",
        ),
    ],
)
def test_the_wait_that_the_server_asks_for_is_kept(headers: dict[str, str], seconds: float) -> None:
    """Retry-After counts instead of our own guess."""
    time = FakeTime()
    with client_to(in_turn(json_reply({}, 429, headers), GOOD), time) as client:
        assert client.get(REDEEMABLES_PATH).is_success
    assert time.sleeps == [seconds]


@pytest.mark.parametrize("said", ["soon", "", "-5", "Wed, 99 Jul 2026", BEYOND_TIME])
def test_a_wait_that_makes_no_sense_is_our_own(said: str) -> None:
    """What is neither seconds nor a date is not obeyed."""
    time = FakeTime()
    with client_to(in_turn(json_reply({}, 429, {"Retry-After": said}), GOOD), time) as client:
        client.get(REDEEMABLES_PATH)
    assert time.sleeps == [0.375]


def test_a_clock_that_cannot_be_is_no_clock() -> None:
    """A date of the server's that no calendar has costs nothing but the date, for a creation too."""
    reply = json_reply({"results": []}, headers={"Date": BEYOND_TIME})
    with client_to(in_turn(reply)) as client:
        assert client.get(REDEEMABLES_PATH).date is None
        assert client.post(REDEEMABLES_PATH, {"data": []}).date is None


def test_a_date_that_is_over_needs_no_wait() -> None:
    """The call is repeated at once."""
    time = FakeTime()
    over = format_datetime(datetime(2026, 1, 1, tzinfo=UTC), usegmt=True)
    with client_to(in_turn(json_reply({}, 503, {"Retry-After": over}), GOOD), time) as client:
        client.get(REDEEMABLES_PATH)
    assert time.sleeps == []


def test_a_wait_beyond_the_budget_is_told_instead() -> None:
    """Whoever is asked to wait an hour hears it at once, with the hour."""
    time = FakeTime()
    with (
        client_to(in_turn(json_reply({}, 429, {"Retry-After": "3600"})), time) as client,
        pytest.raises(UnreachableError) as caught,
    ):
        client.get(REDEEMABLES_PATH)
    assert (client.requests, time.sleeps) == ({"GET": 1}, [])
    assert caught.value.hint == "the server asks to wait 1 h 0 min: run again after that"


@pytest.mark.parametrize("said", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT", "99999999999"])
def test_a_wait_without_end_is_told_in_words(said: str) -> None:
    """A figure that no clock and no person can do anything with is not repeated."""
    busy = json_reply({}, 429, {"Retry-After": said})
    with client_to(in_turn(busy)) as client, pytest.raises(UnreachableError) as caught:
        client.get(REDEEMABLES_PATH)
    assert client.requests == {"GET": 1}
    assert caught.value.hint == "the server asks to wait more than 30 days: run again after that"


@pytest.mark.parametrize("said", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_wait_is_longer_than_a_clock_can_take(said: str) -> None:
    """Whoever waits through a Retry-After can hand it to any clock."""
    wait_seconds = asked_wait_seconds(Answer(429, None, retry_after=said), datetime(2026, 7, 1, tzinfo=UTC))
    assert wait_seconds == 31 * 24 * 3_600
    assert wait_seconds < threading.TIMEOUT_MAX


def test_nobody_waits_for_what_will_not_be_asked() -> None:
    """After such an answer other calls end as it did, at once and without being sent."""
    time = FakeTime()
    with client_to(in_turn(json_reply({}, 429, {"Retry-After": "3600"})), time) as client:
        for path in (REDEEMABLES_PATH, CRITERIA_PATH):
            with pytest.raises(UnreachableError, match="429"):
                client.get(path)
    assert (client.requests, time.sleeps) == ({"GET": 1}, [])


def test_who_waits_already_is_woken() -> None:
    """Several lists are read at once; one that is turned away for an hour keeps none of the others waiting."""
    ends: list[Exception] = []

    def read() -> None:
        try:
            with Client(connection, transport=httpx.MockTransport(refuse), jitter=lambda: 0.0) as client:
                list(client.in_order(client.get, [REDEEMABLES_PATH, *[CRITERIA_PATH] * 8]))
        except UnreachableError as end:
            ends.append(end)

    def refuse(request: httpx.Request) -> httpx.Response:
        is_first = request.url.path == REDEEMABLES_PATH
        return json_reply({}, 503 if is_first else 429, {} if is_first else {"Retry-After": "3600"})

    connection = Connection(SERVER, Secret(KEY))
    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    reading.join(timeout=30)
    assert not reading.is_alive()
    assert len(ends) == 1


# ------------------------------------------------------------------------------------------------- once only


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(httpx.ReadTimeout("timed out"), id="timeout"),
        pytest.param(httpx.RemoteProtocolError("peer closed connection"), id="hung up"),
        pytest.param(httpx.WriteError("broken pipe"), id="broken off"),
        pytest.param(json_reply({"error": "oops"}, 500), id="500"),
        pytest.param(html_reply(504), id="504"),
        pytest.param(html_reply(200), id="a page for an answer"),
        pytest.param(html_reply(202), id="a challenge for an answer"),
        pytest.param(httpx.Response(200), id="no body"),
        pytest.param(httpx.Response(200, content=b'{"results": [{"external_id"'), id="half of the JSON"),
        pytest.param(json_reply("fine"), id="JSON that is no object"),
    ],
)
def test_a_creation_is_sent_once_whatever_comes(lost: httpx.Response | Exception) -> None:
    """An answer that cannot be used is a lost one, and nothing is sent again."""
    with client_to(in_turn(lost, GOOD)) as client, pytest.raises(LostAnswerError) as caught:
        client.post(REDEEMABLES_PATH, {"data": [{"name": "Ten off"}]})
    assert client.requests == {"POST": 1}
    assert not isinstance(caught.value, NotSentError)


def test_a_creation_that_found_no_connection_was_not_sent() -> None:
    """Knocking again is no second sending; in vain, it is said that nothing was sent."""
    refused = httpx.ConnectError("connection refused")
    with client_to(in_turn(refused, json_reply({"results": []}))) as client:
        assert client.post(REDEEMABLES_PATH, {"data": []}).body == {"results": []}
    with client_to(in_turn(refused)) as client, pytest.raises(NotSentError):
        client.post(REDEEMABLES_PATH, {"data": []})


@pytest.mark.parametrize("status", [400, 404, 422, 429])
def test_a_refused_creation_is_an_answer(status: int) -> None:
    """What the server says of a refused batch is for the caller to read."""
    with client_to(in_turn(json_reply({"error": "data"}, status))) as client:
        assert client.post(REDEEMABLES_PATH, {"data": []}).status == status


@pytest.mark.parametrize("status", [201, 202, 204])
def test_success_may_come_without_a_body(status: int) -> None:
    """Gifts are accepted without a word."""
    with client_to(in_turn(httpx.Response(status))) as client:
        assert client.post(GIFT_PATH, {"user_id": 1}).body is None


# ------------------------------------------------------------------------------------------- the end of it all


@pytest.mark.parametrize(
    ("reply", "hint"),
    [
        (json_reply({"error": SIGN_IN_FIRST}, 401), "check the key ${MARLOW_PUNCHH_KEY}: is it for this server"),
        (json_reply({}, 403), "the role behind the key ${MARLOW_PUNCHH_KEY} lacks the permission"),
        (html_reply(302, headers={"Location": "https://elsewhere.example/"}), "redirects are not followed"),
        (httpx.Response(308, headers={"Location": f"{SERVER}/other"}), "redirects are not followed"),
    ],
    ids=["401", "403", "302", "308"],
)
def test_the_first_refusal_ends_everything(reply: httpx.Response, hint: str) -> None:
    """Nothing more is sent, by anyone, and it is said what to do."""
    with client_to(in_turn(reply, GOOD)) as client:
        with pytest.raises(RefusedError) as caught:
            client.get(REDEEMABLES_PATH)
        assert caught.value.hint.startswith(hint)
        for again in (lambda: client.get(SEGMENTS_PATH), lambda: client.post(REDEEMABLES_PATH, {})):
            with pytest.raises(RefusedError):
                again()
        assert client.requests == {"GET": 1}


@pytest.mark.parametrize(
    "location",
    [
        "javascript:alert(1)",
        "http://x:99999999/\x01",
        "https://\u2603.\u0130\u0307xn--/",
        "http://[::1/",
        "",
        "https://x/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_where_a_redirect_leads_is_not_looked_at(method: str, location: str) -> None:
    """However odd the address is, it is a refusal like the others, told after one answer."""
    headers = [(b"Location", location.encode("utf-8")), (b"X-Request-Id", b"req-3")]
    seen = httpx.MockTransport(lambda _: httpx.Response(302, headers=headers))
    with client_to(seen) as client, pytest.raises(RefusedError) as caught:
        client.get(REDEEMABLES_PATH) if method == "GET" else client.post(REDEEMABLES_PATH, {})
    assert client.requests == {method: 1}
    assert caught.value.message == (
        f"{method} {REDEEMABLES_PATH}: the server answered 302: it has no body (request id req-3)"
    )
    assert caught.value.hint.startswith("redirects are not followed")


def test_one_refusal_ends_what_is_asked_side_by_side() -> None:
    """Of many pages that are asked for at once, no more are sent than were under way."""
    with client_to(in_turn(json_reply({"error": SIGN_IN_FIRST}, 401))) as client:
        with pytest.raises(RefusedError):
            list(client.in_order(lambda number: client.get(REDEEMABLES_PATH, {"page": number}), range(200)))
        assert client.requests["GET"] <= 16


@pytest.mark.parametrize(
    ("path", "status", "body", "feature"),
    [
        (REDEEMABLES_PATH, 403, {"error": FEATURE_OFF_INGESTION}, "offers ingestion"),
        (CRITERIA_PATH, 403, {"error": FEATURE_OFF_INGESTION}, "offers ingestion"),
        (
            HEADLESS_REDEEMABLES_PATH,
            422,
            {"errors": {"disabled _feature": FEATURE_OFF_LOYALTY + " Please contact us."}},
            "distribution from an external system",
        ),
        (SEGMENTS_PATH, 422, {"errors": {"base": [FEATURE_OFF_LOYALTY]}}, "distribution from an external system"),
        (GIFT_PATH, 422, {"errors": {"base": [FEATURE_OFF_LOYALTY]}}, "support gifting"),
        (CAMPAIGNS_PATH, 422, {"error": FEATURE_OFF_CAMPAIGNS}, "coupon campaigns"),
        (CAMPAIGNS_PATH, 422, FEATURE_OFF_CAMPAIGNS, "coupon campaigns"),
    ],
)
def test_a_feature_that_is_off_is_told_from_a_missing_permission(
    path: str, status: int, body: object, feature: str
) -> None:
    """It is named, support can switch it on, and other features go on being used."""
    with client_to(in_turn(json_reply(body, status, {"X-Request-Id": "req-2"}), GOOD)) as client:
        with pytest.raises(FeatureOffError) as caught:
            client.get(path)
        assert caught.value.feature == feature
        assert caught.value.hint == f"{feature} is off for this business: ask PAR Punchh support to enable it"
        assert caught.value.reason == f"{feature} is off for this business (request id req-2)"
        assert client.get(REDEEMABLES_PATH).is_success


def test_a_feature_words_at_another_endpoint_are_only_words() -> None:
    """What a campaign's refusal says does not make gifts be off."""
    with client_to(in_turn(json_reply({"error": FEATURE_OFF_CAMPAIGNS}, 422))) as client:
        assert client.get(GIFT_PATH).status == 422
