"""The walk through a plan that its readable reports share: what is said, in which order, and what is alike.

Steps of one action and kind that change the same in the same way are one block.  What carries the greater risk comes
first.  How it looks, and how much of it fits, is the renderers' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from offers_sync.findings import SEVERITY_ORDER, Finding, Position
from offers_sync.models.values import DesiredKind
from offers_sync.planning.comparing import Verdict
from offers_sync.planning.difference import escaped
from offers_sync.planning.holding import LEFT_OUT
from offers_sync.planning.plan import Action, Cause, Change, GuardReport, Plan, Step
from offers_sync.reporting.escaping import printable
from offers_sync.reporting.risks import Rank, Risk, risk_of
from offers_sync.reporting.wording import CAUSES, label_of, some, ways_through, words_of_both

ACTION_ORDER: Final = (Action.DISTRIBUTE, Action.CREATE, Action.RETIRE, Action.UPDATE, Action.UPLOAD_IMAGE)
"""What cannot be taken back first, then what guests lose, then what they have otherwise."""
_COMMON_FROM: Final = 3
"""What is said of so many blocks or more, and of all of them, is said once."""
_IDENTIFYING: Final = frozenset({"attribute", "selector"})
"""Members that make of a mapping an entry of a list, which is told on one line."""
KIND_ORDER: Final[tuple[DesiredKind, ...]] = ("campaign", "redeemable", "criterion", "selector")


@dataclass(frozen=True, slots=True)
class Row:
    """One value that changes, in words, or nothing where there is none; ``note`` says what is particular about it."""

    label: str
    before: str | None
    after: str | None
    note: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Steps that look alike but for their names; findings of more than one have no position."""

    steps: tuple[Step, ...]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = ()
    note: str = ""

    @property
    def risk(self) -> Risk:
        """How much a reader should look at it."""
        findings = (*self.findings, *(finding for row in self.rows for finding in row.findings))
        return risk_of(self.steps[0].action, findings)


@dataclass(frozen=True, slots=True)
class Section:
    """The blocks of one action and kind, the gravest first."""

    action: Action
    kind: DesiredKind
    blocks: tuple[Block, ...]
    findings: tuple[Finding, ...] = ()
    """What is to be said of every one of its blocks."""

    @property
    def count(self) -> int:
        """How many steps it has."""
        return sum(len(block.steps) for block in self.blocks)

    @property
    def rank(self) -> Rank:
        """That of the gravest block, which stands first."""
        return min(self.blocks[0].risk, risk_of(self.action, self.findings)).rank


