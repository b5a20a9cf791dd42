"""Apply, then plan, is empty: a rich brand on every choice of the sandbox, and generated projects on any mix."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields as fields_of
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from businesses import SEGMENT, Business, fields_changed, without
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import WrittenProject, projects

from offers_sync.findings import Finding, has_errors
from offers_sync.loading.loading import load_project
from offers_sync.loading.resolving import resolve
from offers_sync.models.values import Desired, Outcome
from offers_sync.planning.plan import Plan
from offers_sync.sandbox import Settings

REFUSING: Mapping[str, str] = {
    "ingestion_enabled": "nothing can be written without it",
    "dashboard_permission": "nothing can be written without it",
    "criterion_always_required": "then no flat discount can be written at all",
    "functions_needing_rounding": "then a document without rounding rule is refused",
    "unique_names": "then a document that takes another's name is refused",
    "query_parameters_read": "only together with a body that is dropped, which no client can serve",
    "get_body_read": "the same",
    "body_bytes_limit": "a size, not a choice",
    "token": "a key, not a choice",
    "brand_header_required": "a header, which the wire's own tests hold",
    "oversized_images": "then a picture is refused",
    "past_end_times": "then an offer that has ended cannot be written",
    "unknown_places": "then a document with an unknown place is refused",
    "inline_name_limit": "a size, not a choice",
    "generated_ids": "every id is ours",
}
"""The settings under which some of what can be written is refused, or which say nothing of writing."""
RICH = """\
kind: selector
key: lunch
name: Lunch
filter_item_set: base_and_modifiers
exclude_non_payable: true
base_items: {clauses: [{attribute: item_id, operator: in, value: "101,102"}]}
modifiers:
  clauses: [{attribute: item_name, operator: like, value: Extra}]
  max_discount_units: 2
  processing_method: max_price
---
kind: criterion
key: happy
name: Happy hour
qc_processing_function: sum_amounts
percentage_of_processed_amount: 12.5
amount_cap: 10
line_item_filters:
  - {selector: lunch, processing_method: max_price, quantity: 1}
  - {selector: lunch}
item_qualifiers: [{selector: lunch, expression_type: net_quantity_equal_to, net_value: 2}]
item_filter_expressions_operator: Any
discount_evaluation_strategy: Max
effective_location: ["location:1234", "tag:736"]
receipt_qualifiers: [{attribute: receipt_hour, operator: in_range, value: 14..17}]
enable_menu_item_aggregator: true
aggregator_grouping_attributes: {item_id: true}
stack_discounting: true
---
kind: redeemable
key: happy-hour
name: Happy hour
description: Less for lunch.
note: ours
points: 12
effective_location: "location:1234"
receipt_rule: {criterion: happy}
locales: {fr: {name: Heure, description: Moins.}, en-GB: {name: Happy}}
template: {redemption_message: "{{points_requested}}", short_prompt: Happy}
redemption_code_expiry_mins: 15
expire_redemption_code_with_reward_end_date: true
distributable: true
distributable_to_all_users: true
image: https://images.example.com/happy.png
schedule:
  start: 2026-01-01T00:00:00
  end: 2060-12-31T23:59:59
  timezone: America/Chicago
  remind_before: 3
  lag: {value: 2, units: days}
  recurrence: {occurrences: 3, days_distance: 90}
---
kind: redeemable
key: inside
name: Inside
receipt_rule:
  criterion:
    name: Inside
    qc_processing_function: hit_target_price
    target_price: 3
    line_item_filters: [{selector: lunch, processing_method: exclude}]
