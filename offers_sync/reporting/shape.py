"""Whether a value from JSON has the shape that one of our own schemas says, and where it has not.

Only what those schemas are made of is understood: this is no validator of other people's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_TYPES: Final[Mapping[str, type]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
_WORDS: Final = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


Fault = tuple[str, str]
"""Where something is wrong, as a path that begins with a dot or a bracket, and what."""


def misshapen(value: Any, schema: Mapping[str, Any]) -> str | None:
    """The first thing that is not as the schema says, in words; nothing where all is."""
    fault = _fault(value, schema)
    if fault is None:
        return None
    path, words = fault
    return f"`{path.removeprefix('.')}` {words}" if path else f"it {words}"


def _fault(value: Any, schema: Mapping[str, Any]) -> Fault | None:
    if "oneOf" in schema:
        tried = [_fault(value, each) for each in schema["oneOf"]]
        return None if None in tried else tried[0]
    types = schema.get("type")
    if types is not None and not _is_one_of(value, types):
        return "", f"is not {_words(types)}"
    if "enum" in schema and value not in schema["enum"]:
        return "", f"is none of {', '.join(str(each) for each in schema['enum'] if each is not None)}"
    if "minimum" in schema and value is not None and value < schema["minimum"]:
        return "", f"is less than {schema['minimum']}"
    if isinstance(value, dict):
        return _in_object(value, schema)
    return _in_list(value, schema["items"]) if isinstance(value, list) and "items" in schema else None


def _in_object(value: Mapping[str, Any], schema: Mapping[str, Any]) -> Fault | None:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            return f".{name}", "is missing"
    for name, below in properties.items():
        if name in value:
            fault = _fault(value[name], below)
            if fault is not None:
                return f".{name}{fault[0]}", fault[1]
    return None


def _in_list(value: Sequence[Any], items: Mapping[str, Any]) -> Fault | None:
    for index, member in enumerate(value):
        fault = _fault(member, items)
        if fault is not None:
            return f"[{index}]{fault[0]}", fault[1]
    return None


def _is_one_of(value: Any, types: str | Sequence[str]) -> bool:
    kind = type(value)  # what JSON makes is of these very types, and true is no whole number
    if isinstance(types, str):
        return kind is _TYPES[types]
    return any(kind is _TYPES[name] for name in types)


def _words(types: str | Sequence[str]) -> str:
    return " or ".join(_WORDS[name] for name in ([types] if isinstance(types, str) else types))
