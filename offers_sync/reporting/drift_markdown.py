"""Drift as an issue: what git had applied, and what somebody made of it since, each at the line that says it.

A hidden line tells whoever keeps the issue whether it is needed, over, or not to be told from what was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from offers_sync.planning.plan import Action, Plan
from offers_sync.reporting.columns import cut
from offers_sync.reporting.contrasting import contrasted
from offers_sync.reporting.drift import REMEDY, drift_summary
from offers_sync.reporting.formats import Page
from offers_sync.reporting.markdown import Attention, code, fenced, link, marker, prose, report_marker
from offers_sync.reporting.paper import LIMIT_BYTES, Paper
from offers_sync.reporting.plan_outline import Block, Row, Section, outline
from offers_sync.reporting.wording import counted

_TAIL_BYTES: Final = 2_000
"""Kept free for saying what was left out, and what to do."""
_MESSAGE_LENGTH: Final = 400
_VALUE_LENGTH: Final = 200
_NAME_LENGTH: Final = 120
_NAMES_SHOWN: Final = 40
_ROWS_SHOWN: Final = 30


def drift_markdown(found: Plan, page: Page) -> str:
    """What changed outside git as Markdown, always under the limit of an issue."""
    paper = Paper(LIMIT_BYTES - _TAIL_BYTES)
    marks = f"{report_marker('drift', found.environment, page.prefix)}\n{marker(attention=_attention(found))}"
    paper.add(f"{marks}\n### offers drift")
    summary = prose(cut(drift_summary(found), _MESSAGE_LENGTH))
    paper.add(f"> [!CAUTION]\n> {summary}" if found.failure else summary)
    findings = [f"- {prose(cut(finding.message, _MESSAGE_LENGTH))}" for finding in found.findings]
    if findings and paper.fits("\n".join(findings)):
        paper.add("\n".join(findings))
    left = _add_blocks(found, page, paper)
    if left:
        paper.add(f"And {left:,} more that there is no room for; `offers drift` shows all of them.")
    if found.steps:
        paper.add(f"In each difference, `-` is what git applied and `+` is what the server has.\n{REMEDY}")
    return paper.text


def _attention(found: Plan) -> Attention:
    if found.steps:
        return Attention.NEEDED
    return Attention.UNKNOWN if found.failure or found.findings else Attention.OVER


def _add_blocks(found: Plan, page: Page, paper: Paper) -> int:
    """Write as many as fit; give the number of objects that do not."""
    left = 0
    for section, block in _blocks(found):
        part = _part(section, block, page)
        if left or not paper.fits(part):
            left += len(block.steps)
        else:
            paper.add(part)
    return left


def _blocks(found: Plan) -> Iterator[tuple[Section, Block]]:
    for section in outline(found).sections:
        for block in section.blocks:
            yield section, block


def _part(section: Section, block: Block, page: Page) -> str:
    if section.action is Action.CREATE:
        return f"{_title(section, block, page)} is gone from the server"
    return f"{_title(section, block, page)}\n\n{fenced(list(_difference(block.rows)), 'diff')}"


def _title(section: Section, block: Block, page: Page) -> str:
    names = [code(cut(step.desired.key, _NAME_LENGTH)) for step in block.steps]
    if len(names) > 1:
        more = f" and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else ""
        return f"**{counted(len(names), section.kind)}**, all alike: {', '.join(names[:_NAMES_SHOWN])}{more}"
    place = block.steps[0].position
    if place is None:
        return f"**{section.kind}** {names[0]}"
    path = f"{page.prefix}{place.file}"
    where = link(cut(f"{path}:{place.line}", _NAME_LENGTH), page.link, path, place.line)
    return f"**{section.kind}** {names[0]} in {where}"


def _difference(rows: tuple[Row, ...]) -> Iterator[str]:
    """What git applied, and what is there; a row of the plan leads the other way."""
    for row in rows[:_ROWS_SHOWN]:
        applied, live = contrasted(row.after or "", row.before or "", _VALUE_LENGTH)
        label = cut(row.label, _NAME_LENGTH)
        yield f"- {label}: {applied}" if row.after is not None else f"- {label} was not set"
        yield f"+ {label}: {live}" if row.before is not None else f"+ {label} is not set"
    if len(rows) > _ROWS_SHOWN:
        yield f"  and {len(rows) - _ROWS_SHOWN:,} more fields"
