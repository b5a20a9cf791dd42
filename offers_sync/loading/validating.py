"""One document against its model: every fault in it, in our words, whether the model or a rule found it.

The model's types speak first, then the rules between fields, which read what was written and so speak also when a
type is wrong.  A field that has one complaint does not get a second.  What other documents say is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from offers_sync import codes
from offers_sync.loading.complaints import Complaint, Path
from offers_sync.loading.composing import FLAWED
from offers_sync.loading.wording import closest, translate
from offers_sync.models.documents import Ruled
from offers_sync.models.kinds import KINDS, AnyDocument
from offers_sync.models.references import is_external
from offers_sync.models.rules import Fault

IGNORED_PREFIX: Final = "x-"
"""Members of a document whose name begins so are a home for anchors."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A document's model, unless something is wrong with it, and all that is wrong with it."""

    model: BaseModel | None
    complaints: tuple[Complaint, ...] = ()


def examine_document(written: Any) -> Examined:
    """A document of any kind."""
    if written is FLAWED:
        return Examined(None)
    if not isinstance(written, dict):
        return Examined(None, (_not_a_mapping(written),))
    kind = written.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        return Examined(None, (_unknown_kind(written),) if kind is not FLAWED else ())
    return examine(model, written)


def examine(model: type[BaseModel], written: dict[str, Any]) -> Examined:
    """A mapping that is to be of one model."""
    if any(name.startswith(IGNORED_PREFIX) for name in written):
        written = {name: value for name, value in written.items() if not name.startswith(IGNORED_PREFIX)}
    complaints: list[Complaint] = []
    value: BaseModel | None = None
    try:
        value = model.__pydantic_validator__.validate_python(written)
    except ValidationError as error:
        complaints = translate(error, model, written)
    faults = list(_break_rules(model, written, ()))
    if faults:
        seen = {complaint.path for complaint in complaints}
        complaints += [_complain(fault) for fault in faults if not _is_covered(fault.path, seen)]
    return Examined(value, tuple(complaints))


def _is_covered(path: Path, seen: set[Path]) -> bool:
    """Whether the value, or one that holds it, is complained about; a document as a whole covers nothing."""
    return any(path[:length] in seen for length in range(1, len(path) + 1))


def _complain(fault: Fault) -> Complaint:
    return Complaint(fault.code, fault.path, fault.message, fault.hint)


def _not_a_mapping(written: Any) -> Complaint:
    what = "a list" if isinstance(written, list) else "a single value"
    hint = "write `kind: redeemable` and the fields below each other"
    if isinstance(written, list):
        hint = "separate documents by a line of `---` instead of making them a list"
    return Complaint(codes.NOT_A_MAPPING, (), f"this document is {what}, where fields are expected", hint)


def _unknown_kind(written: Mapping[str, Any]) -> Complaint:
    kinds = ", ".join(KINDS)
    if "kind" not in written:
        guess = next((name for name in KINDS if name in written), "redeemable")
        return Complaint(
            codes.UNKNOWN_KIND, (), "the document does not say what it is: `kind` is missing", f"write `kind: {guess}`"
        )
    kind = written["kind"]
    suggestion = closest(kind, KINDS) if isinstance(kind, str) else None
    hint = f"did you mean `{suggestion}`?" if suggestion else f"the kinds are {kinds}"
    return Complaint(codes.UNKNOWN_KIND, ("kind",), f"`{kind}` is no kind of document", hint)


def _break_rules(model: type[BaseModel], written: Any, path: Path) -> Iterator[Fault]:
    """What the rules of a model, and of those inside it, hold against what was written."""
    if written.__class__ is not dict:
        return
    for rule in getattr(model, "rules", ()):
        for fault in rule.check(written):
            yield Fault(fault.code, (*path, *fault.path), fault.message, fault.hint)
    for name, nested in _nested(model):
        value = written.get(name)
        if value.__class__ is list:
            for index, item in enumerate(value):
                yield from _break_rules(nested, item, (*path, name, index))
        elif value.__class__ is dict and not is_external(value):
            yield from _break_rules(nested, value, (*path, name))


@cache
def _nested(model: type[BaseModel]) -> tuple[tuple[str, type[BaseModel]], ...]:
    """The fields that hold mappings with rules, or lists of them."""
    found = []
    for name, facts in model.model_fields.items():
        for candidate in models_in(facts.annotation):
            if issubclass(candidate, Ruled) and (candidate.rules or _nested(candidate)):
                found.append((name, candidate))
    return tuple(found)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def as_document(model: BaseModel) -> AnyDocument:
    """The model of a document, by its type."""
    if not isinstance(model, tuple(KINDS.values())):
        raise TypeError(model)
    return model
