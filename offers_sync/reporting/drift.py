"""Drift as text: what git had applied, and what is there now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from offers_sync.planning.plan import Action, Plan, Step
from offers_sync.reporting.escaping import printable
from offers_sync.reporting.formats import Page
from offers_sync.reporting.plan import short

REMEDY: Final = "`offers apply` brings back what git says; to keep a change, write it into its file."


def drift_text(found: Plan, page: Page) -> str:
    """What changed outside git, for a person."""
    return "\n".join(_lines(found, page)) + "\n"


def drift_summary(found: Plan) -> str:
    """How much changed outside git, in one line."""
    where = " on ".join(printable(each) for each in (found.project, found.environment) if each) or "the project"
    if found.failure:
        return f"{where} could not be looked at: {printable(found.failure)}"
    count = len(found.steps)
    objects = "1 object was" if count == 1 else f"{count} objects were"
    summary = f"{objects} changed outside git" if count else "nothing changed outside git"
    unread = found.summary.unverified
    remembered = found.summary.unchanged + count + unread
    but = f"; {unread} of them could not be read" if unread else ""
    return (
        f"{printable(found.project)} on {printable(found.environment)}: {summary}, of {remembered} that are remembered"
        f"{but}."
    )


def _lines(found: Plan, page: Page) -> Iterator[str]:
    yield drift_summary(found)
    for finding in found.findings:
        yield f"  ! {printable(finding.message)}"
    for step in found.steps:
        yield ""
        yield from _step_lines(step, page)
    if found.steps:
        yield ""
        yield REMEDY


def _step_lines(step: Step, page: Page) -> Iterator[str]:
    place = f"  ({page.prefix}{step.position.file}:{step.position.line})" if step.position is not None else ""
    if step.action is Action.CREATE:
        yield f"  {step.name} is gone from the server{place}"
        return
    yield f"  {step.name}{place}"
    for change in step.changes:
        name = printable(change.field.path.removeprefix("/").replace("/", "."))
        yield f"      {name}: git applied {short(change.field.after)}, the server has {short(change.field.before)}"
