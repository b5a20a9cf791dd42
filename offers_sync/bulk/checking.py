"""Every row of a file held against what may be sent, before anything is sent; and what all of them come to.

Rows are looked at in small lots, so that a million of them take no more memory than a thousand.  Whether faulty rows
are left out or stop everything is decided by whoever asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

from pydantic import ValidationError

from offers_sync.bulk.actions import Action, Payload
from offers_sync.bulk.reading import Digest, RawRow, RowFile, column_hint, read_rows
from offers_sync.bulk.repeats import Repeats
from offers_sync.models.fields import TEXT_PATTERN

LOT: Final = 1_000
SHOWN_FAULTS: Final = 20
_NOTHING_IN_IT: Final = "there is nothing in it"
_REASONS: Final = MappingProxyType(
    {
        "int_type": "this is no whole number",
        "whole_number": "this is no whole number",
        "string_type": "this is no text",
        "string_unicode": "this is not UTF-8",
        "string_too_short": _NOTHING_IN_IT,
        "string_pattern_mismatch": "no key of a document looks like this",
        "bool_type": "this is neither true nor false",
        "truth": "this is neither true nor false",
        "date_type": "this is no date such as 2026-07-31",
        "date_form": "this is no date such as 2026-07-31",
        "missing": "it is missing",
        "greater_than_equal": "this is less than 1",
        "less_than_equal": "this number is too large",
    }
)
"""What is said of a cell; never what stands in it, which is about a guest."""


OnLot = Callable[[int], None]


class Offers(Protocol):
    """Finds the offers that rows name."""

    def number_of(self, key: str) -> int | str:
        """The number of the offer of a document, or the reason why there is none."""

    def fault_of(self, number: int) -> str:
        """Why a number is not that of an offer; nothing if it is, or if nobody can tell."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What rows are held against."""

    action: Action
    offers: Offers
    today: date
    """The earliest that it is anywhere where it counts."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What counts for every row that says nothing of it."""
    allows_repeats: bool = False


class Checked(NamedTuple):
    """A row with what is sent for it, or with what is wrong with it."""

    line: int
    cells: Any
    payload: Payload | None
    fault: str = ""
    entity: str = ""
    """The field that says what is given."""


