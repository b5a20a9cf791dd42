"""The published schema and our validation agree on every file, wherever JSON Schema can say the rule."""

from __future__ import annotations

import re
import typing
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import damage
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from pydantic import BaseModel

from offers_sync import codes
from offers_sync.findings import Severity
from offers_sync.loading.project_rules import Surroundings
from offers_sync.loading.validating import examine_document, examine_project
from offers_sync.loading.vocabulary import models_in
from offers_sync.models.json_schema import ANY, PROJECT, language_schema, model_of
from offers_sync.models.kinds import KINDS


def has_leap_day(written: Any) -> bool:
    """Whether a 29th of February is written somewhere; that not every year has one is beyond a pattern."""
    return any("-02-29" in text for text in texts_in(written))


def names_plain_servers(written: Any) -> bool:
    """Whether every server is a host and perhaps a port, which is all that the file can be asked about it."""
    servers = [each.get("server") for each in written["environments"].values() if isinstance(each, dict)]
    return all(is_plain(server) for server in servers if isinstance(server, str) and server != "embedded")


def is_plain(server: str) -> bool:
    """Whether an address is made of a host whose parts are all there, and a port that exists."""
    found = re.fullmatch(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::([0-9]+))?/?", server, re.IGNORECASE)
    if found is None or int(found[2] or 0) > LAST_PORT:
        return False
    labels = [] if found[1].startswith("[") else found[1].split(".")
    return all(label and label.strip("-") == label and len(label) <= LONGEST_LABEL for label in labels)


def texts_in(written: Any) -> Iterator[str]:
    """Every text that is a value."""
    for place in damage.places_in(written):
        value = damage.at(written, place)
        if isinstance(value, str):
            yield value


def never(_written: Any) -> bool:
    """Nothing is beyond the schema."""
    return False


def always(_written: Any) -> bool:
    """Whatever is written."""
    return True


BEYOND_JSON_SCHEMA: dict[codes.Code, Callable[[Any], bool]] = {
    codes.RECURRENCE_TOO_LONG: always,  # a product of two fields
    codes.WRONG_TIME: has_leap_day,
    codes.SERVER_NOT_ALLOWED: names_plain_servers,  # which hosts are trusted is not said in the file
    codes.ALLOWANCE_EXPIRED: always,  # needs a clock
}
"""What our validation sees and the schema cannot say, and where: left out only where nothing else is wrong."""

LAST_PORT = 65535
LONGEST_LABEL = 63
SURROUNDINGS = Surroundings(hosts=(), now=datetime(2030, 1, 1, tzinfo=UTC))
NAMES = (PROJECT, *KINDS)


def ecma_pattern(validator: Any, pattern: str, value: Any, _: Any) -> Iterator[ValidationError]:
    """A pattern as ECMAScript has it, whose ``$`` is the end of the text and not the line break before it."""
    if validator.is_type(value, "string") and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


SchemaValidator = extend(Draft202012Validator, {"pattern": ecma_pattern})
VALIDATORS = {name: SchemaValidator(language_schema(name)) for name in (ANY, *NAMES)}


def errors(name: str, written: Any) -> set[codes.Code]:
    """The codes of what our validation holds against a document, of severity error."""
    examined = examine_project(written, SURROUNDINGS) if name == PROJECT else examine_document(written)
    return {complaint.code for complaint in examined.complaints if complaint.code.severity is Severity.ERROR}


def schema_accepts(name: str, written: Any) -> bool:
    """What an independent validator makes of the published schema."""
    return VALIDATORS[name].is_valid(strategies.as_json(written))


def assert_agreement(name: str, written: Any) -> None:
    """Both say the same, or all that is wrong is beyond JSON Schema."""
    found = errors(name, written)
    if found and all(BEYOND_JSON_SCHEMA.get(code, never)(written) for code in found):
        return
    assert schema_accepts(name, written) == (not found), f"{sorted(code.name for code in found)} of {written!r}"


def valid_documents(name: str) -> st.SearchStrategy[Any]:
    """Valid files of a kind."""
    return strategies.project_files() if name == PROJECT else strategies.documents(name)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60)
@given(data=st.data())
def test_both_accept_what_the_models_can_express(name: str, data: st.DataObject) -> None:
    """A document within the language is valid to the schema and to us."""
    written = data.draw(valid_documents(name))

    assert errors(name, written) == set()
    assert schema_accepts(name, written)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=120)
