"""What can still be read of a document with faults, so that what it refers to is checked in the same run.

Faulty values are left out and missing ones are filled with the examples of their fields; nobody plans with the
result.  The faults themselves are told by ``validating``.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from offers_sync.loading.complaints import Path
from offers_sync.loading.vocabulary import field_at

_ROUNDS: Final = 4
"""Mending one fault may uncover the next; a document that needs more is given up."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """The sound rest of a document, and the paths of what was filled in."""

    model: BaseModel
    filled: frozenset[Path]

    def wrote(self, path: Path) -> bool:
        """Whether a person wrote the value at the path."""
        return not any(path[:length] in self.filled for length in range(1, len(path) + 1))


def salvage(model: type[BaseModel], written: dict[str, Any]) -> Salvaged | None:
    """The sound rest of a mapping that is to be of one model, if there is one."""
    from offers_sync.loading.wording import path_of  # noqa: PLC0415  only where something is wrong

    rest = deepcopy(written)
    filled: set[Path] = set()
    for _ in range(_ROUNDS):
        try:
            return Salvaged(model.__pydantic_validator__.validate_python(rest), frozenset(filled))
        except ValidationError as error:
            for details in error.errors(include_url=False, include_context=False):
                path = path_of(details, rest)
                if details["type"] == "missing":
                    _fill(model, rest, path, filled)
                else:
                    _leave_out(rest, path)
    return None


def _fill(model: type[BaseModel], rest: Any, path: Path, filled: set[Path]) -> None:
    facts, _ = field_at(model, path)
    parent = _value_at(rest, path[:-1])
    if facts is not None and facts.examples and isinstance(parent, dict):
        parent[path[-1]] = deepcopy(facts.examples[0])
        filled.add(path)


def _leave_out(rest: Any, path: Path) -> None:
    """Without the value; a list goes as a whole, because the places of its other entries would move."""
    while path and not isinstance(path[-1], str):
        path = path[:-1]
    parent = _value_at(rest, path[:-1])
    if path and isinstance(parent, dict):
        parent.pop(path[-1], None)


def _value_at(value: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
