"""What the example project promises to a reader who learns the language from it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

import pytest
import yaml

from offers_sync.cli.main import run
from offers_sync.contract import (
    DOCUMENTED_LANGUAGES,
    TIMEZONES,
    ExpressionType,
    FilterItemSet,
    FilterProcessingMethod,
    LagUnits,
    ProcessingFunction,
)
from offers_sync.reporting.published import schema_text
from offers_sync.sandbox.seeding import FREE_FRIES, LOCATION_GROUPS, LOCATIONS, SEGMENTS

PROJECT: Final = Path(__file__).parents[2] / "examples" / "offers"
FOLDERS: Final = {
    "selectors": "selector",
    "criteria": "criterion",
    "redeemables": "redeemable",
    "schedules": "schedule",
    "locales": "locale",
    "campaigns": "campaign",
}
Written = dict[str, Any]


@cache
def _documents(folder: str) -> dict[Path, list[Written]]:
    """Every scalar as the text that stands in the file."""
    return {
        path: list(yaml.load_all(path.read_text(encoding="utf-8"), yaml.BaseLoader))
        for path in sorted((PROJECT / folder).rglob("*.yaml"))
    }


def _all(folder: str) -> list[Written]:
    return [document for documents in _documents(folder).values() for document in documents]


def _walk(value: Any) -> Iterator[Written]:
    """Every mapping of the tree."""
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _walk(member)
    elif isinstance(value, list):
        for member in value:
            yield from _walk(member)


def _values(field: str, *folders: str) -> set[str]:
    """Every text that the field has anywhere in those folders."""
    mappings = (mapping for folder in folders for document in _all(folder) for mapping in _walk(document))
    return {mapping[field] for mapping in mappings if isinstance(mapping.get(field), str)}


def _project() -> Written:
    text = (PROJECT / "offers.yaml").read_text(encoding="utf-8")
    project: Written = yaml.load(text, yaml.BaseLoader)  # noqa: S506  text only
    return project


def _inline_criteria() -> list[Written]:
    rules = (document["receipt_rule"].get("criterion") for document in _all("redeemables"))
    return [criterion for criterion in rules if isinstance(criterion, dict)]


def _schedules() -> list[Written]:
    inline = (document.get("schedule") for document in _all("redeemables"))
    return _all("schedules") + [schedule for schedule in inline if isinstance(schedule, dict)]


def _schedule_of(key: str) -> Written:
    schedule = next(document for document in _all("redeemables") if document["key"] == key)["schedule"]
    if isinstance(schedule, dict):
        return schedule
    return next(document for document in _all("schedules") if document["key"] == schedule)


# ------------------------------------------------------------------------------------------------------ layout


def test_size() -> None:
    """A reader gets through the example in an afternoon: between 15 and 45 offers."""
    assert 15 <= len(_all("redeemables")) <= 45


@pytest.mark.parametrize(("folder", "kind"), FOLDERS.items())
def test_one_kind_per_folder(folder: str, kind: str) -> None:
    """A folder holds documents of the kind it is named after, and at least one of them."""
    assert {document["kind"] for document in _all(folder)} == {kind}


def test_nothing_beside_the_folders() -> None:
    """Every file of the example is offers.yaml or stands in a folder of a kind."""
    files = {path.relative_to(PROJECT) for path in PROJECT.rglob("*.yaml") if ".offers" not in path.parts}
    assert {path.parts[0] for path in files} == {*FOLDERS, "offers.yaml"}


def test_one_redeemable_per_file() -> None:
    """A redeemable's file holds it alone and has its key for a name."""
    for path, documents in _documents("redeemables").items():
        assert [document["key"] for document in documents] == [path.stem]


def test_two_environments() -> None:
    """The default environment needs no account; production names its secrets and holds none."""
    environments = _project()["environments"]
    assert list(environments) == ["sandbox", "production"]
    assert environments["sandbox"] == {"server": "embedded"}
    secrets = [environments["production"][name] for name in ("token", "state")]
    assert secrets == ["${MARLOW_PUNCHH_KEY}", "${OFFERS_STATE_URL}"]
    assert set(environments["production"]["locations"]) < set(_project()["locations"])


def test_editors_know_every_file() -> None:
    """The first line of every file leads an editor to the schema of what it holds."""
    for path in PROJECT.rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
        name = "project" if path.name == "offers.yaml" else "any"
        assert schema.resolve() == PROJECT / ".schemas" / f"{name}.json"


