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
_NEARLY: Final = (PROJECT_FILE, "offers.yml")


def find_project(start: Path) -> Path:
    """The nearest folder with an offers.yaml, from ``start`` upwards; raises ``InvalidInputError`` without one."""
    place = start.resolve()
    if not place.exists():
        raise InvalidInputError(f"{start} does not exist", hint="check the path", code=codes.FILE_UNREADABLE.name)
    for folder in (place, *place.parents):
        if (folder / PROJECT_FILE).exists():
            return folder
    nearly = next((path.name for path in place.glob("*") if path.name.lower() in _NEARLY), None)
    hint = f"there is an {nearly}: rename it to {PROJECT_FILE}" if nearly is not None else advice(codes.NO_PROJECT)
    message = f"no {PROJECT_FILE} in {place} or above it"
    raise InvalidInputError(message, hint=hint, code=codes.NO_PROJECT.name)
