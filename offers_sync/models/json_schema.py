"""The language as JSON Schema (draft 2020-12): for one document of a kind, for any document, and for offers.yaml.

Made from the models and the rules alone, the same bytes on every run, and shaped for editors: a value that may be
null is one type with null in it, the forms of a value are typed branches, every word has its meaning beside it.
Writing it to a file is the command's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from offers_sync.models import fields, meanings, project
from offers_sync.models.kinds import KINDS
from offers_sync.models.project import Project
from offers_sync.models.rows import ROWS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ANY: Final = "any"
PROJECT: Final = "project"
LANGUAGE_SCHEMAS: Final = (ANY, PROJECT, *KINDS)
"""The names of the schemas of the language."""

_TITLES: Final = MappingProxyType(
    {
        "Selector": "Selector",
        "Criterion": "Criterion",
        "Redeemable": "Redeemable",
        "Schedule": "Schedule",
        "Locale": "Locale",
        "Campaign": "Campaign",
        "Project": "Project",
    }
)
_KEYWORD_ORDER: Final = (
    "$schema",
    "$id",
    "title",
    "description",
    "$ref",
    "type",
    "const",
    "enum",
    "enumDescriptions",
    "default",
    "examples",
    "required",
    "properties",
    "patternProperties",
    "additionalProperties",
)
_PATTERN_MESSAGES: Final = MappingProxyType(
    {
        fields.KEY_PATTERN: "A key is made of lower-case letters, digits and hyphens.",
        fields.LANGUAGE_PATTERN: "A language is written like en, en-GB or fr-ca.",
        fields.LOCAL_TIME_PATTERN: "A local time is written like 2026-07-01T09:00:00, without offset, and exists.",
        fields.LITERAL_LOCATION_PATTERN: "A location is written location:ID or tag:GROUP.",
        fields.SECRET_REFERENCE_PATTERN: "A secret is only ever named, like ${VARIABLE}.",
        fields.TEXT_PATTERN: "Not blank.",
        fields.NAME_PATTERN: "One line without control characters, and not blank.",
        fields.URL_PATTERN: "An address is written like https://images.example.com/sandwich.png.",
        project.SERVER_PATTERN: "A server is `embedded`, or an address like https://marlow.punchh.com.",
        project.STATE_PATTERN: "State is `local`, a postgresql:// address, or named like ${VARIABLE}.",
        project.SHARE_PATTERN: "A share is written like 30%.",
    }
)
_BOUND_KEYWORDS: Final = MappingProxyType(
    {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
)
"""Pydantic's words for bounds, which it leaves as they are where a validator of ours stands before the type."""


def language_schema(name: str) -> dict[str, Any]:
    """The schema of that name, one of ``LANGUAGE_SCHEMAS``."""
    body = _any_schema() if name == ANY else _open_schema(described_schema(model_of(name)))
    return _ordered(_published(body))


def model_of(name: str) -> type[BaseModel]:
    """The model of a kind, of the project file, or of the rows of a bulk run."""
    return Project if name == PROJECT else ROWS.get(name) or KINDS[name]