@given(data=st.data())
def test_both_judge_a_damaged_document_alike(name: str, data: st.DataObject) -> None:
    """Whatever is done to a document, the schema refuses it exactly when we do."""
    written = data.draw(damage.broken(valid_documents(name), model_of(name)))

    if isinstance(written, dict) and written.get("kind", name) == name:
        assert_agreement(name, written)


@settings(max_examples=120)
@given(data=st.data())
def test_the_schema_of_any_document_is_that_of_its_kind(data: st.DataObject) -> None:
    """One schema for every file judges a document as the schema of its kind does."""
    name = data.draw(st.sampled_from(sorted(KINDS)))
    written = data.draw(damage.broken(valid_documents(name), model_of(name)))

    kind = written.get("kind") if isinstance(written, dict) else None
    is_of_a_kind = isinstance(kind, str) and kind in KINDS
    assert schema_accepts(ANY, written) == (is_of_a_kind and schema_accepts(str(kind), written))


# --------------------------------------------------------------------- every field with every value of a long list

CLAUSE = {"attribute": "item_id", "operator": "==", "value": "1"}
OTHER_CLAUSE = {**CLAUSE, "attribute": "item_name"}
CONDITION = {"attribute": "receipt_hour", "operator": "==", "value": "12"}
OTHER_CONDITION = {**CONDITION, "attribute": "channel"}
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 5, 6, 395, 396, 99_999, 100_000),
    *(Decimal("0.01"), Decimal("0.009"), Decimal("0.5"), Decimal("1.0"), Decimal("-0.01"), Decimal("99999.01")),
    *(
        " ",
        "\u00a0\u200b",
        "\u0007",
        "a\u0007",
        "a\tb",
        "a\nb",
        "a\n",
        "\n",
        "a\u2028b",
        "\u2800",
        "\u3164",
        "\U0001f354",
    ),
    *("", "x", "X y", "3", "true", "a" * 200, "a" * 201, "a" * 255, "a" * 256, "é-x", "summer", "embedded"),
    *("2027-02-03T12:00:00", "2027-02-03 12:00", "2027-02-03", "2027-02-03T12:00:00Z", "2027-13-03T12:00:00"),
    *("location:12", "tag:7", "location:", "${A_KEY}", "a-literal-key", "http://x", "https://x.y/z", "ftp://x"),
    *("30%", "101%", "fr", "fr-ca", "Klingon!", "America/Chicago", "Europe/Oslo", "local", "postgresql://h/d"),
    *([], [None], ["x"], [1], ["downtown"] * 50, ["downtown"] * 51, [{}], [[]]),
    *({}, {"x": "y"}, {"external_id": "an-id"}, {"external_id": ""}, {"external_id": {}}, {"external_id": {"a": "b"}}),
    *({"fr": {}}, {"Klingon!": {}}, {"fr": None}, {"downtown": "location:1"}, {"": "location:1"}),
    *({"location:5": "location:1"}, {"tag:5": "tag:5"}, {"location:x": "tag:5"}, {"xlocation:5": "tag:5"}),
    *({"location:5x": "tag:5"}, {"location:": "tag:5"}),
    *("2027-04-30T23:59:59", "2027-04-31T00:00:00", "2027-02-28T00:00", "2027-02-29T00:00", "2028-02-29T00:00"),
    *("2027-02-30T00:00:00", "2027-00-10T00:00:00", "2027-10-00T00:00:00", "2027-10-32T00:00:00"),
    *("2027-10-31T24:00:00", "2027-10-31T23:60:00", "2027-10-31T23:59:60", "0000-10-31T00:00", "0001-10-31T00:00"),
    *("postgresql://u:p@h/d", "postgresql://u:p@w@h/d", "postgresql://u:p/w@h/d", "postgresql://u@h:5432/d"),
    *(
        "postgresql://u:@h/d",
        "postgresql://h:99999/d",
        "postgresql://h:65535/d",
        "postgresql:///d",
        "postgresql://[::1]/d",
    ),
    *("postgresql://h/d?password=x", "postgresql://h/d?a=b&sslpassword=x", "postgresql://h/d?a=password"),
    *("postgresql://h/d?password=", "postgresql://h/password=x", "postgresql://h/d#?password=x"),
    *("postgresql://u@h:1,g:2/d", "postgresql://h,[::1]:2", "postgresql://u:p@h:1,g:2/d", "postgresql://h:x,g/d"),
    *("https://a.punchh.com:99999", "https://a.punchh.com:65535", "https://a.punchh.com:65536", "https://[::1]:8"),
    *("https://a..punchh.com", "https://.punchh.com", "https://a.punchh.com.", "https://-a.punchh.com", "http://h/p"),
    *("https://" + "a" * 63 + ".punchh.com", "https://" + "a" * 64 + ".punchh.com", "https://a@b.punchh.com"),
    *([CLAUSE], [CLAUSE, OTHER_CLAUSE], [CLAUSE, {**CLAUSE, "value": "2"}], [CLAUSE, OTHER_CLAUSE, CLAUSE]),
    *([CONDITION], [CONDITION, OTHER_CONDITION], [CONDITION, {**CONDITION, "operator": ">="}]),
)


