"""Looking at the lists after writing, and what a list proves about something that was sent.

After a lost answer an object is *there* when a list shows it, and *absent* only when a complete list, begun long
enough after the call had ended, does not show it; until then nobody knows.  What follows is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from offers_sync.models.values import Listing, Live, ObjectKind
from offers_sync.wire.client import Client
from offers_sync.wire.reading import read_listing, read_redeemables


class Presence(StrEnum):
    """What a list says of an object that may have been created."""

    THERE = "there"
    ABSENT = "absent"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of a kind's list."""

    began: float
    live: Mapping[str, Live]
    gap: str = ""

    @classmethod
    def of(cls, listing: Listing, began: float) -> Look:
        """The listing by external id; ``began`` is when its reading did, by the store's clock."""
        live: dict[str, Live] = {}
        for item in listing.items:
            live.setdefault(item.external_id, item)
        return cls(began, live, listing.gap)

    def presence(self, external_id: str, ended: float, settle_seconds: float) -> Presence:
        """Whether the object is there, for a call that ended at that time."""
        if external_id in self.live:
            return Presence.THERE
        if not self.gap and self.began >= ended + settle_seconds:
            return Presence.ABSENT
        return Presence.OPEN


Looks = Mapping[ObjectKind, Look]


def look_at(client: Client, kinds: Collection[ObjectKind], now: Callable[[], float]) -> dict[ObjectKind, Look]:
    """A fresh reading of the lists of some kinds; beside redeemables, criteria that only these show count as listed."""
    began = now()
    listings: dict[ObjectKind, Listing] = {}
    if "selector" in kinds:
        listings["selector"] = read_listing(client, "selector")
    if "criterion" in kinds:
        listings["criterion"] = read_listing(client, "criterion")
    if "redeemable" in kinds:
        known = {item.external_id for item in listings["criterion"].items} if "criterion" in kinds else ()
        listings["redeemable"], nested = read_redeemables(client, known)
        if "criterion" in kinds:
            criteria = listings["criterion"]
            listings["criterion"] = replace(criteria, items=(*criteria.items, *nested))
    return {kind: Look.of(listing, began) for kind, listing in listings.items()}
