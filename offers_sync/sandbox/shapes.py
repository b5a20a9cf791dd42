"""How objects are shown: the answer's shapes, which differ from what is written and from list to list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

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
OPERATOR_DEFAULTS: Final = {
    "qualifying_expressions_operator": contract.DEFAULT_EXPRESSIONS_OPERATOR,
    "item_filter_expressions_operator": contract.DEFAULT_EXPRESSIONS_OPERATOR,
    "discount_evaluation_strategy": contract.DEFAULT_EVALUATION_STRATEGY,
}
SHORT_ATTRIBUTES: Final = {long: short for short, long in contract.RECEIPT_ATTRIBUTE_ALIASES.items()}
EMPTY_SIDE: Final[dict[str, Any]] = {"processing_method": "", "max_discount_units": None, "clauses": []}
IMAGE_HOST: Final = "https://media.sandbox.invalid/redeemables/"


class Shapes:
    """One answer's worth of shaping, with what the shown objects refer to fetched beforehand."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._word = "" if settings.absent_words == "blank" else None
        self._nested: dict[int, dict[str, Any]] = {}
        self._criteria: dict[int, Stored] = {}

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
        renamed = ("redeemables" if is_nested else "criteria") in settings.receipt_attributes_renamed
        as_text = not is_nested and settings.criteria_numbers == "text"
        numbers = {name: body.get(name) for name in NUMBERS}
        if as_text:
            numbers = {name: None if value is None else _text(value) for name, value in numbers.items()}
        shown: dict[str, Any] = {
            "name": body.get("name"),
            "external_id": stored.external_id,
            **numbers,
            "qc_processing_function": body.get("qc_processing_function") or self._word,
            "rounding_rule": body.get("rounding_rule") or self._word,
            "effective_location": self._places(body.get("effective_location") or []),
            **{name: bool(body.get(name)) for name in CRITERION_FLAGS},
            "aggregator_grouping_attributes": body.get("aggregator_grouping_attributes"),
            "line_item_filters": [
                self._filter(one, as_text=as_text or (is_nested and settings.redeemable_quantities == "text"))
                for one in body.get("line_item_filters") or ()
            ],
            "item_qualifiers": [
                {
                    "expression_type": one["expression_type"],
                    "net_value": _text(one["net_value"]) if as_text and one["net_value"] else one["net_value"],
                    "line_item_selector": self._nested[one["selector"]],
                }
                for one in body.get("item_qualifiers") or ()
            ],
            "receipt_qualifiers" if is_nested else settings.criteria_qualifiers_name: [
                {**one, "attribute": SHORT_ATTRIBUTES.get(one["attribute"], one["attribute"])} if renamed else one
                for one in body.get("receipt_qualifiers") or ()
            ],
        }
        if settings.operators_shown:
            shown.update((name, body.get(name) or default) for name, default in OPERATOR_DEFAULTS.items())
        unset = settings.redeemable_unset if is_nested else settings.criteria_unset
        return shown if unset == "null" else _without_nulls(shown)

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
            "line_item_selector": self._nested[one["selector"]],
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
        found = self._world.fetch(wanted - self._nested.keys())
        self._nested.update((identity, self._nested_selector(stored)) for identity, stored in found.items())

    # ---------------------------------------------------------------------------------------------- redeemables

    def redeemables(self, stored: list[Stored]) -> list[dict[str, Any]]:
        """The redeemable list."""
        rules = [one.body.get("receipt_rule") or {} for one in stored]
        self._criteria = self._world.fetch(rule["criterion"] for rule in rules if "criterion" in rule)
        self._fetch_selectors(one.body for one in self._criteria.values())
        return [self._redeemable(one) for one in stored]

    def _redeemable(self, stored: Stored) -> dict[str, Any]:
        settings, body = self._settings, stored.body
        get = body.get
        shown: dict[str, Any] = {
            "name": get("name"),
            "external_id": stored.external_id,
            "description": get("description"),
            "note": get("note"),
            "points": get("points"),
            **{name: bool(get(name)) for name in REDEEMABLE_FLAGS},
            "discount_channel": get("discount_channel") or contract.DEFAULT_DISCOUNT_CHANNEL,
            "segment_definition_id": get("segment_definition_id"),
            "effective_location": get("effective_location"),
            "start_time": self._time(get("start_time")),
            "end_time": self._time(get("end_time")),
            "timezone": get("timezone"),
            "expiry_days": get("expiry_days"),
            "remind_before": get("remind_before"),
            "redemption_code_expiry_mins": get("redemption_code_expiry_mins"),
            "template": get("template"),
            "lag_duration": get("lag_duration"),
            "recurrence_schedule": get("recurrence_schedule"),
            "meta_data": get("meta_data"),
            "image": get("image"),
            "receipt_rule": self._rule(get("receipt_rule")),
            **{name: self._locales(get(name) or {}) for name in LOCALE_LISTS},
        }
        if settings.redeemable_texts_unset == "missing":
            for name in ("description", "note"):
                if shown[name] is None:
                    del shown[name]
        return shown if settings.redeemable_unset == "null" else _without_nulls(shown, keep=("timezone",))

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
        criterion = self._criteria[rule["criterion"]]
        shown = {
            "qualifier_type": rule["qualifier_type"],
            "discount_amount": None,
            "redeeming_criterion_id": criterion.external_id,
        }
        how = "whole" if rule["qualifier_type"] == "new" else self._settings.existing_criterion_shown
        match how:
            case "whole":
                return {**shown, "redeeming_criterion": self._criterion(criterion, is_nested=True)}
            case "null":
                return {**shown, "redeeming_criterion": None}
            case "missing":
                return shown

    def _time(self, local_time: str | None) -> str | None:
        if local_time is None:
            return None
        return f"{local_time}Z" if self._settings.times_with_z else local_time

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


def _text(number: float) -> str:
    return str(number)


def _without_nulls(shown: dict[str, Any], keep: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if value is not None or name in keep}
