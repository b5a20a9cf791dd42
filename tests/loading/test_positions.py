"""Every finding points at the characters that it is about, however the file is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import REDEEMABLE, WrittenFiles

from offers_sync.findings import Finding, Position, Source
from offers_sync.loading.files import RawFile
from offers_sync.loading.loading import load_files
from offers_sync.loading.texts import FileText

MARK = "BROKEN"
OFFERS = RawFile("offers.yaml", b"project: p\nenvironments: {sandbox: {server: embedded}}\n")


def findings_of(content: bytes) -> tuple[Finding, ...]:
    """What is wrong with a file that is alone in its project."""
    return load_files(Path("/nowhere"), [OFFERS, RawFile("a.yaml", content)]).findings


def place_of(text: str, start: int, end: int) -> Position:
    """Lines and columns as an editor counts them, worked out without the code under test."""
    lines = re.split(r"\r\n|\r|\n", text[:start])
    last = re.split(r"\r\n|\r|\n", text[:end])
    return Position("a.yaml", len(lines), len(lines[-1]) + 1, len(last), len(last[-1]) + 1)


# --------------------------------------------------------------------- one broken value, written in every fashion

WAYS_TO_WRITE = [
    "points: {}",
    "points:\t{}",
    "points:      {}   # why",
    "points:\n    {}",
    "points: # é 漢字 🍔\n  {}",
    '"points": {}',
    "'points' : {}",
    "? points\n: {}",
    "points: &here {}",
    "points: !!str {}",
    "points: &here !!str {}",
    "points: &here # an anchor\n  {}",
    "receipt_rule: {{flat_discount: {}}}",
    "receipt_rule: {{ 'flat_discount' :\t{} , }}",
    'receipt_rule: {{"flat_discount":{}}}',
    "receipt_rule:\n  flat_discount: {}",
    "receipt_rule:\n    # a comment\n\n    flat_discount:   {}",
    "schedule: {{start: 2026-01-01T00:00:00,\n  lag: {{units: days, value: {}}}}}",
    "x-parts: &parts {{points: {}}}\n<<: *parts",
    "x-parts:\n  - &one {{points: {}}}\n  - &two {{note: n}}\n<<: [*two, *one]",
    "x-value: &value {}\npoints: *value",
    "x-rule: &rule\n  flat_discount: {}\nreceipt_rule: *rule",
]
BREAKS = ["\n", "\r\n", "\r"]
NAMES = [
    "name: Plain",
    "name: Größe 漢字 🍔",
    'name: "quoted \u2028 and \x85 breaks of no editor"',
    "name: |\n  two lines\n  of 🍔 text\n",
    "name: >-\n  folded\n\n  text: not a field\n",
    "name: several\n  plain lines",
    "name: 'it''s'",
]


@dataclass(frozen=True)
class Layout:
    """A file with one broken value, and the stretch where that stands."""

    text: str
    start: int
    end: int
    mark: str


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Fields in any order and fashion, line breaks of any kind, other documents around."""
    value = draw(st.sampled_from([MARK, f'"{MARK}"', f"'{MARK} 🍔'"]))
    broken = draw(st.sampled_from(WAYS_TO_WRITE)).format(value)
    fields = ["kind: redeemable", "key: k", draw(st.sampled_from(NAMES)), broken]
    if "receipt_rule" not in broken:
        fields.append("receipt_rule: {flat_discount: 5}")
    comments = draw(st.lists(st.sampled_from(["# é", "# 漢字 🍔", "", "   # indented"]), max_size=3))
    body = "\n".join(comments + draw(st.permutations(fields))) + "\n"
    before = draw(
        st.sampled_from(["", "---\n", "%YAML 1.1\n---\n", "kind: schedule\nkey: a\n---\n", "# 🍔\n--- # x\n"])
    )
    after = draw(st.sampled_from(["", "...\n", "---\nkind: schedule\nkey: b\n"]))
    choices = draw(st.lists(st.sampled_from(BREAKS), min_size=1, max_size=5))
    parts = (before + body + after).split("\n")
    text = parts[0] + "".join(choices[place % len(choices)] + part for place, part in enumerate(parts[1:]))
    start = text.index(value)
    return Layout(text, start, start + len(value), draw(st.sampled_from(["", "\ufeff"])))


@settings(max_examples=600)
@given(layouts())
def test_a_broken_value_is_found_where_it_stands(layout: Layout) -> None:
    """The position is that of the value's characters: anchors, merges, flow, blocks, breaks and marks aside."""
    found = [finding for finding in findings_of((layout.mark + layout.text).encode()) if MARK in finding.message]

    assert [finding.position for finding in found] == [place_of(layout.text, layout.start, layout.end)]
    assert MARK in found[0].source_line
    assert found[0].code == "wrong-type"


@settings(max_examples=300)
@given(layouts())
def test_every_position_lies_within_the_file(layout: Layout) -> None:
    """No position is made up, whatever else a finding is about."""
    for finding in findings_of((layout.mark + layout.text).encode()):
        place = finding.position
        assert place is not None
        line = re.split(r"\r\n|\r|\n", layout.text)[place.line - 1]
        assert finding.source_line == line
        assert 1 <= place.column <= len(line) + 1
        assert (place.end_line, place.end_column) >= (place.line, place.column)


# ---------------------------------------------------------------------------------------------------- named cases


def test_an_unknown_field_is_shown_by_its_name(project: WrittenFiles) -> None:
    """The name is what is wrong, not the value beside it."""
    project.write("a.yaml", REDEEMABLE + "pionts: 12\n")

    assert project.only_finding().position == Position("a.yaml", 5, 1, 5, 7)


