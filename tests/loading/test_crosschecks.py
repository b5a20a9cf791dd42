"""What documents say of each other: references, environments, keys and identities."""

from __future__ import annotations

import pytest
from projects import CRITERION, OFFERS, REDEEMABLE, SELECTOR, WrittenFiles

from offers_sync.loading.identity import derive_id

# ------------------------------------------------------------------------------------------------------ references


def test_references_within_a_project_are_found(project: WrittenFiles) -> None:
    """In whatever file and order they stand."""
    project.write("z.yaml", SELECTOR)
    project.write("a.yaml", CRITERION)
    project.write("b.yaml", "kind: redeemable\nkey: a\nname: A\nreceipt_rule: {criterion: ten-percent}\n")

    assert project.findings() == ()


def test_what_git_does_not_manage_is_not_looked_for(project: WrittenFiles) -> None:
    """An external id refers to something that no file has."""
    project.write("a.yaml", CRITERION.replace("selector: sandwiches", "selector: {external_id: x}"))

    assert project.findings() == ()


def test_every_place_of_a_reference_is_checked(project: WrittenFiles) -> None:
    """Filters, qualifiers, rules, schedules, campaigns and catalogues."""
    project.write(
        "a.yaml",
        """\
        kind: criterion
        key: c
        qc_processing_function: sum_amounts
        line_item_filters: [{selector: one}]
        item_qualifiers: [{selector: two}]
        ---
        kind: redeemable
        key: r
        name: R
        receipt_rule:
          criterion: {qc_processing_function: sum_amounts, line_item_filters: [{selector: three}]}
        schedule: four
        ---
        kind: redeemable
        key: s
        name: S
        receipt_rule: {criterion: five}
        ---
        kind: campaign
        key: k
        name: K
        segment: S
        start: 2026-06-01T10:00:00
        redeemable: six
        ---
        kind: locale
        language: fr
        redeemables: {seven: {name: x}}
        """,
    )

    assert project.told() == [
        "a.yaml:4:32 unknown-reference",
        "a.yaml:5:30 unknown-reference",
        "a.yaml:11:83 unknown-reference",
        "a.yaml:12:11 unknown-reference",
        "a.yaml:17:27 unknown-reference",
        "a.yaml:24:13 unknown-reference",
        "a.yaml:28:15 unknown-reference",
    ]


def test_a_document_with_faults_of_its_own_is_there_all_the_same(project: WrittenFiles) -> None:
    """Whoever refers to it is not told that it is missing."""
    project.write("a.yaml", SELECTOR + "pionts: 1\n")
    project.write("b.yaml", CRITERION)

    assert project.told() == ["a.yaml:7:1 unknown-field"]


def test_a_document_behind_a_syntax_error_is_there_all_the_same(project: WrittenFiles) -> None:
    """Its key is enough to leave references to it in peace."""
    project.write("a.yaml", SELECTOR + "note: [\n")
    project.write("b.yaml", CRITERION)

    assert project.told() == ["a.yaml:7:7 yaml-syntax"]


def test_a_reference_must_hold_in_every_environment(project: WrittenFiles) -> None:
    """The document that is named must be where the one that names it is."""
    project.write("a.yaml", SELECTOR + "only: [sandbox]\n")
    project.write("b.yaml", CRITERION)
    project.write("c.yaml", CRITERION.replace("ten-percent", "narrow") + "only: [sandbox]\n")

    assert project.told() == ["b.yaml:6:15 reference-not-here"]
    assert project.findings()[0].message == "the selector `sandwiches` is not for `production`, and this document is"


# ---------------------------------------------------------------------------------------------------- environments


def test_environments_that_do_not_exist_are_pointed_out(project: WrittenFiles) -> None:
    """In `only` and in maps of ids, those of references included."""
    project.write(
        "a.yaml",
        """\
        kind: criterion
        key: c
        only: [sandbox, prodction]
        external_id: {sandbox: x, prod: y}
        qc_processing_function: sum_amounts
        line_item_filters:
          - selector: {external_id: {sandbox: z, prod: y}}
        """,
    )

    assert project.told() == [
        "a.yaml:3:17 unknown-environment",
        "a.yaml:4:27 unknown-environment",
        "a.yaml:7:42 unknown-environment",
    ]
    assert project.findings()[0].hint == "did you mean `production`?"


