"""Drift as text: what git had applied, and what is there now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from offers_sync.planning.plan import Action, Plan, Step
from offers_sync.reporting.columns import width_of, wrapped
from offers_sync.reporting.contrasting import contrasted
from offers_sync.reporting.escaping import harmless, printable
from offers_sync.reporting.formats import Page
from offers_sync.reporting.layout import fitting
from offers_sync.reporting.plan_outline import Row, rows_of

REMEDY: Final = "`offers apply` brings back what git says; to keep a change, write it into its file."


_VALUE_LENGTH: Final = 100


def drift_text(found: Plan, page: Page) -> str:
    """What changed outside git, for a person."""
    return harmless("\n".join(_lines(found, page))) + "\n"


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
    width = fitting(page.width)
    yield from wrapped(drift_summary(found), width)
    for finding in found.findings:
        yield from _hanging(f"! {printable(finding.message)}", 2, width)
    for step in found.steps:
        yield ""
        yield from _step_lines(found, step, page, width)
    if found.steps:
        yield ""
        yield from wrapped(REMEDY, width)


def _step_lines(found: Plan, step: Step, page: Page, width: int) -> Iterator[str]:
    is_gone = " is gone from the server" if step.action is Action.CREATE else ""
    title = f"{printable(step.name)}{is_gone}"
    position = step.position
    place = f"({printable(f'{page.prefix}{position.file}')}:{position.line})" if position is not None else ""
    if 2 + width_of(title) + 2 + width_of(place) <= width:
        yield f"  {title}  {place}".rstrip()
    else:
        yield from _hanging(title, 2, width)
        yield f"    {place}"
    for row in rows_of(found, step) if not is_gone else ():
        yield from _hanging(_told(row), 6, width)


def _told(row: Row) -> str:
    """A value that git applied and what it is now; a row of the plan leads the other way."""
    applied, live = contrasted(row.after or "", row.before or "", _VALUE_LENGTH)
    was = f"git applied `{applied}`" if row.after is not None else "git applied nothing"
    now = f"the server has `{live}`" if row.before is not None else "the server has nothing"
    return f"{row.label}: {was}, {now}"


def _hanging(text: str, indent: int, width: int) -> Iterator[str]:
    """Lines that fit, the second and all others further in."""
    first = next(wrapped(text, width - indent), "")
    yield f"{' ' * indent}{first}"
    rest = text[len(first) :].removeprefix(" ")
    yield from (f"{' ' * (indent + 2)}{line}" for line in wrapped(rest, width - indent - 2))
