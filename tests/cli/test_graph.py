"""`offers graph`: what refers to what, as Mermaid, DOT and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from offers_sync.cli.main import run
from offers_sync.loading.loading import load_project
from offers_sync.models.kinds import KINDS, AnyDocument
from offers_sync.reporting.graph import Edge, Graph, Node, Standing, make_graph
from offers_sync.reporting.graph_json import graph_json
from offers_sync.reporting.graph_marks import graph_dot, graph_mermaid
from offers_sync.reporting.published import published_schema

Golden = Callable[[str, str], None]
FILES = {
    "offers.yaml": "project: marlow-burgers\ndefaults: {timezone: America/Chicago}\n"
    "environments:\n  sandbox: {server: embedded}\n",
    "selectors.yaml": """\
kind: selector
key: sandwiches
name: Sandwiches
---
kind: selector
key: soups
name: Soups, which nobody discounts
""",
    "criteria.yaml": """\
kind: criterion
key: ten-percent
name: 10% "off"
qc_processing_function: sum_amounts
line_item_filters:
  - {selector: sandwiches}
  - {selector: {external_id: drinks-1}, processing_method: exclude}
item_qualifiers: [{selector: sandwiches}]
""",
    "redeemables.yaml": """\
kind: redeemable
key: ten-off
name: Ten off
receipt_rule: {criterion: ten-percent}
schedule: gift-month
---
kind: redeemable
key: lunch
name: Lunch
receipt_rule:
  criterion:
    name: The dearest sandwich
    qc_processing_function: sum_amounts
    line_item_filters: [{selector: sandwiches, processing_method: max_price, quantity: 1}]
schedule: {expiry_days: 7}
---
kind: redeemable
key: theirs
name: Theirs
receipt_rule: {criterion: {external_id: {sandbox: c-1}}}
distributable: true
segment: Students
---
kind: schedule
key: gift-month
expiry_days: 30
---
kind: schedule
key: never-used
expiry_days: 1
---
kind: locale
language: fr
redeemables:
  lunch: {name: Midi}
  ten-off: {name: Moins dix}
