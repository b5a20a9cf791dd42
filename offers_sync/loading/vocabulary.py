"""The names of fields: what a person who wrote an unknown one most likely meant.

The vendor's names are known here too, so that its documentation stays useful to those who copy from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from offers_sync.loading.quoting import as_flow

_LISTED_FIELDS: Final = 8
"""As many names as a hint may list."""
_COMPARED_LENGTH: Final = 200
_ADVICE: Final = {
    "qualifier_type": "leave it out: writing `criterion:` or `flat_discount:` says which form is meant",
    "id": "a document is named by `key`; the id on the server is `external_id`",
    "uuid": "a document is named by `key`; the id on the server is `external_id`",
    "type": "what a document is stands in `kind`",
    "status": "there is no status to set; `retired: true` withdraws an offer",
    "active": "there is no status to set; `retired: true` withdraws an offer",
    "deleted": "nothing can be deleted; `retired: true` withdraws an offer",
}

_SYNONYMS: Final = {
    "equals": "==",
    "eq": "==",
    "is": "==",
    "=": "==",
    "not_equals": "!=",
    "ne": "!=",
    "<>": "!=",
    "gt": ">",
    "lt": "<",
    "gte": ">=",
    "ge": ">=",
    "=>": ">=",
    "lte": "<=",
    "le": "<=",
    "=<": "<=",
    "between": "in_range",
    "range": "in_range",
    "contains": "like",
    "cheapest": "min_price",
    "lowest": "min_price",
    "dearest": "max_price",
    "most_expensive": "max_price",
    "highest": "max_price",
    "half_up": "round",
    "up": "ceil",
    "down": "floor",
    "online": "online_only",
    "offline": "offline_only",
    "in_store": "offline_only",
    "bogo": "bogof",
}
"""What people write for words of the vendor's that look quite different."""

Models = Sequence[type[BaseModel]]


def closest(word: str, words: Iterable[str]) -> str | None:
    """The word that was most likely meant, whatever its capitals and hyphens."""
    from difflib import get_close_matches  # noqa: PLC0415  only where something is wrong

    meant = _plain(word)[:_COMPARED_LENGTH]
    candidates = {_plain(candidate): candidate for candidate in words}
    if _SYNONYMS.get(meant) in candidates:
        return candidates[_SYNONYMS[meant]]
    longer = [candidate for candidate in candidates if candidate.endswith(f"_{meant}")]
    if len(longer) == 1:
        return candidates[longer[0]]
    found = get_close_matches(meant, candidates, n=1)
    return candidates[found[0]] if found else None


def _plain(word: str) -> str:
    return word.lower().replace("-", "_")


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A question, if there is something to ask."""
    suggestion = closest(word, words)
    return f"did you mean `{suggestion}`?" if suggestion is not None else ""


class Advice(NamedTuple):
    """What to write in place of an unknown field, and which field was meant, if that is one beside it."""

    hint: str
    meant: str = ""


def advise_unknown(name: str, here: Models, root: type[BaseModel]) -> Advice:
    """What to do about a field that does not exist in these models."""
    if name in _ADVICE:
        return Advice(_ADVICE[name])
    fields = {field: facts for model in here for field, facts in model.model_fields.items()}
    for path, vendor_names in _deeper(tuple(here)):
        if name in vendor_names:
            return Advice(f"the vendor's `{name}` is `{path}` here", path.partition(".")[0])
    for field, facts in fields.items():
        if name in vendor_names_of(facts):
            return Advice(f"the vendor's `{name}` is `{field}` here", field)
    if (longer := _field_of_words(name, fields)) is not None:
        return Advice(f"did you mean `{longer}`?", longer)
    if name[:1].isspace():
        return Advice(f"it begins with the character U+{ord(name[0]):04X}, which is no blank: indent by plain blanks")
    for path, _ in _deeper(tuple(here)):
        if path.rsplit(".", 1)[-1] == name:
            return Advice(f"it belongs under `{path.rsplit('.', 1)[0]}`", path.partition(".")[0])
    if root not in here and name in root.model_fields:
        return Advice("it is a field of the document itself: check the indentation")
    suggestion = closest(name, fields)
    if suggestion is not None:
        return Advice(f"did you mean `{suggestion}`?", suggestion)
    listed = ", ".join(f"`{field}`" for field in fields)
    return Advice(f"the fields here are {listed}" if len(fields) <= _LISTED_FIELDS else "")


def _field_of_words(name: str, fields: Iterable[str]) -> str | None:
    """The only field whose name has all words of the one that was written, and more."""
    words = set(_plain(name).split("_"))
    longer = [field for field in fields if words < set(field.split("_"))]
    return longer[0] if len(words) > 1 and len(longer) == 1 else None


def advise_missing(root: type[BaseModel], path: Sequence[str | int]) -> str:
    """A line to add, from the field's own example."""
    facts, _ = field_at(root, path)
    example = facts.examples[0] if facts is not None and facts.examples else None
    return f"add `{path[-1]}`" if example is None else f"add a line such as `{path[-1]}: {as_flow(example)}`"


@cache
def _deeper(models: tuple[type[BaseModel], ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    """The fields below those of the models, by their dotted path, with the vendor's names for each."""
    found: list[tuple[str, frozenset[str]]] = []
    for model in models:
        for name, facts in model.model_fields.items():
            for nested in models_in(facts.annotation):
                found += [
                    (f"{name}.{field}", frozenset(vendor_names_of(inner)))
                    for field, inner in nested.model_fields.items()
                ]
                found += [(f"{name}.{path}", names) for path, names in _deeper((nested,))]
    return tuple(found)


def vendor_names_of(facts: FieldInfo) -> tuple[str, ...]:
    """What the vendor calls a field, where that differs."""
    extra = facts.json_schema_extra
    written = extra.get("x-vendor") if isinstance(extra, dict) else None
    return tuple(written.split(", ")) if isinstance(written, str) and written else ()


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def field_at(root: type[BaseModel], path: Sequence[str | int]) -> tuple[FieldInfo | None, Models]:
    """The facts about the field at a path, and the models that its value may be of."""
    here: Models = (root,)
    facts: FieldInfo | None = None
    for step in path:
        found = next((model.model_fields[step] for model in here if step in model.model_fields), None)
        if found is not None:
            facts, here = found, tuple(models_in(found.annotation))
    return facts, here
