"""The plan as GitHub's workflow commands, which show its findings beside the lines of a pull request.

GitHub shows only the first ten of each weight, so the most important come first.
"""

from __future__ import annotations

from offers_sync.planning.plan import Plan
from offers_sync.reporting.findings import findings_github
from offers_sync.reporting.formats import Page
from offers_sync.reporting.plan_remarks import remarks_of


def plan_github(plan: Plan, page: Page) -> str:
    """A command for each finding of the plan."""
    return findings_github(remarks_of(plan), page.prefix)