def test_a_missing_value_points_at_its_parent(project: WrittenFiles) -> None:
    """The mapping that should have the field, from its first character to its last."""
    project.write("a.yaml", "kind: redeemable\nkey: a\nname: A\nschedule:\n  lag:\n    value: 2\nreceipt_rule: {}\n")

    assert [(str(finding.position), finding.path) for finding in project.findings()] == [
        ("a.yaml:6:5", "/schedule/lag/units"),
        ("a.yaml:7:15", "/receipt_rule"),
    ]
    assert project.findings()[0].position == Position("a.yaml", 6, 5, 6, 13)
    assert project.findings()[1].position == Position("a.yaml", 7, 15, 7, 17)


def test_an_empty_value_is_shown_by_the_name_of_its_field(project: WrittenFiles) -> None:
    """A value without a character of its own has no better place."""
    project.write("a.yaml", "kind: redeemable\nkey: a\nname:\nreceipt_rule: {flat_discount: 5}\n")

    assert project.only_finding().position == Position("a.yaml", 3, 1, 3, 5)


def test_a_block_of_text_ends_with_its_last_line(project: WrittenFiles) -> None:
    """Not where the next field begins."""
    project.write("a.yaml", REDEEMABLE + "points: |\n  twelve\n  or so\n\n\nnote: n\n")

    assert project.only_finding().position == Position("a.yaml", 5, 9, 7, 8)


def test_a_block_mapping_ends_with_its_last_value(project: WrittenFiles) -> None:
    """Comments and blank lines behind it are no part of it."""
    project.write("a.yaml", REDEEMABLE + "points:\n  a: 1\n  b: [2,\n    3]  # why\n\n# more\nnote: n\n")

    assert project.only_finding().position == Position("a.yaml", 6, 3, 8, 7)


def test_what_is_used_twice_and_written_once_is_said_once(project: WrittenFiles) -> None:
    """A fault inside an anchor is one fault, whatever number of aliases repeat it."""
    project.write(
        "a.yaml",
        """\
        x-clause: &clause {attribute: item_idd, operator: ==, value: 5}
        kind: selector
        key: a
        name: A
        base_items: {clauses: [*clause]}
        modifiers: {clauses: [*clause]}
        """,
    )

    assert project.told() == ["a.yaml:1:31 wrong-value"]


def test_of_a_field_that_is_written_twice_the_first_is_judged(project: WrittenFiles) -> None:
    """What is said of its value points at that value, not at the second one."""
    project.write("a.yaml", REDEEMABLE + "points: twelve\npoints: 12\n")

    assert project.told() == ["a.yaml:5:9 wrong-type", "a.yaml:6:1 yaml-duplicate-key"]


def test_paths_are_pointers_in_the_yamls_names(project: WrittenFiles) -> None:
    """Strokes and tildes are escaped as JSON Pointer wants it."""
    project.write("a.yaml", REDEEMABLE + 'locales: {"a/b~c": {name: x}}\n')

    assert project.only_finding().path == "/locales/a~1b~0c"
    assert project.only_finding().position == Position("a.yaml", 5, 11, 5, 18)


def test_a_value_is_located_by_its_pointer(project: WrittenFiles) -> None:
    """Whoever holds a document can ask where any of its values stands, or would stand."""
    project.write("a.yaml", "kind: schedule\nkey: a\n---\n" + REDEEMABLE)
    loaded = project.load()
    source = Source("a.yaml", 1)

    assert loaded.locate(source, "/name") == (Position("a.yaml", 6, 7, 6, 14), "name: 10% off")
    assert loaded.locate(source, "/receipt_rule/flat_discount") == (
        Position("a.yaml", 7, 31, 7, 32),
        "receipt_rule: {flat_discount: 5}",
    )
    assert loaded.locate(source, "/receipt_rule/criterion/name") == (
        Position("a.yaml", 7, 15, 7, 33),
        "receipt_rule: {flat_discount: 5}",
    )
    assert loaded.locate(source, "") == (Position("a.yaml", 4, 1, 7, 33), "kind: redeemable")


def test_nothing_is_located_in_what_was_not_read(project: WrittenFiles) -> None:
    """No file or document of that name: no position, rather than an invented one."""
    project.write("a.yaml", REDEEMABLE)
    loaded = project.load()

    assert loaded.locate(Source("b.yaml", 0), "/name") is None
    assert loaded.locate(Source("a.yaml", 7), "/name") is None


@given(st.text(alphabet="ab\r\n\x85\u2028", max_size=20), st.data())
def test_lines_are_those_of_editors(text: str, data: st.DataObject) -> None:
    """Only CR, LF and both together end a line."""
    offset = data.draw(st.integers(0, len(text)))
    file = FileText("a.yaml", text)
    if text[max(offset - 1, 0) : offset + 1] == "\r\n":
        return

    assert file.position(offset, offset) == place_of(text, offset, offset)
    assert (
        file.line(file.position(offset, offset).line)
        == re.split(r"\r\n|\r|\n", text)[len(re.split(r"\r\n|\r|\n", text[:offset])) - 1]
    )


@pytest.mark.parametrize("line_break", BREAKS)
def test_a_syntax_error_has_its_place_too(line_break: str) -> None:
    """The parser's offsets become the editor's lines and columns."""
    text = line_break.join(["\ufeff# 🍔", 'a: "é\x85\u2028"', "note: 🍔: x", ""])

    hidden, syntax = findings_of(text.encode())

    assert (hidden.code, hidden.position) == ("yaml-hidden-line-break", Position("a.yaml", 2, 6, 2, 7))
    assert (syntax.code, syntax.position) == ("yaml-syntax", Position("a.yaml", 3, 8, 3, 9))
