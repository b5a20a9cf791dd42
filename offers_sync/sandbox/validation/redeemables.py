"""A redeemable as it is written, but for its receipt rule, which ``receipt_rules`` reads."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, get_args

from offers_sync import contract
from offers_sync.contract import Bounds
from offers_sync.sandbox.moments import in_zone
from offers_sync.sandbox.parameters import whole
from offers_sync.sandbox.validation.scalars import Flag, LocalTime, Number, Place, Text, Word, Zone, read_scalars
from offers_sync.sandbox.validation.verdicts import Draft, ItemFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from offers_sync.sandbox.validation.scalars import Scalar
    from offers_sync.sandbox.validation.verdicts import Surroundings

FLAGS: Final = (
    "allow_for_support_gifting",
    "available_as_template",
    "auto_applicable",
    "applicable_as_loyalty_redemption",
    "distributable",
    "distributable_to_all_users",
    "activate_now",
    "expire_redemption_code_with_reward_end_date",
    "indefinetely",
)
WHOLE_NUMBERS: Final = (
    "points",
    "segment_definition_id",
    "redemption_code_expiry_mins",
    "expiry_days",
    "remind_before",
)
LOCALE_LISTS: Final = ("alternate_locale_name", "alternate_locale_description")
TEMPLATE_TEXTS: Final = ("redemption_message", "short_prompt", "standard_prompt")

_SCALARS: Final[dict[str, Scalar]] = {
    "name": Text(is_required=True),
    "description": Text(),
    "note": Text(),
    "meta_data": Text(),
    "discount_channel": Word(get_args(contract.DiscountChannel)),
    "effective_location": Place(),
    "start_time": LocalTime(),
    "end_time": LocalTime(),
    "timezone": Zone(),
    **{name: Number(is_whole=True) for name in WHOLE_NUMBERS},
}
_TABLES: Final[dict[str, dict[str, Scalar]]] = {
    "words": {**_SCALARS, **dict.fromkeys(FLAGS, Flag(takes_words=True))},
    "strict": {**_SCALARS, **dict.fromkeys(FLAGS, Flag(takes_words=False))},
}
_RECURRENCE: Final[dict[str, Scalar]] = {
    "occurrences": Number(Bounds(Decimal(1), None), is_whole=True),
    "days_distance": Number(Bounds(Decimal(1), Decimal(contract.RECURRENCE_SPAN_DAYS_LIMIT)), is_whole=True),
}


def read_redeemable(item: Mapping[str, Any], old: Mapping[str, Any], around: Surroundings) -> dict[str, Any]:
    """What is stored of a redeemable without its receipt rule; ``old`` is what it was, empty on create."""
    draft = Draft(item, old, around)
    read_scalars(draft, _TABLES[around.settings.other_booleans])
    draft.require("name")
    if draft.new.get("timezone") is None:
        draft.new["timezone"] = around.settings.business_timezone
    if around.settings.past_end_times == "refuse" and "end_time" in item and _has_ended(draft):
        draft.faults.append("end_time must be in the future")
    for name in LOCALE_LISTS:
        if name in item and not draft.takes_null(name, {}):
            _read_locales(draft, name)
    for name, read in _OBJECTS.items():
        if name in item and not draft.takes_null(name):
            _read_object(draft, name, read)
    return draft.verdict().values


def _has_ended(draft: Draft) -> bool:
    end_time = draft.new.get("end_time")
    return end_time is not None and in_zone(end_time, draft.new["timezone"]) <= draft.around.now


def _read_locales(draft: Draft, name: str) -> None:
    """The translations by language, the last of each; what is no translation is dropped without a word."""
    sent, settings, is_update = draft.sent[name], draft.around.settings, draft.around.is_update
    if not isinstance(sent, list):
        draft.faults.append(f"{name} must be a list")
        return
    before = draft.old.get(name) or {}
    if not sent:
        draft.new[name] = before if is_update and settings.empty_list_on_update == "keep" else {}
        return
    found = {
        entry["language"]: entry.get("translation") or None
        for entry in sent
        if isinstance(entry, dict)
        and isinstance(entry.get("language"), str)
        and isinstance(entry.get("translation"), str | None)
        and (settings.unknown_locales == "accept" or entry["language"] in contract.DOCUMENTED_LANGUAGES)
    }
    if not found and is_update:
        return
    if is_update and settings.lists_on_update == "merge":
        found = {**before, **found}
    draft.new[name] = {language: text for language, text in found.items() if text is not None}


def _read_object(draft: Draft, name: str, read: Callable[[dict[str, Any], Surroundings], dict[str, Any]]) -> None:
    """A nested object: its valid members replace the old ones, unless there are none."""
    sent, before = draft.sent[name], draft.old.get(name)
    if not isinstance(sent, dict):
        draft.faults.append(f"{name} is invalid")
        return
    if not sent:
        draft.new[name] = None
        return
    merges = draft.around.is_update and draft.around.settings.objects_on_update == "merge"
    try:
        found = read({**(before or {}), **sent} if merges else sent, draft.around)
    except ItemFailure as failure:
        draft.faults += failure.errors
        return
    draft.new[name] = found or before


def _template(sent: dict[str, Any], _around: Surroundings) -> dict[str, Any]:
    return {name: sent[name] for name in TEMPLATE_TEXTS if isinstance(sent.get(name), str) and sent[name]}


def _lag(sent: dict[str, Any], _around: Surroundings) -> dict[str, Any]:
    found: dict[str, Any] = {}
    value = whole(sent.get("value"))
    if value is not None and value >= 0:
        found["value"] = value
    if sent.get("units") in get_args(contract.LagUnits):
        found["units"] = sent["units"]
    return found


def _recurrence(sent: dict[str, Any], around: Surroundings) -> dict[str, Any]:
    """The repetitions, whose whole span is bounded: more than that fails the item."""
    draft = Draft(sent, {}, around)
    read_scalars(draft, _RECURRENCE)
    found = {name: value for name, value in draft.verdict().values.items() if value is not None}
    span = (found.get("occurrences", 1) - 1) * found.get("days_distance", 0)
    if span > contract.RECURRENCE_SPAN_DAYS_LIMIT:
        limit = contract.RECURRENCE_SPAN_DAYS_LIMIT
        raise ItemFailure(f"recurrence_schedule spans {span} days (maximum is {limit} days)")
    return found


_OBJECTS: Final = {"template": _template, "lag_duration": _lag, "recurrence_schedule": _recurrence}
