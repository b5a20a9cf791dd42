from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from businesses import Business, criterion, outcomes, redeemable, selector

from offers_sync.errors import ExitCode

LUNCH = selector("lunch")
TEN = criterion("ten", LUNCH)
OFFER = redeemable("offer", TEN, image="https://example.com/a.png")
FLAT = redeemable("flat")


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Closes every business of the test."""
    with ExitStack() as stack:
        yield stack


def test_a_plan_is_carried_out_once(opened: ExitStack) -> None:
    """Everything is created in its order, and a second run has nothing to do."""
    business = opened.enter_context(Business(LUNCH, TEN, OFFER, FLAT))

    report = business.apply()

    assert outcomes(report) == {
        "create selector/lunch": "done",
        "create criterion/ten": "done",
        "create redeemable/flat": "done",
        "create redeemable/offer": "done",
        "upload_image redeemable/offer": "done",
    }
    assert (report.exit_code, business.duplicates(), business.count("POST")) == (ExitCode.DONE, {}, 4)
    assert business.plan().is_empty
    assert business.plan(remembers=False).is_empty


def test_batches_hold_at_most_twenty(opened: ExitStack) -> None:
    """The twenty-first item would be ignored in silence, so it goes into the next call."""
    business = opened.enter_context(Business(*(redeemable(f"offer-{number}") for number in range(41))))

    business.apply()

    assert (len(business.objects("redeemable")), business.count("POST")) == (41, 3)
