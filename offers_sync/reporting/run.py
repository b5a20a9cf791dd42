"""What became of a run, as text."""

from __future__ import annotations

from collections.abc import Iterator

from offers_sync.applying.outcomes import RunReport
from offers_sync.models.values import Outcome
from offers_sync.reporting.escaping import printable


def run_text(report: RunReport) -> str:
    """The outcomes for a person: what went wrong in full, the rest in figures."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: RunReport) -> Iterator[str]:
    for item in report.items:
        if item.outcome is Outcome.DONE:
            continue
        yield f"  {item.outcome.value.replace('_', ' ')}: {item.step.action.value} {item.step.name}"
        for text in item.errors:
            yield f"      {printable(text)}"
        for finding in item.annotations:
            yield f"      {finding.position or ''} {printable(finding.message)}"
    figures = ", ".join(f"{report.counts[outcome]} {outcome.value}" for outcome in Outcome if report.counts[outcome])
    yield f"run {report.run}: {figures or 'nothing to do'}"
