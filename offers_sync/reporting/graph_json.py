"""The graph of what refers to what as JSON, and the JSON Schema of that format."""

from __future__ import annotations

import json
from typing import Any, Final

from offers_sync.reporting.graph import NODE_KINDS, Edge, Graph, Node, Standing

FORMAT_VERSION: Final = 1


def graph_json(graph: Graph) -> str:
    """Nodes and edges for other programs."""
    written = {
        "format_version": FORMAT_VERSION,
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
    }
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.node_id,
        "kind": node.kind,
        "key": node.key,
        "name": node.name,
        "file": node.file or None,
        "standing": node.standing,
        "is_orphan": node.is_orphan,
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {"from": edge.source, "to": edge.target, "role": edge.role}


def graph_schema() -> dict[str, Any]:
    """The JSON Schema of the format."""
    return {
        "title": "A graph of offers",
        "description": "What `offers graph --format json` prints.",
        **_object(
            format_version={"const": FORMAT_VERSION, "description": "Within a version, members are only ever added."},
            nodes={"type": "array", "items": _NODE},
            edges={"type": "array", "items": _EDGE},
        ),
    }


def _object(**members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": members}


def _text(description: str) -> dict[str, Any]:
    return {"description": description, "type": "string"}


_NODE: Final = _object(
    id=_text("Kind and key, which no other node has."),
    kind={"description": "The kind of the document, or a segment of the vendor's.", "enum": list(NODE_KINDS)},
    key=_text("The document's key, the language of a catalogue, a segment's name, or an id that git does not manage."),
    name=_text("The display name; empty where there is none."),
    file={"description": "Where it is written; null for what git does not hold.", "type": ["string", "null"]},
    standing={
        "description": "Whether it is a document, written inside one, outside of git, or named and not there.",
        "enum": [standing.value for standing in Standing],
    },
    is_orphan={"description": "Made to be referred to, and nothing does.", "type": "boolean"},
)
_EDGE: Final = _object(
    **{"from": _text("The node that refers."), "to": _text("The node that is referred to.")},
    role=_text("The field that refers."),
)
