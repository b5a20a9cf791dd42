"""The result file of a bulk run: every row as it was written, with its outcome, the reason and the request id."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from offers_sync.state.ledger_records import LedgerRow, RowOutcome

OUR_COLUMNS: Final = ("outcome", "reason", "request_id")


def results_csv(columns: Sequence[str], rows: Iterable[LedgerRow]) -> Iterator[str]:
    """The file line by line, its header first."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    yield _line(page, writer, [*columns, *OUR_COLUMNS])
    for row in rows:
        outcome = "unknown" if row.outcome is RowOutcome.SENT else row.outcome.value
        yield _line(page, writer, [*_cells(row, columns), outcome, row.reason, row.request_id])


def _line(page: io.StringIO, writer: Any, cells: Sequence[str]) -> str:
    page.seek(0)
    page.truncate()
    writer.writerow(cells)
    return page.getvalue()


def _cells(row: LedgerRow, columns: Sequence[str]) -> list[str]:
    cells = json.loads(row.cells)
    if isinstance(cells, dict):
        return [_cell(cells.get(name)) for name in columns]
    return [*cells, *[""] * (len(columns) - len(cells))][: len(columns)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
