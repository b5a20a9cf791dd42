"""Reports of plans: golden files of each form, what always holds of each, and what strangers cannot forge in any."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import click
import jsonschema
import plans
import pytest
import scenes
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from scenes import desired, live

from offers_sync.findings import SEVERITY_ORDER
from offers_sync.planning.plan import Action, Plan
from offers_sync.reporting.columns import width_of
from offers_sync.reporting.escaping import printable
from offers_sync.reporting.formats import Page, render
from offers_sync.reporting.paper import LIMIT_BYTES
from offers_sync.reporting.plan_remarks import remarks_of

Golden = Callable[[str, str], None]

LINK: Final = "https://github.com/marlow/offers/blob/abc123/"
PAGE: Final = Page(prefix="offers/", link=LINK)
PLANS: Final[Mapping[str, Callable[[], Plan]]] = {
    "typical": plans.typical,
    "empty": plans.empty,
    "refused": plans.refused,
    "failed": plans.failed,
    "many": lambda: plans.many(1_000),
}


# ------------------------------------------------------------------------------------------------- golden files


@pytest.mark.parametrize("name", PLANS)
def test_text_as_reviewed(name: str, golden: Golden) -> None:
    """The text of each plan is as it was last reviewed."""
    golden(f"{name}.txt", click.unstyle(render("text", PLANS[name](), PAGE)))


def test_narrow_text_as_reviewed(golden: Golden) -> None:
    """On forty columns everything is still there."""
    golden("typical-40.txt", click.unstyle(render("text", plans.typical(), Page(40, "offers/"))))


@pytest.mark.parametrize("name", ["typical", "empty", "refused", "failed"])
def test_markdown_as_reviewed(name: str, golden: Golden) -> None:
    """The Markdown of each plan is as it was last reviewed."""
    golden(f"{name}.md", render("markdown", PLANS[name](), PAGE))


@pytest.mark.parametrize("name", ["typical", "refused", "failed"])
def test_workflow_commands_as_reviewed(name: str, golden: Golden) -> None:
    """The workflow commands of each plan are as they were last reviewed."""
    golden(f"{name}.github.txt", render("github", PLANS[name](), PAGE))


def test_sarif_as_reviewed(golden: Golden) -> None:
    """The SARIF of a plan is as it was last reviewed, but for the version of the tool."""
    golden("typical.sarif.json", re.sub('"semanticVersion": ".*"', '"semanticVersion": "?"', sarif(plans.typical())))


def sarif(plan: Plan) -> str:
    """A plan as SARIF."""
    return render("sarif", plan, PAGE)


# -------------------------------------------------------------------------------------------------- of the text


def test_colour_is_all_that_colour_adds() -> None:
    """Without colour not a word is missing, and every mark stands for itself."""
    plain = click.unstyle(render("text", plans.typical(), PAGE))
    assert {line[0] for line in plain.splitlines() if re.match(r"[-+~^>] ", line)} == {"-", "+", "~", "^"}
    assert "notice live-edit" in plain


@pytest.mark.parametrize("width", [40, 57, 80, 100, 200])
def test_text_keeps_to_the_width(width: int) -> None:
    """No line is wider than the terminal, or than a reader's eye, but for places, which stay whole."""
    for made in (plans.typical(), plans.many(100), plans.hostile("日本語🍔 " * 30), plans.hostile("x" * 300)):
        for line in click.unstyle(render("text", made, Page(width))).splitlines():
            assert width_of(line) <= min(width, 120) or line.endswith(":1"), line


def test_a_thousand_changes_are_taken_in_at_a_glance() -> None:
    """A thousand offers that change alike, a thousand others and a thousand new ones come to a few screens."""
    lines = click.unstyle(render("text", plans.many(1_000), Page(100))).splitlines()
    assert lines[0] == "marlow-burgers on sandbox: 1,000 to create, 2,000 to update, 0 unchanged."
    assert len(lines) < 250
    assert "  1,000 alike" in lines


def test_one_change_is_shown_whole() -> None:
    """Nothing of a single change is folded, cut or counted."""
    text = click.unstyle(render("text", plans.many(1), Page(100)))
    for told in ("Until the end of spring. -> Until the end of summer.", "Offer 0 -> Offer number 0", "new-00000"):
        assert told in text
    assert "more" not in text


def test_what_differs_of_long_texts_is_shown() -> None:
    """Two long texts that differ at their end are not cut to the same beginning."""
    text = " ".join(click.unstyle(render("text", plans.hostile("word " * 200), Page(60))).split())
    assert "word !" in text


