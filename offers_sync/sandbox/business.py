"""What surrounds the offers: places, groups of guests, guests with points and rewards, and what was given to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    import sqlite3

CAMPAIGN_IDS_START: Final = 99_511_493
REDEMPTION_IDS_START: Final = 6_440_711
REWARD_IDS_START: Final = 5_000_000


class Business:
    """The rows around the offers, in the world's own transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # --------------------------------------------------------------------------------------------------- places

    def add_location(self, location: dict[str, Any]) -> None:
        """A place, in the shape in which it is listed, without its groups."""
        self._connection.execute(
            "INSERT INTO locations VALUES (?, ?)", (location["location_id"], orjson.dumps(location))
        )

    def add_location_group(self, group_id: int, name: str, locations: list[int]) -> None:
        """A group of places."""
        self._connection.execute(
            "INSERT INTO location_groups VALUES (?, ?, ?)", (group_id, name, orjson.dumps(locations))
        )

    def locations(self) -> list[dict[str, Any]]:
        """All places with the groups they are in, by id."""
        groups = self._groups()
        return [
            {
                **orjson.loads(body),
                "location_groups": [
                    {"location_group_id": group_id, "name": name}
                    for group_id, name, members in groups
                    if location_id in members
                ],
            }
            for location_id, body in self._connection.execute("SELECT id, body FROM locations ORDER BY id")
        ]

    def location_groups(self) -> list[dict[str, Any]]:
        """All groups with their places, by id."""
        stores = {row["location_id"]: row["store_number"] for row in self.locations()}
        return [
            {
                "location_group_id": group_id,
                "name": name,
                "locations": [{"location_id": member, "store_number": stores.get(member)} for member in members],
            }
            for group_id, name, members in self._groups()
        ]

    def has_place(self, place: str) -> bool:
        """Whether ``location:1`` or ``tag:1`` exists."""
        prefix, _, number = place.partition(":")
        query = {
            "location": "SELECT 1 FROM locations WHERE id = ?",
            "tag": "SELECT 1 FROM location_groups WHERE id = ?",
        }[prefix]
        return self._connection.execute(query, (int(number),)).fetchone() is not None

    def _groups(self) -> list[tuple[int, str, list[int]]]:
        rows = self._connection.execute("SELECT id, name, locations FROM location_groups ORDER BY id")
        return [(group_id, name, orjson.loads(members)) for group_id, name, members in rows]

    # --------------------------------------------------------------------------------------------------- people

    def add_segment(self, segment: dict[str, Any]) -> None:
        """A group of guests, in the shape in which it is listed."""
        self._connection.execute(
            "INSERT INTO segments VALUES (?, ?, ?)", (segment["segment_id"], segment["name"], orjson.dumps(segment))
        )

    def segments(self) -> list[dict[str, Any]]:
        """All segments, the newest first."""
        rows = self._connection.execute("SELECT body FROM segments ORDER BY id DESC")
        return [orjson.loads(body) for (body,) in rows]

    def has_segment(self, segment_id: int) -> bool:
        """Whether there is such a segment."""
        return self._has("SELECT 1 FROM segments WHERE id = ?", segment_id)

    def add_guest(self, user_id: int, name: str, points: int) -> None:
        """A guest of the programme."""
        self._connection.execute("INSERT INTO guests VALUES (?, ?, ?)", (user_id, name, points))

    def has_guest(self, user_id: int) -> bool:
        """Whether there is such a guest."""
        return self._has("SELECT 1 FROM guests WHERE id = ?", user_id)

    def add_reward(
        self, user_id: int, redeemable_id: int | None, ends: str | None, reward_id: int | None = None
    ) -> int:
        """A reward in a guest's account; its id."""
        if reward_id is None:
            newest = self._connection.execute("SELECT max(id) FROM rewards").fetchone()[0]
            reward_id = max(newest or 0, REWARD_IDS_START) + 1
        self._connection.execute(
            "INSERT INTO rewards VALUES (?, ?, ?, ?, NULL)", (reward_id, user_id, redeemable_id, ends)
        )
        return reward_id

    def reward(self, reward_id: int) -> dict[str, Any] | None:
        """A reward, whose ``redeemed_by`` names the redemption that used it."""
        row = self._connection.execute(
            "SELECT user_id, redeemable_id, ends, redeemed_by FROM rewards WHERE id = ?", (reward_id,)
        ).fetchone()
        return dict(zip(("user_id", "redeemable_id", "ends", "redeemed_by"), row, strict=True)) if row else None

    def _has(self, query: str, identity: int) -> bool:
        return self._connection.execute(query, (identity,)).fetchone() is not None

    # ------------------------------------------------------------------------------------------- what was given

    def add_campaign(self, external_campaign_id: str | None, at: float, body: dict[str, Any]) -> int:
        """A campaign; its id."""
        campaign_id = self._next("campaigns", CAMPAIGN_IDS_START)
        self._connection.execute(
            "INSERT INTO campaigns VALUES (?, ?, ?, ?)", (campaign_id, external_campaign_id, at, orjson.dumps(body))
        )
        return campaign_id

    def has_campaign(self, external_campaign_id: str | None) -> bool:
        """Whether a campaign has that id of the caller's."""
        return (
            self._connection.execute(
                "SELECT 1 FROM campaigns WHERE external_campaign_id = ?", (external_campaign_id,)
            ).fetchone()
            is not None
        )

    def add_gift(self, user_id: int, at: float, body: dict[str, Any]) -> None:
        """A gift, given at once: points are added, a redeemable becomes a reward."""
        self._connection.execute(
            "INSERT INTO gifts VALUES (NULL, ?, ?, ?)", (user_id, at, orjson.dumps(body, option=orjson.OPT_SORT_KEYS))
        )
        if body.get("gift_count"):
            self._connection.execute(
                "UPDATE guests SET points = min(points + ?, 9000000000000000000) WHERE id = ?",
                (min(body["gift_count"], 10**15), user_id),
            )
        if body.get("redeemable_id"):
            self.add_reward(user_id, body["redeemable_id"], body.get("end_date"))

    def add_redemption(self, user_id: int, reward_id: int | None, at: float, body: dict[str, Any]) -> int:
        """A redemption, which uses up its reward; its id."""
        redemption_id = self._next("redemptions", REDEMPTION_IDS_START)
        self._connection.execute(
            "INSERT INTO redemptions VALUES (?, ?, ?, ?, ?)",
            (redemption_id, user_id, reward_id, at, orjson.dumps(body, option=orjson.OPT_SORT_KEYS)),
        )
        if reward_id is not None:
            if self.reward(reward_id) is None:
                self.add_reward(user_id, None, None, reward_id)
            self._connection.execute("UPDATE rewards SET redeemed_by = ? WHERE id = ?", (redemption_id, reward_id))
        return redemption_id

    def _next(self, table: str, start: int) -> int:
        newest = self._connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0]  # noqa: S608  our own names
        return int(newest or start) + 1
