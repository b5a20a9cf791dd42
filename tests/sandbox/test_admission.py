"""Who is let in, and how the others are turned away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from offers_sync import contract
from offers_sync.sandbox import Settings
from offers_sync.sandbox.endpoints import ENDPOINTS

if TYPE_CHECKING:
    from sandbox.calling import Open

SIGN_IN = {"error": "You need to sign in or sign up before continuing."}
ADAPTED = "Your current loyalty program configuration does not support this feature."
NOT_AVAILABLE = {
    "error": "Sorry, this functionality is not available. Please contact support@punchh.com to enable this."
}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer other", "sesame"])
def test_a_wrong_key_is_a_401(sandbox: Open, header: str) -> None:
    """Without the right key every endpoint says the same."""
    caller = sandbox(settings=Settings(token="sesame", lockout_enabled=False))  # noqa: S106  a key of the sandbox
    caller.http.headers["authorization"] = header
    for endpoint in ENDPOINTS:
        answer = caller.http.request(endpoint.method, endpoint.path)
        assert (answer.status_code, answer.json()) == (401, SIGN_IN), endpoint.name


def test_ten_failures_shut_the_address_out_for_an_hour(sandbox: Open) -> None:
    """After ten failed authentications within ten minutes even the right key is turned away, for an hour."""
    caller = sandbox(settings=Settings(token="sesame"))  # noqa: S106  a key of the sandbox
    statuses = []
    for key in [*["wrong"] * 10, "sesame"]:
        caller.http.headers["authorization"] = f"Bearer {key}"
        statuses.append(caller.get(contract.SEGMENTS_PATH).status_code)
        caller.clock.pass_seconds(10)
    assert statuses == [401] * 10 + [403]
    caller.clock.pass_seconds(3600)
    assert caller.get(contract.SEGMENTS_PATH).status_code == 200


def test_slow_failures_shut_nobody_out(sandbox: Open) -> None:
    """Failures that are spread over more than ten minutes do not add up."""
    caller = sandbox(settings=Settings(token="sesame"))  # noqa: S106  a key of the sandbox
    for _ in range(20):
        assert caller.get(contract.SEGMENTS_PATH).status_code == 401
        caller.clock.pass_seconds(120)


@pytest.mark.parametrize(
    ("switch", "path", "status", "body"),
    [
        ("ingestion_enabled", contract.SELECTORS_PATH, 403, NOT_AVAILABLE),
        (
            "distribution_enabled",
            contract.HEADLESS_REDEEMABLES_PATH,
            422,
            {"errors": {"disabled _feature": ADAPTED}},
        ),
        ("distribution_enabled", contract.SEGMENTS_PATH, 422, {"errors": {"disabled _feature": ADAPTED}}),
        (
            "distribution_enabled",
            contract.CAMPAIGNS_PATH,
            422,
            {"error": "Coupon campaigns feature is not enabled in business"},
        ),
        ("gifting_enabled", contract.GIFT_PATH, 422, {"errors": {"base": [ADAPTED]}}),
    ],
)
def test_a_feature_that_is_off(sandbox: Open, switch: str, path: str, status: int, body: Any) -> None:
    """Each feature is off in its own words, and does not look like something missing."""
    caller = sandbox(settings=Settings(**{switch: False}))  # type: ignore[arg-type]  # one boolean by name
    method = "POST" if path in (contract.CAMPAIGNS_PATH, contract.GIFT_PATH) else "GET"
    answer = caller.http.request(method, path)
    assert (answer.status_code, answer.json()) == (status, body)


def test_a_missing_permission_may_be_a_redirect(sandbox: Open) -> None:
    """A role without permission is sent to the sign-in page, gifts by a permission of their own."""
    answer = sandbox(settings=Settings(dashboard_permission="redirect")).get(contract.SELECTORS_PATH)
    assert (answer.status_code, answer.headers["location"]) == (302, "/users/sign_in")
    caller = sandbox(settings=Settings(gift_permission="forbidden"))
    assert caller.get(contract.SELECTORS_PATH).status_code == 200
    assert caller.post(contract.GIFT_PATH, {"user_id": 1, "gift_count": 1}).status_code == 403


def test_the_brand_may_have_to_be_named(sandbox: Open) -> None:
    """With the setting, x_true_client_ip has to hold the name of the brand."""
    caller = sandbox(settings=Settings(brand_header_required=True))
    assert caller.get(contract.SELECTORS_PATH).status_code == 403
    caller.http.headers["x_true_client_ip"] = "Marlow Burgers"
    assert caller.get(contract.SELECTORS_PATH).status_code == 200


@pytest.mark.parametrize(("headers", "status"), [({"user-agent": ""}, 403), ({"x-a": "a" * 17000}, 431)])
def test_headers_that_are_turned_away(sandbox: Open, headers: dict[str, str], status: int) -> None:
    """No User-Agent, or more headers than the limit, is answered by a page of whatever stands in front."""
    answer = sandbox().http.get(contract.SELECTORS_PATH, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")


def test_a_body_that_is_too_large(sandbox: Open) -> None:
    """A body over the limit is a 413."""
    caller = sandbox(settings=Settings(body_bytes_limit=100))
    assert caller.post(contract.SELECTORS_PATH, {"data": ["x" * 100]}).status_code == 413


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", contract.SELECTORS_PATH), ("GET", "/api2/nothing"), ("PUT", "/")]
)
def test_what_is_not_there(sandbox: Open, method: str, path: str) -> None:
    """There is no delete, and nothing else than the documented endpoints."""
    assert sandbox().http.request(method, path).status_code == 404


def test_the_published_rate_of_forced_redemptions(sandbox: Open) -> None:
    """The 501st forced redemption of a minute is a 429 that says how long to wait."""
    caller = sandbox()
    redemption = {"user_id": 1, "redemption": {"requested_punches": 1}}
    statuses = {caller.post(contract.FORCE_REDEEM_PATH, redemption).status_code for _ in range(500)}
    assert statuses == {201}
    caller.clock.pass_seconds(45)
    answer = caller.post(contract.FORCE_REDEEM_PATH, redemption)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "15")
    caller.clock.pass_seconds(15)
    assert caller.post(contract.FORCE_REDEEM_PATH, redemption).status_code == 201