---
kind: redeemable
key: five-off
name: Five off
receipt_rule: {flat_discount: 5.50}
"""
EDITED = (
    ("percentage_of_processed_amount: 12.5\n", "rounding_rule: floor\n"),
    ("  max_discount_units: 2\n  processing_method: max_price\n", ""),
    ("description: Less for lunch.\nnote: ours\n", "description: Fewer.\n"),
    (", short_prompt: Happy}", ", standard_prompt: Happy}"),
    ("locales: {fr: {name: Heure, description: Moins.}, en-GB: {name: Happy}}", "locales: {fr: {name: Heures}}"),
    ("  lag: {value: 2, units: days}\n", ""),
    ('effective_location: ["location:1234", "tag:736"]', 'effective_location: ["tag:736"]'),
    ("qc_processing_function: hit_target_price\n    target_price: 3\n", "qc_processing_function: bogof\n"),
    ("receipt_rule: {flat_discount: 5.50}", "receipt_rule: {criterion: happy}"),
)


def choices() -> dict[str, tuple[Any, ...]]:
    """Every setting that is a choice, with all that it may be."""
    hints = get_type_hints(Settings)
    found: dict[str, tuple[Any, ...]] = {}
    for each in fields_of(Settings):
        hint = hints[each.name]
        if each.name in REFUSING:
            continue
        if hint is bool:
            found[each.name] = (True, False)
        elif get_args(hint) and get_origin(hint) is not tuple and all(isinstance(one, str) for one in get_args(hint)):
            found[each.name] = get_args(hint)
    return found


KEEPING: Mapping[tuple[str, Any], str] = {
    ("lists_on_update", "merge"): "effective_location",
    ("null_on_update", "keep"): "percentage_of_processed_amount",
}
"""A server that cannot take this away from the criterion keeps the offers back that work by it, or would now."""
KEPT_BACK = (
    "update redeemable/{} the server does not keep `{}` of criterion/happy as it is written, so this could be "
    "more generous than written: mend it, or allow `kept-by-server` for it in offers.yaml"
)
OTHERS = [(name, value) for name, values in choices().items() for value in values if value != getattr(Settings(), name)]


def documents_of(text: str) -> tuple[Desired, ...]:
    """The documents of a project that has one file."""
    with tempfile.TemporaryDirectory() as folder:
        project = "project: rich\nenvironments: {sandbox: {server: embedded}}\n"
        (Path(folder) / "offers.yaml").write_text(project, encoding="utf-8")
        (Path(folder) / "all.yaml").write_text(text, encoding="utf-8")
        loaded = load_project(Path(folder))
        resolution = resolve(loaded, "sandbox")
    faults = [each.message for each in (*loaded.findings, *resolution.findings) if each.severity.value == "error"]
    assert faults == []
    return resolution.desired


def edited() -> str:
    """The rich brand a season later."""
    text = RICH
    for old, new in EDITED:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@contextmanager
def shop(documents: tuple[Desired, ...], server: Settings, criteria: Any = "separate") -> Iterator[Business]:
    """A business that has the places of the seed."""
    with Business(*documents, settings=server, criteria=criteria) as business:
        world = business.embedded.vendor.world
        world.business.add_location({"location_id": 1234, "name": "Downtown", "store_number": "1"})
        world.business.add_location_group(736, "Drive-thru", [1234])
        yield business


def left(business: Business) -> list[str]:
    """What a plan would still do, or keeps back."""
    return [f"{step.action.value} {step.name} {step.held_back}" for step in business.plan().steps]


@pytest.mark.parametrize(("name", "value"), OTHERS, ids=str)
def test_a_rich_brand_on_every_choice(name: str, value: Any) -> None:
    """Made, changed in every way, applied again: with each choice of the vendor's, nothing is left to do."""
    with shop(documents_of(RICH), replace(Settings(), **{name: value})) as business:
        made = business.apply()
        assert made.counts[Outcome.FAILED] + made.counts[Outcome.UNKNOWN] == 0, made.items
        assert left(business) == []

        business.want(*documents_of(edited()))
        changed = business.apply()
        assert changed.counts[Outcome.FAILED] + changed.counts[Outcome.UNKNOWN] == 0, changed.items
        assert business.duplicates() == {}
        if (name, value) in KEEPING:
            business.apply()
            kept = KEEPING[name, value]
            assert left(business) == [KEPT_BACK.format(offer, kept) for offer in ("five-off", "happy-hour")]
        else:
            assert left(business) == []


def test_every_setting_is_held_or_explained() -> None:
    """A setting that is new is tried by itself, or has its reason here."""
    names = {each.name for each in fields_of(Settings)}
    told = {*choices(), *REFUSING, "brand", "business_timezone", "business_locales"}
    told |= {name for name in names if name.endswith(("_maximum", "_default"))}
    told |= {"results_without_warnings", "receipt_attributes_renamed"}

    assert names - told == set()
    assert set(REFUSING) <= names


servers = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in choices().items()}).map(
    lambda chosen: Settings(**chosen)
)


@given(projects(), servers, st.sampled_from(["separate", "inline"]))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_generated_projects_on_any_mix(project: WrittenProject, server: Settings, criteria: str) -> None:
    """Whatever can be written, however the vendor behaves: what an apply did is not planned again."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_project(project.write(Path(folder)))
        resolution = resolve(loaded, "sandbox")
    assume(not has_errors([*loaded.findings, *resolution.findings]))
    documents = tuple(
        fields_changed(each, segment=SEGMENT) if each.kind == "campaign" else without(each, ["segment"])
        for each in resolution.desired
    )
    with shop(documents, server, criteria) as business:
        report = business.apply()
        undone = {item.step.name for item in report.items if item.outcome in {Outcome.FAILED, Outcome.HELD_BACK}}
        assert report.counts[Outcome.UNKNOWN] == 0
        again = [step.name for step in business.plan().steps if step.name not in undone]

        assert again == []
        assert business.duplicates() == {}
        assert max(Counter(external_id for external_id, _ in business.campaigns()).values(), default=1) == 1


NEEDED = {"name", "qc_processing_function", "receipt_rule", "base_items", "filter_item_set"}
"""Without these an update would be refused, or be of something else."""


def told(findings: Iterable[Finding], code: str) -> set[tuple[str, str]]:
    """File and path of the findings of a code."""
    return {(str(each.position), each.path) for each in findings if each.code == code}


@given(projects(), servers, st.data())
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_leaves_a_project_is_cleared_or_told_on_any_mix(
    project: WrittenProject, server: Settings, data: st.DataObject
) -> None:
    """What could not be cleared when it was taken out is told by every later plan, and none tries it again."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_project(project.write(Path(folder)))
        resolution = resolve(loaded, "sandbox")
    assume(not has_errors([*loaded.findings, *resolution.findings]))
    documents = tuple(without(each, ["segment"]) for each in resolution.desired if each.kind != "campaign")
    with shop(documents, server) as business:
        business.apply()
        business.want(*(without(each, data.draw(_taken_out(each))) for each in documents))
        report = business.apply()
        undone = {item.step.name for item in report.items if item.outcome in {Outcome.FAILED, Outcome.HELD_BACK}}
        failed = told((each for item in report.items for each in item.annotations), "not-cleared")
        for _ in range(2):
            plan = business.plan()
            assert [step.name for step in plan.ready if step.name not in undone] == []
            assert failed <= told(_all_findings(plan), "kept-by-server")
            business.apply()


def _taken_out(document: Desired) -> st.SearchStrategy[list[str]]:
    names = sorted(set(document.fields) - NEEDED)
    return st.lists(st.sampled_from(names), unique=True) if names else st.just([])


def _all_findings(plan: Plan) -> Iterator[Finding]:
    yield from plan.findings
    for step in plan.steps:
        yield from step.annotations
