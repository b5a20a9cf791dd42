"""Bulk runs as text: what a file comes to, how far a run is, and what became of it.

What rows say of guests is never shown; a row is named by its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from offers_sync.bulk.actions import Action
from offers_sync.bulk.checking import Checkup
from offers_sync.bulk.outcomes import SendReport
from offers_sync.bulk.sending import Sent
from offers_sync.durations import duration_text
from offers_sync.models.sent_campaigns import CampaignRecord
from offers_sync.reporting.campaigns import campaign_line
from offers_sync.reporting.escaping import printable
from offers_sync.state.ledger_records import BulkRun, LedgerRow

_AMOUNTS: Final = {
    "gift_count": "points or visits",
    "reward_amount": "in the business's currency",
    "requested_punches": "points or visits",
    "reward_id": "rewards",
}
_OFFERS_SHOWN: Final = 10


def faults_text(found: Checkup, file: str) -> str:
    """The rows that cannot be sent: the first of them by line, and how many there are."""
    lines = [f"{printable(file)}:{fault.line}: {printable(fault.message)}" for fault in found.faults]
    rest = found.faulty - len(found.faults)
    if rest:
        lines.append(f"... and {rest:,} more rows with faults")
    return "\n".join(lines) + "\n" if lines else ""


def checkup_text(found: Checkup, action: Action, environment: str, name_of: Callable[[int], str]) -> str:
    """What would be sent: to how many guests, and what they get in total."""
    return "\n".join(_checkup_lines(found, action, environment, name_of)) + "\n"


def _checkup_lines(found: Checkup, action: Action, environment: str, name_of: Callable[[int], str]) -> Iterator[str]:
    guests = f"{found.guests:,} guest{'' if found.guests == 1 else 's'}"
    yield f"{counted(found.rows, action.noun)} for {guests} of {printable(environment)}:"
    for name, amount in found.amounts.items():
        yield f"  {amount:,} {_AMOUNTS[name]}"
    offers = sorted(found.offers.items(), key=lambda each: (-each[1], each[0]))
    for number, times in offers[:_OFFERS_SHOWN]:
        yield f"  {times:,} times {printable(name_of(number)) or 'the offer'} ({number})"
    if len(offers) > _OFFERS_SHOWN:
        yield f"  and {len(offers) - _OFFERS_SHOWN:,} other offers"
    if found.repeats:
        yield f"  {counted(found.repeats, 'row')} among them say the same as an earlier one"
    if found.faulty:
        yield f"  {counted(found.faulty, 'row')} with faults left out"


def counted(number: int, noun: str) -> str:
    """So many of something."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def progress_text(sent: Sent, rate: float) -> str:
    """How far a run is, in one line."""
    ended = sent.total - sent.pending
    parts = [f"{sent.name}: {ended:,} of {sent.total:,} rows", f"{rate:.1f} a second"]
    if sent.pending and rate > 0:
        parts.append(f"{duration_text(sent.pending / rate)} left")
    parts += [f"{count:,} {word}" for count, word in ((sent.failed, "failed"), (sent.unknown, "unknown")) if count]
    if sent.waiting:
        parts.append(f"waiting: {printable(sent.waiting)}")
    return ", ".join(parts)


def report_text(report: SendReport, troubled: Iterable[LedgerRow], results: str) -> str:
    """What became of a run: the first rows that did not go well, the figures, and how to go on."""
    return "\n".join(_report_lines(report, troubled, results)) + "\n"


def _report_lines(report: SendReport, troubled: Iterable[LedgerRow], results: str) -> Iterator[str]:
    for row in troubled:
        request = f" (request id {printable(row.request_id)})" if row.request_id else ""
        reason = f": {printable(row.reason)}" if row.reason else ""
        yield f"  {row.outcome.value.replace('_', ' ')}: line {row.line}{reason}{request}"
    figures = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in report.summary.items() if count)
    yield f"run {printable(report.run.name)}: {figures or 'nothing to do'}"
    if results:
        yield f"results: {printable(results)}"
    yield from _ways_on(report)


def _ways_on(report: SendReport) -> Iterator[str]:
    name = printable(report.run.name)
    if report.run.counts.get("pending") and not report.run.is_over:
        yield f"`offers runs resume {name}` sends what is left"
    if report.summary["unknown"]:
        yield (
            f"nobody knows whether the unknown ones happened: look some up, then `offers runs settle {name}`, "
            f"or send them again by `offers runs resume {name} --resend-unknown`"
        )


def runs_text(runs: Iterable[BulkRun], when: Callable[[float], str], campaigns: Iterable[CampaignRecord] = ()) -> str:
    """Bulk runs and campaigns, one a line, the newest first."""
    lines = [(run.made, run_line(run, when)) for run in runs]
    lines += [(each.sent, campaign_line(each, when)) for each in campaigns]
    return "".join(f"{line}\n" for _, line in sorted(lines, key=lambda each: each[0], reverse=True))


def run_line(run: BulkRun, when: Callable[[float], str]) -> str:
    """One run: when, what, by whom, and where it stands."""
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(run.counts.items()) if count)
    words = [when(run.made), run.action, printable(run.name), run.state.value, counts or "no rows", printable(run.who)]
    return "  ".join(words)
