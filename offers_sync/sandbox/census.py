"""Counting a world from outside: how many there are of each kind, and what is there twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from offers_sync.sandbox.world import Kind

if TYPE_CHECKING:
    from offers_sync.sandbox.world import World

NAMES: Final = {
    Kind.SELECTOR: "selectors",
    Kind.CRITERION: "criteria",
    Kind.REDEEMABLE: "redeemables",
    Kind.HIDDEN_CRITERION: "hidden_criteria",
}
OTHERS: Final = (
    *("segments", "locations", "location_groups", "guests", "rewards"),
    *("campaigns", "gifts", "redemptions"),
)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Several objects of a kind with one external_id, or what was given out several times in the same way."""

    kind: str
    external_id: str
    count: int


@dataclass(frozen=True, slots=True)
class Census:
    """The figures of a world."""

    counts: dict[str, int]
    duplicates: tuple[Duplicate, ...]
    requests: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """What ``offers sandbox show --format json`` prints."""
        return {
            "format_version": 1,
            "counts": self.counts,
            "duplicates": [
                {"kind": one.kind, "external_id": one.external_id, "count": one.count} for one in self.duplicates
            ],
            "requests": self.requests,
        }


def take_census(world: World) -> Census:
    """Count everything, at one moment."""
    with world.reading():
        return Census(_counts(world), tuple(_duplicates(world)), world.log.counts())


def _counts(world: World) -> dict[str, int]:
    rows = dict(world.connection.execute("SELECT kind, count(*) FROM objects GROUP BY kind"))
    counts = {name: rows.get(int(kind), 0) for kind, name in NAMES.items()}
    for table in OTHERS:
        counts[table] = world.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  ours
    return counts


def _duplicates(world: World) -> list[Duplicate]:
    """By external_id for objects and campaigns; gifts and redemptions have none, so whole equal ones count."""
    found = [
        Duplicate(NAMES[Kind(kind)], external_id, count)
        for kind, external_id, count in world.connection.execute(
            "SELECT kind, external_id, count(*) FROM objects WHERE trim(external_id) <> '' "
            "GROUP BY external_id, kind HAVING count(*) > 1 ORDER BY kind, external_id"
        )
    ]
    for kind, query in _REPEATS.items():
        found += [Duplicate(kind, name, count) for name, count in world.connection.execute(query)]
    return found


_REPEATS: Final = {
    "campaigns": "SELECT external_campaign_id, count(*) FROM campaigns WHERE external_campaign_id IS NOT NULL "
    "GROUP BY external_campaign_id HAVING count(*) > 1 ORDER BY external_campaign_id",
    "gifts": "SELECT 'user ' || user_id, count(*) FROM gifts "
    "GROUP BY user_id, body HAVING count(*) > 1 ORDER BY user_id",
    "redemptions": "SELECT 'user ' || user_id, count(*) FROM redemptions "
    "GROUP BY user_id, body HAVING count(*) > 1 ORDER BY user_id",
}
