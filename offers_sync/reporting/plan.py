"""The plan as text for a terminal: the figures first, then what changes, grouped, the gravest first.

    marlow-burgers on sandbox: 1 to create, 2 to update, 77 unchanged.

    ~ update 1 redeemable
      free-fries                                 redeemables/free-fries.yaml:4
          name    Free Fries -> Free small fries
          points  100        -> 80
            notice live-edit: guests have this offer now, ...

Marks are coloured with click's escapes, which the command line strips where there is no terminal.  What is said is
worked out by ``plan_outline``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import click

from offers_sync.findings import Finding, Severity
from offers_sync.planning.plan import Action, Plan, Step
from offers_sync.reporting.columns import cut, padded, width_of, wrapped
from offers_sync.reporting.contrasting import contrasted
from offers_sync.reporting.escaping import at_line_start, harmless, printable
from offers_sync.reporting.formats import Page
from offers_sync.reporting.layout import NARROWEST
from offers_sync.reporting.plan_outline import Block, Held, Outline, Row, Section, outline
from offers_sync.reporting.wording import CAUSES, NOTHING, VERBS, counted, summary_line, waived_line

MARKS: Final = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.RETIRE: ("-", "red"),
    Action.UPLOAD_IMAGE: ("^", "cyan"),
    Action.DISTRIBUTE: (">", "magenta"),
}
_COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}
_WIDEST: Final = 120
_ARROW: Final = " -> "
_FIELDS_OF_CREATES: Final = 10
"""Up to so many new objects of one kind are shown with their fields; of more, the names tell more than the fields."""
_BLOCKS_SHOWN: Final = 60
_FINDINGS_SHOWN: Final = 40
_MORE: Final = "more; --format json says all of them"
_NAME_LINES: Final = 6
_VALUE_LINES: Final = 3
_LABEL_SHARE: Final = 0.4
"""A label takes at most so much of the line."""


def plan_text(plan: Plan, page: Page = Page()) -> str:  # noqa: B008  a frozen value
    """The plan for a person."""
    return harmless("\n".join(_Text(page).lines(plan))) + "\n"


@dataclass(frozen=True, slots=True)
class _Text:
    """The marks that a terminal is written with."""

    page: Page

    @property
    def width(self) -> int:
        return min(max(self.page.width, NARROWEST), _WIDEST)

    def lines(self, plan: Plan) -> Iterator[str]:
        told = outline(plan)
        yield from _bold(wrapped(summary_line(plan), self.width))
        for refusal in told.refusals:
            yield from self._told(Severity.ERROR, refusal, 0)
        yield from self._causes(told)
        yield from wrapped(waived_line(plan), self.width)
        for section in told.sections:
            yield ""
            yield from self._section(section)
        if told.held:
            yield from ("", click.style("kept back", bold=True))
            for held in told.held:
                yield from self._held(held)
        if told.findings:
            yield from ("", click.style("also", bold=True))
            yield from self._findings(told.findings, 2)

    def _causes(self, told: Outline) -> Iterator[str]:
        if told.causes:
            words = ", ".join(f"{count:,} {CAUSES[cause]}" for cause, count in told.causes)
            yield from wrapped(f"Of these, {words}.", self.width)

    # ------------------------------------------------------------------------------------------------- sections

    def _section(self, section: Section) -> Iterator[str]:
        mark, colour = MARKS[section.action]
        title = f"{VERBS[section.action]} {counted(section.count, section.kind)}"
        yield f"{click.style(mark, fg=colour, bold=True)} {click.style(title, bold=True)}"
        for finding in section.findings:
            yield from self._told(finding.severity, f"{finding.code}, each of these: {printable(finding.message)}", 2)
        shown, rest = section.blocks[:_BLOCKS_SHOWN], section.blocks[_BLOCKS_SHOWN:]
        has_fields = section.action is not Action.CREATE or section.count <= _FIELDS_OF_CREATES
        column = self._name_column(shown)
        for block in shown:
            yield from self._head(block, column)
            for finding in block.findings:
                yield from self._finding(finding, 6, has_place=False)
            yield from self._rows(block, has_fields=has_fields)
            if len(block.steps) > 1:
                yield from self._names(block.steps, 6)
        if rest:
            steps = [step for block in rest for step in block.steps]
            yield from self._indented(f"and {len(steps):,} {_MORE}", 2)
            yield from self._names(steps, 6)

    def _name_column(self, blocks: Iterable[Block]) -> int:
        """The width of the column of names; the places come after it where they fit."""
        widths = [width_of(printable(block.steps[0].desired.key)) for block in blocks if len(block.steps) == 1]
        return min(max(widths, default=0), self.width // 2) + 2

    def _head(self, block: Block, column: int) -> Iterator[str]:
        note = f"  [{block.note}]" if block.note else ""
        if len(block.steps) > 1:
            yield f"  {len(block.steps):,} alike{note}"
            return
        (step,) = block.steps
        name, place = printable(step.desired.key), self._place(step)
        if place and 2 + max(column, width_of(name) + 2) + width_of(place + note) <= self.width:
            yield f"  {padded(name, column)}{click.style(place, dim=True)}{note}"
            return
        yield from (f"  {line}" for line in wrapped(name, self.width - 2))
        if note:
            yield f"    {note.strip()}"
        if place:
            yield f"    {click.style(place, dim=True)}"

    def _place(self, step: Step) -> str:
        place = step.position
        return f"{at_line_start(f'{self.page.prefix}{place.file}')}:{place.line}" if place is not None else ""

    def _names(self, steps: Sequence[Step], indent: int) -> Iterator[str]:
        return self._listed(sorted(printable(step.desired.key) for step in steps), indent)

    def _listed(self, names: Sequence[str], indent: int) -> Iterator[str]:
        """Names side by side, on no more than a few lines."""
        shown = 0
        lines: list[str] = []
        for name in names:
            joined = f"{lines[-1]} {name}," if lines else f"{name},"
            if lines and width_of(joined) <= self.width - indent:
                lines[-1] = joined
            elif len(lines) == _NAME_LINES:
                break
            else:
                lines.append(f"{name},")
            shown += 1
        if shown == len(names) and lines:
            lines[-1] = lines[-1].removesuffix(",")
        for line in lines:
            yield from self._indented(line, indent)
        if shown < len(names):
            yield f"{' ' * indent}and {len(names) - shown:,} more"

    # ----------------------------------------------------------------------------------------------------- rows

    def _rows(self, block: Block, *, has_fields: bool) -> Iterator[str]:
        is_new = block.steps[0].action in (Action.CREATE, Action.DISTRIBUTE)
        rows = [row for row in block.rows if has_fields or row.findings]
        widest = int((self.width - 6) * _LABEL_SHARE)
        label_width = min(max((width_of(row.label) for row in rows), default=0), widest)
        room = self.width - 6 - label_width - 2
        before_width = 0 if is_new else self._before_width(rows, room)
        for row in rows:
            yield from self._new_row(row, label_width, room) if is_new else self._row(row, label_width, before_width)
            for finding in row.findings:
                yield from self._finding(finding, 8, has_place=False)

    def _before_width(self, rows: Iterable[Row], room: int) -> int:
        half = (room - len(_ARROW)) // 2
        return max((width for row in rows if (width := width_of(row.before or NOTHING)) <= half), default=0)

    def _new_row(self, row: Row, label_width: int, room: int) -> Iterator[str]:
        after = f"{row.after or NOTHING}{f'  [{row.note}]' if row.note else ''}"
        if width_of(row.label) > label_width:
            yield from self._indented(row.label, 6)
            yield from (f"        {line}" for line in _first_lines(after, self.width - 8))
            return
        label = padded(row.label, label_width)
        for place, line in enumerate(_first_lines(after, room)):
            yield f"      {label if place == 0 else ' ' * label_width}  {line}"

    def _row(self, row: Row, label_width: int, before_width: int) -> Iterator[str]:
        note = f"  [{row.note}]" if row.note else ""
        was, becomes = row.before or NOTHING, row.after or NOTHING
        is_short = width_of(was) <= before_width and width_of(row.label) <= label_width
        line = f"{padded(was, before_width)}{_ARROW}{becomes}{note}"
        if is_short and 6 + label_width + 2 + width_of(line) <= self.width:
            before = f"{_coloured(row.before, 'red')}{' ' * (before_width - width_of(was))}"
            yield f"      {padded(row.label, label_width)}  {before}{_ARROW}{_coloured(row.after, 'green')}{note}"
            return
        yield from (f"      {line}" for line in wrapped(f"{row.label}{note}", self.width - 6))
        room = (self.width - 10) * _VALUE_LINES - _VALUE_LINES * 10
        before, after = contrasted(row.before or "", row.after or "", max(room, self.width - 10))
        for mark, colour, side in (("-", "red", before), ("+", "green", after)):
            if side:
                yield from self._side(mark, colour, side)

    def _side(self, mark: str, colour: str, text: str) -> Iterator[str]:
        for place, line in enumerate(wrapped(text, self.width - 10)):
            yield f"        {click.style(mark if place == 0 else ' ', fg=colour)} {click.style(line, fg=colour)}"

    # ------------------------------------------------------------------------------- findings and what is held

    def _held(self, held: Held) -> Iterator[str]:
        names = [printable(name) for name in held.names]
        if held.is_asked_for:
            yield f"  {held.figures}"
            return
        yield from self._listed(names, 2)
        yield from self._indented(held.reason, 6)

    def _findings(self, findings: Sequence[Finding], indent: int) -> Iterator[str]:
        for finding in findings[:_FINDINGS_SHOWN]:
            yield from self._finding(finding, indent, has_place=True)
        if len(findings) > _FINDINGS_SHOWN:
            yield from self._indented(f"and {len(findings) - _FINDINGS_SHOWN:,} {_MORE}", indent)

    def _finding(self, finding: Finding, indent: int, *, has_place: bool) -> Iterator[str]:
        """What is beside the steps says where it stands; a notice there says no more than that."""
        is_brief = has_place and finding.severity is Severity.NOTICE
        place = finding.position if has_place else None
        where = f"{at_line_start(f'{self.page.prefix}{place.file}')}:{place.line}" if place is not None else ""
        message = f"{finding.code}: {printable(finding.message)}"
        yield from self._told(finding.severity, f"{message} ({where})" if is_brief and where else message, indent)
        if is_brief:
            return
        if finding.hint:
            yield from self._indented(f"hint: {printable(finding.hint)}", indent + 2)
        if where:
            yield f"{' ' * (indent + 2)}{click.style(where, dim=True)}"

    def _told(self, severity: Severity, text: str, indent: int) -> Iterator[str]:
        told = f"{severity.value} {text}"
        first = next(wrapped(told, self.width - indent))
        word = first[: len(severity.value)]
        yield f"{' ' * indent}{click.style(word, fg=_COLOURS[severity], bold=True)}{first[len(word) :]}"
        yield from self._indented(told[len(first) :].removeprefix(" "), indent + 2)

    def _indented(self, text: str, indent: int) -> Iterator[str]:
        return (f"{' ' * indent}{line}" for line in wrapped(text, self.width - indent))


def _first_lines(text: str, width: int) -> list[str]:
    """The text in no more lines than a reader needs to know it by."""
    lines = list(wrapped(text, width)) or [""]
    if len(lines) <= _VALUE_LINES:
        return lines
    shown = lines[:_VALUE_LINES]
    return [*shown[:-1], cut(shown[-1] + " " * width, width)]


def _bold(lines: Iterable[str]) -> Iterator[str]:
    return (click.style(line, bold=True) for line in lines)


def _coloured(text: str | None, colour: str) -> str:
    return click.style(text, fg=colour) if text is not None else NOTHING
