"""Three sides of one object, field by field: desired, last applied, live.

    desired    last applied        live                     verdict
    ---------  ------------------  -----------------------  ----------------------------------------------
    set        any                 equal                    nothing
    set        equal to desired    equal to the read-back   nothing: the server keeps it so
    set        equal to desired    differs                  drift
    set        differs, or none    differs                  edit
    null       any                 set                      clear (once; then the server keeps it so)
    unset      set                 set                      clear
    unset      unset               any                      nothing: not managed
    write-only, not shown: an edit when it differs from what was applied, else nothing that can be verified

What becomes of the changes is not decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from offers_sync.contract import WRITE_ONLY_CRITERION_FIELDS
from offers_sync.models.values import Applied, Desired, Live
from offers_sync.planning.canonical import SERVER_DEFAULTS, canonical, is_boolean, order_key


class Verdict(StrEnum):
    """Why a field changes."""

    EDIT = "edit"
    DRIFT = "drift"
    CLEAR = "clear"


class Remark(StrEnum):
    """Why a field that differs, or cannot be seen, stays as it is."""

    KEPT = "kept"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value that would change, at a JSON Pointer in the YAML's names."""

    path: str
    before: Any
    after: Any
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between what is desired and what is live; units are those of ``canonical``."""

    changes: tuple[FieldChange, ...]
    units: tuple[str, ...]
    """The units to send, unverified ones that ride along included."""
    remarks: tuple[tuple[str, Remark], ...] = ()


def compare(desired: Desired, applied: Applied | None, live: Live) -> Comparison:
    """The changes that bring the live object to what is desired."""
    wanted = canonical(desired.kind, desired.fields)
    shown = canonical(live.kind, live.fields)
    remembered = canonical(applied.kind, applied.fields) if applied is not None else {}
    read_back = canonical(applied.kind, applied.read_back) if applied is not None and applied.read_back else {}
    changes: list[FieldChange] = []
    remarks: list[tuple[str, Remark]] = []
    units: list[str] = []
    riders: list[str] = []
    for unit in sorted({*wanted, *remembered}):
        default = SERVER_DEFAULTS.get(unit, False if is_boolean(desired.kind, unit) else None)
        is_set = unit in wanted
        after = _or(wanted.get(unit), default) if wanted.get(unit) is not None else wanted.get(unit)
        if _is_hidden(desired, live, unit):
            before = remembered.get(unit)
            if is_set and unit in remembered and before != after:
                changes.append(FieldChange(_pointer(unit), before, after, Verdict.EDIT))
                units.append(unit)
            elif is_set:
                remarks.append((unit, Remark.UNVERIFIED))
                if unit not in remembered:
                    riders.append(unit)
            continue
        before = shown.get(unit)
        if _or(before, default) == _or(after, default):
            continue
        if unit in remembered and is_set and remembered[unit] == after and before == read_back.get(unit):
            remarks.append((unit, Remark.KEPT))
            continue
        units.append(unit)
        changes.extend(_inside(_pointer(unit), before, after, _verdict(after, unit, remembered)))
    return Comparison(tuple(changes), (*units, *(riders if units else ())), tuple(remarks))


def created(desired: Desired) -> tuple[FieldChange, ...]:
    """Every field of an object that is to be made."""
    wanted = canonical(desired.kind, desired.fields)
    return tuple(
        FieldChange(_pointer(unit), None, after, Verdict.EDIT)
        for unit, after in sorted(wanted.items())
        if after is not None
    )


def _verdict(after: Any, unit: str, remembered: Mapping[str, Any]) -> Verdict:
    if after is None:
        return Verdict.CLEAR
    return Verdict.DRIFT if unit in remembered and remembered[unit] == after else Verdict.EDIT


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _is_hidden(desired: Desired, live: Live, unit: str) -> bool:
    if desired.kind != "criterion" or unit not in WRITE_ONLY_CRITERION_FIELDS:
        return False
    return unit not in live.shown or live.fields.get(unit) in (None, "")


def _pointer(unit: str) -> str:
    return "/" + unit


def _inside(path: str, before: Any, after: Any, verdict: Verdict) -> Iterator[FieldChange]:
    """The smallest stretches that say the whole difference."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _inside(f"{path}/{_escaped(name)}", before.get(name), after.get(name), verdict)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _members(path, before, after, verdict)
    elif before != after:
        yield FieldChange(path, before, after, Verdict.CLEAR if after is None else verdict)


def _members(path: str, before: list[Any], after: list[Any], verdict: Verdict) -> Iterator[FieldChange]:
    gone = Counter(order_key(member) for member in before)
    gone.subtract(order_key(member) for member in after)
    removed = [member for member in before if gone[order_key(member)] > 0]
    added = [member for member in after if gone[order_key(member)] < 0]
    for index in range(max(len(removed), len(added))):
        old = removed[index] if index < len(removed) else None
        new = added[index] if index < len(added) else None
        yield FieldChange(path, old, new, Verdict.CLEAR if new is None else verdict)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
