"""What one environment makes of the files: ids, references, aliases, schedules, texts, and where each was written."""

from __future__ import annotations

from decimal import Decimal
from uuid import NAMESPACE_DNS, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import CRITERION, OFFERS, REDEEMABLE, SELECTOR, WrittenFiles

from offers_sync.findings import Source
from offers_sync.loading.identity import derive_id
from offers_sync.models.values import Desired, Origin

# -------------------------------------------------------------------------------------------------------- identity


@pytest.mark.parametrize(
    ("kind", "key", "external_id"),
    [
        ("selector", "sandwiches", "a89a927f-6d7d-59c3-adf5-6ce7cb5a3646"),
        ("criterion", "ten-percent", "51eccade-a62f-54f5-b90b-02d9e365c36b"),
        ("redeemable", "ten-off", "2633afae-15a2-512a-a604-4bd5508687fc"),
        ("criterion", "ten-off/receipt_rule", "44c6f900-8b5e-5554-9489-eeaa486016c0"),
        ("campaign", "kick-off", "f293b9af-b5f0-5b07-9d36-05212329f1fc"),
    ],
)
def test_derived_ids_stay_the_same_for_ever(kind: str, key: str, external_id: str) -> None:
    """Whoever changes one of these creates every offer of every brand anew."""
    assert derive_id("marlow-burgers", kind, key) == external_id  # type: ignore[arg-type]


@given(
    project=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    key=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
)
def test_a_derived_id_is_a_uuid_of_version_5(project: str, key: str) -> None:
    """The ids are what every library makes of the same names."""
    namespace = uuid5(NAMESPACE_DNS, "offers-sync")

    assert derive_id(project, "redeemable", key) == str(uuid5(namespace, f"{project}/redeemable/{key}"))


def test_written_ids_count_by_environment(project: WrittenFiles) -> None:
    """A text counts everywhere, a map where it names the environment."""
    project.write("a.yaml", SELECTOR + "external_id: {sandbox: one, production: two}\n")
    project.write("b.yaml", REDEEMABLE + "external_id: three\n")

    assert project.desired("selector", "sandwiches", "sandbox").external_id == "one"
    assert project.desired("selector", "sandwiches", "production").external_id == "two"
    assert project.desired("redeemable", "ten-off", "production").external_id == "three"


def test_a_former_key_keeps_the_id(project: WrittenFiles) -> None:
    """A renamed document is the same object."""
    project.write("a.yaml", SELECTOR + "formerly: subs\n")

    assert project.desired("selector", "sandwiches").external_id == derive_id("marlow-burgers", "selector", "subs")


def test_an_inline_criterion_moves_with_its_offer(project: WrittenFiles) -> None:
    """It derives from the offer's former key, unless it names one or an id itself."""
    rule = "receipt_rule: {criterion: {qc_processing_function: receipt_subtotal%s}}\n"
    head = "kind: redeemable\nkey: %s\nname: A\nformerly: old-%s\n"
    project.write("a.yaml", head % ("a", "a") + rule % "")
    project.write("b.yaml", head % ("b", "b") + rule % ", formerly: older")
    project.write("c.yaml", head % ("c", "c") + rule % ", external_id: written")

    def inline(key: str) -> str:
        return project.desired("criterion", f"{key}/receipt_rule").external_id

    assert inline("a") == derive_id("marlow-burgers", "criterion", "old-a/receipt_rule")
    assert inline("b") == derive_id("marlow-burgers", "criterion", "older/receipt_rule")
    assert inline("c") == "written"


# ----------------------------------------------------------------------------------------------------- whole values


def test_a_selector_is_what_was_written(project: WrittenFiles) -> None:
    """And nothing else: what is not written is not there."""
    project.write("a.yaml", SELECTOR + "exclude_non_payable: null\n")

    assert project.desired("selector", "sandwiches") == Desired(
        kind="selector",
        key="sandwiches",
        external_id="a89a927f-6d7d-59c3-adf5-6ce7cb5a3646",
        fields={
            "name": "Sandwiches",
            "exclude_non_payable": None,
            "base_items": {"clauses": [{"attribute": "item_family", "operator": "in", "value": "2001,2002"}]},
        },
        origins=(Origin("", Source("a.yaml"), ""),),
    )


