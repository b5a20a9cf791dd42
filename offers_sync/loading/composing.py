"""YAML text to values: quickly where nothing is unusual, carefully where something is, with every place at hand.

PyYAML's C parser composes nodes; values are built here, since most of the cost of a YAML loader is its
constructor.  The quick way keeps no node.  The careful way understands anchors, merge keys and tags, says what is
wrong with them, and remembers which node every value came from.  What a value means is said by ``scalars``, what a
document must hold by ``validating``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from offers_sync import codes
from offers_sync.loading.complaints import TextComplaint, advice
from offers_sync.loading.nesting import DEPTH_LIMIT, is_plain, survey
from offers_sync.loading.quoting import quoted, torn_hint, torn_text
from offers_sync.loading.scalars import PLAIN_VALUES
from offers_sync.loading.syntax import explain_syntax, explain_tag
from offers_sync.loading.texts import FileText, has_hidden_break

DOCUMENTS_LIMIT: Final = 10_000
UNFOLDED_NODES_LIMIT: Final = 100_000
"""A file of 1 MiB holds about as many values without repeating itself."""

_PROPERTIES: Final = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:\s+(?:#[^\r\n]*)?)+)+")
"""An anchor and a tag before a value, which are no part of it."""
_BARE_TAG: Final = re.compile(r"(?:&\S+\s+)?!")
_TEXT_TAG: Final = "tag:yaml.org,2002:str"
_COLLECTION_TAGS: Final[Mapping[type[Node], str]] = {
    MappingNode: "tag:yaml.org,2002:map",
    SequenceNode: "tag:yaml.org,2002:seq",
}
_NOTHING: Final[dict[Any, Any]] = {}
"""Its methods in C take the arguments that the composer hands over at every node, and do nothing."""
_PLAIN: Final = object()
_QUOTED: Final = object()


class Flawed:
    """Stands for a value that was complained about already, so that nothing more is said of it."""


FLAWED: Final = Flawed()


class _UnusualError(Exception):
    """The quick way does not understand this file."""


class _QuickComposer(CParser):
    """Composes nodes whose tags are their values."""

    descend_resolver, ascend_resolver = _NOTHING.get, _NOTHING.clear

    def resolve(self, kind: type[Node], value: str | None, implicit: Any) -> Any:  # noqa: ARG002  the composer's signature
        """The value of a scalar, nothing for a collection."""
        return PLAIN_VALUES[value] if value is not None and implicit[0] else value


class _CarefulComposer(CParser):
    """Composes nodes that say whether they were quoted, or carry the tag that was written."""

    descend_resolver, ascend_resolver = _NOTHING.get, _NOTHING.clear

    def resolve(self, kind: type[Node], value: str | None, implicit: Any) -> Any:  # noqa: ARG002  the composer's signature
        """A mark that no tag can equal."""
        return _PLAIN if value is None or implicit[0] else _QUOTED


@dataclass(frozen=True, slots=True)
class Values:
    """The documents of a file as values, in order, and what is wrong with its text."""

    documents: tuple[Any, ...]
    complaints: tuple[TextComplaint, ...] = ()
    is_whole: bool = True
    """Whether no document of the text is missing from these."""


def read_values(text: FileText) -> Values:
    """The documents of a file; those before a syntax error where there is one."""
    if is_plain(text.text):
        try:
            return Values(tuple(_read_quickly(text.text)))
        except (YAMLError, _UnusualError):
            pass
    composition = compose(text)
    documents = tuple(document.value for document in composition.documents)
    return Values(documents, composition.complaints, composition.is_whole and FLAWED not in documents)


def _read_quickly(text: str) -> Iterator[Any]:
    composer = _QuickComposer(text)
    count = 0
    while composer.check_node():
        count += 1
        if count > DOCUMENTS_LIMIT:
            raise _UnusualError
        node = composer.get_node()
        yield node.tag if node.__class__ is ScalarNode else _build_quickly(node, DEPTH_LIMIT)


def _build_quickly(node: Any, levels: int) -> Any:
    if levels == 0:
        raise _UnusualError
    if node.__class__ is SequenceNode:
        return [item.tag if item.__class__ is ScalarNode else _build_quickly(item, levels - 1) for item in node.value]
    mapping: dict[str, Any] = {}
    for key, value in node.value:
        name = key.tag
        if name.__class__ is not str:
            raise _UnusualError
        mapping[name] = value.tag if value.__class__ is ScalarNode else _build_quickly(value, levels - 1)
    if len(mapping) != len(node.value):
        raise _UnusualError
    return mapping


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a mapping: the node of its name and that of its value."""

    key: Node
    value: Node


@dataclass(frozen=True, slots=True)
class Composed:
    """A document: its value and the node it came from."""

    value: Any
    node: Node


