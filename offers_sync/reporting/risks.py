"""What of a plan a reader should look at first: what cannot be undone, what will not work, what guests feel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final, NamedTuple

from offers_sync import codes
from offers_sync.findings import SEVERITY_ORDER, Finding, Severity
from offers_sync.planning.plan import Action


class Rank(IntEnum):
    """What a step comes to; the first is looked at first."""

    CAMPAIGN = 0
    ERROR = 1
    CREATION = 2
    RETIREMENT = 3
    EDIT = 4
    IMAGE = 5


_RANKS: Final[Mapping[Action, Rank]] = {
    Action.DISTRIBUTE: Rank.CAMPAIGN,
    Action.CREATE: Rank.CREATION,
    Action.RETIRE: Rank.RETIREMENT,
    Action.UPDATE: Rank.EDIT,
    Action.UPLOAD_IMAGE: Rank.IMAGE,
}


class Risk(NamedTuple):
    """How much a reader should look at a step: the graver the smaller."""

    rank: Rank
    severity: int
    """That of the worst finding; of a notice where there is none."""
    is_unfelt: bool
    """Whether guests do not feel it now."""

    @property
    def is_remarkable(self) -> bool:
        """Whether more is to be said of it than that it happens."""
        return self.severity < SEVERITY_ORDER[Severity.NOTICE] or not self.is_unfelt


def risk_of(action: Action, findings: Iterable[Finding]) -> Risk:
    """The risk of a step of which such things are said."""
    findings = tuple(findings)
    worst = min((SEVERITY_ORDER[finding.severity] for finding in findings), default=SEVERITY_ORDER[Severity.NOTICE])
    is_felt = any(finding.code == codes.LIVE_EDIT.name for finding in findings)
    rank = _RANKS[action]
    is_error = worst == SEVERITY_ORDER[Severity.ERROR]
    return Risk(min(rank, Rank.ERROR) if is_error else rank, worst, not is_felt)
