"""Looking at some files only: what is said of them is what a look at everything says of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import flaws
import pytest
import strategies
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from projects import CRITERION, NOW, OFFERS, REDEEMABLE, SELECTOR, WrittenFiles

from offers_sync.findings import Finding
from offers_sync.loading.files import RawFile, list_files
from offers_sync.loading.focusing import Focus, narrow
from offers_sync.loading.identity import derive_id
from offers_sync.loading.loading import load_project

FILES = {
    "offers.yaml": OFFERS + "locales: [fr]\n",
    "selector.yaml": SELECTOR,
    "criterion.yaml": CRITERION,
    "schedule.yaml": "kind: schedule\nkey: summer\nstart: 2026-06-01T00:00:00\nend: 2026-07-01T00:00:00\n",
    "offer.yaml": "kind: redeemable\nkey: a\nname: A\nreceipt_rule: {criterion: ten-percent}\nschedule: summer\n",
    "other.yaml": REDEEMABLE,
    "campaign.yaml": "kind: campaign\nkey: k\nname: K\nsegment: S\nredeemable: a\nstart: 2026-08-01T00:00:00\n",
    "fr.yaml": "kind: locale\nlanguage: fr\nredeemables: {a: {name: Un}}\n",
}


def focused(project: WrittenFiles, *names: str) -> tuple[Finding, ...]:
    """The findings of some files."""
    return load_project(project.folder, now=NOW, focus=Focus(names)).findings


def kept(name: str, **more: str) -> list[str]:
    """The files that are parsed to judge one."""
    files = [RawFile(file, text.encode()) for file, text in sorted({**FILES, **more}.items())]
    return [file.name for file in narrow(Focus((name,)), files)]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("selector.yaml", "offers selector"),
        ("criterion.yaml", "criterion offers selector"),
        ("other.yaml", "offers other"),
        ("offer.yaml", "criterion fr offer offers schedule selector"),
        ("fr.yaml", "criterion fr offer offers schedule"),
        ("campaign.yaml", "campaign criterion fr offer offers schedule"),
    ],
)
def test_only_what_bears_on_a_file_is_parsed(name: str, files: str) -> None:
    """What it names, two steps far, and the catalogues that name it; not what else names the same."""
    assert kept(name) == [f"{file}.yaml" for file in files.split()]


def test_a_campaign_is_judged_by_the_schedule_of_its_offer(project: WrittenFiles) -> None:
    """Two steps away, and through a file that has nothing else to do with it."""
    for name, text in FILES.items():
        project.write(name, text)

    assert [finding.code for finding in focused(project, "campaign.yaml")] == ["campaign-outside-offer"]


@pytest.mark.parametrize("key", ["key: sandwiches", '"key": "sandwiches"', "key:   'sandwiches'", "key: &x sandwiches"])
def test_a_definition_is_found_however_it_is_written(project: WrittenFiles, key: str) -> None:
    """Quotes, blanks and anchors do not hide a key."""
    project.write("a.yaml", SELECTOR.replace("key: sandwiches", key))
    project.write("b.yaml", CRITERION)

    assert focused(project, "b.yaml") == ()


def test_a_definition_that_the_search_does_not_see_is_found_in_the_end(project: WrittenFiles) -> None:
    """Before anybody is told that it is missing, everything is read."""
    project.write("a.yaml", SELECTOR.replace("sandwiches", '"sand\\x77iches"'))
    project.write("b.yaml", CRITERION)

    assert focused(project, "b.yaml") == ()


def test_a_missing_definition_is_told(project: WrittenFiles) -> None:
    """With the same hint as ever, which knows the keys of all files."""
    project.write("a.yaml", SELECTOR.replace("sandwiches", "sandwich"))
    project.write("b.yaml", CRITERION)

    (finding,) = focused(project, "b.yaml")

    assert (finding.code, finding.hint) == ("unknown-reference", "did you mean `sandwich`?")


def test_a_clash_of_ids_is_seen(project: WrittenFiles) -> None:
    """By key and by a written id."""
    project.write("a.yaml", SELECTOR + "external_id: same-id\n")
    project.write("b.yaml", SELECTOR)
    project.write("c.yaml", REDEEMABLE + "external_id: same-id\n")

    assert [finding.code for finding in focused(project, "b.yaml")] == ["duplicate-key"]
    assert [finding.code for finding in focused(project, "c.yaml")] == ["duplicate-identity"]


INLINE = (
    "kind: redeemable\nkey: {}\nname: A\nreceipt_rule: {{criterion: {{qc_processing_function: receipt_subtotal{}}}}}\n"
)
GIFT = "kind: campaign\nkey: {}\nname: K\nsegment: S\nredeemable: {{external_id: x}}\nstart: 2026-08-01T00:00:00\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(REDEEMABLE + "formerly: old\n", INLINE.format("q", "") + "formerly: old\n", id="a former key"),
        pytest.param(REDEEMABLE, INLINE.format("q", "") + "formerly: ten-off\n", id="a key that was another's"),
        pytest.param(INLINE.format("q", ", formerly: zz"), INLINE.format("r", ", formerly: zz"), id="inside an offer"),
        pytest.param(
            GIFT.format("a") + "external_campaign_id: Z\n",
            GIFT.format("b") + "external_campaign_id: Z\n",
            id="a campaign",
        ),
        pytest.param(
            SELECTOR + "external_id: it's one\n", REDEEMABLE + "external_id: 'it''s one'\n", id="an id in other quotes"
        ),
        pytest.param(
            f"{REDEEMABLE}external_id: {derive_id('marlow-burgers', 'selector', 'sandwiches')}\n",
            SELECTOR,
            id="derived",
        ),
        pytest.param(
            SELECTOR,
            f"{REDEEMABLE}external_id: {derive_id('marlow-burgers', 'selector', 'sandwiches')}\n",
            id="taken over",
        ),
    ],
)
def test_a_clash_is_seen_from_the_second_file(project: WrittenFiles, first: str, second: str) -> None:
    """Wherever the name or the id is written that both claim."""
    project.write("a.yaml", first)
    project.write("b.yaml", second)

    found = focused(project, "b.yaml")

    assert [finding.code for finding in found] in (["duplicate-identity"], ["formerly-exists"])
    assert found == project.findings()


@pytest.mark.parametrize(
    "key",
    [
        "key: *name",
        "key: |-\n  sandwiches",
        "key: # the key\n  sandwiches",
        "key:\n  sandwiches",
        '"k\\x65y": sandwiches',
        'key: "sand\\u0077iches"',
        'key: "sand\\\n  wiches"',
        "? key\n: sandwiches",
        "? |-\n  key\n: sandwiches",
        "<<: {key: sandwiches}",
        "key: !!str sandwiches",
        "key: &here sandwiches",
    ],
)
def test_a_key_is_taken_however_it_is_spelled(project: WrittenFiles, key: str) -> None:
    """No spelling hides a document from the other one of its key."""
    project.write("a.yaml", "x-name: &name sandwiches\n" + SELECTOR.replace("key: sandwiches", key))
    project.write("b.yaml", SELECTOR)

    assert [str(finding.position) + " " + finding.code for finding in focused(project, "b.yaml")] == [
        "b.yaml:2:6 duplicate-key"
    ]


@pytest.mark.parametrize("kind", ['"l\\x6fcale"', "*kind", "|-\n  locale", "# why\n  'locale'"])
def test_a_catalogue_translates_however_it_is_spelled(project: WrittenFiles, kind: str) -> None:
    """No translation is missing that is there."""
    project.write("offers.yaml", OFFERS + "locales: [fr]\n")
    project.write("a.yaml", REDEEMABLE)
    project.write(
        "fr.yaml", f"x-kind: &kind locale\nkind: {kind}\nlanguage: fr\nredeemables: {{ten-off: {{name: Dix}}}}\n"
    )

    assert focused(project, "a.yaml") == ()


def test_no_translation_is_missing_that_a_broken_catalogue_may_hold(project: WrittenFiles) -> None:
    """Before that is told, every catalogue is parsed, be it one that does not name the offer."""
    project.write("offers.yaml", OFFERS + "locales: [fr]\n")
    project.write("a.yaml", REDEEMABLE)
    project.write("fr.yaml", "kind: locale\nlanguage: fr\nredeemables: [\n")

    assert focused(project, "a.yaml") == ()


def test_escapes_of_other_characters_cost_nothing() -> None:
    """A file that is full of accents as escapes is left out like any other."""
    escaped = REDEEMABLE.replace("name: 10% off", 'name: "Caf\\xe9 \\u2014 10% \\"off\\" \\U0001f354"')

    assert kept("offer.yaml", **{"x.yaml": escaped}) == kept("offer.yaml")


def test_other_files_have_no_findings(project: WrittenFiles) -> None:
    """Not even where they cannot be read at all."""
    project.write("bad.yaml", "a: [")
    project.write("good.yaml", SELECTOR)
    project.write("sub/also-bad.yaml", "a: [")

    loaded = load_project(project.folder, now=NOW, focus=Focus(("good.yaml",)))

    assert (loaded.findings, loaded.count) == ((), 1)
    assert [str(finding.position) for finding in focused(project, "sub/")] == ["sub/also-bad.yaml:1:4"]


@settings(
    max_examples=25,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(written=strategies.projects(), data=st.data())
def test_a_look_at_one_file_sees_what_a_look_at_all_sees_of_it(
    written: strategies.WrittenProject, data: st.DataObject
) -> None:
    """Whatever the project, and whichever file is asked about."""
    with tempfile.TemporaryDirectory() as place:
        folder = written.write(Path(place))
        everything = load_project(folder, now=NOW).findings
        name = data.draw(st.sampled_from([file.name for file in list_files(folder)]))

        found = load_project(folder, now=NOW, focus=Focus((name,))).findings

    assert found == tuple(each for each in everything if each.position is not None and each.position.file == name)


@settings(
    max_examples=150,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(files=flaws.flawed_projects(), data=st.data())
def test_a_look_at_one_file_sees_all_its_faults_and_no_others(files: flaws.Files, data: st.DataObject) -> None:
    """Whatever is wrong between the files, and however they are spelled."""
    with tempfile.TemporaryDirectory() as place:
        project = WrittenFiles(Path(place))
        for name, text in files.items():
            project.write(name, text.encode())
        everything = project.findings()
        for name in data.draw(st.permutations(sorted(files)))[:4]:
            found = focused(project, name)

            assert found == tuple(
                each for each in everything if each.position is not None and each.position.file == name
            )
