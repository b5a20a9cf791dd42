"""Where offers.yaml may hold a secret that should not be there, so that no line of it is shown with one.

What is known to be harmless is shown; everything else about an environment is covered on suspicion, and the more so
in a file that the parser does not understand.  Whether it *is* a secret is judged by ``project_rules``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from yaml.nodes import MappingNode, Node, ScalarNode

from offers_sync.loading.complaints import Path
from offers_sync.loading.composing import Composition, compose, span_of
from offers_sync.loading.texts import HIDDEN_BREAKS, FileText

SHOWN_FIELDS: Final = frozenset({"server", "brand", "criteria", "settle_seconds", "locations"})
"""What an environment may say in public."""
_SHOWN_ABOVE: Final = frozenset({"kind", "project", "locales", "defaults", "locations", "guards", "allow"})
"""What the project may say in public."""
_SHOWN_IN_LINES: Final = frozenset({"project", "timezone", "locales", "creates", "updates", "live_edits", "reason"})
_NAME: Final = r"(?:token|state|secret|passw|api[_-]?key|credential|authorization)[\w-]{0,40}"
"""As much of a field's name as tells it; the figures keep a search through a hostile text short."""
_FIELD: Final = re.compile(rf"""{_NAME}["']?[ \t]{{0,9}}:(?=[ \t\r\n]|\Z)[ \t]{{0,9}}""", re.IGNORECASE)
_SUSPECT: Final = re.compile(rf"[\w-]{{0,40}}?{_NAME}", re.IGNORECASE)
_CREDENTIALS: Final = re.compile(r"//[^/\s]{0,99}:\S{0,199}@")
_HARMLESS: Final = re.compile(r"""["']?(?:\$\{[A-Za-z_][A-Za-z0-9_]*\}|local)["']?[ \t]*(?:[,}#].*)?""")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_PARSED_LINE: Final = re.compile(rf"[^\r\n{HIDDEN_BREAKS}]*(?:\r\n|[\r\n{HIDDEN_BREAKS}]|\Z)")
"""A line as the parser ends it."""
_SIMPLE_LINE: Final = re.compile(r"[ \t-]*(?:#.*|(\w+):(?: .*)?)?")


def is_public(path: Path) -> bool:
    """Whether a value of offers.yaml at a path may be spoken of."""
    match path:
        case ("environments", _, str() as field, *_):
            return field in SHOWN_FIELDS
        case (str() as field, *_) if field in _SHOWN_ABOVE:
            return not any(isinstance(step, str) and _SUSPECT.fullmatch(step) for step in path)
    return not path


def cover_secrets(text: FileText) -> FileText:
    """The same text, which shows none of its possible secrets."""
    covered = tuple(_by_name(text.text))
    composition = compose(replace(text, covered=covered))
    if composition.complaints:
        return replace(text, covered=(*covered, *_by_line(text.text)))
    return replace(text, covered=(*covered, *_by_place(composition)))


def _by_name(text: str) -> Iterator[tuple[int, int]]:
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


def _by_place(composition: Composition) -> Iterator[tuple[int, int]]:
    """The values of environments, but for what may be public, and those of suspicious fields anywhere."""
    for document in composition.documents:
        yield from _in_node(composition.text.text, document.node, ())


def _in_node(text: str, node: Node, path: Path) -> Iterator[tuple[int, int]]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _in_node(text, value, (*path, str(key.value)))
    elif not isinstance(node, ScalarNode):
        for index, item in enumerate(node.value):
            yield from _in_node(text, item, (*path, index))
    elif not is_public(path) and not _HARMLESS.fullmatch(node.value):
        yield span_of(text, node)


def _by_line(text: str) -> Iterator[tuple[int, int]]:
    """All lines but those that plainly are fields of a harmless name, or comments."""
    start = 0
    while start < len(text):
        line = _PARSED_LINE.match(text, start)
        end = line.end() if line is not None else len(text)
        simple = _SIMPLE_LINE.fullmatch(text[start:end].rstrip("\r\n" + HIDDEN_BREAKS))
        if simple is None or (simple[1] is not None and simple[1] not in SHOWN_FIELDS | _SHOWN_IN_LINES):
            yield start + (simple.end(1) + 1 if simple is not None else 0), end
        start = end
