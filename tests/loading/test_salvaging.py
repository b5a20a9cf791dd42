"""Documents with faults are held against the others all the same, as far as they can be read, and no further."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flaws
import pytest
import strategies
from damage import changed, places_in
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from projects import CRITERION, NOW, OFFERS, REDEEMABLE, SELECTOR, WrittenFiles

from offers_sync.findings import Finding
from offers_sync.loading.complaints import to_pointer
from offers_sync.loading.files import RawFile
from offers_sync.loading.loading import load_files
from offers_sync.loading.validating import examine_document

OFFER = "kind: redeemable\nkey: a\nname: A\nreceipt_rule: {flat_discount: 5}\n"
FAULTY = OFFER + "points: -1\n"
FAULT = "5:9 out-of-range"
CAMPAIGN = "kind: campaign\nkey: k\nname: K\nsegment: S\nredeemable: a\nstart: 2026-06-01T10:00:00\n"
BARE = "project: burgers\nenvironments: {sandbox: {server: embedded}}\n"
FRENCH = "locales: [fr]\n"


def told(project: WrittenFiles, **files: str) -> list[str]:
    """Place and code of all that is found in some files, beside the offers.yaml that is there or among them."""
    for name, text in files.items():
        project.write(f"{name}.yaml", text)
    return project.told()


# ------------------------------------------------------------------------------- what a fault does not hide


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("pointz: 3", id="unknown field"),
        pytest.param("points: many", id="wrong type"),
        pytest.param("points: -1", id="out of range"),
        pytest.param("points: 007", id="ambiguous"),
        pytest.param("points: !python/object:x 3", id="tag"),
        pytest.param("template: {redemption_message: [1]}", id="nested"),
        pytest.param("points: 1\npoints: 2", id="twice"),
    ],
)
def test_a_fault_hides_no_unknown_reference(project: WrittenFiles, fault: str) -> None:
    """Whatever else is wrong with an offer, its criterion, schedule and location are looked up in the same run."""
    text = "kind: redeemable\nkey: a\nname: A\nreceipt_rule: {criterion: b}\nschedule: c\neffective_location: d\n"

    found = told(project, a=text + fault)

    assert {"a.yaml:4:27 unknown-reference", "a.yaml:5:11 unknown-reference", "a.yaml:6:21 unknown-location"} < set(
        found
    )
    assert len(found) > 3


def test_a_fault_hides_no_former_key_that_exists(project: WrittenFiles) -> None:
    """Neither where the former key is written, nor where it is somebody's key."""
    assert told(project, a=FAULTY + "formerly: old\n", old=FAULTY.replace("key: a", "key: old")) == [
        f"a.yaml:{FAULT}",
        "a.yaml:6:11 formerly-exists",
        f"old.yaml:{FAULT}",
    ]


def test_a_fault_hides_no_identity_that_is_claimed_twice(project: WrittenFiles) -> None:
    """Written out, or derived from one former key."""
    other = OFFER.replace("key: a", "key: b")
    assert told(project, a=FAULTY + "external_id: X\n", b=other + "external_id: X\n") == [
        f"a.yaml:{FAULT}",
        "b.yaml:5:14 duplicate-identity",
    ]
    assert told(project, a=FAULTY + "formerly: old\n", b=other + "formerly: old\npoints: -1\n") == [
        f"a.yaml:{FAULT}",
        "b.yaml:5:11 duplicate-identity",
        "b.yaml:6:9 out-of-range",
    ]


@pytest.mark.parametrize(
    ("schedule", "place", "code"),
    [
        ("{start: 2026-03-08T02:30:00, timezone: America/Chicago}", 19, "time-does-not-exist"),
        ("{end: 2026-11-01T01:30:00}", 17, "time-exists-twice"),
        ("{start: 2026-05-01T00:00:00, end: 2026-04-01T00:00:00}", 45, "end-before-start"),
    ],
)
def test_a_fault_hides_no_odd_time(project: WrittenFiles, schedule: str, place: int, code: str) -> None:
    """Errors, warnings and notices alike."""
    assert told(project, a=FAULTY + f"schedule: {schedule}\n") == [f"a.yaml:{FAULT}", f"a.yaml:6:{place} {code}"]


