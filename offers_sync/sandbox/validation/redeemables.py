"""A redeemable as it is written, but for its receipt rule, which ``receipt_rules`` reads."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, get_args

from offers_sync import contract
from offers_sync.contract import Bounds
from offers_sync.sandbox.moments import in_zone
from offers_sync.sandbox.parameters import whole
from offers_sync.sandbox.validation.scalars import Flag, LocalTime, Number, Place, Text, Word, Zone, read_scalars
from offers_sync.sandbox.validation.verdicts import ItemFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

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
WHOLE_NUMBERS: Final = ("points", "segment_definition_id", "redemption_code_expiry_mins", "expiry_days", "remind_before")
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
_RECURRENCE: Final[dict[str, Scalar]] = {
    "occurrences": Number(Bounds(Decimal(1), None), is_whole=True),
    "days_distance": Number(Bounds(Decimal(1), Decimal(contract.RECURRENCE_SPAN_DAYS_LIMIT)), is_whole=True),
}


def read_redeemable(item: Mapping[str, Any], old: Mapping[str, Any], around: Surroundings) -> dict[str, Any]:
    """What is stored of a redeemable without its receipt rule; ``old`` is what it was, empty on create."""
    table = {**_SCALARS, **{name: Flag(takes_words=around.settings.other_booleans == "words") for name in FLAGS}}
    values, faults = read_scalars(item, table, around)
    new = {**old, **values}
    if new.get("name") is None:
        faults.append("name can't be blank")
    if new.get("timezone") is None:
        new["timezone"] = around.settings.business_timezone
    if around.settings.past_end_times == "refuse" and _is_past(values.get("end_time"), new["timezone"], around):
        faults.append("end_time must be in the future")
    for name in LOCALE_LISTS:
        if name in item:
            _read_locales(name, item[name], old, new, faults, around)
    for name, read in _OBJECTS.items():
        if name in item:
            _read_object(name, item[name], read, old, new, faults, around)
    if faults:
        raise ItemFailure(*faults)
    return new


def _is_past(end_time: str | None, zone: str, around: Surroundings) -> bool:
    return end_time is not None and in_zone(end_time, zone) <= around.now


def _read_locales(  # noqa: PLR0913  what one list needs
    name: str, sent: Any, old: Mapping[str, Any], new: dict[str, Any], faults: list[str], around: Surroundings
) -> None:
    """The translations by language, the last of each; what is no translation is dropped without a word."""
    settings = around.settings
    if sent is None:
        if around.is_create or settings.null_on_update == "clear":
            new[name] = {}
        return
    if not isinstance(sent, list):
        faults.append(f"{name} must be a list")
        return
    before = old.get(name) or {}
    if not sent:
        keeps = around.is_update and settings.empty_list_on_update == "keep"
        new[name] = before if keeps else {}
        return
    found = {
        entry["language"]: entry.get("translation") or None
        for entry in sent
        if isinstance(entry, dict)
        and isinstance(entry.get("language"), str)
        and isinstance(entry.get("translation"), str | None)
        and (settings.unknown_locales == "accept" or entry["language"] in contract.DOCUMENTED_LANGUAGES)
    }
    if not found and around.is_update:
        new[name] = before
        return
    if around.is_update and settings.lists_on_update == "merge":
        found = {**before, **found}
    new[name] = {language: text for language, text in found.items() if text is not None}


def _read_object(  # noqa: PLR0913  what one object needs
    name: str,
    sent: Any,
    read: Any,
    old: Mapping[str, Any],
    new: dict[str, Any],
    faults: list[str],
    around: Surroundings,
) -> None:
    if sent is None:
        if around.is_create or around.settings.null_on_update == "clear":
            new[name] = None
        return
    if not isinstance(sent, dict):
        faults.append(f"{name} is invalid")
        return
    if not sent:
        new[name] = None
        return
    before = old.get(name)
    merges = around.is_update and around.settings.objects_on_update == "merge" and before is not None
    try:
        found = read({**before, **sent} if merges and before else sent, around)
    except ItemFailure as failure:
        faults += failure.errors
        return
    new[name] = found or before


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
    values, faults = read_scalars(sent, _RECURRENCE, around)
    occurrences, distance = values.get("occurrences"), values.get("days_distance")
    if occurrences is not None and distance is not None:
        span = (occurrences - 1) * distance
        if span > contract.RECURRENCE_SPAN_DAYS_LIMIT:
            faults.append(
                f"recurrence_schedule spans {span} days (maximum is {contract.RECURRENCE_SPAN_DAYS_LIMIT} days)"
            )
    if faults:
        raise ItemFailure(*faults)
    return {name: value for name, value in values.items() if value is not None}


_OBJECTS: Final = {"template": _template, "lag_duration": _lag, "recurrence_schedule": _recurrence}