def test_a_map_of_ids_names_every_environment_of_its_document(project: WrittenFiles) -> None:
    """A missing one is pointed out at the map; `only` makes it unnecessary."""
    project.write("a.yaml", REDEEMABLE + "external_id: {sandbox: x}\n")
    project.write("b.yaml", REDEEMABLE.replace("ten-off", "b") + "external_id: {sandbox: y}\nonly: [sandbox]\n")

    assert project.told() == ["a.yaml:5:1 missing-for-environment"]


def test_an_alias_must_be_known_in_every_environment(project: WrittenFiles) -> None:
    """One that only another environment has is pointed out, with the environments that lack it."""
    project.write("offers.yaml", OFFERS.replace('{downtown: "location:88"}', '{uptown: "location:88"}'))
    project.write("a.yaml", REDEEMABLE + "effective_location: uptown\n")
    project.write("b.yaml", REDEEMABLE.replace("ten-off", "b") + "effective_location: uptown\nonly: [production]\n")

    assert project.told() == ["a.yaml:5:21 unknown-location"]
    assert project.findings()[0].message == "the location `uptown` is not known in `sandbox`"


# ------------------------------------------------------------------------------------------------ keys and identity


def test_one_key_for_two_kinds_is_no_clash(project: WrittenFiles) -> None:
    """A key is an identity within its kind."""
    project.write("a.yaml", SELECTOR + "---\n" + CRITERION.replace("ten-percent", "sandwiches"))

    assert project.findings() == ()


def test_two_documents_with_one_key_are_both_named(project: WrittenFiles) -> None:
    """The second is pointed at, and its message says where the first stands."""
    project.write("a.yaml", SELECTOR)
    project.write("b/c.yaml", SELECTOR)

    assert project.told() == ["b/c.yaml:2:6 duplicate-key"]
    assert project.findings()[0].message == "there is a selector `sandwiches` already, in a.yaml:2:6"


def test_faulty_documents_clash_too(project: WrittenFiles) -> None:
    """All faults come in one run."""
    project.write("a.yaml", SELECTOR + "x: 1\n")
    project.write("b.yaml", SELECTOR)

    assert project.told() == ["a.yaml:7:1 unknown-field", "b.yaml:2:6 duplicate-key"]


def test_two_catalogues_of_one_language_do_not_clash(project: WrittenFiles) -> None:
    """They have no key, be they sound or faulty."""
    project.write("a.yaml", "kind: locale\nlanguage: fr\nredeemables: {}\nx: 1\n")
    project.write("b.yaml", "kind: locale\nlanguage: fr\nredeemables: {}\nx: 1\n")

    assert project.told() == ["a.yaml:4:1 unknown-field", "b.yaml:4:1 unknown-field"]


def test_two_documents_with_one_written_id(project: WrittenFiles) -> None:
    """Whatever their kinds, since nobody knows whether kinds may share one."""
    project.write("a.yaml", SELECTOR + "external_id: same\n")
    project.write("b.yaml", REDEEMABLE + "external_id: {sandbox: same, production: other}\n")

    assert project.told() == ["b.yaml:5:24 duplicate-identity"]
    assert project.findings()[0].message == "the selector `sandwiches` has the id same too, in a.yaml:2:6"


def test_ids_in_different_environments_do_not_clash(project: WrittenFiles) -> None:
    """Two businesses know nothing of each other."""
    project.write("a.yaml", SELECTOR + "external_id: same\nonly: [sandbox]\n")
    project.write("b.yaml", REDEEMABLE + "external_id: same\nonly: [production]\n")

    assert project.findings() == ()


def test_a_written_id_may_be_the_derived_one_of_another(project: WrittenFiles) -> None:
    """Taking over what another document claims by its key is a clash as well."""
    project.write("a.yaml", SELECTOR)
    taken = derive_id("marlow-burgers", "selector", "sandwiches")
    project.write("b.yaml", REDEEMABLE + f"external_id: {taken}\n")

    assert project.told() == ["b.yaml:5:14 duplicate-identity"]


