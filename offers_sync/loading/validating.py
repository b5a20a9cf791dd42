"""One document against its model: every fault in it, in our words, whether the model or a rule found it.

The model's types speak first, then the rules between fields, which read what was written and so speak also when a
type is wrong.  A field that has one complaint does not get a second.  What other documents say is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, NamedTuple, cast

from pydantic import BaseModel, ValidationError

from offers_sync import codes
from offers_sync.findings import Severity
from offers_sync.loading.complaints import Complaint, Path, is_covered
from offers_sync.loading.composing import FLAWED
from offers_sync.loading.project_rules import Surroundings, check_project
from offers_sync.loading.vocabulary import advise_missing, did_you_mean, models_in
from offers_sync.models.documents import Ruled
from offers_sync.models.kinds import KINDS
from offers_sync.models.project import Project
from offers_sync.models.references import is_external
from offers_sync.models.rules import Fault, NeededWhen, Rule

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
        hint = "write `kind: redeemable` and the fields below each other"
        if isinstance(written, list):
            hint = "separate documents by a line of `---` instead of making them a list"
        return Examined(None, (_not_a_mapping(written, hint),))
    kind = written.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        return Examined(None, (_unknown_kind(written),) if kind is not FLAWED else ())
    return _examine(model, written)


def examine_project(written: Any, surroundings: Surroundings) -> Examined:
    """What offers.yaml says."""
    if not isinstance(written, dict):
        hint = "write `project: NAME`, and the other fields below it at the same indentation"
        return Examined(None, (_not_a_mapping(written, hint),) if written is not FLAWED else ())
    return _examine(Project, written, check_project(written, surroundings))


def _examine(model: type[BaseModel], written: dict[str, Any], more: Iterable[Complaint] = ()) -> Examined:
    """A mapping that is to be of one model, with what else is held against it."""
    complaints: list[Complaint] = []
    value: BaseModel | None = None
    try:
        value = _make(model, written)
    except ValidationError as error:
        from offers_sync.loading.wording import translate  # noqa: PLC0415  only where something is wrong

        complaints = translate(error, model, written)
    others = [*(_complain(fault) for fault in _broken_rules(model, written)), *more]
    if others:
        seen = {complaint.path for complaint in complaints}
        mistaken = {complaint.path[:-1] for complaint in complaints if complaint.code is codes.UNKNOWN_FIELD}
        complaints += [
            other
            for other in others
            if not is_covered(other.path, seen) and not (other.code is codes.CHOOSE_ONE and other.path in mistaken)
        ]
    is_sound = all(complaint.code.severity is not Severity.ERROR for complaint in complaints)
    return Examined(value if is_sound else None, tuple(complaints))


def _make(model: type[BaseModel], written: dict[str, Any]) -> BaseModel:
    """The model of a mapping, whose homes for anchors are left out if there are any."""
    validate = model.__pydantic_validator__.validate_python
    try:
        return cast("BaseModel", validate(written))
    except ValidationError:
        kept = {name: value for name, value in written.items() if not name.startswith(IGNORED_PREFIX)}
        if len(kept) == len(written):
            raise
        return cast("BaseModel", validate(kept))


def _complain(fault: Fault) -> Complaint:
    return Complaint(fault.code, fault.path, fault.message, fault.hint)


def _not_a_mapping(written: Any, hint: str) -> Complaint:
    what = "a list" if isinstance(written, list) else "a single value"
    return Complaint(codes.NOT_A_MAPPING, (), f"this document is {what}, where fields are expected", hint)


def _unknown_kind(written: Mapping[str, Any]) -> Complaint:
    kinds = ", ".join(KINDS)
    if "environments" in written and "project" in written:
        hint = "one offers.yaml stands at the top of a project; a folder with another one is another project"
        return Complaint(codes.UNKNOWN_KIND, (), "this is the content of an offers.yaml, and no document", hint)
    if "kind" not in written:
        guess = next((name for name in KINDS if name in written), "redeemable")
        return Complaint(
            codes.UNKNOWN_KIND, (), "the document does not say what it is: `kind` is missing", f"write `kind: {guess}`"
        )
    kind = written["kind"]
    hint = (did_you_mean(kind, KINDS) if isinstance(kind, str) else "") or f"the kinds are {kinds}"
    shown = f"`{kind}`" if isinstance(kind, str) else "this"
    return Complaint(codes.UNKNOWN_KIND, ("kind",), f"{shown} is no kind of document", hint)


def _broken_rules(model: type[BaseModel], written: Any) -> list[Fault]:
    """What the rules of a model, and of those inside it, hold against what was written."""
    faults: list[Fault] = []
    _collect_faults(model, written, (), faults)
    return faults


def _collect_faults(model: type[BaseModel], written: Any, path: Path, faults: list[Fault]) -> None:
    if written.__class__ is not dict:
        return
    demands = _demands(model)
    for rule in demands.rules:
        for fault in rule.check(written):
            hint = fault.hint or _advise(model, rule)
            faults.append(replace(fault, path=(*path, *fault.path), hint=hint))
    for name, inside in demands.nested:
        value = written.get(name)
        if value.__class__ is list:
            for index, item in enumerate(value):
                _collect_faults(inside, item, (*path, name, index), faults)
        elif value.__class__ is dict and not is_external(value):
            _collect_faults(inside, value, (*path, name), faults)


def _advise(model: type[BaseModel], rule: Rule) -> str:
    return advise_missing(model, (rule.name,)) if isinstance(rule, NeededWhen) else ""


class _Demands(NamedTuple):
    """What the rules of a model look at."""

    rules: tuple[Rule, ...]
    nested: tuple[tuple[str, type[BaseModel]], ...]
    """The fields that hold mappings with rules, or lists of them."""


@cache
def _demands(model: type[BaseModel]) -> _Demands:
    nested = {
        name: candidate
        for name, facts in model.model_fields.items()
        for candidate in models_in(facts.annotation)
        if any(_demands(candidate))
    }
    return _Demands(model.rules if issubclass(model, Ruled) else (), tuple(nested.items()))
