"""Lists of what lives on the server as a table, as CSV and as JSON, with the schema that is published of the last."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from offers_sync.reporting.columns import cut, padded, width_of
from offers_sync.reporting.escaping import harmless, json_safe, printable
from offers_sync.reporting.formats import Page
from offers_sync.reporting.listing import LiveList

FORMAT_VERSION: Final = 1
_GAP: Final = "  "
_SHORTENED: Final = "name"
"""The column that gives way where a terminal is narrow; ids are there to be copied."""
_NARROWEST: Final = 16
_ACTIVE: Final = re.compile(r"'*\s*(?:[=+\-@\uff1d\uff0b\uff0d\uff20]|::)")
"""How a cell begins that is more than text to a spreadsheet, in narrow or wide characters, or to a log."""


def list_table(shown: LiveList, page: Page) -> str:
    """Aligned columns for a person."""
    rows = [list(shown.columns), *([printable(entry.cells[name]) for name in shown.columns] for entry in shown.entries)]
    widths = [max(width_of(row[place]) for row in rows) for place in range(len(shown.columns))]
    if page.is_terminal:
        place = shown.columns.index(_SHORTENED)
        over = sum(widths) + len(_GAP) * (len(widths) - 1) - page.width
        widths[place] = max(min(widths[place], _NARROWEST), widths[place] - max(over, 0))
    return harmless("".join(_line(row, widths) for row in rows))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (padded(cut(cell, width), width) for cell, width in zip(row, widths, strict=True))
    return _GAP.join(cells).rstrip() + "\n"


def list_csv(shown: LiveList, page: Page) -> str:  # noqa: ARG001  a machine reads it, on no page
    """One line for each, after one with the columns' names.

    Names come from anybody, and spreadsheets compute a cell that begins as a formula does.  Such a cell, and one that
    a log would take for a command, gets an apostrophe before it, as does one that begins as if it had got one: who
    reads the lines by a program takes one off and has what was there.  The columns of JSON hold it as it is.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(shown.columns)
    writer.writerows([_guarded(printable(entry.cells[name])) for name in shown.columns] for entry in shown.entries)
    return out.getvalue()


def _guarded(cell: str) -> str:
    return f"'{cell}" if _ACTIVE.match(cell) else cell


def list_json(shown: LiveList, page: Page) -> str:  # noqa: ARG001
    """Everything that is known of each."""
    document = {
        "format_version": FORMAT_VERSION,
        "environment": shown.environment,
        "list": shown.name,
        "complete": not shown.gap,
        "gap": shown.gap or None,
        "items": [{**{name: entry.cells[name] or None for name in shown.columns}, **_rest(entry.more, shown)}
                  for entry in shown.entries],
    }  # fmt: skip
    return json_safe(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _rest(more: Mapping[str, Any], shown: LiveList) -> dict[str, Any]:
    return {name: value for name, value in more.items() if name not in shown.columns}


LIST_FORMS: Final[Mapping[str, Callable[[LiveList, Page], str]]] = MappingProxyType(
    {"table": list_table, "json": list_json, "csv": list_csv}
)


def list_schema() -> dict[str, Any]:
    """The JSON Schema of the format."""
    return {
        "title": "A list of what lives on the server",
        "description": "What `offers list --format json` prints.",
        "type": "object",
        "required": ["format_version", "environment", "list", "complete", "gap", "items"],
        "properties": {
            "format_version": {
                "const": FORMAT_VERSION,
                "description": "Within a version, members are only ever added.",
            },
            "environment": {"description": "The environment that was asked.", "type": "string"},
            "list": {"enum": ["redeemables", "selectors", "criteria", "segments", "locations"]},
            "complete": {"description": "Whether what is not in it is proven not to be there.", "type": "boolean"},
            "gap": {"description": "Why it may not be complete.", "type": ["string", "null"]},
            "items": {"type": "array", "items": _ITEM},
        },
    }


_ITEM: Final = {
    "description": "One of them, by the columns of the table, each a text or null, and what only JSON tells.",
    "type": "object",
    "required": ["name"],
    "properties": {
        "key": {"description": "The key of the document that git has of it.", "type": ["string", "null"]},
        "name": {"description": "What people call it.", "type": ["string", "null"]},
        "external_id": {"description": "What documents name it by.", "type": ["string", "null"]},
        "image": {"description": "The address of its picture.", "type": ["string", "null"]},
        "fields": {"description": "What it holds, in the names of the files, decimals as text.", "type": "object"},
        "unknown": {"description": "What the server shows beside that.", "type": "object"},
    },
}
