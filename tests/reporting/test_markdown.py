"""The pieces of Markdown: whatever text goes in, exactly that text is read there."""

from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from offers_sync.reporting.escaping import printable
from offers_sync.reporting.markdown import (
    Attention,
    attention_of,
    code,
    fenced,
    folded,
    link,
    marker,
    prose,
    report_marker,
)

texts: Final = st.text("ab1 `~*_#@<>[]()!|\\&:/.-+\n\u202e\x1b", max_size=20)


def pieces(markdown: str) -> list[Token]:
    """The pieces inside the one paragraph of a text."""
    blocks = MarkdownIt("commonmark").parse(markdown)
    assert [block.type for block in blocks] == ["paragraph_open", "inline", "paragraph_close"], markdown
    return blocks[1].children or []


@given(texts)
@example("`")
@example("``")
@example(" ")
@example("` `")
def test_code_is_one_span_of_exactly_the_text(text: str) -> None:
    """However many ticks a text has, and wherever."""
    (piece,) = pieces(code(text))
    assert piece.type == "code_inline"
    assert piece.content.strip() == printable(text).strip()


@given(st.lists(texts, min_size=1, max_size=4))
@example(["```"])
@example(["~~~", "```````"])
def test_a_fence_holds_exactly_its_lines(lines: list[str]) -> None:
    """No line ends the fence, or adds one."""
    (block,) = MarkdownIt("commonmark").parse(fenced(lines, "diff"))
    assert (block.type, block.info) == ("fence", "diff")
    assert block.content.split("\n")[:-1] == [printable(line) for line in lines]


@given(texts)
@example("`a``b`")
@example("a `b`c` d")
@example("1. x")
@example("- x")
@example("GH-1")
@example("`x`?")
def test_prose_has_no_marks_but_code(text: str) -> None:
    """Words stay words, and everything else is code."""
    told = prose(f"word {text}")
    for piece in pieces(told):
        assert piece.type in ("text", "code_inline"), told
        if piece.type == "text":
            assert re.fullmatch(r"""[\w\s,;:.?()"'-]*""", piece.content), told
            assert not re.search(r"[^\W\d]-\d|\d\.(\s|$)", piece.content), told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nothing is translated into fr", "nothing is translated into fr"),
        ("did you mean `online_only`?", "did you mean `online_only`?"),
        ("write 14..16, or @me", "write `14..16`, or `@me`"),
        ("1,000 to create, 7 unchanged.", "1,000 to create, 7 unchanged."),
        ("it ends at 5.", "it ends at `5`."),
        ("see #12 and GH-12", "see `#12` and `GH-12`"),
        ("`a``b`", "`a` `b`"),
        ("300 (30% of 1000) allowed", "300 (`30%` of 1000) allowed"),
        ("3 (30% of 0) allowed", "3 (`30%` of 0) allowed"),
        ("1000) is no list", "`1000`) is no list"),
        ("as often as it is (2).", "as often as it is (2)."),
        ("a call of f(x) (see #1).", "a call of `f(x)` (see `#1`)."),
        ("  a  b ", "a b"),
    ],
)
def test_prose_reads_well(text: str, expected: str) -> None:
    """Only what could be a mark becomes code."""
    assert prose(text) == expected


def test_a_link_leads_to_its_line() -> None:
    """The path is quoted, the number sign of a name included; without an address there is no link."""
    assert link("a#b.yaml:3", "https://x/", "a #b.yaml", 3) == "[`a#b.yaml:3`](https://x/a%20%23b.yaml#L3)"
    assert link("a.yaml:3", "", "a.yaml", 3) == "`a.yaml:3`"


def test_a_marker_is_a_comment_whatever_it_is_told() -> None:
    """Nothing in it can end the comment."""
    assert marker(environment="production", report="plan") == "<!-- offers environment=production report=plan -->"
    assert re.fullmatch("<!-- offers environment=a-b-[.][0-9a-f]{8} -->", marker(environment="a --> <b>--"))


@pytest.mark.parametrize(("one", "other"), [("a/b", "a-b"), ("a--b", "a-b"), ("日本", "中国"), ("a" * 101, "a" * 102)])
def test_a_marker_is_of_one_thing_alone(one: str, other: str) -> None:
    """Two projects or environments never share one, however alike their names are once they are cleaned."""
    assert marker(environment=one) != marker(environment=other)
    assert report_marker("plan", "production", f"{one}/") != report_marker("plan", "production", f"{other}/")


def test_a_reports_marker_names_the_folder() -> None:
    """The project is known by its folder, which is known even when its files are not understood."""
    assert report_marker("plan", "eu", "") == "<!-- offers report=plan folder=. environment=eu -->"
    assert report_marker("plan", "eu", "menu/") == "<!-- offers report=plan folder=menu environment=eu -->"


def test_a_fold_is_read_as_markdown_inside() -> None:
    """An empty line after the summary makes it so."""
    assert folded("more", "- a") == "<details><summary>more</summary>\n\n- a\n\n</details>"


@pytest.mark.parametrize("attention", Attention)
def test_a_report_says_whether_it_needs_attention(attention: Attention) -> None:
    """On its second line; a text that says nothing of it needs it."""
    assert attention_of(f"{marker(report='drift')}\n{marker(attention=attention)}\n# drift\n") is attention
    for text in ("", "one line", "two\nlines", f"{marker(attention=attention)}\non the first line"):
        assert attention_of(text) is Attention.NEEDED
