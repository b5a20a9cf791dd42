"""What was taken out of a document and could not be cleared on the server, as its memory says it.

Such a value is not managed any more, and not forgotten either: git asked for nothing in its place.  That it could not
be cleared is found out by ``applying``, and what follows from it is said by ``comparing``.
"""

from __future__ import annotations

from typing import Final

from offers_sync import codes
from offers_sync.models.values import Applied, Live, Tree
from offers_sync.planning.canonical import canonical, names_of_units, unit_facts, unit_of, units_of

_CODE: Final = codes.NOT_CLEARED.name


def uncleared_mark(unit: str) -> Tree:
    """What a memory holds of such a unit, among the warnings of the server."""
    return {"place": "", "message": codes.NOT_CLEARED.title, "item": None, "path": f"/{unit}", "code": _CODE}


def is_uncleared_mark(warning: Tree) -> bool:
    """Whether that is what a warning is."""
    return warning.get("code") == _CODE


def uncleared_units(applied: Applied | None) -> frozenset[str]:
    """The units that were taken out and could not be cleared, and were not written since."""
    if applied is None or not applied.warnings:
        return frozenset()
    marked = {unit_of(str(each.get("path") or "")) for each in applied.warnings if is_uncleared_mark(each)}
    return frozenset(marked).difference(names_of_units(applied.fields)) if marked else frozenset()


def is_cleared(live: Live, unit: str) -> bool:
    """Whether the server shows nothing there, or what counts as long as there is nothing."""
    name = unit.partition("/")[0]
    shown = units_of(canonical(live.kind, {name: live.fields.get(name)})).get(unit)
    return shown is None or shown == unit_facts(live.kind, unit).default