# ---------------------------------------------------------------------------------------------- of the Markdown


def tokens(markdown: str) -> list[Token]:
    """What GitHub would make of a text, as far as the dialects agree."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown)


def inline(found: list[Token]) -> Iterator[Token]:
    """The pieces inside paragraphs, headings and cells."""
    for token in found:
        yield from token.children or ()


@pytest.mark.parametrize("count", [0, 1, 30, 300, 3_000])
def test_markdown_fits_a_comment_whatever_the_size(count: int) -> None:
    """It is under the limit, marked on its first line, closed where it is opened, and counts what it leaves out."""
    text = render("markdown", plans.many(count), PAGE)
    assert len(text.encode()) < LIMIT_BYTES
    assert text.splitlines()[0] == "<!-- offers report=plan folder=offers environment=sandbox -->"
    assert text.count("<details>") == text.count("</details>")
    fences = [token for token in tokens(text) if token.type == "fence"]
    assert all(fence.markup == "```" and fence.info == "diff" for fence in fences)
    assert len(fences) * 2 == len(re.findall("^```", text, re.MULTILINE))
    told = sum(int(number.replace(",", "")) for number in re.findall(r"^and ([0-9,]+) more;", text, re.MULTILINE))
    assert bool(told) is (count >= 300)
    shown = len(re.findall(r"^\*\*(?:update|create) redeemable\*\*", text, re.MULTILINE))
    alike = count if count > 1 else 0
    assert shown + told + alike == 3 * count


def test_the_gravest_comes_first() -> None:
    """What is warned about stands before what guests feel, and that before the rest."""
    text = render("markdown", plans.typical(), PAGE)
    order = [text.index(f"`{name}` in [") for name in ("lunch", "ten-percent", "old", "happy-hour", "burgers")]
    assert order == sorted(order)


def test_without_an_address_places_are_plain() -> None:
    """A link that leads nowhere is not made."""
    text = render("markdown", plans.typical(), Page(prefix="offers/"))
    assert "](" not in text
    assert "`offers/redeemables/lunch.yaml:5`" in text


# --------------------------------------------------------------------------------------- of findings as findings


def test_the_most_important_findings_come_first() -> None:
    """Errors, warnings, notices; among the warnings what the server would drop."""
    found = remarks_of(plans.refused())
    weights = [SEVERITY_ORDER[finding.severity] for finding in found]
    assert weights == sorted(weights)
    assert [finding.code for finding in found[:3]] == ["guard-refused", "part-would-be-dropped", "kept-back"]


def test_nothing_is_left_out_of_the_findings() -> None:
    """Every annotation and finding of the plan is among them, also where steps are merged in the text."""
    made = plans.many(50)
    annotated = sum(len(step.annotations) for step in made.steps)
    assert annotated == 100
    assert len(remarks_of(made)) == annotated + len(made.findings)


_REGION: Final = {
    "type": "object",
    "required": ["startLine", "startColumn"],
    "properties": {name: {"type": "integer", "minimum": 1} for name in ("startLine", "startColumn", "endLine")},
}
_LOCATION: Final = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "pattern": '^[^ \\\\<>"{}|^`]*$'}},
                },
                "region": _REGION,
            },
        }
    },
}
_LEVEL: Final = {"enum": ["none", "note", "warning", "error"]}
_RULE: Final = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": {"required": ["text"]},
        "fullDescription": {"required": ["text"]},
        "help": {"required": ["text"]},
        "defaultConfiguration": {"properties": {"level": _LEVEL}},
    },
    "additionalProperties": False,
}
_RESULT: Final = {
    "type": "object",
    "required": ["message", "ruleId", "level", "locations"],
    "properties": {
        "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": _LEVEL,
        "locations": {"type": "array", "minItems": 1, "items": _LOCATION},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "additionalProperties": False,
}
SARIF_ESSENTIALS: Final = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results", "columnKind"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "semanticVersion": {"type": "string"},
                                    "rules": {"type": "array", "uniqueItems": True, "items": _RULE},
                                },
                                "additionalProperties": False,
                            }
                        },
                    },
                    "columnKind": {"const": "unicodeCodePoints"},
                    "results": {"type": "array", "items": _RESULT},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
"""What the official schema asks of the members that are written, and no member that it does not have; and that every
result has a place, which code scanning asks for."""


@pytest.mark.parametrize("name", PLANS)
def test_sarif_is_valid(name: str) -> None:
    """Every result is as the format asks, and its rule is the one that its index names."""
    document = json.loads(sarif(PLANS[name]()))
    jsonschema.Draft202012Validator(SARIF_ESSENTIALS).validate(document)
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert len(run["results"]) == len(remarks_of(PLANS[name]()))


def test_what_is_about_no_line_is_at_the_beginning_of_the_project_file() -> None:
    """Code scanning turns a whole upload away for one result without a place."""
    run = json.loads(sarif(plans.refused()))["runs"][0]
    (result,) = [each for each in run["results"] if each["ruleId"] == "guard-refused"]
    place = {"artifactLocation": {"uri": "offers/offers.yaml"}, "region": {"startLine": 1, "startColumn": 1}}
    assert result["locations"] == [{"physicalLocation": place}]


@pytest.mark.parametrize("form", ["text", "markdown", "github", "sarif"])
def test_an_image_that_is_kept_back_is_told_from_its_offer(form: str) -> None:
    """Offer and image have one name, and a reader sees which of the two has to wait."""
    made = PLANS["typical"]()
    (image,) = [step for step in made.steps if step.action is Action.UPLOAD_IMAGE]
    waiting = replace(made, steps=(replace(image, held_back="its offer is kept back"),))
    assert f"the image of {image.name}" in render(form, waiting, PAGE).replace("`", "")


# ------------------------------------------------------------------------------------- nothing is forged anywhere


FRAGMENTS: Final = (
    "@octocat", "@org/team", "#1", "org/repo#12", "GH-7", "https://evil.example", "www.evil.example", "a@evil.example",
    "<script>alert(1)</script>", "<!--", "-->", "</details>", "<summary>", "<img src=x onerror=y>", "&lt;b&gt;",
    "&#64;you", "`", "``", "```", "~~~", "````", "**bold**", "_it_", "~~gone~~", "# head", "> quote", "- item",
    "1. item", "***", "---", "===", "| a | b |", "![pic](http://evil.example/p.png)", "[link](http://evil.example)",
    "[x]: http://evil.example", "::error file=a::b", "::set-output name=a::b", "##[error]b", "%0A::error::x",
    "::stop-commands::t", "\x1b[31mred", "\x1b]8;;http://evil.example\x07", "\x9b31m", "\r", "\n", "\n\n", "\t",
    "\x00", "\x7f", "\u2028", "\u2029", "\u202e", "\u2066", "\u200f", "\ufeff", "\u0085", "\U000e0041", "\ud800",
    "日本語", "🍔", "é", "e\u0301", "'", '"', "\\", "$x$", "{{x}}", ":smile:", "word", "two words", " ", "    code",
    "x" * 200,
)  # fmt: skip
hostile_texts: Final = st.lists(st.sampled_from(FRAGMENTS), max_size=6).map("".join)
SHORT: Final = 40
"""A text of fewer characters does not change how much fits."""
CONTROL: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e0fff\ud800-\udfff]"
)
STYLE: Final = re.compile(r"\x1b\[[0-9;]*m")
ALLOWED_HTML: Final = re.compile(
    r"<!-- offers report=plan folder=offers environment=[A-Za-z0-9._-]* -->\n?"
    r"|<details><summary>[a-z ]+[0-9,:]+[a-z 0-9,]*</summary>\n?"
    r"|</details>\n?"
)
OUR_SYMBOLS: Final = r"[❌⚠ℹ\ufe0f…]|^\[!CAUTION\]$"  # noqa: RUF001  the symbols of the three weights
OUR_TEXT: Final = re.compile(r"""[\w\s,;:.?()"'-]*""")


