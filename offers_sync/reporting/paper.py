"""The parts of a comment, added as long as they fit.  What they say is known elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

LIMIT_BYTES: Final = 60_000
"""Under what a forge takes for one comment, whatever the language."""


@dataclass(slots=True)
class Paper:
    """The parts of a comment so far, and how much room there is."""

    limit: int
    parts: list[str] = field(default_factory=list)
    size: int = 0

    def fits(self, part: str, *, within: int | None = None) -> bool:
        """Whether a part has room, or would have within so many bytes."""
        return self.size + bytes_of(part) <= (self.limit if within is None else min(within, self.limit))

    def add(self, part: str) -> None:
        """Write a part that fits."""
        self.parts.append(part)
        self.size += bytes_of(part)

    @property
    def text(self) -> str:
        """All parts, an empty line between them."""
        return "\n\n".join(self.parts) + "\n"


def bytes_of(part: str) -> int:
    """How much room a part takes, with the empty line after it."""
    return len(part.encode("utf-8", "replace")) + len("\n\n")
