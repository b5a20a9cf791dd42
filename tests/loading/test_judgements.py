"""Times, texts and lint: what is judged across fields and files, and what is left in peace."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import OFFERS, REDEEMABLE, WrittenFiles

from offers_sync.contract import TIMEZONES
from offers_sync.loading.zones import count_on_clock, zone_with_same_clock

CAMPAIGN = """\
kind: campaign
key: k
name: K
segment: S
redeemable: ten-off
start: 2026-06-01T10:00:00
"""


def scheduled(body: str) -> str:
    """An offer with a schedule."""
    return f"{REDEEMABLE}schedule: {{{body}}}\n"


# ----------------------------------------------------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("local", "zone", "count"),
    [
        ("2026-03-08T01:59:59", "America/Chicago", "once"),
        ("2026-03-08T02:00:00", "America/Chicago", "never"),
        ("2026-03-08T02:59:59", "America/Chicago", "never"),
        ("2026-03-08T03:00:00", "America/Chicago", "once"),
        ("2026-11-01T01:00:00", "America/Chicago", "twice"),
        ("2026-11-01T01:59:59", "America/Chicago", "twice"),
        ("2026-11-01T02:00:00", "America/Chicago", "once"),
        ("2026-03-08T02:30:00", "America/Phoenix", "once"),
        ("2011-12-30T12:00:00", "Pacific/Apia", "never"),
        ("2026-10-04T02:15:00", "Australia/Sydney", "never"),
    ],
)
def test_how_often_a_clock_shows_a_time(local: str, zone: str, count: str) -> None:
    """Clocks jump forward over times, and go back over others."""
    assert count_on_clock(datetime.fromisoformat(local), zone) == count


@given(st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)))  # noqa: DTZ001  on no clock in particular
def test_a_clock_that_never_jumps_shows_every_time_once(local: datetime) -> None:
    """Universal time has no gaps."""
    assert count_on_clock(local, "Etc/UTC") == "once"


@pytest.mark.parametrize("zone", TIMEZONES)
def test_every_zone_of_the_vendor_is_known_here(zone: str) -> None:
    """The time zone database that is installed with us has them all, and each has its own clock."""
    assert zone_with_same_clock(zone) is not None


@pytest.mark.parametrize(
    ("zone", "same"),
    [("America/Toronto", "America/New_York"), ("US/Central", "America/Chicago"), ("Europe/Oslo", "Europe/Amsterdam")],
)
def test_a_zone_with_the_same_clock_is_offered(zone: str, same: str) -> None:
    """From the same part of the world where there is one."""
    assert zone_with_same_clock(zone) == same


@pytest.mark.parametrize("zone", ["", "Nowhere/Atlantis", "../../etc/passwd", "/etc/localtime", "a\0b", "x" * 5_000])
def test_what_is_no_zone_has_no_clock(zone: str) -> None:
    """Whatever is written reads no file outside of the time zone database."""
    assert zone_with_same_clock(zone) is None
    assert count_on_clock(datetime(2026, 1, 1), zone) == "once"  # noqa: DTZ001  on no clock at all


def test_the_zone_of_the_project_is_that_of_its_schedules(project: WrittenFiles) -> None:
    """Unless a schedule names its own."""
    project.write("a.yaml", scheduled("start: 2026-03-08T02:30:00"))
    project.write("b.yaml", scheduled("start: 2026-03-08T02:30:00, timezone: Etc/UTC").replace("ten-off", "b"))

    assert project.told() == ["a.yaml:5:19 time-does-not-exist"]


def test_a_shared_schedule_is_judged_once(project: WrittenFiles) -> None:
    """Where it is written, not at each offer that names it."""
    project.write("s.yaml", "kind: schedule\nkey: s\nstart: 2026-06-02T00:00:00\nend: 2026-06-01T00:00:00\n")
    for key in ("a", "b"):
        project.write(f"{key}.yaml", REDEEMABLE.replace("ten-off", key) + "schedule: s\n")

    assert project.told() == ["s.yaml:4:6 end-before-start"]


def test_a_campaign_needs_a_zone_from_somewhere(project: WrittenFiles) -> None:
    """Its start is sent as an instant."""
    project.write("a.yaml", REDEEMABLE + "---\n" + CAMPAIGN)

    assert project.findings() == ()

    project.write("offers.yaml", OFFERS.replace("defaults: {timezone: America/Chicago}\n", ""))

    assert project.told() == ["a.yaml:11:8 field-needed"]


@pytest.mark.parametrize(
    ("schedule", "codes"),
    [
        ("start: 2026-06-01T10:00:00, end: 2026-06-01T10:00:01", []),
        ("start: 2026-06-01T10:00:01", ["campaign-outside-offer"]),
        ("end: 2026-06-01T09:59:59", ["campaign-outside-offer"]),
        ("end: 2026-06-01T11:30:00, timezone: America/New_York", []),
        ("end: 2026-06-01T10:30:00, timezone: America/New_York", ["campaign-outside-offer"]),
        ("indefinitely: true", []),
        ("end: 9999-12-31T23:59:59", []),
        ("start: 0001-01-01T00:00:00, timezone: Asia/Tokyo", []),
        ("end: 0001-01-01T00:00:00, timezone: Asia/Tokyo", ["campaign-outside-offer"]),
    ],
)
def test_a_campaign_falls_into_the_time_of_its_offer(project: WrittenFiles, schedule: str, codes: list[str]) -> None:
    """Compared as instants, each on its own clock."""
    project.write("a.yaml", scheduled(schedule) + "---\n" + CAMPAIGN)

    assert [finding.code for finding in project.findings()] == codes


@pytest.mark.parametrize(
    ("start", "zone"), [("9999-12-31T23:59:59", "America/Chicago"), ("0001-01-01T00:00:00", "Asia/Tokyo")]
)
@pytest.mark.parametrize("schedule", ["indefinitely: true", "start: {start}, end: {start}, timezone: {zone}"])
def test_a_campaign_begins_at_a_moment_of_universal_time(
    project: WrittenFiles, start: str, zone: str, schedule: str
) -> None:
    """A start that is no instant is an error on its line, whatever the time of the offer."""
    offer = scheduled(schedule.format(start=start, zone=zone))
    project.write("a.yaml", f"{offer}---\n{CAMPAIGN.replace('2026-06-01T10:00:00', start)}timezone: {zone}\n")

    assert "a.yaml:12:8 out-of-range" in project.told()


@given(st.sampled_from(["0001-01-01T00:00:00", "9999-12-31T23:59:59"]), st.sampled_from(TIMEZONES))
def test_the_ends_of_time_are_on_every_clock_once(local: str, zone: str) -> None:
    """No clock is put forward or back there, and asking does no harm."""
    assert count_on_clock(datetime.fromisoformat(local), zone) == "once"


# ----------------------------------------------------------------------------------------------------------- texts


def wanting(*languages: str) -> str:
    """A project file that asks for these languages."""
    return OFFERS + f"locales: [{', '.join(languages)}]\n"


def test_a_missing_translation_is_one_notice_for_an_offer(project: WrittenFiles) -> None:
    """It names every language that lacks, and what of it where something is there."""
    project.write("offers.yaml", wanting("es", "fr", "ro"))
    project.write("a.yaml", REDEEMABLE + "description: D\nlocales: {fr: {name: Dix}}\n")
    project.write("ro.yaml", "kind: locale\nlanguage: ro\nredeemables: {ten-off: {name: Z, description: Zece}}\n")

    finding = project.only_finding()

    assert (finding.code, finding.severity.value) == ("missing-translation", "notice")
    assert finding.message == "`ten-off` is not translated into es, fr (description)"


def test_retired_offers_need_no_translation(project: WrittenFiles) -> None:
    """Nobody sees them any more."""
    project.write("offers.yaml", wanting("es"))
    project.write("a.yaml", REDEEMABLE + "retired: true\n")

    assert project.findings() == ()


def test_a_text_has_one_source(project: WrittenFiles) -> None:
    """The offer and a catalogue, or two catalogues; the later one is pointed at, the other named."""
    project.write("a.yaml", REDEEMABLE + "locales: {fr: {name: Dix}}\n")
    project.write("fr.yaml", "kind: locale\nlanguage: fr\nredeemables: {ten-off: {name: Dix, description: D}}\n")
    project.write("more.yaml", "kind: locale\nlanguage: fr\nredeemables: {ten-off: {description: D}}\n")

    assert project.told() == ["fr.yaml:3:31 text-twice", "more.yaml:3:38 text-twice"]
    assert [finding.message for finding in project.findings()] == [
        "the name in fr is already written, in a.yaml:5:22",
        "the description in fr is already written, in fr.yaml:3:49",
    ]


def test_catalogues_of_different_environments_do_not_clash(project: WrittenFiles) -> None:
    """Each environment has one text."""
    project.write("a.yaml", REDEEMABLE)
    catalogue = "kind: locale\nlanguage: fr\nonly: [%s]\nredeemables: {ten-off: {name: Dix}}\n"
    project.write("one.yaml", catalogue % "sandbox")
    project.write("two.yaml", catalogue % "production")

    assert project.findings() == ()


def test_a_catalogue_and_its_offers_meet_somewhere(project: WrittenFiles) -> None:
    """One that reaches no environment of the offer translates nothing."""
    project.write("a.yaml", REDEEMABLE + "only: [sandbox]\n")
    project.write("fr.yaml", "kind: locale\nlanguage: fr\nonly: [production]\nredeemables: {ten-off: {name: Dix}}\n")

    assert project.told() == ["fr.yaml:4:15 reference-not-here"]


# ------------------------------------------------------------------------------------------------------------ lint


def criterion(*lines: str, function: str = "sum_amounts") -> str:
    """A criterion with some lines of its own."""
    return "\n".join(["kind: criterion", "key: c", f"qc_processing_function: {function}", *lines, ""])


FILTER = "line_item_filters: [{selector: {external_id: x}}]"


@pytest.mark.parametrize("function", ["receipt_subtotal", "receipt_total_amount", "static_amount"])
def test_functions_of_the_whole_receipt_need_no_filter(project: WrittenFiles, function: str) -> None:
    """Items are not what they work on."""
    project.write("a.yaml", criterion(function=function))

    assert project.findings() == ()


@pytest.mark.parametrize(
    ("operator", "value", "hint"),
    [
        ("in", "1,2", None),
        ("in", "1, 2", 'write "1,2"'),
        ("not_in", " 1,2", 'write "1,2"'),
        ("in_case_insensitive", "a,,b", 'write "a,b"'),
        ("in", "1,2,", 'write "1,2"'),
        ("==", "a, b", None),
        ("in", "Ham and Cheese,Tuna", None),
    ],
)
def test_lists_of_values_hold_no_blanks(project: WrittenFiles, operator: str, value: str, hint: str | None) -> None:
    """A stray character keeps an item from ever matching; blanks inside of a name are part of it."""
    qualifier = f"receipt_qualifiers: [{{attribute: channel, operator: '{operator}', value: '{value}'}}]"
    project.write("a.yaml", criterion(FILTER, qualifier))

    assert [finding.hint for finding in project.findings()] == ([] if hint is None else [hint])


@pytest.mark.parametrize(
    ("points", "told"),
    [("points: 120\n", ["a.yaml:5:18 field-ignored"]), ("points: 0\n", []), ("points: null\n", []), ("", [])],
)
def test_an_offer_that_costs_points_is_not_applied_by_itself(
    project: WrittenFiles, points: str, told: list[str]
) -> None:
    """Auto redemption is for gifted offers without points."""
    project.write("a.yaml", REDEEMABLE + "auto_applicable: true\n" + points)

    assert project.told() == told


def test_a_picture_cannot_be_taken_away(project: WrittenFiles) -> None:
    """Null in its place does nothing, and that is said."""
    project.write("a.yaml", REDEEMABLE + "image: null\n")

    assert project.told() == ["a.yaml:5:8 field-ignored"]
