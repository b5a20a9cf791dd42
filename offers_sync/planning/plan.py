"""The plan: a frozen, sorted value that says what would be done and what is kept back, with a digest.

``apply`` and every report walk this same value.  How it comes about is said by ``planner``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from offers_sync.findings import Finding, Position
from offers_sync.models.values import Applied, Desired, DesiredKind, Live
from offers_sync.planning.comparing import FieldChange

FORMAT_VERSION: Final = 1


class Action(StrEnum):
    """What a step does."""

    CREATE = "create"
    UPDATE = "update"
    RETIRE = "retire"
    UPLOAD_IMAGE = "upload_image"
    DISTRIBUTE = "distribute"


class Cause(StrEnum):
    """What a reviewer holds answerable for a step."""

    THIS_CHANGE = "this_change"
    ALREADY_PENDING = "already_pending"
    DRIFT = "drift"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """A field's change and the place in the YAML that asks for it."""

    field: FieldChange
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do to one object; ``held_back`` says why it is not done."""

    action: Action
    desired: Desired
    changes: tuple[Change, ...]
    units: tuple[str, ...] = ()
    cause: Cause | None = None
    position: Position | None = None
    annotations: tuple[Finding, ...] = ()
    depends_on: tuple[str, ...] = ()
    held_back: str = ""
    live: Live | None = None
    applied: Applied | None = None

    @property
    def kind(self) -> DesiredKind:
        """The kind of the object."""
        return self.desired.kind

    @property
    def name(self) -> str:
        """How people call the object: kind and key."""
        return f"{self.desired.kind}/{self.desired.key}"


@dataclass(frozen=True, slots=True)
class GuardReport:
    """How far a guard was used, and what lets a plan through that it refuses."""

    guard: str
    limit: str
    actual: int
    refused: bool
    allow_with: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The plan in figures."""

    create: int = 0
    update: int = 0
    retire: int = 0
    upload_image: int = 0
    distribute: int = 0
    unchanged: int = 0
    orphaned: int = 0
    unmanaged: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps, sorted by wave, kind and key; what is kept back is among them."""

    project: str
    environment: str
    steps: tuple[Step, ...]
    summary: Summary
    gaps: tuple[str, ...] = ()
    """Why the live side may be incomplete."""
    findings: tuple[Finding, ...] = ()
    guards: tuple[GuardReport, ...] = ()
    orphans: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything on the live side was seen."""
        return not self.gaps

    @property
    def ready(self) -> tuple[Step, ...]:
        """The steps that an apply would carry out."""
        return tuple(step for step in self.steps if not step.held_back)

    @property
    def is_empty(self) -> bool:
        """Whether an apply would do nothing."""
        return not self.ready

    @property
    def refusals(self) -> tuple[GuardReport, ...]:
        """The guards that stand in the way."""
        return tuple(guard for guard in self.guards if guard.refused)

    @property
    def digest(self) -> str:
        """One value for what would be done where; not for positions, causes or annotations."""
        rows = [
            [
                step.action.value,
                step.kind,
                step.desired.external_id,
                [[change.field.path, plain(change.field.before), plain(change.field.after)] for change in step.changes],
            ]
            for step in self.ready
        ]
        text = json.dumps([self.environment, rows], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def plain(value: Any) -> Any:
    """The value as JSON says it, decimals as text."""
    match value:
        case Decimal():
            return format(value, "f")
        case Mapping():
            return {str(name): plain(member) for name, member in value.items()}
        case list() | tuple():
            return [plain(member) for member in value]
        case _:
            return value
