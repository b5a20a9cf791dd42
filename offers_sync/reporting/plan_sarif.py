"""The plan's findings as SARIF 2.1.0, for code scanning services."""

from __future__ import annotations

from offers_sync.planning.plan import Plan
from offers_sync.reporting.findings_sarif import findings_sarif
from offers_sync.reporting.formats import Page
from offers_sync.reporting.plan_remarks import remarks_of


def plan_sarif(plan: Plan, page: Page) -> str:
    """One run with a result for each finding of the plan."""
    return findings_sarif(remarks_of(plan), page.prefix)
