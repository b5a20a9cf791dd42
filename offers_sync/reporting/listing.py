"""What lives on the server, line by line, with what a person needs to take it over into git.

Values come from the lists of ``wire``; what they look like on paper is ``listing_forms``' business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from offers_sync.models.values import Listing, Live, Location, LocationGroup, ObjectKind, Offered, Segment, Tree
from offers_sync.planning.plan import plain

ListName = Literal["redeemables", "selectors", "criteria", "segments", "locations"]
OBJECT_LISTS: Final[Mapping[str, ObjectKind]] = {
    "redeemables": "redeemable",
    "selectors": "selector",
    "criteria": "criterion",
}
"""The lists of what documents can be about, with the kind of their objects."""
Keys = Mapping[tuple[str, str], str]
"""The keys of the documents that git has, by kind and external id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: what the columns show, and what only JSON tells."""

    cells: Mapping[str, str]
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sort_key(self) -> tuple[str, ...]:
        """By name, then by everything else, so that the order is the same on every run."""
        return (self.cells["name"].casefold(), *self.cells.values())

    @property
    def is_managed(self) -> bool:
        """Whether git has a document of it."""
        return bool(self.cells.get("key"))


@dataclass(frozen=True, slots=True)
class LiveList:
    """One list of an environment, ready to be shown."""

    name: ListName
    environment: str
    columns: tuple[str, ...]
    entries: tuple[Entry, ...]
    gap: str = ""
    """Why it may not be all there is."""


def object_list(name: ListName, environment: str, listing: Listing, keys: Keys) -> LiveList:
    """Selectors, criteria or redeemables."""
    traits = _TRAITS[listing.kind]
    entries = (_object(live, traits, keys) for live in (*listing.items, *listing.repeated))
    return LiveList(name, environment, ("key", "name", "external_id", *traits), _sorted(entries), listing.gap)


def offered_list(name: ListName, environment: str, offered: Iterable[Offered], gap: str) -> LiveList:
    """The redeemables as the distribution side shows them, where nothing else can be had."""
    columns = ("name", "redeemable_uuid", "redeemable_id")
    entries = (
        Entry(
            {"name": each.name, "redeemable_uuid": each.redeemable_uuid, "redeemable_id": str(each.redeemable_id)},
            plain(each.about),
        )
        for each in offered
    )
    return LiveList(name, environment, columns, _sorted(entries), gap)


def segment_list(environment: str, segments: Iterable[Segment]) -> LiveList:
    """The segments, by the names that documents call them."""
    entries = (
        Entry(
            {"name": each.name, "segment_id": str(each.segment_id), "type": _text(each.about.get("segment_type"))},
            plain(each.about),
        )
        for each in segments
    )
    return LiveList("segments", environment, ("name", "segment_id", "type"), _sorted(entries))


def location_list(
    environment: str, locations: Iterable[Location], groups: Iterable[LocationGroup], aliases: Mapping[str, str]
) -> LiveList:
    """The restaurants and their groups, with the aliases that offers.yaml has for them."""
    names = {literal: alias for alias, literal in sorted(aliases.items(), reverse=True)}
    entries = [
        Entry(_place(each.literal, names, each.name, each.store_number), plain(each.about)) for each in locations
    ]
    entries += [
        Entry(_place(each.literal, names, each.name, ""), {"location_ids": list(each.location_ids)}) for each in groups
    ]
    return LiveList("locations", environment, ("alias", "name", "location", "store_number"), _sorted(entries))


def _place(literal: str, aliases: Mapping[str, str], name: str, store_number: str) -> dict[str, str]:
    return {"alias": aliases.get(literal, ""), "name": name, "location": literal, "store_number": store_number}


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.sort_key))


# ----------------------------------------------------------------------------------------------------- objects

Trait = Callable[[Tree, Keys], str]


def _object(live: Live, traits: Mapping[str, Trait], keys: Keys) -> Entry:
    cells = {
        "key": keys.get((live.kind, live.external_id), ""),
        "name": live.name,
        "external_id": live.external_id,
        **{name: trait(live.fields, keys) for name, trait in traits.items()},
    }
    return Entry(cells, {"image": live.image, "fields": plain(live.fields), "unknown": plain(live.unknown)})


def _rule(fields: Tree, keys: Keys) -> str:
    rule = fields.get("receipt_rule")
    if not isinstance(rule, Mapping):
        return ""
    criterion = rule.get("criterion")
    if criterion is not None:
        return keys.get(("criterion", _text(criterion))) or _text(criterion)
    return f"flat {_text(rule.get('flat_discount'))}" if rule.get("flat_discount") is not None else ""


def _end(fields: Tree, keys: Keys) -> str:  # noqa: ARG001  a trait's signature
    schedule = fields.get("schedule")
    if not isinstance(schedule, Mapping):
        return ""
    if schedule.get("indefinitely") is True:
        return "never"
    days = schedule.get("expiry_days")
    return _text(schedule.get("end")).removesuffix("Z") or (f"{_text(days)} days" if days is not None else "")


def _plainly(name: str) -> Trait:
    return lambda fields, _: _text(fields.get(name))


_TRAITS: Final[Mapping[ObjectKind, Mapping[str, Trait]]] = {
    "redeemable": {"receipt_rule": _rule, "ends": _end},
    "criterion": {"function": _plainly("qc_processing_function")},
    "selector": {"discounts": _plainly("filter_item_set")},
}
"""What is shown of an object of each kind beside its names."""


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case Decimal():
            return format(value.normalize(), "f")
        case _:
            return str(plain(value))
