"""The vendor: one synchronous function from a request to an answer, over a world, by settings and a script.

It knows no transport: how an answer is delayed or cut is written on the answer, and the transport does it.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from offers_sync import contract
from offers_sync.sandbox.admission import admit, too_many_requests
from offers_sync.sandbox.answers import Refusal, html_answer, json_answer
from offers_sync.sandbox.campaigns import create_campaign
from offers_sync.sandbox.endpoints import Endpoint, endpoint_of
from offers_sync.sandbox.giving import force_redeem, gift
from offers_sync.sandbox.lists import (
    Glance,
    list_headless,
    list_ingestion,
    list_location_groups,
    list_locations,
    list_segments,
)
from offers_sync.sandbox.messages import Cut, Request, Response
from offers_sync.sandbox.scripting import Act, Faults, Script
from offers_sync.sandbox.settings import Settings
from offers_sync.sandbox.shapes import Nested
from offers_sync.sandbox.world import Kind
from offers_sync.sandbox.writes import Bulk, upload_images, write_objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from offers_sync.sandbox.world import World

KINDS: Final = {
    contract.SELECTORS_PATH: Kind.SELECTOR,
    contract.CRITERIA_PATH: Kind.CRITERION,
    contract.REDEEMABLES_PATH: Kind.REDEEMABLE,
    contract.HEADLESS_REDEEMABLES_PATH: Kind.REDEEMABLE,
}
EARLY_CUTS: Final = (Cut.CONNECT, Cut.BEFORE_COMMIT)
TITLES: Final = {
    429: "Too Many Requests",
    500: "We're sorry, but something went wrong (500)",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
}
UNANSWERED: Final = Response(0)


def utc_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


class Vendor:
    """Answers requests; several threads may ask at once."""

    def __init__(
        self,
        world: World,
        settings: Settings | None = None,
        faults: Faults | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.world = world
        self.settings = settings or Settings()
        self._script = Script(faults or Faults())
        self._clock = clock
        self._nested = Nested()

    def follow(self, faults: Faults) -> None:
        """Take up another script, from its beginning."""
        self._script = Script(faults)

    def respond(self, request: Request) -> Response:
        """The answer to a request; everything that it changes is saved when this returns, or nothing is."""
        now = self._clock()
        endpoint = endpoint_of(request.method, request.path)
        act = self._script.act(endpoint or Endpoint("unknown", request.method, request.path), now.timestamp())
        changed = {**self._script.faults.settings, **act.settings}
        settings = replace(self.settings, **changed) if changed else self.settings
        request_id = str(uuid.uuid4())
        with self.world.writing(now.timestamp()):
            response = self._answer(request, endpoint, act, settings, now)
            self.world.log.add(
                request,
                response,
                at=now.timestamp(),
                request_id=request_id,
                endpoint=endpoint.name if endpoint else "",
                fault=act.line,
            )
        if settings.request_id_shown and response.status:
            response = replace(response, headers=(*response.headers, ("x-request-id", request_id)))
        return replace(response, latency_seconds=act.latency_seconds, cut=act.last("cut", None))

    def _answer(
        self, request: Request, endpoint: Endpoint | None, act: Act, settings: Settings, now: datetime
    ) -> Response:
        """The answer, with what the script makes of it."""
        if act.retry_after_seconds is not None:
            return too_many_requests(act.retry_after_seconds)
        cut, status = act.last("cut", None), act.last("status", None)
        scripted = _scripted(act, status) if status else UNANSWERED if cut in EARLY_CUTS else None
        saves_nothing = "none" if status or cut in EARLY_CUTS else "all"
        if act.last("commit", saves_nothing) == "none" and scripted is not None:
            return scripted
        if endpoint is None:
            return json_answer({"error": "Not Found"}, 404)
        turned_away = admit(self.world, request, endpoint, settings, now.timestamp())
        if turned_away is not None:
            return scripted or turned_away
        try:
            with self.world.attempt():
                response = self._serve(request, endpoint, act, settings, now)
        except Refusal as refusal:
            response = refusal.response
        return scripted or response

    def _serve(self, request: Request, endpoint: Endpoint, act: Act, settings: Settings, now: datetime) -> Response:
        world = self.world
        match endpoint.name:
            case "upload-images":
                return upload_images(world, request, _bulk(endpoint, act, settings, now))
            case "create-campaign":
                return create_campaign(world, request, settings, now)
            case "gift":
                return gift(world, request, settings, now)
            case "force-redeem":
                return force_redeem(world, request, settings, now)
            case "list-locations":
                return list_locations(world, request, settings)
            case "list-location-groups":
                return list_location_groups(world)
            case "list-segments":
                return list_segments(world, request, settings, self._glance(None, act, now))
            case "list-headless-redeemables":
                return list_headless(world, request, settings, self._glance(Kind.REDEEMABLE, act, now))
            case _:
                kind = KINDS[endpoint.path]
                if endpoint.method == "GET":
                    return list_ingestion(world, request, settings, kind, self._glance(kind, act, now))
                return write_objects(world, request, kind, _bulk(endpoint, act, settings, now))

    def _glance(self, kind: Kind | None, act: Act, now: datetime) -> Glance:
        """How a list is looked at; a read of the list is counted."""
        shift, lag = act.last("shift", 0), act.last("lag", None)
        if kind is None:
            return Glance(None, shift, self._nested)
        revision = None
        if lag is not None:
            revision = self.world.revision_before(kind, reads=lag.reads, seconds=lag.seconds, now=now.timestamp())
        self.world.count_read(kind)
        return Glance(revision, shift, self._nested)


def _bulk(endpoint: Endpoint, act: Act, settings: Settings, now: datetime) -> Bulk:
    commit = act.last("commit", "all")
    limit = commit if isinstance(commit, int) else contract.BATCH_LIMIT
    return Bulk(endpoint, settings, now, limit, act.last("omit_results", ()))


def _scripted(act: Act, status: int) -> Response:
    """The answer that the script puts in the place of the true one."""
    headers: tuple[tuple[str, str], ...] = ()
    retry_after = act.last("retry_after", None)
    if retry_after is not None:
        headers += (("retry-after", str(retry_after)),)
    if 300 <= status < 400:
        headers += (("location", act.last("location", "/users/sign_in")),)
    body = act.last("body", None)
    if body is not None:
        return json_answer(body, status, headers)
    title = TITLES.get(status, f"Error {status}")
    match act.last("page", "json"):
        case "html":
            return html_answer(status, title, headers)
        case "empty":
            return Response(status, headers)
        case _:
            return json_answer({"error": title}, status, headers)
