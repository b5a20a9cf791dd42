"""Reading a list to its end, and proving that it was the end.

Past its end a list repeats its last page, counts what it likes, or counts nothing, and may shift while it is read.
So reading stops at the total or at a page that brings nothing new; and a list counts as whole when its rows equal a
total that did not change, or when two readings with different page borders agree.

Past its end a list that counts nothing may also be refused.  That is an end like any other, and proves as little: the
refusal may have meant the page.  What a row means is not said here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final, Generic, Protocol, TypeVar

from offers_sync.collecting import no_collection
from offers_sync.errors import OffersError
from offers_sync.wire.payload import to_json

Row = Mapping[str, Any]
Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)
PAGE_SIZE: Final = 100
WALKS_LIMIT: Final = 3
_PAGES_PER_GUESS: Final = 20
"""Where nobody says how many pages there are, one in so many may be asked for in vain."""
_BARREN_PAGES_LIMIT: Final = 3
"""A page may hold nothing but twins of earlier objects; not so many in a row."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list as it was answered; ``None`` is what it did not say."""

    rows: tuple[Row, ...]
    size: int | None = None
    total: int | None = None
    odd: int = 0
    """How many members were no objects."""
    request_id: str = ""
    refusal: OffersError | None = None
    """Why it has no rows, where the server gave no such page: past the end of a list, or in the midst of it."""


class Pager(Protocol[Item_co]):
    """Asks for the pages of one list, and knows its rows."""

    def page(self, number: int, size: int) -> Page:
        """One page."""

    def pages(self, numbers: Iterable[int], size: int) -> Iterator[Page]:
        """Several, side by side, in order."""

    def identity(self, row: Row) -> str:
        """What tells a row from the others; empty where it has nothing of the kind."""

    def item(self, row: Row, page: Page) -> Item_co:
        """What is kept of a row of a page."""


@dataclass(frozen=True, slots=True)
class Found(Generic[Item]):
    """What reading a list brought: one item for each identity, further ones, and why it may not be all."""

    items: tuple[Item, ...]
    repeated: tuple[Item, ...] = ()
    gap: str = ""


@dataclass(slots=True)
class _Walk(Generic[Item]):
    """One reading from the first page on, filled page by page."""

    pager: Pager[Item]
    asked: int
    """Rows per page."""
    shown: int = 0
    """Rows on the first page."""
    last_shown: int = 0
    """Rows on the last page that was given."""
    totals: list[int] = field(default_factory=list)
    """The different totals, in the order in which they were seen."""
    items: dict[str, Item] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    repeated: list[Item] = field(default_factory=list)
    crossing: int = 0
    """How many rows were on an earlier page already: real twins, or a list that slipped."""
    odd: int = 0
    barren: int = 0
    """How many pages in a row brought nothing new."""
    is_again: bool = False
    """Whether the last page was empty, or the one before it once more."""
    refusal: OffersError | None = None
    """What the server said in place of the page after the last one."""
    _names: list[str] = field(default_factory=list)

    def take(self, page: Page) -> None:
        """Add a page.  Raises its refusal where the list should have gone on."""
        if page.refusal is not None:
            if self.totals:
                raise page.refusal
            self.refusal = page.refusal
            return
        self.last_shown = len(page.rows) + page.odd
        if page.total is not None and page.total not in self.totals:
            self.totals.append(page.total)
        self.odd += page.odd
        before = len(self.items)
        names = [self.pager.identity(row) or _content(row) for row in page.rows]
        on_this_page: set[str] = set()
        for name, row in zip(names, page.rows, strict=True):
            self._take_row(name, row, page, on_this_page)
            on_this_page.add(name)
        self.barren = 0 if len(self.items) > before else self.barren + 1
        self.is_again = not names or names == self._names
        self._names = names

    def _take_row(self, name: str, row: Row, page: Page, on_this_page: Container[str]) -> None:
        self.counts[name] += 1
        if name not in self.items:
            self.items[name] = self.pager.item(row, page)
            return
        self.repeated.append(self.pager.item(row, page))
        self.crossing += name not in on_this_page

    @property
    def is_over(self) -> bool:
        """Whether the pages stopped bringing anything."""
        if self.refusal is not None:
            return True
        return self.barren >= _BARREN_PAGES_LIMIT or (self.barren > 0 and self.is_again and not self.totals)

    @property
    def is_refused_early(self) -> bool:
        """Whether it was refused after a full page, which says less than after one that the rows did not fill."""
        return self.refusal is not None and self.last_shown >= self.shown

    @property
    def total(self) -> int | None:
        """The total, if there was one and only one."""
        return self.totals[0] if len(self.totals) == 1 else None

    @property
    def has_every_row(self) -> bool:
        """Whether there are as many rows as the list counts."""
        return self.total is not None and self.total == self.counts.total() and not self.odd

    @property
    def is_proof(self) -> bool:
        """Whether this one reading proves itself."""
        is_each_once = self.total is not None and len(self.items) == self.total and not self.odd
        return is_each_once or (self.has_every_row and not self.crossing)

    @property
    def other_size(self) -> int:
        """A page size whose borders show what slipped across one of these."""
        return self.asked if self.is_one_page else max(1, min(self.asked, self.shown) - 1)

    @property
    def is_one_page(self) -> bool:
        """Whether the first page showed everything; where the next is refused, only a single row is taken for that."""
        if self.refusal is not None:
            return self.shown == 1
        return len(self.items) <= self.shown and (self.total is None or self.total <= self.shown)

    def found(self) -> Found[Item]:
        """All of it, proven."""
        return Found(tuple(self.items.values()), tuple(self.repeated) if self.has_every_row else ())


