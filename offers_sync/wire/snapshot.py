"""The live side, read once: every list that somebody needs, side by side.

Where the full lists are not enabled for the account, what the distribution side shows has to do, and the snapshot
says what that cannot tell.  What follows from it is decided by ``planning``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from offers_sync.models.values import Listing, Location, LocationGroup, ObjectKind, SideList, Snapshot
from offers_sync.wire.answers import FeatureOffError
from offers_sync.wire.client import Client
from offers_sync.wire.reading import (
    ListRefusedError,
    read_listing,
    read_location_groups,
    read_locations,
    read_offered,
    read_redeemables,
    read_segments,
)
from offers_sync.wire.threads import side_by_side

Item = TypeVar("Item")

NOT_ASKED: Final = "nothing refers to it, so it was not read"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the lists beside those of the objects are needed."""

    segments: bool = True
    offered: bool = False
    locations: bool = False


def read_snapshot(client: Client, wanted: Wanted = Wanted()) -> Snapshot:
    """Every list that is wanted, and the offered redeemables too where there is nothing better."""
    with side_by_side(3, "lists") as pool:
        asked_segments = pool.submit(_side, lambda: read_segments(client), wanted.segments)
        asked_places = pool.submit(_side, lambda: _places(client), wanted.locations)
        listings, is_degraded = _listings(client)
        count = len(listings["redeemable"].items) or None
        offered, no_offered = _side(lambda: read_offered(client, expected=count), wanted.offered or is_degraded)
        segments, no_segments = asked_segments.result()
        places, no_places = asked_places.result()
    return Snapshot(
        listings,
        segments=segments,
        offered=offered,
        locations=tuple(place for place in places if isinstance(place, Location)),
        location_groups=tuple(place for place in places if isinstance(place, LocationGroup)),
        unread=_reasons(segments=no_segments, offered=no_offered, locations=no_places),
        is_degraded=is_degraded,
    )


def read_listings(client: Client) -> dict[ObjectKind, Listing]:
    """The three lists of objects; criteria that only their redeemables show are among the criteria."""
    with side_by_side(2, "lists") as pool:
        asked = pool.submit(read_listing, client, "selector")
        criteria = read_listing(client, "criterion")
        redeemables, nested = read_redeemables(client, {criterion.external_id for criterion in criteria.items})
        selectors = asked.result()
    return {
        "selector": selectors,
        "criterion": replace(criteria, items=(*criteria.items, *nested)),
        "redeemable": redeemables,
    }


def _listings(client: Client) -> tuple[dict[ObjectKind, Listing], bool]:
    """The three lists, or empty ones that say why; and whether they are that."""
    try:
        return read_listings(client), False
    except FeatureOffError as error:
        gap = unverified(error)
        empty: dict[ObjectKind, Listing] = {
            "selector": Listing("selector", (), gap),
            "criterion": Listing("criterion", (), gap),
            "redeemable": Listing("redeemable", (), gap),
        }
        return empty, True


def unverified(error: FeatureOffError) -> str:
    """What the distribution side leaves open, and why it has to do."""
    return f"{error.reason}, so which objects there are and what is in them cannot be verified"


def _side(read: Callable[[], tuple[Item, ...]], is_wanted: bool) -> tuple[tuple[Item, ...], str]:  # noqa: FBT001
    """A list that work can go on without, or why it was not read."""
    if not is_wanted:
        return (), NOT_ASKED
    try:
        return read(), ""
    except FeatureOffError as error:
        return (), error.reason
    except ListRefusedError as error:
        return (), error.message


def _places(client: Client) -> tuple[Location | LocationGroup, ...]:
    return (*read_locations(client), *read_location_groups(client))


def _reasons(**reasons: str) -> Mapping[SideList, str]:
    names: tuple[SideList, ...] = ("segments", "offered", "locations")
    return {name: reasons[name] for name in names if reasons[name]}