def check_text(text: str) -> None:
    """Nothing that a terminal or a workflow's log would obey, and no line of ours is imitated."""
    plain = STYLE.sub("", text)
    assert not CONTROL.search(plain)
    assert not re.search(r"^\s*::", plain, re.MULTILINE)
    assert "##[" not in plain
    assert len(re.findall(r"^[-+~^>] (create|update|retire|upload|distribute) ", plain, re.MULTILINE)) == 5


def check_markdown(text: str, expected: list[str]) -> None:
    """All that is not ours is code, and everything has the shape that it has with harmless names."""
    assert not CONTROL.search(text)
    assert len(text.encode()) < LIMIT_BYTES
    assert text.startswith("<!-- offers report=plan folder=offers environment=")
    assert re.match(r"<!-- [^<>]* -->\n### offers plan\n", text)
    found = tokens(text)
    assert not expected or [token.type for token in found if token.type != "inline"] == expected
    for token in found:
        if token.type in ("html_block", "html_inline"):
            assert ALLOWED_HTML.fullmatch(token.content), token.content
        if token.type == "fence":
            assert (token.info, set(token.markup)) == ("diff", {"`"})
    for piece in inline(found):
        assert piece.type not in ("image", "s_open", "em_open"), piece
        match piece.type:
            case "html_inline":
                assert piece.content == "<br>"
            case "link_open":
                assert str(piece.attrs["href"]).startswith(LINK)
            case "text":
                symbols = re.sub(OUR_SYMBOLS, "", piece.content)
                assert OUR_TEXT.fullmatch(symbols), piece.content
                assert not re.search(r"[^\W\d]-\d", symbols), piece.content


