"""Documents of the language as hypothesis strategies, built from the models themselves.

    documents("criterion")          a valid document, as the plain mapping that YAML gives
    documents("criterion", names)   ... that refers only to what ``names`` has
    project_files()                 a valid offers.yaml
    projects()                      an offers.yaml and documents of every kind that refer to each other
    as_yaml(documents)              the text of a file that holds them
    as_json(value)                  the same with JSON's numbers, for other validators

*Valid* means without a finding of severity error; notices and warnings occur.  Optional fields come and go, values
stay within their bounds and reach them.  Numbers are ``int`` and ``Decimal``, as the loader reads them.  Nothing here
looks at the JSON Schema that is made from the same models, so the two can be held against each other.  Documents
that are not valid come from ``damage``.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, Literal, Union

import annotated_types
import yaml
from hypothesis import assume
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from offers_sync.codes import all_codes, can_be_waived
from offers_sync.contract import (
    DOCUMENTED_LANGUAGES,
    EXISTS_EXPRESSIONS,
    FIELD_NEEDED_BY,
    METHODS_NEEDING_QUANTITY,
    RECURRENCE_SPAN_DAYS_LIMIT,
    TIMEZONES,
)
from offers_sync.models import fields
from offers_sync.models.kinds import KINDS
from offers_sync.models.project import (
    SERVER_PATTERN,
    SHARE_PATTERN,
    STATE_PATTERN,
    Allowance,
    Environment,
    Locations,
    Project,
    WaivableCode,
)
from offers_sync.models.redeemable import CriterionChoice, ReceiptRule, ScheduleChoice
from offers_sync.models.references import ExternalId, Reference

Written = dict[str, Any]
Values = st.SearchStrategy[Any]

# ---------------------------------------------------------------------------------------------------- the leaves

_TEXT_ALPHABET: Final = "abcXYZ019 -_.,:;'\"#&*!?%@[]{}<>|/\\éßñ日本語🍔"
lines: Final[Values] = st.text(_TEXT_ALPHABET, min_size=1, max_size=30).filter(str.strip)
"""One line with everything in it that YAML, JSON or a terminal could stumble over."""
texts: Final[Values] = st.text(f"{_TEXT_ALPHABET}\n\t", min_size=1, max_size=30).filter(str.strip)
"""The same on several lines."""
keys: Final[Values] = st.from_regex(r"[a-z0-9][a-z0-9-]{0,15}", fullmatch=True)
locations: Final[Values] = st.builds("{}:{}".format, st.sampled_from(["location", "tag"]), st.integers(0, 99_999))
languages: Final[Values] = st.sampled_from(DOCUMENTED_LANGUAGES)
scalars: Final[Values] = st.one_of(texts, st.integers(0, 9_999), st.booleans(), st.sampled_from(["14..17", "a,b", ">"]))
local_times: Final[Values] = st.builds(
    lambda moment, form: moment.strftime(form),
    # Clocks jump at night: these times exist once in every zone.  They are ahead for as long as these tests live.
    st.datetimes(datetime(2060, 1, 1), datetime(2090, 1, 1)).map(lambda moment: moment.replace(hour=12)),  # noqa: DTZ001
    st.sampled_from(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M"]),
)
_PATTERNS: Final[Mapping[str, Values]] = MappingProxyType(
    {
        fields.SECRET_REFERENCE_PATTERN: st.just("${MARLOW_PUNCHH_KEY}"),
        fields.TEXT_PATTERN: texts,
        fields.NAME_PATTERN: lines,
        fields.URL_PATTERN: st.just("https://images.example.com/sandwich.png"),
        SERVER_PATTERN: st.sampled_from(["embedded", "https://marlow.punchh.com"]),
        STATE_PATTERN: st.sampled_from(["local", "${OFFERS_STATE_URL}"]),
        SHARE_PATTERN: st.integers(0, 100).map("{}%".format),
        fields.LITERAL_LOCATION_PATTERN: locations,
        fields.KEY_PATTERN: keys,
        fields.LANGUAGE_PATTERN: languages,
    }
)


@dataclass(frozen=True)
class Names:
    """What documents may refer to; an empty tuple lets them refer to nothing of that kind by name."""

    selectors: tuple[str, ...] = ("sandwiches", "drinks")
    criteria: tuple[str, ...] = ("ten-percent", "lunch")
    schedules: tuple[str, ...] = ("summer",)
    redeemables: tuple[str, ...] = ("ten-off-sandwich", "free-drink")
    locations: tuple[str, ...] = ("downtown", "drive-thru")
    environments: tuple[str, ...] = ("sandbox", "production")
    may_be_external: bool = True
    """Whether a reference may be an external id."""


SOME_NAMES: Final = Names()


@dataclass(frozen=True)
class _Limits:
    low: Decimal | None = None
    high: Decimal | None = None
    above: Decimal | None = None
    min_length: int = 0
    max_length: int | None = None
    pattern: str | None = None

    def joined(self, metadata: Sequence[Any]) -> _Limits:
        limits = self
        for fact in metadata:
            limits = limits.with_fact(fact)
        return limits

    def with_fact(self, fact: Any) -> _Limits:
        match fact:
            case annotated_types.Ge():
                return replace(self, low=Decimal(str(fact.ge)))
            case annotated_types.Le():
                return replace(self, high=Decimal(str(fact.le)))
            case annotated_types.Gt():
                return replace(self, above=Decimal(str(fact.gt)))
            case annotated_types.MinLen():
                return replace(self, min_length=max(self.min_length, fact.min_length))
            case annotated_types.MaxLen():
                return replace(self, max_length=fact.max_length)
            case FieldInfo():
                return self.joined(fact.metadata)
            case _:
                pattern = getattr(fact, "pattern", None)
                return replace(self, pattern=pattern) if isinstance(pattern, str) else self


def _numbers(limits: _Limits) -> Values:
    low = limits.low if limits.low is not None else (limits.above or Decimal(0)) + Decimal("0.01")
    high = limits.high if limits.high is not None else Decimal(99_999)
    cents = st.integers(int(low * 100), int(high * 100)).map(lambda value: Decimal(value) / 100)
    return st.one_of(cents.map(_plain), st.sampled_from([_plain(low), _plain(high)]))


def _plain(number: Decimal) -> int | Decimal:
    return int(number) if number == number.to_integral_value() else number


def _integers(limits: _Limits) -> Values:
    low = int(limits.low) if limits.low is not None else 0
    return st.integers(low, int(limits.high) if limits.high is not None else low + 500)


def _strings(limits: _Limits) -> Values:
    return _PATTERNS[limits.pattern] if limits.pattern is not None else texts


# ------------------------------------------------------------------------------------- from a type to a strategy


def _of(hint: Any, limits: _Limits, names: Names) -> Values:
    for known, strategy in _named_types(names):
        if hint == known:
            return strategy
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _of(arguments[0], limits.joined(arguments[1:]), names)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, UnionType):
        forms = [_of(form, limits, names) for form in arguments if form is not NoneType]
        return st.one_of([*forms * 4, st.none()] if NoneType in arguments else forms)
    if origin is list:
        return st.lists(_of(arguments[0], _Limits(), names), min_size=limits.min_length, max_size=3)
    if origin is dict:
        pairs = [_of(part, _Limits(), names) for part in arguments]
        return st.dictionaries(pairs[0], pairs[1], min_size=limits.min_length, max_size=3)
    return _of_class(hint, limits, names)


def _of_class(hint: type, limits: _Limits, names: Names) -> Values:
    if issubclass(hint, BaseModel):
        return _model(hint, names)
    simple: Mapping[type, Callable[[_Limits], Values]] = {
        str: _strings,
        Decimal: _numbers,
        int: _integers,
        bool: lambda _: st.booleans(),
        NoneType: lambda _: st.none(),
    }
    return simple[hint](limits)


def _named_types(names: Names) -> list[tuple[Any, Values]]:
    return [
        (fields.ScalarText, scalars),
        (fields.LocalTime, local_times),
        (fields.Timezone, st.sampled_from(TIMEZONES)),
        (fields.Language, languages),
        (fields.Key, keys),
        (Locations, st.dictionaries(st.sampled_from(["uptown", "airport"]), locations, max_size=2)),
        (WaivableCode, st.sampled_from([code.name for code in all_codes() if can_be_waived(code)])),
        (ExternalId, _external_ids(names)),
    ]


def _external_ids(names: Names) -> Values:
    ids = st.uuids().map(str)
    return st.one_of(ids, st.fixed_dictionaries(dict.fromkeys(names.environments, ids)))


def _external(names: Names) -> Values:
    return st.fixed_dictionaries({"external_id": _external_ids(names)})


def _reference(known: tuple[str, ...], names: Names) -> Values:
    forms = [st.sampled_from(known)] if known else []
    return st.one_of([*forms, _external(names)] if names.may_be_external or not known else forms)


@functools.cache
def _model(model: type[BaseModel], names: Names) -> Values:
    """A mapping with the model's required fields and some of the others, within the rules between them."""
    hints = typing.get_type_hints(model, include_extras=True)
    required: dict[str, Values] = {}
    optional: dict[str, Values] = {}
    for name, fact in model.model_fields.items():
        strategy = _reference_field(hints[name], name, names)
        if strategy is None:
            strategy = _of(hints[name], _limits_of(fact), names)
        (required if fact.is_required() else optional)[name] = strategy
    mend = _MENDED.get(model.__name__, _as_it_is)
    return st.fixed_dictionaries(required, optional=optional).map(mend)


