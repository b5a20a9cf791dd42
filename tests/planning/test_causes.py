"""Who is answerable for a change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scenes import applied, desired, live, only_step, plan

from offers_sync.planning.plan import Action, Cause

OFFER = desired(note="Ask legal.")
BEFORE = {"name": "Nine off", "note": "Ask nobody."}


def _causes(made: Any) -> dict[str, str | None]:
    step = only_step(made)
    return {change.field.path: change.cause.value if change.cause else None for change in step.changes}


def test_without_a_base_only_drift_is_known() -> None:
    """Nobody asked for the others, so they have no cause."""
    shown = live(OFFER, **BEFORE)
    assert _causes(plan(OFFER, live=[shown])) == {"/name": None, "/note": None}
    assert only_step(plan(OFFER, live=[shown])).cause is None
    drifted = plan(OFFER, live=[shown], applied=[applied(OFFER)])
    assert _causes(drifted) == {"/name": "drift", "/note": "drift"}
    assert only_step(drifted).cause is Cause.DRIFT


def test_what_the_base_wanted_too_was_pending_already() -> None:
    """Each change is judged by itself; the step has the gravest cause."""
    base = replace(OFFER, fields={**OFFER.fields, "note": "Ask nobody."})
    made = plan(OFFER, live=[live(OFFER, **BEFORE)], base=[base])
    assert _causes(made) == {"/name": "already_pending", "/note": "this_change"}
    assert only_step(made).cause is Cause.THIS_CHANGE
    assert only_step(plan(OFFER, live=[live(OFFER, **BEFORE)], base=[OFFER])).cause is Cause.ALREADY_PENDING


def test_another_value_for_a_pending_field_is_this_change() -> None:
    """What the base would have written otherwise is this change's to answer for."""
    base = replace(OFFER, fields={**OFFER.fields, "name": "Eight off"})
    assert _causes(plan(OFFER, live=[live(OFFER, **BEFORE)], base=[base]))["/name"] == "this_change"


def test_drift_stays_drift_beside_this_change() -> None:
    """What somebody changed outside git is not blamed on the branch that happens to plan."""
    base = replace(OFFER, fields={**OFFER.fields, "note": "Ask nobody."})
    made = plan(OFFER, live=[live(OFFER, **BEFORE)], applied=[applied(base)], base=[base])
    assert _causes(made) == {"/name": "drift", "/note": "this_change"}


@pytest.mark.parametrize(
    ("base", "cause"), [([], Cause.THIS_CHANGE), ([OFFER], Cause.ALREADY_PENDING), ("no", Cause.UNKNOWN)]
)
def test_creations_have_causes_too(base: Any, cause: Cause) -> None:
    """A document of the base that was never applied is pending; an empty base makes everything this change."""
    assert only_step(plan(OFFER, base=base)).cause is cause


def test_a_base_that_cannot_be_read_leaves_causes_unknown() -> None:
    """Drift is still known, since it needs no base."""
    shown = live(OFFER, **BEFORE)
    base = replace(OFFER, fields={**OFFER.fields, "note": "Ask nobody."})
    made = plan(OFFER, live=[shown], applied=[applied(base)], base="its files have faults")
    assert _causes(made) == {"/name": "drift", "/note": "unknown"}


def test_the_order_of_a_list_is_nobodys_change() -> None:
    """A list that this change only reorders has its pending edit as before."""
    one, two = {"selector": "a", "quantity": 1}, {"selector": "b", "quantity": 2}
    document = desired("criterion", "lunch", line_item_filters=[two, one])
    base = replace(document, fields={**document.fields, "line_item_filters": [one, two]})
    made = plan(document, live=[live(document, line_item_filters=[two, {**one, "quantity": 5}])], base=[base])
    assert _causes(made) == {"/line_item_filters/1/quantity": "already_pending"}


def test_retiring_is_this_change_until_it_is_merged() -> None:
    """An offer that the base has already retired, and nobody applied, is pending."""
    withdrawn = replace(desired(), is_retired=True)
    shown = [live(desired(), distributable=True)]
    made = only_step(plan(withdrawn, live=shown, base=[desired()]))
    assert (made.action, made.cause) == (Action.RETIRE, Cause.THIS_CHANGE)
    assert only_step(plan(withdrawn, live=shown, base=[withdrawn])).cause is Cause.ALREADY_PENDING


def test_a_document_that_leaves_git_in_this_change_is_reported() -> None:
    """What the base had and the head has not is an orphan even where nothing is remembered."""
    gone = desired(key="gone", name="Gone")
    made = plan(OFFER, live=[live(OFFER), live(gone)], base=[OFFER, gone])
    assert made.orphans == ("redeemable/gone",)
