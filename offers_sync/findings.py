"""What is said about a piece of YAML: which document it is in, where it stands, how bad it is, what to do.

Codes and their meanings are in ``codes``; how findings look on paper is ``reporting``'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """How much a finding weighs; only an error stops anything."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


SEVERITY_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a document is written: the file, relative to the project, and its place among the file's documents."""

    file: str
    index: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A stretch of a file, lines and columns from 1, columns in characters, the end exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def holds(self, inner: Position) -> bool:
        """Whether another stretch of the same file begins within this one."""
        begins = (inner.line, inner.column)
        return (self.line, self.column) <= begins < (self.end_line, self.end_column)


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding: its stable name, its weight, and what it means."""

    name: str
    severity: Severity
    title: str
    meaning: str
    remedy: str

    @property
    def hint(self) -> str:
        """The remedy as the hint of a finding."""
        return self.remedy[:1].lower() + self.remedy[1:].rstrip(".")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say, about the value at ``path`` (a JSON Pointer in the YAML's names)."""

    code: str
    severity: Severity
    message: str
    hint: str = ""
    path: str = ""
    position: Position | None = None
    source_line: str = ""
    """The line of the file that ``position`` starts on, as it is written."""

    @classmethod
    def of(  # noqa: PLR0913  the fields of one value
        cls,
        code: Code,
        message: str,
        *,
        hint: str = "",
        path: str = "",
        position: Position | None = None,
        source_line: str = "",
    ) -> Finding:
        """A finding with the weight that its code has."""
        return cls(code.name, code.severity, message, hint, path, position, source_line)

    @property
    def sort_key(self) -> tuple[str, int, int, int, str, str]:
        """File, place, weight, code: the order in which findings are shown."""
        place = self.position
        if place is None:
            return ("", 0, 0, SEVERITY_ORDER[self.severity], self.code, self.message)
        return (place.file, place.line, place.column, SEVERITY_ORDER[self.severity], self.code, self.message)


def has_errors(findings: list[Finding] | tuple[Finding, ...]) -> bool:
    """Whether any of them stops the work."""
    return any(finding.severity is Severity.ERROR for finding in findings)
