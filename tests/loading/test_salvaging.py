"""Documents with faults are still asked what they refer to."""

from pathlib import Path

import pytest

from offers_sync.loading.loading import load_project

PROJECT = "project: burgers\nenvironments: {sandbox: {server: embedded}}\n"


def complaints(folder: Path, document: str) -> set[tuple[str, int]]:
    """Code and line of all that is held against one document."""
    (folder / "offers.yaml").write_text(PROJECT)
    (folder / "document.yaml").write_text(document)
    return {(finding.code, finding.position.line) for finding in load_project(folder).findings if finding.position}


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("pointz: 3", id="unknown field"),
        pytest.param("points: many", id="wrong type"),
        pytest.param("points: -1", id="out of range"),
        pytest.param("points: 007", id="ambiguous"),
        pytest.param("points: !python/object:x 3", id="tag"),
        pytest.param("template: {redemption_message: [1]}", id="nested"),
        pytest.param("points: 1\npoints: 2", id="twice"),
    ],
)
def test_a_fault_hides_no_unknown_reference(tmp_path: Path, fault: str) -> None:
    """Whatever else is wrong with an offer, its criterion, schedule and location are looked up in the same run."""
    found = complaints(
        tmp_path,
        "kind: redeemable\nkey: a\nname: A\nreceipt_rule: {criterion: b}\nschedule: c\neffective_location: d\n" + fault,
    )

    assert {("unknown-reference", 4), ("unknown-reference", 5), ("unknown-location", 6)} < found
    assert len(found) > 3


def test_what_was_filled_in_is_not_complained_about(tmp_path: Path) -> None:
    """A missing receipt rule is one complaint, and nobody asks for the criterion that stands in for it."""
    found = complaints(tmp_path, "kind: redeemable\nkey: a\nname: A\nschedule: c\n")

    assert found == {("missing-field", 1), ("unknown-reference", 4)}


def test_a_reference_that_is_no_text_is_complained_about_once(tmp_path: Path) -> None:
    """A reference of the wrong type is a fault of its own, and not also an unknown one."""
    found = complaints(
        tmp_path, "kind: criterion\nkey: a\nqc_processing_function: sum_qty\nline_item_filters: [{selector: [b]}]\n"
    )

    assert found == {("wrong-type", 4)}
