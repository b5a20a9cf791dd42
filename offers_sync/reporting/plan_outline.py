"""The walk through a plan that its readable reports share: what is said, in which order, and what is alike.

Steps of one action and kind that change the same in the same way are one block.  What carries the greater risk comes
first.  How it looks, and how much of it fits, is the renderers' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from offers_sync import codes
from offers_sync.findings import SEVERITY_ORDER, Finding, Position, Severity
from offers_sync.models.values import DesiredKind
from offers_sync.planning.comparing import Verdict
from offers_sync.planning.difference import escaped
from offers_sync.planning.holding import LEFT_OUT
from offers_sync.planning.plan import Action, Cause, Change, GuardReport, Plan, Step
from offers_sync.reporting.escaping import printable
from offers_sync.reporting.wording import CAUSES, label_of, words_of

ACTION_ORDER: Final = (Action.DISTRIBUTE, Action.RETIRE, Action.UPDATE, Action.CREATE, Action.UPLOAD_IMAGE)
"""What reaches guests first, and cannot be taken back, first."""
_IDENTIFYING: Final = frozenset({"attribute", "selector"})
"""Members that make of a mapping an entry of a list, which is told on one line."""
KIND_ORDER: Final[tuple[DesiredKind, ...]] = ("campaign", "redeemable", "criterion", "selector")


@dataclass(frozen=True, slots=True)
class Row:
    """One value that changes, in words; ``note`` says what is particular about it."""

    label: str
    before: str
    after: str
    note: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Steps that look alike but for their names; only a single one has findings."""

    steps: tuple[Step, ...]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = ()
    note: str = ""

    @property
    def risk(self) -> tuple[int, int]:
        """The graver the smaller: its worst finding first, then whether guests feel it now."""
        findings = [*self.findings, *(finding for row in self.rows for finding in row.findings)]
        worst = min((SEVERITY_ORDER[finding.severity] for finding in findings), default=len(Severity))
        is_felt = any(finding.code == codes.LIVE_EDIT.name for finding in findings)
        return (min(worst, SEVERITY_ORDER[Severity.NOTICE]), 0 if is_felt else 1)

    @property
    def is_warned(self) -> bool:
        """Whether something worse than a notice is said of it."""
        return self.risk[0] < SEVERITY_ORDER[Severity.NOTICE]


@dataclass(frozen=True, slots=True)
class Section:
    """The blocks of one action and kind, the gravest first."""

    action: Action
    kind: DesiredKind
    blocks: tuple[Block, ...]

    @property
    def count(self) -> int:
        """How many steps it has."""
        return sum(len(block.steps) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Held:
    """Steps that are kept back for one reason."""

    reason: str
    steps: tuple[Step, ...]

    @property
    def is_asked_for(self) -> bool:
        """Whether the reader narrowed the plan so, and need not be told of each."""
        return self.reason == LEFT_OUT


@dataclass(frozen=True, slots=True)
class Outline:
    """All that a report of a plan says."""

    refusals: tuple[str, ...]
    """Why the plan as a whole is not applied, each with the way through."""
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
        tuple(_refusal(guard) for guard in plan.refusals),
        tuple((cause, count) for cause in Cause if (count := sum(step.cause is cause for step in plan.ready))),
        sections,
        tuple(_held(plan)),
        tuple(sorted(rest, key=_gravity)),
    )


def _gravity(finding: Finding) -> tuple[int, tuple[str, int, int, int, str, str]]:
    return (SEVERITY_ORDER[finding.severity], finding.sort_key)


def _refusal(guard: GuardReport) -> str:
    way = f"; to let it through: {printable(guard.allow_with)}" if guard.allow_with else ""
    return f"the guard `{guard.guard}` refuses it: {guard.actual:,} planned, {printable(guard.limit)} allowed{way}"


