"""Where offers.yaml may hold a secret that should not be there, so that no line of it is shown with one.

The text is searched as well as the composed values: a file that is no YAML is shown too.  Whether it *is* a
secret is judged by ``project_rules``; what is covered here is covered on suspicion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from yaml.nodes import MappingNode, Node, ScalarNode

from offers_sync.loading.composing import compose, span_of
from offers_sync.loading.texts import FileText

_NAME: Final = r"(?:token|state|secret|passw|api[_-]?key|[_-]key|credential|authorization)[\w-]{0,40}"
"""As much of a field's name as tells it; the figures keep a search through a hostile text short."""
_FIELD: Final = re.compile(rf"""{_NAME}["']?[ \t]{{0,9}}:(?=[ \t\r\n]|\Z)[ \t]{{0,9}}""", re.IGNORECASE)
_SUSPECT: Final = re.compile(rf"[\w-]{{0,40}}?{_NAME}", re.IGNORECASE)
_CREDENTIALS: Final = re.compile(r"//[^/\s]{0,99}:\S{0,199}@")
_HARMLESS: Final = re.compile(r"""["']?(?:\$\{[A-Za-z_][A-Za-z0-9_]*\}|local)["']?[ \t]*(?:[,}#].*)?""")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def cover_secrets(text: FileText) -> FileText:
    """The same text, which shows none of its possible secrets."""
    covered = replace(text, covered=tuple(_in_text(text.text)))
    roots = [document.node for document in compose(covered).documents]
    nodes = [span for root in roots for span in _in_nodes(text.text, root)]
    return replace(text, covered=(*covered.covered, *nodes))


def _in_text(text: str) -> Iterator[tuple[int, int]]:
    """The rest of a line after a field with such a name, and the lines that are indented below it."""
    for field in _FIELD.finditer(text):
        line = _LINE.match(text, field.end())
        end = line.end() if line is not None else len(text)
        if not _HARMLESS.fullmatch(text[field.end() : end].rstrip()):
            yield field.end(), _end_of_block(text, end, _indentation(text, field.start()))
    for credentials in _CREDENTIALS.finditer(text):
        yield credentials.start() + 2, credentials.end() - 1


def _indentation(text: str, offset: int) -> int:
    line = text[max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1 : offset]
    return len(line) - len(line.lstrip(" "))


def _end_of_block(text: str, start: int, indentation: int) -> int:
    while start < len(text):
        line = _LINE.match(text, start)
        if line is None or (line[0].strip() and len(line[0]) - len(line[0].lstrip(" ")) <= indentation):
            return start
        start = line.end()
    return start


def _in_nodes(text: str, node: Node) -> Iterator[tuple[int, int]]:
    """The values of such fields, however their names are spelled."""
    if not isinstance(node, MappingNode):
        return
    for key, value in node.value:
        is_scalar = isinstance(key, ScalarNode) and isinstance(value, ScalarNode)
        if is_scalar and _SUSPECT.fullmatch(key.value) and not _HARMLESS.fullmatch(value.value):
            yield span_of(text, value)
        else:
            yield from _in_nodes(text, value)
