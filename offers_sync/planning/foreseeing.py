"""What the server would make of a payload: the parts that it would drop, and the items that it would refuse.

Worked out from the vendor's documents alone, over payloads in the vendor's names, so that a reviewer reads before
the write what the server would only say after it.  Where the documents leave a choice, nothing is foreseen.  Which
line of YAML a payload's member comes from is said by ``tracing``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, get_args

from offers_sync import contract
from offers_sync.models.values import ObjectKind, Tree
from offers_sync.planning import foreseeing_fields as scalars
from offers_sync.planning.foreseeing_fields import is_blank, is_true
from offers_sync.planning.foreseeing_lists import (
    Dropped,
    Known,
    dropped_clauses,
    dropped_filters,
    dropped_item_qualifiers,
    dropped_receipt_qualifiers,
)


class Effect(StrEnum):
    """What the server does about a fault."""

    DROPPED = "dropped"
    """This part is left out, and the rest is saved."""
    REFUSED = "refused"
    """Nothing of the item is saved."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One thing that the server would say of a payload."""

    effect: Effect
    pointer: str
    """The JSON Pointer, in the payload, of the member or field that it is about."""
    message: str
    """The server's own words for what is dropped; ours for what is refused, whose words are not published."""
    place: str = ""
    """Where in the tree of warnings it hangs, from the criterion or selector on; empty for a refusal."""
    item: Any = None
    """The dropped part, as the server echoes it."""
    names: tuple[str, ...] = ()
    """The fields of the dropped part that are at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is known of the server at the moment the payload arrives."""

    selectors: Known = None
    criteria: Known = None
    is_update: bool = False
    before: Tree | None = None
    """The object that an update changes, in the vendor's names; nothing where there is none."""


_CRITERION_OPERATORS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "qualifying_expressions_operator": get_args(contract.ExpressionsOperator),
        "item_filter_expressions_operator": get_args(contract.ExpressionsOperator),
        "discount_evaluation_strategy": get_args(contract.EvaluationStrategy),
    }
)
_SIDES: Final = ("base_items", "modifiers")
_LOCALE_LISTS: Final = ("alternate_locale_name", "alternate_locale_description")
_NESTED: Final = ("template", "lag_duration")
_INLINE: Final = "/receipt_rule/redeeming_criterion"


def foresee(kind: ObjectKind, payload: Any, world: World) -> tuple[Foreseen, ...]:
    """What the server would drop of one item, and why it would refuse it."""
    if not isinstance(payload, dict):
        return (_refused("", "the item is not an object"),)
    said = [*_identity(payload, world)]
    match kind:
        case "selector":
            said += _selector(payload, world)
        case "criterion":
            said += _criterion(payload, world)
        case "redeemable":
            said += _redeemable(payload, world)
    return tuple(said)


def _refused(pointer: str, message: str) -> Foreseen:
    return Foreseen(Effect.REFUSED, pointer, message)


def _identity(payload: Tree, world: World) -> Iterator[Foreseen]:
    external_id = payload.get("external_id")
    if world.is_update and (is_blank(external_id) or world.before is None):
        yield _refused("/external_id", "the server has no object with this `external_id`")
    elif external_id is not None and not isinstance(external_id, str):
        yield _refused("/external_id", "`external_id` is not a text")


def _scalars(payload: Tree, table: scalars.Table, pointer: str = "") -> Iterator[Foreseen]:
    for name, complaint in scalars.refusals(payload, table):
        yield _refused(f"{pointer}/{name}", f"`{name}` {complaint}")


def _after(payload: Tree, world: World, name: str) -> Any:
    """What a field holds once the payload is in: an update keeps what it leaves out."""
    if name in payload or not world.is_update or world.before is None:
        return payload.get(name)
    return world.before.get(name)


# --------------------------------------------------------------------------------------------------- selectors


def _selector(payload: Tree, world: World) -> Iterator[Foreseen]:
    yield from _scalars(payload, scalars.SELECTOR)
    if payload.get("name") is None:
        yield _refused("/name", "`name` is missing")
    for side in _SIDES:
        if payload.get(side) is not None:
            yield from _side(payload[side], side, world)
    if not world.is_update and payload.get("filter_item_set") == "modifiers_only":
        for side in _SIDES:
            if not _has_clauses(payload.get(side)):
                yield _refused(f"/{side}", f"`modifiers_only` needs clauses in `{side}`")


