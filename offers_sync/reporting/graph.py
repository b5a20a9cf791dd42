"""What refers to what, as a value: documents, criteria and schedules written inline, and what lies outside of git.

    selector <- criterion <- redeemable <- campaign, locale
                schedule  <- redeemable
                segment   <- redeemable, campaign

Locations are not in it: they say where something holds, and a criterion may name fifty.  How the graph is drawn is
said by ``graph_marks``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal

from offers_sync.models.campaign import Campaign
from offers_sync.models.criterion import Criterion, CriterionBody, InlineCriterion
from offers_sync.models.kinds import KINDS, AnyDocument, Kind
from offers_sync.models.locale import Locale
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.references import External
from offers_sync.models.schedule import InlineSchedule, Schedule
from offers_sync.models.selector import Selector

NodeKind = Kind | Literal["segment"]
NODE_KINDS: Final = (*KINDS, "segment")
"""The kinds of documents, and segments, which the vendor keeps and documents name."""
_MEANT_TO_BE_REFERRED_TO: Final = ("selector", "criterion", "schedule")


class Standing(StrEnum):
    """What a node stands for."""

    DEFINED = "defined"
    INLINE = "inline"
    OUTSIDE = "outside"
    """Named by its external id, or as a segment; git does not manage it."""
    MISSING = "missing"
    """Named by a key that no document has."""


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """Something that refers, or is referred to."""

    kind: NodeKind
    key: str
    name: str = ""
    file: str = ""
    standing: Standing = Standing.DEFINED
    is_orphan: bool = False
    """Made to be referred to, and nothing does."""

    @property
    def node_id(self) -> str:
        """Kind and key, which no other node has."""
        mark = "external:" if self.standing is Standing.OUTSIDE and self.kind != "segment" else ""
        return f"{self.kind}/{mark}{self.key}"


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """One reference, from the node that holds it."""

    source: str
    target: str
    role: str
    """The field that refers."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges, sorted."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class _Reference:
    """A field that names another document, or holds it."""

    role: str
    target: Node


Written = tuple[AnyDocument, str]
"""A document and the file that it is written in."""


def make_graph(documents: Iterable[Written]) -> Graph:
    """The graph of some documents."""
    nodes: dict[str, Node] = {}
    edges: set[Edge] = set()
    for document, file in documents:
        for node, references in _nodes_in(document, file):
            nodes[node.node_id] = _told(nodes.get(node.node_id), node)
            for reference in references:
                nodes.setdefault(reference.target.node_id, reference.target)
                edges.add(Edge(node.node_id, reference.target.node_id, reference.role))
    referred_to = {edge.target for edge in edges}
    marked = (_marked(node, is_referred_to=node.node_id in referred_to) for node in nodes.values())
    return Graph(tuple(sorted(marked, key=lambda node: node.node_id)), tuple(sorted(edges)))


def _told(known: Node | None, node: Node) -> Node:
    """Which of two nodes tells more; of two catalogues of one language the one that comes first by name of file."""
    return node if known is None or known.standing is Standing.MISSING else min(known, node)


def around(graph: Graph, node_id: str) -> Graph:
    """The part of the graph that a node depends on, and that depends on it."""
    kept = _reachable(graph, node_id, forwards=True) | _reachable(graph, node_id, forwards=False)
    return Graph(
        tuple(node for node in graph.nodes if node.node_id in kept),
        tuple(edge for edge in graph.edges if edge.source in kept and edge.target in kept),
    )


def _reachable(graph: Graph, start: str, *, forwards: bool) -> set[str]:
    next_of: dict[str, list[str]] = {}
    for edge in graph.edges:
        here, there = (edge.source, edge.target) if forwards else (edge.target, edge.source)
        next_of.setdefault(here, []).append(there)
    seen = {start}
    waiting = [start]
    while waiting:
        found = [there for there in next_of.get(waiting.pop(), ()) if there not in seen]
        seen.update(found)
        waiting.extend(found)
    return seen


def _marked(node: Node, *, is_referred_to: bool) -> Node:
    is_lonely = node.standing is Standing.DEFINED and node.kind in _MEANT_TO_BE_REFERRED_TO and not is_referred_to
    return replace(node, is_orphan=True) if is_lonely else node


# ------------------------------------------------------------------------------------- what each document refers to


def _nodes_in(document: AnyDocument, file: str) -> Iterator[tuple[Node, list[_Reference]]]:
    match document:
        case Selector():
            yield Node("selector", document.key, document.name, file), []
        case Criterion():
            yield Node("criterion", document.key, document.name or "", file), _selectors_of(document)
        case Schedule():
            yield Node("schedule", document.key, "", file), []
        case Redeemable():
            yield from _nodes_of_redeemable(document, file)
        case Locale():
            texts = [_Reference("redeemables", _named("redeemable", key)) for key in document.redeemables]
            yield Node("locale", document.language, "", file), texts
        case Campaign():
            gifted = _Reference("redeemable", _named("redeemable", document.redeemable))
            yield Node("campaign", document.key, document.name, file), [gifted, *_segment_of(document)]


def _nodes_of_redeemable(document: Redeemable, file: str) -> Iterator[tuple[Node, list[_Reference]]]:
    references: list[_Reference] = []
    match document.receipt_rule.criterion:
        case InlineCriterion() as criterion:
            inline = Node("criterion", f"{document.key}/receipt_rule", criterion.name or "", file, Standing.INLINE)
            yield inline, _selectors_of(criterion)
            references.append(_Reference("receipt_rule", inline))
        case str() | External() as named:
            references.append(_Reference("receipt_rule", _named("criterion", named)))
        case None:
            pass
    match document.schedule:
        case InlineSchedule():
            written = Node("schedule", f"{document.key}/schedule", "", file, Standing.INLINE)
            yield written, []
            references.append(_Reference("schedule", written))
        case str() as key:
            references.append(_Reference("schedule", _named("schedule", key)))
        case None:
            pass
    yield Node("redeemable", document.key, document.name, file), [*references, *_segment_of(document)]


def _segment_of(document: Redeemable | Campaign) -> list[_Reference]:
    if document.segment is None:
        return []
    return [_Reference("segment", Node("segment", document.segment, standing=Standing.OUTSIDE))]


def _selectors_of(criterion: CriterionBody) -> list[_Reference]:
    return [
        *(
            _Reference("line_item_filters", _named("selector", one.selector))
            for one in criterion.line_item_filters or ()
        ),
        *(_Reference("item_qualifiers", _named("selector", one.selector)) for one in criterion.item_qualifiers or ()),
    ]


def _named(kind: Literal["selector", "criterion", "schedule", "redeemable"], reference: str | External) -> Node:
    """The node that a reference names, for as long as no document turns out to be it."""
    if isinstance(reference, str):
        return Node(kind, reference, standing=Standing.MISSING)
    written = reference.external_id
    ids = written if isinstance(written, str) else ", ".join(f"{name}: {one}" for name, one in sorted(written.items()))
    return Node(kind, ids, standing=Standing.OUTSIDE)
