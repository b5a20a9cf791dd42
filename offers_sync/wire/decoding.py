"""Objects of the vendor's lists in our names: the many shapes of an answer, brought to one.

Answers do not mirror what was written, so decoding is tolerant: it renames and reshapes, takes any JSON, and carries
along what it does not understand.  Whether ``"3"`` equals ``3`` is decided where things are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from offers_sync.contract import RECEIPT_ATTRIBUTE_ALIASES
from offers_sync.models.criterion import Criterion
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.selector import Selector
from offers_sync.models.values import Live, ObjectKind, Tree
from offers_sync.models.vendor_names import (
    FLAT_DISCOUNT_NAME,
    LOCALE_NAMES,
    SCHEDULE_NAMES,
    SELECTOR_LISTS,
    SELECTOR_NAME,
    names_of,
)
from offers_sync.wire.payload import exactly


class _Names(NamedTuple):
    """What the members of a kind's answers are called."""

    ours: tuple[tuple[str, str], ...]
    """Pairs of theirs and ours, members that are taken as they are."""
    aliases: tuple[tuple[str, str], ...]
    """The same for names that answers use where writing knows another."""
    known: frozenset[str]
    """All of theirs that are understood."""


_NOT_FIELDS: Final = frozenset({"external_id", "image", "image_url"})


def _names(written: Mapping[str, str], aliases: Mapping[str, str], elsewhere: tuple[str, ...] = ()) -> _Names:
    pairs = tuple((theirs, ours) for ours, theirs in written.items() if theirs not in _NOT_FIELDS)
    known = frozenset({*(theirs for theirs, _ in pairs), *aliases, *elsewhere, "external_id", "image"})
    return _Names(pairs, tuple(aliases.items()), known)


_RESHAPED: Final = ("receipt_rule", *SCHEDULE_NAMES.values(), *LOCALE_NAMES.values())
_NAMES: Final[Mapping[ObjectKind, _Names]] = MappingProxyType(
    {
        "selector": _names(names_of(Selector), {"filter_type": "filter_item_set"}),
        "criterion": _names(names_of(Criterion), {"receipt_qualifier": "receipt_qualifiers"}),
        "redeemable": _names(names_of(Redeemable), {}, _RESHAPED),
    }
)
_SCHEDULE: Final = tuple((theirs, ours) for ours, theirs in SCHEDULE_NAMES.items())
_LOCALES: Final = tuple((theirs, ours) for ours, theirs in LOCALE_NAMES.items())


def decode(kind: ObjectKind, raw: Tree) -> Live:
    """An object of a list in our names."""
    names = _NAMES[kind]
    fields = {ours: raw[theirs] for theirs, ours in names.ours if theirs in raw}
    for theirs, ours in names.aliases:
        if theirs in raw and fields.get(ours) in (None, "", [], {}):
            fields[ours] = raw[theirs]
    match kind:
        case "criterion":
            _reshape_criterion(fields)
        case "redeemable":
            _reshape_redeemable(fields, raw)
        case "selector":
            pass
    image = raw.get("image")
    return Live(
        kind=kind,
        external_id=_external_id(raw),
        fields=exactly(fields),
        shown=frozenset(fields),
        image=image if isinstance(image, str) and image else None,
        unknown=exactly({name: raw[name] for name in sorted(raw.keys() - names.known)}),
    )


def decode_nested_criterion(redeemable: Tree) -> Live | None:
    """The criterion that a redeemable of a list shows inside its receipt rule, if it has an id."""
    rule = redeemable.get("receipt_rule")
    nested = rule.get("redeeming_criterion") if isinstance(rule, dict) else None
    if not isinstance(nested, dict) or not _external_id(nested).strip():
        return None
    return decode("criterion", nested)


def _external_id(raw: Tree) -> str:
    value = raw.get("external_id")
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


# ---------------------------------------------------------------------------------------------------- criteria


def _reshape_criterion(fields: dict[str, Any]) -> None:
    for name in SELECTOR_LISTS:
        if isinstance(fields.get(name), list):
            fields[name] = [_with_selector(entry) for entry in fields[name]]
    if isinstance(fields.get("receipt_qualifiers"), list):
        fields["receipt_qualifiers"] = [_with_known_attribute(entry) for entry in fields["receipt_qualifiers"]]
    locations = fields.get("effective_location")
    if isinstance(locations, str):
        fields["effective_location"] = [locations] if locations else []


def _with_selector(entry: Any) -> Any:
    """A filter or qualifier with the selector's id in place of the whole selector."""
    if not isinstance(entry, dict):
        return entry
    nested = entry.get("line_item_selector")
    selector = nested.get("external_id") if isinstance(nested, dict) else nested
    rest = {name: value for name, value in entry.items() if name not in {"line_item_selector", SELECTOR_NAME}}
    return {"selector": selector or entry.get(SELECTOR_NAME), **rest}


def _with_known_attribute(entry: Any) -> Any:
    if not isinstance(entry, dict) or not isinstance(entry.get("attribute"), str):
        return entry
    return {**entry, "attribute": RECEIPT_ATTRIBUTE_ALIASES.get(entry["attribute"], entry["attribute"])}


# -------------------------------------------------------------------------------------------------- redeemables


def _reshape_redeemable(fields: dict[str, Any], raw: Tree) -> None:
    if "receipt_rule" in raw:
        fields["receipt_rule"] = _receipt_rule(raw["receipt_rule"])
    schedule = {ours: raw[theirs] for theirs, ours in _SCHEDULE if theirs in raw}
    if schedule:
        fields["schedule"] = schedule
    locations = fields.get("effective_location")
    if isinstance(locations, list):
        fields["effective_location"] = locations[0] if len(locations) == 1 else locations or None
    if any(theirs in raw for theirs, _ in _LOCALES):
        fields["locales"] = _locales(raw)


def _locales(raw: Tree) -> dict[str, dict[str, Any]]:
    """The two lists of texts as one map by language; an entry without a translation is none."""
    locales: dict[str, dict[str, Any]] = {}
    for theirs, ours in _LOCALES:
        entries = raw.get(theirs)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("translation") and isinstance(entry.get("language"), str):
                locales.setdefault(entry["language"], {})[ours] = entry["translation"]
    return locales


def _receipt_rule(rule: Any) -> Any:
    """The rule in one of our forms, by the members that count for its type; a type that is not known, as it is."""
    if not isinstance(rule, dict):
        return rule
    match rule.get("qualifier_type"):
        case "flat_discount" | "discount":
            return {"flat_discount": _amount(rule)}
        case "new" | "existing":
            return {"criterion": _criterion_id(rule)}
        case None | "":
            criterion = _criterion_id(rule)
            return {"criterion": criterion} if criterion else {"flat_discount": _amount(rule)}
        case _:
            return rule


def _criterion_id(rule: Tree) -> Any:
    nested = rule.get("redeeming_criterion")
    return rule.get("redeeming_criterion_id") or (nested.get("external_id") if isinstance(nested, dict) else None)


def _amount(rule: Tree) -> Any:
    amount = rule.get(FLAT_DISCOUNT_NAME)
    return rule.get("discount") if amount is None else amount