def _limits_of(fact: FieldInfo) -> _Limits:
    return _Limits().joined(fact.metadata)


def _reference_field(hint: Any, name: str, names: Names) -> Values | None:
    """The fields whose values are names of something else."""
    places = st.one_of(*([st.sampled_from(names.locations)] if names.locations else []), locations)
    if hint == Reference:
        return _reference(names.selectors if name == "selector" else names.redeemables, names)
    if hint == CriterionChoice | None:
        return st.one_of(_reference(names.criteria, names), _inline("criterion", names))
    if hint == ScheduleChoice | None:
        shared = [st.sampled_from(names.schedules)] if names.schedules else []
        return st.one_of(*shared, _inline("schedule", names), st.none())
    if name == "only":
        return st.lists(st.sampled_from(names.environments), min_size=1, max_size=2, unique=True)
    if name == "effective_location":
        return places if hint == fields.Name | None else st.lists(places, max_size=3)
    if name == "formerly":
        return keys.map("formerly-{}".format)
    return None


def _inline(kind: str, names: Names) -> Values:
    from offers_sync.models.criterion import InlineCriterion  # noqa: PLC0415  read once, here
    from offers_sync.models.schedule import InlineSchedule  # noqa: PLC0415

    model: type[BaseModel] = InlineCriterion if kind == "criterion" else InlineSchedule
    return _model(model, names)


