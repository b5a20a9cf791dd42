"""The base as if it were applied: what stands in for the server where there is no key and no network.

What one branch changes can then be told from its files alone.  Nothing is known of what really lives.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from offers_sync.models.values import OBJECT_KINDS, Applied, Desired, Listing, Live, ObjectKind, Snapshot
from offers_sync.planning.retiring import dated, retired


def as_if_applied(base: Iterable[Desired], now: datetime) -> tuple[Snapshot, tuple[Applied, ...]]:
    """The lists and the memory that an apply of the base would have left."""
    after = [_withdrawn(desired, now) for desired in base]
    listings = {
        kind: Listing(kind, tuple(_live(kind, each) for each in after if each.kind == kind)) for kind in OBJECT_KINDS
    }
    return Snapshot(listings), tuple(_applied(each) for each in after)


def _withdrawn(desired: Desired, now: datetime) -> Desired:
    """What is left of a document that is retired; any other one as it is."""
    if not desired.is_retired:
        return desired
    live = _live("redeemable", desired)
    return dated(retired(desired, live, now), live, now)


def _live(kind: ObjectKind, desired: Desired) -> Live:
    return Live(kind, desired.external_id, desired.fields, frozenset(desired.fields), desired.image)


def _applied(desired: Desired) -> Applied:
    return Applied(desired.kind, desired.key, desired.external_id, desired.fields, desired.fields, desired.image)
