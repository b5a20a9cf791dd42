"""Who is let in: the key, the lockout after failed ones, permissions, features, and the published rates."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from offers_sync import contract
from offers_sync.sandbox.answers import (
    Refusal,
    feature_off,
    html_answer,
    json_answer,
    redirect_to_sign_in,
    refuse,
    sign_in_first,
)

if TYPE_CHECKING:
    from offers_sync.sandbox.endpoints import Endpoint
    from offers_sync.sandbox.messages import Request, Response
    from offers_sync.sandbox.settings import Settings
    from offers_sync.sandbox.world import World

MINUTE: Final = 60
DAY: Final = 86_400
CEILINGS: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "gift": ((MINUTE, contract.GIFTS_PER_MINUTE),),
    "force-redeem": ((MINUTE, contract.REDEMPTIONS_PER_MINUTE), (DAY, contract.REDEMPTIONS_PER_DAY)),
}
"""Seconds and calls; a window begins at a round minute or day, as such limits are commonly kept."""
GIVING: Final = ("gift", "force-redeem")


def admit(world: World, request: Request, endpoint: Endpoint, settings: Settings, now: float) -> Response | None:
    """``None`` for a request that may go on, else what it is turned away with; failed keys are remembered."""
    try:
        _check_headers(request, settings)
        _check_key(world, request, settings, now)
        _check_permission(endpoint, settings)
        if endpoint.feature and not _is_enabled(endpoint.feature, settings):
            raise feature_off(endpoint.feature)
        if settings.published_ceilings:
            _check_ceilings(world, endpoint, now)
    except Refusal as refusal:
        return refusal.response
    return None


def too_many_requests(retry_after_seconds: float | None) -> Response:
    """A 429, saying for how long where that is known."""
    headers = () if not retry_after_seconds else (("retry-after", str(max(1, -int(-retry_after_seconds // 1)))),)
    return json_answer({"error": "Too many requests"}, 429, headers)


def _check_headers(request: Request, settings: Settings) -> None:
    sizes = [len(name) + len(value) for name, value in request.headers]
    if any(size > contract.HEADER_BYTES_LIMIT for size in sizes) or sum(sizes) > contract.HEADERS_BYTES_LIMIT:
        raise Refusal(html_answer(431, "Request Header Fields Too Large"))
    if len(request.body) > settings.body_bytes_limit:
        raise Refusal(html_answer(413, "Content Too Large"))
    if settings.user_agent_required and not request.header("user-agent").strip():
        raise Refusal(html_answer(403, "Forbidden: no User-Agent"))
    if settings.brand_header_required and request.header("x_true_client_ip") != settings.brand:
        raise Refusal(html_answer(403, "Forbidden: x_true_client_ip"))


def _check_key(world: World, request: Request, settings: Settings, now: float) -> None:
    if settings.lockout_enabled and _is_locked_out(world, request.address, now):
        raise Refusal(html_answer(403, "Forbidden: too many failed authentications"))
    scheme, _, key = request.header("authorization").partition(" ")
    key = key.strip()
    if scheme.lower() == "bearer" and key and (settings.token is None or _is_same(key, settings.token)):
        return
    world.connection.execute("INSERT INTO failed_logins VALUES (?, ?)", (request.address, now))
    raise sign_in_first()


def _is_same(key: str, token: str) -> bool:
    return hmac.compare_digest(key.encode("utf-8", "surrogateescape"), token.encode("utf-8", "surrogateescape"))


def _is_locked_out(world: World, address: str, now: float) -> bool:
    """Whether ten failures within ten minutes ended less than an hour ago."""
    span = contract.AUTH_LOCKOUT_SECONDS + contract.AUTH_FAILURES_WINDOW_SECONDS
    world.connection.execute("DELETE FROM failed_logins WHERE address = ? AND at < ?", (address, now - span))
    times = [
        at
        for (at,) in world.connection.execute("SELECT at FROM failed_logins WHERE address = ? ORDER BY at", (address,))
    ]
    limit = contract.AUTH_FAILURES_LIMIT
    return any(
        last - first <= contract.AUTH_FAILURES_WINDOW_SECONDS and now < last + contract.AUTH_LOCKOUT_SECONDS
        for first, last in zip(times, times[limit - 1 :], strict=False)
    )


def _check_permission(endpoint: Endpoint, settings: Settings) -> None:
    wanted = [settings.dashboard_permission]
    if endpoint.name in GIVING:
        wanted.append(settings.gift_permission)
    for permission in wanted:
        match permission:
            case "redirect":
                raise redirect_to_sign_in()
            case "forbidden":
                raise refuse(403, {"error": "You are not authorized to access this page."})
            case "granted":
                pass


def _is_enabled(feature: str, settings: Settings) -> bool:
    match feature:
        case "ingestion":
            return settings.ingestion_enabled
        case "gifting":
            return settings.gifting_enabled
        case _:
            return settings.distribution_enabled


def _check_ceilings(world: World, endpoint: Endpoint, now: float) -> None:
    for seconds, calls in CEILINGS.get(endpoint.name, ()):
        scope, start = f"{endpoint.name}/{seconds}", int(now // seconds) * seconds
        world.connection.execute("DELETE FROM windows WHERE scope = ? AND start < ?", (scope, start))
        world.connection.execute(
            "INSERT INTO windows VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET calls = calls + 1", (scope, start)
        )
        row = world.connection.execute(
            "SELECT calls FROM windows WHERE scope = ? AND start = ?", (scope, start)
        ).fetchone()
        if row[0] > calls:
            raise Refusal(too_many_requests(start + seconds - now))
