"""`offers list`: what lives on the server, as a table, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from offers_sync.cli.main import run
from offers_sync.errors import ExitCode
from offers_sync.models.values import Listing, Live
from offers_sync.reporting.formats import Page
from offers_sync.reporting.listing import LiveList, object_list
from offers_sync.reporting.listing_forms import LIST_FORMS, list_csv, list_json, list_table
from offers_sync.reporting.published import published_schema
from offers_sync.sandbox import Settings, Vendor, World
from offers_sync.sandbox.seeding import DASHBOARD_CRITERION, FREE_FRIES, seed
from offers_sync.sandbox.serving import served

Golden = Callable[[str, str], None]
LISTS = ("redeemables", "selectors", "criteria", "segments", "locations")
OFFERS = """\
project: marlow-burgers
locations: {downtown: "location:1234", campus: "tag:737"}
environments: {sandbox: {server: embedded, locations: {airport: "location:1235"}}}
"""
DOCUMENTS = f"""\
kind: redeemable
key: free-fries
name: Free Fries
external_id: {FREE_FRIES}
receipt_rule: {{criterion: free-fries}}
---
kind: criterion
key: free-fries
external_id: {DASHBOARD_CRITERION}
qc_processing_function: sum_amounts
---
kind: redeemable
key: broken
name: [not, a, name]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that has taken two objects of the dashboard over, and has a fault in another document."""
    (tmp_path / "offers.yaml").write_text(OFFERS, encoding="utf-8")
    (tmp_path / "documents.yaml").write_text(DOCUMENTS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("form", ["table", "csv"])
def test_lists(name: str, form: str, project: Path, capsys: pytest.CaptureFixture[str], golden: Golden) -> None:
    """Every list reads as its golden file has it, faulty documents or not; nothing is said beside it."""
    assert run(["list", name, str(project), "--format", form]) == ExitCode.DONE
    told = capsys.readouterr()
    golden(f"list-{name}.{form}", told.out)
    assert told.err == ""


@pytest.mark.parametrize("name", LISTS)
def test_json_says_all_and_is_as_its_schema_says(name: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON has a member for each column, what the server shows beside that, and whether it is complete."""
    run(["list", name, str(project), "--format", "csv"])
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert run(["list", name, str(project), "--format", "json"]) == ExitCode.DONE
    document = json.loads(capsys.readouterr().out)
    Draft202012Validator(published_schema("list")).validate(document)
    assert (document["list"], document["environment"], document["complete"]) == (name, "sandbox", True)
    assert [
        {column: item[column] or "" for column in row} for item, row in zip(document["items"], table, strict=True)
    ] == table


def test_json_shows_what_a_document_would_say(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The fields are in the names of the files, and decimals are text."""
    run(["list", "redeemables", str(project), "--format", "json"])
    items = json.loads(capsys.readouterr().out)["items"]
    (fries,) = (item for item in items if item["key"] == "free-fries")
    assert fries["fields"]["schedule"]["timezone"] == "America/Chicago"
    assert fries["fields"]["receipt_rule"] == {"criterion": DASHBOARD_CRITERION}
    assert fries["unknown"] == {}


def test_only_what_git_does_not_have(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is managed is left out, and with it the column of keys."""
    assert run(["list", "criteria", "-C", str(project), "--unmanaged"]) == ExitCode.DONE
    assert capsys.readouterr().out == "name  external_id  function\n"
    assert run(["list", "redeemables", "-C", str(project), "--unmanaged", "--format", "csv"]) == ExitCode.DONE
    assert FREE_FRIES not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["segments", "locations"])
