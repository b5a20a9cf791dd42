"""How objects are shown: the answer's shapes, which differ from what is written and from list to list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import orjson

from offers_sync import contract
from offers_sync.sandbox.validation.criteria import FLAGS as CRITERION_FLAGS
from offers_sync.sandbox.validation.redeemables import FLAGS as REDEEMABLE_FLAGS
from offers_sync.sandbox.validation.redeemables import LOCALE_LISTS
from offers_sync.sandbox.world import NUMBERS_PER_KIND, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from offers_sync.sandbox.settings import Settings
    from offers_sync.sandbox.world import Stored, World

NUMBERS: Final = (
    "amount_cap",
    "percentage_of_processed_amount",
    "max_discount_units",
    "unit_discount",
    "minimum_unit_rate",
    "target_price",
)
CRITERION_UNSET: Final[dict[str, Any]] = {
    "name": None,
    "external_id": None,
    "qc_processing_function": None,
    "rounding_rule": None,
    **dict.fromkeys(NUMBERS),
    "effective_location": [],
    **dict.fromkeys(CRITERION_FLAGS, False),
    "aggregator_grouping_attributes": None,
    "line_item_filters": [],
    "item_qualifiers": [],
    "receipt_qualifiers": [],
}
REDEEMABLE_UNSET: Final[dict[str, Any]] = {
    **dict.fromkeys(("name", "external_id", "description", "note", "points")),
    **dict.fromkeys(REDEEMABLE_FLAGS, False),
    "discount_channel": contract.DEFAULT_DISCOUNT_CHANNEL,
    **dict.fromkeys(
        (
            *("segment_definition_id", "effective_location", "start_time", "end_time", "timezone"),
            *("expiry_days", "remind_before", "redemption_code_expiry_mins"),
            *("template", "lag_duration", "recurrence_schedule", "meta_data", "image", "receipt_rule"),
            *LOCALE_LISTS,
        )
    ),
}
NESTED_LIMIT: Final = 5_000
INTERNAL: Final = frozenset({"own_uuid", "is_deactivated"})
OPERATOR_DEFAULTS: Final = {
    "qualifying_expressions_operator": contract.DEFAULT_EXPRESSIONS_OPERATOR,
    "item_filter_expressions_operator": contract.DEFAULT_EXPRESSIONS_OPERATOR,
    "discount_evaluation_strategy": contract.DEFAULT_EVALUATION_STRATEGY,
}
SHORT_ATTRIBUTES: Final = {long: short for short, long in contract.RECEIPT_ATTRIBUTE_ALIASES.items()}
EMPTY_SIDE: Final[dict[str, Any]] = {"processing_method": "", "max_discount_units": None, "clauses": []}
IMAGE_HOST: Final = "https://media.sandbox.invalid/redeemables/"


class Nested:
    """What is shown inside of other objects, written out once and kept until a selector or a criterion changes."""

    def __init__(self) -> None:
        self.selectors: dict[int, orjson.Fragment] = {}
        self.criteria: dict[int, orjson.Fragment] = {}
        self._known: tuple[Settings, tuple[int, ...]] | None = None

    def refresh(self, world: World, settings: Settings) -> None:
        """Forget what may no longer be so, or is too much."""
        known = (settings, world.generation())
        if known != self._known or len(self.selectors) + len(self.criteria) > NESTED_LIMIT:
            self.selectors.clear()
            self.criteria.clear()
            self._known = known


class Shapes:
    """One answer's worth of shaping, with what the shown objects refer to fetched beforehand."""

    def __init__(self, world: World, settings: Settings, nested: Nested) -> None:
        nested.refresh(world, settings)
        self._world = world
        self._settings = settings
        self._nested = nested
        self._word = "" if settings.absent_words == "blank" else None
        self._no_locales = self._locales({})
        self._criterion_ids: dict[int, str] = {}

    # ------------------------------------------------------------------------------------------------ selectors

    def selectors(self, stored: Iterable[Stored]) -> list[dict[str, Any]]:
        """The selector list."""
        return [self._selector(one) for one in stored]

    def _selector(self, stored: Stored) -> dict[str, Any]:
        body = stored.body
        shown: dict[str, Any] = {
            "name": body.get("name"),
            "external_id": stored.external_id,
            self._settings.selector_filter_name: body.get("filter_item_set") or self._word,
            "exclude_non_payable": bool(body.get("exclude_non_payable")),
        }
        for side in ("base_items", "modifiers"):
            if (body.get(side) or {}).get("clauses"):
                shown[side] = self._side(body[side])
        return shown

    def _nested_selector(self, stored: Stored) -> dict[str, Any]:
        body = stored.body
        return {
            "name": body.get("name"),
            "external_id": stored.external_id,
            "filter_item_set": body.get("filter_item_set") or self._word,
            "exclude_non_payable": bool(body.get("exclude_non_payable")),
            "base_items": self._side(body.get("base_items")),
            "modifiers": self._side(body.get("modifiers")),
        }

    def _side(self, side: Mapping[str, Any] | None) -> dict[str, Any]:
        if not side:
            return EMPTY_SIDE
        return {
            "processing_method": side.get("processing_method") or self._word,
            "max_discount_units": side.get("max_discount_units"),
            "clauses": side["clauses"],
        }

    # ------------------------------------------------------------------------------------------------- criteria

    def criteria(self, stored: list[Stored]) -> list[dict[str, Any]]:
        """The criteria list."""
        self._fetch_selectors(one.body for one in stored)
        return [self._criterion(one, is_nested=False) for one in stored]

    def _criterion(self, stored: Stored, *, is_nested: bool) -> dict[str, Any]:
        settings, body = self._settings, stored.body
        as_text = not is_nested and settings.criteria_numbers == "text"
        shown: dict[str, Any] = {**CRITERION_UNSET, **body, "external_id": stored.external_id}
        if as_text:
            shown.update((name, str(body[name])) for name in NUMBERS if name in body)
        if self._word is not None:
            for name in ("qc_processing_function", "rounding_rule"):
                shown[name] = shown[name] or self._word
        shown["effective_location"] = self._places(shown["effective_location"])
        quantity_as_text = as_text or (is_nested and settings.redeemable_quantities == "text")
        shown["line_item_filters"] = [self._filter(one, as_text=quantity_as_text) for one in shown["line_item_filters"]]
        shown["item_qualifiers"] = [self._qualifier(one, as_text=as_text) for one in shown["item_qualifiers"]]
        self._rename_receipt_qualifiers(shown, is_nested=is_nested)
        for name, default in OPERATOR_DEFAULTS.items():
            value = shown.pop(name, default)
            if settings.operators_shown:
                shown[name] = value
        unset = settings.redeemable_unset if is_nested else settings.criteria_unset
        return shown if unset == "null" else _without_nulls(shown)

    def _rename_receipt_qualifiers(self, shown: dict[str, Any], *, is_nested: bool) -> None:
        """Give the list, and what is in it, the names that this answer has for them."""
        qualifiers = shown.pop("receipt_qualifiers")
        if qualifiers and ("redeemables" if is_nested else "criteria") in self._settings.receipt_attributes_renamed:
            qualifiers = [
                {**one, "attribute": SHORT_ATTRIBUTES.get(one["attribute"], one["attribute"])} for one in qualifiers
            ]
        shown["receipt_qualifiers" if is_nested else self._settings.criteria_qualifiers_name] = qualifiers

    def _qualifier(self, one: Mapping[str, Any], *, as_text: bool) -> dict[str, Any]:
        net_value = one["net_value"]
        return {
            "expression_type": one["expression_type"],
            "net_value": str(net_value) if as_text and net_value is not None else net_value,
            "line_item_selector": self._nested.selectors[one["selector"]],
        }

    def _filter(self, one: Mapping[str, Any], *, as_text: bool) -> dict[str, Any]:
        settings = self._settings
        method = one["processing_method"]
        if settings.default_method_shown == "blank":
            method = "" if method in (None, contract.DEFAULT_FILTER_PROCESSING_METHOD) else method
        else:
            method = method or contract.DEFAULT_FILTER_PROCESSING_METHOD
        quantity = one["quantity"] if settings.quantities_shown else None
        return {
            "processing_method": method,
            "quantity": str(quantity) if as_text and quantity is not None else quantity,
            "line_item_selector": self._nested.selectors[one["selector"]],
        }

    def _places(self, places: list[str]) -> Any:
        match self._settings.criterion_places:
            case "list":
                return places
            case "text":
                return places[0] if len(places) == 1 else places
            case "null":
                return None if not places else places[0] if len(places) == 1 else places

    def _fetch_selectors(self, criteria: Iterable[Mapping[str, Any]]) -> None:
        wanted = {
            one["selector"]
            for body in criteria
            for name in ("line_item_filters", "item_qualifiers")
            for one in body.get(name) or ()
        }
        found = self._world.fetch(wanted - self._nested.selectors.keys())
        for identity, stored in found.items():
            self._nested.selectors[identity] = orjson.Fragment(orjson.dumps(self._nested_selector(stored)))

    # ---------------------------------------------------------------------------------------------- redeemables

    def redeemables(self, stored: list[Stored]) -> list[dict[str, Any]]:
        """The redeemable list."""
        rules = [one.body.get("receipt_rule") or {} for one in stored]
        wanted = {rule["criterion"] for rule in rules if "criterion" in rule}
        whole = {rule["criterion"] for rule in rules if self._is_whole(rule)}
        criteria = self._world.fetch(whole - self._nested.criteria.keys())
        self._fetch_selectors(one.body for one in criteria.values())
        for identity, criterion in criteria.items():
            shown = self._criterion(criterion, is_nested=True)
            self._nested.criteria[identity] = orjson.Fragment(orjson.dumps(shown))
        self._criterion_ids = self._world.external_ids(wanted)
        return [self._redeemable(one) for one in stored]

    def _redeemable(self, stored: Stored) -> dict[str, Any]:
        settings, body = self._settings, stored.body
        shown: dict[str, Any] = {**REDEEMABLE_UNSET, **body, "external_id": stored.external_id}
        for name in INTERNAL & body.keys():
            del shown[name]
        if settings.times_with_z:
            for name in ("start_time", "end_time"):
                if shown[name] is not None:
                    shown[name] += "Z"
        shown["receipt_rule"] = self._rule(shown["receipt_rule"])
        for name in LOCALE_LISTS:
            shown[name] = self._locales(body[name]) if name in body else self._no_locales
        if settings.redeemable_texts_unset == "missing":
            for name in ("description", "note"):
                if shown[name] is None:
                    del shown[name]
        return shown if settings.redeemable_unset == "null" else _without_nulls(shown)

    def _rule(self, rule: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if not rule:
            return None
        if rule["qualifier_type"] == "flat_discount":
            return {
                "qualifier_type": "flat_discount",
                self._settings.flat_discount_name: rule["discount_amount"],
                "redeeming_criterion_id": None,
                "redeeming_criterion": None,
            }
        shown = {
            "qualifier_type": rule["qualifier_type"],
            "discount_amount": None,
            "redeeming_criterion_id": self._criterion_ids[rule["criterion"]],
        }
        if self._is_whole(rule):
            shown["redeeming_criterion"] = self._nested.criteria[rule["criterion"]]
        elif self._settings.existing_criterion_shown == "null":
            shown["redeeming_criterion"] = None
        return shown

    def _is_whole(self, rule: Mapping[str, Any]) -> bool:
        """Whether the criterion behind the rule is shown with all that it says."""
        kind = rule.get("qualifier_type")
        return kind == "new" or (kind == "existing" and self._settings.existing_criterion_shown == "whole")

    def _locales(self, translations: Mapping[str, str]) -> list[dict[str, Any]]:
        languages = [*translations]
        if self._settings.locales_padded:
            languages += [language for language in self._settings.business_locales if language not in translations]
        return [{"language": language, "translation": translations.get(language)} for language in languages]


def headless(stored: Stored, settings: Settings) -> dict[str, Any]:
    """A redeemable in the headless list."""
    return {
        "redeemable_id": redeemable_id(stored),
        "redeemable_uuid": redeemable_uuid(stored, settings),
        "name": stored.body.get("name"),
        "description": stored.body.get("description") or "",
        "redeemable_image_url": stored.body.get("image"),
    }


REDEEMABLE_IDS_START: Final = 20_000
"""Integer ids of redeemables are above this, so that they are never taken for anything else's."""


def redeemable_id(stored: Stored) -> int:
    """The integer that gifts name."""
    return REDEEMABLE_IDS_START + stored.number


def redeemable_uuid(stored: Stored, settings: Settings) -> str:
    """The text that campaigns name: one of its own if the dashboard gave it one, else by the setting."""
    own = stored.body.get("own_uuid")
    if own is not None:
        return str(own)
    if settings.redeemable_uuid == "external_id" and stored.external_id.strip():
        return stored.external_id
    return f"{stored.number:08x}-0000-4000-8000-{stored.number:012x}"


def redeemable_of_uuid(world: World, uuid: str, settings: Settings) -> Stored | None:
    """The redeemable that shows this uuid."""
    number = int(uuid[:8], 16) if re.fullmatch(r"[0-9a-f]{8}-0000-4000-8000-[0-9a-f]{12}", uuid) else 0
    key = Kind.REDEEMABLE * NUMBERS_PER_KIND + number
    candidates = (world.find_by_uuid(uuid), world.find(Kind.REDEEMABLE, uuid), world.fetch([key]).get(key))
    return next((found for found in candidates if found and redeemable_uuid(found, settings) == uuid), None)


def _without_nulls(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if value is not None}