def _side(sent: Any, side: str, world: World) -> Iterator[Foreseen]:
    if not isinstance(sent, dict):
        yield _refused(f"/{side}", f"`{side}` is not an object")
        return
    if side == "modifiers":
        yield from _scalars(sent, scalars.SELECTOR_LIMITS, f"/{side}")
    pointer = f"/{side}/clauses"
    if "clauses" not in sent:
        is_new = world.before is None or not world.before.get(side)
        if sent and is_new:
            yield _refused(pointer, f"`{side}` has no clauses")
    elif not isinstance(sent["clauses"], list):
        yield _refused(pointer, f"the clauses of `{side}` are not a list")
    else:
        yield from _members(sent["clauses"], dropped_clauses(sent["clauses"]), f"{side}.clauses", pointer)


def _has_clauses(side: Any) -> bool:
    return isinstance(side, dict) and bool(side.get("clauses"))


def _members(members: list[Any], dropped: Iterable[Dropped], place: str, pointer: str) -> Iterator[Foreseen]:
    for each in dropped:
        item = members[each.index]
        yield Foreseen(Effect.DROPPED, f"{pointer}/{each.index}", each.message, place, item, each.names)


# ---------------------------------------------------------------------------------------------------- criteria


def _criterion(payload: Tree, world: World) -> Iterator[Foreseen]:
    yield from _scalars(payload, scalars.CRITERION)
    places = payload.get("effective_location")
    yield from _places(places if isinstance(places, list) else [places])
    if not _after(payload, world, "qc_processing_function"):
        yield _refused("/qc_processing_function", "`qc_processing_function` is missing")
    yield from _criterion_body(payload, world, "")


def _inline_criterion(payload: Tree, world: World) -> Iterator[Foreseen]:
    """A criterion inside a redeemable, which takes less and is always a new one."""
    yield from _scalars(payload, scalars.INLINE_CRITERION, _INLINE)
    complaint = scalars.place(payload.get("effective_location"))
    if complaint:
        yield _refused(f"{_INLINE}/effective_location", f"`effective_location` {complaint}")
    new = World(selectors=world.selectors, criteria=world.criteria)
    yield from _criterion_body(payload, new, _INLINE)


def _places(places: list[Any]) -> Iterator[Foreseen]:
    for place in places:
        complaint = scalars.place(place)
        if complaint:
            yield _refused("/effective_location", f"`effective_location` {complaint}")
    distinct = {place for place in places if isinstance(place, str) and not is_blank(place)}
    if len(distinct) > contract.LOCATIONS_LIMIT:
        yield _refused("/effective_location", f"more than {contract.LOCATIONS_LIMIT} locations and groups are named")


def _criterion_body(payload: Tree, world: World, pointer: str) -> Iterator[Foreseen]:
    """What a criterion is judged by wherever it stands."""
    yield from _criterion_lists(payload, world, pointer)
    for name, words in _CRITERION_OPERATORS.items():
        value = payload.get(name)
        if value is not None and not (isinstance(value, str) and value in words):
            message = contract.WARNING_MISSING_OR_INVALID + name
            yield Foreseen(Effect.DROPPED, f"{pointer}/{name}", message, name, {name: value}, (name,))
    function = _after(payload, world, "qc_processing_function")
    for name, functions in contract.FIELD_NEEDED_BY.items():
        if function in functions and _after(payload, world, name) is None:
            yield _refused(f"{pointer}/{name}", f"`{function}` needs `{name}`")
    yield from _aggregator(payload, world, pointer)


def _criterion_lists(payload: Tree, world: World, pointer: str) -> Iterator[Foreseen]:
    readers = {
        "line_item_filters": lambda members: dropped_filters(members, world.selectors),
        "item_qualifiers": lambda members: dropped_item_qualifiers(members, world.selectors),
        "receipt_qualifiers": dropped_receipt_qualifiers,
    }
    for name, read in readers.items():
        sent = payload.get(name)
        if isinstance(sent, list):
            yield from _members(sent, read(sent), name, f"{pointer}/{name}")
        elif sent is not None:
            yield _refused(f"{pointer}/{name}", f"`{name}` is not a list")


