"""A JSON Schema's type, bounds and conditions in plain words: `a whole number, from 1 to 5`.

Only what the language's own schemas hold is understood; what a field is for is not said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_SIMPLE: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_SCALAR: Final = {"string", "number", "boolean"}


def describe_type(schema: Schema, definitions: Schema) -> str:
    """What may be written, but for null."""
    return ", or ".join(dict.fromkeys(_describe(schema, definitions)))


def _describe(schema: Schema, definitions: Schema) -> Iterator[str]:
    for form in schema.get("anyOf", ()):
        yield from _describe(form, definitions)
    if "$ref" in schema:
        yield from _describe(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    types = schema.get("type", [])
    names = [name for name in ([types] if isinstance(types, str) else types) if name != "null"]
    if set(names) == _SCALAR:
        yield "any single value, taken as text"
    elif names:
        yield _describe_one(names[0], schema, definitions)


def _describe_one(name: str, schema: Schema, definitions: Schema) -> str:
    match name:
        case "array":
            return f"a list{_count(schema, 'Items')}; each entry is {describe_type(schema['items'], definitions)}"
        case "object":
            return _describe_mapping(schema, definitions)
        case _ if "const" in schema:
            return f"the word {schema['const']}"
        case _ if "enum" in schema:
            return _describe_words([word for word in schema["enum"] if word is not None])
        case _ if "patternErrorMessage" in schema:
            longest = _count({"maxLength": schema.get("maxLength")}, "Length")
            return f"text{longest} ({_as_clause(schema['patternErrorMessage'])})"
        case _:
            return f"{_SIMPLE[name]}{_range(schema)}{_count(schema, 'Length')}"


def _describe_words(words: list[str]) -> str:
    return f"the word {words[0]}" if len(words) == 1 else f"one of {len(words)} words"


def _describe_mapping(schema: Schema, definitions: Schema) -> str:
    values = schema.get("additionalProperties")
    if isinstance(values, Mapping):
        return f"a map{_count(schema, 'Properties')}; each value is {describe_type(values, definitions)}"
    names = list(schema["properties"])
    return f"a mapping with {names[0]}" if len(names) == 1 else "a mapping of fields"


def _as_clause(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].removesuffix(".")


def _range(schema: Schema) -> str:
    match schema:
        case {"minimum": low, "maximum": high}:
            return f" from {low} to {high}"
        case {"minimum": low}:
            return f", {low} or more"
        case {"exclusiveMinimum": low}:
            return f" above {low}"
        case _:
            return ""


def _count(schema: Schema, of: str) -> str:
    noun = {"Items": "entries", "Properties": "entries", "Length": "characters"}[of]
    least, most = schema.get(f"min{of}", 0), schema.get(f"max{of}")
    if most is not None:
        return f", at most {most} {noun}"
    return ", not empty" if least == 1 else ""


def describe_conditions(name: str, rules: Iterable[Schema]) -> Iterator[str]:
    """When the rules of a mapping make a field of it necessary, or exclude it."""
    for rule in rules:
        if name in (choice := _choice(rule)):
            yield f"exactly one of {_joined(choice, 'and')} is needed"
        for part in (rule, *rule.get("allOf", ())):
            condition, consequence = part.get("if", {}).get("properties", {}), part.get("then", {})
            if name in consequence.get("required", ()):
                yield f"needed when {_describe_condition(condition)}"
            if name in (choice := _choice(consequence)):
                yield f"exactly one of {_joined(choice, 'and')} is needed when {_describe_condition(condition)}"
            for other, schema in consequence.get("properties", {}).items():
                if schema.get("type") == "null" and name in (other, *condition):
                    yield f"not when {_describe_condition(condition if name == other else {other: {}})}"


def choices_of(rules: Iterable[Schema]) -> set[str]:
    """The fields of a mapping of which one, and one only, has a value."""
    return {name for rule in rules for name in _choice(rule)}


def _choice(rule: Schema) -> list[str]:
    return [name for form in rule.get("anyOf", ()) for name in form.get("required", ())]


def _joined(words: list[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _describe_condition(condition: Schema) -> str:
    return " and ".join(f"{name} is {_describe_values(schema)}" for name, schema in condition.items())


def _describe_values(schema: Schema) -> str:
    if "pattern" in schema:
        return "an address"
    words = ["true" if word is True else str(word) for word in schema.get("enum", ())]
    return _joined(words, "or") if len(words) > 1 else "".join(words) or "given"
