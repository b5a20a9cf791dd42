"""Three sides of one object, unit by unit: desired, last applied, live.

    desired     last applied       live                     verdict
    ----------  -----------------  -----------------------  ---------------------------------------------------
    set         any                equal                    nothing
    set         equal to desired   equal to the read-back   nothing; remark: the server keeps it so
    set         equal to desired   differs                  drift
    set         differs, or none   differs                  edit
    null        equal to desired   equal to the read-back   nothing; remark: the server keeps it so
    null        any                set                      clear
    unset       set                set                      clear
    unset       not cleared        equal to the read-back   nothing; remark: the server keeps it so
    unset       not cleared        set                      clear
    unset       null, or unset     any                      nothing: not managed, listed on request
    write-only  equal              not shown                nothing; remark: cannot be verified
    write-only  none               not shown                the same, and it is sent with the next update
    write-only  differs            not shown                edit
    null        write-only, set    not shown                clear
    unset       write-only, set    not shown                clear

*Set* means to another value than the one that counts while the field is absent, *not cleared* that the server kept it
when it was taken out.  A unit is what an update sends or leaves out.  Inside a nested unit the same holds place by
place: a difference that the server showed right after the value was applied is its way of showing it.  What becomes of
the changes is not decided here.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from offers_sync.models.packed import Packed, pack
from offers_sync.models.values import Applied, Desired, DesiredKind, Live, Tree
from offers_sync.planning.canonical import (
    ALWAYS_THERE,
    SCHEDULE,
    UnitFacts,
    canonical,
    names_of_units,
    order_key,
    unit_facts,
    units_of,
    unlike,
)
from offers_sync.planning.clearing import uncleared_units
from offers_sync.planning.difference import Difference, Sameness, differences, sameness

Units = Mapping[str, Any]


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
    """One value that would change, at a JSON Pointer in the YAML's names; what is gone from a list is at the list."""

    path: str
    before: Any
    after: Any
    verdict: Verdict
    is_outside: bool = False
    """Whether git asked for the same before, and somebody changed it on the server since."""