@dataclass(frozen=True)
class Composition:
    """The documents of a file with all their nodes."""

    text: FileText
    documents: tuple[Composed, ...]
    complaints: tuple[TextComplaint, ...]
    members: dict[int, dict[str, Member]]
    """The fields of each mapping, merged ones included, by the identity of its node."""
    is_whole: bool = True
    """Whether the text was understood to its end."""


def span_of(text: str, node: Node) -> tuple[int, int]:
    """From the first character of a value to after its last, without anchor and tag."""
    start, end = node.start_mark.index, _end_of(text, node)
    if start < len(text) and text[start] in "&!":
        properties = _PROPERTIES.match(text, start, end)
        if properties is not None and properties.end() < end:
            start = properties.end()
    return start, end


def _end_of(text: str, node: Node) -> int:
    """The parser ends a block where the next token begins; a person ends it with its last character."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, ScalarNode):
        return end if node.style not in ("|", ">") else int(start + len(text[start:end].rstrip()))
    if not isinstance(node, CollectionNode) or node.flow_style:
        return int(end)
    last = node.value[-1] if node.value else ()
    inside = [part for part in (last if isinstance(last, tuple) else (last,)) if start <= part.start_mark.index < end]
    return max((_end_of(text, part) for part in inside), default=int(end))


def compose_plainly(text: FileText) -> tuple[Node, ...] | None:
    """The nodes of a file's documents where nothing about them is unusual, and every field is where it is written."""
    if not is_plain(text.text):
        return None
    composer = _QuickComposer(text.text)
    roots: list[Node] = []
    try:
        while composer.check_node() and len(roots) < DOCUMENTS_LIMIT:
            roots.append(cast("Node", composer.get_node()))
    except YAMLError:
        pass  # what stands before the fault has its place
    return tuple(roots)


@lru_cache(maxsize=8)
def compose(text: FileText) -> Composition:
    """The documents of a file, carefully."""
    obstacle = survey(text.text).obstacle
    builder = _Builder(text)
    builder.complaints += _hidden_breaks(text)
    if obstacle is not None:
        return Composition(text, (), (*builder.complaints, obstacle), {}, is_whole=False)
    documents: list[Composed] = []
    composer = _CarefulComposer(text.text)
    is_whole = False
    try:
        while composer.check_node():
            node = cast("Node", composer.get_node())
            if len(documents) == DOCUMENTS_LIMIT:
                builder.complain(codes.YAML_TOO_MANY_DOCUMENTS, node, "this is the 10,001st document of the file")
                break
            documents.append(Composed(builder.document(node), node))
        else:
            is_whole = True
    except YAMLError as error:
        builder.complaints += _syntax_faults(text, error)
    return Composition(text, tuple(documents), tuple(builder.complaints), builder.members, is_whole)


def _hidden_breaks(text: FileText) -> Iterator[TextComplaint]:
    if has_hidden_break(text.text):
        from offers_sync.loading.hidden_breaks import find_hidden_breaks  # noqa: PLC0415  only where something is wrong

        yield from find_hidden_breaks(text)


def _syntax_faults(text: FileText, error: YAMLError) -> Iterator[TextComplaint]:
    """What the parser gave up at; a line end that nobody sees is a fault of its own, so the text counts as it looks."""
    if not has_hidden_break(text.text):
        yield explain_syntax(text, error)
        return
    from offers_sync.loading.hidden_breaks import as_it_looks  # noqa: PLC0415  only where something is wrong

    yield from (found for found in compose(as_it_looks(text)).complaints if found.code is codes.YAML_SYNTAX)