def test_a_criterion_names_selectors_by_id(project: WrittenFiles) -> None:
    """What git manages and what it does not; each dependency once."""
    project.write("a.yaml", SELECTOR)
    project.write(
        "b.yaml",
        """\
        kind: criterion
        key: c
        qc_processing_function: sum_amounts
        percentage_of_processed_amount: 12.50
        effective_location: [downtown, location:9]
        line_item_filters:
          - selector: sandwiches
          - {selector: {external_id: {sandbox: s, production: p}}, processing_method: exclude}
        item_qualifiers: [{selector: sandwiches}]
        """,
    )
    sandwiches = "a89a927f-6d7d-59c3-adf5-6ce7cb5a3646"

    criterion = project.desired("criterion", "c", "production")

    assert criterion.fields == {
        "qc_processing_function": "sum_amounts",
        "percentage_of_processed_amount": Decimal("12.50"),
        "effective_location": ["location:88", "location:9"],
        "line_item_filters": [{"selector": sandwiches}, {"selector": "p", "processing_method": "exclude"}],
        "item_qualifiers": [{"selector": sandwiches}],
    }
    assert criterion.depends_on == (("selector", "sandwiches"),)


def test_an_offer_and_the_criterion_inside_it_are_two(project: WrittenFiles) -> None:
    """Each leads back to the same file, the criterion to its place in it."""
    project.write("a.yaml", SELECTOR)
    project.write(
        "b.yaml",
        """\
        kind: redeemable
        key: ten-off
        name: Ten
        image: https://images.example.com/a.png
        receipt_rule:
          criterion:
            qc_processing_function: sum_amounts
            line_item_filters: [{selector: sandwiches}]
        """,
    )
    inline = derive_id("marlow-burgers", "criterion", "ten-off/receipt_rule")

    assert project.desired("criterion", "ten-off/receipt_rule") == Desired(
        kind="criterion",
        key="ten-off/receipt_rule",
        external_id=inline,
        fields={
            "qc_processing_function": "sum_amounts",
            "line_item_filters": [{"selector": "a89a927f-6d7d-59c3-adf5-6ce7cb5a3646"}],
        },
        origins=(Origin("", Source("b.yaml"), "/receipt_rule/criterion"),),
        depends_on=(("selector", "sandwiches"),),
        inline_in="ten-off",
    )
    assert project.desired("redeemable", "ten-off") == Desired(
        kind="redeemable",
        key="ten-off",
        external_id=derive_id("marlow-burgers", "redeemable", "ten-off"),
        fields={"name": "Ten", "receipt_rule": {"criterion": inline}},
        origins=(Origin("", Source("b.yaml"), ""),),
        depends_on=(("criterion", "ten-off/receipt_rule"),),
        image="https://images.example.com/a.png",
    )


def test_a_retired_offer_says_so(project: WrittenFiles) -> None:
    """Outside of its fields."""
    project.write("a.yaml", REDEEMABLE + "retired: true\n")

    offer = project.desired("redeemable", "ten-off")

    assert offer.is_retired
    assert "retired" not in offer.fields


# ---------------------------------------------------------------------------------------- schedules and their zone


def test_a_shared_schedule_is_filled_in(project: WrittenFiles) -> None:
    """With the zone of offers.yaml, and each field leading back to who wrote it."""
    project.write("a.yaml", "# s\n---\nkind: schedule\nkey: summer\nstart: 2026-06-01 09:00\n")
    project.write("b.yaml", REDEEMABLE + "schedule: summer\n")

    offer = project.desired("redeemable", "ten-off")

    assert offer.fields["schedule"] == {"start": "2026-06-01T09:00:00", "timezone": "America/Chicago"}
    assert offer.origins == (
        Origin("/schedule/timezone", Source("offers.yaml"), "/defaults/timezone"),
        Origin("/schedule", Source("a.yaml"), ""),
        Origin("", Source("b.yaml"), ""),
    )


@pytest.mark.parametrize(
    ("written", "schedule"),
    [
        ("{end: 2026-06-01T09:00:00}", {"end": "2026-06-01T09:00:00", "timezone": "America/Chicago"}),
        ("{end: 2026-06-01T09:00:00, timezone: null}", {"end": "2026-06-01T09:00:00", "timezone": None}),
        ("{start: 2026-06-01T09:00:00, timezone: Etc/UTC}", {"start": "2026-06-01T09:00:00", "timezone": "Etc/UTC"}),
        ("{expiry_days: 30}", {"expiry_days": 30}),
        ("{start: null, indefinitely: true}", {"start": None, "indefinitely": True}),
        ("null", None),
    ],
)
def test_the_zone_is_filled_in_where_a_time_needs_one(
    project: WrittenFiles, written: str, schedule: dict[str, object] | None
) -> None:
    """Not where none is given, nor where one is written, be it null."""
    project.write("a.yaml", REDEEMABLE + f"schedule: {written}\n")

    assert project.desired("redeemable", "ten-off").fields["schedule"] == schedule


