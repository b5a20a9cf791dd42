"""The numbers of offers: a document's key joined to the list of the distribution side, read when a row first asks.

By equality of the two long ids first, then by a name that is unique in both lists; where neither gives exactly one,
there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from offers_sync.errors import RefusedError
from offers_sync.models.values import Listing, Offered


@dataclass(frozen=True, slots=True)
class Lists:
    """How the two lists are read."""

    offered: Callable[[], Sequence[Offered]]
    listing: Callable[[], Listing]


def join(external_id: str, offered: Sequence[Offered], listing: Callable[[], Listing]) -> Offered | str:
    """The one row of the list that is an offer, or the reason why there is none."""
    same_id = [each for each in offered if each.redeemable_uuid and each.redeemable_uuid == external_id]
    if len(same_id) == 1:
        return same_id[0]
    if same_id:
        return f"{len(same_id)} entries of the distribution list have its id"
    found = listing()
    live = next((each for each in found.items if each.external_id == external_id), None)
    if live is None:
        return "it does not live on the server; `offers apply` creates it"
    if not live.name or sum(each.name == live.name for each in found.items) != 1:
        return "the distribution list does not show its id, and its name is not its own"
    same_name = [each for each in offered if each.name == live.name]
    if len(same_name) != 1:
        return f"the distribution list does not show its id, and shows its name {len(same_name)} times"
    return same_name[0]


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