def test_a_fault_hides_no_text_with_two_sources(project: WrittenFiles) -> None:
    """The offer and a catalogue translate one text, whichever of them has a fault."""
    catalogue = "kind: locale\nlanguage: fr\nredeemables: {a: {name: Un}}\n"
    assert told(project, a=FAULTY + "locales: {fr: {name: A}}\n", fr=catalogue + "zzz: 1\n") == [
        f"a.yaml:{FAULT}",
        "fr.yaml:3:25 text-twice",
        "fr.yaml:4:1 unknown-field",
    ]


def test_a_fault_of_a_catalogue_hides_none_of_its_entries(project: WrittenFiles) -> None:
    """An offer that does not exist is told beside an empty text, which is not missing as well."""
    catalogue = "kind: locale\nlanguage: fr\nredeemables: {nope: {name: X}, a: {name: ''}}\n"
    assert told(project, offers=OFFERS + FRENCH, a=OFFER, fr=catalogue) == [
        "fr.yaml:3:15 unknown-reference",
        "fr.yaml:3:42 out-of-range",
    ]


def test_a_fault_hides_no_missing_translation(project: WrittenFiles) -> None:
    """The offer is known by its key, and so are its texts."""
    assert told(project, offers=OFFERS + FRENCH, a=FAULTY) == ["a.yaml:3:7 missing-translation", f"a.yaml:{FAULT}"]


def test_a_campaign_with_a_fault_needs_a_zone_all_the_same(project: WrittenFiles) -> None:
    """Its start is held against the schedule of its offer too."""
    ended = OFFER + "zzz: 1\nschedule: {end: 2026-05-01T00:00:00, timezone: America/Chicago}\n"
    faulty = CAMPAIGN.replace("name: K", "name: ''")
    assert told(project, offers=BARE, a=ended, k=faulty) == [
        "a.yaml:5:1 unknown-field",
        "k.yaml:3:7 out-of-range",
        "k.yaml:6:8 field-needed",
    ]
    assert told(project, offers=OFFERS, k=faulty) == [
        "a.yaml:5:1 unknown-field",
        "k.yaml:3:7 out-of-range",
        "k.yaml:6:8 campaign-outside-offer",
    ]


def test_a_fault_hides_no_lint(project: WrittenFiles) -> None:
    """What a colleague would ask about is asked beside it."""
    selector = SELECTOR.replace('"2001,2002"', '"2001, 2002"') + "zzz: 1\n"
    bare = "kind: criterion\nkey: c\nqc_processing_function: sum_amounts\nrounding_rule: ceil\nzzz: 1\n"
    assert told(project, a=selector, b=bare) == [
        "a.yaml:6:53 blanks-in-list",
        "a.yaml:7:1 unknown-field",
        "b.yaml:1:1 no-filter",
        "b.yaml:4:16 rounds-dollars",
        "b.yaml:5:1 unknown-field",
    ]


def test_a_document_with_a_fault_may_be_missing_where_another_is(project: WrittenFiles) -> None:
    """What it is for is known, so a reference that does not hold everywhere is told."""
    assert told(project, a=SELECTOR + "only: [sandbox]\nzzz: 1\n", b=CRITERION) == [
        "a.yaml:8:1 unknown-field",
        "b.yaml:6:15 reference-not-here",
    ]