def test_no_id_is_claimed_where_none_is_written(project: WrittenFiles) -> None:
    """A map that leaves an environment out has one fault, and does not fall back to what would be derived."""
    project.write("a.yaml", SELECTOR + "formerly: subs\nexternal_id: {sandbox: x}\n")
    project.write("b.yaml", SELECTOR.replace("sandwiches", "rolls") + "formerly: subs\nonly: [production]\n")

    assert project.told() == ["a.yaml:7:11 field-ignored", "a.yaml:8:1 missing-for-environment"]


def test_a_written_id_that_looks_like_a_name_is_an_id(project: WrittenFiles) -> None:
    """Kind and key of other documents are no ids, even where two of those clash."""
    project.write("a.yaml", SELECTOR + "formerly: subs\n")
    project.write("b.yaml", SELECTOR.replace("sandwiches", "rolls") + "formerly: subs\n")
    project.write("c.yaml", REDEEMABLE + "external_id: selector/subs\n")

    assert project.told() == ["b.yaml:7:11 duplicate-identity"]


def test_two_documents_that_were_formerly_one(project: WrittenFiles) -> None:
    """Both derive their id from one old key."""
    project.write("a.yaml", SELECTOR + "formerly: subs\n")
    project.write("b.yaml", SELECTOR.replace("sandwiches", "rolls") + "formerly: subs\n")

    assert project.told() == ["b.yaml:7:11 duplicate-identity"]


def test_inline_criteria_have_identities_too(project: WrittenFiles) -> None:
    """The criterion inside an offer and a document of its own must not share an id."""
    rule = "receipt_rule:\n  criterion: {external_id: same, qc_processing_function: receipt_subtotal}\n"
    project.write("a.yaml", "kind: redeemable\nkey: a\nname: A\n" + rule)
    project.write("b.yaml", SELECTOR + "external_id: same\n")

    assert project.told() == ["a.yaml:5:28 duplicate-identity"]


def test_a_former_key_must_be_gone(project: WrittenFiles) -> None:
    """A renamed document and the old one would claim one object; that is said once."""
    project.write("a.yaml", SELECTOR)
    project.write("b.yaml", SELECTOR.replace("sandwiches", "subs") + "formerly: sandwiches\n")

    assert project.told() == ["b.yaml:7:11 formerly-exists"]
    assert project.findings()[0].message == "the selector `sandwiches` still exists, in a.yaml:2:6"


def test_a_former_key_of_another_kind_does_not_matter(project: WrittenFiles) -> None:
    """Keys of other kinds are other things."""
    project.write("a.yaml", SELECTOR)
    project.write("b.yaml", REDEEMABLE + "formerly: sandwiches\n")

    assert project.findings() == ()


def test_a_document_was_not_formerly_itself(project: WrittenFiles) -> None:
    """A former key that is the key says nothing."""
    project.write("a.yaml", SELECTOR + "formerly: sandwiches\n")

    assert project.told() == ["a.yaml:7:11 formerly-exists"]


# ------------------------------------------------------------------------------------------------------- waiving


def test_a_warning_is_waived_by_a_reviewed_line(project: WrittenFiles) -> None:
    """By code, for one document by key or kind and key, or for all."""
    bare = "kind: criterion\nkey: {}\nqc_processing_function: sum_amounts\n"
    for key in ("one", "two", "three"):
        project.write(f"{key}.yaml", bare.format(key))
    names = ("one", "criterion/two")
    allow = "".join(f"  - {{code: no-filter, key: {name}, reason: meant}}\n" for name in names)
    project.write("offers.yaml", f"{OFFERS}allow:\n{allow}")

    assert project.told() == ["three.yaml:1:1 no-filter"]

    project.write("offers.yaml", OFFERS + "allow: [{code: no-filter, reason: all of them}]\n")

    assert project.findings() == ()


def test_what_is_written_in_a_document_is_waived_by_its_key(project: WrittenFiles) -> None:
    """A notice about an inline criterion belongs to the offer around it."""
    rule = "receipt_rule: {criterion: {qc_processing_function: sum_amounts}}\n"
    project.write("a.yaml", "kind: redeemable\nkey: a\nname: A\n" + rule)

    assert project.told() == ["a.yaml:4:27 no-filter"]

    project.write("offers.yaml", OFFERS + "allow: [{code: no-filter, key: redeemable/a, reason: meant}]\n")

    assert project.findings() == ()


