"""Findings as text for a person, as JSON, and as GitHub's workflow commands.

The text shows the line of the file with carets under the value; the first line of each finding stays whole, so that
tools can take file, line and column from it.  SARIF has a module of its own; nothing here prints.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import click

from offers_sync.findings import Finding, Position, Severity
from offers_sync.reporting.escaping import Cell, at_line_start, cells, harmless, json_safe, printable

FORMAT_VERSION: Final = 1
_COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}
_GAP: Final = "..."
_MARGIN: Final = 8
"""Columns before a line of source, for its number."""
_HINT: Final = "  hint: "


@dataclass(frozen=True, slots=True)
class Summary:
    """How many documents were looked at, and how many findings of each weight there are, or would be."""

    documents: int
    error: int
    warning: int
    notice: int
    waived: int

    @classmethod
    def of(cls, findings: Iterable[Finding], documents: int, waived: int = 0) -> Summary:
        """The figures of some findings, and of those that reviewed exceptions waive."""
        weights = [finding.severity for finding in findings]
        error, warning, notice = (weights.count(severity) for severity in Severity)
        return cls(documents, error, warning, notice, waived)


# ------------------------------------------------------------------------------------------------------- text


def findings_text(findings: Sequence[Finding], width: int, prefix: str = "") -> str:
    """Each finding with its line and its hint, an empty line after it; ``prefix`` leads to the project."""
    return harmless("".join(finding_text(finding, width, prefix) + "\n\n" for finding in findings))


def finding_text(finding: Finding, width: int, prefix: str = "") -> str:
    """One finding, coloured with escapes that ``click.echo`` removes where there is no terminal."""
    place = finding.position
    severity = click.style(finding.severity.value, fg=_COLOURS[finding.severity], bold=True)
    where = f"{click.style(at_line_start(f'{prefix}{place}'), bold=True)}: " if place is not None else ""
    lines = [f"{where}{severity} {finding.code}: {printable(finding.message)}"]
    if place is not None and finding.source_line.strip():
        lines += _source(place, finding.source_line, width, _COLOURS[finding.severity])
    if finding.hint:
        lines.append(_hint(printable(finding.hint), width))
    return "\n".join(lines)


def summary_text(summary: Summary) -> str:
    """The figures in one line."""
    documents = _count(summary.documents, "document")
    figures = [
        _count(count, name)
        for name, count in (("error", summary.error), ("warning", summary.warning), ("notice", summary.notice))
        if count
    ] or ["nothing to complain about"]
    if summary.waived:
        figures.append(f"{summary.waived:,} waived")
    return f"{documents}: {', '.join(figures)}"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _hint(hint: str, width: int) -> str:
    label = f"  {click.style('hint:', fg='cyan')} "
    lines = textwrap.wrap(hint, max(width - len(_HINT), 20), break_long_words=False, break_on_hyphens=False)
    return label + ("\n" + " " * len(_HINT)).join(lines)


def _source(place: Position, line: str, width: int, colour: str) -> Iterator[str]:
    """The line of the file, and carets under as much of the value as stands on it."""
    shown = list(cells(line))
    first = place.column - 1
    last = place.end_column - 1 if place.end_line == place.line else len(line.rstrip())
    before, marked, after = shown[:first], shown[first : max(last, first + 1)], shown[max(last, first + 1) :]
    before, marked, after = _crop(before, marked, after, max(width - _MARGIN, 20))
    carets = "^" * max(_width(marked), 1)
    number = f"{place.line:>{_MARGIN - 3}}"
    yield f"{number} | {_join(before)}{_join(marked)}{_join(after)}".rstrip()
    yield f"{' ' * len(number)} | {' ' * _width(before)}{click.style(carets, fg=colour, bold=True)}"


def _crop(
    before: list[Cell], marked: list[Cell], after: list[Cell], width: int
) -> tuple[list[Cell], list[Cell], list[Cell]]:
    """As much around the value as fits the width, the value's beginning above all."""
    if _width(before) + _width(marked) + _width(after) <= width:
        return before, marked, after
    gap = Cell(_GAP, len(_GAP))
    if _width(before) > width // 3:
        before = [gap, *_last(before, width // 3 - gap.width)]
    room = width - _width(before) - gap.width
    if _width(marked) > room:
        return before, [*_first(marked, room), gap], []
    rest = _first(after, room - _width(marked))
    return before, marked, [*rest, gap] if len(rest) < len(after) else rest


def _first(shown: Sequence[Cell], width: int) -> list[Cell]:
    taken: list[Cell] = []
    for cell in shown:
        width -= cell.width
        if width < 0:
            break
        taken.append(cell)
    return taken


def _last(shown: Sequence[Cell], width: int) -> list[Cell]:
    return _first(shown[::-1], width)[::-1]


def _width(shown: Iterable[Cell]) -> int:
    return sum(cell.width for cell in shown)


def _join(shown: Iterable[Cell]) -> str:
    return "".join(cell.shown for cell in shown)


# ------------------------------------------------------------------------------------------------------- JSON


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as every JSON format of ours writes it."""
    place = finding.position
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "hint": finding.hint,
        "path": finding.path,
        "file": place.file if place is not None else None,
        "line": place.line if place is not None else None,
        "column": place.column if place is not None else None,
        "end_line": place.end_line if place is not None else None,
        "end_column": place.end_column if place is not None else None,
    }


def findings_json(findings: Sequence[Finding], summary: Summary) -> str:
    """All findings and the figures."""
    document = {
        "format_version": FORMAT_VERSION,
        "findings": [finding_json(finding) for finding in findings],
        "summary": {
            "documents": summary.documents,
            "error": summary.error,
            "warning": summary.warning,
            "notice": summary.notice,
            "waived": summary.waived,
        },
    }
    return json_safe(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


# ----------------------------------------------------------------------------------------------------- GitHub


def findings_github(findings: Sequence[Finding], prefix: str = "") -> str:
    """A workflow command for each finding; ``prefix`` leads from the repository to the project."""
    return "".join(_command(finding, prefix) + "\n" for finding in findings)


def _command(finding: Finding, prefix: str) -> str:
    properties = {"title": finding.code}
    place = finding.position
    if place is not None:
        properties = {"file": prefix + place.file, "line": str(place.line), "col": str(place.column), **properties}
        if place.end_line == place.line and place.end_column > place.column:
            properties["endColumn"] = str(place.end_column)
        properties["endLine"] = str(place.end_line)
    message = printable(finding.message) + (f"\nhint: {printable(finding.hint)}" if finding.hint else "")
    listed = ",".join(f"{name}={_escape_property(printable(value))}" for name, value in properties.items())
    return f"::{finding.severity.value} {listed}::{_escape_message(message)}"


def _escape_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_message(text).replace(":", "%3A").replace(",", "%2C")