def test_a_faulty_entry_of_a_list_hides_none_of_the_others(project: WrittenFiles) -> None:
    """Each of them is looked at, at its own place."""
    criterion = (
        "kind: criterion\nkey: c\nqc_processing_function: sum_amounts\neffective_location: [5, nowhere]\n"
        "line_item_filters: [5, {selector: nope}]\nonly: [5, prod]\n"
    )
    assert told(project, c=criterion) == [
        "c.yaml:4:22 wrong-type",
        "c.yaml:4:25 unknown-location",
        "c.yaml:5:21 wrong-type",
        "c.yaml:5:35 unknown-reference",
        "c.yaml:6:8 wrong-type",
        "c.yaml:6:11 unknown-environment",
    ]


# ----------------------------------------------------------------------- what cannot be read is not judged by


def test_what_was_filled_in_is_not_complained_about(project: WrittenFiles) -> None:
    """A missing receipt rule is one complaint, and nobody asks for the criterion that stands in for it."""
    assert told(project, a="kind: redeemable\nkey: a\nname: A\nschedule: c\n") == [
        "a.yaml:1:1 missing-field",
        "a.yaml:4:11 unknown-reference",
    ]


def test_a_reference_that_is_no_text_is_complained_about_once(project: WrittenFiles) -> None:
    """A reference of the wrong type is a fault of its own, and not also an unknown one."""
    text = "kind: criterion\nkey: a\nqc_processing_function: sum_qty\nline_item_filters: [{selector: [b]}]\n"

    assert told(project, a=text) == ["a.yaml:4:32 wrong-type"]


