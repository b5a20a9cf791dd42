"""What a step sends: the payload of a create or an update, and which criteria go inside their redeemable's.

When it is sent, and what its answer means, is not said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from offers_sync.models.values import ObjectKind, Tree
from offers_sync.planning.plan import Action, Step
from offers_sync.wire import codec

CriteriaSetting = Literal["separate", "inline"]


def inline_criteria(steps: Iterable[Step]) -> dict[str, Step]:
    """The new criteria that go inside the create call of their redeemable, by its key."""
    ready = [step for step in steps if not step.held_back and step.action is Action.CREATE]
    creating = {step.desired.key for step in ready if step.kind == "redeemable"}
    return {
        step.desired.inline_in: step
        for step in ready
        if step.kind == "criterion"
        and step.desired.inline_in is not None
        and step.desired.inline_in in creating
        and codec.fits_inline(step.desired.fields)
    }


def payloads_of(steps: Iterable[Step], criteria: CriteriaSetting) -> dict[str, dict[str, Any]]:
    """What each step sends, by its name; a criterion that goes inside its redeemable sends nothing itself."""
    steps = tuple(steps)
    inline = inline_criteria(steps) if criteria == "inline" else {}
    inside = {step.name for step in inline.values()}
    return {
        step.name: creation(step.kind, step, inline) if step.action is Action.CREATE else change(step.kind, step)
        for step in steps
        if step.kind != "campaign" and step.action is not Action.UPLOAD_IMAGE and step.name not in inside
    }


def creation(kind: ObjectKind, step: Step, inline: Mapping[str, Step]) -> dict[str, Any]:
    """The payload of a create."""
    payload = {"external_id": step.desired.external_id, **codec.encode(kind, step.desired.fields)}
    within = inline.get(step.desired.key) if kind == "redeemable" else None
    if within is not None:
        return codec.with_inline_criterion(payload, within.desired.external_id, within.desired.fields)
    return payload


def change(kind: ObjectKind, step: Step) -> dict[str, Any]:
    """The payload of an update: what changes, and what the vendor wants with every one."""
    desired = step.desired.fields
    fields = _picked(desired, step.units)
    if kind == "criterion" and _FUNCTION in fields:
        # Another function leaves the fields of the old one in place, so all that are meant go along.
        fields = {**{name: value for name, value in desired.items() if not _is_nested(value)}, **fields}
    if kind == "selector" and desired.get("name") is not None:
        fields["name"] = desired["name"]
    shown = step.live.fields if step.live is not None else {}
    return {"external_id": step.desired.external_id, **codec.encode_update(kind, _whole(fields, shown))}


_FUNCTION: Final = "qc_processing_function"
_NESTED: Final = ("base_items", "modifiers", "aggregator_grouping_attributes", "template")
_NESTED_IN_SCHEDULE: Final = ("lag", "recurrence")


def _is_nested(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple))


def _whole(fields: dict[str, Any], shown: Tree) -> dict[str, Any]:
    """Nested objects with every member: whether the server replaces the old one or lays the new one over it."""
    whole = {name: _closed(value, shown.get(name)) if name in _NESTED else value for name, value in fields.items()}
    schedule, shown_schedule = fields.get("schedule"), shown.get("schedule") or {}
    if isinstance(schedule, Mapping):
        whole["schedule"] = {
            name: _closed(value, shown_schedule.get(name)) if name in _NESTED_IN_SCHEDULE else value
            for name, value in schedule.items()
        }
    return whole


def _closed(value: Any, shown: Any) -> Any:
    """The object, and an end to the members that the server has and it has not."""
    if not isinstance(value, Mapping) or not isinstance(shown, Mapping):
        return value
    gone = {name: _nothing_like(member) for name, member in shown.items() if name not in value and _is_set(member)}
    return {**value, **gone}


def _is_set(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", [], {})


def _nothing_like(value: Any) -> Any:
    """False for what is true or false, an empty list for a list, else null."""
    if isinstance(value, bool):
        return False
    return [] if isinstance(value, list) else None


def _picked(fields: Tree, units: Iterable[str]) -> dict[str, Any]:
    picked: dict[str, Any] = {}
    for unit in units:
        top, _, member = unit.partition("/")
        if member:
            picked.setdefault(top, {})[member] = (fields.get(top) or {}).get(member)
        else:
            picked[top] = fields.get(top)
    return picked
