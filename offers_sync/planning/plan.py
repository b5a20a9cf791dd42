"""The plan: a frozen, sorted value that says what would be done and what is kept back, with a digest.

``apply`` and every report walk this same value.  How it comes about is said by ``planner``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """What a reviewer holds answerable for a change."""

    THIS_CHANGE = "this_change"
    ALREADY_PENDING = "already_pending"
    DRIFT = "drift"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """A field's change, the place in the YAML that asks for it, and what is answerable for it."""

    field: FieldChange
    position: Position | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do to one object; ``held_back`` says why it is not done."""

    action: Action
    desired: Desired
    """What is to be there, ready to be sent: the segment is its number, and a retired offer has its end."""
    changes: tuple[Change, ...]
    units: tuple[str, ...] = ()
    """What an update sends: fields, and members of the schedule as ``schedule/MEMBER``."""
    fingerprint: str = ""
    """Equal for equal writes over equal live values."""
    cause: Cause | None = None
    position: Position | None = None
    annotations: tuple[Finding, ...] = ()
    depends_on: tuple[str, ...] = ()
    """The steps, by name, that go before this one."""
    held_back: str = ""
    is_unsettled: bool = False
    """Whether it was sent before, and nobody knows what became of it; then it is kept back until somebody does."""
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
    """How far a guard was used, and what lets a plan through that it refuses.

    ``allow_with`` is to be taken literally: flags for the command line, else YAML for offers.yaml.
    A guard of ``keeps_back`` refuses single documents, which are kept back in the plan; any other one refuses the
    plan whole.
    """

    guard: str
    limit: str
    actual: int
    refused: bool
    allow_with: str
    keeps_back: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The plan in figures: what an apply would do, and what it leaves alone."""

    create: int = 0
    update: int = 0
    retire: int = 0
    upload_image: int = 0
    distribute: int = 0
    unchanged: int = 0
    unverified: int = 0
    orphaned: int = 0
    unmanaged: int = 0
    held_back: int = 0
    waived: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the plan beside the files; a saved plan is made anew with the same."""

    only: tuple[str, ...] = ()
    allow_creates: int | None = None
    allow_updates: int | None = None
    allow_lookalikes: tuple[str, ...] = ()
    is_offline: bool = False


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
    """What is to be said beside the steps; what is about a step is among its annotations."""
    guards: tuple[GuardReport, ...] = ()
    orphans: tuple[str, ...] = ()
    """The documents that left git while their objects live on."""
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What people call the objects that changes refer to by external id: the keys of documents."""
    asked: Asked = Asked()
    waived_codes: tuple[str, ...] = ()
    """The codes of findings that reviewed exceptions waive, each as often as it is waived."""
    failure: str = ""
    """Why there is no plan, where there is none; the findings say more."""

    @property
    def is_complete(self) -> bool:
        """Whether everything on the live side was seen."""
        return not self.gaps and not self.failure

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
        """The guards that stand in the way of the whole plan."""
        return tuple(guard for guard in self.guards if guard.refused and not guard.keeps_back)

    @property
    def digest(self) -> str:
        """One value for what would be done where; not for positions, causes, annotations or the clock."""
        rows = [[step.action.value, step.kind, step.desired.external_id, step.fingerprint] for step in self.ready]
        text = json.dumps([self.environment, rows], ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def no_plan(project: str, environment: str, failure: str, findings: tuple[Finding, ...]) -> Plan:
    """What is shown in place of a plan, where one cannot be made."""
    return Plan(project, environment, (), Summary(), findings=findings, failure=failure)


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
