"""The plan as GitHub's workflow commands, which show what it says beside the lines of a pull request.

GitHub shows only the first ten of each weight, so findings come first, the most important before the others, and
after them what the lines of this change do.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from offers_sync.findings import Finding, Position, Severity
from offers_sync.planning.plan import Action, Cause, Change, Plan, Step
from offers_sync.reporting.columns import contrasted, cut
from offers_sync.reporting.findings import findings_github
from offers_sync.reporting.formats import Page
from offers_sync.reporting.plan_remarks import remarks_of
from offers_sync.reporting.wording import VERBS, label_of, words_of

TITLE: Final = "offers-plan"
_MOST: Final = 10
"""As many of a weight as GitHub shows."""
_VALUE_LENGTH: Final = 60
_NAME_LENGTH: Final = 120
_VALUES_SHOWN: Final = 3


def plan_github(plan: Plan, page: Page) -> str:
    """A command for each finding of the plan, and for as many steps of this change as are shown."""
    return findings_github([*remarks_of(plan), *islice(_told(plan), _MOST)], page.prefix)


def _told(plan: Plan) -> Iterator[Finding]:
    """What the steps do that this change is answerable for, each at the first line that says so."""
    for step in plan.ready:
        changes = [change for change in step.changes if _cause(step, change) is Cause.THIS_CHANGE]
        if not changes:
            continue
        places = [change.position for change in changes if change.position is not None]
        position = step.position if step.action is Action.CREATE or not places else min(places, key=_order)
        yield Finding(TITLE, Severity.NOTICE, _message(plan, step, changes), position=position)


def _order(place: Position) -> tuple[str, int, int]:
    return (place.file, place.line, place.column)


def _cause(step: Step, change: Change) -> Cause | None:
    return change.cause if change.cause is not None else step.cause


def _message(plan: Plan, step: Step, changes: list[Change]) -> str:
    what = f"{VERBS[step.action]} {step.kind} `{cut(step.desired.key, _NAME_LENGTH)}`"
    if step.action is Action.CREATE:
        return what
    told = [_value(plan, change) for change in changes[:_VALUES_SHOWN]]
    more = f", and {len(changes) - _VALUES_SHOWN} more" if len(changes) > _VALUES_SHOWN else ""
    return f"{what}: {', '.join(told)}{more}"


def _value(plan: Plan, change: Change) -> str:
    path = change.field.path
    was, becomes = (words_of(side, plan.names, path) for side in (change.field.before, change.field.after))
    before, after = contrasted(was, becomes, _VALUE_LENGTH)
    return f"{cut(label_of(path), _NAME_LENGTH)} {before} -> {after}"