class RowFault(NamedTuple):
    """What is wrong with the row of a line."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Checkup:
    """What a whole file comes to."""

    rows: int
    """How many can be sent."""
    guests: int
    amounts: Mapping[str, int]
    """By field, how much is given of what is counted."""
    offers: Mapping[int, int]
    """By number, how often an offer or a reward is given."""
    faulty: int
    faults: tuple[RowFault, ...]
    """The first of them."""
    repeats: int
    """How many rows say the same as an earlier one, and are sent all the same."""
    digest: str
    columns: tuple[str, ...]
    """Those that the file uses, in its order."""


def check(file: RowFile, rules: Rules, on_lot: OnLot | None = None) -> Checkup:
    """Look at every row; ``on_lot`` hears from time to time how many were looked at."""
    digest, tally = Digest(), _Tally(rules.action)
    with Repeats() as repeats:
        for count, row in enumerate(checked_rows(file, rules, repeats, digest), 1):
            tally.take(row)
            if on_lot is not None and count % LOT == 0:
                on_lot(count)
        return tally.checkup(repeats.guests, digest.text, file.columns)


def checked_rows(file: RowFile, rules: Rules, repeats: Repeats, digest: Digest | None = None) -> Iterator[Checked]:
    """The rows of a file in order, each with its payload or its fault."""
    rows = read_rows(file, digest)
    while lot := list(islice(rows, LOT)):
        checked = [_checked(row, file, rules) for row in lot]
        yield from _without_repeats(checked, rules, repeats)


def with_defaults(fields: Mapping[str, Any], defaults: Mapping[str, Any], action: Action) -> Mapping[str, Any]:
    """A row with what counts for all of them; what it gives itself stands in the place of what all get."""
    if not defaults:
        return fields
    if any(name in fields for name in action.entities):
        defaults = {name: value for name, value in defaults.items() if name not in action.entities}
    return {**defaults, **fields}


def payload_of(action: Action, fields: Mapping[str, Any], numbers: Mapping[str, int]) -> Payload:
    """What is sent for the fields of a row that was found right before."""
    values = action.model.__pydantic_validator__.validate_python(fields).__dict__
    return action.payload(values, numbers)


# ------------------------------------------------------------------------------------------------------ one row


def _checked(raw: RawRow, file: RowFile, rules: Rules) -> Checked:
    if raw.fault:
        return Checked(raw.line, raw.cells, None, raw.fault)
    fields = with_defaults(file.fields(raw.cells), rules.defaults, rules.action)
    try:
        values = rules.action.model.__pydantic_validator__.validate_python(fields).__dict__
    except ValidationError as error:
        return Checked(raw.line, raw.cells, None, _words(error, rules.action))
    given = [name for name in rules.action.entities if values[name] is not None]
    fault = _fault(given, values, rules)
    if fault:
        return Checked(raw.line, raw.cells, None, fault)
    numbers: dict[str, int] = {}
    if given == ["redeemable"]:
        found = rules.offers.number_of(values["redeemable"])
        if isinstance(found, str):
            return Checked(raw.line, raw.cells, None, f"`redeemable`: {found}")
        numbers[values["redeemable"]] = found
    return Checked(raw.line, raw.cells, rules.action.payload(values, numbers), "", given[0])


def _fault(given: list[str], values: Mapping[str, Any], rules: Rules) -> str:
    if len(given) != 1:
        either = ", ".join(f"`{name}`" for name in rules.action.entities)
        if not given:
            return f"nothing is chosen: it needs one of {either}"
        return f"{' and '.join(f'`{name}`' for name in given)} exclude each other: it needs one of {either}"
    end_date = values.get("end_date")
    if end_date is not None and end_date < rules.today:
        return f"`end_date`: {end_date} is in the past"
    if given == ["redeemable_id"]:
        fault = rules.offers.fault_of(values["redeemable_id"])
        return f"`redeemable_id`: {fault}" if fault else ""
    return ""


def _words(error: ValidationError, action: Action) -> str:
    faults = []
    for each in error.errors(include_url=False, include_input=False):
        name = str(each["loc"][0]) if each["loc"] else ""
        if each["type"] == "extra_forbidden":
            faults.append(f"there is no field `{name[:40]}` ({column_hint(name, action.columns)})")
        else:
            is_blank = each.get("ctx", {}).get("pattern") == TEXT_PATTERN
            reason = _NOTHING_IN_IT if is_blank else _REASONS.get(each["type"], each["msg"])
            faults.append(f"`{name}`: {reason}")
    return "; ".join(faults)


# --------------------------------------------------------------------------------------------------- many rows


def _without_repeats(lot: Sequence[Checked], rules: Rules, repeats: Repeats) -> Iterator[Checked]:
    said = [repeats.said(row.line, row.payload["user_id"], row.payload) for row in lot if row.payload is not None]
    firsts = repeats.add(said)
    for row in lot:
        first = firsts.get(row.line)
        if first is None:
            yield row
        elif rules.allows_repeats:
            yield row._replace(fault=f"it repeats line {first}")
        else:
            yield row._replace(payload=None, fault=f"it repeats line {first}")


class _Tally:
    """What the rows come to so far."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self._rows = self._faulty = self._repeats = 0
        self._faults: list[RowFault] = []
        self._amounts: Counter[str] = Counter()
        self._offers: Counter[int] = Counter()
        self._columns: dict[str, None] = {}

    def take(self, row: Checked) -> None:
        if isinstance(row.cells, dict):
            self._columns.update(dict.fromkeys(name for name in row.cells if name in self._action.model.model_fields))
        if row.payload is None:
            self._faulty += 1
            if len(self._faults) < SHOWN_FAULTS:
                self._faults.append(RowFault(row.line, row.fault))
            return
        self._rows += 1
        self._repeats += bool(row.fault)
        self._count(row.entity, row.payload)

    def _count(self, entity: str, payload: Payload) -> None:
        match entity:
            case "redeemable" | "redeemable_id":
                self._offers[payload["redeemable_id"]] += 1
            case "reward_id":
                self._amounts["reward_id"] += 1
            case "requested_punches":
                self._amounts[entity] += payload["redemption"][entity]
            case _:
                self._amounts[entity] += payload[entity]

    def checkup(self, guests: int, digest: str, columns: tuple[str, ...]) -> Checkup:
        return Checkup(
            self._rows,
            guests,
            dict(self._amounts),
            dict(self._offers),
            self._faulty,
            tuple(self._faults),
            self._repeats,
            digest,
            columns or tuple(self._columns),
        )