def test_an_exception_for_no_document_is_an_error(project: WrittenFiles) -> None:
    """A key that is misspelled would let nothing through, and one that is gone is dead weight."""
    project.write("a.yaml", "kind: redeemable\nkey: five-off\nname: A\nreceipt_rule: {flat_discount: 5}\n")
    project.write("broken.yaml", "kind: redeemable\nkey: six-off\nname: A\n")
    project.write("fr.yaml", "kind: locale\nlanguage: fr\nredeemables: {five-off: {name: Cinq}}\n")
    good = ("five-off", "redeemable/five-off", "five-off/receipt_rule", "criterion/five-off/receipt_rule", "six-off",
            "locale/fr", "fr")  # fmt: skip
    bad = ("five-of", "selector/five-off", "redeemable/seven", "criterion/five-off")
    allow = "".join(f"- {{code: no-filter, key: {name}, reason: meant}}\n" for name in (*good, *bad))
    project.write("offers.yaml", f"{OFFERS}allow:\n{allow}")

    found = [each for each in project.findings() if each.position and each.position.file == "offers.yaml"]
    assert [(each.code, each.path, each.message) for each in found] == [
        ("unknown-reference", f"/allow/{place}/key", f"there is no document `{name}`")
        for place, name in enumerate(bad, len(good))
    ]
    assert found[0].hint == "did you mean `five-off`?"


# ------------------------------------------------------------------------------------------ a faulty offers.yaml


ADOPTED = "kind: redeemable\nkey: {}\nname: A\nreceipt_rule: {{flat_discount: 5}}\nexternal_id: offer-1\n"


@pytest.mark.parametrize(
    "fault",
    [
        "guards: {creates: many}",
        "allow: [{code: no-such-code, reason: because}, no-filter]",
        "guards: {crates: 50}",
    ],
)
def test_a_fault_of_offers_yaml_hides_none_of_the_documents(project: WrittenFiles, fault: str) -> None:
    """What the fault has nothing to do with is checked in the same run."""
    project.write("offers.yaml", f"{OFFERS}{fault}\n")
    project.write("a.yaml", ADOPTED.format("a") + "effective_location: uptown\n")
    project.write("b.yaml", ADOPTED.format("b"))
    project.write("c.yaml", ADOPTED.format("c").replace("offer-1", "offer-2") + "only: [prod]\n")
    told = {told.rpartition(" ")[2] for told in project.told()}
    assert {"unknown-location", "duplicate-identity", "unknown-environment"} <= told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"location:1234"', "1234"),
        ("locations: {downtown", "location: {downtown"),
        ("defaults: {timezone: America/Chicago}", "defaults: {timezone: CST}"),
        ("environments:", "environment:"),
        ('{downtown: "location:88"}', "{downtown: 88}"),
    ],
)
def test_a_fault_that_documents_lean_on_is_told_alone(project: WrittenFiles, old: str, new: str) -> None:
    """Nobody is sent to a document for what is wrong in offers.yaml."""
    project.write("offers.yaml", OFFERS.replace(old, new, 1))
    project.write("a.yaml", ADOPTED.format("a") + "effective_location: downtown\nonly: [production]\n")
    project.write("c.yaml", "kind: campaign\nkey: c\nname: C\nredeemable: a\nsegment: S\nonly: [production]\n"
                  "start: 2090-06-01T10:00:00\n")  # fmt: skip
    assert {told.partition(":")[0] for told in project.told()} == {"offers.yaml"}


def test_a_language_that_is_wanted_twice_is_missed_once(project: WrittenFiles) -> None:
    """The notice names each language once, and the catalogue of each."""
    project.write("offers.yaml", f"{OFFERS}locales: [fr, es, fr]\n")
    project.write("a.yaml", ADOPTED.format("a"))
    finding = project.only_finding()
    assert finding.message == "`a` is not translated into fr, es"
    assert finding.hint == "add it to the catalogues of fr and es, or under `locales` here"
