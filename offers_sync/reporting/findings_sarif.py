"""Findings as SARIF 2.1.0, which code scanning services show beside the lines of a pull request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from offers_sync import __version__, codes
from offers_sync.findings import Finding, Position, Severity
from offers_sync.loading.project import PROJECT_FILE
from offers_sync.reporting.escaping import json_safe, printable

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def findings_sarif(findings: Sequence[Finding], prefix: str = "") -> str:
    """One run of the tool; ``prefix`` leads from the repository to the project."""
    rules = sorted({finding.code for finding in findings})
    run = {
        "tool": {
            "driver": {
                "name": "offers",
                "semanticVersion": __version__,
                "rules": [_rule(name, findings) for name in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules.index(finding.code), prefix) for finding in findings],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_safe(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _rule(name: str, findings: Iterable[Finding]) -> dict[str, Any]:
    code = codes.find_code(name)
    if code is None:
        weight = next(finding.severity for finding in findings if finding.code == name)
        return {"id": name, "defaultConfiguration": {"level": _LEVELS[weight]}}
    return {
        "id": name,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.meaning},
        "help": {"text": f"{code.meaning} {code.remedy}"},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _region(place: Position | None) -> dict[str, int]:
    """Where in its file; what is about no line stands at the beginning of offers.yaml, since every result needs one."""
    if place is None:
        return {"startLine": 1, "startColumn": 1}
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _result(finding: Finding, rule: int, prefix: str) -> dict[str, Any]:
    text = finding.message + (f" (hint: {finding.hint})" if finding.hint else "")
    place = finding.position
    file = prefix + (place.file if place is not None else PROJECT_FILE)
    artifact = {"uri": quote(file, errors="replace")}
    parts = (finding.code, file, finding.path, finding.message)
    identity = "\0".join(parts)  # lines move; the same fault of the same value is the same alert
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": printable(text)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": _region(place)}}],
        "partialFingerprints": {"offers/v1": sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()},
    }