def test_without_a_default_no_zone_is_made_up(project: WrittenFiles) -> None:
    """What nobody wrote is not managed."""
    project.write("offers.yaml", OFFERS.replace("defaults: {timezone: America/Chicago}\n", ""))
    project.write("a.yaml", REDEEMABLE + "schedule: {start: 2026-06-01T09:00:00}\n")

    assert project.desired("redeemable", "ten-off").fields["schedule"] == {"start": "2026-06-01T09:00:00"}


def test_a_campaign_names_its_offer_by_id(project: WrittenFiles) -> None:
    """Its segment stays a name, its start has a zone, and its id is the one that is written or derived."""
    project.write("a.yaml", REDEEMABLE)
    project.write(
        "b.yaml",
        """\
        kind: campaign
        key: kick-off
        name: Kick-off
        redeemable: ten-off
        segment: VIPs
        start: 2026-06-01T10:00:00
        """,
    )

    campaign = project.desired("campaign", "kick-off")

    assert campaign.external_id == derive_id("marlow-burgers", "campaign", "kick-off")
    assert campaign.depends_on == (("redeemable", "ten-off"),)
    assert campaign.fields == {
        "name": "Kick-off",
        "redeemable": derive_id("marlow-burgers", "redeemable", "ten-off"),
        "segment": "VIPs",
        "start": "2026-06-01T10:00:00",
        "timezone": "America/Chicago",
    }
    assert campaign.origins[0] == Origin("/timezone", Source("offers.yaml"), "/defaults/timezone")


# --------------------------------------------------------------------------------------------- texts and environments


def test_texts_of_catalogues_join_those_of_the_offer(project: WrittenFiles) -> None:
    """Each leads back to the catalogue that has it."""
    project.write("a.yaml", REDEEMABLE + "locales: {fr: {name: Dix}}\n")
    project.write("fr.yaml", "kind: locale\nlanguage: fr\nredeemables: {ten-off: {description: Dix pour cent}}\n")

    offer = project.desired("redeemable", "ten-off")

    assert offer.fields["locales"] == {"fr": {"name": "Dix", "description": "Dix pour cent"}}
    assert offer.origins == (
        Origin("/locales/fr/description", Source("fr.yaml"), "/redeemables/ten-off/description"),
        Origin("", Source("a.yaml"), ""),
    )


def test_only_what_is_for_an_environment_is_wanted_there(project: WrittenFiles) -> None:
    """Documents and catalogues alike."""
    project.write("a.yaml", REDEEMABLE)
    project.write("b.yaml", REDEEMABLE.replace("ten-off", "live") + "only: [production]\n")
    project.write("fr.yaml", "kind: locale\nlanguage: fr\nonly: [production]\nredeemables: {ten-off: {name: Dix}}\n")

    assert [item.key for item in project.resolve("sandbox").desired] == ["ten-off"]
    assert [item.key for item in project.resolve("production").desired] == ["live", "ten-off"]
    assert "locales" not in project.desired("redeemable", "ten-off", "sandbox").fields
    assert project.desired("redeemable", "ten-off", "production").fields["locales"] == {"fr": {"name": "Dix"}}


def test_what_others_refer_to_comes_first(project: WrittenFiles) -> None:
    """Selectors, criteria, redeemables, campaigns, each by key."""
    campaign = "kind: campaign\nkey: a\nname: A\nsegment: S\nstart: 2026-06-01T10:00:00\nredeemable: ten-off\n"
    project.write("a.yaml", "---\n".join([campaign, REDEEMABLE, CRITERION, SELECTOR, SELECTOR.replace("sandw", "a")]))

    wanted = [(item.kind, item.key) for item in project.resolve().desired]

    assert wanted == [
        ("selector", "aiches"),
        ("selector", "sandwiches"),
        ("criterion", "ten-percent"),
        ("redeemable", "ten-off"),
        ("campaign", "a"),
    ]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("schedule: missing\n", "unknown-reference"),
        ("effective_location: missing\n", "unknown-location"),
        ("external_id: {production: x}\n", "missing-for-environment"),
    ],
)
def test_what_cannot_be_resolved_is_left_out_and_said(project: WrittenFiles, more: str, code: str) -> None:
    """It keeps back only itself."""
    project.write("a.yaml", REDEEMABLE + more)
    project.write("b.yaml", SELECTOR)

    resolution = project.resolve()

    assert [item.key for item in resolution.desired] == ["sandwiches"]
    assert [finding.code for finding in resolution.findings] == [code]


def test_an_environment_that_does_not_exist_wants_nothing(project: WrittenFiles) -> None:
    """Nor does one of a project file with faults."""
    project.write("a.yaml", REDEEMABLE)

    assert project.resolve("nowhere").desired == ()
