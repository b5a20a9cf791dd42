"""The lists: the three of ingestion with their meta, and the bare arrays of the headless side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from offers_sync import contract
from offers_sync.sandbox.answers import json_answer, missing_client_parameter
from offers_sync.sandbox.parameters import list_parameters, paging, positive, query_parameters
from offers_sync.sandbox.shapes import Nested, Shapes, headless
from offers_sync.sandbox.world import Kind, Search, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from offers_sync.sandbox.messages import Request, Response
    from offers_sync.sandbox.parameters import Paging
    from offers_sync.sandbox.settings import Settings
    from offers_sync.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Glance:
    """How a list is looked at: as of which revision, by how many rows its pages have slipped, with what at hand."""

    revision: int | None = None
    shift: int = 0
    nested: Nested = field(default_factory=Nested)


def list_ingestion(world: World, request: Request, settings: Settings, kind: Kind, glance: Glance) -> Response:
    """Selectors, criteria or redeemables; past the end, the last page again."""
    asked = paging(
        list_parameters(request, settings), default=contract.DEFAULT_PAGE_SIZE, maximum=settings.per_page_maximum
    )
    view = _view(kind, asked, settings, glance)
    total = world.count(view)
    given = min(asked.page, _pages(total, asked.per_page))
    rows = world.part(view, *_span(given, asked.per_page, glance.shift))
    shapes = Shapes(world, settings, glance.nested)
    match kind:
        case Kind.SELECTOR:
            shown = shapes.selectors(rows)
        case Kind.REDEEMABLE:
            shown = shapes.redeemables(rows)
        case _:
            shown = shapes.criteria(rows)
    page = given if settings.past_end_meta_page == "given" else asked.page
    meta = {"page": page, "per_page": asked.per_page, "total_records": total}
    match settings.meta_position:
        case "last":
            return json_answer({"data": shown, "meta": meta})
        case "first":
            return json_answer({"meta": meta, "data": shown})
        case "missing":
            return json_answer({"data": shown})


def list_headless(world: World, request: Request, settings: Settings, glance: Glance) -> Response:
    """Redeemables as campaigns and gifts name them."""
    asked = _headless_paging(request, settings)
    view = _view(Kind.REDEEMABLE, asked, settings, glance, in_description=settings.query_reads_description)
    total = world.count(view)
    given = min(asked.page, _pages(total, asked.per_page))
    if given < asked.page and settings.headless_past_end != "last_page":
        return _past_end(settings)
    rows = world.part(view, *_span(given, asked.per_page, glance.shift))
    return _bare([headless(row, settings) for row in rows], settings)


def list_segments(world: World, request: Request, settings: Settings, glance: Glance) -> Response:
    """The groups of guests that campaigns gift to."""
    asked = _headless_paging(request, settings)
    matches = _matcher(asked.query, settings)
    rows = [row for row in world.business.segments() if matches(row["name"])]
    given = min(asked.page, _pages(len(rows), asked.per_page))
    if given < asked.page and settings.headless_past_end != "last_page":
        return _past_end(settings)
    offset, limit = _span(given, asked.per_page, glance.shift)
    return _bare(rows[offset : offset + limit], settings)


def list_locations(world: World, request: Request, settings: Settings) -> Response:
    """The places; all of them unless a page is asked for."""
    found = query_parameters(request)
    if any(found.get(name) == "" for name in ("page", "per", "location_id", "store_number")):
        raise missing_client_parameter()
    if settings.location_id_required and "location_id" not in found:
        raise missing_client_parameter()
    rows = world.business.locations()
    if "location_id" in found:
        rows = [row for row in rows if str(row["location_id"]) == found["location_id"].strip()]
    if "store_number" in found:
        rows = [row for row in rows if row["store_number"] == found["store_number"]]
    if "page" in found:
        per = positive(found.get("per")) or contract.LOCATIONS_PAGE_SIZE
        offset = ((positive(found["page"]) or 1) - 1) * per
        rows = rows[offset : offset + per]
    return _bare(rows, settings)


def list_location_groups(world: World) -> Response:
    """All groups of places."""
    return json_answer(world.business.location_groups())


def _view(kind: Kind, asked: Paging, settings: Settings, glance: Glance, *, in_description: bool = False) -> View:
    search = Search(asked.query, settings.query_matches, settings.query_case_sensitive, in_description)
    return View(kind, search, settings.order, glance.revision)


def _headless_paging(request: Request, settings: Settings) -> Paging:
    return paging(
        list_parameters(request, settings),
        default=settings.headless_per_page_default,
        maximum=settings.headless_per_page_maximum,
    )


def _pages(total: int, per_page: int) -> int:
    return max(-(-total // per_page), 1)


def _past_end(settings: Settings) -> Response:
    """What a headless list says of a page that it does not have, in one envelope or another."""
    match settings.headless_past_end:
        case "no_list":
            return json_answer({})
        case "bad_request":
            return json_answer({"errors": {"page": ["is past the end"]}}, 400)
        case "not_found":
            return json_answer({"error": "no such page"}, 404)
        case "unprocessable":
            return json_answer({"errors": ["the page is past the end"]}, 422)
        case _:
            return json_answer([])


def _span(page: int, per_page: int, shift: int) -> tuple[int, int]:
    """Offset and length of a page; a shift makes it begin that many rows too early, as if rows had come in above."""
    return max((page - 1) * per_page - shift, 0), per_page


def _matcher(query: str, settings: Settings) -> Callable[[str], bool]:
    wanted = query if settings.query_case_sensitive else query.lower()

    def matches(name: str) -> bool:
        found = name if settings.query_case_sensitive else name.lower()
        match settings.query_matches:
            case "substring":
                return wanted in found
            case "prefix":
                return found.startswith(wanted)
            case "whole":
                return not wanted or found == wanted

    return matches


def _bare(rows: Sequence[Any], settings: Settings) -> Response:
    if settings.list_of_one_is_object and len(rows) == 1:
        return json_answer(rows[0])
    return json_answer(list(rows))
