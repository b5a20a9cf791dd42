"""What the published schemas and the models owe to whoever reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from offers_sync.loading.composing import read_values
from offers_sync.loading.texts import FileText
from offers_sync.loading.vocabulary import models_in
from offers_sync.models import meanings
from offers_sync.models.json_schema import ANY, PROJECT, language_schema, model_of
from offers_sync.models.kinds import KINDS
from offers_sync.reporting.published import PUBLISHED, published_schema, schema_text

ROOTS = (PROJECT, *KINDS)
FEW_WORDS = 30


def models_below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and every model inside it."""
    yield model
    for fact in model.model_fields.values():
        for nested in models_in(fact.annotation):
            yield from models_below(nested)


ALL_MODELS = sorted(
    {model for root in ROOTS for model in models_below(model_of(root))}, key=lambda model: model.__name__
)


def schemas_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema that describes a value; rules between fields apart."""
    if isinstance(value, dict):
        yield value
        for name, member in value.items():
            if name not in ("examples", "default", "enum", "allOf"):
                yield from schemas_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from schemas_in(member)


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.__name__)
def test_every_field_says_what_it_is(model: type[BaseModel]) -> None:
    """Models and fields have a description that is a sentence, and every field but `kind` an example."""
    assert model.__doc__
    for name, fact in model.model_fields.items():
        assert fact.description, name
        assert fact.description[0].isupper(), name
        assert fact.description.endswith("."), name
        assert fact.examples or name == "kind", name


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.__name__)
def test_every_example_is_valid(model: type[BaseModel]) -> None:
    """What is shown as an example may be written."""
    for name, fact in model.model_fields.items():
        for example in fact.examples or ():
            model.model_validate(_as_read({**_required(model), name: example}))


def _required(model: type[BaseModel]) -> dict[str, Any]:
    required = {name: fact for name, fact in model.model_fields.items() if fact.is_required() and name != "kind"}
    kind = typing.get_args(model.model_fields["kind"].annotation)[0] if "kind" in model.model_fields else None
    return {name: fact.examples[0] for name, fact in required.items()} | ({} if kind is None else {"kind": kind})


def _as_read(example: Any) -> Any:
    """Numbers as the reader of YAML gives them."""
    return read_values(FileText("example.yaml", json.dumps(example))).documents[0]


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_schema_is_a_schema(name: str) -> None:
    """What is published is valid by its own dialect, and says which schema it is."""
    schema = published_schema(name)

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:offers-sync:schema:1:{name}"


@pytest.mark.parametrize("name", [ANY, *ROOTS])
def test_the_schema_has_the_shape_that_editors_read_best(name: str) -> None:
    """Numbers are numbers, null is part of the type, titles are the kinds', nothing of ours shows."""
    schema = language_schema(name)

    for part in schemas_in(schema):
        assert not [keyword for keyword in part if keyword in ("ge", "le", "gt", "lt")]
        assert not [keyword for keyword in part if keyword.startswith("x-")]
        assert "default" not in part or part["default"] is not None
        for keyword in ("minimum", "maximum", "exclusiveMinimum"):
            assert isinstance(part.get(keyword, 0), int | float)
        branches = part.get("anyOf", ())
        assert not (
            {"type": "null"} in branches and any("type" in branch for branch in branches[:1]) and len(branches) == 2
        )
        assert "pattern" not in part or "patternErrorMessage" in part or "type" not in part or "errorMessage" in part
    titles = {name for name, definition in schema["$defs"].items() if "title" in definition}
    assert titles <= {"Selector", "Criterion", "Redeemable", "Schedule", "Locale", "Campaign"}


@pytest.mark.parametrize("name", [ANY, *ROOTS])
def test_every_form_of_a_value_has_a_type(name: str) -> None:
    """An editor can tell the forms of a value apart, and offer what each of them has."""
    schema = language_schema(name)
    definitions = schema["$defs"]

    for part in schemas_in(schema):
        for member in part.get("properties", {}).values():
            for form in member.get("anyOf", ()):
                named = definitions[form["$ref"].rpartition("/")[2]] if "$ref" in form else form
                assert "type" in named or "enum" in named, form


@pytest.mark.parametrize("name", [ANY, *ROOTS])
def test_every_word_has_its_meaning_beside_it(name: str) -> None:
    """A set of words that a person has to choose from comes with what each means."""
    for part in schemas_in(language_schema(name)):
        words = part.get("enum", ())
        if 0 < len(words) < FEW_WORDS:
            assert len(part["enumDescriptions"]) == len(words)
            assert all(part["enumDescriptions"])


def test_no_meaning_is_of_a_word_that_does_not_exist() -> None:
    """The tables of meanings hold the words of the language and no others."""
    words = {
        word for root in (ANY, *ROOTS) for part in schemas_in(language_schema(root)) for word in part.get("enum", ())
    }
    single = {
        part["const"]
        for root in ROOTS
        for part in schemas_in(language_schema(root))
        if isinstance(part.get("const"), str)
    }

    assert meanings.all_words() <= words | single


def test_documents_have_room_for_anchors() -> None:
    """A member that begins with `x-` is allowed at the top of a document, and nowhere else."""
    schema = language_schema("redeemable")

    assert schema["patternProperties"] == {"^x-": True}
    assert [name for name, definition in schema["$defs"].items() if "patternProperties" in definition] == []


def test_defaults_are_those_that_count_while_a_field_is_left_out() -> None:
    """The documented defaults of the server, and ours, stand in the schema."""
    criterion = language_schema("criterion")
    guards = language_schema(PROJECT)["$defs"]["Guards"]["properties"]

    assert criterion["properties"]["item_filter_expressions_operator"]["default"] == "All"
    assert criterion["$defs"]["LineItemFilter"]["properties"]["processing_method"]["default"] == "sum_of_amount"
    assert criterion["$defs"]["ItemQualifier"]["properties"]["expression_type"]["default"] == "line_item_exists"
    assert language_schema("redeemable")["properties"]["discount_channel"]["default"] == "all"
    assert (guards["creates"]["default"], guards["updates"]["default"]) == (50, "30%")
    assert "default" not in criterion["properties"]["amount_cap"]


def test_the_schemas_are_the_same_bytes_on_every_run() -> None:
    """No order is left to hashing."""
    program = "from offers_sync.reporting.published import PUBLISHED, published_schema, schema_text\n"
    program += "import sys; sys.stdout.buffer.write(''.join(map(schema_text, PUBLISHED)).encode())"
    environment = {**os.environ, "PYTHONHASHSEED": "1234"}

    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, env=environment).stdout

    assert printed.decode() == "".join(map(schema_text, PUBLISHED))
