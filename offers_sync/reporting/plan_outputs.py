"""The few facts of a plan that the next steps of a pipeline decide by, as lines of ``GITHUB_OUTPUT``.

No text that somebody wrote is among them: a line break in one would be a fact of its own.
"""

from __future__ import annotations

from offers_sync.planning.plan import Plan
from offers_sync.reporting.formats import Page


def plan_outputs(plan: Plan, page: Page) -> str:  # noqa: ARG001  the signature of all forms
    """Whether applying would do something, and the digest of what."""
    return f"changes={'false' if plan.is_empty else 'true'}\ndigest={plan.digest}\n"
