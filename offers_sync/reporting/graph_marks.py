"""The graph of what refers to what as Mermaid and DOT: one walk, two sets of marks.

Names come from files that strangers may write, so they are shown as text and can end no label.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from offers_sync.reporting.graph import Graph, Node, Standing

_MERMAID_SHAPES: Final = MappingProxyType(
    {
        "selector": ("[[", "]]"),
        "criterion": ("{{", "}}"),
        "redeemable": ("([", "])"),
        "schedule": ("[/", "/]"),
        "locale": (">", "]"),
        "campaign": ("[", "]"),
        "segment": ("((", "))"),
    }
)
_DOT_SHAPES: Final = MappingProxyType(
    {
        "selector": "component",
        "criterion": "hexagon",
        "redeemable": "box",
        "schedule": "parallelogram",
        "locale": "note",
        "campaign": "house",
        "segment": "ellipse",
    }
)
_MERMAID_CLASSES: Final = (
    "classDef inline stroke-dasharray: 2 2",
    "classDef outside fill:#eeeeee,stroke:#888888,color:#444444",
    "classDef missing fill:#fdd,stroke:#b00,color:#700",
    "classDef orphan fill:#ffd,stroke:#a80,color:#640,stroke-dasharray: 6 3",
)
_DOT_STYLES: Final = MappingProxyType(
    {
        "defined": 'style="solid"',
        "inline": 'style="dotted"',
        "outside": 'style="filled", fillcolor="#eeeeee", color="#888888"',
        "missing": 'style="filled", fillcolor="#ffdddd", color="#bb0000"',
        "orphan": 'style="filled,dashed", fillcolor="#ffffdd", color="#aa8800"',
    }
)
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.,:/()+-'")


def graph_mermaid(graph: Graph) -> str:
    """A flowchart that GitHub and editors draw."""
    numbers = _numbers(graph)
    lines = ["flowchart LR"]
    for node in graph.nodes:
        opening, closing = _MERMAID_SHAPES[node.kind]
        label = "<br/>".join(_mermaid_text(line) for line in _label(node))
        state = _state(node)
        mark = "" if state == Standing.DEFINED else f":::{state}"
        lines.append(f'  {numbers[node.node_id]}{opening}"{label}"{closing}{mark}')
    lines += [f"  {numbers[edge.source]} -->|{edge.role}| {numbers[edge.target]}" for edge in graph.edges]
    return "\n".join([*lines, *(f"  {line}" for line in _MERMAID_CLASSES)]) + "\n"


def graph_dot(graph: Graph) -> str:
    """A digraph for Graphviz."""
    numbers = _numbers(graph)
    lines = ["digraph offers {", '  rankdir="LR";', '  node [fontname="Helvetica"];', '  edge [fontname="Helvetica"];']
    for node in graph.nodes:
        label = "\\n".join(_dot_text(line) for line in _label(node))
        shape = _DOT_SHAPES[node.kind]
        lines.append(f'  {numbers[node.node_id]} [label="{label}", shape="{shape}", {_DOT_STYLES[_state(node)]}];')
    lines += [f'  {numbers[edge.source]} -> {numbers[edge.target]} [label="{edge.role}"];' for edge in graph.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _numbers(graph: Graph) -> dict[str, str]:
    return {node.node_id: f"n{number}" for number, node in enumerate(graph.nodes)}


def _state(node: Node) -> str:
    return "orphan" if node.is_orphan else node.standing


def _label(node: Node) -> list[str]:
    remarks = {
        Standing.OUTSIDE: "not managed here",
        Standing.MISSING: "no such document, or one with errors",
        Standing.INLINE: node.name,
        Standing.DEFINED: node.name,
    }
    lines = [f"{node.kind} {node.key}", remarks[node.standing], "nothing refers to it" if node.is_orphan else ""]
    return [line for line in lines if line]


def _mermaid_text(text: str) -> str:
    """The text with everything that could mean something to Mermaid, Markdown or HTML by its number."""
    return "".join(
        character if character in _PLAIN or _is_letter(character) else f"#{ord(_shown(character))};"
        for character in text
    )


def _dot_text(text: str) -> str:
    """The text with what ends or changes a quoted string escaped."""
    return "".join(f"\\{character}" if character in '"\\' else _shown(character) for character in text)


def _is_letter(character: str) -> bool:
    return not character.isascii() and character.isalnum()


def _shown(character: str) -> str:
    """The character, or the replacement for one that is not seen but does something."""
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