@pytest.mark.parametrize("name", ["any", "project"])
def test_schemas_are_current(name: str, request: pytest.FixtureRequest) -> None:
    """The schemas beside the example are those that the tool publishes."""
    path = PROJECT / ".schemas" / f"{name}.json"
    if request.config.getoption("--write-golden"):
        path.write_text(schema_text(name), encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == schema_text(name), "pytest --write-golden renews it"


# ----------------------------------------------------------------------------------------------------- breadth


def test_every_form_of_receipt_rule() -> None:
    """Shared criteria, inline criteria and flat discounts are all there."""
    rules = [document["receipt_rule"] for document in _all("redeemables")]
    shared = [rule["criterion"] for rule in rules if isinstance(rule.get("criterion"), str)]
    assert len(_inline_criteria()) >= 5
    assert [rule for rule in rules if "flat_discount" in rule]
    assert any(shared.count(key) > 1 for key in shared)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("qc_processing_function", ProcessingFunction),
        ("expression_type", ExpressionType),
        ("filter_item_set", FilterItemSet),
        ("units", LagUnits),
    ],
)
def test_every_word(field: str, words: Any) -> None:
    """Every processing function, expression, item set and unit of lag is shown once at least."""
    assert _values(field, *FOLDERS) == set(get_args(words))


def test_filters() -> None:
    """Filters take all lines, the dearest, the cheapest, or leave lines out."""
    criteria = _all("criteria") + _inline_criteria()
    filters = [entry for criterion in criteria for entry in criterion["line_item_filters"]]
    assert {entry["processing_method"] for entry in filters if "processing_method" in entry} == set(
        get_args(FilterProcessingMethod)
    )


@pytest.mark.parametrize(
    ("attribute", "folders"),
    [
        ("item_name", ("selectors",)),
        ("item_id", ("selectors",)),
        ("item_family", ("selectors",)),
        ("item_major_group", ("selectors",)),
        ("line_item_type", ("selectors",)),
        ("item_total_amount", ("selectors",)),
        ("quantity", ("selectors",)),
        ("receipt_hour", ("criteria", "redeemables")),
        ("receipt_week_day", ("criteria", "redeemables")),
        ("receipt_month", ("criteria", "redeemables")),
        ("total_amount", ("criteria", "redeemables")),
        ("subtotal_amount", ("criteria", "redeemables")),
        ("revenue_code", ("criteria", "redeemables")),
        ("channel", ("criteria", "redeemables")),
        ("transaction_no", ("criteria", "redeemables")),
    ],
)
def test_attributes(attribute: str, folders: tuple[str, ...]) -> None:
    """The attributes of lines and of receipts that offers are usually about are shown."""
    assert attribute in _values("attribute", *folders)


def test_operators() -> None:
    """Lists, ranges, comparisons, patterns and their opposites are shown, the ones that need quotes included."""
    shown = _values("operator", *FOLDERS)
    assert shown >= {"==", "!=", ">=", "in", "not_in", "like", "not_like", "in_range", "mod"}
    assert shown >= {"is_case_insensitive", "in_case_insensitive"}


def test_the_rarer_fields() -> None:
    """Aggregation, any-of filters and qualifiers, the best of several discounts and places are shown."""
    criteria = _all("criteria") + _inline_criteria()
    assert any("enable_menu_item_aggregator" in criterion for criterion in criteria)
    assert any(criterion.get("item_filter_expressions_operator") == "Any" for criterion in criteria)
    assert any(criterion.get("qualifying_expressions_operator") == "Any" for criterion in criteria)
    assert any(criterion.get("discount_evaluation_strategy") == "Max" for criterion in criteria)
    assert any(len(criterion.get("effective_location", ())) > 1 for criterion in criteria)
    offers = _all("redeemables")
    for field in ("image", "template", "meta_data", "note", "points", "segment", "formerly", "only", "external_id"):
        assert any(field in offer for offer in offers), field


def test_schedules() -> None:
    """Shared and inline schedules, lag, recurrence, and offers without end, with an end, with days to live."""
    assert any(isinstance(offer.get("schedule"), str) for offer in _all("redeemables"))
    assert any(isinstance(offer.get("schedule"), dict) for offer in _all("redeemables"))
    for field in ("lag", "recurrence", "indefinitely", "end", "expiry_days", "remind_before"):
        assert any(field in schedule for schedule in _schedules()), field


