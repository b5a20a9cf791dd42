"""What a field, a kind or a word of the language is, looked up by the name that a person has for it.

Everything is read off the described schema of the models, so that nothing said here can differ from what is
validated.  Codes of findings are looked up in ``codes``; how an explanation looks is ``reporting``'s business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from offers_sync.models.describing import choices_of, describe_conditions, describe_type
from offers_sync.models.exemplifying import completed, example_document
from offers_sync.models.json_schema import PROJECT, described_schema, model_of
from offers_sync.models.kinds import KINDS
from offers_sync.models.rows import ROWS

PROJECT_FILE: Final = "offers.yaml"
ROOTS: Final = (PROJECT, *KINDS)
_KNOWN: Final = (*ROOTS, *ROWS)
"""Rows are found by their whole path alone: a bare name means a field of the files."""

_NEVER_CLEARED: Final = frozenset({"external_id", "image"})
"""The identity, and a picture, which the server only ever replaces by another one."""

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Word:
    """A word that a field allows; the meaning may be empty, as with time zones."""

    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Default:
    """What counts while a field is left out, and whether the server says so or we do."""

    value: Any
    is_the_servers: bool


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field in a list of fields."""

    path: str
    description: str
    is_required: bool

    @property
    def name(self) -> str:
        """The last word of the path."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class FieldPage:
    """A field, or a kind of document, with all that is known of it."""

    path: str
    description: str
    type_words: str
    is_required: bool
    is_nullable: bool
    is_clearable: bool
    """Whether null clears what the server has."""
    is_write_only: bool
    default: Default | None
    vendor_name: str
    """Empty where the vendor has no such field."""
    words: tuple[Word, ...]
    examples: tuple[Any, ...]
    """Each as it stands in a document, from the top level down."""
    conditions: tuple[str, ...]
    """When other fields make it necessary, or exclude it."""
    fields: tuple[FieldLine, ...]
    also: tuple[str, ...] = ()
    """Other paths at which the same field stands."""


@dataclass(frozen=True, slots=True)
class WordPage:
    """A word that some fields allow: each of its meanings, with the fields that mean it so."""

    word: str
    uses: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class PlacesPage:
    """Several fields that answer to one name."""

    name: str
    places: tuple[FieldLine, ...]


Explained = FieldPage | WordPage | PlacesPage


@dataclass(frozen=True, slots=True)
class _Place:
    """A field on the way down: its schema, and how an example of it is wrapped to become a document."""

    path: tuple[str, ...]
    schema: Schema
    is_required: bool
    containers: tuple[str | None, ...]
    """For each step of the path, ``list`` or the name in a map that its value stands in, or nothing."""
    forms: tuple[Schema, ...] = ()
    """For each step but the first, the form of the mapping that holds it."""

    @property
    def rules(self) -> tuple[Schema, ...]:
        """The rules between the field and those beside it."""
        return tuple(self.forms[-1].get("allOf", ())) if self.forms else ()

    @property
    def line(self) -> FieldLine:
        return FieldLine(".".join(self.path), self.schema.get("description", ""), self.is_required)

    @property
    def vendor_names(self) -> tuple[str, ...]:
        default = "" if self.path[0] == PROJECT or len(self.path) == 1 else self.path[-1]
        return tuple(name for name in self.schema.get("x-vendor", default).split(", ") if name)


def explain(name: str) -> Explained | None:
    """What answers to the name: a path, a field's own name or the vendor's, or a word; nothing where nothing does."""
    path = _path_of(name)
    place = _find(path) if path[0] in _KNOWN else None
    if place is not None:
        return _page(place)
    places = [place for place in all_places() if name == place.path[-1] or name in place.vendor_names]
    if not places:
        return _word_page(name)
    if all(place.schema == places[0].schema for place in places):
        shortest, *others = sorted(places, key=lambda place: len(place.path))
        return replace(_page(shortest), also=tuple(".".join(place.path) for place in others))
    return PlacesPage(name, tuple(place.line for place in places))


def fields_below(name: str) -> Mapping[str, list[str]] | None:
    """Every word for a field below what the beginning of a path leads to, ours or the vendor's, with the paths to it.

    The nearest come first; nothing where the beginning leads nowhere.
    """
    *parents, _ = _path_of(name)
    parent = _find(tuple(parents)) if parents and parents[0] in _KNOWN else None
    if parent is None:
        return None
    found: dict[str, list[str]] = {}
    for place in sorted(_below(parent), key=lambda place: len(place.path)):
        path = ".".join((*parents, *place.path[len(parent.path) :]))
        for word in dict.fromkeys((place.path[-1], *place.vendor_names)):
            found.setdefault(word, []).append(path)
    return found


def known_names() -> tuple[str, ...]:
    """Every name that there is something to say about."""
    found = {place.path[-1]: None for place in all_places()} | dict.fromkeys(ROOTS)
    for place in all_places():
        found |= dict.fromkeys(place.vendor_names) | {word.word: None for word in _words(place.schema)}
        found[".".join(place.path)] = None
    return tuple(found)


def _path_of(name: str) -> tuple[str, ...]:
    if name == PROJECT_FILE or name.startswith(f"{PROJECT_FILE}."):
        name = PROJECT + name.removeprefix(PROJECT_FILE)
    return tuple(name.split("."))


@cache
def all_places() -> tuple[_Place, ...]:
    """Every field of every kind, each after the one that holds it."""
    return tuple(place for root in ROOTS for place in (_root_place(root), *_below(_root_place(root))))


def _below(parent: _Place) -> Iterator[_Place]:
    """The fields of a value, each followed by its own."""
    for place in _members(parent, _definitions(parent.path[0])):
        yield place
        yield from _below(place)


@cache
def _root_schema(root: str) -> Schema:
    return described_schema(model_of(root))


def _definitions(root: str) -> Schema:
    definitions: Schema = _root_schema(root)["$defs"]
    return definitions


def _root_place(root: str) -> _Place:
    return _Place((root,), _root_schema(root), is_required=True, containers=(None,))


def _members(place: _Place, definitions: Schema) -> list[_Place]:
    """The fields of a value, through lists and maps; where several forms have one, that of the richest form."""
    found: dict[str, _Place] = {}
    forms = list(_forms(place.schema, definitions))
    for form, container in sorted(forms, key=lambda pair: -len(pair[0].get("properties", ()))):
        for name, schema in form.get("properties", {}).items():
            is_required = name in form.get("required", ())
            containers = (*place.containers[:-1], container, None)
            forms_above = (*place.forms, form)
            found.setdefault(name, _Place((*place.path, name), schema, is_required, containers, forms_above))
    return list(found.values())


def _forms(schema: Schema, definitions: Schema, container: str | None = None) -> Iterator[tuple[Schema, str | None]]:
    """The forms that a value, or the entries of it, may have, with the container that they stand in."""
    if "$ref" in schema:
        yield from _forms(definitions[schema["$ref"].rpartition("/")[2]], definitions, container)
    for form in schema.get("anyOf", ()):
        yield from _forms(form, definitions, container)
    if "items" in schema:
        yield from _forms(schema["items"], definitions, "list")
    if isinstance(schema.get("additionalProperties"), Mapping):
        example = next(iter(next(iter(schema.get("examples", ())), {})), "NAME")
        yield from _forms(schema["additionalProperties"], definitions, example)
    yield schema, container


def _find(path: tuple[str, ...]) -> _Place | None:
    """The place at a path; names in maps and numbers in lists may stand in it, or be left out."""
    root, *steps = path
    place = _root_place(root)
    may_skip = False
    for step in steps:
        members = {member.path[-1]: member for member in _members(place, _definitions(root))}
        if step in members:
            place, may_skip = members[step], True
        elif may_skip and _has_entries(place.schema):
            may_skip = False
        else:
            return None
    return place


def _has_entries(schema: Schema) -> bool:
    forms = (schema, *schema.get("anyOf", ()))
    return any("items" in form or isinstance(form.get("additionalProperties"), Mapping) for form in forms)


def _page(place: _Place) -> FieldPage:
    definitions = _definitions(place.path[0])
    schema = place.schema
    return FieldPage(
        path=".".join(place.path),
        description=schema.get("description", ""),
        type_words=describe_type(schema, definitions),
        is_required=place.is_required,
        is_nullable=_is_nullable(schema),
        is_clearable=_is_clearable(place),
        is_write_only="x-write-only" in schema,
        default=_default(schema),
        vendor_name=", ".join(place.vendor_names),
        words=_words(schema),
        examples=tuple(_examples(place)),
        conditions=tuple(describe_conditions(place.path[-1], place.rules)),
        fields=tuple(member.line for member in _members(place, definitions)),
    )


def _is_nullable(schema: Schema) -> bool:
    return any(_allows_null(form) for form in (schema, *schema.get("anyOf", ())))


def _is_clearable(place: _Place) -> bool:
    """Whether null is sent: not of an identity, of what is chosen from several forms, or of what is never changed."""
    *_, name = place.path
    is_changed = place.path[0] in KINDS and place.path[0] != "campaign"
    is_choice = name in choices_of(place.rules)
    is_sent = bool(place.vendor_names) and name not in _NEVER_CLEARED
    return is_changed and _is_nullable(place.schema) and is_sent and not is_choice


def _allows_null(schema: Schema) -> bool:
    return "null" in schema.get("type", ())


def _default(schema: Schema) -> Default | None:
    if "x-server-default" in schema:
        return Default(schema["x-server-default"], is_the_servers=True)
    return Default(schema["x-our-default"], is_the_servers=False) if "x-our-default" in schema else None


def _words(schema: Schema) -> tuple[Word, ...]:
    words = schema.get("enum", ())
    meanings = schema.get("enumDescriptions") or ("",) * len(words)
    return tuple(Word(word, meaning) for word, meaning in zip(words, meanings, strict=True) if word is not None)


def _word_page(word: str) -> WordPage | None:
    uses: dict[str, list[str]] = {}
    for place in all_places():
        for known in _words(place.schema):
            if known.word == word:
                uses.setdefault(known.meaning, []).append(".".join(place.path))
    return WordPage(word, tuple((meaning, tuple(paths)) for meaning, paths in uses.items())) if uses else None


def _examples(place: _Place) -> Iterator[Any]:
    values = (
        [example_document(place.path[0], place.schema)] if len(place.path) == 1 else place.schema.get("examples", ())
    )
    return (_in_document(place, value, rank) for rank, value in enumerate(values))


def _in_document(place: _Place, value: Any, rank: int) -> Any:
    steps = list(zip(place.path[1:], place.containers[:-1], place.forms, strict=True))
    for depth, (name, container, form) in reversed(list(enumerate(steps))):
        value = completed(form, {name: value}, rank, is_whole=depth > 0)
        if container is not None:
            value = [value] if container == "list" else {container: value}
    kind = {"kind": place.path[0]} if place.path[0] in KINDS and len(place.path) > 1 else {}
    return {**kind, **value}