@pytest.mark.parametrize(
    ("files", "only"),
    [
        pytest.param(
            {"s": SELECTOR + "only: sandbox\n", "c": CRITERION},
            "s.yaml:7:7 wrong-type",
            id="a reference to what is for nobody knows which environments",
        ),
        pytest.param(
            {"s": SELECTOR + "only: [sandbox]\n", "c": CRITERION + "onyl: [sandbox]\n"},
            "c.yaml:7:1 unknown-field",
            id="a reference from there",
        ),
        pytest.param(
            {"a": OFFER + "external_id: {sandbox: '', production: x}\n"},
            "a.yaml:5:24 out-of-range",
            id="an id that is written and faulty",
        ),
        pytest.param(
            {"a": OFFER + "external_id: {sandbox: x}\nonly: sandbox\n"},
            "a.yaml:6:7 wrong-type",
            id="an id that may be all there needs to be",
        ),
        pytest.param(
            {"offers": OFFERS.replace('downtown: "location:88"', 'uptown: "location:88"'),
             "a": OFFER + "effective_location: uptown\nonly: production\n"},
            "a.yaml:6:7 wrong-type",
            id="a location that only some environments have",
        ),
        pytest.param(
            {"a": OFFER + "formerly: Old\n", "b": OFFER.replace("key: a", "key: b") + "formerly: a\n"},
            "a.yaml:5:11 wrong-form b.yaml:5:11 formerly-exists",
            id="an identity that nobody knows",
        ),
        pytest.param(
            {"a": OFFER + "externalid: x\n", "b": OFFER.replace("key: a", "key: b") + "external_id: x\n"},
            "a.yaml:5:1 unknown-field",
            id="an identity under a misspelled name",
        ),
        pytest.param(
            {"a": OFFER.replace("key: a", "key: A 1"), "b": OFFER.replace("key: a", "key: A 1")},
            "a.yaml:2:6 wrong-form b.yaml:2:6 wrong-form",
            id="two keys that are none",
        ),
        pytest.param(
            {"offers": OFFERS + FRENCH, "a": OFFER + "locales: {fr: {name: 5}}\n"},
            "a.yaml:5:22 wrong-type",
            id="a translation that is written and faulty",
        ),
        pytest.param(
            {"offers": OFFERS + FRENCH, "a": OFFER + "locale: {fr: {name: Un}}\n"},
            "a.yaml:5:1 unknown-field",
            id="translations under a misspelled name",
        ),
        pytest.param(
            {"offers": OFFERS + FRENCH, "a": OFFER + "retired: yes\n"},
            "a.yaml:5:10 wrong-type",
            id="translations of what may be retired",
        ),
        pytest.param(
            {"offers": OFFERS + FRENCH, "a": OFFER.replace("key: a\n", "")},
            "a.yaml:1:1 missing-field",
            id="translations of what has no key",
        ),
        pytest.param(
            {"offers": OFFERS + FRENCH, "a": OFFER, "fr": "kind: locale\nlanguage: FR\nredeemables: {a: {name: x}}\n"},
            "fr.yaml:2:11 wrong-form",
            id="a catalogue of nobody knows which language",
        ),
        pytest.param(
            {"offers": OFFERS + FRENCH, "a": OFFER, "fr": "kind: locale\nlanguage: fr\nredeemables: 5\n"},
            "fr.yaml:3:14 wrong-type",
            id="a catalogue of nobody knows which offers",
        ),
        pytest.param(
            {"offers": OFFERS + FRENCH, "a": OFFER, "fr": "kind: locale\nlanguage: fr\nredeemables: {a: {nmae: x}}\n"},
            "fr.yaml:3:19 unknown-field",
            id="a catalogue of nobody knows which texts",
        ),
        pytest.param(
            {"offers": OFFERS + FRENCH, "a": OFFER, "fr": "kind: locale\nlanguage: fr\nredeemables: {a: {name: x}\n"},
            "fr.yaml:3:14 yaml-syntax",
            id="a catalogue that is no YAML",
        ),
        pytest.param(
            {"offers": OFFERS + FRENCH, "a": OFFER, "fr": "kind: locals\nlanguage: fr\nredeemables: {a: {name: x}}\n"},
            "fr.yaml:1:7 unknown-kind",
            id="a catalogue of a misspelled kind",
        ),
        pytest.param(
            {"a": OFFER + "schedule: {start: 2026-03-08T02:30:00, timezone: CST}\n"},
            "a.yaml:5:50 unknown-timezone",
            id="a time on nobody knows which clock",
        ),
        pytest.param(
            {"a": OFFER + "schedule: {start: 2026-03-08T02:30:00}\ntimezone: America/Phoenix\n"},
            "a.yaml:6:1 unknown-field",
            id="a time whose zone stands in the wrong place",
        ),
        pytest.param(
            {"offers": BARE, "a": OFFER, "k": CAMPAIGN + "timzone: America/Chicago\n"},
            "k.yaml:7:1 unknown-field",
            id="a campaign whose zone is misspelled",
        ),
        pytest.param(
            {"a": OFFER + "schedule: {end: 2026-05-01T00:00:00, timezone: CST}\n", "k": CAMPAIGN},
            "a.yaml:5:48 unknown-timezone",
            id="an offer that ends on nobody knows which clock",
        ),
        pytest.param(
            {"a": OFFER.replace("key: a", "key: ten-off-sandwich") + "schedule: {end: 2026-05-01T00:00:00}\n",
             "k": CAMPAIGN.replace("redeemable: a\n", "")},
            "k.yaml:1:1 missing-field",
            id="a campaign of nobody knows which offer",
        ),
        pytest.param(
            {"s": SELECTOR, "c": CRITERION.replace("line_item_filters:", "line_item_filter:")},
            "c.yaml:5:1 unknown-field",
            id="filters under a misspelled name",
        ),
        pytest.param(
            {"c": "kind: criterion\nkey: c\nqc_processing_function: receipt_total\n"},
            "c.yaml:3:25 wrong-value",
            id="filters of nobody knows which function",
        ),
        pytest.param(
            {"s": SELECTOR.replace("operator: in", "operator: inn").replace("2001,2002", "2001, 2002")},
            "s.yaml:6:42 wrong-value",
            id="a list of nobody knows which operator",
        ),
        pytest.param(
            {"s": SELECTOR.replace("item_family, operator: in", "line_item_type, operator: on")
             .replace("2001,2002", "D"),
             "c": CRITERION + "  - {selector: sandwiches, processing_method: exclude}\n"
             "receipt_qualifiers: [{attribute: total_amount, operator: '>=', value: 10}]\n"},
            "s.yaml:6:45 wrong-value",
            id="an exclusion of nobody knows which items",
        ),
        pytest.param(
            {"c": CRITERION + "  - {selector: nope, processing_method: exclude}\n"
             "receipt_qualifiers: [{attribute: total_amount, operator: '>=', value: 10}]\n", "s": SELECTOR},
            "c.yaml:7:16 unknown-reference",
            id="an exclusion that is not there",
        ),
    ],
)  # fmt: skip
def test_nobody_is_judged_by_what_cannot_be_read(project: WrittenFiles, files: dict[str, str], only: str) -> None:
    """The fault is told, and nothing that would follow from its being left out, or filled in."""
    assert " ".join(told(project, **files)) == only


