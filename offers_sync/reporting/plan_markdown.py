"""The plan as a comment on a pull request: a table of what happens, then the gravest first, the rest folded.

A comment has a limit, so parts are added as long as they fit and what does not fit is counted; every part is whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from offers_sync.findings import Finding, Severity
from offers_sync.planning.plan import Action, Plan, Step
from offers_sync.reporting.columns import contrasted, cut
from offers_sync.reporting.formats import Page
from offers_sync.reporting.markdown import code, fenced, folded, link, marker, prose
from offers_sync.reporting.plan_outline import KIND_ORDER, Block, Held, Outline, Row, Section, outline
from offers_sync.reporting.wording import CAUSES, NOTHING, PLURALS, VERBS, counted, summary_line

LIMIT_BYTES: Final = 60_000
_OPEN_BYTES: Final = 16_000
_OPEN_BLOCKS: Final = 20
_OPEN_ADDED: Final = 5
"""So much is shown without a click; of more new things than a few the figures tell more than the fields."""
_ADDING: Final = (Action.CREATE, Action.UPLOAD_IMAGE)
_TAIL_BYTES: Final = 2_000
"""Kept free for saying what was left out."""
_VALUE_LENGTH: Final = 200
_MESSAGE_LENGTH: Final = 400
_ROWS_SHOWN: Final = 30
_NAMES_SHOWN: Final = 40
_FINDINGS_SHOWN: Final = 8
_NAME_LENGTH: Final = 120
_SYMBOLS: Final = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTICE: "ℹ️"}  # noqa: RUF001  a symbol
_ALERTS: Final = {Severity.ERROR: "CAUTION", Severity.WARNING: "WARNING", Severity.NOTICE: "NOTE"}


def plan_markdown(plan: Plan, page: Page) -> str:
    """The plan as Markdown, always under the limit of a comment."""
    told = outline(plan)
    paper = _Paper(LIMIT_BYTES - _TAIL_BYTES)
    paper.add(f"{marker(report='plan', environment=plan.environment)}\n### offers plan")
    paper.add(prose(cut(summary_line(plan), _MESSAGE_LENGTH)))
    _Comment(page, paper).write(plan, told)
    return "\n\n".join(paper.parts) + "\n"


@dataclass(slots=True)
class _Paper:
    """The parts of a comment so far, and how much room there is."""

    limit: int
    parts: list[str] = field(default_factory=list)
    size: int = 0

    def fits(self, part: str, *, within: int | None = None) -> bool:
        """Whether a part has room, or would have within so many bytes."""
        return self.size + _bytes(part) <= (self.limit if within is None else min(within, self.limit))

    def add(self, part: str) -> None:
        """Write a part that fits."""
        self.parts.append(part)
        self.size += _bytes(part)


def _bytes(part: str) -> int:
    return len(part.encode("utf-8", "replace")) + len("\n\n")


@dataclass(frozen=True, slots=True)
class _Comment:
    """The marks that a comment is written with."""

    page: Page
    paper: _Paper

    def write(self, plan: Plan, told: Outline) -> None:
        for part in self._opening(plan, told):
            if self.paper.fits(part):
                self.paper.add(part)
        missing = list(self._folded_sections(self._open_blocks(told)))
        missing += self._folded_lines("kept back", [self._held(held) for held in told.held])
        missing += self._folded_lines("findings beside", [self._finding(finding) for finding in told.findings])
        if missing:
            self.paper.add(f"Not shown for want of room: {', '.join(missing)}. The plan as JSON says all of it.")

    def _opening(self, plan: Plan, told: Outline) -> Iterator[str]:
        for refusal in told.refusals:
            yield _alert(Severity.ERROR, refusal)
        for finding in told.findings[:_FINDINGS_SHOWN]:
            if finding.severity is Severity.ERROR:
                yield _alert(Severity.ERROR, finding.message, finding.hint)
        if any(step for step in plan.steps if not step.held_back):
            yield _table(plan)
        if told.causes:
            yield "Of these, " + ", ".join(f"{count:,} {CAUSES[cause]}" for cause, count in told.causes) + "."

    # -------------------------------------------------------------------------------------------------- blocks

    def _open_blocks(self, told: Outline) -> list[tuple[Section, list[Block]]]:
        """Show the gravest without a click, as many as fit; give what is left, section by section."""
        shown: set[int] = set()
        for section, block in _ranked(told)[:_OPEN_BLOCKS]:
            part = self._block(section, block)
            if not self.paper.fits(part, within=_OPEN_BYTES):
                break
            self.paper.add(part)
            shown.add(id(block))
        left = [(section, [block for block in section.blocks if id(block) not in shown]) for section in told.sections]
        return [(section, blocks) for section, blocks in left if blocks]

    def _folded_sections(self, left: Sequence[tuple[Section, list[Block]]]) -> Iterator[str]:
        for section, blocks in left:
            count = sum(len(block.steps) for block in blocks)
            title = f"{VERBS[section.action]} {counted(count, section.kind)}"
            parts = ((self._block(section, block), len(block.steps)) for block in blocks)
            if not self._fold(title, parts, "\n\n"):
                yield title

    def _folded_lines(self, title: str, lines: Sequence[str]) -> Iterator[str]:
        told = f"{title}: {len(lines):,}"
        if lines and not self._fold(told, ((line, 1) for line in lines), "\n"):
            yield told

    def _fold(self, title: str, parts: Iterable[tuple[str, int]], between: str) -> bool:
        """One fold of as many parts as fit, and how many things the others are about; false where none fits."""
        empty = folded(title, "and 1,000,000,000 more; the plan as JSON says all of them")
        inside = _Paper(self.paper.limit - self.paper.size - _bytes(empty))
        left = 0
        for part, count in parts:
            if left == 0 and inside.fits(part):
                inside.add(part)
            else:
                left += count
        if not inside.parts:
            return False
        more = f"\n\nand {left:,} more; the plan as JSON says all of them" if left else ""
        self.paper.add(folded(title, between.join(inside.parts) + more))
        return True

    def _block(self, section: Section, block: Block) -> str:
        parts = [self._title(section, block)]
        lines = list(_diff(section, block.rows))
        if lines:
            parts.append(fenced(lines, "diff"))
        findings = [*block.findings, *(finding for row in block.rows for finding in row.findings)]
        told = [self._finding(finding) for finding in findings[:_FINDINGS_SHOWN]]
        if len(findings) > _FINDINGS_SHOWN:
            told.append(f"- and {len(findings) - _FINDINGS_SHOWN:,} more")
        return "\n\n".join([*parts, "\n".join(told)] if told else parts)

    def _title(self, section: Section, block: Block) -> str:
        note = f" ({block.note})" if block.note else ""
        verb = VERBS[section.action]
        if len(block.steps) > 1:
            return f"**{verb} {counted(len(block.steps), section.kind)}**{note}, all alike: {_names(block.steps)}"
        (step,) = block.steps
        where = f" in {self._place(step.position.file, step.position.line)}" if step.position is not None else ""
        return f"**{verb} {section.kind}** {_name(step)}{where}{note}"

    def _place(self, file: str, line: int) -> str:
        path = f"{self.page.prefix}{file}"
        return link(cut(f"{path}:{line}", _NAME_LENGTH), self.page.link, f"{path}#L{line}")

    def _held(self, held: Held) -> str:
        if held.is_asked_for:
            return f"- {len(held.steps):,} steps {prose(held.reason)}"
        names = list(dict.fromkeys(step.name for step in held.steps))
        return f"- {_listed(names)}: {prose(cut(held.reason, _MESSAGE_LENGTH))}"

    def _finding(self, finding: Finding) -> str:
        place = finding.position
        where = f" in {self._place(place.file, place.line)}" if place is not None else ""
        hint = f" ({prose(cut(finding.hint, _MESSAGE_LENGTH))})" if finding.hint else ""
        message = prose(cut(finding.message, _MESSAGE_LENGTH))
        return f"- {_SYMBOLS[finding.severity]} {code(finding.code)}{where}: {message}{hint}"


def _ranked(told: Outline) -> list[tuple[Section, Block]]:
    """What deserves to be seen at once, the gravest first."""
    ranked = [
        (block.risk, place, block)
        for place, section in enumerate(told.sections)
        for block in section.blocks
        if section.action not in _ADDING or section.count <= _OPEN_ADDED or block.is_warned
    ]
    ranked.sort(key=lambda each: each[:2])
    return [(told.sections[place], block) for _, place, block in ranked]


def _name(step: Step) -> str:
    return code(cut(step.desired.key, _NAME_LENGTH))


def _names(steps: Sequence[Step]) -> str:
    return _listed([step.desired.key for step in steps])


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(code(cut(name, _NAME_LENGTH)) for name in names[:_NAMES_SHOWN])
    return f"{shown} and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else shown


def _alert(severity: Severity, message: str, hint: str = "") -> str:
    told = f"> [!{_ALERTS[severity]}]\n> {prose(cut(message, _MESSAGE_LENGTH))}"
    return f"{told}\n> {prose(cut(hint, _MESSAGE_LENGTH))}" if hint else told


def _table(plan: Plan) -> str:
    """How much of every kind is created, updated and so on."""
    ready = [step for step in plan.steps if not step.held_back]
    kinds = [kind for kind in KIND_ORDER if any(step.kind == kind for step in ready)]
    rows = [f"| | {' | '.join(PLURALS[kind] for kind in kinds)} |", "|---|" + "---:|" * len(kinds)]
    for action in Action:
        figures = [sum(step.action is action and step.kind == kind for step in ready) for kind in kinds]
        if any(figures):
            words = VERBS[action].removesuffix(" for")
            rows.append(f"| {words} | {' | '.join(f'{figure:,}' if figure else '' for figure in figures)} |")
    return "\n".join(rows)


def _diff(section: Section, rows: Sequence[Row]) -> Iterator[str]:
    for row in rows[:_ROWS_SHOWN]:
        before, after = contrasted(row.before, row.after, _VALUE_LENGTH)
        note = f"  [{row.note}]" if row.note else ""
        label = cut(row.label, _NAME_LENGTH)
        if section.action is not Action.CREATE and row.before != NOTHING:
            yield f"- {label}: {before}{note}"
        if row.after != NOTHING:
            yield f"+ {label}: {after}{'' if row.before != NOTHING else note}"
    if len(rows) > _ROWS_SHOWN:
        yield f"  and {len(rows) - _ROWS_SHOWN:,} more fields"