class _Builder:
    """Turns nodes into values, and collects what is wrong with them."""

    def __init__(self, text: FileText) -> None:
        self.text = text
        self.complaints: list[TextComplaint] = []
        self.members: dict[int, dict[str, Member]] = {}
        self._built: dict[int, Any] = {}
        self._measures: dict[int, tuple[int, int]] = {}
        self._unfolded = 0

    def document(self, node: Node) -> Any:
        """The value of a document, unless it unfolds to too much."""
        size, height = self._measure(node)
        self._unfolded += size
        if height > DEPTH_LIMIT:
            message = f"its aliases unfold to {height} levels of nesting, more than {DEPTH_LIMIT}"
            self.complain(codes.YAML_TOO_DEEP, node, message, advice(codes.YAML_TOO_DEEP))
            return FLAWED
        if self._unfolded > UNFOLDED_NODES_LIMIT:
            message = f"its aliases unfold to more than {UNFOLDED_NODES_LIMIT:,} values"
            self.complain(codes.YAML_TOO_MANY_ALIASES, node, message, advice(codes.YAML_TOO_MANY_ALIASES))
            return FLAWED
        return self._build(node)

    def complain(self, code: Any, node: Node, message: str, hint: str = "") -> None:
        """Hold something against the stretch of a node."""
        start, end = span_of(self.text.text, node)
        self.complaints.append(TextComplaint(code, start, end, message, hint))

    def _measure(self, node: Node) -> tuple[int, int]:
        """How many values a node unfolds to, and how many levels of collections."""
        known = self._measures.get(id(node))
        if known is not None:
            return known
        parts: list[Node] = []
        if isinstance(node, MappingNode):
            parts = [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            parts = node.value
        measures = [self._measure(part) for part in parts]
        size = 1 + sum(size for size, _ in measures)
        height = max((height for _, height in measures), default=0) + (not isinstance(node, ScalarNode))
        self._measures[id(node)] = size, height
        return size, height

    def _build(self, node: Node) -> Any:
        known = self._built.get(id(node), self)
        if known is not self:
            return known
        value = self._checked(node)
        self._built[id(node)] = value
        return value

    def _checked(self, node: Node) -> Any:
        if not self._has_fitting_tag(node):
            start = node.start_mark.index
            complaint = explain_tag(self.text, start, max(node.end_mark.index, start + 1), str(node.value or ""))
            self.complaints.append(complaint)
            return FLAWED
        if isinstance(node, MappingNode):
            if self._is_placeholder(node):
                start, end = span_of(self.text.text, node)
                hint = f"quote the text: {quoted(self.text.text[start:end])}"
                self.complain(codes.YAML_KEY, node, "two unquoted braces begin a mapping inside a mapping", hint)
                return FLAWED
            return {name: self._build(member.value) for name, member in self._collect(node).items()}
        if isinstance(node, SequenceNode):
            return [self._build(item) for item in node.value]
        return PLAIN_VALUES[node.value] if node.tag is _PLAIN else node.value

    def _is_placeholder(self, node: MappingNode) -> bool:
        """Whether it is ``{{points_requested}}`` or the like, which the vendor fills in."""
        return (
            len(node.value) == 1
            and isinstance(node.value[0][0], MappingNode)
            and self.text.text.startswith("{{", node.start_mark.index)
        )

    def _has_fitting_tag(self, node: Node) -> bool:
        if node.tag is _PLAIN:
            return _BARE_TAG.match(self.text.text, node.start_mark.index) is None
        return node.tag is _QUOTED or node.tag == _COLLECTION_TAGS.get(type(node), _TEXT_TAG)

    def _collect(self, node: MappingNode) -> dict[str, Member]:
        """The fields of a mapping: its own, then those that are merged into it."""
        own: dict[str, Member] = {}
        merged: list[MappingNode] = []
        merge_key: Node | None = None
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.tag is _PLAIN and key.value == "<<":
                if merge_key is None:
                    merged.extend(self._mergeable(value))
                    merge_key = key
                else:
                    self._complain_of_second(key, merge_key, "merge several by a list, as in `<<: [*one, *two]`")
                continue
            name = self._name(key)
            if name is None:
                continue
            if name in own:
                self._complain_of_second(key, own[name].key)
                continue
            own[name] = Member(key, value)
        for mapping in merged:
            self._build(mapping)
            for name, member in self.members.get(id(mapping), {}).items():
                own.setdefault(name, member)
        self.members[id(node)] = own
        return own

    def _complain_of_second(self, key: Node, first: Node, hint: str = "") -> None:
        line = self.text.position(*span_of(self.text.text, first)).line
        self.complain(codes.YAML_DUPLICATE_KEY, key, f"`{key.value}` is already written on line {line}", hint)

    def _mergeable(self, value: Node) -> list[MappingNode]:
        entries = value.value if isinstance(value, SequenceNode) else [value]
        for entry in entries:
            if not isinstance(entry, MappingNode):
                self.complain(codes.YAML_MERGE, entry, "`<<` merges a mapping, or a list of mappings")
        return [entry for entry in entries if isinstance(entry, MappingNode)]

    def _name(self, key: Node) -> str | None:
        """The name of a field, if it is text."""
        value = self._build(key)
        if isinstance(value, str):
            return value
        if isinstance(key, ScalarNode):
            shown = key.value or "an empty name"
            hint = f'if it is meant as text, quote it: "{key.value}"' if key.value else ""
            if torn := torn_text(self.text.text, *span_of(self.text.text, key)):
                hint = torn_hint(torn)
            self.complain(codes.YAML_KEY, key, f"`{shown}` is not text, so it cannot name a field", hint)
        elif value is not FLAWED:
            self.complain(codes.YAML_KEY, key, "a list or a mapping cannot name a field", "write a word")
        return None
