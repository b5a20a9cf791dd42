"""Criteria and selectors of which the server keeps less than was written: what would build on them is kept back.

A dropped filter or qualifier makes every offer that uses it more generous than written, also when the apply that
found it out is long over.  Comparing is done by ``comparing``; here is only what follows from its remarks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from offers_sync import codes
from offers_sync.findings import Code, Finding
from offers_sync.models.values import Applied, Desired, Live
from offers_sync.planning.annotating import is_waived
from offers_sync.planning.canonical import unit_of
from offers_sync.planning.clearing import is_uncleared_mark
from offers_sync.planning.comparing import FieldRemark, Remark, compare
from offers_sync.planning.plan import Action, Step
from offers_sync.planning.question import Scene, name_of
from offers_sync.planning.retiring import only_withdraws

_FILTERS: Final = "/line_item_filters/"

Incomplete = Mapping[str, str]
"""Reasons by the names of the documents."""


def why_incomplete(scene: Scene, desired: Desired, remarks: Iterable[FieldRemark]) -> str:
    """What is missing of a criterion or selector on the server, unless somebody reviewed it; empty if nothing is."""
    if desired.kind not in {"criterion", "selector"}:
        return ""
    waivers = [each for each in scene.question.allowances if each.code is not None]
    for code, path in (*_kept(remarks), *_warned(scene, desired)):
        finding = Finding.of(code, "")
        if not is_waived(desired, finding, waivers):
            name = name_of(desired.kind, desired.key)
            where = f"`{path.removeprefix('/').replace('/', '.')}` of {name}" if path else name
            return (
                f"the server does not keep {where} as it is written, so this could be more generous than written: "
                f"mend it, or allow `{code.name}` for it in offers.yaml"
            )
    return ""


def is_never_shown(path: str, shown: Any) -> bool:
    """Whether nothing can be concluded from a value that is missing: answers may leave a filter's quantity out."""
    return shown is None and path.startswith(_FILTERS) and path.endswith("/quantity")


def is_harmless(path: str, shown: Any) -> bool:
    """Whether a criterion or selector may differ so without making an offer another one."""
    return path == "/name" or is_never_shown(path, shown)


def is_mended(desired: Desired, applied: Applied, live: Live | None, path: str) -> bool:
    """Whether what was dropped there was put right on the server since, by whomever.

    The list shows now what is written, and did not when the write was read back.  Without a path it is about the whole
    of the document.
    """
    if live is None or applied.read_back is None:
        return False
    lacked, lacking = _lacking(desired, replace(live, fields=applied.read_back)), _lacking(desired, live)
    unit = unit_of(path)
    return unit in lacked and unit not in lacking if unit else bool(lacked) and not lacking


def _lacking(desired: Desired, shown: Live) -> frozenset[str]:
    """The units that are not shown as they are written; of those that no list shows nothing is known."""
    changes = compare(desired, None, shown).changes
    return frozenset(unit_of(each.path) for each in changes if not is_never_shown(each.path, each.before))


def _kept(remarks: Iterable[FieldRemark]) -> Iterator[tuple[Code, str]]:
    for remark in remarks:
        if remark.remark is Remark.KEPT and not is_harmless(remark.path, remark.shown):
            yield codes.KEPT_BY_SERVER, remark.path


def _warned(scene: Scene, desired: Desired) -> Iterator[tuple[Code, str]]:
    """What the server dropped, as long as that is still what is wanted; what it kept is among the remarks."""
    identity = (desired.kind, desired.external_id)
    applied = scene.applied.get(identity)
    if applied is None:
        return
    for warning in applied.warnings:
        path = str(warning.get("path") or "")
        unit = path.removeprefix("/").partition("/")[0]
        is_wanted = not unit or applied.fields.get(unit) == desired.fields.get(unit)
        if (
            is_wanted
            and not is_uncleared_mark(warning)
            and not is_mended(desired, applied, scene.live.get(identity), path)
        ):
            yield codes.PART_WAS_DROPPED, path


def what_it_builds_on(scene: Scene, step: Step) -> Iterator[str]:
    """The names of what a step's offer depends on, what those depend on included; withdrawing one waits for nothing."""
    if step.action in {Action.RETIRE, Action.UPLOAD_IMAGE} or only_withdraws(step):
        return
    waiting, seen = list(step.desired.depends_on), set[str]()
    while waiting:
        kind, key = waiting.pop()
        name = name_of(kind, key)
        if name not in seen:
            seen.add(name)
            yield name
            document = scene.documents.get((kind, key))
            waiting.extend(document.depends_on if document is not None else ())
