"""The table of verdicts, row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest
from scenes import applied, desired, live

from offers_sync.models.packed import Packed, pack
from offers_sync.models.values import Applied, Desired, Live
from offers_sync.planning.clearing import uncleared_mark
from offers_sync.planning.comparing import FieldChange, FieldRemark, Remark, Verdict, compare, created, unmanaged

UNSET: Final = object()
NOTHING: Final = "nothing"
DEFAULT: Final = "all"
"""What the server takes for a missing discount_channel."""


def _with(document: Desired, field: str, value: Any) -> Desired:
    return document if value is UNSET else replace(document, fields={**document.fields, field: value})


def _memory(document: Desired, field: str, written: Any, shown: Any) -> Applied:
    memory = applied(_with(document, field, written))
    read_back = dict(memory.read_back or {})
    read_back.pop(field, None)
    return replace(memory, read_back=read_back if shown is UNSET else {**read_back, field: shown})


def _verdict(found: Any) -> str:
    if found.changes:
        (change,) = found.changes
        return str(change.verdict.value)
    (remark,) = found.remarks or (None,)
    return NOTHING if remark is None else str(remark.remark.value)


@pytest.mark.parametrize(
    ("written", "remembered", "read_back", "shown", "expected"),
    [
        # set, any, equal
        ("a", UNSET, UNSET, "a", NOTHING),
        ("a", "b", "b", "a", NOTHING),
        ("a", "a", "a", "a", NOTHING),
        # set, equal to desired, equal to the read-back
        ("a", "a", "A", "A", "kept"),
        ("a", "a", UNSET, UNSET, "kept"),
        ("a", "a", None, UNSET, "kept"),
        ("a", "a", "", None, "kept"),
        # set, equal to desired, differs
        ("a", "a", "a", "b", "drift"),
        ("a", "a", "A", "b", "drift"),
        ("a", "a", "A", UNSET, "drift"),
        # set, differs or none, differs
        ("a", "b", "b", "b", "edit"),
        ("a", "b", "b", "c", "edit"),
        ("a", UNSET, UNSET, "b", "edit"),
        ("a", UNSET, UNSET, UNSET, "edit"),
        # null, any, set
        (None, UNSET, UNSET, "b", "clear"),
        (None, "b", "b", "b", "clear"),
        (None, None, None, "b", "clear"),
        (None, None, "b", "c", "clear"),
        # null, equal to desired, equal to the read-back: it could not be cleared, and is not tried for ever
        (None, None, "b", "b", "kept"),
        (None, UNSET, UNSET, UNSET, NOTHING),
        # unset, set, set
        (UNSET, "b", "b", "b", "clear"),
        (UNSET, "b", "b", "c", "clear"),
        (UNSET, "b", "b", UNSET, NOTHING),
        # unset, null or unset, any
        (UNSET, UNSET, UNSET, "b", NOTHING),
        (UNSET, UNSET, UNSET, UNSET, NOTHING),
        (UNSET, None, None, "b", NOTHING),
    ],
)
def test_the_table_of_verdicts(written: Any, remembered: Any, read_back: Any, shown: Any, expected: str) -> None:
    """Desired, last applied with its read-back, and live together give one verdict."""
    document = desired("redeemable")
    memory = _memory(document, "note", remembered, read_back)
    thing = live(_with(document, "note", shown))
    assert _verdict(compare(_with(document, "note", written), memory, thing)) == expected


@pytest.mark.parametrize(
    ("written", "read_back", "shown", "expected"),
    [
        # unset, not cleared, equal to the read-back
        (UNSET, "b", "b", "kept"),
        # unset, not cleared, set
        (UNSET, "b", "c", "clear"),
        (UNSET, UNSET, "b", "clear"),
        # it is gone after all
        (UNSET, "b", UNSET, NOTHING),
        (UNSET, "b", "", NOTHING),
        # written again, or written as null, it is like any other
        ("b", "b", "b", NOTHING),
        ("a", "b", "b", "edit"),
        (None, "b", "b", "clear"),
    ],
)
def test_what_was_taken_out_and_not_cleared(written: Any, read_back: Any, shown: Any, expected: str) -> None:
    """What the server kept when it was taken out is neither tried for ever nor forgotten."""
    document = desired("redeemable")
    memory = replace(_memory(document, "note", UNSET, read_back), warnings=(uncleared_mark("note"),))
    thing = live(_with(document, "note", shown))
    assert _verdict(compare(_with(document, "note", written), memory, thing)) == expected


def test_what_came_back_after_it_was_not_cleared_came_from_outside() -> None:
    """A member of the schedule that somebody changed since is drift, as it is where it is written as null."""
    document = desired("redeemable", schedule={"end": "2030-01-01T00:00:00"})
    shown = live(document, schedule={"end": "2030-01-01T00:00:00", "expiry_days": 9})
    memory = replace(applied(document, shown), warnings=(uncleared_mark("schedule/expiry_days"),))
    assert compare(document, memory, shown).changes == ()
    moved = live(document, schedule={"end": "2030-01-01T00:00:00", "expiry_days": 8})
    assert compare(document, memory, moved).changes == (
        FieldChange("/schedule/expiry_days", 8, None, Verdict.CLEAR, is_outside=True),
    )


@pytest.mark.parametrize(
    ("written", "remembered", "shown", "expected"),
    [
        ("All", UNSET, UNSET, "unverified"),
        ("Any", "Any", UNSET, "unverified"),
        ("Any", "Any", "", "unverified"),
        ("All", None, UNSET, "unverified"),
        ("Any", "All", UNSET, "edit"),
        ("Any", None, UNSET, "edit"),
        ("All", "Any", None, "edit"),
        (None, "Any", UNSET, "clear"),
        (UNSET, "Any", UNSET, "clear"),
        (UNSET, "All", UNSET, NOTHING),
        (None, None, UNSET, NOTHING),
        (UNSET, UNSET, UNSET, NOTHING),
        # a server that shows them is believed
        ("Any", UNSET, "Any", NOTHING),
        ("Any", UNSET, "All", "edit"),
        ("Any", "Any", "All", "drift"),
        (UNSET, "Any", "Any", "clear"),
    ],
)
def test_what_no_answer_shows(written: Any, remembered: Any, shown: Any, expected: str) -> None:
    """A write-only field is judged by what was last applied, unless the answer shows it after all."""
    field = "qualifying_expressions_operator"
    document = desired("criterion", "lunch")
    memory = applied(_with(document, field, remembered))
    thing = live(_with(document, field, shown))
    assert _verdict(compare(_with(document, field, written), memory, thing)) == expected


def test_a_memory_that_is_still_text_is_a_memory() -> None:
    """What left the document is cleared, and what did not is left, whether or not the memory was opened yet."""
    document, shorter = desired(note="Ask legal."), desired()
    memory = replace(applied(document), fields=Packed(pack(document.fields)), read_back=Packed(pack(document.fields)))
    assert compare(document, memory, live(document)).changes == ()
    found = compare(shorter, memory, live(document))
    assert found.changes == (FieldChange("/note", "Ask legal.", None, Verdict.CLEAR),)


def test_what_was_never_read_back_is_kept_by_nobody() -> None:
    """A memory without a read-back says nothing of how the server shows things, so a difference is one."""
    document = desired(note="Ask legal.")
    memory = replace(applied(document), read_back=None)
    found = compare(document, memory, live(desired()))
    assert [(change.path, change.verdict) for change in found.changes] == [("/note", Verdict.DRIFT)]


def test_what_rides_along_is_agreed_to_as_well() -> None:
    """A value that is sent with an update is part of what the update is agreed to for."""
    shown = live(desired("criterion", "lunch", qc_processing_function="bogof"))
    one, other = (desired("criterion", "lunch", qualifying_expressions_operator=word) for word in ("Any", "All"))
    assert compare(one, None, shown).fingerprint != compare(other, None, shown).fingerprint


def test_what_was_never_verified_rides_along() -> None:
    """A write-only field that is remembered by nobody is no reason for an update, and goes with the next one."""
    document = desired("criterion", "lunch", qualifying_expressions_operator="Any")
    still = live(replace(document, fields={"qc_processing_function": "sum_amounts"}))
    assert compare(document, None, still).units == ()
    moved = live(still_document := replace(document, fields={"qc_processing_function": "bogof"}))
    assert still_document.fields != document.fields
    assert compare(document, None, moved).units == ("qc_processing_function", "qualifying_expressions_operator")


@pytest.mark.parametrize(
    ("field", "written", "shown"),
    [
        ("discount_channel", DEFAULT, UNSET),
        ("discount_channel", None, DEFAULT),
        ("distributable", False, UNSET),
        ("distributable", None, False),
        ("distributable", UNSET, False),
    ],
)
def test_a_default_is_what_it_stands_for(field: str, written: Any, shown: Any) -> None:
    """A value that counts while the field is missing is no difference, whichever side is missing."""
    document = desired("redeemable")
    memory = applied(_with(document, field, True if field == "distributable" else "online_only"))
    assert compare(_with(document, field, written), memory, live(_with(document, field, shown))).changes == ()


def _criterion(*filters: dict[str, Any]) -> Desired:
    return desired("criterion", "lunch", line_item_filters=list(filters))


BURGERS: Final = {"selector": "burgers", "processing_method": "max_price", "quantity": 2}
SIDES: Final = {"selector": "sides", "processing_method": "max_price", "quantity": 1}


def test_differences_are_at_the_line_that_says_it() -> None:
    """Inside a list the index is that of the file as it is written, whatever order the server shows."""
    document = _criterion(SIDES, {**BURGERS, "quantity": 3})
    shown = live(document, line_item_filters=[{**BURGERS, "quantity": "2"}, {**SIDES, "quantity": "1"}])
    found = compare(document, None, shown)
    assert found.changes == (FieldChange("/line_item_filters/1/quantity", 2, 3, Verdict.EDIT),)
    assert found.units == ("line_item_filters",)


def test_a_value_that_the_server_never_shows_does_not_differ_for_ever() -> None:
    """What an answer leaves null right after it was applied is kept, and says so."""
    document = _criterion(BURGERS)
    shown = live(document, line_item_filters=[{**BURGERS, "quantity": None}])
    assert compare(document, applied(document, shown), shown).changes == ()
    assert [each.remark for each in compare(document, applied(document, shown), shown).remarks] == [Remark.KEPT]


def test_what_the_server_never_shows_is_not_told_with_other_edits() -> None:
    """Beside an edit in the same list, a place that was always shown so is a remark and no change."""
    before = _criterion(BURGERS)
    shown = live(before, line_item_filters=[{**BURGERS, "quantity": None}])
    after = _criterion({**SIDES, "quantity": 1}, BURGERS)
    found = compare(after, applied(before, shown), shown)
    assert found.changes == (FieldChange("/line_item_filters/0", None, SIDES, Verdict.EDIT),)
    assert found.remarks == (FieldRemark("/line_item_filters/1/quantity", Remark.KEPT, 2, None),)


def test_drift_inside_a_list_is_drift() -> None:
    """A member that somebody added outside git is drift at its list, to be taken out again."""
    document = _criterion(BURGERS)
    shown = live(document, line_item_filters=[BURGERS, SIDES])
    found = compare(document, applied(document), shown)
    assert found.changes == (FieldChange("/line_item_filters", SIDES, None, Verdict.DRIFT, is_outside=True),)


def test_another_form_of_the_rule_is_one_unit() -> None:
    """A criterion in place of a flat discount changes both members and is sent as one."""
    document = desired(receipt_rule={"criterion": "id-of-lunch"})
    found = compare(document, None, live(document, receipt_rule={"flat_discount": 5}))
    assert [(change.path, change.verdict) for change in found.changes] == [
        ("/receipt_rule/criterion", Verdict.EDIT),
        ("/receipt_rule/flat_discount", Verdict.EDIT),
    ]
    assert found.units == ("receipt_rule",)


def test_the_schedule_is_compared_member_by_member() -> None:
    """One member of the schedule that changes is sent alone; those that nobody wrote stay unmanaged."""
    document = desired(schedule={"end": "2026-08-31T23:59:59"})
    shown = live(document, schedule={"end": "2026-07-31T23:59:59Z", "timezone": "America/Chicago", "lag": None})
    found = compare(document, None, shown)
    assert found.changes == (FieldChange("/schedule/end", "2026-07-31T23:59:59", "2026-08-31T23:59:59", Verdict.EDIT),)
    assert found.units == ("schedule/end",)


@pytest.mark.parametrize("rest", [{}, {"schedule": None}, {"schedule": {}}], ids=["left out", "null", "empty"])
def test_a_schedule_that_goes_leaves_its_zone(rest: dict[str, Any]) -> None:
    """The server always has a zone, so taking a schedule away clears its members and leaves that one be."""
    before = desired(schedule={"end": "2030-01-01T00:00:00", "timezone": "America/Chicago"})
    found = compare(desired(**rest), applied(before), live(before))
    assert found.changes == (FieldChange("/schedule/end", "2030-01-01T00:00:00", None, Verdict.CLEAR),)


def test_the_fingerprint_is_of_what_is_sent_and_what_it_meets() -> None:
    """Lists in another order have one fingerprint; another value on either side has another."""
    shown = live(_criterion(), line_item_filters=[])
    one, other = _criterion(BURGERS, SIDES), _criterion(SIDES, BURGERS)
    assert compare(one, None, shown).fingerprint == compare(other, None, shown).fingerprint
    more = _criterion(SIDES, {**BURGERS, "quantity": 5})
    assert compare(more, None, shown).fingerprint != compare(one, None, shown).fingerprint
    met = live(_criterion(), line_item_filters=[{"selector": "beer"}])
    assert compare(one, None, met).fingerprint != compare(one, None, shown).fingerprint


def test_swapped_values_have_fingerprints_of_their_own() -> None:
    """Which of two alike entries gets which value is part of what is agreed to."""
    shown = live(_criterion(), line_item_filters=[{**BURGERS, "quantity": 1}, SIDES])
    one = _criterion({**BURGERS, "quantity": 2}, SIDES)
    other = _criterion({**BURGERS, "quantity": 1}, {**SIDES, "quantity": 2})
    assert compare(one, None, shown).fingerprint != compare(other, None, shown).fingerprint


def test_a_creation_lists_every_value() -> None:
    """What is made has all that is written, and nothing for what is null."""
    document = desired(note=None, schedule={"end": None, "indefinitely": True})
    assert [(change.path, change.after) for change in created(document).changes] == [
        ("/name", "Ten off"),
        ("/receipt_rule", {"flat_discount": 5}),
        ("/schedule/indefinitely", True),
    ]


def test_unmanaged_fields_are_those_that_git_never_mentioned() -> None:
    """A value that neither the document nor its memory names is unmanaged; defaults and empty values are nothing."""
    document = desired()
    shown: Live = live(
        document, note="Ask legal.", points=12, discount_channel="all", distributable=False, meta_data=""
    )
    memory = applied(document, points=10)
    assert unmanaged(document, memory, shown) == (("/note", "Ask legal."),)
