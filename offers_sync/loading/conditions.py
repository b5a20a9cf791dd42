"""Conditions whose value can never match: lists with stray characters, ids that are none, types that do not exist.

The vendor takes them without an error.  Ids of items are judged by their form alone, since every till has ids of
its own: only what cannot be one is pointed out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from offers_sync import codes
from offers_sync.contract import LINE_ITEM_TYPES
from offers_sync.loading.complaints import Complaint, Path
from offers_sync.models.criterion import ReceiptQualifier
from offers_sync.models.selector import Clause

_LIST_OPERATORS: Final = frozenset({"in", "not_in", "in_case_insensitive", "not_in_case_insensitive"})
_SINGLE_OPERATORS: Final = frozenset({"==", "!=", "is_case_insensitive"})
_PLAUSIBLE_ID: Final = re.compile(r"\w+(?:[-._:/]\w+)*")
"""Words and what joins them, as in a UUID or in a number of a shop and an item."""
_RANGE: Final = re.compile(r"([0-9]+)(?:-|\.\.)([0-9]+)", re.ASCII)
_TYPES_IN_ANY_CASE: Final = frozenset({*LINE_ITEM_TYPES, *map(str.lower, LINE_ITEM_TYPES)})
_TYPES: Final = ", ".join(f"{letter} ({what})" for letter, what in LINE_ITEM_TYPES.items())


def may_be_doubted(condition: Clause | ReceiptQualifier) -> bool:
    """Whether ``judge_condition`` has anything to look at."""
    return condition.operator in _LIST_OPERATORS or condition.attribute == "line_item_type"


def judge_condition(condition: Clause | ReceiptQualifier, path: Path) -> Iterator[Complaint]:
    """What is held against the value of a condition, which stands at the path."""
    if condition.operator in _LIST_OPERATORS:
        yield from _judge_list(condition.value, path)
    if condition.attribute == "item_id" and condition.operator in _LIST_OPERATORS:
        yield from _judge_ids(condition.value, path)
    if condition.attribute == "line_item_type":
        yield from _judge_types(condition.operator, condition.value, path)


def is_range_of_hours(condition: Clause | ReceiptQualifier) -> bool:
    """Whether a condition is about hours from one to another."""
    return condition.attribute == "receipt_hour" and condition.operator == "in_range"


def _judge_list(value: str, path: Path) -> Iterator[Complaint]:
    entries = value.split(",")
    clean = ",".join(entry.strip() for entry in entries if entry.strip())
    if clean != value:
        what = "holds an empty entry" if any(not entry.strip() for entry in entries) else "holds blanks"
        message = f"the list {what}, and such a stray character keeps an item from ever matching"
        yield Complaint(codes.BLANKS_IN_LIST, path, message, f'write "{clean}"')


def _judge_ids(value: str, path: Path) -> Iterator[Complaint]:
    for entry in map(str.strip, value.split(",")):
        if _is_range(entry):
            message = f"`{entry}` is read as one item id: ranges are not understood here"
            yield Complaint(codes.VALUE_NEVER_MATCHES, path, message, "write each id by itself, between commas")
            return
        if entry and not _PLAUSIBLE_ID.fullmatch(entry):
            message = f"`{entry}` is read as one item id, and a stray character keeps it from ever matching"
            yield Complaint(codes.VALUE_NEVER_MATCHES, path, message, "write ids between commas, and nothing else")
            return


def _is_range(entry: str) -> bool:
    """Two numbers of one length in ascending order: an id that is made of two numbers seldom looks so."""
    ends = _RANGE.fullmatch(entry)
    return ends is not None and (".." in entry or (len(ends[1]) == len(ends[2]) and ends[1] < ends[2]))


def _judge_types(operator: str, value: str, path: Path) -> Iterator[Complaint]:
    if operator not in _SINGLE_OPERATORS and operator not in _LIST_OPERATORS:
        return
    entries = [entry.strip() for entry in value.split(",")] if operator in _LIST_OPERATORS else [value]
    known = _TYPES_IN_ANY_CASE if "case_insensitive" in operator else LINE_ITEM_TYPES
    wrong = next((entry for entry in entries if entry and entry not in known), None)
    if wrong is not None:
        letter = wrong.strip()[:1].upper()
        hint = f"did you mean `{letter}`?" if _may_mean(wrong, letter) else f"the types are {_TYPES}"
        yield Complaint(codes.VALUE_NEVER_MATCHES, path, f"no line is of the type `{wrong}`", hint)


def _may_mean(written: str, letter: str) -> bool:
    """Whether the letter in another form, or what it stands for, is written."""
    meaning = LINE_ITEM_TYPES.get(letter, "")
    return bool(meaning) and written.strip().lower().replace("_", " ").rstrip("s") in (letter.lower(), meaning)
