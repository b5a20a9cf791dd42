"""The plan as text for a terminal: the figures first, then each step with what changes.

Colour is marked with click's escapes and stripped by the command line where there is no terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from offers_sync.planning.plan import Action, Change, Plan, Step, plain
from offers_sync.reporting.formats import Page

_MARKS: Final = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.RETIRE: "-",
    Action.UPLOAD_IMAGE: "^",
    Action.DISTRIBUTE: ">",
}
_VALUE_WIDTH: Final = 60


def plan_text(plan: Plan, page: Page = Page()) -> str:  # noqa: ARG001, B008  a frozen value
    """The plan for a person."""
    return "\n".join(_lines(plan)) + "\n"


def summary_line(plan: Plan) -> str:
    """The plan in one line."""
    figures = plan.summary
    parts = [
        f"{count} to {words}"
        for count, words in (
            (figures.create, "create"),
            (figures.update, "update"),
            (figures.retire, "retire"),
            (figures.upload_image, "upload an image for"),
            (figures.distribute, "distribute"),
        )
        if count
    ]
    held = sum(bool(step.held_back) for step in plan.steps)
    if held:
        parts.append(f"{held} kept back")
    rest = f"{figures.unchanged} unchanged"
    return f"{plan.project} on {plan.environment}: {', '.join(parts) or 'nothing to do'}, {rest}."


def _lines(plan: Plan) -> Iterator[str]:
    yield summary_line(plan)
    for gap in plan.gaps:
        yield f"  ! incomplete: {gap}"
    for step in plan.steps:
        yield ""
        yield from _step_lines(step)
    for orphan in plan.orphans:
        yield f"  ? {orphan} has left git and is not touched"
    if plan.refusals:
        yield ""
    for guard in plan.refusals:
        yield f"  guard {guard.guard}: {guard.actual} planned, {guard.limit} allowed; pass {guard.allow_with}"


def _step_lines(step: Step) -> Iterator[str]:
    place = f"  ({step.position.file}:{step.position.line})" if step.position is not None else ""
    yield f"  {_MARKS[step.action]} {step.action.value.replace('_', ' ')} {step.name}{place}"
    if step.held_back:
        yield f"      kept back: {printable(step.held_back)}"
    for change in step.changes:
        yield from _change_lines(step, change)


def _change_lines(step: Step, change: Change) -> Iterator[str]:
    name = change.field.path.removeprefix("/").replace("/", ".")
    after = short(change.field.after)
    if step.action is Action.CREATE:
        yield f"      {name}: {after}"
    else:
        note = "" if change.field.verdict.value == "edit" else f"  [{change.field.verdict.value}]"
        yield f"      {name}: {short(change.field.before)} -> {after}{note}"


def short(value: Any) -> str:
    """A value in one line, not longer than a person reads."""
    if value is None:
        return "(none)"
    text = value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
    text = printable(text)
    return text if len(text) <= _VALUE_WIDTH else text[: _VALUE_WIDTH - 1] + "…"


def printable(text: str) -> str:
    """Text without anything that a terminal would obey."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
