"""Withdrawing offers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from scenes import NOW, applied, changes, desired, live, only_step, plan

from offers_sync.models.values import Desired
from offers_sync.planning.plan import Action, Summary
from offers_sync.planning.retiring import RETIRED_FLAGS

ON = {**dict.fromkeys(RETIRED_FLAGS, True), "schedule": {"indefinitely": True, "timezone": "America/Chicago"}}


def _withdrawn(**fields: Any) -> Desired:
    return replace(desired(**fields), is_retired=True)


def test_retiring_puts_the_flags_out_and_ends_the_offer_now() -> None:
    """Every flag that is on goes out, and the end is the time at which somebody applies."""
    step = only_step(plan(_withdrawn(distributable=True), live=[live(desired(), **ON)]))
    assert step.action is Action.RETIRE
    assert changes(step) == [
        ("/activate_now", True, False),
        ("/allow_for_support_gifting", True, False),
        ("/auto_applicable", True, False),
        ("/distributable", True, False),
        ("/distributable_to_all_users", True, False),
        ("/schedule/end", None, "now"),
        ("/schedule/indefinitely", True, False),
    ]
    assert step.desired.fields["schedule"] == {"indefinitely": False, "end": "2026-07-01T07:00:00"}
    assert {str(change.position) for change in step.changes} == {"redeemables/ten-off.yaml:2:1"}


def test_the_clock_is_no_part_of_the_digest() -> None:
    """A plan to retire something is the same plan a minute later."""
    shown = [live(desired(), **ON)]
    made = plan(_withdrawn(), live=shown)
    later = plan(_withdrawn(), live=shown, now=NOW + timedelta(minutes=1))
    assert made.steps != later.steps
    assert made.digest == later.digest


@pytest.mark.parametrize(
    ("written", "shown", "expected"),
    [
        ({}, {"end": "2026-06-30T23:59:59Z"}, None),
        ({"end": "2026-08-31T23:59:59"}, {"end": "2026-06-30T23:59:59Z"}, None),
        ({"end": "2026-05-31T23:59:59"}, {"end": "2026-06-30T23:59:59Z"}, None),
        ({"end": "2026-05-31T23:59:59"}, {"end": "2026-08-31T23:59:59Z"}, "2026-05-31T23:59:59"),
        ({"end": "2026-08-31T23:59:59"}, {"end": "2026-08-31T23:59:59Z"}, "now"),
        ({}, {"end": "2026-07-01T08:00:00", "timezone": "America/Chicago"}, "now"),
        ({}, {"end": "2026-07-01T06:00:00", "timezone": "America/Chicago"}, None),
        ({}, {}, "now"),
    ],
)
def test_an_end_in_the_past_is_left(written: dict[str, Any], shown: dict[str, Any], expected: str | None) -> None:
    """The end that is over already stays, on the clock of the offer's zone; a past one that is written counts."""
    document = _withdrawn(**({"schedule": written} if written else {}))
    made = plan(document, live=[live(desired(), schedule=shown)])
    ends = [after for step in made.steps for path, _, after in changes(step) if path == "/schedule/end"]
    assert ends == ([expected] if expected else [])


def test_what_is_withdrawn_needs_nothing_more() -> None:
    """The file stays as a tombstone and comes to nothing, whenever one plans."""
    step = only_step(plan(_withdrawn(), live=[live(desired(), **ON)]))
    shown = live(step.desired)
    for days in (0, 1, 4000):
        assert (
            plan(_withdrawn(), live=[shown], applied=[applied(step.desired)], now=NOW + timedelta(days=days)).steps
            == ()
        )


def test_an_offer_that_somebody_brings_back_is_withdrawn_again() -> None:
    """A tombstone whose flag was put on again outside git is drift."""
    step = only_step(plan(_withdrawn(), live=[live(desired(), **ON)]))
    back = live(step.desired, distributable=True)
    again = only_step(plan(_withdrawn(), live=[back], applied=[applied(step.desired)]))
    assert (again.action, changes(again)) == (Action.RETIRE, [("/distributable", True, False)])
    assert again.cause == "drift"


def test_what_never_lived_is_not_made_to_be_withdrawn() -> None:
    """A retired document without an object is told, and so is nothing made of the criterion inside it."""
    inside = replace(desired("criterion", "ten-off/receipt_rule"), inline_in="ten-off")
    made = plan(_withdrawn(), inside)
    assert made.steps == ()
    assert made.summary == Summary(unchanged=2)
    assert [finding.code for finding in made.findings] == ["retired-never-live"]


def test_what_refers_to_it_is_kept_back() -> None:
    """Nothing can be made that needs an object which never was."""
    campaign = replace(desired("campaign", "kick-off"), depends_on=(("redeemable", "ten-off"),))
    (step,) = plan(_withdrawn(), campaign).steps
    assert step.held_back


def test_a_segment_that_is_gone_does_not_stop_a_withdrawal() -> None:
    """The segment stays as it is shown; an offer must not live on for want of a name."""
    step = only_step(plan(_withdrawn(segment="Nobody"), live=[live(desired(), segment=99, distributable=True)]))
    assert step.held_back == ""
    assert "/segment" not in [path for path, _, _ in changes(step)]


def test_a_picture_is_not_changed_in_passing() -> None:
    """A withdrawn offer gets no new image."""
    document = replace(_withdrawn(), image="https://images.example.com/new.png")
    assert [step.action for step in plan(document, live=[live(desired(), **ON)]).steps] == [Action.RETIRE]


@pytest.mark.parametrize(
    ("was", "wanted", "is_held"),
    [
        ({"distributable": True}, {"distributable": False}, False),
        ({"schedule": {"end": "2090-01-01T00:00:00"}}, {"schedule": {"end": "2080-01-01T00:00:00"}}, False),
        ({}, {"schedule": {"end": "2080-01-01T00:00:00"}}, False),
        ({"schedule": {"end": "2080-01-01T00:00:00"}}, {"schedule": {"end": "2090-01-01T00:00:00"}}, True),
        ({"distributable": False}, {"distributable": True}, True),
        ({"distributable": True, "points": 5}, {"distributable": False, "points": 3}, True),
    ],
)
def test_what_only_takes_an_offer_back_does_not_wait_for_its_criterion(
    was: dict[str, Any],
    wanted: dict[str, Any],
    is_held: bool,  # noqa: FBT001  what is expected
) -> None:
    """Fewer guests or an earlier end make no offer more generous, whatever its criterion lost on the server."""
    rule = desired("criterion", "lunch", percentage_of_processed_amount=10)
    dropped = {"place": "", "message": "dropped", "item": None, "path": "/line_item_filters/0"}
    before, after = (
        replace(desired(receipt_rule={"criterion": rule.external_id}, **each), depends_on=(("criterion", "lunch"),))
        for each in (was, wanted)
    )
    memories = [replace(applied(rule), warnings=(dropped,)), applied(before)]

    (step,) = plan(rule, after, live=[live(rule), live(before)], applied=memories).steps

    assert bool(step.held_back) == is_held
