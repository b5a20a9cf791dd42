"""How an update takes a value away."""

from __future__ import annotations

from offers_sync.wire.codec import encode_update


def test_what_has_a_default_is_cleared_by_it() -> None:
    """Where a value counts as none, that value is sent: what null does to it is not documented."""
    fields = {
        "distributable": None,
        "discount_channel": None,
        "points": None,
        "schedule": {"indefinitely": None, "end": None},
    }
    assert encode_update("redeemable", fields) == {
        "distributable": False,
        "discount_channel": "all",
        "points": None,
        "indefinetely": False,
        "end_time": None,
    }
    assert encode_update("criterion", {"qualifying_expressions_operator": None, "stack_discounting": None}) == {
        "qualifying_expressions_operator": "All",
        "stack_discounting": False,
    }
