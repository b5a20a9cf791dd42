"""Lists are read to their end, with no more requests than it takes, and are called whole only with proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_sync.errors import RefusedError
from offers_sync.wire.paging import Page, Row, read_once, read_to_the_end


def rows_of(count: int) -> list[Row]:
    """So many rows with ids of their own."""
    return [{"external_id": f"id-{number}", "name": f"Offer {number}"} for number in range(count)]


@dataclass
class Shelf:
    """A list as a server might give it; each choice is one that the documents leave open."""

    rows: list[Row]
    most: int = 100
    counts: bool = True
    past_end: str = "last page"
    before: Callable[[Shelf, int], None] = lambda *_: None
    """What happens to the list before a request, counted from 1."""
    says_total: Callable[[int], int | None] = lambda total: total
    requests: list[tuple[int, int]] = field(default_factory=list)

    def page(self, number: int, size: int) -> Page:
        """One page."""
        self.requests.append((number, size))
        self.before(self, len(self.requests))
        size = min(size, self.most)
        last = max(1, ceil(len(self.rows) / size))
        if number > last and self.past_end == "refused":
            return Page((), refusal=RefusedError("no such page"))
        if number > last and self.past_end == "empty":
            shown: list[Row] = []
        else:
            given = min(number, last)
            shown = self.rows[(given - 1) * size : given * size]
        if not self.counts:
            return Page(tuple(shown))
        return Page(tuple(shown), size, self.says_total(len(self.rows)))

    def pages(self, numbers: Iterable[int], size: int) -> Iterator[Page]:
        """One after the other."""
        return (self.page(number, size) for number in numbers)

    def identity(self, row: Row) -> str:
        """The external id."""
        return str(row.get("external_id") or "")

    def item(self, row: Row, _: Page) -> Any:
        """The row itself."""
        return row


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 99, 100, 101, 250, 1000])
@pytest.mark.parametrize("most", [20, 100])
@pytest.mark.parametrize("past_end", ["last page", "empty"])
def test_a_list_that_counts_takes_just_its_pages(count: int, most: int, past_end: str) -> None:
    """Every row, proven, with ceil(total / page) requests."""
    shelf = Shelf(rows_of(count), most=most, past_end=past_end)
    found = read_to_the_end(shelf)
    assert (list(found.items), found.gap) == (shelf.rows, "")
    assert len(shelf.requests) == max(1, ceil(count / most))


@pytest.mark.parametrize("count", [0, 1, 20, 21, 250])
@pytest.mark.parametrize("past_end", ["last page", "empty", "refused"])
def test_a_list_that_does_not_count_is_read_twice(count: int, past_end: str) -> None:
    """Two readings with different page borders that agree are the proof."""
    shelf = Shelf(rows_of(count), most=20, counts=False, past_end=past_end)
    found = read_to_the_end(shelf)
    assert (list(found.items), found.gap) == (shelf.rows, "")
    sizes = {min(size, 20) for _, size in shelf.requests}
    assert sizes == ({20, 19} if count > 20 or (count == 20 and past_end == "refused") else {20})


@pytest.mark.parametrize("past_end", ["last page", "empty"])
@pytest.mark.parametrize(("count", "requests"), [(0, 1), (5, 2), (20, 2), (200, 11), (10_000, 526)])
def test_a_list_that_is_only_looked_into_is_read_once(past_end: str, count: int, requests: int) -> None:
    """Where nobody says how many there are, at most one page in twenty is asked for in vain, and the last."""
    shelf = Shelf(rows_of(count), most=20, counts=False, past_end=past_end)
    assert list(read_once(shelf)) == shelf.rows
    assert len(shelf.requests) <= requests


def test_a_good_guess_saves_requests() -> None:
    """Whoever knows how many to expect asks for one page more than it takes."""
    shelf = Shelf(rows_of(10_000), most=20, counts=False)
    assert len(read_once(shelf, expected=10_000)) == 10_000
    assert len(shelf.requests) == 501


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (5, 5), (20, 5), (45, 4), (60, 9)])
def test_a_refusal_past_the_end_is_an_end(count: int, requests: int) -> None:
    """It is believed after a page that the rows did not fill; after a full one, when other borders show the same."""
    shelf = Shelf(rows_of(count), most=20, counts=False, past_end="refused")
    assert list(read_once(shelf)) == shelf.rows
    assert len(shelf.requests) == requests


class Refusing(Shelf):
    """A list that gives no page after the second, though there is more."""

    def page(self, number: int, size: int) -> Page:
        """One page."""
        if number > 2:
            return Page((), refusal=RefusedError("GET /list: the server answered 400"))
        return super().page(number, size)


def test_a_refusal_in_the_midst_of_a_list_is_none() -> None:
    """Rows that nobody may see are not taken for rows that are not there."""
    with pytest.raises(RefusedError, match="the server answered 400"):
        read_once(Refusing(rows_of(60), most=20, counts=False))
    found = read_to_the_end(Refusing(rows_of(60), most=20, counts=False))
    assert (len(found.items), found.gap) == (
        40,
        "it does not say how many there are, and may go on where it was refused: GET /list: the server answered 400",
    )


def test_a_page_size_of_its_own_leaves_a_refusal_in_doubt() -> None:
    """Where every reading has the same borders, nobody can tell the end from a page that is refused."""

    class Fixed(Shelf):
        def page(self, number: int, _: int) -> Page:
            return super().page(number, 20)

    found = read_to_the_end(Fixed(rows_of(20), most=20, counts=False, past_end="refused"))
    assert (len(found.items), found.gap != "") == (20, True)
    assert len(read_once(Fixed(rows_of(20), most=20, counts=False, past_end="refused"))) == 20


def test_a_list_that_counts_has_no_refusal_for_an_end() -> None:
    """As long as there is more by its own count, a page that is refused is missing."""
    with pytest.raises(RefusedError):
        read_to_the_end(Refusing(rows_of(60), most=20))


def test_a_list_that_grows_while_it_is_read_is_read_again() -> None:
    """A total that changed proves nothing; the next reading does."""

    def grow(shelf: Shelf, request: int) -> None:
        if request == 2:
            shelf.rows.insert(0, {"external_id": "new"})

    shelf = Shelf(rows_of(60), most=20, before=grow)
    found = read_to_the_end(shelf)
    assert (len(found.items), found.repeated, found.gap) == (61, (), "")


def test_a_list_that_never_stands_still_is_not_whole() -> None:
    """After three readings all that was seen is given, with the reason for doubt."""
    shelf = Shelf(
        rows_of(60), most=20, before=lambda shelf, request: shelf.rows.insert(0, {"external_id": f"new-{request}"})
    )
    found = read_to_the_end(shelf)
    assert found.gap.startswith("it changed while it was read: it counted")
    assert {row["external_id"] for row in rows_of(60)} <= {row["external_id"] for row in found.items}


def test_what_any_reading_showed_is_given() -> None:
    """Where every reading misses another row, all that was seen is given, and it is not called whole."""

    class Hiding(Shelf):
        def page(self, number: int, size: int) -> Page:
            page = super().page(number, size)
            readings = sum(asked == 1 for asked, _ in self.requests)
            shown = tuple(row for row in page.rows if row["external_id"] != f"id-{readings}")
            return Page(shown, page.size, page.total)

    found = read_to_the_end(Hiding(rows_of(40), most=20))
    assert (len(found.items), found.gap) == (40, "it counts 40 and shows 39")


def test_a_row_that_slipped_across_a_border_is_missed_by_no_proof() -> None:
    """An update moves a row to the front while it is read: the total stays, one row shows twice and one never."""

    def touch(shelf: Shelf, request: int) -> None:
        if request == 2:
            shelf.rows.insert(0, shelf.rows.pop(50))

    shelf = Shelf(rows_of(60), most=20, before=touch)
    found = read_to_the_end(shelf)
    assert found.gap == ""
    assert {row["external_id"] for row in found.items} == {row["external_id"] for row in rows_of(60)}
    assert [number for number, _ in shelf.requests] == [1, 2, 3, 1, 2, 3, 4]


class Slipping(Shelf):
    """Every page begins a row too early, in every reading."""

    def page(self, number: int, size: int) -> Page:
        """One page."""
        self.requests.append((number, size))
        size = min(size, self.most)
        start = max(0, (number - 1) * size - 1)
        return Page(tuple(self.rows[start : start + size]), size, len(self.rows))


def test_other_borders_show_what_slipped_across_one() -> None:
    """A list that slips in the same way each time hides no row behind a border."""
    found = read_to_the_end(Slipping(rows_of(40), most=20))
    assert (len(found.items), found.gap) == (40, "")


def test_a_list_that_always_hides_a_row_is_not_whole() -> None:
    """Where no reading shows as many as are counted, it is said by how many they differ."""
    found = read_to_the_end(Slipping(rows_of(40), most=1))
    assert found.gap == "it counts 40 and shows 39"


@pytest.mark.parametrize("places", [(3, 4), (3, 33), (19, 20), (0, 59)])
def test_twins_are_told_from_a_list_that_slipped(places: tuple[int, int]) -> None:
    """Two objects under one id are both given, and the list is whole."""
    rows = rows_of(60)
    one, other = places
    rows[other] = {"external_id": rows[one]["external_id"], "name": "twin"}
    found = read_to_the_end(Shelf(rows, most=20))
    assert (len(found.items), [row["name"] for row in found.repeated], found.gap) == (59, ["twin"], "")


def test_a_page_of_nothing_but_twins_is_not_the_end() -> None:
    """Twenty-five objects under one id do not hide what comes after them."""
    rows = [
        *rows_of(20),
        *({"external_id": "id-0", "name": f"twin {number}"} for number in range(25)),
        *rows_of(90)[20:],
    ]
    found = read_to_the_end(Shelf(rows, most=20))
    assert (len(found.items), len(found.repeated), found.gap) == (90, 25, "")


def test_objects_without_an_id_are_all_given() -> None:
    """Blank and missing ids tell nothing apart; the rest of the row does."""
    rows = [*rows_of(30), {"name": "one"}, {"external_id": "", "name": "two"}, {"external_id": None, "name": "three"}]
    found = read_to_the_end(Shelf(rows, most=20))
    assert (list(found.items), found.gap) == (rows, "")


@pytest.mark.parametrize(
    ("said", "gap"),
    [
        (lambda total: total + 5, "it counts 50 and shows 45"),
        (lambda total: total - 4, "it counts 41 and shows 45"),
        (lambda _: 10**9, "it counts 1000000000 and shows 45"),
        (lambda _: 0, "it counts 0 and shows 45"),
    ],
    ids=["too many", "too few", "a billion", "none"],
)
def test_a_total_that_lies_is_no_proof(said: Callable[[int], int], gap: str) -> None:
    """What is there is given, reading ends soon, and nothing is taken for absent."""
    shelf = Shelf(rows_of(45), most=20, says_total=said)
    found = read_to_the_end(shelf)
    assert (found.gap, len(found.items)) == (gap, 45)
    assert len(shelf.requests) < 30


def test_members_that_are_no_objects_are_no_proof() -> None:
    """A list with a null in it may be anything."""

    class Odd(Shelf):
        def page(self, *_: int) -> Page:
            return Page(tuple(self.rows), 100, len(self.rows) + 1, odd=1)

    found = read_to_the_end(Odd(rows_of(3)))
    assert found.gap == "1 of its members are no objects"


def test_a_page_size_that_lies_costs_no_rows() -> None:
    """A list that says a hundred a page and shows twenty is read by twenties."""

    class Lying(Shelf):
        def page(self, number: int, size: int) -> Page:
            page = super().page(number, size)
            return Page(page.rows, 100, page.total)

    found = read_to_the_end(Lying(rows_of(250), most=20))
    assert (len(found.items), found.gap) == (250, "")


@given(
    count=st.integers(0, 130),
    most=st.integers(2, 40),
    counts=st.booleans(),
    past_end=st.sampled_from(["last page", "empty", "refused"]),
    arrivals=st.lists(st.integers(1, 30), max_size=4),
    twins=st.lists(st.tuples(st.integers(0, 129), st.integers(0, 129)), max_size=3),
)
def test_whole_means_whole(
    *,
    count: int,
    most: int,
    counts: bool,
    past_end: str,
    arrivals: list[int],
    twins: list[tuple[int, int]],
) -> None:
    """However a list pages, counts, grows and repeats itself: called whole, it holds every id there was."""
    rows = rows_of(count)
    for one, other in twins:
        if max(one, other) < count:
            rows[other] = {**rows[other], "external_id": rows[one]["external_id"]}

    def arrive(shelf: Shelf, request: int) -> None:
        if request in arrivals:
            shelf.rows.insert(0, {"external_id": f"new-{request}"})

    there = {row["external_id"] for row in rows}
    found = read_to_the_end(Shelf(list(rows), most=most, counts=counts, past_end=past_end, before=arrive))
    shown = {row["external_id"] for row in found.items}
    assert found.gap or there <= shown
    if not arrivals:
        assert found.gap == ""
        assert not counts or len(found.items) + len(found.repeated) == count
