"""What can still be read of a mapping with faults, so that it is held against the others in the same run.

Faulty values are left out, missing ones and entries of lists are filled with the examples of their fields, and the
gaps are remembered: nobody is to judge by them, and nobody plans with the result.  The faults themselves are told by
``validating``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from offers_sync import codes
from offers_sync.loading.complaints import Complaint, Path, is_covered
from offers_sync.loading.vocabulary import field_at

_ROUNDS: Final = 4
"""Mending one fault may uncover the next; a document that needs more is given up."""


class Gaps:
    """The paths of what cannot be read of a mapping: its model has nothing there, or anything."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = frozenset(paths)
        self._above = frozenset(path[:length] for path in self._paths for length in range(len(path)))

    def __iter__(self) -> Iterator[Path]:
        return iter(self._paths)

    def cover(self, path: Path) -> bool:
        """Whether nobody wrote what the model has at a path."""
        return is_covered(path, self._paths)

    def touch(self, path: Path) -> bool:
        """Whether something at a path, above or below it, cannot be read."""
        return path in self._above or self.cover(path)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """The sound rest of a mapping, and what is not in it as it is written."""

    model: BaseModel
    gaps: Gaps


def salvage(model: type[BaseModel], written: dict[str, Any], complaints: Iterable[Complaint]) -> Salvaged | None:
    """The sound rest of a mapping that is to be of one model, if there is one, by what is held against it."""
    from offers_sync.loading.wording import path_of  # noqa: PLC0415  only where something is wrong

    rest = _copied(written)
    gaps = set(_misnamed(model, written, complaints))
    for _ in range(_ROUNDS):
        try:
            return Salvaged(model.__pydantic_validator__.validate_python(rest), Gaps(gaps))
        except ValidationError as error:
            faults = [(details, path_of(details, rest)) for details in error.errors(include_url=False)]
            gaps.update(_mend(model, rest, details, path) for details, path in faults)
    return None


def _copied(value: Any) -> Any:
    """A copy in which nothing is shared, not even what an alias repeats."""
    if isinstance(value, dict):
        return {name: _copied(item) for name, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _misnamed(model: type[BaseModel], written: Any, complaints: Iterable[Complaint]) -> Iterator[Path]:
    """The fields that were meant by unknown ones."""
    for complaint in complaints:
        if complaint.code is not codes.UNKNOWN_FIELD:
            continue
        *above, name = complaint.path
        meant: Path = (*above, complaint.meant) if complaint.meant else (name,)
        if isinstance(_value_at(written, meant), dict):
            meant = (*meant, name)  # it stands beside the mapping that it belongs to
        if meant[0] in model.model_fields and _value_at(written, meant) is None:
            yield meant


def _mend(model: type[BaseModel], rest: Any, details: ErrorDetails, path: Path) -> Path:
    """Without a fault, and the path of the gap that this makes."""
    value = _value_at(rest, path)
    if details["type"] == "missing":
        _fill(model, rest, path)
    elif details["type"] == "too_long" and isinstance(value, list):
        limit = details["ctx"]["max_length"]
        del value[limit:]
        return (*path, limit)
    else:
        return _leave_out(model, rest, path)
    return path


def _fill(model: type[BaseModel], rest: Any, path: Path) -> None:
    facts, _ = field_at(model, path)
    parent = _value_at(rest, path[:-1])
    if facts is not None and facts.examples and isinstance(parent, dict):
        parent[str(path[-1])] = _copied(facts.examples[0])


def _leave_out(model: type[BaseModel], rest: Any, path: Path) -> Path:
    """Without the value; the entry of a list is replaced, because the places of the others would move."""
    parent = _value_at(rest, path[:-1])
    if isinstance(parent, dict):
        parent.pop(str(path[-1]), None)
    elif isinstance(parent, list):
        facts, _ = field_at(model, path)
        example = facts.examples[0] if facts is not None and facts.examples else None
        if not isinstance(example, list):
            return _leave_out(model, rest, path[:-1])
        parent[int(path[-1])] = _copied(example[0])
    return path


def _value_at(value: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
