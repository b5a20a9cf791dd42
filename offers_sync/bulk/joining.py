"""The numbers of offers: a document's key joined to the list of the distribution side, read when a row first asks.

Which entry of the list an offer is, is said by ``planning.joining``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from offers_sync.errors import RefusedError
from offers_sync.models.values import Listing, Offered
from offers_sync.planning.joining import join


@dataclass(frozen=True, slots=True)
class Lists:
    """How the two lists are read."""

    offered: Callable[[], Sequence[Offered]]
    listing: Callable[[], Listing]


@dataclass
class JoinedOffers:
    """The offers that rows may name; every key is joined once."""

    ids: Mapping[str, str]
    """The documents' external ids by key."""
    lists: Lists
    numbers: dict[str, int] = field(default_factory=dict)
    """By key, those found so far."""
    names: dict[int, str] = field(default_factory=dict)
    """By number, what the list calls them."""
    _reasons: dict[str, str] = field(default_factory=dict)
    _unread: str = ""

    def number_of(self, key: str) -> int | str:
        """The number of the offer of a document, or the reason why there is none."""
        if key in self.numbers:
            return self.numbers[key]
        if key not in self.ids:
            close = get_close_matches(key, list(self.ids), n=1)
            return f"no document has that key{f'; did you mean `{close[0]}`?' if close else ''}"
        if key not in self._reasons:
            found = self._joined(key)
            if isinstance(found, Offered):
                self.numbers[key] = found.redeemable_id
                return found.redeemable_id
            self._reasons[key] = found
        return self._reasons[key]

    def fault_of(self, number: int) -> str:
        """Why a number is not that of an offer; nothing if it is, or if nobody can tell."""
        known = self._known
        return "" if number in known or self._unread else "the distribution list shows no such number"

    def name_of(self, number: int) -> str:
        """What the list calls an offer."""
        return self.names.get(number, "")

    @cached_property
    def _known(self) -> Mapping[int, str]:
        self.names.update({each.redeemable_id: each.name for each in self._offered})
        return self.names

    @cached_property
    def _offered(self) -> tuple[Offered, ...]:
        try:
            return tuple(self.lists.offered())
        except RefusedError as error:
            self._unread = f"the distribution list cannot be read: {error.message}"
            return ()

    @cached_property
    def _listing(self) -> Listing:
        try:
            return self.lists.listing()
        except RefusedError as error:
            return Listing("redeemable", (), gap=error.message)

    def _joined(self, key: str) -> Offered | str:
        _ = self._known
        return self._unread or join(self.ids[key], self._offered, lambda: self._listing)
