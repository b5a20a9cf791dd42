"""The plan as GitHub's workflow commands, which show what it says beside the lines of a pull request.

GitHub shows only the first ten of each weight.  Findings come first, the most important before the others, and after
them what the lines of this change do; where that is more than is shown, what is alike is gathered into one, and the
first ten say something of everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from offers_sync.findings import Finding, Position, Severity
from offers_sync.planning.plan import Action, Cause, Change, Plan, Step
from offers_sync.reporting.columns import cut
from offers_sync.reporting.contrasting import contrasted
from offers_sync.reporting.findings import findings_github
from offers_sync.reporting.formats import Page
from offers_sync.reporting.plan_remarks import is_before_live_edits, remarks_of
from offers_sync.reporting.risks import risk_of
from offers_sync.reporting.wording import NOTHING, VERBS, label_of, words_of_both

TITLE: Final = "offers-plan"
_MOST: Final = 10
"""As many of a weight as GitHub shows."""
_VALUE_LENGTH: Final = 60
_NAME_LENGTH: Final = 120
_VALUES_SHOWN: Final = 3
_PLACES_SHOWN: Final = 3


def plan_github(plan: Plan, page: Page) -> str:
    """A command for each finding of the plan, and for as many steps of this change as are shown."""
    found = [*remarks_of(plan), *islice(_told(plan), _MOST)]
    weights = [[finding for finding in found if finding.severity is severity] for severity in Severity]
    return findings_github([finding for each in weights for finding in _fitted(each, page.prefix)], page.prefix)


# ------------------------------------------------------------------------------------- which are shown before others


def _fitted(findings: Sequence[Finding], prefix: str) -> Sequence[Finding]:
    """The findings of one weight so that the first of them, which are shown, say as much as they can."""
    if len(findings) <= _MOST:
        return findings
    first = [finding for finding in findings if is_before_live_edits(finding)]
    steps = [finding for finding in findings if finding.code == TITLE]
    rest = [finding for finding in findings if finding.code != TITLE and not is_before_live_edits(finding)]
    return _spread(list(_gathered([*first, *steps, *rest], prefix)))


def _gathered(findings: Iterable[Finding], prefix: str) -> Iterator[Finding]:
    """One for all that say the same of different lines, at the first of them."""
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        alike.setdefault((finding.code, finding.message, finding.hint), []).append(finding)
    for first, *others in alike.values():
        more = f" (the same of {_counted(others, prefix)})" if others else ""
        yield replace(first, message=f"{first.message}{more}")


def _counted(others: Sequence[Finding], prefix: str) -> str:
    places = [f"{prefix}{each.position.file}:{each.position.line}" for each in others if each.position is not None]
    shown = ", ".join(f"`{cut(place, _NAME_LENGTH)}`" for place in places[:_PLACES_SHOWN])
    more = f"{len(others):,} more"
    return f"{more}, such as {shown}" if len(places) > _PLACES_SHOWN else f"{more}: {shown}" if shown else more


def _spread(findings: Sequence[Finding]) -> Sequence[Finding]:
    """The first of every code, then the second of each, and so on; the more important code before the other."""
    if len(findings) <= _MOST:
        return findings
    seen: Counter[str] = Counter()
    turns: list[tuple[int, Finding]] = []
    for finding in findings:
        turns.append((seen[finding.code], finding))
        seen[finding.code] += 1
    return [finding for _, finding in sorted(turns, key=lambda turn: turn[0])]


# --------------------------------------------------------------------------------------------------- what steps do


def _told(plan: Plan) -> Iterator[Finding]:
    """What the steps do that this change is answerable for, each at the first line that says so, the gravest first."""
    for step in sorted(plan.ready, key=lambda step: risk_of(step.action, step.annotations)):
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
    was, becomes = words_of_both(change.field.before, change.field.after, plan.names, path)
    before, after = contrasted(was or NOTHING, becomes or NOTHING, _VALUE_LENGTH)
    return f"{cut(label_of(path), _NAME_LENGTH)} {before} -> {after}"