class Slot(typing.NamedTuple):
    """A field somewhere in a valid document."""

    document: dict[str, Any]
    path: tuple[str | int, ...]


DEEPEST_OF_REDEEMABLE = 3
"""The parts of an inline criterion's parts are looked at as those of a criterion."""


def slots(name: str) -> Iterator[Slot]:
    """Every field that a file of a kind can have, each in a document where it stands alone beside what is required."""
    for slot in _slots_of(model_of(name), _required(model_of(name)), ()):
        if name != "redeemable" or len(slot.path) <= DEEPEST_OF_REDEEMABLE:
            yield slot


def _slots_of(model: type[BaseModel], document: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[Slot]:
    for name, fact in model.model_fields.items():
        here = (*path, name)
        yield Slot(document, here)
        for nested in models_in(fact.annotation):
            value, step = _containing(fact.annotation, _required(nested))
            inner = damage.changed(document, path, lambda written, name=name, value=value: {**written, name: value})
            yield from _slots_of(nested, inner, (*here, *step))


def _required(model: type[BaseModel]) -> dict[str, Any]:
    """What a mapping must have at least, by the examples of its fields."""
    given = {
        "ReceiptRule": {"flat_discount": 5},
        "Allowance": {"guard": "creates", "limit": 3},
        "Environment": {"token": "${KEY}"},
    }.get(model.__name__, {})
    required = {name: fact for name, fact in model.model_fields.items() if fact.is_required()}
    return {**{name: _example(name, fact) for name, fact in required.items()}, **given}


def _example(name: str, fact: Any) -> Any:
    if name == "kind":
        return typing.get_args(fact.annotation)[0]
    return fact.examples[0] if fact.examples else [_required(model) for model in models_in(fact.annotation)]


def _containing(annotation: Any, value: dict[str, Any]) -> tuple[Any, tuple[str | int, ...]]:
    origins = {typing.get_origin(part) for part in (annotation, *typing.get_args(annotation))}
    if list in origins:
        return [value], (0,)
    return ({"fr": value}, ("fr",)) if dict in origins else (value, ())


@pytest.mark.parametrize("name", NAMES)
def test_both_judge_every_value_of_every_field_alike(name: str) -> None:
    """No field takes a value in the editor that it does not take here, nor the other way round."""
    judged: Counter[bool] = Counter()
    for slot in slots(name):
        for value in ODD_VALUES:
            written = damage.changed(
                slot.document, slot.path[:-1], lambda at, slot=slot, value=value: {**at, slot.path[-1]: value}
            )
            if written.get("kind", name) == name:
                assert_agreement(name, written)
                judged[not errors(name, written)] += 1

    assert judged[True] > 10
    assert judged[False] > 100


@pytest.mark.parametrize("name", NAMES)
def test_both_judge_every_missing_and_every_unknown_field_alike(name: str) -> None:
    """Leaving a field out, or adding one that does not exist, is judged alike at every place."""
    for slot in slots(name):
        place = slot.path[:-1]
        for change in (
            lambda at, slot=slot: {key: value for key, value in at.items() if key != slot.path[-1]},
            lambda at: {**at, "unknown": 1},
            lambda at: {**at, "x-anchor": 1},
        ):
            written = damage.changed(slot.document, place, change)
            if "kind" in written or name == PROJECT:
                assert_agreement(name, written)


# ------------------------------------------------------------------------------------- the rules between fields

CRITERION = {"kind": "criterion", "key": "c", "qc_processing_function": "sum_amounts"}
REDEEMABLE = {"kind": "redeemable", "key": "r", "name": "R", "receipt_rule": {"flat_discount": 5}}
SELECTOR = {"kind": "selector", "key": "s", "name": "S"}
SIDE = {"clauses": [{"attribute": "item_id", "operator": "==", "value": "1"}]}
FILTER = {"selector": "sandwiches"}
BROKEN_RULES: dict[str, tuple[codes.Code, dict[str, Any]]] = {
    "a function without its field": (codes.FIELD_NEEDED, {**CRITERION, "qc_processing_function": "hit_target_price"}),
    "a function whose field is null": (
        codes.FIELD_NEEDED,
        {**CRITERION, "qc_processing_function": "hit_target_price", "target_price": None},
    ),
    "the dearest without a quantity": (
        codes.FIELD_NEEDED,
        {**CRITERION, "line_item_filters": [{**FILTER, "processing_method": "max_price"}]},
    ),
    "a net expression without a value": (
        codes.FIELD_NEEDED,
        {**CRITERION, "item_qualifiers": [{**FILTER, "expression_type": "net_quantity_equal_to"}]},
    ),
    "an aggregator without attributes": (codes.FIELD_NEEDED, {**CRITERION, "enable_menu_item_aggregator": True}),
    "an aggregator with none on": (
        codes.FIELD_NEEDED,
        {
            **CRITERION,
            "enable_menu_item_aggregator": True,
            "aggregator_grouping_attributes": {"item_id": False, "item_name": None},
        },
    ),
    "modifiers without base items": (
        codes.FIELD_NEEDED,
        {**SELECTOR, "filter_item_set": "modifiers_only", "modifiers": SIDE},
    ),
    "modifiers only without modifiers": (
        codes.FIELD_NEEDED,
        {**SELECTOR, "filter_item_set": "modifiers_only", "base_items": SIDE},
    ),
    "an attribute of base items twice": (
        codes.REPEATED_ATTRIBUTE,
        {**SELECTOR, "base_items": {"clauses": [*SIDE["clauses"], OTHER_CLAUSE, *SIDE["clauses"]]}},
    ),
    "an attribute of modifiers twice": (
        codes.REPEATED_ATTRIBUTE,
        {**SELECTOR, "modifiers": {"clauses": SIDE["clauses"] * 2}},
    ),
    "an attribute of the receipt twice": (
        codes.REPEATED_ATTRIBUTE,
        {**CRITERION, "receipt_qualifiers": [CONDITION, {**CONDITION, "value": "14"}]},
    ),
    "a day that no year has": (codes.WRONG_TIME, {**REDEEMABLE, "schedule": {"start": "2030-02-30T00:00:00"}}),
    "a month that no year has": (codes.WRONG_TIME, {**REDEEMABLE, "schedule": {"start": "2030-13-01T00:00:00"}}),
    "an hour that no day has": (codes.WRONG_TIME, {**REDEEMABLE, "schedule": {"start": "2030-01-01T24:00:00"}}),
    "a year that never was": (codes.WRONG_TIME, {**REDEEMABLE, "schedule": {"start": "0000-01-01T00:00:00"}}),
    "no form of receipt rule": (codes.CHOOSE_ONE, {**REDEEMABLE, "receipt_rule": {}}),
    "a receipt rule of nulls": (
        codes.CHOOSE_ONE,
        {**REDEEMABLE, "receipt_rule": {"criterion": None, "flat_discount": None}},
    ),
    "two forms of receipt rule": (
        codes.CHOOSE_ONE,
        {**REDEEMABLE, "receipt_rule": {"criterion": "c", "flat_discount": 5}},
    ),
    "an end of what never ends": (
        codes.EXPIRY_CONFLICT,
        {**REDEEMABLE, "schedule": {"indefinitely": True, "end": "2030-01-01T00:00:00"}},
    ),
    "an expiry of what never ends": (
        codes.EXPIRY_CONFLICT,
        {"kind": "schedule", "key": "s", "indefinitely": True, "expiry_days": 3},
    ),
}


@pytest.mark.parametrize("case", BROKEN_RULES)
def test_both_refuse_a_broken_rule(case: str) -> None:
    """A rule between fields holds in the editor as it does here."""
    code, written = BROKEN_RULES[case]

    assert errors(written["kind"], written) == {code}
    assert not schema_accepts(written["kind"], written)
    assert not schema_accepts(ANY, written)


OFFERS = {"project": "p", "environments": {"sandbox": {"server": "embedded"}}}
PRODUCTION = {"server": "https://marlow.punchh.com", "token": "${KEY}"}
BROKEN_PROJECTS: dict[str, tuple[codes.Code, dict[str, Any]]] = {
    "no subject": (codes.NO_ALLOWANCE_SUBJECT, {"allow": [{"reason": "why"}]}),
    "two subjects": (
        codes.NO_ALLOWANCE_SUBJECT,
        {"allow": [{"guard": "creates", "code": "no-filter", "limit": 3, "key": "lunch", "reason": "why"}]},
    ),
    "a guard switched off": (codes.CHOOSE_ONE, {"allow": [{"guard": "creates", "reason": "why"}]}),
    "a guard with a limit for one document": (
        codes.CHOOSE_ONE,
        {"allow": [{"guard": "updates", "limit": 3, "key": "lunch", "reason": "why"}]},
    ),
    "every look-alike": (codes.FIELD_NEEDED, {"allow": [{"guard": "lookalike", "reason": "why"}]}),
    "a number of look-alikes": (
        codes.LIMIT_WITHOUT_COUNT,
        {"allow": [{"guard": "lookalike", "key": "lunch", "limit": 3, "reason": "why"}]},
    ),
    "a number of findings": (
        codes.LIMIT_WITHOUT_COUNT,
        {"allow": [{"code": "no-filter", "limit": 3, "reason": "why"}]},
    ),
    "where keys go waived": (codes.WRONG_VALUE, {"allow": [{"code": "environments-changed", "reason": "why"}]}),
    "an error waived": (codes.WRONG_VALUE, {"allow": [{"code": "unknown-field", "reason": "why"}]}),
    "no such code": (codes.WRONG_VALUE, {"allow": [{"code": "no-such-code", "reason": "why"}]}),
    "no token": (codes.FIELD_NEEDED, {"environments": {"production": {"server": "https://marlow.punchh.com"}}}),
    "a key": (codes.LITERAL_SECRET, {"environments": {"production": {**PRODUCTION, "token": "8f14e45fceea167a"}}}),
    "a password": (
        codes.LITERAL_SECRET,
        {"environments": {"production": {**PRODUCTION, "state": "postgresql://offers:hunter2@db/offers"}}},
    ),
    "a password in the query": (
        codes.LITERAL_SECRET,
        {"environments": {"production": {**PRODUCTION, "state": "postgresql://db/offers?password=hunter2"}}},
    ),
    "a port that no host has": (
        codes.SERVER_NOT_ALLOWED,
        {"environments": {"production": {**PRODUCTION, "server": "https://marlow.punchh.com:99999"}}},
    ),
    "a host with a hole": (
        codes.SERVER_NOT_ALLOWED,
        {"environments": {"production": {**PRODUCTION, "server": "https://marlow..punchh.com"}}},
    ),
    "an alias that is a location": (codes.WRONG_FORM, {"locations": {"location:5": "location:6"}}),
    "an alias of an environment that is a location": (
        codes.WRONG_FORM,
        {"environments": {"production": {**PRODUCTION, "locations": {"tag:5": "location:6"}}}},
    ),
}


@pytest.mark.parametrize("case", BROKEN_PROJECTS)
def test_both_refuse_a_broken_rule_of_the_project_file(case: str) -> None:
    """Secrets, tokens and exceptions are judged in the editor as they are here."""
    code, change = BROKEN_PROJECTS[case]
    project = {**OFFERS, **change}

    assert errors(PROJECT, project) == {code}
    assert not schema_accepts(PROJECT, project)


@pytest.mark.parametrize(
    ("code", "written"),
    [
        (
            codes.RECURRENCE_TOO_LONG,
            {**REDEEMABLE, "schedule": {"recurrence": {"occurrences": 6, "days_distance": 90}}},
        ),
        (codes.WRONG_TIME, {**REDEEMABLE, "schedule": {"start": "2030-02-29T00:00:00"}}),
    ],
    ids=lambda value: value.name if isinstance(value, codes.Code) else "",
)
def test_the_table_of_what_is_beyond_json_schema_is_no_longer_than_it_must_be(
    code: codes.Code, written: dict[str, Any]
) -> None:
    """Each code that is left out of the comparison is one that only we can see."""
    assert BEYOND_JSON_SCHEMA[code](written)
    assert errors(written["kind"], written) == {code}
    assert schema_accepts(written["kind"], written)


def test_an_unknown_or_missing_kind_is_refused_by_both() -> None:
    """A document says what it is, and only what there is."""
    for written in ({**REDEEMABLE, "kind": "offer"}, {"key": "x"}, {**REDEEMABLE, "kind": None}):
        assert errors("redeemable", written) == {codes.UNKNOWN_KIND}
        assert not schema_accepts(ANY, written)
