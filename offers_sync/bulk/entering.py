"""Writing the rows of a file down in the ledger, once somebody agreed to them; nothing is sent from here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import orjson

from offers_sync.bulk.checking import Checkup, OnLot, Rules, checked_rows
from offers_sync.bulk.reading import Digest, RowFile, read_rows
from offers_sync.bulk.repeats import Repeats
from offers_sync.errors import InvalidInputError
from offers_sync.state.ledger import Ledger
from offers_sync.state.ledger_records import BulkRun, Draft, LedgerRow, RowOutcome

_LOT: Final = 10_000
_SHORT: Final = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """What is entered, and as what."""

    name: str
    who: str
    file: RowFile
    rules: Rules
    numbers: Mapping[str, int]
    """The numbers of the offers that rows name by key."""


def digest_of(rows_digest: str, rules: Rules) -> str:
    """What tells a run from one of other rows, or with other defaults."""
    asked = json.dumps([rows_digest, rules.action.name, rules.defaults, rules.allows_repeats], sort_keys=True)
    return f"sha256:{hashlib.sha256(asked.encode()).hexdigest()}"


def name_for(file: RowFile, digest: str) -> str:
    """The name of a run that nobody named: the file's, and enough of the digest to tell it from the next."""
    return f"{file.path.stem}-{digest.partition(':')[2][:_SHORT]}"


def enter(ledger: Ledger, entry: Entry, found: Checkup, on_lot: OnLot | None = None) -> BulkRun:
    """A run with all rows of the file; those with a fault are held back.  Raises when the file changed meanwhile."""
    run = ledger.begin(_draft(entry, found))
    try:
        digest = _enter_rows(ledger, run, entry, found, on_lot)
        _check_unchanged(entry.file, digest, found)
        return ledger.open(run)
    except BaseException:
        ledger.discard(run)
        raise


def _enter_rows(ledger: Ledger, run: BulkRun, entry: Entry, found: Checkup, on_lot: OnLot | None) -> str:
    digest = Digest()
    is_clean = not found.faulty and not found.repeats
    rows = _clean_rows(entry, digest) if is_clean else _mixed_rows(entry, digest)
    while lot := list(islice(rows, _LOT)):
        ledger.enter(run, lot)
        if on_lot is not None:
            on_lot(lot[-1].number)
    return digest.text


def _clean_rows(entry: Entry, digest: Digest) -> Iterator[LedgerRow]:
    """The rows of a file that were all found right; the digest proves that they are still the same."""
    for number, row in enumerate(read_rows(entry.file, digest), 1):
        yield LedgerRow(number, row.line, _text(row.cells))


def _mixed_rows(entry: Entry, digest: Digest) -> Iterator[LedgerRow]:
    """The rows of any other file, those with a fault held back."""
    with Repeats() as repeats:
        for number, row in enumerate(checked_rows(entry.file, entry.rules, repeats, digest), 1):
            outcome = RowOutcome.HELD_BACK if row.payload is None else RowOutcome.PENDING
            yield LedgerRow(number, row.line, _text(row.cells), outcome, row.fault)


def _text(cells: Any) -> str:
    try:
        return orjson.dumps(cells).decode()
    except orjson.JSONEncodeError:  # bytes that are no text, in a row with a fault
        return json.dumps(cells)


def _check_unchanged(file: RowFile, digest: str, found: Checkup) -> None:
    if digest != found.digest:
        raise InvalidInputError(
            f"{file.path} changed while it was read; nothing was sent", hint="run the same command again"
        )


def _draft(entry: Entry, found: Checkup) -> Draft:
    rules = entry.rules
    about: dict[str, Any] = {
        "file": entry.file.path.name,
        "form": entry.file.form,
        "columns": list(found.columns),
        "defaults": dict(rules.defaults),
        "numbers": dict(entry.numbers),
    }
    digest = digest_of(found.digest, rules)
    return Draft(entry.name, rules.action.name, found.digest, digest, about, entry.who)
