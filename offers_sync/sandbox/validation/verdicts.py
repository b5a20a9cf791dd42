"""What comes out of looking at an item: values to store, warnings about what is dropped, or a failure.

Also the few questions that looking at an item asks of the world.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from offers_sync import contract

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from offers_sync.sandbox.settings import Settings

Warnings = dict[str, Any]


class ItemFailure(Exception):  # noqa: N818  it is a verdict on one item, the others go on
    """The item is not saved, for these reasons."""

    def __init__(self, *errors: str) -> None:
        super().__init__(*errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Accepted:
    """What is stored of an item, and what is said about the parts that are not."""

    values: dict[str, Any]
    warnings: Warnings = field(default_factory=dict)


class Lookup(Protocol):
    """The world as validation sees it."""

    def selector_id(self, external_id: str) -> int | None:
        """The selector called so."""

    def criterion_id(self, external_id: str) -> int | None:
        """The criterion called so."""

    def has_place(self, place: str) -> bool:
        """Whether ``location:1`` or ``tag:1`` exists."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an item is judged by, beside itself."""

    settings: Settings
    lookup: Lookup
    now: datetime
    is_update: bool

    @property
    def is_create(self) -> bool:
        """Whether a new object is to be made."""
        return not self.is_update


@dataclass(slots=True)
class Draft:
    """One item while it is read: what was sent, what the object was, and what comes of the two."""

    sent: Mapping[str, Any]
    old: Mapping[str, Any]
    around: Surroundings
    new: dict[str, Any] = field(init=False)
    faults: list[str] = field(default_factory=list)
    warnings: Warnings = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.new = dict(self.old)

    def takes_null(self, name: str, empty: Any = None) -> bool:
        """Whether a null was sent for the field, which is then dealt with."""
        if self.sent[name] is not None:
            return False
        settings = self.around.settings
        if self.around.is_create and settings.nulls_on_create == "refuse":
            self.faults.append(f"{name} can't be null")
        elif self.around.is_create or settings.null_on_update == "clear":
            self.new[name] = empty
        return True

    def require(self, name: str, why: str = "") -> None:
        """Note that the field is blank; not if there is something else wrong with it."""
        if self.new.get(name) is None and not any(fault.startswith(f"{name} ") for fault in self.faults):
            self.faults.append(f"{name} can't be blank{why}")

    def verdict(self) -> Accepted:
        """What is stored; raises ``ItemFailure`` when there is a fault."""
        if self.faults:
            raise ItemFailure(*self.faults)
        return Accepted(self.new, self.warnings)


def missing_or_invalid(names: list[str], item: Any) -> dict[str, Any]:
    """The warning about a member that lacks something."""
    return {"message": contract.WARNING_MISSING_OR_INVALID + ", ".join(names), "item": item}


def duplicate_attribute(item: Any) -> dict[str, Any]:
    """The warning about a member whose attribute was there before."""
    return {"message": contract.WARNING_DUPLICATE + "attribute", "item": item}


def is_blank(value: Any) -> bool:
    """Nothing, or nothing but blanks."""
    return value is None or (isinstance(value, str) and not value.strip())