---
kind: campaign
key: kick-off
name: Kick-off
redeemable: ten-off
segment: Loyal Regulars
start: 2090-06-01T10:00:00
""",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with every kind of reference."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("output_format", ["mermaid", "dot", "json"])
def test_formats(output_format: str, project: Path, capsys: pytest.CaptureFixture[str], golden: Golden) -> None:
    """The graph reads as the golden files have it."""
    assert run(["graph", str(project), "--format", output_format]) == 0

    told = capsys.readouterr()
    golden(f"graph.{output_format}", told.out)
    assert told.err == ""


def test_the_json_is_as_its_schema_says(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is valid by the schema that `offers schema graph` gives, which names every member."""
    assert run(["graph", str(project), "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    schema = published_schema("graph")

    Draft202012Validator(schema).validate(printed)
    node = schema["properties"]["nodes"]["items"]
    assert set(printed["nodes"][0]) == set(node["properties"])


def test_the_graph_as_a_value(project: Path) -> None:
    """Documents, what is inline, what is outside and what nothing refers to are told apart."""
    graph = make_graph((document.model, document.source.file) for document in load_project(project).documents)

    assert {node.node_id: node.standing for node in graph.nodes if node.standing is not Standing.DEFINED} == {
        "criterion/external:sandbox: c-1": Standing.OUTSIDE,
        "criterion/lunch/receipt_rule": Standing.INLINE,
        "schedule/lunch/schedule": Standing.INLINE,
        "segment/Loyal Regulars": Standing.OUTSIDE,
        "segment/Students": Standing.OUTSIDE,
        "selector/external:drinks-1": Standing.OUTSIDE,
    }
    assert [node.node_id for node in graph.nodes if node.is_orphan] == ["schedule/never-used", "selector/soups"]
    assert Edge("campaign/kick-off", "redeemable/ten-off", "redeemable") in graph.edges
    assert [edge for edge in graph.edges if edge.role == "segment"] == [
        Edge("campaign/kick-off", "segment/Loyal Regulars", "segment"),
        Edge("redeemable/theirs", "segment/Students", "segment"),
    ]
    assert Edge("criterion/ten-percent", "selector/sandwiches", "item_qualifiers") in graph.edges
    assert Edge("criterion/ten-percent", "selector/sandwiches", "line_item_filters") in graph.edges


def test_only_what_belongs_to_a_document(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--only keeps what the document depends on and what depends on it, by kind and key or by key."""
    for name in ("criterion/ten-percent", "ten-percent"):
        assert run(["graph", "-C", str(project), "--format", "json", "--only", name]) == 0
        assert [node["id"] for node in json.loads(capsys.readouterr().out)["nodes"]] == [
            "campaign/kick-off",
            "criterion/ten-percent",
            "locale/fr",
            "redeemable/ten-off",
            "selector/external:drinks-1",
            "selector/sandwiches",
        ]


def test_only_what_is_for_a_segment(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--only takes a segment by its name: what is for its guests, and what those offers are given by."""
    assert run(["graph", "-C", str(project), "--format", "json", "--only", "segment/Students"]) == 0

    assert [node["id"] for node in json.loads(capsys.readouterr().out)["nodes"]] == [
        "redeemable/theirs",
        "segment/Students",
    ]


def test_only_something_unknown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document that is not there is invalid input, with a guess."""
    assert run(["graph", str(project), "--only", "selector/sandwichs"]) == 3
    assert "did you mean `selector/sandwiches`" in capsys.readouterr().err


def test_no_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an offers.yaml there is nothing to draw."""
    assert run(["graph", str(tmp_path)]) == 3
    assert "offers.yaml" in capsys.readouterr().err


def test_a_project_with_errors_is_drawn_as_far_as_it_goes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What has errors is left out, and that is said and shows in the exit code."""
    (project / "broken.yaml").write_text("kind: selector\nkey: broken\n")

    assert run(["graph", str(project), "--format", "json"]) == 3

    told = capsys.readouterr()
    assert "selector/broken" not in told.out
    assert json.loads(told.out)["nodes"]
    assert "offers validate" in told.err


def test_a_key_that_no_document_has() -> None:
    """A reference into nothing is a node of its own."""
    document = load_document({"kind": "redeemable", "key": "r", "name": "R", "receipt_rule": {"criterion": "gone"}})

    graph = make_graph([(document, "r.yaml")])

    assert graph.nodes[0] == Node("criterion", "gone", standing=Standing.MISSING)
    assert 'n0{{"criterion gone<br/>no such document, or one with errors"}}:::missing' in graph_mermaid(graph)


def load_document(written: strategies.Written) -> AnyDocument:
    """The model of a document."""
    return KINDS[written["kind"]].model_validate(written)


HOSTILE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            '"]; click n0 "javascript:alert(1)"',
            "`bold`",
            "%%{init: {}}%%",
            "</div><script>alert(1)</script>",
            "\\",
            '\\"',
            "\\N",
            "a\nb",
            "\u202eevil",
            "&quot;",
            "#quot;",
            "]]",
            "--> n1",
            "end",
            "@user",
        ]
    ),
)


def graph_of(names: list[str]) -> Graph:
    """Two nodes of each name, one inside and one outside of git, with an edge between them."""
    inside = [Node("selector", f"k{number}", name) for number, name in enumerate(names)]
    outside = [Node("criterion", f"{number} {name}", standing=Standing.OUTSIDE) for number, name in enumerate(names)]
    edges = [Edge(one.node_id, other.node_id, "item") for one, other in zip(outside, inside, strict=True)]
    return Graph((*inside, *outside), tuple(edges))


@settings(max_examples=100)
@given(names=st.lists(HOSTILE, min_size=1, max_size=4))
def test_no_name_breaks_mermaid(names: list[str]) -> None:
    """Each node and edge is one line of fixed shape, whatever the names are."""
    graph = graph_of(names)
    entity_or_plain = r"(?:#[0-9]+;|<br/>|[^\W_]|[ _.,:/()+'-])*"

    first, *lines = graph_mermaid(graph).split("\n")

    assert first == "flowchart LR"
    nodes = [
        line
        for line in lines
        if re.fullmatch(rf'  n\d+(?:\[\["{entity_or_plain}"\]\]|\{{\{{"{entity_or_plain}"\}}\}}:::outside)', line)
    ]
    edges = [line for line in lines if re.fullmatch(r"  n\d+ -->\|item\| n\d+", line)]
    styles = [line for line in lines if line.startswith("  classDef ")]
    assert (len(nodes), len(edges)) == (2 * len(names), len(names))
    assert len(lines) == len(nodes) + len(edges) + len(styles) + 1
    assert all(character.isprintable() or character == "\n" for character in "\n".join(lines))


@settings(max_examples=100)
@given(names=st.lists(HOSTILE, min_size=1, max_size=4))
def test_no_name_breaks_dot(names: list[str]) -> None:
    """Every label is one quoted string, whatever the names are."""
    graph = graph_of(names)
    quoted = r'"(?:[^"\\]|\\.)*"'

    lines = graph_dot(graph).rstrip("\n").split("\n")

    nodes = [line for line in lines if re.fullmatch(rf"  n\d+ \[label={quoted}(?:, \w+={quoted})+\];", line)]
    edges = [line for line in lines if re.fullmatch(rf"  n\d+ -> n\d+ \[label={quoted}\];", line)]
    assert (len(nodes), len(edges)) == (2 * len(names), len(names))
    assert len(lines) == len(nodes) + len(edges) + 5
    assert all(line.isprintable() for line in lines)


@settings(max_examples=20)
@given(written=st.lists(strategies.any_documents(), max_size=4), order=st.randoms())
def test_the_order_of_the_files_does_not_show(written: list[strategies.Written], order: Random) -> None:
    """The same documents make the same graph, however they were found."""
    documents = [
        (
            load_document(document if document["kind"] == "locale" else {**document, "key": f"k{number}"}),
            f"{number}.yaml",
        )
        for number, document in enumerate(written)
    ]
    shuffled = list(documents)
    order.shuffle(shuffled)

    assert graph_json(make_graph(shuffled)) == graph_json(make_graph(documents))


def test_two_catalogues_of_one_language_are_one_node() -> None:
    """Whichever file comes first, the node and both files' references are there."""
    catalogues = [
        (load_document({"kind": "locale", "language": "fr", "redeemables": {key: {"name": "Midi"}}}), f"{key}.yaml")
        for key in ("a", "b")
    ]

    graph = make_graph(catalogues)

    assert graph == make_graph(reversed(catalogues))
    assert [node for node in graph.nodes if node.kind == "locale"] == [Node("locale", "fr", file="a.yaml")]
    assert [edge.target for edge in graph.edges] == ["redeemable/a", "redeemable/b"]