def test_what_holds_whatever_was_meant_is_told_all_the_same(project: WrittenFiles) -> None:
    """A location that no environment has is unknown, whatever environments the offer is for."""
    assert told(project, a=OFFER + "effective_location: nowhere\nonly: production\n") == [
        "a.yaml:5:21 unknown-location",
        "a.yaml:6:7 wrong-type",
    ]


def test_the_environments_of_texts_are_known_without_offers_yaml(project: WrittenFiles) -> None:
    """Two catalogues for different environments clash nowhere, even if nobody knows which environments there are."""
    catalogue = "kind: locale\nlanguage: fr\nredeemables: {a: {name: Un}}\nonly: [%s]\n"
    files = {"offers": "project: [", "a": OFFER, "one": catalogue % "sandbox", "two": catalogue % "production"}
    assert told(project, **files) == ["offers.yaml:1:10 yaml-syntax"]
    assert told(project, two=catalogue % "sandbox") == ["offers.yaml:1:10 yaml-syntax", "two.yaml:3:25 text-twice"]


# ------------------------------------------------------------------------------------------- offers.yaml itself


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("locations:", "guards: {creates: -1}\nlocations:", "3:19 out-of-range"),
        ("project: marlow-burgers", "project: Marlow", "1:10 wrong-form"),
        ("{timezone: America/Chicago}", "{timezone: CST}", "2:22 unknown-timezone"),
        ('drive-thru: "tag:736"', "drive-thru: 736", "3:52 wrong-type"),
        ('{downtown: "location:88"}', "{downtown: 88}", "9:27 wrong-type"),
        ("locations: {", "local: [fr]\nlocations: {", "3:1 unknown-field"),
    ],
)
def test_a_fault_of_offers_yaml_hides_nothing_that_it_does_not_bear_on(
    project: WrittenFiles, old: str, new: str, fault: str
) -> None:
    """An unknown location, an unknown environment, a time that does not exist and a clash are told beside it."""
    schedule = "schedule: {start: 2026-03-08T02:30:00, timezone: America/Chicago}\n"
    found = told(
        project,
        offers=OFFERS.replace(old, new, 1),
        a=OFFER + "effective_location: uptown\nformerly: old\n",
        b=OFFER.replace("key: a", "key: b") + "only: [sandbox, prod]\nformerly: old\n" + schedule,
    )

    assert found == [
        "a.yaml:5:21 unknown-location",
        "b.yaml:5:17 unknown-environment",
        "b.yaml:6:11 duplicate-identity",
        "b.yaml:7:19 time-does-not-exist",
        f"offers.yaml:{fault}",
    ]


def test_no_id_is_shown_that_was_derived_from_no_project(project: WrittenFiles) -> None:
    """Two that were formerly one clash whatever the project is called."""
    project.write("offers.yaml", OFFERS.replace("marlow-burgers", "Marlow"))
    project.write("a.yaml", OFFER + "formerly: old\n")
    project.write("b.yaml", OFFER.replace("key: a", "key: b") + "formerly: old\n")

    clash, _ = project.findings()
    assert clash.message == "the redeemable `a` has the same id, in a.yaml:5:11"


