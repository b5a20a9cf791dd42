"""Segments by their names: the number that is sent, why there is none, and names where people read changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from offers_sync.models.values import Desired
from offers_sync.planning.comparing import Comparison, FieldChange
from offers_sync.planning.question import Scene

SEGMENT_PATH: Final = "/segment"


def with_segment(scene: Scene, desired: Desired) -> tuple[Desired, str]:
    """The segment's name replaced by its number, or why that cannot be done."""
    name = desired.fields.get("segment")
    if not isinstance(name, str) or scene.question.is_offline:
        return desired, ""
    number = segment_number(scene, name)
    if isinstance(number, int):
        return replace(desired, fields={**desired.fields, "segment": number}), ""
    return desired, number


def segment_number(scene: Scene, name: str) -> int | str:
    """The one segment of a name, or why there is none."""
    found = scene.segments.get(name, ())
    gap = scene.question.snapshot.unread.get("segments", "")
    if len(found) == 1:
        return found[0]
    if found:
        numbers = ", ".join(str(number) for number in sorted(found))
        return f"{len(found)} segments are called `{name}` ({numbers}): rename all but one of them in the dashboard"
    if gap:
        return f"the segment `{name}` could not be looked up: {gap}"
    return f"no segment is called `{name}`: create it in the dashboard, or mend the name"


def with_segment_names(scene: Scene, comparison: Comparison) -> Comparison:
    """People know segments by name, so changes show names where there are any."""
    if not any(change.path == SEGMENT_PATH for change in comparison.changes):
        return comparison
    names: Mapping[str, str] = scene.segment_names
    return replace(comparison, changes=tuple(_named(comparison.changes, names)))


def _named(changes: tuple[FieldChange, ...], names: Mapping[str, str]) -> Iterator[FieldChange]:
    for change in changes:
        if change.path == SEGMENT_PATH:
            yield replace(change, before=_name_in(change.before, names), after=_name_in(change.after, names))
        else:
            yield change


def _name_in(number: Any, names: Mapping[str, str]) -> Any:
    return names.get(number, number) if isinstance(number, str) else number