# -------------------------------------------------------------------------- what the rules between fields ask for


def _as_it_is(written: Written) -> Written:
    return written


def _given(written: Written, name: str, value: Any) -> Written:
    return written if written.get(name) is not None else {**written, name: value}


def _without(written: Written, *names: str) -> Written:
    return {name: value for name, value in written.items() if name not in names}


def _first_of_each_attribute(entries: Any) -> Any:
    return list({entry["attribute"]: entry for entry in reversed(entries)}.values()) if entries else entries


def _unique_clauses(written: Written) -> Written:
    return {**written, "clauses": _first_of_each_attribute(written["clauses"])}


def _mended_selector(written: Written) -> Written:
    if written.get("filter_item_set") != "modifiers_only":
        return written
    side = {"clauses": [{"attribute": "item_id", "operator": "==", "value": "2001"}]}
    return _given(_given(written, "base_items", side), "modifiers", side)


def _mended_criterion(written: Written) -> Written:
    for name, functions in FIELD_NEEDED_BY.items():
        if written["qc_processing_function"] in functions:
            written = _given(written, name, 2)
    if written.get("enable_menu_item_aggregator"):
        grouping = {**(written.get("aggregator_grouping_attributes") or {}), "item_id": True}
        written = {**written, "aggregator_grouping_attributes": grouping}
    if written.get("receipt_qualifiers"):
        written = {**written, "receipt_qualifiers": _first_of_each_attribute(written["receipt_qualifiers"])}
    return written


def _mended_filter(written: Written) -> Written:
    needs_quantity = written.get("processing_method") in METHODS_NEEDING_QUANTITY
    return _given(written, "quantity", 1) if needs_quantity else written


def _mended_qualifier(written: Written) -> Written:
    expression = written.get("expression_type")
    return written if expression in (None, *EXISTS_EXPRESSIONS) else _given(written, "net_value", 3)


def _mended_schedule(written: Written) -> Written:
    return _without(written, "end", "expiry_days") if written.get("indefinitely") else written


def _mended_recurrence(written: Written) -> Written:
    most = RECURRENCE_SPAN_DAYS_LIMIT // written["days_distance"] + 1
    return {**written, "occurrences": min(written["occurrences"], most)}


def _mended_receipt_rule(written: Written) -> Written:
    if written.get("criterion") is not None:
        return _without(written, "flat_discount")
    return _given(written, "flat_discount", 5)


def _mended_allowance(written: Written) -> Written:
    match written.get("guard"):
        case None:
            return _given(_without(written, "limit"), "code", "no-filter")
        case "lookalike":
            return _given(_without(written, "code", "limit"), "key", "ten-off-sandwich")
        case _ if written.get("key") is not None:
            return _without(written, "code", "limit")
        case _:
            return _given(_without(written, "code"), "limit", 120)


def _mended_environment(written: Written) -> Written:
    return _given(written, "token", "${MARLOW_PUNCHH_KEY}") if written["server"] != "embedded" else written


_MENDED: Final[Mapping[str, Callable[[Written], Written]]] = MappingProxyType(
    {
        "Selector": _mended_selector,
        "BaseItems": _unique_clauses,
        "Modifiers": _unique_clauses,
        "Criterion": _mended_criterion,
        "InlineCriterion": _mended_criterion,
        "LineItemFilter": _mended_filter,
        "ItemQualifier": _mended_qualifier,
        "Schedule": _mended_schedule,
        "InlineSchedule": _mended_schedule,
        "Recurrence": _mended_recurrence,
        ReceiptRule.__name__: _mended_receipt_rule,
        Allowance.__name__: _mended_allowance,
        Environment.__name__: _mended_environment,
    }
)

