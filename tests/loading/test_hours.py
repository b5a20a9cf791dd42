"""Ranges of hours, whose last hour counts to its end, against what the offer's texts say of the time."""

from __future__ import annotations

import pytest
from projects import WrittenFiles

OFFER = """\
kind: redeemable
key: {key}
name: Happy hour
description: {description}
receipt_rule: {{criterion: happy-hour}}
---
"""
HOURS = """\
kind: criterion
key: happy-hour
qc_processing_function: sum_amounts
line_item_filters: [{{selector: {{external_id: x}}}}]
receipt_qualifiers: [{{attribute: receipt_hour, operator: in_range, value: {value}}}]
"""


@pytest.mark.parametrize(
    ("value", "text", "words"),
    [
        ("14..18", "Two to six, every day.", "Two to six"),
        ("14..18", "From two to six in the afternoon", "two to six in the afternoon"),
        ("14..18", "2-6 pm", "2-6 pm"),
        ("14..18", "2 pm until 6 p.m. at the bar", "2 pm until 6 p.m."),
        ("14..18", "14:00-18:00", "14:00-18:00"),
        ("14..18", "between 2 and 6", "2 and 6"),
        ("7..10", "Breakfast before 10 am", "before 10 am"),
        ("7..10", "Breakfast before ten, at the airport.", "before ten"),
        ("9..12", "9 am to noon", "9 am to noon"),
        ("9..12", "Only until noon!", "until noon"),
        ("8..20", "8 in the morning to 8 in the evening", "8 in the morning to 8 in the evening"),
        ("7..11", "7:00 AM - 10:59 AM", "7:00 AM - 10:59 AM"),
    ],
)
def test_a_range_that_ends_with_the_hour_of_the_text_is_doubted(
    project: WrittenFiles, value: str, text: str, words: str
) -> None:
    """Its last hour counts to its end, and the text says that it is over by then."""
    project.write("a.yaml", OFFER.format(key="a", description=f"'{text}'") + HOURS.format(value=value))

    finding = project.only_finding()

    last = int(value.partition("..")[2])
    assert (finding.code, finding.severity.value) == ("hour-counts-whole", "notice")
    assert finding.message == f"`{value}` covers until {last}:59, and a text says `{words}`, in a.yaml:4:14"
    assert finding.hint == f"for an offer that ends at {last}:00, write {value.partition('..')[0]}..{last - 1}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("14..17", "Two to six in the afternoon"),
        ("14..18", "Between two and six, and from two until seven"),
        ("7..10", "Breakfast until 10:59"),
        ("7..11", "7:00 AM - 11:59 AM"),
        ("14..23", "14:00 to 23:59"),
        ("18..18", "from six to six"),
        ("21..23", "Every evening after nine"),
        ("18..14", "from six to two"),
        ("14..99", "from 14 to 99"),
        ("x", "from 2 to 6"),
    ],
)
def test_a_range_that_a_text_confirms_is_left_in_peace(project: WrittenFiles, value: str, text: str) -> None:
    """The text ends with the hour after the last one; a single hour, or what is no range, covers nothing too much."""
    project.write("a.yaml", OFFER.format(key="a", description=f"'{text}'") + HOURS.format(value=value))

    assert project.findings() == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("14..18", "Every afternoon"),
        ("14..18", "From 6 pm"),
        ("14..18", "2 pm to 6 am"),
        ("14..18", "2 to 6 % off"),
        ("14..18", "$2 to $6 off"),
        ("14..18", "Buy two, get six"),
        ("7..10", "7:30 am to 10:59 pm"),
        ("2..14", "Shared by two friends"),
        ("6..18", "2026-06-18"),
        ("13..18", "$1 to 6, or one to sixty"),
        ("8..20", "8 to 8 in the morning"),
    ],
)
def test_where_no_text_says_the_hour_the_range_is_spelled_out(project: WrittenFiles, value: str, text: str) -> None:
    """What the text says is about something else, or about no end, so nothing of it is quoted."""
    project.write("a.yaml", OFFER.format(key="a", description=f"'{text}'") + HOURS.format(value=value))

    last = int(value.partition("..")[2])
    assert project.only_finding().message == f"`{value}` covers until {last}:59"


def test_an_hour_that_no_clock_shows_ends_a_range_too_late(project: WrittenFiles) -> None:
    """Who writes 24 takes the end for the closing time."""
    project.write("a.yaml", HOURS.format(value="14..24"))

    finding = project.only_finding()

    assert finding.code == "hour-counts-whole"
    assert finding.hint == "for an offer that ends at midnight, write 14..23"


def test_every_offer_of_a_shared_criterion_is_read(project: WrittenFiles) -> None:
    """The criterion's own name too; one finding is enough."""
    offers = [OFFER.format(key=key, description=text) for key, text in (("a", "Shakes"), ("b", "From 2 to 6"))]
    project.write("a.yaml", "".join(offers) + HOURS.format(value="14..18") + "name: Two to six\n")

    assert project.only_finding().message.endswith("a text says `Two to six`, in a.yaml:18:7")


def test_an_inline_criterion_is_read_with_its_own_offer(project: WrittenFiles) -> None:
    """And with what the app and the till say of it."""
    project.write(
        "a.yaml",
        """\
        kind: redeemable
        key: a
        name: Shakes
        template: {short_prompt: Shakes 2-6 pm}
        receipt_rule:
          criterion:
            qc_processing_function: sum_amounts
            line_item_filters: [{selector: {external_id: x}}]
            receipt_qualifiers: [{attribute: receipt_hour, operator: in_range, value: 14..18}]
        """,
    )

    assert project.told() == ["a.yaml:9:79 hour-counts-whole"]
