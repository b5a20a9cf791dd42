"""A text that is too long is cut so that what is left still reads."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_sync.forge.fitting import fitted, marker_of

END = "\n\nThe rest does not fit into a comment.\n"


def test_what_fits_stays() -> None:
    """A text of exactly the limit is not touched."""
    assert fitted("é" * 50, 100) == "é" * 50


def test_lines_are_whole() -> None:
    """A text is cut between two lines."""
    assert fitted("one\ntwo\n" + "x" * 200, 60) == f"one\ntwo\n{END}"


def test_what_is_open_is_closed() -> None:
    """A fence and a fold that the cut leaves open are closed, so that the last line is read as a sentence."""
    text = "<details><summary>more</summary>\n\n````diff\n```\n- a\n" + "+ b\n" * 100

    cut = fitted(text, 150)

    assert cut.endswith(f"+ b\n\n````\n\n</details>\n{END}")


def test_a_fold_in_a_fence_is_text() -> None:
    """What stands in a fence opens nothing."""
    assert "</details>" not in fitted("```\n<details>\n```\n" + "word\n" * 100, 120)


@given(st.text(alphabet="a`~é🍟\n <>", max_size=400), st.integers(60, 300))
def test_never_over_the_limit(text: str, limit: int) -> None:
    """Whatever the text, it has at most so many bytes, and a cut is told."""
    cut = fitted(text, limit)

    assert len(cut.encode()) <= limit
    assert cut == text or cut.endswith(END.lstrip())


@pytest.mark.parametrize(
    ("text", "marker"),
    [
        ("<!-- offers report=plan environment=prod -->\nplan", "<!-- offers report=plan environment=prod -->"),
        ("<!-- offers report=plan environment=prod -->\r\nplan", "<!-- offers report=plan environment=prod -->"),
        ("\n<!-- offers report=plan environment=prod -->", ""),
        ("<!-- offers --> <b>", ""),
        ("<!-- another tool -->", ""),
        ("", ""),
    ],
)
def test_the_hidden_line(text: str, marker: str) -> None:
    """Only a first line of ours marks a text."""
    assert marker_of(text) == marker


def test_the_plans_own_marker_is_one() -> None:
    """What the report of a plan begins with is what is looked for here, whatever its environment is called."""
    from offers_sync.reporting.markdown import marker  # noqa: PLC0415

    for environment in ("production", "Über Straße -->", "a" * 300, "", "-- >"):
        line = marker(report="plan", environment=environment)
        assert marker_of(f"{line}\n### offers plan") == line
        assert re.search("--[^>]", line[4:]) is None
