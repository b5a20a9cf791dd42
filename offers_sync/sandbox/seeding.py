"""What a new world holds: a small believable burger business, and a few offers that somebody made in the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from offers_sync.sandbox.world import Kind

if TYPE_CHECKING:
    from offers_sync.sandbox.world import World

ZONE: Final = "America/Chicago"
LOCATIONS: Final = (
    (88, "Marlow Burgers Main Street", "MB-0088", "approved", ZONE),
    (1234, "Downtown", "MB-1234", "approved", ZONE),
    (1235, "Airport", "MB-1235", "approved", ZONE),
    (1236, "Riverside", "MB-1236", "approved", "America/New_York"),
    (304252, "Headquarters", "MB-HQ", "approved", ZONE),
    (310969, "Old Mill", "MB-0969", "disapproved", ZONE),
)
LOCATION_GROUPS: Final = ((736, "Drive-Thru", [1235, 1236, 310969]), (737, "Campus", [88, 1234]))
SEGMENTS: Final = (
    (1307202, "Loyal Regulars", "Ten visits or more in ninety days", "custom", "loyalty", "Gold"),
    (1307203, "Lapsed 60 Days", "No visit for sixty days", "custom", "loyalty", None),
    (1307204, "Birthday Month", "Birthday in the current month", "system", "loyalty", None),
    (1307205, "App Newcomers", "Signed up in the app in the last thirty days", "custom", "loyalty", None),
    (1307206, "Student Club", "Verified students", "custom", "loyalty", "Student"),
    (1307207, "VIP Test", "First try at a list of important guests", "custom", "loyalty", None),
    (1307208, "VIP Test", "The same list, made again", "custom", "loyalty", None),
)
GUESTS: Final = tuple(
    (111_111_111 + place, name, points)
    for place, (name, points) in enumerate(
        (
            ("Ada Moreno", 640),
            ("Ben Whitlock", 120),
            ("Chloe Park", 0),
            ("Dmitri Sokolov", 85),
            ("Esther Obi", 2300),
            ("Farid Haddad", 12),
            ("Grace Lindqvist", 415),
            ("Hugo Marchetti", 50),
            ("Ines Duarte", 990),
            ("Jonas Weber", 7),
        )
    )
)
DASHBOARD_CRITERION: Final = "5e3f0c1d9a7b4826e1f0d2c3b4a5968778695a4b"
DASHBOARD_SELECTOR: Final = "9b1d4c7e02f35a6880c1d2e3f4a5b6c7d8e9f0a1"
FREE_FRIES: Final = "3c2a1908f7e6d5c4b3a2918070f6e5d4c3b2a190"

SELECTOR: Final[dict[str, Any]] = {
    "name": "Fries (any size)",
    "filter_item_set": "base_only",
    "base_items": {"clauses": [{"attribute": "item_family", "operator": "==", "value": "210"}]},
}
CRITERION: Final[dict[str, Any]] = {
    "name": "Free fries",
    "qc_processing_function": "sum_amounts",
    "percentage_of_processed_amount": 100,
    "amount_cap": 4,
}


def _flat(amount: float) -> dict[str, Any]:
    return {"qualifier_type": "flat_discount", "discount_amount": amount}


REDEEMABLES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    # The business's default rules, which show like any other offer.
    ("", {"name": "Base Redeemable", "own_uuid": "base", "expiry_days": 30}),
    (
        FREE_FRIES,
        {
            "name": "Free Fries",
            "description": "A free portion of fries.",
            "points": 60,
            "allow_for_support_gifting": True,
        },
    ),
    # Somebody's copy: one name, two offers.
    ("e7d1c0b9-a817-4f60-9e5d-4c3b2a190807", {"name": "Free Fries", "description": "Copy for the app.", "points": 50}),
    ("test", {"name": "API test", "own_uuid": "test", "receipt_rule": _flat(1)}),
    (
        "Birthday-Shake 2019",
        {"name": "Birthday Shake", "is_deactivated": True, "expiry_days": 14, "receipt_rule": _flat(5)},
    ),
)


def seed(world: World) -> None:
    """Fill a new world, within the writing stretch that is open."""
    business = world.business
    for location_id, name, store_number, status, zone in LOCATIONS:
        business.add_location(
            {
                "location_id": location_id,
                "name": name,
                "store_number": store_number,
                "status": status,
                "time_zone": zone,
            }
        )
    for group_id, name, members in LOCATION_GROUPS:
        business.add_location_group(group_id, name, members)
    for segment in SEGMENTS:
        names = ("segment_id", "name", "description", "segment_type", "user_type", "membership_level")
        business.add_segment(dict(zip(names, segment, strict=True)))
    selector = world.add(Kind.SELECTOR, DASHBOARD_SELECTOR, SELECTOR)
    filters = [{"selector": selector, "processing_method": "max_price", "quantity": 1}]
    criterion = world.add(Kind.CRITERION, DASHBOARD_CRITERION, {**CRITERION, "line_item_filters": filters})
    for external_id, body in REDEEMABLES:
        rule = body.get("receipt_rule") or {"qualifier_type": "existing", "criterion": criterion}
        world.add(Kind.REDEEMABLE, external_id, {"timezone": ZONE, **body, "receipt_rule": rule})
    for user_id, name, points in GUESTS:
        business.add_guest(user_id, name, points)
        business.add_reward(user_id, 20_002, None)