def _held(plan: Plan) -> Iterator[Held]:
    by_reason: dict[str, list[Step]] = {}
    for step in plan.steps:
        if step.held_back:
            by_reason.setdefault(printable(step.held_back), []).append(step)
    for reason, steps in by_reason.items():
        yield Held(reason, tuple(steps))


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
        if _holds(position, finding.position)
    ]
    return min(around)[1] if around else None


def _holds(around: Position, inner: Position) -> bool:
    start = (around.line, around.column) <= (inner.line, inner.column)
    return start and (inner.line, inner.column) < (around.end_line, around.end_column)


def _extent(position: Position) -> tuple[int, int]:
    return (position.end_line - position.line, position.end_column - position.column)


# ----------------------------------------------------------------------------------------------------- sections


def _sections(plan: Plan, homes: Mapping[int, tuple[Finding, ...]]) -> Iterator[Section]:
    groups: dict[tuple[Action, DesiredKind], list[Block]] = {}
    for place, step in enumerate(plan.steps):
        if not step.held_back:
            groups.setdefault((step.action, step.kind), []).append(_block(plan, step, homes.get(place, ())))
    for action in ACTION_ORDER:
        for kind in KIND_ORDER:
            if (action, kind) in groups:
                yield Section(action, kind, tuple(_merged(groups[action, kind])))


def _block(plan: Plan, step: Step, findings: tuple[Finding, ...]) -> Block:
    """One step with its findings: each under the value whose line it is about, the others beside the step."""
    told = [(change, path, row) for change in step.changes for path, row in _rows(plan, step, change)]
    homes: list[list[Finding]] = [[] for _ in told]
    left: list[Finding] = []
    for finding in findings:
        place = _row_for(finding, [(change, path) for change, path, _ in told])
        (homes[place] if place is not None else left).append(finding)
    rows = tuple(replace(row, findings=tuple(own)) for (_, _, row), own in zip(told, homes, strict=True))
    note = CAUSES[step.cause] if step.cause not in (None, Cause.THIS_CHANGE) else ""
    return Block((step,), rows, tuple(left), note)


def _row_for(finding: Finding, told: Sequence[tuple[Change, str]]) -> int | None:
    """The row that a finding is about: the one with the longest path around it, of a change that holds its line."""
    about = [place for place, (change, _) in enumerate(told) if _is_about(finding, change)]
    if not about:
        return None
    around = [place for place in about if _is_below(finding.path, told[place][1])]
    return max(around or about, key=lambda place: (len(told[place][1]) if around else 0, -place))


def _is_below(path: str, around: str) -> bool:
    return path == around or path.startswith(around + "/")


def _rows(plan: Plan, step: Step, change: Change) -> Iterator[tuple[str, Row]]:
    """A row for each text, number or list of a change; what comes or goes as a whole is told part by part."""
    field, note = change.field, _note(step, change)
    for path in _parts(field.path, field.before, field.after):
        below = path.removeprefix(field.path)
        before, after = (words_of(_part(side, below), plan.names, path) for side in (field.before, field.after))
        yield path, Row(label_of(path), before, after, note)


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


def _is_about(finding: Finding, change: Change) -> bool:
    if change.position is not None and finding.position is not None:
        return change.position.file == finding.position.file and _holds(change.position, finding.position)
    return _is_below(finding.path, change.field.path)


def _merged(blocks: Iterable[Block]) -> list[Block]:
    """Blocks without findings that look alike, as one; the gravest first, else by name."""
    alike: dict[tuple[tuple[Row, ...], str], list[Step]] = {}
    single: list[Block] = []
    for block in blocks:
        is_plain = not block.findings and not any(row.findings for row in block.rows)
        if is_plain and block.steps[0].action is not Action.CREATE:
            alike.setdefault((block.rows, block.note), []).extend(block.steps)
        else:
            single.append(block)
    merged = [Block(tuple(steps), rows, (), note) for (rows, note), steps in alike.items()]
    return sorted((*single, *merged), key=lambda block: (block.risk, block.steps[0].name))
