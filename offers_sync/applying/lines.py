"""What the server said and did to a document, as findings on the lines that wrote it.

Where a warning's echo stands in a payload is found by ``planning.tracing``; whether anything follows from a finding
is decided elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from offers_sync import codes
from offers_sync.contract import WRITE_ONLY_CRITERION_FIELDS
from offers_sync.findings import Finding
from offers_sync.models.values import Applied, Desired, Live, Tree
from offers_sync.planning.annotating import placed
from offers_sync.planning.canonical import unit_of
from offers_sync.planning.comparing import FieldChange, compare
from offers_sync.planning.completeness import is_never_shown
from offers_sync.planning.foretelling import recalled_finding
from offers_sync.planning.plan import Action, Step, plain
from offers_sync.planning.question import Locate
from offers_sync.wire import codec

INLINE_PLACE: Final = "receipt_rule.redeeming_criterion"
_SHOWN_LENGTH: Final = 80


# ------------------------------------------------------------------------------------------- what the server said


def traced(step: Step, warnings: Iterable[Tree]) -> tuple[Tree, ...]:
    """The warnings about what a step wrote, each with the JSON Pointer of the value that it is about."""
    return tuple({**warning, "path": _place_in(step.desired, warning)} for warning in warnings)


def _place_in(desired: Desired, warning: Tree) -> str:
    finding = _recalled(desired, warning)
    return finding.path if finding is not None else ""


def _recalled(desired: Desired, warning: Tree) -> Finding | None:
    if desired.kind == "campaign":
        return None
    return recalled_finding(desired.kind, codec.encode(desired.kind, desired.fields), warning)


def is_about_criterion(warning: Tree) -> bool:
    """Whether a warning about a redeemable is about the criterion inside it."""
    place = str(warning.get("place") or "")
    return place.startswith(INLINE_PLACE) or place.split(".", maxsplit=1)[0] in _CRITERION_PLACES


_CRITERION_PLACES: Final = frozenset(
    {"line_item_filters", "item_qualifiers", "receipt_qualifiers", *WRITE_ONLY_CRITERION_FIELDS}
)


def warning_findings(desired: Desired, warnings: Iterable[Tree], locate: Locate) -> Iterator[Finding]:
    """What the server said of a document; a warning that echoes nothing of it is about the whole of it."""
    for warning in warnings:
        said = Finding.of(codes.PART_WAS_DROPPED, f"the server says: {warning.get('message')}")
        yield placed(desired, _recalled(desired, warning) or said, locate)


# ------------------------------------------------------------------------------------------- what the server did


def losses(step: Step, live: Live) -> tuple[FieldChange, ...]:
    """What was sent and is not as it was sent; ``before`` is what the server shows, ``after`` what was written."""
    desired = step.desired
    marks = step.applied.warnings if step.applied is not None and step.action is not Action.CREATE else ()
    memory = Applied(desired.kind, desired.key, desired.external_id, _sent_fields(step), None, warnings=marks)
    return tuple(
        change
        for change in compare(desired, memory, live).changes
        if (step.action is Action.CREATE or unit_of(change.path) in step.units)
        and not is_never_shown(change.path, change.before)
    )


def _sent_fields(step: Step) -> dict[str, Any]:
    """What git asked for before, with all that it asks for now: what is only in the former was to be cleared."""
    former = dict(step.applied.fields) if step.applied is not None else {}
    for name in WRITE_ONLY_CRITERION_FIELDS:
        former.pop(name, None)
    fields = {**former, **step.desired.fields}
    schedules = (former.get("schedule"), step.desired.fields.get("schedule"))
    if all(isinstance(schedule, Mapping) for schedule in schedules):
        fields["schedule"] = {name: value for schedule in schedules for name, value in (schedule or {}).items()}
    return fields


def loss_findings(desired: Desired, lost: Iterable[FieldChange], locate: Locate) -> Iterator[Finding]:
    """What the server dropped, altered, or did not clear."""
    for change in lost:
        written, shown = short(change.after), short(change.before)
        if change.after is None:
            code, words = codes.NOT_CLEARED, f"could not be cleared: the server still shows {shown}"
        elif change.before is None:
            code, words = codes.SERVER_DROPPED, f"was sent as {written}, and the server does not show it"
        else:
            code, words = codes.SERVER_ALTERED, f"was sent as {written}, and the server shows {shown}"
        name = change.path.removeprefix("/").replace("/", ".")
        yield placed(desired, Finding.of(code, f"`{name}` {words}", path=change.path), locate)


def short(value: Any) -> str:
    """A value on one line."""
    text = value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
    return f"`{text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + '…'}`"
