"""The formats of ``offers validate`` as others read them, hostile names included."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import REDEEMABLE, WrittenFiles

from offers_sync import codes
from offers_sync.cli.main import run
from offers_sync.findings import Finding, Position
from offers_sync.reporting.escaping import cells, printable
from offers_sync.reporting.findings import Summary, findings_github, findings_json, findings_text
from offers_sync.reporting.findings_sarif import findings_sarif

Said = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WrittenFiles:
    """A project below a checkout that one stands in, with findings of each weight."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "brand offers").mkdir()
    monkeypatch.chdir(tmp_path)
    written = WrittenFiles(tmp_path / "brand offers")
    written.write("a.yaml", REDEEMABLE + "# é 🍔\nnote: {é: 1}\ndistributable: true\n")
    written.write("c.yaml", "kind: criterion\nkey: c\nqc_processing_function: static_amount\nrounding_rule: ceil\n")
    return written


def rendered(output_format: str, capsys: Said) -> str:
    """What a format prints."""
    run(["validate", "brand offers", "--format", output_format])
    return capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_json(capsys: Said) -> None:
    """Files relative to the project, positions in five, figures at the end."""
    document = json.loads(rendered("json", capsys))

    assert document["format_version"] == 1
    assert document["summary"] == {"documents": 2, "error": 1, "warning": 1, "notice": 1, "waived": 0}
    assert document["findings"][0] == {
        "code": "wrong-type",
        "severity": "error",
        "message": "`note` is a mapping, where text is expected",
        "hint": "write one text, without brackets or lines below it",
        "path": "/note",
        "file": "a.yaml",
        "line": 6,
        "column": 7,
        "end_line": 6,
        "end_column": 13,
    }
    assert [finding["code"] for finding in document["findings"]] == [
        "wrong-type", "deal-without-segment", "rounds-dollars"
    ]  # fmt: skip


@pytest.mark.usefixtures("project")
def test_github(capsys: Said) -> None:
    """One workflow command for each, with the path from the checkout."""
    note, deal, rounding = rendered("github", capsys).splitlines()

    assert note == (
        "::error file=brand offers/a.yaml,line=6,col=7,title=wrong-type,endColumn=13,endLine=6::"
        "`note` is a mapping, where text is expected%0Ahint: write one text, without brackets or lines below it"
    )
    assert deal == (
        "::warning file=brand offers/a.yaml,line=7,col=16,title=deal-without-segment,endColumn=20,endLine=7::"
        "a deal that is not for all guests needs a segment%0A"
        "hint: add `segment: NAME`, or `distributable_to_all_users: true`"
    )
    assert rounding == (
        "::notice file=brand offers/c.yaml,line=4,col=16,title=rounds-dollars,endColumn=20,endLine=4::"
        "`rounding_rule: ceil` rounds the discount to whole dollars%0A"
        "hint: remove the rounding rule, or waive this finding where it is meant"
    )


@pytest.mark.usefixtures("project")
def test_sarif(capsys: Said) -> None:
    """Version 2.1.0 with rules from the codes, columns in characters, and paths as URIs from the checkout."""
    document = json.loads(rendered("sarif", capsys))
    (tool_run,) = document["runs"]
    driver = tool_run["tool"]["driver"]

    assert document["version"] == "2.1.0"
    assert tool_run["columnKind"] == "unicodeCodePoints"
    assert driver["name"] == "offers"
    assert [rule["id"] for rule in driver["rules"]] == ["deal-without-segment", "rounds-dollars", "wrong-type"]
    assert driver["rules"][2]["shortDescription"] == {"text": codes.WRONG_TYPE.title}
    assert [(found["ruleId"], found["level"]) for found in tool_run["results"]] == [
        ("wrong-type", "error"), ("deal-without-segment", "warning"), ("rounds-dollars", "note")
    ]  # fmt: skip
    assert [driver["rules"][found["ruleIndex"]]["id"] for found in tool_run["results"]] == [
        found["ruleId"] for found in tool_run["results"]
    ]
    assert tool_run["results"][0]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "brand%20offers/a.yaml"},
                "region": {"startLine": 6, "startColumn": 7, "endLine": 6, "endColumn": 13},
            }
        }
    ]


def test_the_fingerprint_of_an_alert_outlives_the_move_of_its_line(project: WrittenFiles, capsys: Said) -> None:
    """A line more above is no new fault."""
    before = json.loads(rendered("sarif", capsys))["runs"][0]["results"]
    project.write("a.yaml", "# one line more\n" + (project.folder / "a.yaml").read_text(encoding="utf-8"))
    after = json.loads(rendered("sarif", capsys))["runs"][0]["results"]

    assert [found["partialFingerprints"] for found in after] == [found["partialFingerprints"] for found in before]
    assert after[0]["locations"] != before[0]["locations"]