@dataclass(frozen=True, slots=True)
class Held:
    """Steps that are kept back for one reason."""

    reason: str
    steps: tuple[Step, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What is kept back, each once."""
        return tuple(dict.fromkeys(held_name(step) for step in self.steps))

    @property
    def is_asked_for(self) -> bool:
        """Whether the reader narrowed the plan so, and need not be told of each."""
        return self.reason == LEFT_OUT

    @property
    def figures(self) -> str:
        """How many, and why, where the reader need not be told of each."""
        return f"{some(len(self.steps), 'step')} {self.reason}"


@dataclass(frozen=True, slots=True)
class Outline:
    """All that a report of a plan says."""

    refusals: tuple[str, ...]
    """What guards refuse, the plan as a whole or documents of it, each with the way through."""
    causes: tuple[tuple[Cause, int], ...]
    sections: tuple[Section, ...]
    held: tuple[Held, ...]
    findings: tuple[Finding, ...]
    """What is said beside the steps, the gravest first."""


def outline(plan: Plan) -> Outline:
    """The plan as it is told."""
    homes, rest = _at_home(plan)
    sections = tuple(_sections(plan, homes))
    return Outline(
        (*refusals_of(plan), *_kept_back_by_guards(plan)),
        tuple((cause, count) for cause in Cause if (count := sum(step.cause is cause for step in plan.ready))),
        sections,
        held_of(plan),
        tuple(sorted(rest, key=_gravity)),
    )


def _gravity(finding: Finding) -> tuple[int, tuple[str, int, int, int, str, str]]:
    return (SEVERITY_ORDER[finding.severity], finding.sort_key)


def refusals_of(plan: Plan) -> tuple[str, ...]:
    """Why the plan as a whole is not applied."""
    return tuple(_refusal(guard) for guard in plan.refusals)


def _refusal(guard: GuardReport) -> str:
    way = f"; to let it through {ways_through([guard])}" if guard.allow_with else ""
    figures = f"{guard.actual:,} planned, {printable(guard.limit)} allowed"
    return f"the guard `{printable(guard.guard)}` refuses it: {figures}{way}"


def _kept_back_by_guards(plan: Plan) -> Iterator[str]:
    for guard in plan.guards:
        if guard.refused and guard.keeps_back:
            way = f": `{printable(guard.allow_with)}`" if guard.allow_with else ", plan again with complete lists"
            yield (
                f"the guard `{printable(guard.guard)}` keeps back {some(guard.actual, 'document')}; "
                f"to let {'it' if guard.actual == 1 else 'them'} through{way}"
            )


def held_name(step: Step) -> str:
    """What a step would do, told from what else is to happen to its document."""
    return f"the image of {step.name}" if step.action is Action.UPLOAD_IMAGE else step.name


def held_of(plan: Plan) -> tuple[Held, ...]:
    """What is kept back, by reason."""
    by_reason: dict[str, list[Step]] = {}
    for step in plan.steps:
        if step.held_back:
            by_reason.setdefault(printable(step.held_back), []).append(step)
    return tuple(Held(reason, tuple(steps)) for reason, steps in by_reason.items())


# --------------------------------------------------------------------------------------------- findings at home


def _at_home(plan: Plan) -> tuple[Mapping[int, tuple[Finding, ...]], list[Finding]]:
    """What is to be said of each step, by its place in the plan, and what is left.

    A finding of the files belongs to the step whose document holds its line; the innermost one counts, since a
    criterion may be written inside an offer.
    """
    documents: dict[str, list[tuple[Position, int]]] = {}
    for place, step in enumerate(plan.steps):
        if step.position is not None and step.action is not Action.UPLOAD_IMAGE and not step.held_back:
            documents.setdefault(step.position.file, []).append((step.position, place))
    homes = {place: list(step.annotations) for place, step in enumerate(plan.steps)}
    rest: list[Finding] = []
    for finding in plan.findings:
        home = _home_of(finding, documents)
        (homes[home] if home is not None else rest).append(finding)
    for place, step in enumerate(plan.steps):
        if step.held_back:
            own = homes.pop(place)
            rest.extend(own if step.held_back != LEFT_OUT else ())
    return {place: tuple(sorted(found, key=_gravity)) for place, found in homes.items()}, rest


def _home_of(finding: Finding, documents: Mapping[str, list[tuple[Position, int]]]) -> int | None:
    if finding.position is None:
        return None
    around = [
        (_extent(position), place)
        for position, place in documents.get(finding.position.file, ())
        if position.holds(finding.position)
    ]
    return min(around)[1] if around else None


def _extent(position: Position) -> tuple[int, int]:
    return (position.end_line - position.line, position.end_column - position.column)


# ----------------------------------------------------------------------------------------------------- sections


def _sections(plan: Plan, homes: Mapping[int, tuple[Finding, ...]]) -> list[Section]:
    """What has the gravest block first, else by action and kind."""
    groups: dict[tuple[Action, DesiredKind], list[Block]] = {}
    for place, step in enumerate(plan.steps):
        if not step.held_back:
            groups.setdefault((step.action, step.kind), []).append(_block(plan, step, homes.get(place, ())))
    sections: list[Section] = []
    for action in ACTION_ORDER:
        for kind in KIND_ORDER:
            if (action, kind) in groups:
                common, blocks = _without_common(_merged(groups[action, kind]))
                sections.append(Section(action, kind, tuple(blocks), common))
    return sorted(sections, key=lambda section: section.rank)


def _block(plan: Plan, step: Step, findings: tuple[Finding, ...]) -> Block:
    """One step with its findings: each under the value whose line it is about, the others beside the step."""
    told = list(_rows(plan, step))
    homes: list[list[Finding]] = [[] for _ in told]
    left: list[Finding] = []
    for finding in findings:
        place = _row_for(finding, step, [(change, path) for change, path, _ in told])
        (homes[place] if place is not None else left).append(finding)
    rows = tuple(replace(row, findings=tuple(own)) for (_, _, row), own in zip(told, homes, strict=True))
    note = CAUSES[step.cause] if step.cause not in (None, Cause.THIS_CHANGE) else ""
    return Block((step,), rows, tuple(left), note)


def _row_for(finding: Finding, step: Step, told: Sequence[tuple[Change, str]]) -> int | None:
    """The row that a finding is about: the one with the longest path around it, of a change that holds its line."""
    about = [place for place, (change, _) in enumerate(told) if _is_about(finding, step, change)]
    if not about:
        return None
    around = [place for place in about if _is_below(finding.path, told[place][1])]
    return max(around or about, key=lambda place: (len(told[place][1]) if around else 0, -place))


def _is_below(path: str, around: str) -> bool:
    return path == around or path.startswith(around + "/")


def rows_of(plan: Plan, step: Step) -> Iterator[Row]:
    """What a step changes, without findings."""
    return (row for _, _, row in _rows(plan, step))


def _rows(plan: Plan, step: Step) -> Iterator[tuple[Change, str, Row]]:
    """A row for each text, number or list of a change; what comes or goes as a whole is told part by part."""
    for change in step.changes:
        field, note = change.field, _note(step, change)
        for path in _parts(field.path, field.before, field.after):
            below = path.removeprefix(field.path)
            before, after = words_of_both(_part(field.before, below), _part(field.after, below), plan.names, path)
            yield change, path, Row(label_of(path), before, after, note)


def _parts(path: str, *sides: Any) -> list[str]:
    """The places that are told by themselves: a mapping is its members, unless they are the facts of one thing."""
    given = [side for side in sides if side is not None]
    if not given or not all(isinstance(side, Mapping) and side and not _IDENTIFYING & set(side) for side in given):
        return [path]
    names = dict.fromkeys(name for side in given for name in side)
    return [
        part for name in names for part in _parts(f"{path}/{escaped(str(name))}", *(side.get(name) for side in given))
    ]


def _part(value: Any, path: str) -> Any:
    for step in path.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _note(step: Step, change: Change) -> str:
    """What a reader cannot see from the two values."""
    if change.cause not in (None, step.cause, Cause.THIS_CHANGE):
        return CAUSES[change.cause]
    if change.field.verdict is Verdict.DRIFT and step.cause is not Cause.DRIFT:
        return CAUSES[Cause.DRIFT]
    return ""


def _is_about(finding: Finding, step: Step, change: Change) -> bool:
    """Whether a change holds the line of a finding; one that is not written anywhere stands at the whole document."""
    is_placed = change.position not in (None, step.position)
    if is_placed and change.position is not None and finding.position is not None:
        return change.position.file == finding.position.file and change.position.holds(finding.position)
    return bool(finding.path) and _is_below(finding.path, change.field.path)


def _merged(blocks: Iterable[Block]) -> list[Block]:
    """Blocks that look alike as one, but for new objects, whose names say most; the gravest first, else by name."""
    alike: dict[Any, list[Step]] = {}
    first: dict[Any, Block] = {}
    for place, block in enumerate(blocks):
        plain = _without_positions(block)
        key = place if block.steps[0].action is Action.CREATE else (plain.rows, plain.findings, plain.note)
        first[key] = plain if key in first else block
        alike.setdefault(key, []).extend(block.steps)
    merged = [replace(block, steps=tuple(alike[key])) for key, block in first.items()]
    return sorted(merged, key=lambda block: (block.risk, block.steps[0].name))


def _without_common(blocks: Sequence[Block]) -> tuple[tuple[Finding, ...], list[Block]]:
    """What is said of every block is said once."""
    if len(blocks) < _COMMON_FROM:
        return (), list(blocks)
    said = [{_unplaced(finding) for finding in block.findings} for block in blocks]
    common = tuple(
        _unplaced(finding) for finding in blocks[0].findings if all(_unplaced(finding) in each for each in said)
    )
    own = [
        replace(block, findings=tuple(finding for finding in block.findings if _unplaced(finding) not in common))
        for block in blocks
    ]
    return common, own


def _without_positions(block: Block) -> Block:
    rows = tuple(replace(row, findings=tuple(map(_unplaced, row.findings))) for row in block.rows)
    return replace(block, rows=rows, findings=tuple(map(_unplaced, block.findings)))


def _unplaced(finding: Finding) -> Finding:
    return replace(finding, position=None, source_line="")
