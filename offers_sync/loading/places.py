"""Where the values of a file stand, by the paths that lead to them.

Node trees of ten thousand files would fill the memory, so a file is composed again when a place in it is asked for;
a few are remembered.  Anchors and tags are no part of a value; a merged field stands where it is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from offers_sync.findings import Position
from offers_sync.loading.complaints import Path
from offers_sync.loading.composing import Member, compose, compose_plainly, span_of
from offers_sync.loading.texts import FileText


@dataclass(frozen=True)
class Places:
    """The documents of a file as trees of nodes."""

    text: FileText
    roots: tuple[Node, ...]
    members: dict[int, dict[str, Member]] = field(default_factory=dict)
    """The fields of mappings by the identity of their nodes, as far as they were looked at."""

    def locate(self, index: int, path: Path, *, at_key: bool = False) -> tuple[Position, str] | None:
        """The place of a value, or of the nearest existing one above it, and the line on which it begins.

        With ``at_key`` it is the place of the field's name.
        """
        if index >= len(self.roots):
            return None
        position = self.text.position(*self._span(index, path, at_key=at_key))
        return position, self.text.line(position.line)

    def _span(self, index: int, path: Path, *, at_key: bool) -> tuple[int, int]:
        node = self.roots[index]
        key: Node | None = None
        for step in path:
            member = self._step(node, step)
            if member is None:
                at_key = False
                break
            key, node = member
        start, end = span_of(self.text.text, node)
        is_named = at_key or start == end  # a value without a character of its own is shown by its name
        return span_of(self.text.text, key) if is_named and key is not None else (start, end)

    def _step(self, node: Node, step: str | int) -> tuple[Node | None, Node] | None:
        if isinstance(node, MappingNode):
            member = self._members_of(node).get(str(step))
            return None if member is None else (member.key, member.value)
        if isinstance(node, SequenceNode):
            index = int(step) if isinstance(step, int) or step.isdecimal() else -1
            if 0 <= index < len(node.value):
                return None, node.value[index]
        return None

    def _members_of(self, node: MappingNode) -> dict[str, Member]:
        known = self.members.get(id(node))
        if known is None:
            known = self.members[id(node)] = {}
            for key, value in node.value:
                if isinstance(key, ScalarNode):
                    known.setdefault(key.value, Member(key, value))
        return known


@lru_cache(maxsize=8)
def places_in(text: FileText) -> Places:
    """The places of a file, as far as the parser understands it."""
    roots = compose_plainly(text)
    if roots is not None:
        return Places(text, roots)
    composition = compose(text)
    return Places(text, tuple(document.node for document in composition.documents), composition.members)