def test_catalogues() -> None:
    """There is one catalogue for each language that offers.yaml asks for, three of them, all documented."""
    languages = [catalogue["language"] for catalogue in _all("locales")]
    assert sorted(languages) == sorted(_project()["locales"])
    assert len(languages) == 3
    assert set(languages) <= set(DOCUMENTED_LANGUAGES)


@pytest.mark.parametrize(
    ("folder", "field", "where"),
    [
        ("selectors", "selector", ("criteria", "redeemables")),
        ("criteria", "criterion", ("redeemables",)),
        ("schedules", "schedule", ("redeemables",)),
    ],
)
def test_nothing_is_idle(folder: str, field: str, where: tuple[str, ...]) -> None:
    """Every selector, criterion and schedule is used by something."""
    assert {document["key"] for document in _all(folder)} == _values(field, *where)


# ----------------------------------------------------------------------------------------------- right for years


def test_nothing_ends_soon() -> None:
    """No offer ends, and no campaign starts, within five years from today."""
    horizon = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=5 * 366)
    moments = [schedule["end"] for schedule in _schedules() if "end" in schedule]
    moments += [campaign["start"] for campaign in _all("campaigns")]
    assert moments
    assert min(datetime.fromisoformat(moment) for moment in moments) > horizon


def test_everything_is_live() -> None:
    """No offer waits for its start."""
    today = datetime.now(UTC).replace(tzinfo=None)
    starts = [datetime.fromisoformat(schedule["start"]) for schedule in _schedules() if "start" in schedule]
    assert max(starts) < today


def test_campaigns_start_before_their_offer_ends() -> None:
    """A campaign gifts an offer that is still there."""
    for campaign in _all("campaigns"):
        schedule = _schedule_of(campaign["redeemable"])
        assert schedule.get("indefinitely") == "true" or campaign["start"] < schedule["end"]


def test_local_times_exist_once() -> None:
    """No time falls into the hour that a change of the clocks leaves out or repeats."""
    default = _project()["defaults"]["timezone"]
    for document in _schedules() + _all("campaigns"):
        zone = document.get("timezone", default)
        assert zone in TIMEZONES
        for field in {"start", "end"} & set(document):
            local = datetime.fromisoformat(document[field])
            first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
            assert first.utcoffset() == second.utcoffset()


def test_guards_let_a_first_apply_through() -> None:
    """The guard on creations covers every object of the example, criteria written inline and campaigns included."""
    objects = sum(len(_all(folder)) for folder in ("selectors", "criteria", "redeemables", "campaigns"))
    assert objects + len(_inline_criteria()) <= int(_project()["guards"]["creates"])


# ---------------------------------------------------------------------------------------------- what the tool says


def test_one_missing_translation(capsys: pytest.CaptureFixture[str]) -> None:
    """The one finding of the example is the translation that is still missing, a notice."""
    code = run(["validate", str(PROJECT), "--format", "json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [(finding["code"], finding["severity"]) for finding in findings] == [("missing-translation", "notice")]
    assert "lucky-receipt" in json.dumps(findings)
    assert code == 0


def test_names_that_the_sandbox_knows() -> None:
    """Segments, places and the offer that is taken over are those of a new sandbox."""
    places = {f"location:{location[0]}" for location in LOCATIONS} | {f"tag:{group[0]}" for group in LOCATION_GROUPS}
    names = [segment[1] for segment in SEGMENTS]
    assert set(_project()["locations"].values()) <= places
    for segment in _values("segment", "redeemables", "campaigns"):
        assert names.count(segment) == 1
    taken_over = [document["external_id"] for document in _all("redeemables") if "external_id" in document]
    assert [external_id["sandbox"] for external_id in taken_over] == [FREE_FRIES]


def test_plan_is_empty_after_one_apply(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One apply lands every object, the guards let it through, and the next plan has nothing to do."""
    project = shutil.copytree(PROJECT, tmp_path / "offers", ignore=shutil.ignore_patterns(".offers"))
    assert run(["plan", str(project), "--detailed-exitcode"]) == 2
    assert run(["apply", str(project), "--yes"]) == 0
    capfd.readouterr()
    assert run(["plan", str(project), "--detailed-exitcode"]) == 0
    assert "nothing to do" in capfd.readouterr().out
