"""What a shell may complete: the environments and documents of the project that one stands in, at once.

Files are looked through for names, not read as documents, so a name in an unusual spelling is not offered, and a
fault of a file is none of completion's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import click

from offers_sync.errors import OffersError

Complete = Callable[[click.Context, click.Parameter, str], list[str]]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""What may be shown at a prompt; nothing else is offered, whatever stands in a file."""
_DOCUMENT: Final = re.compile(rb"^---", re.MULTILINE)
_FIELD: Final = re.compile(
    rb"""^(kind|key):[ ]+["']?([A-Za-z0-9_.-]+)["']?[ ]*(?:\#.*)?\r?$""", re.MULTILINE | re.VERBOSE
)


def complete_environments(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The environments that offers.yaml names, in its order."""
    return [name for name in _quietly(environments_in, context) if name.startswith(incomplete)]


def complete_documents(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The documents as KIND/KEY, sorted; those that the line names already are not offered again."""
    taken = {name for names in context.params.values() if isinstance(names, tuple) for name in names}
    found = {name for name in _quietly(_documents, context) if name.startswith(incomplete)}
    return sorted(found - taken)


def _quietly(find: Callable[[Path], Iterator[str]], context: click.Context) -> list[str]:
    """The names in the project; none where there is no project, or where it cannot be read."""
    from offers_sync.loading.project import find_project  # noqa: PLC0415  other commands do not pay for it

    try:
        return list(find(find_project(_start(context))))
    except (OffersError, OSError):
        return []


def _start(context: click.Context) -> Path:
    """The folder that the line names so far; where an option still lacks its value, click leaves arguments unread."""
    places = [context.params.get(name) for name in ("directory", "folder")]
    if places[1] is None and any(parameter.name == "folder" for parameter in context.command.params):
        places[1] = next((Path(word) for word in context.args), None)
    return Path().joinpath(*(place for place in places if isinstance(place, Path)))


def environments_in(folder: Path) -> Iterator[str]:
    """The environments that a folder's offers.yaml names, in its order, as far as it can be understood."""
    named = _project_file(folder).get("environments")
    for name in named if isinstance(named, dict) else ():
        if isinstance(name, str) and _NAME.fullmatch(name):
            yield name


def project_in(folder: Path) -> str:
    """What a folder's offers.yaml calls the project, as far as it can be understood."""
    name = _project_file(folder).get("project")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def _project_file(folder: Path) -> dict[Any, Any]:
    import yaml  # noqa: PLC0415

    try:
        project = yaml.safe_load((folder / "offers.yaml").read_bytes())
    except (yaml.YAMLError, OSError, ValueError, RecursionError):
        return {}
    return project if isinstance(project, dict) else {}


def _documents(folder: Path) -> Iterator[str]:
    from offers_sync.loading.files import list_files  # noqa: PLC0415

    for file in list_files(folder):
        for text in _DOCUMENT.split(file.content):
            fields = {name: value.decode() for name, value in _FIELD.findall(text)}
            if len(fields) == 2 and _NAME.fullmatch(fields[b"key"]):
                yield f"{fields[b'kind']}/{fields[b'key']}"
