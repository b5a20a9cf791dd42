"""Where a project is: the folder with an offers.yaml, at or above the place one stands in.

What offers.yaml says is read by ``loading``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from offers_sync import codes
from offers_sync.errors import InvalidInputError
from offers_sync.loading.complaints import advice

PROJECT_FILE: Final = "offers.yaml"


def find_project(start: Path) -> Path:
    """The nearest folder with an offers.yaml, from ``start`` upwards; raises ``InvalidInputError`` without one."""
    place = start.resolve()
    if not place.exists():
        raise InvalidInputError(f"{start} does not exist", hint="check the path", code=codes.FILE_UNREADABLE.name)
    for folder in (place, *place.parents):
        if (folder / PROJECT_FILE).exists():
            return folder
    hint = "there is an offers.yml: rename it to offers.yaml" if (place / "offers.yml").exists() else ""
    message = f"no {PROJECT_FILE} in {place} or above it"
    raise InvalidInputError(message, hint=hint or advice(codes.NO_PROJECT), code=codes.NO_PROJECT.name)
