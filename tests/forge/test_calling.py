"""Patience with a forge, where it ends, and where its key goes."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from forges import API, TOKEN, FakeForge, talking_to
from servers import FakeTime

from offers_sync.errors import InvalidInputError, RefusedError, UnreachableError
from offers_sync.forge.calling import Forge, NotPermittedError, Place
from offers_sync.models.secrets import Secret

NOON = 1_782_907_200
"""The fake clock's beginning, in seconds of the epoch."""


def limited(status: int, message: str = "slow down", **headers: str) -> httpx.Response:
    """An answer that asks for patience."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"message": message}, headers=named)


@pytest.mark.parametrize(
    ("reply", "waited"),
    [
        (limited(403, retry_after="7"), 7),
        (limited(429, retry_after="7"), 7),
        (limited(429, retry_after="Wed, 01 Jul 2026 12:00:09 GMT"), 9),
        (limited(403, x_ratelimit_remaining="0", x_ratelimit_reset=str(NOON + 30)), 31),
        (limited(429, x_ratelimit_remaining="0", x_ratelimit_reset=str(NOON - 30)), 1),
        (
            limited(
                *(403,),
                x_ratelimit_remaining="0",
                x_ratelimit_reset=str(NOON + 130),
                date="Wed, 01 Jul 2026 12:02:00 GMT",
            ),
            11,
        ),
        (limited(403, "You have exceeded a secondary rate limit."), 60),
        (limited(429), 60),
        (limited(403, x_ratelimit_remaining="0"), 60),
        (limited(503, retry_after="5"), 5),
        (httpx.Response(500), 0.375),
        (httpx.ConnectTimeout("slow"), 0.375),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_what_is_waited_for(reply: httpx.Response | Exception, waited: float, method: str) -> None:
    """A call is repeated after as long as the forge asks for, by the forge's clock where it shows one."""
    forge, time = FakeForge(), FakeTime()
    forge.add_issue({"title": "old", "body": "old"})
    forge.troubles = [(method, reply)]
    with talking_to(forge, time) as conversation:
        if method == "GET":
            assert len(list(conversation.rows("issues", state="open"))) == 1
        else:
            conversation.patch("issues/1", {"title": "new"})

    assert time.sleeps == [waited]


def test_a_limited_creation_is_sent_again() -> None:
    """What was turned away by a limit did not happen, so even a creation is repeated."""
    forge, time = FakeForge(), FakeTime()
    forge.troubles = [("POST", limited(403, retry_after="7"))]
    with talking_to(forge, time) as conversation:
        conversation.post("issues", {"title": "new"})

    assert (len(forge.issues), time.sleeps) == (1, [7])


@pytest.mark.parametrize("trouble", [httpx.Response(500), httpx.ReadTimeout("gone")])
def test_a_creation_of_unknown_outcome_is_not_sent_again(trouble: httpx.Response | Exception) -> None:
    """A creation that may have happened is left to whoever can look."""
    forge = FakeForge()
    forge.troubles = [("POST", trouble)]
    with talking_to(forge) as conversation, pytest.raises(UnreachableError):
        conversation.post("issues", {"title": "new"})

    assert forge.calls == ["POST /repos/marlow/offers/issues"]


def test_an_hour_is_not_waited() -> None:
    """Where the limit ends too late, the person hears when to come back, and nobody sleeps."""
    forge, time = FakeForge(), FakeTime()
    forge.troubles = [("GET", limited(403, x_ratelimit_remaining="0", x_ratelimit_reset=str(NOON + 3_000)))]
    with talking_to(forge, time) as conversation, pytest.raises(UnreachableError) as caught:
        list(conversation.rows("issues"))

    assert caught.value.hint == "the forge asks to wait 50 min 1 s: run again after that"
    assert time.sleeps == []


def test_troubles_have_an_end() -> None:
    """A forge that only ever fails is asked five times."""
    forge, time = FakeForge(), FakeTime()
    forge.troubles = [("GET", httpx.Response(502))] * 9
    with talking_to(forge, time) as conversation, pytest.raises(UnreachableError, match="answered 502"):
        list(conversation.rows("issues"))

    assert len(forge.requests) == 5


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_a_key_may_not_do(status: int) -> None:
    """A refusal without a word of limits is about permission, and nothing is waited for."""
    time = FakeTime()
    with (
        talking_to(lambda _: httpx.Response(status, json={"message": "no"}), time) as conversation,
        pytest.raises(NotPermittedError, match=f"answered {status}: no"),
    ):
        conversation.post("issues", {})
    assert time.sleeps == []


@pytest.mark.parametrize("status", [301, 401, 422])
def test_other_refusals_are_errors(status: int) -> None:
    """A wrong key, a moved repository and an unusable text are no matter of permission."""
    with (
        talking_to(lambda _: httpx.Response(status, json={"message": f"not {TOKEN}"})) as conversation,
        pytest.raises(RefusedError) as caught,
    ):
        conversation.post("issues", {})

    assert not isinstance(caught.value, NotPermittedError)
    assert TOKEN not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/repos/marlow/offers/issues?page=2",
        "http://api.forge.example/repos/marlow/offers/issues?page=2",
        f"{API}/repos/marlow/offers/issues?per_page=100",
    ],
)
def test_links_lead_nowhere_else(link: str) -> None:
    """The key is sent to no other host because a list says so, and a list in circles is left."""
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        assert len(seen) < 5
        return httpx.Response(200, json=[], headers={"Link": f'<{link}>; rel="next"'})

    with talking_to(handle) as conversation, pytest.raises(UnreachableError, match="does not end where it should"):
        list(conversation.rows("issues"))
    assert seen == [f"{API}/repos/marlow/offers/issues?per_page=100"]


@pytest.mark.parametrize(
    "reply",
    [httpx.Response(200, text="<html>"), httpx.Response(200, json={"message": "hello"}), httpx.Response(200, json=[1])],
)
def test_answers_that_are_no_list(reply: httpx.Response) -> None:
    """A proxy's page is not taken for an empty list, which would make a second comment."""
    pages: list[Callable[[], None]] = []
    with talking_to(lambda _: reply) as conversation, pytest.raises(UnreachableError):
        pages.extend(conversation.rows("issues"))  # type: ignore[arg-type]  nothing comes


@pytest.mark.parametrize(
    ("api", "repository"),
    [
        ("http://api.github.com", "marlow/offers"),
        ("ftp://api.github.com", "marlow/offers"),
        ("api.github.com", "marlow/offers"),
        ("https://forge:port", "marlow/offers"),
        (API, "marlow"),
        (API, "marlow/../user"),
        (API, "marlow/.."),
        (API, "marlow/offers?x=1"),
        (API, "/offers"),
    ],
)
def test_where_no_key_goes(api: str, repository: str) -> None:
    """The key travels encrypted, and below the repository that is named."""
    with pytest.raises(InvalidInputError):
        Forge(Place(api, repository, Secret(TOKEN)))