@pytest.mark.parametrize(
    ("environments", "only", "fault"),
    [
        ("environments: {sandbox: {server: embedded}, Production 1: {server: embedded}}", "Production 1", 45),
        ("environments: {sandbox: {server: embedded}, production: 5}", "production", 57),
        ("environment: {sandbox: {server: embedded}, production: {server: embedded}}", "production", 1),
        ("environments: [production]", "production", 15),
    ],
)
def test_an_environment_that_cannot_be_read_is_not_unknown(
    project: WrittenFiles, environments: str, only: str, fault: int
) -> None:
    """Nor does anything have to be written for those that stand in for it."""
    offer = OFFER + f"only: [{only}]\nexternal_id: {{{only}: x}}\neffective_location: downtown\n"

    found = told(project, offers=f'project: p\n{environments}\nlocations: {{downtown: "tag:1"}}\n', a=offer)

    assert [place.rpartition(" ")[0] for place in found] == [f"offers.yaml:2:{fault}"]


def test_languages_that_stand_in_for_faulty_ones_are_not_asked_for(project: WrittenFiles) -> None:
    """Those beside them are."""
    assert told(project, offers=OFFERS + "locales: [5, fr]\n", a=OFFER) == [
        "a.yaml:3:7 missing-translation",
        "offers.yaml:10:11 wrong-type",
    ]
    assert project.findings()[0].message == "`a` is not translated into fr"


@pytest.mark.parametrize("fault", ["guards: {creates: -1}\n", "locales: [5]\n", "zzz: 1\n"])
def test_exceptions_hold_in_an_offers_yaml_with_faults(project: WrittenFiles, fault: str) -> None:
    """What was waived by a reviewed line does not come back with a fault somewhere else."""
    bare = "kind: criterion\nkey: c\nqc_processing_function: sum_amounts\n"
    allow = "allow: [{code: no-filter, key: c, reason: meant}]\n"

    (finding,) = told(project, offers=OFFERS + allow + fault, c=bare)

    assert finding.startswith("offers.yaml:11:")


def test_an_exception_that_has_ended_waives_nothing(project: WrittenFiles) -> None:
    """It is an error, and what it waived is told again."""
    bare = "kind: criterion\nkey: c\nqc_processing_function: sum_amounts\n"
    allow = "allow: [{code: no-filter, key: c, reason: meant, until: 2025-01-01T00:00:00}]\n"

    assert told(project, offers=OFFERS + allow, c=bare) == [
        "c.yaml:1:1 no-filter",
        "offers.yaml:10:57 allowance-expired",
    ]


# ------------------------------------------------------------------- documents of which only the name can be read


@pytest.mark.parametrize(
    ("selector", "fault"),
    [
        (SELECTOR.replace("kind: selector", "kind: selektor"), "1:7 unknown-kind"),
        (SELECTOR.replace("kind: selector\n", ""), "1:1 unknown-kind"),
        (SELECTOR.replace("kind: selector", "kind: [selector]"), "1:7 unknown-kind"),
        (SELECTOR.replace("kind: selector", "kind: !x selector"), "1:7 yaml-tag"),
        ("- " + SELECTOR.replace("\n", "\n  ").rstrip(), "1:1 not-a-mapping"),
        ("{name: Sandwiches, 'key': 'sandwiches', kind: [", "1:47 yaml-syntax"),
        (SELECTOR + "note: \udce9\n", "7:7 not-utf8"),
    ],
)
def test_a_document_of_no_kind_is_not_missing(project: WrittenFiles, selector: str, fault: str) -> None:
    """Its key is enough to leave references to it in peace."""
    project.write("a.yaml", selector.encode("utf-8", "surrogateescape"))
    project.write("b.yaml", CRITERION)

    assert project.told() == [f"a.yaml:{fault}"]


