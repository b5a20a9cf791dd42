"""All rows are checked before the first is sent: what is wrong with each, and what they come to."""

from __future__ import annotations

from pathlib import Path

import pytest
from giving import checked, faults_of

from offers_sync.bulk.actions import REDEEM
from offers_sync.bulk.checking import LOT, RowFault

GIFTS = "user_id,gift_count,redeemable,redeemable_id,reward_amount,end_date,message"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x,5,,,,,", "`user_id`: this is no whole number"),
        (",5,,,,,", "`user_id`: it is missing"),
        ("0,5,,,,,", "`user_id`: this is less than 1"),
        ("9999999999999999999,5,,,,,", "`user_id`: this number is too large"),
        ("1,-5,,,,,", "`gift_count`: this is no whole number"),
        ("1,2.5,,,,,", "`gift_count`: this is no whole number"),
        ("1,٣,,,,,", "`gift_count`: this is no whole number"),
        ("1,,,,,,", "nothing is chosen: it needs one of `gift_count`, `redeemable`, `redeemable_id`, `reward_amount`"),
        (
            "1,5,free-fries,,,,",
            (
                "`gift_count` and `redeemable` exclude each other: "
                "it needs one of `gift_count`, `redeemable`, `redeemable_id`, `reward_amount`"
            ),
        ),
        ("1,,free-frise,,,,", "`redeemable`: no document has that key"),
        ("1,,Free Fries,,,,", "`redeemable`: no key of a document looks like this"),
        ("1,,,999,,,", "`redeemable_id`: the distribution list shows no such number"),
        ("1,5,,,,2026-06-30,", "`end_date`: 2026-06-30 is in the past"),
        ("1,5,,,,30.06.2030,", "`end_date`: this is no date such as 2026-07-31"),
        ("1,5,,,,2030-02-30,", "`end_date`: this is no date such as 2026-07-31"),
    ],
)
def test_what_is_wrong_with_a_row(row: str, message: str, tmp_path: Path) -> None:
    """Each fault is said in words, on its line, without what stands in the cell."""
    found = checked(tmp_path, GIFTS, "7,5,,,,2026-07-01,fine", row)

    assert (found.rows, found.faulty) == (1, 1)
    assert found.faults == (RowFault(3, message),)


def test_all_faults_of_a_row_at_once(tmp_path: Path) -> None:
    """A row with two faults names both."""
    assert faults_of(checked(tmp_path, GIFTS, "x,y,,,,,")) == {
        2: "`user_id`: this is no whole number; `gift_count`: this is no whole number"
    }


def test_what_it_comes_to(tmp_path: Path) -> None:
    """Guests are counted once, points and money are added up, and offers are counted one by one."""
    found = checked(
        tmp_path, GIFTS, "1,5,,,,,", "1,7,,,,,", "2,,free-fries,,,,", "3,,,20002,,,", "3,,,20005,,,", "4,,,,12,,"
    )

    assert (found.rows, found.guests, found.faulty) == (6, 4, 0)
    assert found.amounts == {"gift_count": 12, "reward_amount": 12}
    assert found.offers == {20002: 2, 20005: 1}


def test_what_counts_for_all_rows(tmp_path: Path) -> None:
    """Defaults fill in what a row leaves out; a gift of its own stands in the place of the one for all."""
    found = checked(
        tmp_path, "user_id,reward_amount,message", "1,,", "2,3,hi", defaults={"gift_count": "10", "message": "thanks"}
    )

    assert (found.faulty, found.amounts) == (0, {"gift_count": 10, "reward_amount": 3})


def test_a_default_that_cannot_be_used(tmp_path: Path) -> None:
    """A fault of what counts for all rows is a fault of each."""
    assert faults_of(checked(tmp_path, "user_id", "1", defaults={"gift_count": "ten"})) == {
        2: "`gift_count`: this is no whole number"
    }


def test_a_row_that_repeats_another_is_flagged(tmp_path: Path) -> None:
    """What would be sent twice is a fault of the second row, across lots and however it is written."""
    rows = [f"{number},5" for number in range(1, LOT + 10)]
    found = checked(tmp_path, "user_id,gift_count", *rows, "7,05")

    assert faults_of(found) == {LOT + 11: "it repeats line 8"}
    assert found.rows == LOT + 9


def test_repeats_that_are_meant(tmp_path: Path) -> None:
    """With leave for it they are counted, and sent."""
    found = checked(tmp_path, "user_id,gift_count", "1,5", "1,5", "1,6", allows_repeats=True)

    assert (found.rows, found.repeats, found.faulty, found.amounts) == (3, 1, 0, {"gift_count": 16})


def test_faults_are_counted_and_few_are_kept(tmp_path: Path) -> None:
    """However many rows are wrong, only the first twenty are kept."""
    found = checked(tmp_path, "user_id,gift_count", *["x,5"] * 3_000)

    assert found.faulty == 3_000
    assert [fault.line for fault in found.faults] == list(range(2, 22))


def test_redemptions(tmp_path: Path) -> None:
    """A redemption has points or a reward, and never both."""
    found = checked(
        tmp_path, "user_id,requested_punches,reward_id", "1,50,", "1,,5000001", "2,50,5000001", "3,,", action=REDEEM
    )

    assert found.amounts == {"requested_punches": 50, "reward_id": 1}
    assert sorted(faults_of(found)) == [4, 5]


def test_the_digest_is_of_the_bytes(tmp_path: Path) -> None:
    """Two files with the same rows are told apart when their bytes differ."""
    one = checked(tmp_path, "user_id,gift_count", "1,5")
    two = checked(tmp_path, "user_id,gift_count", "1,05")

    assert one.digest != two.digest
    assert one.digest == checked(tmp_path, "user_id,gift_count", "1,5", file="other.csv").digest
