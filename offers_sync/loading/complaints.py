"""What is held against a value before its place in the file is looked up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from offers_sync.findings import Code, Source

Path = tuple[str | int, ...]
"""From the document to the value, in the YAML's names."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A fault at a path of a document; ``at_key`` points at the field's name rather than its value."""

    code: Code
    path: Path
    message: str
    hint: str = ""
    at_key: bool = False
    meant: str = ""
    """The field that most likely was meant by an unknown one."""
    elsewhere: tuple[Source, Path] | None = None
    """The other place that the message is about, which is named at its end."""


@dataclass(frozen=True, slots=True)
class TextComplaint:
    """A fault at a stretch of a file's text, where there is no document to speak of."""

    code: Code
    start: int
    end: int
    message: str
    hint: str = ""


def advice(code: Code) -> str:
    """A code's remedy as the hint of a finding."""
    return code.hint


def is_covered(path: Path, paths: Collection[Path]) -> bool:
    """Whether one of some paths leads to a value or to one that holds it; a document as a whole covers nothing."""
    return any(path[:length] in paths for length in range(1, len(path) + 1))


def to_pointer(path: Path) -> str:
    """The path as a JSON Pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def from_pointer(pointer: str) -> tuple[str, ...]:
    """The steps of a JSON Pointer; indexes of lists stay text."""
    if not pointer:
        return ()
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))
