"""The plan as JSON, and a saved plan read back."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from scenes import applied, desired, live, plan

from offers_sync.errors import InvalidInputError
from offers_sync.findings import Finding, Severity
from offers_sync.planning.plan import Plan, no_plan
from offers_sync.planning.planner import Allowed, Annotation
from offers_sync.reporting.formats import Page
from offers_sync.reporting.plan_json import plan_json, plan_schema
from offers_sync.reporting.saved_plan import differing, read_saved_plan
from offers_sync.reporting.shape import misshapen

OFFER = desired(receipt_rule={"flat_discount": Decimal("5.50")}, schedule={"end": "2026-08-31T23:59:59"})
CRITERION = desired("criterion", "lunch", name="Lunch", line_item_filters=[{"selector": "a", "quantity": 1}])
OLD = [live(CRITERION, name="Old"), live(desired(key="left", name="Left"))]
MEMORY = [applied(desired(key="left", name="Left"))]


def _document(made: Plan) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(plan_json(made, Page()))
    jsonschema.Draft202012Validator(plan_schema()).validate(document)
    return document


def _strictly(schema: Any) -> Any:
    """The schema with no room for members that it does not name."""
    if isinstance(schema, dict):
        closed = {name: _strictly(member) for name, member in schema.items()}
        return {**closed, "additionalProperties": False} if "properties" in closed else closed
    return [_strictly(member) for member in schema] if isinstance(schema, list) else schema


def _plans() -> dict[str, Plan]:
    says = [lambda _: [Annotation("redeemable", "ten-off", Finding("no-filter", Severity.WARNING, "m", path="/name"))]]
    return {
        "everything": plan(OFFER, CRITERION, live=OLD, applied=MEMORY, base=[CRITERION], annotators=says),
        "nothing": plan(),
        "guarded": plan(OFFER, CRITERION, desired(segment="x", key="y", name="Y"), guards={"creates": 0}),
        "asked": plan(OFFER, only=("redeemable/ten-off",), allowed=Allowed(3, 4, frozenset({"ten-off"}))),
        "failed": no_plan("", "production", "the server cannot be reached", (Finding("no-plan", Severity.ERROR, "m"),)),
        "retired": plan(replace(OFFER, is_retired=True), live=[live(OFFER)]),
    }


@pytest.mark.parametrize("name", _plans())
def test_every_plan_is_valid_by_the_schema(name: str) -> None:
    """Whatever a plan holds is as the published schema says, and the schema names all of it."""
    document = _document(_plans()[name])
    jsonschema.Draft202012Validator(_strictly(plan_schema())).validate(document)


def test_the_schema_is_one() -> None:
    """The published schema is a JSON Schema itself, and refuses what is no plan."""
    jsonschema.Draft202012Validator.check_schema(plan_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(plan_schema()).validate({"format_version": 1})


def test_values_are_as_the_yaml_says_them() -> None:
    """Decimals are text, so that nobody reads them as binary floats; places are in the YAML's names."""
    (step,) = _document(plan(OFFER))["steps"]
    assert (step["action"], step["kind"], step["key"]) == ("create", "redeemable", "ten-off")
    assert step["changes"][1] == {
        "path": "/receipt_rule",
        "before": None,
        "after": {"flat_discount": "5.5"},
        "verdict": "edit",
        "cause": None,
        "position": {"file": "redeemables/ten-off.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 2},
    }


def test_hostile_text_stays_text() -> None:
    """Escapes of terminals, halves of characters and huge numbers of an answer make no invalid document."""
    shown = live(OFFER, name="\ud800\x1b[31m\u202e", points=10**30)
    made = plan(replace(OFFER, fields={**OFFER.fields, "points": 1}), live=[shown])
    text = plan_json(made, Page())
    assert text.isprintable() or set(text) - {"\n"} == {each for each in text if each.isprintable()}
    changes = {each["path"]: each["before"] for each in _document(made)["steps"][0]["changes"]}
    assert changes["/points"] == str(10**30)
    assert changes["/name"].endswith("\x1b[31m\u202e")


# ---------------------------------------------------------------------------------------------------- saved plans


def _saved(folder: Path, made: Plan) -> Path:
    path = folder / "plan.json"
    path.write_text(plan_json(made, Page()), encoding="utf-8")
    return path


def test_a_saved_plan_is_read_back(tmp_path: Path) -> None:
    """What was asked comes back with it, so that the same can be asked again."""
    made = plan(OFFER, only=("redeemable/ten-off",), allowed=Allowed(3, None, frozenset({"ten-off"})))
    saved = read_saved_plan(_saved(tmp_path, made))
    assert (saved.digest, saved.environment, saved.asked) == (made.digest, "sandbox", made.asked)
    assert differing(saved, made) == ()


def test_what_differs_is_said_line_by_line(tmp_path: Path) -> None:
    """What is new, no longer needed, kept back or different since is told with its values."""
    gone = desired(key="gone", name="Gone")
    saved = read_saved_plan(_saved(tmp_path, plan(OFFER, CRITERION, gone, live=[live(CRITERION, name="Old")])))
    other = desired(key="new", name="New")
    lost = replace(OFFER, fields={**OFFER.fields, "segment": "Nobody"})
    later = plan(lost, CRITERION, other, live=[live(CRITERION, name="Older")])
    assert differing(saved, later) == (
        "different: update criterion/lunch",
        '  then /name: "Old" -> "Lunch"',
        '  now  /name: "Older" -> "Lunch"',
        "no longer needed: create redeemable/gone",
        "new: create redeemable/new",
        f"now kept back: create redeemable/ten-off: {later.steps[-1].held_back}",
    )
    assert "no segment is called `Nobody`" in later.steps[-1].held_back


def test_a_plan_of_something_else_is_told_apart(tmp_path: Path) -> None:
    """A plan for another environment or project is never taken for this one's."""
    saved = read_saved_plan(_saved(tmp_path, plan(OFFER)))
    assert differing(saved, plan(OFFER, environment="production")) == (
        "it is a plan for the environment sandbox, not for production",
    )
    assert differing(saved, plan(OFFER, project="other")) == (
        "it is a plan of the project marlow-burgers, not of other",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "it is not JSON"),
        (b"\xff\xfe", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[]", "is not a saved plan"),
        (b"{}", "is not a saved plan"),
        (b'{"format_version": 99, "steps": []}', "by another version of offers: its format is 99, not 1"),
        (b'{"format_version": 1, "steps": []}', "or was edited: `project` is missing"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """A file that is none of ours is an error that says so."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=words):
        read_saved_plan(path)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["asked", "allow_creates"], "x", "`asked.allow_creates` is not a whole number or null"),
        (["asked", "allow_creates"], True, "`asked.allow_creates` is not a whole number or null"),
        (["asked", "allow_updates"], -1, "`asked.allow_updates` is less than 0"),
        (["asked", "only"], "abc", "`asked.only` is not a list"),
        (["asked", "only"], ["a", 7], "`asked.only[1]` is not a text"),
        (["asked", "allow_lookalikes"], None, "`asked.allow_lookalikes` is not a list"),
        (["asked", "offline"], 0, "`asked.offline` is not true or false"),
        (["asked"], [], "`asked` is not an object"),
        (["digest"], 1, "`digest` is not a text"),
        (["environment"], None, "`environment` is not a text"),
        (["failure"], [], "`failure` is not a text or null"),
        (["steps"], 7, "`steps` is not a list"),
        (["steps", 0], "create", "`steps[0]` is not an object"),
        (["steps", 0, "key"], 7, "`steps[0].key` is not a text"),
        (["steps", 0, "action"], "erase", "`steps[0].action` is none of create, update, "),
        (["steps", 0, "changes", 0], {"path": "/name"}, "`steps[0].changes[0].before` is missing"),
    ],
)
def test_an_edited_plan_is_refused_in_words(tmp_path: Path, path: list[Any], value: Any, words: str) -> None:
    """What is not as the format says is named, whatever somebody made of the file."""
    file = _saved(tmp_path, plan(OFFER))
    document = json.loads(file.read_text(encoding="utf-8"))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        read_saved_plan(file)
    assert f"is not a saved plan, or was edited: {words}" in caught.value.message


def test_a_member_that_nobody_reads_may_be_missing(tmp_path: Path) -> None:
    """A plan that another version saved in the same format is read, although members came since."""
    file = _saved(tmp_path, plan(OFFER))
    document = json.loads(file.read_text(encoding="utf-8"))
    del document["gaps"], document["guards"], document["steps"][0]["annotations"]
    file.write_text(json.dumps(document), encoding="utf-8")
    assert differing(read_saved_plan(file), plan(OFFER)) == ()


@pytest.mark.parametrize("name", sorted(_plans()))
def test_every_plan_has_the_shape_of_its_schema(name: str) -> None:
    """What is written is never taken for edited."""
    assert misshapen(json.loads(plan_json(_plans()[name], Page())), plan_schema()) is None


def test_a_plan_that_cannot_be_applied_is_refused(tmp_path: Path) -> None:
    """A failed plan, and one that was made offline, are no plans to apply; nor is a file that is not there."""
    with pytest.raises(InvalidInputError, match="holds no plan: the server cannot be reached"):
        read_saved_plan(_saved(tmp_path, _plans()["failed"]))
    with pytest.raises(InvalidInputError, match="made offline"):
        read_saved_plan(_saved(tmp_path, plan(OFFER, is_offline=True)))
    with pytest.raises(InvalidInputError, match="No such file"):
        read_saved_plan(tmp_path / "missing.json")
