"""How steps are put into calls."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from scenes import desired

from offers_sync.applying.waves import batches_of
from offers_sync.planning.plan import Action, Step


@given(numbers=st.lists(st.integers(0, 12), max_size=80), limit=st.integers(1, 20))
def test_no_call_is_too_large_or_holds_an_id_twice(numbers: list[int], limit: int) -> None:
    """Every step is in one call, those of one id in their order, and no call could have taken a later step as well."""
    steps = [
        Step(Action.CREATE, replace(desired("selector", f"s{place}"), external_id=f"id-{number}"), ())
        for place, number in enumerate(numbers)
    ]

    calls = [batch.steps for batch in batches_of(steps, limit)]

    ids = [[step.desired.external_id for step in call] for call in calls]
    assert all(len(call) <= limit and len(set(call)) == len(call) for call in ids)
    assert sorted(step.desired.key for call in calls for step in call) == sorted(step.desired.key for step in steps)
    for place, call in enumerate(ids):
        later = {external_id for each in ids[place + 1 :] for external_id in each}
        assert len(call) == limit or later <= set(call)
    for number in set(numbers):
        sent = [step for call in calls for step in call if step.desired.external_id == f"id-{number}"]
        assert sent == [step for step in steps if step.desired.external_id == f"id-{number}"]