# --------------------------------------------------------------------------------------------- whole documents


def documents(kind: str, names: Names = SOME_NAMES) -> Values:
    """A valid document of a kind."""
    return _model(KINDS[kind], names)


def any_documents(names: Names = SOME_NAMES) -> Values:
    """A valid document of some kind."""
    return st.sampled_from(sorted(KINDS)).flatmap(lambda kind: documents(kind, names))


def project_files() -> Values:
    """A valid offers.yaml."""
    return _model(Project, SOME_NAMES)


@dataclass(frozen=True)
class WrittenProject:
    """A project as it is written: offers.yaml and documents that refer to each other."""

    offers: Written
    documents: tuple[Written, ...] = field(default=())

    def write(self, folder: Path) -> Path:
        """Its files, one document in each, below a folder."""
        (folder / "offers.yaml").write_text(as_yaml([self.offers]), encoding="utf-8")
        for document in self.documents:
            place = folder / f"{document['kind']}s"
            place.mkdir(exist_ok=True)
            name = document.get("key") or document["language"]
            (place / f"{name}.yaml").write_text(as_yaml([document]), encoding="utf-8")
        return folder


@st.composite
def projects(draw: st.DrawFn) -> WrittenProject:
    """A valid project: what ``SOME_NAMES`` names, and a few documents more that refer to it."""
    named = {
        "selector": SOME_NAMES.selectors,
        "criterion": SOME_NAMES.criteria,
        "schedule": SOME_NAMES.schedules,
        "redeemable": SOME_NAMES.redeemables,
        "campaign": (),
    }
    written = [
        draw(documents(kind)) | {"key": key}
        for kind, known in named.items()
        for key in (*known, *draw(_more_keys.map(lambda more, known=known: [key for key in more if key not in known])))
    ]
    everything = (*written, *draw(_catalogues(SOME_NAMES)))
    identities = list(_identities(everything))
    assume(len(identities) == len(set(identities)))
    return WrittenProject(draw(_offers_file(SOME_NAMES)), tuple(_everywhere(document) for document in everything))


def _identities(written: Any) -> Iterator[str]:
    """Every external id below, whatever environment it is for."""
    if isinstance(written, dict):
        own = written.get("external_id")
        yield from own.values() if isinstance(own, dict) else [own] if own else []
    for each in written.values() if isinstance(written, dict) else written if isinstance(written, list | tuple) else ():
        yield from _identities(each)


_more_keys: Final[Values] = st.lists(keys, max_size=2, unique=True)


def _catalogues(names: Names) -> Values:
    """One catalogue for some languages that no redeemable translates itself."""
    texts_of = st.dictionaries(
        st.sampled_from(names.redeemables), st.fixed_dictionaries({"name": lines, "description": texts}), max_size=3
    )
    catalogue = st.fixed_dictionaries(
        {"kind": st.just("locale"), "language": st.sampled_from(["it", "de"]), "redeemables": texts_of}
    )
    return st.lists(catalogue, max_size=2, unique_by=lambda document: document["language"])


def _offers_file(names: Names) -> Values:
    def fitted(written: Written) -> Written:
        environment = {"server": "embedded"}
        places = dict.fromkeys(names.locations, "location:1234")
        return {
            **written,
            "defaults": {"timezone": "America/Chicago"},
            "locations": places,
            "environments": dict.fromkeys(names.environments, environment),
            "allow": [
                {**each, "key": names.redeemables[0]} if each.get("key") is not None else each
                for each in written.get("allow") or ()
            ],
        }

    return project_files().map(fitted)


def _everywhere(document: Written) -> Written:
    """Not limited to some environments, whose references would then have to be limited alike."""
    return _without(document, "only")


# -------------------------------------------------------------------------------------------------------- as text


class _Dumper(yaml.CSafeDumper):
    """Decimals as the numbers that were written, nothing by alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  yaml's signature
        return True


_Dumper.add_representer(
    Decimal, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", format(number, "f"))
)
_Dumper.add_representer(
    str,
    # PyYAML leaves `09` bare, which readers of other YAML versions take for a number
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style=None if text[:1].isalpha() and len(text) > 1 else "'"
    ),
)


def as_yaml(written: Sequence[Any]) -> str:
    """A file that holds the documents, in their order."""
    return yaml.dump_all(written, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def as_json(value: Any) -> Any:
    """The value with floats for decimals."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: as_json(member) for name, member in value.items()}
    return [as_json(member) for member in value] if isinstance(value, list) else value