def described_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of one model, with what its fields say about themselves under ``x-`` names."""
    definitions = _definitions([model])
    body = definitions.pop(model.__name__)
    return {**body, "$defs": definitions}


def _definitions(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    _, collected = models_json_schema([(model, "validation") for model in models], schema_generator=_LanguageSchema)
    return cast("dict[str, Any]", _with_keywords(collected["$defs"]))


def _open_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """With room for members that nobody reads: a home for anchors."""
    return {**schema, "patternProperties": {"^x-": True}}


def _any_schema() -> dict[str, Any]:
    definitions = _definitions(KINDS.values())
    names = {kind: model.__name__ for kind, model in KINDS.items()}
    return {
        "title": "A document of an offers project",
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {
                "description": "What the document describes.",
                "type": "string",
                "enum": list(KINDS),
                "enumDescriptions": [meanings.KINDS[kind] for kind in KINDS],
            }
        },
        "allOf": [_then(kind, name) for kind, name in names.items()],
        "$defs": {**definitions, **{name: _open_schema(definitions[name]) for name in names.values()}},
    }


def _then(kind: str, name: str) -> dict[str, Any]:
    return {
        "if": {"required": ["kind"], "properties": {"kind": {"const": kind}}},
        "then": {"$ref": f"#/$defs/{name}"},
    }


class _LanguageSchema(GenerateJsonSchema):
    """Pydantic's schema in the shape that editors read best."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A plain number; money is written as one."""
        return {"type": "number", **{name: bound for name, bound in schema.items() if name in _BOUND_KEYWORDS}}

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        """The words, with what each means."""
        written = super().literal_schema(schema)
        known = meanings.meanings_of(schema["expected"])
        if known is None or "enum" not in written:
            return written
        return {**written, "enumDescriptions": [known[word] for word in written["enum"]]}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """The same type, or null."""
        return _with_null(self.generate_inner(schema["schema"]))

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Without the null that a missing field stands for."""
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """A map whose names and values both have a form."""
        written: JsonSchemaValue = {"type": "object", "additionalProperties": self._inner(schema, "values_schema")}
        names = {key: value for key, value in self._inner(schema, "keys_schema").items() if key != "type"}
        if names:
            written["propertyNames"] = names
        if "min_length" in schema:
            written["minProperties"] = schema["min_length"]
        return written

    def _inner(self, schema: core_schema.DictSchema, part: str) -> JsonSchemaValue:
        return self.generate_inner(cast("core_schema.CoreSchema", schema.get(part, core_schema.any_schema())))

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """``anyOf`` over the forms: an editor then offers what each of them has."""
        return {"anyOf": [self.generate_inner(choice) for choice in schema["choices"].values()]}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The fields, and the rules between them."""
        written = super().model_schema(schema)
        said = [rule for rule in (rule.schema() for rule in getattr(schema["cls"], "rules", ())) if rule]
        if said:
            written["allOf"] = said
        title = _TITLES.get(schema["cls"].__name__)
        return {**written, "title": title} if title else {k: v for k, v in written.items() if k != "title"}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  pydantic's signature
        """Never: a title that repeats the field's name is noise."""
        return False

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:  # noqa: ARG002
        """As it is; the order is made once, at the end."""
        return value


def _with_keywords(value: Any) -> Any:
    """JSON Schema's words for bounds, as JSON numbers, and with each pattern what to say where it does not match."""
    if isinstance(value, list):
        return [_with_keywords(item) for item in value]
    if not isinstance(value, dict):
        return value
    written = {
        _BOUND_KEYWORDS.get(name, name): _json_number(item) if name in _BOUND_KEYWORDS else _with_keywords(item)
        for name, item in value.items()
    }
    message = _PATTERN_MESSAGES.get(str(written.get("pattern")))
    return {**written, "patternErrorMessage": message} if message else written


def _json_number(bound: Any) -> int | float:
    exact = Decimal(str(bound))
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _with_null(schema: JsonSchemaValue) -> JsonSchemaValue:
    if set(schema) == {"anyOf"}:
        return {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    nullable = {**schema, "type": [*types, "null"]}
    if "const" in nullable:
        word = nullable.pop("const")
        nullable |= {"enum": [word], "enumDescriptions": [(meanings.meanings_of([word]) or {}).get(word, "")]}
    if "enum" in nullable:
        nullable["enum"] = [*nullable["enum"], None]
    if "enumDescriptions" in nullable:
        nullable["enumDescriptions"] = [*nullable["enumDescriptions"], "no value: an earlier one is cleared"]
    return nullable


def _published(value: Any) -> Any:
    """Without our own facts, but for the default that the server has or we have."""
    if isinstance(value, list):
        return [_published(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    written = {name: _published(item) for name, item in value.items() if not name.startswith("x-")}
    for fact in ("x-server-default", "x-our-default"):
        if fact in value:
            written["default"] = value[fact]
    return written


def _ordered(schema: dict[str, Any]) -> dict[str, Any]:
    """Keywords in the order that reads best, fields as the models have them, definitions by name."""
    return {keyword: _ordered_member(keyword, schema[keyword]) for keyword in _sorted_keywords(schema)}


def _ordered_member(keyword: str, value: Any) -> Any:
    match keyword:
        case "properties":
            return {name: _ordered(member) for name, member in value.items()}
        case "$defs":
            return {name: _ordered(value[name]) for name in sorted(value)}
        case "examples" | "default" | "enum" | "const":
            return value
        case _ if isinstance(value, dict):
            return _ordered(value)
        case _ if isinstance(value, list):
            return [_ordered(item) if isinstance(item, dict) else item for item in value]
        case _:
            return value


def _sorted_keywords(schema: Iterable[str]) -> list[str]:
    rank = {keyword: index for index, keyword in enumerate(_KEYWORD_ORDER)}
    return sorted(schema, key=lambda keyword: (rank.get(keyword, len(rank)), keyword == "$defs", keyword))
