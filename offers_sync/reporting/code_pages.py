"""The page of a finding's code, and the list of all that can be explained, as text and as JSON.

The texts are those of ``codes`` and ``mistakes``.  No model is needed here, so these pages come at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from offers_sync.codes import can_be_waived
from offers_sync.findings import Code, Severity
from offers_sync.reporting.layout import indented, paragraph, sections, terms
from offers_sync.reporting.mistakes import Mistake, find_mistake

FORMAT_VERSION: Final = 1

_WAIVER: Final = """\
allow:
- code: {code}
  key: {document}
  reason: Agreed with the brand team.
  until: 2030-01-31T00:00:00
"""
_NAMED: Final = re.compile(r"^kind: (\S+)\nkey: (\S+)", re.MULTILINE)
_WAIVED_FOR: Final = ("campaign", "redeemable", "criterion", "selector")
"""A finding about several documents is about the one that names the others."""


def index_text(kinds: Mapping[str, str], codes: Iterable[Code], width: int) -> str:
    """What can be explained: the kinds of file and the codes."""
    by_severity = {
        severity: [(code.name, code.title) for code in codes_of]
        for severity in Severity
        if (codes_of := [code for code in codes if code.severity is severity])
    }
    return sections(
        (
            "Kinds of file\n\n" + terms(list(kinds.items()), width),
            *(f"Codes: {severity}s\n\n" + terms(rows, width) for severity, rows in by_severity.items()),
            paragraph("offers explain KIND, KIND.FIELD, CODE, or a word of the vendor's says more.", width),
        )
    )


def code_text(code: Code, width: int) -> str:
    """The page of a code."""
    mistake = find_mistake(code.name)
    return sections(
        (
            f"{code.name} ({code.severity})",
            paragraph(f"{code.title}.", width),
            paragraph(code.meaning, width),
            "What to do\n\n" + paragraph(code.remedy, width, 2),
            _mistake_text(mistake) if mistake is not None else "",
            _waiver_text(code, mistake, width),
        )
    )


def _mistake_text(mistake: Mistake) -> str:
    wrong = f"For example\n\n{indented(mistake.wrong)}"
    return f"{wrong}\n\nMended\n\n{indented(mistake.mended)}" if mistake.mended else wrong


def _waiver_text(code: Code, mistake: Mistake | None, width: int) -> str:
    if code.severity is Severity.ERROR:
        return paragraph("An error cannot be waived.", width)
    if not can_be_waived(code):
        return paragraph("It cannot be waived, since it says what nobody may overlook.", width)
    return "Where it is meant, waive it in offers.yaml\n\n" + indented(
        _WAIVER.format(code=code.name, document=_waived_in(mistake))
    )


def _waived_in(mistake: Mistake | None) -> str:
    """The document of an example that has the finding: the last one of those that name others."""
    named: list[tuple[str, str]] = _NAMED.findall(mistake.wrong if mistake is not None else "")
    named.sort(key=lambda each: -_WAIVED_FOR.index(each[0]))  # which keeps the order within a kind
    return "/".join(named[-1]) if named else "redeemable/lunch"


def code_json(code: Code) -> str:
    """The page of a code as a JSON object."""
    mistake = find_mistake(code.name)
    example = None if mistake is None else asdict(mistake)
    return _json({"type": "code", **asdict(code), "can_be_waived": can_be_waived(code), "example": example})


def index_json(kinds: Mapping[str, str], codes: Iterable[Code]) -> str:
    """What can be explained, as a JSON object."""
    written = [{"name": code.name, "severity": code.severity, "title": code.title} for code in codes]
    listed = [{"name": name, "description": description} for name, description in kinds.items()]
    return _json({"type": "index", "kinds": listed, "codes": written})


def _json(value: dict[str, Any]) -> str:
    return json.dumps({"format_version": FORMAT_VERSION, **value}, indent=2, ensure_ascii=False) + "\n"
