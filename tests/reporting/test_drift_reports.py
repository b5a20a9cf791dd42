"""Reports of drift: golden files, what fits an issue, and what strangers cannot forge."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import plans
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from scenes import applied, desired, live, locate, question, snapshot

from offers_sync.planning.drifting import find_drift
from offers_sync.planning.plan import Plan
from offers_sync.reporting.columns import width_of
from offers_sync.reporting.formats import DRIFT_FORMATS, Page, render
from offers_sync.reporting.paper import LIMIT_BYTES

Golden = Callable[[str, str], None]
PAGE: Final = Page(prefix="offers/", link="https://github.com/marlow/offers/blob/abc123/")


def drift_of(*texts: str, gone: str = "") -> Plan:
    """Offers whose names somebody changed to these texts, one that is gone from the server, and one as it was."""
    documents = [desired(key=f"offer-{place}", note="Ask legal.") for place, _ in enumerate(texts)]
    shown = [live(document, name=text, note=None) for document, text in zip(documents, texts, strict=True)]
    same, lost = desired(key="same"), [desired(key=gone)] if gone else []
    asked = question(
        *documents,
        *lost,
        same,
        live=[*shown, live(same)],
        applied=[applied(each) for each in [*documents, *lost, same]],
    )
    return find_drift(asked, locate)


def unread(*known: str) -> Plan:
    """Two offers are remembered, and the list may be incomplete and shows these of them."""
    documents = [desired(key="one"), desired(key="two")]
    shown = snapshot([live(each) for each in documents if each.key in known], gap="it changed while it was read")
    return find_drift(
        question(*documents, applied=[applied(each) for each in documents], snapshot=shown),
        locate,
    )


def markdown(found: Plan) -> str:
    """What an issue says."""
    return render("markdown", found, PAGE, DRIFT_FORMATS)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("drift", drift_of("Eleven off", gone="five-off")),
        ("drift-none", drift_of()),
        ("drift-failed", plans.failed()),
        ("drift-unread", unread()),
        ("drift-unread-in-part", unread("one")),
    ],
)
def test_drift_as_reviewed(name: str, found: Plan, golden: Golden) -> None:
    """The Markdown and the text of each are as they were last reviewed."""
    golden(f"{name}.md", markdown(found))
    golden(f"{name}.txt", render("text", found, PAGE, DRIFT_FORMATS))


def text(found: Plan, width: int = 100) -> str:
    """What a terminal shows."""
    return render("text", found, Page(width, "offers/"), DRIFT_FORMATS)


def test_what_differs_of_long_values_is_shown() -> None:
    """Two values that begin alike are not cut to the same beginning, nor to the first of their differences."""
    shared = "as you like it, " * 15
    document = desired(name=f"{shared}five dollars off {shared}or 5", note="x")
    shown = live(document, name=f"{shared}nine dollars off {shared}or 9")
    found = find_drift(question(document, live=[shown], applied=[applied(document)]), locate)
    for told in (" ".join(text(found).split()), markdown(found)):
        assert re.search("five dollars off .*or 5", told)
        assert re.search("nine dollars off .*or 9", told)


def test_values_of_drift_are_quoted_and_told_apart() -> None:
    """What is empty, what ends in a blank and what nobody sees can be told from what is not there."""
    document = desired(name="Ten off", note="", description="About.")
    shown = live(document, name="Ten\u00a0off", note=None, description="About. ")
    told = text(find_drift(question(document, live=[shown], applied=[applied(document)]), locate), 200)
    assert "      name: git applied `Ten off`, the server has `Ten\\xa0off`\n" in told
    assert "      description: git applied `About.`, the server has `About.\\x20`\n" in told


@pytest.mark.parametrize("width", [40, 60, 100])
def test_drift_keeps_to_the_width(width: int) -> None:
    """No line is wider than the terminal, but for places, which stay whole; and none is a command of a log."""
    found = drift_of("Eleven off " * 20, "x ::error::y " * 30, gone="five-off")
    for line in text(found, width).splitlines():
        assert width_of(line.replace(r"\x3a", ":")) <= width or line.endswith(":1)"), line
        assert not re.match(r"\s*::", line)


@pytest.mark.parametrize("count", [1, 40, 1_000])
def test_drift_fits_an_issue_whatever_the_size(count: int) -> None:
    """It is under the limit, and counts what it leaves out."""
    text = markdown(drift_of(*(f"Number {place} {'x' * 150}" for place in range(count))))
    assert len(text.encode()) < LIMIT_BYTES
    more = re.search(r"^And ([0-9,]+) more", text, re.MULTILINE)
    assert text.count("```diff") + int(more[1].replace(",", "") if more else 0) == count
    assert bool(more) is (count == 1_000)


@settings(max_examples=60)
@given(st.text("ab` ~*_#@<>[]()!|&:/.-+\n\x1b\u202e", min_size=1, max_size=30))
@example("\n```\n</details>\n# head\n@octocat\n::error::x")
@example("-->\n<!-- offers attention=over -->")
def test_names_from_strangers_forge_nothing(text: str) -> None:
    """Whatever somebody writes in the dashboard is text inside the fence."""
    shape = ["html_block", "html_block", "heading_open", "heading_close", "paragraph_open", "paragraph_close"]
    told = markdown(drift_of(f"x{text}"))
    found = MarkdownIt("commonmark", {"html": True}).parse(told)
    kinds = [token.type for token in found if token.type != "inline"]
    assert kinds == [*shape, "paragraph_open", "paragraph_close", "fence", "paragraph_open", "paragraph_close"]
    assert told.splitlines()[1] == "<!-- offers attention=needed -->"
