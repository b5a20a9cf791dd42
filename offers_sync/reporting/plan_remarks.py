"""All that a plan says of lines of files, as findings, the most important first: for reports that know only findings.

What keeps the plan or a step back is made a finding too, so that nothing is left out there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from offers_sync import codes
from offers_sync.findings import SEVERITY_ORDER, Finding
from offers_sync.planning.holding import LEFT_OUT
from offers_sync.planning.plan import Plan
from offers_sync.reporting.plan_outline import held_name, held_of, refusals_of
from offers_sync.reporting.risks import Rank, risk_of

_FIRST: Final = (
    codes.NO_PLAN.name,
    codes.GUARD_REFUSED.name,
    codes.ENVIRONMENTS_CHANGED.name,
    codes.CAMPAIGN_GIFTS.name,
    codes.WOULD_BE_REFUSED.name,
    codes.PART_WOULD_BE_DROPPED.name,
    codes.PART_WAS_DROPPED.name,
    codes.LIST_INCOMPLETE.name,
    codes.KEPT_BACK.name,
    codes.LIVE_EDIT.name,
)
"""Within one weight these come before the others, in this order; the same of a graver step before that of others."""
_BESIDE: Final = len(Rank)
"""The rank of what is said of no step."""


def remarks_of(plan: Plan) -> tuple[Finding, ...]:
    """Every finding of a plan, the most important first."""
    return tuple(finding for _, finding in sorted(_remarks(plan), key=_importance))


def is_before_live_edits(finding: Finding) -> bool:
    """Whether a finding is more important than that guests feel a change."""
    return finding.code in _FIRST[:-1]


def _remarks(plan: Plan) -> Iterator[tuple[int, Finding]]:
    if plan.failure and not plan.findings:
        yield _BESIDE, Finding.of(codes.NO_PLAN, plan.failure, hint=codes.NO_PLAN.hint)
    for refusal in refusals_of(plan):
        yield _BESIDE, Finding.of(codes.GUARD_REFUSED, refusal)
    for held in held_of(plan):
        for step in held.steps if not held.is_asked_for else ():
            message = f"{held_name(step)} is kept back: {held.reason}"
            yield _BESIDE, Finding.of(codes.KEPT_BACK, message, position=step.position)
    for step in plan.steps:
        rank = risk_of(step.action, step.annotations).rank
        yield from ((rank, finding) for finding in step.annotations if step.held_back != LEFT_OUT)
    yield from ((_BESIDE, finding) for finding in plan.findings)


def _importance(remark: tuple[int, Finding]) -> tuple[int, int, int, tuple[str, int, int, int, str, str]]:
    rank, finding = remark
    place = _FIRST.index(finding.code) if finding.code in _FIRST else len(_FIRST)
    return (SEVERITY_ORDER[finding.severity], place, rank, finding.sort_key)