def test_git_manages_no_segments(name: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for the unmanaged ones is a misunderstanding, and said to be one."""
    assert run(["list", name, str(project), "--unmanaged"]) == ExitCode.INVALID
    assert f"git manages no {name}" in capsys.readouterr().err


def test_offers_yaml_is_needed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it, or with faults in it, there is nobody to ask."""
    assert run(["list", "segments", str(tmp_path)]) == ExitCode.INVALID
    (tmp_path / "offers.yaml").write_text("project: 7\n", encoding="utf-8")
    assert run(["list", "segments", str(tmp_path)]) == ExitCode.INVALID
    assert capsys.readouterr().out == ""


# --------------------------------------------------------------------------------------------------- hard cases

HOSTILE = 'Free\n"fries"\x1b[31m, @all ::error:: \u202eevil'


def live(name: str, external_id: str, **fields: Any) -> Live:
    """A redeemable as a list shows it."""
    return Live("redeemable", external_id, {"name": name, **fields}, frozenset({"name"}))


def shown(*items: Live, gap: str = "") -> LiveList:
    """A list of these."""
    return object_list("redeemables", "sandbox", Listing("redeemable", items, gap), {})


@pytest.mark.parametrize("form", LIST_FORMS)
def test_no_name_is_obeyed_by_a_terminal(form: str) -> None:
    """Whatever an object is called, it takes one line and no control character reaches the terminal."""
    text = LIST_FORMS[form](shown(live(HOSTILE, "id-1"), live("plain", "id-2")), Page())
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert form == "json" or len(text.splitlines()) == 3


def test_json_keeps_names_exactly() -> None:
    """What is escaped for a terminal is the same name to a program."""
    document = json.loads(list_json(shown(live(HOSTILE, "id-1")), Page()))
    assert document["items"][0]["name"] == HOSTILE


def test_csv_is_read_back() -> None:
    """Quotes and commas in names do not move columns."""
    rows = list(csv.DictReader(io.StringIO(list_csv(shown(live('a "b", c', "id-1")), Page()))))
    assert (rows[0]["name"], rows[0]["external_id"]) == ('a "b", c', "id-1")


@pytest.mark.parametrize("form", ["table", "csv"])
def test_no_name_is_obeyed_by_a_log(form: str) -> None:
    """A name at the beginning of a line is no workflow command."""
    listed = object_list("redeemables", "sandbox", Listing("redeemable", (live("::error::start", "id-1"),), ""), {})
    columns = ("name", "external_id")
    text = LIST_FORMS[form](replace(listed, columns=columns), Page())
    assert "error::start" in text
    assert not re.search(r"^\s*::", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1 off", "'+1 off"),
        ("-5% today", "'-5% today"),
        ("@home", "'@home"),
        (" =1", "' =1"),
        ("\uff1d1", "'\uff1d1"),
        ("'=1", "''=1"),
        ("::error::x", "'::error::x"),
        ("5-3=2", "5-3=2"),
        ("'Twas the night", "'Twas the night"),
        ("Free @home", "Free @home"),
    ],
)
def test_a_spreadsheet_computes_no_name(name: str, cell: str) -> None:
    """What begins as a formula gets an apostrophe, and whoever takes one off again has the name."""
    (row,) = csv.DictReader(io.StringIO(list_csv(shown(live(name, "id-1")), Page())))
    assert row["name"] == cell
    assert re.sub(r"^'(?='*\s*([=+\-@\uff1d\uff0b\uff0d\uff20]|::))", "", cell) == name


def test_amounts_are_written_in_one_way() -> None:
    """Five is five, however many zeros the server adds."""
    amounts = [Decimal(5), Decimal("5.0"), Decimal("5.50"), Decimal(500)]
    offers = (live("x", f"id-{place}", receipt_rule={"flat_discount": each}) for place, each in enumerate(amounts))
    rules = [entry.cells["receipt_rule"] for entry in shown(*offers).entries]
    assert rules == ["flat 5", "flat 5", "flat 5.5", "flat 500"]


def test_a_narrow_terminal_shortens_names_and_never_ids() -> None:
    """Ids are there to be copied; wide characters keep the columns straight."""
    external_id = "3c2a1908-f7e6-45c4-b3a2-918070f6e5d4"
    listed = shown(live("日本語" * 20, external_id), live("x" * 90, external_id[::-1]))
    lines = list_table(listed, Page(width=80, is_terminal=True)).splitlines()
    assert all(external_id in line or external_id[::-1] in line for line in lines[1:])
    assert ["…" in line for line in lines] == [False, True, True]


def test_the_order_is_the_same_whatever_the_server_does() -> None:
    """By name, then by id."""
    items = [live("b", "1"), live("A", "3"), live("a", "2"), live("", "4")]
    for order in (items, items[::-1]):
        assert [entry.cells["external_id"] for entry in shown(*order).entries] == ["4", "2", "3", "1"] or [
            entry.cells["external_id"] for entry in shown(*order).entries
        ] == ["4", "3", "2", "1"]
    assert shown(*items) == shown(*items[::-1])


def test_odd_objects_are_listed() -> None:
    """Blank ids, missing names and values of any type have their line."""
    odd = [
        Live("redeemable", "", {"name": None, "receipt_rule": "x", "schedule": 3}, frozenset()),
        live("both", "id", receipt_rule={"flat_discount": None, "criterion": None}, schedule={"expiry_days": [1]}),
    ]
    assert len(list_table(shown(*odd), Page()).splitlines()) == 3


def test_where_features_are_off(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The offered redeemables are shown instead of the full list, with a word that they are not all there is."""
    monkeypatch.setenv("KEY", "any-key")
    settings = Settings(ingestion_enabled=False)
    with closing(World.open(None, seed=seed)) as world, served(Vendor(world, settings)) as address:
        environments = f"environments: {{live: {{server: '{address}', token: '${{KEY}}'}}}}"
        (project / "offers.yaml").write_text(f"project: marlow\n{environments}\n", encoding="utf-8")
        assert run(["list", "redeemables", str(project), "--format", "json"]) == ExitCode.DONE
        told = capsys.readouterr()
        assert run(["list", "criteria", str(project)]) == ExitCode.REFUSED
        assert "offers ingestion is off for this business" in capsys.readouterr().err
    document = json.loads(told.out)
    assert document["complete"] is False
    assert re.fullmatch(
        r"offers ingestion is off for this business \(request id [0-9a-f-]{36}\), "
        "so which objects there are and what is in them cannot be verified",
        document["gap"],
    )
    assert told.err == f"this may not be all: {document['gap']}\n"
    assert {"redeemable_id": "20002", "redeemable_uuid": FREE_FRIES, "name": "Free Fries"}.items() <= (
        document["items"][3].items()
    )
