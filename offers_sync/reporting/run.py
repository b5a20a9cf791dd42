"""What became of a run as text for a terminal: what went wrong with its line, then a table, then what to do next.

failed: create redeemable lunch  (redeemables/lunch.yaml:2)
    name has already been taken (request id 5f2...)

                    done  failed
create   selector      2       -
create   redeemable    4       1

run 0f3c... ended: partial; 6 GET, 3 POST, 0 PATCH
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import click

from offers_sync.applying.outcomes import Ending, ItemOutcome, RunReport
from offers_sync.findings import Severity
from offers_sync.models.values import Outcome
from offers_sync.planning.plan import Action
from offers_sync.reporting.escaping import at_line_start, harmless, printable
from offers_sync.reporting.findings import finding_text
from offers_sync.reporting.formats import Page
from offers_sync.reporting.layout import indented

OUTCOME_WORDS: Final = MappingProxyType(
    {
        Outcome.DONE: "done",
        Outcome.DONE_WITH_WARNINGS: "with warnings",
        Outcome.FAILED: "failed",
        Outcome.UNKNOWN: "unknown",
        Outcome.HELD_BACK: "kept back",
    }
)
_COLOURS: Final = MappingProxyType(
    {
        Outcome.DONE: "green",
        Outcome.DONE_WITH_WARNINGS: "yellow",
        Outcome.FAILED: "red",
        Outcome.UNKNOWN: "magenta",
        Outcome.HELD_BACK: "cyan",
    }
)
_ENDINGS: Final = MappingProxyType(
    {
        Ending.DONE: "everything is done",
        Ending.PARTIAL: "a part is done",
        Ending.UNREACHABLE: "the server could not be reached to the end",
        Ending.REFUSED: "the server refused",
        Ending.UNKNOWN: "some outcomes are not known",
        Ending.INTERRUPTED: "interrupted",
        Ending.FAULT: "something of ours broke",
    }
)
_NEXT: Final = MappingProxyType(
    {
        Ending.PARTIAL: "mend what is named above, and apply again: what is done is not done twice",
        Ending.UNREACHABLE: "apply again when the server answers: it goes on from here",
        Ending.REFUSED: "see what the server says above; then apply again: it goes on from here",
        Ending.UNKNOWN: "apply again later: the next run looks for them before anything else, and sends nothing twice",
        Ending.INTERRUPTED: "apply again: it goes on from here, and sends nothing twice",
        Ending.FAULT: "apply again: what was in flight is looked for first, and nothing is sent twice",
    }
)
_SHOWN: Final = 200


def run_text(report: RunReport, page: Page = Page()) -> str:  # noqa: B008  a frozen value
    """The outcomes for a person: what went wrong in full, the rest in figures."""
    return harmless("\n".join(_lines(report, page))) + "\n"


def _lines(report: RunReport, page: Page) -> Iterator[str]:
    told = [item for item in report.items if not item.is_left_out and _is_news(item)]
    for item in told[:_SHOWN]:
        yield from _item_lines(item, page)
    if len(told) > _SHOWN:
        yield f"and {len(told) - _SHOWN:,} more; --format json says all of them"
    if told:
        yield ""
    yield from _table(report)
    yield from _end(report)


def _is_news(item: ItemOutcome) -> bool:
    """Whether a person is told of it one by one; a campaign, which no list shows, always is."""
    return item.outcome is not Outcome.DONE or bool(item.errors) or item.step.action is Action.DISTRIBUTE


def _item_lines(item: ItemOutcome, page: Page) -> Iterator[str]:
    step = item.step
    place = step.position
    where = f"  ({at_line_start(f'{page.prefix}{place.file}')}:{place.line})" if place is not None else ""
    outcome = click.style(OUTCOME_WORDS[item.outcome], fg=_COLOURS[item.outcome], bold=True)
    action = step.action.value.replace("_", " ")
    yield f"{outcome}: {action} {step.kind} {printable(step.desired.key)}{click.style(where, dim=True)}"
    for text in item.errors:
        yield f"    {printable(text)}"
    for finding in item.annotations:
        yield indented(finding_text(finding, page.width - 4, page.prefix), 4)


def _table(report: RunReport) -> Iterator[str]:
    """How many of each kind ended how; outcomes that none had are left out."""
    columns = [outcome for outcome in Outcome if report.counts[outcome]]
    rows: dict[tuple[str, str], Counter[Outcome]] = {}
    for item in report.items:
        name = (item.step.action.value.replace("_", " "), item.step.kind)
        rows.setdefault(name, Counter())[item.outcome] += 1
    if not rows:
        return
    first, second = (max(len(name[place]) for name in rows) for place in (0, 1))
    widths = [max(len(OUTCOME_WORDS[outcome]), 6) for outcome in columns]
    words = "  ".join(OUTCOME_WORDS[outcome].rjust(width) for outcome, width in zip(columns, widths, strict=True))
    yield " " * (first + second + 2) + f"  {words}"
    for (action, kind), counts in rows.items():
        figures = (
            (f"{counts[outcome]:,}" if counts[outcome] else "-").rjust(width)
            for outcome, width in zip(columns, widths, strict=True)
        )
        yield f"{action.ljust(first)}  {kind.ljust(second)}  {'  '.join(figures)}"
    yield ""


def _end(report: RunReport) -> Iterator[str]:
    requests = ", ".join(f"{report.requests.get(method, 0):,} {method}" for method in ("GET", "POST", "PATCH"))
    who = f"run {report.run}" if report.run else "nothing was sent"
    yield f"{who}: {click.style(_ENDINGS[report.ending], bold=True)} ({requests})"
    if report.fault:
        yield f"{_word(Severity.ERROR)}: {printable(report.fault)}"
    if report.stopped_by is not None:
        yield f"{_word(Severity.ERROR)}: {printable(report.stopped_by.message)}"
        if report.stopped_by.hint:
            yield f"hint: {printable(report.stopped_by.hint)}"
    yield from _ways_on(report)


def _ways_on(report: RunReport) -> Iterator[str]:
    unknown = [item.step for item in report.items if item.outcome is Outcome.UNKNOWN]
    campaigns = [step for step in unknown if step.action is Action.DISTRIBUTE]
    if report.ending in _NEXT and not (unknown and len(unknown) == len(campaigns)):
        yield f"next: {_NEXT[report.ending]}"
    for step in campaigns:
        yield (
            f"next: look for `{printable(step.desired.name)}` in the vendor's dashboard, "
            f"then `offers runs settle {printable(step.name)} --as sent`, or `--as not-sent`"
        )


def _word(severity: Severity) -> str:
    return click.style(severity.value, fg="red", bold=True)
