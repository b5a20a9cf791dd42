"""Offers that are applied by themselves to the same items: which of them counts is not documented.

Two overlap when their filters share a selector (or one of them has none, so that it takes every item), they are there
at one time and place, no condition on the receipt keeps them apart, and not both may share their items.  Different
selectors are taken for different items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from offers_sync.models.values import Desired, Tree
from offers_sync.planning.question import Scene
from offers_sync.planning.windows import meet

_RANGE: Final = re.compile(r"([0-9]{1,6})\.\.([0-9]{1,6})", re.ASCII)
_WIDEST_RANGE: Final = 366
"""The days of a year; a range of amounts is not counted up."""
_ALL: Final = ""
"""In place of a selector, for an offer without one."""
_LOOKED_AT: Final = 100
"""Among so many offers of one selector an overlap is looked for; beyond that one more finding helps nobody."""


@dataclass(frozen=True, slots=True)
class AutoOffer:
    """An offer that is applied by itself, and all that keeps it from others."""

    desired: Desired
    selectors: tuple[str, ...]
    places: frozenset[str]
    """Where it holds; nothing stands for everywhere."""
    conditions: Mapping[str, frozenset[str]]
    """The values that it allows, by attribute of the receipt, where they can be counted up."""
    shares_items: bool

    @classmethod
    def of(cls, desired: Desired, criterion: Tree) -> AutoOffer:
        """What an offer comes to with its criterion."""
        return cls(
            desired,
            _selectors(criterion),
            _places(desired, criterion),
            _conditions(criterion),
            criterion.get("stack_discounting") is True,
        )

    def overlaps(self, other: AutoOffer) -> bool:
        """Whether both may be applied to the same items of one receipt."""
        return (
            not (self.shares_items and other.shares_items)
            and _may_meet(self.places, other.places)
            and not self._is_apart_from(other)
            and meet(self.desired, other.desired)
        )

    def _is_apart_from(self, other: AutoOffer) -> bool:
        """Whether a condition on one attribute of the receipt excludes that both hold of one receipt."""
        common = self.conditions.keys() & other.conditions.keys()
        return any(not self.conditions[name] & other.conditions[name] for name in common)


@dataclass(frozen=True, slots=True)
class AutoOffers:
    """The offers of a scene that are applied by themselves, by the selectors that they discount."""

    by_key: Mapping[str, AutoOffer]
    by_selector: Mapping[str, tuple[AutoOffer, ...]]

    @classmethod
    def of(cls, scene: Scene) -> AutoOffers:
        """Those that are written and not withdrawn."""
        desired = scene.question.desired
        criteria = {each.external_id: each.fields for each in desired if each.kind == "criterion"}
        by_key: dict[str, AutoOffer] = {}
        by_selector: dict[str, list[AutoOffer]] = {}
        for each in desired:
            if each.kind == "redeemable" and each.fields.get("auto_applicable") is True and not each.is_retired:
                by_key[each.key] = AutoOffer.of(each, _criterion_of(each, criteria))
                for selector in by_key[each.key].selectors:
                    by_selector.setdefault(selector, []).append(by_key[each.key])
        return cls(by_key, {selector: tuple(offers) for selector, offers in by_selector.items()})

    def overlapping(self, limit: int) -> Iterator[tuple[Desired, tuple[Desired, ...]]]:
        """Each offer that others overlap, with no more of these than the limit."""
        for _, offer in sorted(self.by_key.items()):
            others = self._others(offer, limit)
            if others:
                yield offer.desired, others

    def _others(self, offer: AutoOffer, limit: int) -> tuple[Desired, ...]:
        found: dict[str, Desired] = {}
        for other in self._neighbours(offer):
            key = other.desired.key
            if other is not offer and key not in found and offer.overlaps(other):
                found[key] = other.desired
                if len(found) == limit:
                    break
        return tuple(found[key] for key in sorted(found))

    def _neighbours(self, offer: AutoOffer) -> Iterator[AutoOffer]:
        for selector in self.by_selector if _ALL in offer.selectors else (*offer.selectors, _ALL):
            yield from self.by_selector.get(selector, ())[:_LOOKED_AT]


def _criterion_of(offer: Desired, criteria: Mapping[str, Tree]) -> Tree:
    rule = offer.fields.get("receipt_rule") or {}
    return criteria.get(str(rule.get("criterion")), {})


def _selectors(criterion: Tree) -> tuple[str, ...]:
    """What a criterion discounts; a flat discount, or a criterion that git does not manage, is not known to."""
    if not criterion:
        return ()
    filters = criterion.get("line_item_filters") or ()
    found = [str(each["selector"]) for each in filters if each.get("processing_method") != "exclude"]
    return tuple(dict.fromkeys(found)) or (_ALL,)


def _places(offer: Desired, criterion: Tree) -> frozenset[str]:
    own = offer.fields.get("effective_location")
    if isinstance(own, str) and own:
        return frozenset({own})
    return frozenset(criterion.get("effective_location") or ())


def _may_meet(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sets of places may have one in common; who belongs to a group is not known here."""
    has_group = any(place.startswith("tag:") for place in one | other)
    return not one or not other or bool(one & other) or has_group


def _conditions(criterion: Tree) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for qualifier in criterion.get("receipt_qualifiers") or ():
        values = _allowed(qualifier.get("operator"), str(qualifier.get("value")))
        if values is not None:
            found[str(qualifier.get("attribute"))] = values
    return found


def _allowed(operator: Any, value: str) -> frozenset[str] | None:
    match operator:
        case "==":
            return frozenset({value.strip()})
        case "in":
            return frozenset(each.strip() for each in value.split(","))
        case "in_range":
            ends = _RANGE.fullmatch(value.strip())
            if ends is None or int(ends[2]) - int(ends[1]) > _WIDEST_RANGE:
                return None
            return frozenset(str(number) for number in range(int(ends[1]), int(ends[2]) + 1))
        case _:
            return None
