"""Examples of files, and of one field with what it cannot stand without: entries' other fields, what rules ask for.

All is read off the described schema's mappings; which mapping holds which is said by ``explaining``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_EXAMPLE_KEYS: Final = {
    "selector": "sandwiches",
    "criterion": "ten-percent-sandwiches",
    "redeemable": "ten-off-sandwich",
    "schedule": "summer",
    "campaign": "summer-kick-off",
}
_TELLING_FIELDS: Final = {
    "project": ("locales", "defaults", "locations", "guards"),
    "selector": ("filter_item_set", "base_items"),
    "criterion": ("percentage_of_processed_amount", "line_item_filters"),
    "redeemable": ("description", "schedule"),
    "schedule": ("start", "end", "timezone"),
    "locale": (),
    "campaign": ("timezone",),
    "gift": ("gift_count", "message"),
    "redeem": ("reward_id",),
}


def completed(form: Schema, written: Mapping[str, Any], rank: int, *, is_whole: bool) -> dict[str, Any]:
    """The fields that are written, and those that they need, in the order of the form.

    A whole mapping gets its required fields too; of a document only what the fields that are written ask for.  Of
    several examples of a field the one of that rank stands beside the others of it, as they are written to go together.
    """
    fields: dict[str, Any] = dict(written)
    while missing := next(_missing(form, fields, is_whole=is_whole), None):
        fields[missing] = example_of(form["properties"][missing], rank)
    return {name: fields[name] for name in form["properties"] if name in fields}


def example_document(root: str, schema: Schema) -> dict[str, Any]:
    """A file with the fields that it must have and those that make it tell something."""
    wanted = (*schema["required"], *_TELLING_FIELDS[root])
    members = {name: member for name, member in schema["properties"].items() if name in wanted}
    document = {name: example_of(member) for name, member in members.items()}
    return {**document, "key": _EXAMPLE_KEYS[root]} if root in _EXAMPLE_KEYS else document


def example_of(schema: Schema, rank: int = 0) -> Any:
    """The example of a field of that rank, or the one value that it has."""
    return schema["const"] if "const" in schema else schema["examples"][: rank + 1][-1]


def _missing(form: Schema, fields: Mapping[str, Any], *, is_whole: bool) -> Iterator[str]:
    if is_whole:
        yield from (name for name in form.get("required", ()) if name not in fields)
    for rule in form.get("allOf", ()):
        yield from _demanded(rule, fields, is_whole=is_whole)


def _demanded(rule: Schema, fields: Mapping[str, Any], *, is_whole: bool) -> Iterator[str]:
    if "if" in rule:
        if _applies(rule["if"], fields):
            yield from _demanded(rule["then"], fields, is_whole=True)
        return
    if not is_whole:
        return
    yield from (name for name in rule.get("required", ()) if name not in fields)
    choice = [name for form in rule.get("anyOf", ()) for name in form.get("required", ())]
    if choice and not fields.keys() & set(choice):
        yield choice[0]


def _applies(condition: Schema, fields: Mapping[str, Any]) -> bool:
    """Whether what is written meets a condition on the values of some fields."""
    return all(
        name in fields and _is_met(schema, fields[name]) for name, schema in condition.get("properties", {}).items()
    )


def _is_met(schema: Schema, value: Any) -> bool:
    match schema:
        case {"enum": words}:
            return value in words
        case {"const": word}:
            return bool(value == word)
        case {"pattern": pattern}:
            return isinstance(value, str) and re.search(pattern, value) is not None
    return value is not None