@dataclass(frozen=True, slots=True)
class FieldRemark:
    """A value that is written and, for this reason, neither sent nor called different."""

    path: str
    remark: Remark
    written: Any
    shown: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between what is desired and what is live."""

    changes: tuple[FieldChange, ...] = ()
    units: tuple[str, ...] = ()
    """The units to send, unverified ones that ride along included."""
    remarks: tuple[FieldRemark, ...] = ()
    fingerprint: str = ""
    """Equal for equal writes over equal live values, whatever the order in which lists are written."""


NO_DIFFERENCE = Comparison()


@dataclass(frozen=True, slots=True)
class _Sides:
    """One unit from all sides; ``is_set``, ``is_remembered`` and ``is_uncleared`` tell kinds of nothing apart."""

    unit: str
    is_set: bool
    after: Any
    is_remembered: bool
    remembered: Any
    read_back: Any
    before: Any
    facts: UnitFacts
    is_uncleared: bool = False
    """Whether it was taken out and could not be cleared."""

    @property
    def is_known(self) -> bool:
        """Whether what is desired is what was last applied."""
        return self.is_uncleared or (self.is_set and self.is_remembered and self.remembered == self.after)

    def counting(self, value: Any) -> Any:
        """The value, or what counts while there is none."""
        return self.facts.default if value is None else value


@dataclass(slots=True)
class _Found:
    """What has been found so far."""

    changes: list[FieldChange] = field(default_factory=list)
    remarks: list[FieldRemark] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    riders: list[str] = field(default_factory=list)
    rows: list[tuple[str, Any, Any]] = field(default_factory=list)


def compare(desired: Desired, applied: Applied | None, live: Live) -> Comparison:
    """The changes that bring the live object to what is desired."""
    suspects = _suspects(desired, applied, live)
    if not suspects:
        return NO_DIFFERENCE
    found = _Found()
    for sides in suspects:
        if _is_hidden(sides, live):
            _judge_hidden(sides, found)
        else:
            _judge(sides, found, desired)
    if not found.units:
        return Comparison(remarks=tuple(found.remarks))
    return Comparison(
        tuple(found.changes), (*found.units, *found.riders), tuple(found.remarks), fingerprint_of(found.rows)
    )


def created(desired: Desired) -> Comparison:
    """Every field of an object that is to be made."""
    wanted = sorted((unit, after) for unit, after in units_of(canonical(desired.kind, desired.fields)).items())
    rows = [(unit, None, after) for unit, after in wanted if after is not None]
    return Comparison(
        tuple(FieldChange(f"/{unit}", None, after, Verdict.EDIT) for unit, _, after in rows),
        tuple(unit for unit, _, _ in rows),
        fingerprint=fingerprint_of(rows),
    )


def unmanaged(desired: Desired, applied: Applied | None, live: Live) -> tuple[tuple[str, Any], ...]:
    """The fields that have a value on the server and that git says nothing about, by path."""
    managed = set(names_of_units(canonical(desired.kind, desired.fields)))
    managed.update(names_of_units(applied.fields) if applied is not None else ())
    shown = units_of(canonical(live.kind, live.fields))
    return tuple(
        (f"/{unit}", value)
        for unit, value in sorted(shown.items())
        if unit not in managed and value is not None and value != unit_facts(live.kind, unit).default
    )


def fingerprint_of(rows: Iterable[tuple[str, Any, Any]]) -> str:
    """One value for units with what they are before and after."""
    return hashlib.sha256(order_key(list(rows))).hexdigest()


def _suspects(desired: Desired, applied: Applied | None, live: Live) -> list[_Sides]:
    """The units on which the sides do not plainly agree; what is equal as it stands is looked at no further."""
    kind = desired.kind
    doubtful = unlike(kind, desired.fields, live.fields)
    uncleared = uncleared_units(applied)
    if uncleared:
        uncleared = uncleared.difference(names_of_units(desired.fields))
    forgotten = _forgotten(desired, applied) | uncleared
    if not doubtful and not forgotten:
        return []
    wanted = _units(kind, desired.fields, doubtful)
    shown = _units(kind, live.fields, [*doubtful, *forgotten])
    names = [
        unit
        for unit in sorted({*wanted, *forgotten})
        if unit in forgotten or wanted[unit] != shown.get(unit) or unit_facts(kind, unit).is_write_only
    ]
    if not names:
        return []
    remembered = _units(kind, applied.fields, names) if applied is not None else {}
    read_back = _units(kind, applied.read_back or {}, names) if applied is not None else {}
    has_read_back = applied is not None and applied.read_back is not None
    return [
        _Sides(
            unit,
            unit in wanted,
            wanted.get(unit),
            unit in remembered,
            remembered.get(unit),
            read_back.get(unit) if has_read_back else _NEVER_READ,
            shown.get(unit),
            unit_facts(kind, unit),
            unit in uncleared,
        )
        for unit in names
    ]


def _forgotten(desired: Desired, applied: Applied | None) -> frozenset[str]:
    """The units that were applied, are not written any more, and can be cleared."""
    if applied is None:
        return frozenset()
    written, remembered = desired.fields, applied.fields
    if isinstance(remembered, Packed) and remembered.text == pack(written):
        return frozenset()
    if remembered.keys() <= written.keys() and _members(remembered) <= _members(written):
        return frozenset()
    return frozenset(names_of_units(remembered)) - frozenset(names_of_units(written)) - ALWAYS_THERE


def _members(fields: Tree) -> Set[str]:
    schedule = fields.get(SCHEDULE)
    return schedule.keys() if isinstance(schedule, Mapping) else frozenset()


_NEVER_READ = object()
"""Equal to nothing that was shown."""


def _units(kind: DesiredKind, fields: Tree, names: Iterable[str]) -> Units:
    """The canonical values of the fields that some units belong to, by unit."""
    tops = {name.partition("/")[0] for name in names}
    return units_of(canonical(kind, {name: value for name, value in fields.items() if name in tops}))


def _is_hidden(sides: _Sides, live: Live) -> bool:
    return sides.facts.is_write_only and (sides.unit not in live.shown or sides.before is None)


def _judge_hidden(sides: _Sides, found: _Found) -> None:
    """A unit that answers do not show: what was last applied has to speak for it."""
    path = f"/{sides.unit}"
    if sides.after is None:
        if sides.is_remembered and sides.counting(sides.remembered) != sides.facts.default:
            _send(sides, found, sides.remembered, [FieldChange(path, sides.remembered, None, Verdict.CLEAR)])
    elif sides.is_remembered and sides.counting(sides.remembered) != sides.after:
        _send(sides, found, sides.remembered, [FieldChange(path, sides.remembered, sides.after, Verdict.EDIT)])
    else:
        found.remarks.append(FieldRemark(path, Remark.UNVERIFIED, sides.after, None))
        if not sides.is_remembered:
            found.riders.append(sides.unit)
            found.rows.append((sides.unit, None, sides.after))


def _judge(sides: _Sides, found: _Found, desired: Desired) -> None:
    path = f"/{sides.unit}"
    if sides.counting(sides.before) == sides.counting(sides.after):
        return
    if not sides.is_set and sides.remembered is None and not sides.is_uncleared:
        return
    if sides.is_known and sides.before == sides.read_back:
        found.remarks.append(FieldRemark(path, Remark.KEPT, sides.after, sides.before))
        return
    changes: list[FieldChange] = []
    usual = _usual_differences(sides)
    for difference in _placed(sides, desired):
        same = sameness(difference.path, difference.before, difference.after)
        if usual[same] > 0:
            usual[same] -= 1
            found.remarks.append(FieldRemark(difference.path, Remark.KEPT, difference.after, difference.before))
        else:
            changes.append(_change(difference, sides))
    if changes:
        _send(sides, found, sides.before, changes)


def _send(sides: _Sides, found: _Found, before: Any, changes: list[FieldChange]) -> None:
    found.changes.extend(changes)
    found.units.append(sides.unit)
    found.rows.append((sides.unit, before, sides.after))


def _change(difference: Difference, sides: _Sides) -> FieldChange:
    verdict = Verdict.DRIFT if sides.is_known else Verdict.EDIT
    if sides.after is None:
        verdict = Verdict.CLEAR
    return FieldChange(difference.path, difference.before, difference.after, verdict, is_outside=sides.is_known)


def _placed(sides: _Sides, desired: Desired) -> tuple[Difference, ...]:
    """The differences of a unit with the indexes that lists have in the YAML."""
    after = sides.after
    is_inside = isinstance(after, (list, dict)) and isinstance(sides.before, (list, dict))
    if is_inside and not sides.unit.startswith(SCHEDULE):
        field_only = {sides.unit: desired.fields[sides.unit]}
        after = canonical(desired.kind, field_only, keeps_order=True)[sides.unit]
    return differences(f"/{sides.unit}", sides.before, after)


def _usual_differences(sides: _Sides) -> Counter[Sameness]:
    """How the server showed a nested value right after it was applied, where that was not as it was written."""
    if not isinstance(sides.before, (list, dict)) or sides.read_back is _NEVER_READ or sides.remembered is None:
        return Counter()
    shown_so = differences(f"/{sides.unit}", sides.read_back, sides.remembered)
    return Counter(sameness(each.path, each.before, each.after) for each in shown_so)