def _aggregator(payload: Tree, world: World, pointer: str) -> Iterator[Foreseen]:
    name = "aggregator_grouping_attributes"
    sent = payload.get(name)
    if sent is not None and not isinstance(sent, dict):
        yield _refused(f"{pointer}/{name}", f"`{name}` is not an object")
        return
    has_nothing_valid = sent and all(sent.get(attribute) is None for attribute in contract.AGGREGATOR_ATTRIBUTES)
    keeps_old = has_nothing_valid or name not in payload
    grouping = ((world.before or {}).get(name) if keeps_old else sent) or {}
    is_on = is_true(_after(payload, world, "enable_menu_item_aggregator"))
    if is_on and not any(is_true(grouping.get(attribute)) for attribute in contract.AGGREGATOR_ATTRIBUTES):
        yield _refused(f"{pointer}/{name}", "the aggregator is on, and nothing says what makes lines equal")


# ------------------------------------------------------------------------------------------------- redeemables


def _redeemable(payload: Tree, world: World) -> Iterator[Foreseen]:
    yield from _scalars(payload, scalars.REDEEMABLE)
    if _after(payload, world, "name") is None:
        yield _refused("/name", "`name` is missing")
    for name in _LOCALE_LISTS:
        if payload.get(name) is not None and not isinstance(payload[name], list):
            yield _refused(f"/{name}", f"`{name}` is not a list")
    for name in _NESTED:
        if payload.get(name) is not None and not isinstance(payload[name], dict):
            yield _refused(f"/{name}", f"`{name}` is not an object")
    if payload.get("recurrence_schedule") is not None:
        yield from _recurrence(payload["recurrence_schedule"])
    yield from _receipt_rule(payload, world)


def _recurrence(sent: Any) -> Iterator[Foreseen]:
    pointer = "/recurrence_schedule"
    if not isinstance(sent, dict):
        yield _refused(pointer, "`recurrence_schedule` is not an object")
        return
    faults = list(_scalars(sent, scalars.RECURRENCE, pointer))
    yield from faults
    occurrences, distance = scalars.whole(sent.get("occurrences")), scalars.whole(sent.get("days_distance"))
    if faults or occurrences is None or distance is None:
        return
    span = (occurrences - 1) * distance
    if span > contract.RECURRENCE_SPAN_DAYS_LIMIT:
        limit = contract.RECURRENCE_SPAN_DAYS_LIMIT
        yield _refused(pointer, f"the recurrence spans {span} days, and at most {limit} are taken")


def _receipt_rule(payload: Tree, world: World) -> Iterator[Foreseen]:
    rule = payload.get("receipt_rule")
    if world.is_update and rule in (None, {}):
        return
    if not isinstance(rule, dict) or not rule:
        yield _refused("/receipt_rule", "`receipt_rule` is missing")
        return
    match rule.get("qualifier_type"):
        case "new":
            yield from _new_rule(rule, world)
        case "existing":
            yield from _existing_rule(rule, world)
        case "flat_discount":
            yield from _flat_rule(rule)
        case _:
            yield _refused("/receipt_rule/qualifier_type", "`qualifier_type` is not one of the words that are taken")


def _new_rule(rule: Tree, world: World) -> Iterator[Foreseen]:
    criterion = rule.get("redeeming_criterion")
    if not isinstance(criterion, dict) or not criterion:
        yield _refused(_INLINE, "`redeeming_criterion` is missing")
        return
    external_id = criterion.get("external_id")
    if is_blank(external_id) or not isinstance(external_id, str):
        yield _refused(f"{_INLINE}/external_id", "the criterion has no `external_id`")
    yield from _inline_criterion(criterion, world)


def _existing_rule(rule: Tree, world: World) -> Iterator[Foreseen]:
    external_id = rule.get("redeeming_criterion_id")
    is_known = isinstance(external_id, str) and (world.criteria is None or external_id in world.criteria)
    if not is_known or is_blank(external_id):
        yield _refused("/receipt_rule/redeeming_criterion_id", "the server has no criterion with this id")


def _flat_rule(rule: Tree) -> Iterator[Foreseen]:
    amount = rule.get("discount_amount", rule.get("discount"))
    number = scalars.exact(amount)
    pointer = "/receipt_rule/discount_amount"
    if number is None:
        yield _refused(pointer, "`discount_amount` is not a number" if amount is not None else "no amount is given")
    elif number <= 0:
        yield _refused(pointer, "`discount_amount` is not above 0")