def test_a_key_that_is_missing_hides_no_reference(project: WrittenFiles) -> None:
    """Only a key that stands in the file may be meant."""
    assert told(project, a=SELECTOR.replace("key: sandwiches\n", ""), b=CRITERION) == [
        "a.yaml:1:1 missing-field",
        "b.yaml:6:15 unknown-reference",
    ]


@pytest.mark.parametrize("field", ["kye", "Key", "id"])
def test_a_key_under_another_name_is_a_key(project: WrittenFiles, field: str) -> None:
    """What stands under a name that the kind does not know may be what it is called: no reference to it is missing."""
    project.write("a.yaml", SELECTOR.replace("key: sandwiches", f"{field}: sandwiches"))
    project.write("b.yaml", CRITERION)
    project.write("c.yaml", CRITERION.replace("sandwiches", "drinks").replace("key: ", "key: other-"))

    told = project.told()

    assert [each for each in told if each.startswith("b.yaml")] == []
    assert [each for each in told if each.startswith("c.yaml")] == ["c.yaml:6:15 unknown-reference"]


def test_a_retired_offer_with_a_fault_is_retired(project: WrittenFiles) -> None:
    """Who gifts it is warned."""
    assert told(project, a=FAULTY + "retired: true\n", k=CAMPAIGN) == [
        f"a.yaml:{FAULT}",
        "k.yaml:5:13 reference-to-retired",
    ]


def test_an_offer_with_faults_is_no_document_of_the_project(project: WrittenFiles) -> None:
    """Nobody plans with what was salvaged of it."""
    project.write("a.yaml", FAULTY)
    project.write("b.yaml", REDEEMABLE)

    assert [document.source.file for document in project.load().documents] == ["b.yaml"]


# ------------------------------------------------------------------------------------------ whatever is written


def findings_of(files: flaws.Files) -> tuple[Finding, ...]:
    """What is found in files by name."""
    return load_files(
        Path("/nowhere"), [RawFile(name, text.encode()) for name, text in sorted(files.items())], now=NOW
    ).findings


GENERATED = settings(
    max_examples=150,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@GENERATED
@given(flaws.flawed_projects())
def test_one_fault_more_in_every_document_hides_nothing(files: flaws.Files) -> None:
    """Whatever is wrong in and between the files of a project, it is found with an unknown field beside it."""
    faulty = {
        name: text if text.startswith("{") or "x-end" in text else text + "xyzzy: 1\n" for name, text in files.items()
    }

    before, after = findings_of(files), findings_of(faulty)

    assert [(str(each.position), each.code, each.message) for each in after if each.path != "/xyzzy"] == [
        (str(each.position), each.code, each.message) for each in before if each.path != "/xyzzy"
    ]
    assert "unknown-field" in {each.code for each in after}


@GENERATED
@given(strategies.projects(), st.data())
def test_nothing_follows_from_a_fault(written: strategies.WrittenProject, data: st.DataObject) -> None:
    """A value that is no value makes complaints about itself, and of other documents no more than there were."""
    offers = {**written.offers, "locales": ["fr", "es"]}
    files = {f"{number}.yaml": document for number, document in enumerate(written.documents)}
    name = data.draw(st.sampled_from(sorted(files)))
    path = data.draw(st.sampled_from([path for path in places_in(files[name]) if path not in ((), ("key",))]))
    value = data.draw(st.sampled_from([{"x": "y"}, "No Such Word!", -1, 5, [5], [{}], "", True, "2027-02-30T12:00:00"]))
    broken = changed(files[name], path, lambda _: value)
    own = examine_document(broken)
    assume(own.model is None)

    def found(documents: dict[str, Any]) -> set[tuple[str, str, str]]:
        texts = {file: strategies.as_yaml([document]) for file, document in documents.items()}
        findings = findings_of({"offers.yaml": strategies.as_yaml([offers]), **texts})
        return {(each.code, each.position.file, each.path) for each in findings if each.position is not None}

    expected = {(each.code.name, name, to_pointer(each.path)) for each in own.complaints}
    assert found({**files, name: broken}) <= found(files) | expected
