"""Which number of the distribution list is the offer of a document: by id, then by a name of its own, else none."""

from __future__ import annotations

import pytest

from offers_sync.bulk.joining import JoinedOffers, Lists
from offers_sync.errors import RefusedError
from offers_sync.models.values import Listing, Live, Offered
from offers_sync.planning.joining import join


def live(external_id: str, name: str) -> Live:
    """An offer in the full list."""
    return Live("redeemable", external_id, {"name": name}, frozenset({"name"}))


@pytest.mark.parametrize(
    ("offered", "lives", "expected"),
    [
        ([(7, "a", "Fries")], [], 7),
        ([(7, "a", "Fries"), (8, "b", "Fries")], [("a", "Fries"), ("b", "Fries")], 7),
        ([(7, "a", "Fries"), (8, "a", "Fries")], [("a", "Fries")], "2 entries of the distribution list have its id"),
        ([(7, "x", "Fries"), (8, "y", "Shake")], [("a", "Fries"), ("b", "Shake")], 7),
        ([(7, "", "Fries")], [("a", "Fries")], 7),
        ([(7, "x", "Fries")], [("b", "Fries")], "it does not live on the server; `offers apply` creates it"),
        (
            [(7, "x", "Fries")],
            [("a", "Fries"), ("b", "Fries")],
            "the distribution list does not show its id, and its name is not its own",
        ),
        (
            [(7, "x", "Fries"), (8, "y", "Fries")],
            [("a", "Fries")],
            "the distribution list does not show its id, and shows its name 2 times",
        ),
        (
            [(7, "b", "Fries")],
            [("a", "Fries"), ("b", "Shake")],
            "the distribution list does not show its id, and shows its name with the id of another offer",
        ),
        ([(7, "", "Fries")], [("a", "Fries"), ("", "Shake")], 7),
        ([], [("a", "Fries")], "the distribution list does not show its id, and shows its name 0 times"),
        ([(7, "x", "")], [("a", "")], "the distribution list does not show its id, and its name is not its own"),
    ],
)
def test_exactly_one_or_none(
    offered: list[tuple[int, str, str]], lives: list[tuple[str, str]], expected: int | str
) -> None:
    """Equality of ids wins; then a name that is unique in both lists; where neither gives one, the reason is said."""
    found = join(
        "a",
        [Offered(*each) for each in offered],
        lambda: Listing("redeemable", tuple(live(*each) for each in lives)),
    )

    assert (found.redeemable_id if isinstance(found, Offered) else found) == expected


def test_lists_are_read_when_a_row_asks() -> None:
    """Points need no list; the first key reads one, and every key is joined once."""
    reads: list[str] = []

    def offered() -> list[Offered]:
        reads.append("offered")
        return [Offered(7, "id-of-fries", "Fries")]

    offers = JoinedOffers({"fries": "id-of-fries"}, Lists(offered, lambda: Listing("redeemable", ())))
    assert reads == []
    assert [offers.number_of("fries") for _ in range(3)] == [7, 7, 7]
    assert offers.number_of("frys") == "no document has that key; did you mean `fries`?"
    assert (offers.fault_of(7), offers.fault_of(8)) == ("", "the distribution list shows no such number")
    assert (reads, offers.numbers, offers.name_of(7)) == (["offered"], {"fries": 7}, "Fries")


def test_a_list_that_is_not_given() -> None:
    """Without the list no key can be joined; a number is taken as it is written, for nobody can tell."""

    def refused() -> list[Offered]:
        raise RefusedError("not enabled")

    offers = JoinedOffers({"fries": "id-of-fries"}, Lists(refused, lambda: Listing("redeemable", ())))
    assert offers.number_of("fries") == "the distribution list cannot be read: not enabled"
    assert offers.fault_of(8) == ""