def read_to_the_end(pager: Pager[Item], *, expected: int | None = None) -> Found[Item]:
    """All of a list with proof, or what several readings brought together and the reason for doubt.

    ``expected`` is a guess of how many rows there are, for lists that do not say so.
    """
    seen: dict[str, Item] = {}
    walk = _walk(pager, PAGE_SIZE, expected)
    for _ in range(WALKS_LIMIT - 1):
        if walk.is_proof:
            return walk.found()
        seen |= walk.items
        previous, walk = walk, _walk(pager, walk.other_size, len(walk.items))
        if _agree(previous, walk):
            return walk.found()
    return walk.found() if walk.is_proof else Found(tuple((seen | walk.items).values()), gap=_doubt(walk))


def read_once(pager: Pager[Item], *, expected: int | None = None) -> tuple[Item, ...]:
    """What one reading brings, for lists from which nothing is concluded.

    A second one has to show the same where the first was refused after a full page; else the refusal is raised.
    """
    walk = _walk(pager, PAGE_SIZE, expected)
    if walk.is_refused_early and walk.refusal is not None:
        again = _walk(pager, walk.other_size, len(walk.items))
        if again.items.keys() != walk.items.keys():
            raise walk.refusal
    return tuple(walk.items.values())


def _agree(one: _Walk[Item], other: _Walk[Item]) -> bool:
    """Whether two readings with different page borders, or without any, show one and the same list."""
    has_other_borders = one.shown != other.shown or one.is_one_page
    if one.odd or other.odd or not has_other_borders:
        return False
    if one.totals or other.totals:
        return one.has_every_row and other.has_every_row and one.total == other.total and one.counts == other.counts
    return one.items.keys() == other.items.keys()


def _doubt(walk: _Walk[Item]) -> str:
    if walk.odd:
        return f"{walk.odd} of its members are no objects"
    if len(walk.totals) > 1:
        return f"it changed while it was read: it counted {', then '.join(str(total) for total in walk.totals)}"
    if walk.refusal is not None:
        return f"it does not say how many there are, and may go on where it was refused: {walk.refusal}"
    if walk.total is None:
        return "it does not say how many there are, and no two readings of it agree"
    return f"it counts {walk.total} and shows {len(walk.items)}"


@no_collection()
def _walk(pager: Pager[Item], size: int, expected: int | None) -> _Walk[Item]:
    first = pager.page(1, size)
    walk = _Walk(pager, first.size or size, shown=len(first.rows) + first.odd)
    walk.take(first)
    if walk.barren:
        return walk
    total = first.total if (first.total or 0) >= walk.shown else None  # a total below that is none
    last = ceil((total or expected or 0) / _rows_per_page(walk, total))
    for page in pager.pages(range(2, last + 1), walk.asked):
        walk.take(page)
        if walk.is_over:
            return walk
    if total is None:
        _walk_on(walk, max(2, last + 1))
    return walk


def _rows_per_page(walk: _Walk[Item], total: int | None) -> int:
    """How many rows come at a time: what was asked or said, unless the first page shows that it is less."""
    is_full = total is not None and walk.shown >= min(total, walk.asked)
    return walk.asked if is_full else walk.shown


def _walk_on(walk: _Walk[Item], start: int) -> None:
    """Page by page until nothing new comes; the more pages there were, the more are asked for at once."""
    first = start
    while True:
        end = first + 1 + (first - start) // _PAGES_PER_GUESS
        for page in walk.pager.pages(range(first, end), walk.asked):
            walk.take(page)
            if walk.is_over:
                return
        first = end


def _content(row: Row) -> str:
    """What stands for the identity of a row that has none: all of it."""
    return "=" + to_json(sorted((name, repr(value)) for name, value in row.items())).decode("utf-8")