@pytest.mark.parametrize("output_format", ["json", "sarif", "github"])
def test_formats_for_machines_are_whole_when_nothing_is_wrong(
    project: WrittenFiles, capsys: Said, output_format: str
) -> None:
    """An empty list is not an empty file, but for commands, of which there are none."""
    for name in ("a.yaml", "c.yaml"):
        (project.folder / name).unlink()

    shown = rendered(output_format, capsys)

    assert shown == "" if output_format == "github" else json.loads(shown)


# ----------------------------------------------------------------------------------------------- what is under a caret


def finding(line: str, start: int, end: int, file: str = "a.yaml", message: str = "m") -> Finding:
    """A finding about some characters of a line."""
    position = Position(file, 3, start + 1, 3, end + 1)
    return Finding.of(codes.WRONG_VALUE, message, position=position, source_line=line)


def shown_lines(found: Finding, width: int = 100) -> list[str]:
    """The text of a finding without its colours, its first line left out."""
    return re.sub(r"\x1b\[[0-9;]*m", "", findings_text([found], width)).split("\n")[1:3]


@pytest.mark.parametrize(
    ("line", "value", "lines"),
    [
        ("name: x", "x", ["    3 | name: x", "      |       ^"]),
        ("漢字: x", "x", ["    3 | 漢字: x", "      |       ^"]),
        ("a: 漢字!", "漢字!", ["    3 | a: 漢字!", "      |    ^^^^^"]),
        ("e\u0301: x", "x", ["    3 | e\u0301: x", "      |    ^"]),
        ("a:\tx", "x", ["    3 | a:    x", "      |       ^"]),
        ("\x1b[31m: x", "x", ["    3 | \\x1b[31m: x", "      |           ^"]),
        ("\u202ea: x", "x", ["    3 | \\u202ea: x", "      |          ^"]),
        ("##[group]: x", "x", ["    3 | ##\\x5bgroup]: x", "      |               ^"]),
    ],
)
def test_carets_stand_under_the_value(line: str, value: str, lines: list[str]) -> None:
    """Wide, combining and escaped characters take the columns that they take."""
    start = line.index(value)

    assert shown_lines(finding(line, start, start + len(value))) == lines


def test_a_long_line_is_cut_around_the_value() -> None:
    """Neither a megabyte on one line nor a narrow terminal hides it."""
    line = "a" * 500_000 + " VALUE " + "b" * 500_000

    shown, carets = shown_lines(finding(line, 500_001, 500_006), width=60)

    assert len(shown) <= 60
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "VALUE"
    assert shown.endswith("...")


@given(st.text(max_size=60), st.data())
def test_carets_are_as_wide_as_what_they_mark(line: str, data: st.DataObject) -> None:
    """For any line and any stretch of it."""
    line = line.replace("\n", " ").replace("\r", " ") + "x"
    start = data.draw(st.integers(0, len(line) - 1))
    end = data.draw(st.integers(start + 1, len(line)))
    widths = [cell.width for cell in cells(line)]

    lines = shown_lines(finding(line, start, end), width=2_000)

    if line.strip():
        assert len(lines[1]) - len("      | ") == sum(widths[:start]) + max(sum(widths[start:end]), 1)


# ---------------------------------------------------------------------------------------------------- hostile names

COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
HOSTILE = "x\x1b]0;owned\x07\x9b31m\r\n::error::forged\n##[set-env name=A]b%0A::stop-commands::t\u202e\u2028\ufeff,:%"


@given(st.one_of(st.just(HOSTILE), st.text(max_size=40)), st.one_of(st.just("::error ::a.yaml"), st.text(max_size=20)))
def test_no_format_lets_names_command_anything(name: str, file: str) -> None:
    """No escape reaches a terminal, no line of the log is begun, no workflow command is forged."""
    found = finding(
        f"name: {name}".replace("\n", " ").replace("\r", " "), 6, 7, file=file or "f", message=f"no `{name}`"
    )
    found_too = Finding.of(codes.WRONG_VALUE, name, hint=name, position=found.position)
    both = [found, found_too]
    text = re.sub(r"\x1b\[[0-9;]*m", "", findings_text(both, 100))
    outputs = [text, findings_json(both, Summary.of(both, 1)), findings_sarif(both), findings_github(both)]

    for output in outputs:
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]", output
        )
    assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []
    assert "##[" not in text + outputs[3]
    assert len(outputs[3].splitlines()) == 2
    assert all(line.startswith("::error file=") for line in outputs[3].splitlines())
    assert all(
        properties.count("::") == 0 for properties in (line[2:].partition("::")[0] for line in outputs[3].splitlines())
    )


@given(st.text(max_size=60))
def test_json_says_the_very_text(name: str) -> None:
    """What is escaped for a terminal is the same to a reader of JSON."""
    found = finding("name: x", 6, 7, message=name)

    document: Any = json.loads(findings_json([found], Summary.of([found], 1)))

    assert document["findings"][0]["message"] == name


@given(st.text())
def test_printable_text_is_one_line_and_stays_so(text: str) -> None:
    """Escaping what is escaped changes nothing."""
    assert len(printable(text).splitlines()) <= 1
    assert printable(printable(text)) == printable(text)
