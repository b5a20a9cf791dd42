"""What changed outside git, and what a base stands in for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scenes import NOW, applied, changes, desired, live, locate, only_step, question, snapshot

from offers_sync.models.values import Desired
from offers_sync.planning.drifting import find_drift
from offers_sync.planning.offline import as_if_applied
from offers_sync.planning.plan import Action, Cause, Plan, Summary
from offers_sync.planning.planner import make_plan

OFFER = desired(note="Ask legal.")


def _drift(*documents: Desired, **asked: object) -> Plan:
    return find_drift(question(*documents, **asked), locate)  # type: ignore[arg-type]  passed on as it is


def test_only_what_changed_outside_git_is_drift() -> None:
    """An edit that is still to be applied is none, even in the same document."""
    edited = replace(OFFER, fields={**OFFER.fields, "name": "Eleven off"})
    made = _drift(edited, live=[live(OFFER, note="Ask nobody.")], applied=[applied(OFFER)])
    step = only_step(made)
    assert changes(step) == [("/note", "Ask nobody.", "Ask legal.")]
    assert (step.action, step.cause) == (Action.UPDATE, Cause.DRIFT)
    assert str(step.changes[0].position) == "redeemables/ten-off.yaml:2:1"


def test_drift_under_an_edit_is_still_drift() -> None:
    """A field that git changes meanwhile was changed outside all the same."""
    edited = replace(OFFER, fields={**OFFER.fields, "name": "Eleven off"})
    made = _drift(edited, live=[live(OFFER, name="Nine off")], applied=[applied(OFFER)])
    assert changes(only_step(made)) == [("/name", "Nine off", "Ten off")]


def test_what_the_server_keeps_otherwise_is_no_drift() -> None:
    """A value that was shown so right after the apply was changed by nobody."""
    shown = live(OFFER, name="TEN OFF")
    assert _drift(OFFER, live=[shown], applied=[applied(OFFER, shown)]).steps == ()


def test_what_was_cleared_and_is_back_is_drift() -> None:
    """A field that was written as null counts as much as any other."""
    cleared = desired(note=None)
    made = _drift(cleared, live=[live(cleared, note="Back")], applied=[applied(cleared)])
    assert changes(only_step(made)) == [("/note", "Back", None)]


def test_an_object_that_is_gone_is_drift() -> None:
    """Nothing can be deleted, and if something is gone all the same, somebody should know; but only for certain."""
    made = _drift(OFFER, applied=[applied(OFFER)])
    assert only_step(made).action is Action.CREATE
    assert _drift(OFFER, applied=[applied(OFFER)], snapshot=snapshot(gap="it changed")).steps == ()


@pytest.mark.parametrize("remembered", [2, 1, 0])
def test_where_no_list_can_be_read_nothing_is_called_unchanged(remembered: int) -> None:
    """Without the full lists there is no drift to speak of, and no clean bill either."""
    memory = [applied(OFFER), applied(desired(key="left"))][:remembered]
    made = _drift(OFFER, applied=memory, snapshot=replace(snapshot(gap="ingestion is off"), is_degraded=True))
    assert (made.steps, made.summary, made.is_complete) == ((), Summary(unverified=remembered), False)
    whom = ["any object", "the one object that is remembered", "the 2 objects that are remembered"][remembered]
    assert made.failure == f"nothing could be read of {whom}"
    assert [finding.code for finding in made.findings] == ["list-incomplete"]


def test_what_an_incomplete_list_does_not_show_is_not_called_unchanged() -> None:
    """What it shows is compared all the same; what is not in it may be there or not."""
    unseen = desired(key="unseen")
    memory = [applied(OFFER), applied(unseen)]
    made = _drift(OFFER, unseen, applied=memory, snapshot=snapshot([live(OFFER)], gap="it changed"))
    assert (made.steps, made.summary, made.failure) == ((), Summary(unchanged=1, unverified=1), "")
    assert _drift(unseen, applied=memory[1:], snapshot=snapshot(gap="it changed")).failure != ""


def test_what_left_git_can_drift_too() -> None:
    """An object that was applied once is looked at as long as it is remembered."""
    made = _drift(live=[live(OFFER, note="Ask nobody.")], applied=[applied(OFFER)])
    assert only_step(made).position is None


def test_without_memory_there_is_no_drift_to_speak_of() -> None:
    """What is not remembered is said, and nothing is called drift."""
    made = _drift(OFFER, live=[live(OFFER, note="Ask nobody.")])
    assert made.steps == ()
    assert [finding.code for finding in made.findings] == ["nothing-remembered"]


def _offline(*documents: Desired, base: list[Desired]) -> Plan:
    lists, memory = as_if_applied(base, NOW)
    asked = question(*documents, base=base)
    return make_plan(replace(asked, snapshot=lists, applied=memory, is_offline=True), locate)


def test_offline_the_base_is_what_lives() -> None:
    """Edits, additions and fields that were taken out show against the base alone, and nothing else is said."""
    base = [OFFER, desired("criterion", "lunch", qualifying_expressions_operator="Any")]
    changed = replace(base[1], fields={**base[1].fields, "name": "Lunch"})
    head = [desired(name="Eleven off", segment="Regulars"), changed, desired(key="new", name="New")]
    made = _offline(*head, base=base)
    assert [(step.action.value, step.name) for step in made.steps] == [
        ("update", "criterion/lunch"),
        ("create", "redeemable/new"),
        ("update", "redeemable/ten-off"),
    ]
    assert [step.held_back for step in made.steps] == ["", "", ""]
    assert made.steps[0].annotations == ()
    assert changes(made.steps[2]) == [
        ("/name", "Ten off", "Eleven off"),
        ("/note", "Ask legal.", None),
        ("/segment", None, "Regulars"),
    ]
    assert {step.cause for step in made.steps} == {Cause.THIS_CHANGE}
    assert [finding.code for finding in made.findings] == []


def test_offline_an_unchanged_project_is_unchanged() -> None:
    """Retired offers, images and campaigns of the base count as done."""
    done = [
        replace(desired(key="gone", name="Gone"), is_retired=True),
        replace(desired(), image="https://images.example.com/1.png"),
        desired("campaign", "kick-off"),
    ]
    assert _offline(*done, base=done).steps == ()


def test_offline_retiring_is_one_step() -> None:
    """What the base offers and the head withdraws is a retirement."""
    step = only_step(_offline(replace(OFFER, is_retired=True), base=[OFFER]))
    assert (step.action, changes(step)) == (Action.RETIRE, [("/schedule/end", None, "now")])


def test_offline_what_leaves_git_is_reported() -> None:
    """A document of the base that is gone is an orphan."""
    assert _offline(base=[OFFER]).orphans == ("redeemable/ten-off",)
