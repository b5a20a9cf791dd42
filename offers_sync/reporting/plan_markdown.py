"""The plan as a comment on a pull request: a table of what happens, then the gravest first, the rest folded.

A comment has a limit, so parts are added as long as they fit and what does not fit is counted; every part is whole.
What needs a person, such as what a guard keeps back, is never behind a click unless it is very much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from offers_sync.findings import Finding, Position, Severity
from offers_sync.planning.plan import Action, Plan, Step
from offers_sync.reporting.columns import cut
from offers_sync.reporting.contrasting import contrasted
from offers_sync.reporting.formats import Page
from offers_sync.reporting.markdown import code, fenced, folded, link, prose, report_marker
from offers_sync.reporting.paper import LIMIT_BYTES, Paper, bytes_of
from offers_sync.reporting.plan_outline import KIND_ORDER, Block, Held, Outline, Row, Section, outline
from offers_sync.reporting.risks import Risk, risk_of
from offers_sync.reporting.wording import CAUSES, PLURALS, VERBS, counted, summary_line, waived_line

_OPEN_BYTES: Final = 16_000
_OPEN_BLOCKS: Final = 10
_OPEN_ADDED: Final = 5
"""So much is shown without a click; of more new things than a few the figures tell more than the fields."""
_MORE: Final = "more; the plan as JSON says all of them"
_ADDING: Final = (Action.CREATE, Action.UPLOAD_IMAGE)
_TAIL_BYTES: Final = 2_000
"""Kept free for saying what was left out."""
_VALUE_LENGTH: Final = 200
_MESSAGE_LENGTH: Final = 400
_ROWS_SHOWN: Final = 30
_NAMES_SHOWN: Final = 40
_FINDINGS_SHOWN: Final = 8
_HELD_SHOWN: Final = 8
_NAME_LENGTH: Final = 120
_SYMBOLS: Final = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTICE: "ℹ️"}  # noqa: RUF001  a symbol


def plan_markdown(plan: Plan, page: Page) -> str:
    """The plan as Markdown, always under the limit of a comment."""
    told = outline(plan)
    paper = Paper(LIMIT_BYTES - _TAIL_BYTES)
    paper.add(f"{report_marker('plan', plan.environment, page.prefix)}\n### offers plan")
    summary = cut(summary_line(plan), _MESSAGE_LENGTH)
    paper.add(_alert(summary) if plan.failure else prose(summary))
    _Comment(page, paper).write(plan, told)
    return paper.text


@dataclass(frozen=True, slots=True)
class _Part:
    """A part that is made when there is room for it, and how many things it is about."""

    make: Callable[[], str]
    count: int


@dataclass(frozen=True, slots=True)
class _Fold:
    """What is shown on demand."""

    title: str
    parts: Sequence[_Part]
    between: str


@dataclass(frozen=True, slots=True)
class _Made:
    """A fold with the texts of its parts, or of the first of them, and the room that these take."""

    fold: _Fold
    texts: Sequence[str]
    size: int

    @property
    def title(self) -> str:
        return self.fold.title


def _empty(fold: _Fold) -> str:
    return folded(fold.title, f"and 1,000,000,000 {_MORE}")


def _shares(sizes: Sequence[int], room: int) -> list[int]:
    """How much of the room each gets: what it takes, or an equal share of what the smaller ones leave."""
    shares = [0] * len(sizes)
    smallest_first = sorted(range(len(sizes)), key=lambda place: sizes[place])
    for sharers, place in zip(range(len(sizes), 0, -1), smallest_first, strict=True):
        shares[place] = min(sizes[place], room // sharers)
        room -= shares[place]
    return shares


@dataclass(frozen=True, slots=True)
class _Comment:
    """The marks that a comment is written with."""

    page: Page
    paper: Paper

    def write(self, plan: Plan, told: Outline) -> None:
        for part in self._opening(plan, told):
            if self.paper.fits(part):
                self.paper.add(part)
        left = self._open_blocks(told)
        folds = [self._made(fold) for fold in (*self._other_folds(told), *self._section_folds(left))]
        rooms = _shares([fold.size for fold in folds], self.paper.limit - self.paper.size)
        missing = [fold.title for fold, room in zip(folds, rooms, strict=True) if not self._add(fold, room)]
        if missing:
            self.paper.add(f"Not shown for want of room: {', '.join(missing)}. The plan as JSON says all of it.")

    def _opening(self, plan: Plan, told: Outline) -> Iterator[str]:
        for refusal in told.refusals:
            yield _alert(refusal)
        grave = [self._finding(finding) for finding in _grave(told)]
        if grave:
            yield "\n".join(grave)
        held = [self._held(held) for held in _open_held(told)]
        if held:
            yield "\n".join(["Kept back:", "", *held])
        if any(step for step in plan.steps if not step.held_back):
            yield _table(plan)
        if told.causes:
            yield "Of these, " + ", ".join(f"{count:,} {CAUSES[cause]}" for cause, count in told.causes) + "."
        if plan.summary.waived:
            yield prose(cut(waived_line(plan), _MESSAGE_LENGTH))

    # -------------------------------------------------------------------------------------------------- blocks

    def _open_blocks(self, told: Outline) -> list[tuple[Section, list[Block]]]:
        """Show the gravest without a click, as many as fit; give what is left, section by section."""
        shown: set[int] = set()
        for section, block in _ranked(told)[:_OPEN_BLOCKS]:
            part = self._block(section, block, section.findings)
            if not self.paper.fits(part, within=_OPEN_BYTES):
                break
            self.paper.add(part)
            shown.add(id(block))
        left = [(section, [block for block in section.blocks if id(block) not in shown]) for section in told.sections]
        return [(section, blocks) for section, blocks in left if blocks]

    def _section_folds(self, left: Sequence[tuple[Section, list[Block]]]) -> Iterator[_Fold]:
        for section, blocks in left:
            count = sum(len(block.steps) for block in blocks)
            common = [_Part(partial(self._finding, finding), 0) for finding in section.findings]
            parts = [_Part(partial(self._block, section, block), len(block.steps)) for block in blocks]
            yield _Fold(f"{VERBS[section.action]} {counted(count, section.kind)}", [*common, *parts], "\n\n")

    def _other_folds(self, told: Outline) -> Iterator[_Fold]:
        shown = {held.reason for held in _open_held(told)}
        held_left = [held for held in told.held if held.reason not in shown]
        if held_left:
            lines = [_Part(partial(self._held, held), len(held.steps)) for held in held_left]
            yield _Fold(f"kept back: {sum(len(held.steps) for held in held_left):,}", lines, "\n")
        others = told.findings[len(_grave(told)) :]
        if others:
            lines = [_Part(partial(self._finding, finding), 1) for finding in others]
            yield _Fold(f"also to be said: {len(others):,}", lines, "\n")

    def _made(self, fold: _Fold) -> _Made:
        """A fold with as many of its parts as there is room for, if it were the only one."""
        inside = Paper(self.paper.limit - self.paper.size)
        for part in fold.parts:
            text = part.make()
            inside.add(text)
            if inside.size > inside.limit:
                break
        return _Made(fold, inside.parts, inside.size + bytes_of(_empty(fold)))

    def _add(self, made: _Made, room: int) -> bool:
        """Write as much of a fold as fits into its room, and how much more there is."""
        fold = made.fold
        inside = Paper(room - bytes_of(_empty(fold)))
        for text in made.texts:
            if not inside.fits(text):
                break
            inside.add(text)
        if not inside.parts:
            return False
        left = sum(part.count for part in fold.parts[len(inside.parts) :])
        more = f"\n\nand {left:,} {_MORE}" if left else ""
        self.paper.add(folded(fold.title, fold.between.join(inside.parts) + more))
        return True

    def _block(self, section: Section, block: Block, common: Sequence[Finding] = ()) -> str:
        parts = [self._title(section, block)]
        lines = list(_diff(section, block.rows))
        if lines:
            parts.append(fenced(lines, "diff"))
        own = [*block.findings, *(finding for row in block.rows for finding in row.findings)]
        findings = [*common, *own]
        title = block.steps[0].position if len(block.steps) == 1 else None
        told = [self._finding(finding, title) for finding in findings[:_FINDINGS_SHOWN]]
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
        return link(cut(f"{path}:{line}", _NAME_LENGTH), self.page.link, path, line)

    def _held(self, held: Held) -> str:
        if held.is_asked_for:
            return f"- {prose(held.figures)}"
        return f"- {_listed(held.names)}: {prose(cut(held.reason, _MESSAGE_LENGTH))}"

    def _finding(self, finding: Finding, title: Position | None = None) -> str:
        """A finding with its place, but for the one that stands in the title above it."""
        place = finding.position
        is_said = title is not None and place is not None and (place.file, place.line) == (title.file, title.line)
        where = f" in {self._place(place.file, place.line)}" if place is not None and not is_said else ""
        hint = f"<br>hint: {prose(cut(finding.hint, _MESSAGE_LENGTH))}" if finding.hint else ""
        message = prose(cut(finding.message, _MESSAGE_LENGTH))
        return f"- {_SYMBOLS[finding.severity]} {code(finding.code)}{where}: {message}{hint}"


def _ranked(told: Outline) -> list[tuple[Section, Block]]:
    """What deserves to be seen at once, the gravest first."""
    ranked: list[tuple[Risk, int, Block]] = []
    for place, section in enumerate(told.sections):
        shows_all = section.action not in _ADDING or section.count <= _OPEN_ADDED
        common = risk_of(section.action, section.findings)
        ranked += [
            (min(block.risk, common), place, block) for block in section.blocks if shows_all or block.risk.is_remarkable
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


def _grave(told: Outline) -> Sequence[Finding]:
    """The errors and warnings beside the steps that are shown at once; they stand first among the findings."""
    count = sum(finding.severity is not Severity.NOTICE for finding in told.findings)
    return told.findings[: min(count, _FINDINGS_SHOWN)]


def _open_held(told: Outline) -> Sequence[Held]:
    """What is kept back, but for what the reader asked to leave out: as much of it as is shown at once."""
    return [held for held in told.held if not held.is_asked_for][:_HELD_SHOWN]


def _alert(message: str) -> str:
    return f"> [!CAUTION]\n> {prose(cut(message, _MESSAGE_LENGTH))}"


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
        before, after = contrasted(row.before or "", row.after or "", _VALUE_LENGTH)
        note = f"  [{row.note}]" if row.note else ""
        label = cut(row.label, _NAME_LENGTH)
        if section.action is not Action.CREATE and row.before is not None:
            yield f"- {label}: {before}{note}"
        if row.after is not None:
            yield f"+ {label}: {after}{'' if row.before is not None else note}"
    if len(rows) > _ROWS_SHOWN:
        yield f"  and {len(rows) - _ROWS_SHOWN:,} more fields"