def shape(text: str) -> list[str]:
    """The order of blocks in a text."""
    return [token.type for token in tokens(text) if token.type != "inline"]


def check_commands(text: str, count: int) -> None:
    """One command a line, none of them another's."""
    lines = text.splitlines()
    assert len(lines) == count
    assert not CONTROL.search(text)
    for line in lines:
        command = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert command, line
        assert all(
            re.fullmatch(r"(file|line|col|endLine|endColumn|title)=[^,\r\n]*", each) for each in command[2].split(",")
        )
        assert not re.search("%(?!25|0A|0D|3A|2C)", line)


@settings(max_examples=80)
@given(hostile_texts)
@example("`")
@example("a``b ` c")
@example("\n```\n</details>\n# head\n@octocat\n::error::x")
@example("")
def test_names_from_strangers_forge_nothing(text: str) -> None:
    """Whatever a stranger writes, in every form of the report it is text and nothing else."""
    made = plans.hostile(text)
    check_text(render("text", made, Page(60)))
    check_text(render("text", made, Page(100, is_terminal=True)))
    harmless = shape(render("markdown", plans.hostile("name" if text else ""), PAGE))
    check_markdown(render("markdown", made, PAGE), harmless if len(text) < SHORT else [])
    check_commands(render("github", made, PAGE), len(remarks_of(made)))
    document = json.loads(sarif(made))
    jsonschema.Draft202012Validator(SARIF_ESSENTIALS).validate(document)
    assert not CONTROL.search(sarif(made))
    messages = [result["message"]["text"] for result in document["runs"][0]["results"]]
    assert all(not CONTROL.search(message) for message in messages)
    assert any(printable(text) in message for message in messages)


def test_commands_are_escaped_by_githubs_rules() -> None:
    """Percent signs, line breaks, and in properties colons and commas."""
    text = render("github", plans.hostile("100%, a:b"), PAGE)
    assert "file=offers/100%25%2C a%3Ab,line=1" in text
    assert "::100%25, a:b%0Ahint: 100%25, a:b" in text


@pytest.mark.parametrize("text", ["x\n::error::y", "%0A::error::y", "a, b: c", "##[error]y"])
def test_the_lines_of_a_change_say_what_they_do(text: str) -> None:
    """With a base, a notice for each step of this change, after the findings, and none for what was pending."""
    old, pending = desired(key="old", note="Ask."), desired(key="pending", name="New name")
    new = desired(key="old", note=text)
    made = scenes.plan(new, pending, live=[live(old), live(pending, name="Old name")], base=[old, pending])
    *_, last = render("github", made, PAGE).splitlines()
    shown = printable(text).replace("%", "%25")
    assert last.endswith(f",title=offers-plan,endColumn=2,endLine=2::update redeemable `old`: note Ask. -> {shown}")
    assert last.startswith("::notice file=offers/redeemables/old.yaml,line=2,col=1,")
    check_commands(render("github", made, PAGE), len(remarks_of(made)) + 1)


def test_no_more_notices_than_are_shown() -> None:
    """Of a thousand new offers ten are named at their lines; the comment has the rest."""
    made = scenes.plan(*(desired(key=f"new-{number}") for number in range(1_000)), base=[])
    lines = render("github", made, PAGE).splitlines()
    assert sum("title=offers-plan" in line for line in lines) == 10


def test_the_marker_names_the_environment() -> None:
    """The first line tells comments of several environments apart, and says nothing to a reader."""
    made: Any = plans.empty()
    assert (
        render("markdown", made, PAGE).splitlines()[0]
        == "<!-- offers report=plan folder=offers environment=production -->"
    )
