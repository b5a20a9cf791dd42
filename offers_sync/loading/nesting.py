"""Whether a text may be composed at all: how deep it goes, how often it repeats itself, whether it contains itself.

Composing calls itself in C at every level, so there must be an end to them before it begins.  Most files are shown
to be harmless by counting characters; the others pay for one walk over the parser's events.
"""

from __future__ import annotations

import re
from typing import Any, Final

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from offers_sync import codes
from offers_sync.findings import Code
from offers_sync.loading.complaints import TextComplaint, advice

DEPTH_LIMIT: Final = 50
ALIASES_LIMIT: Final = 1_000

_OPENERS: Final = "[{-?:"
"""Every level of nesting takes one of these characters."""
_OPENERS_LIMIT: Final = 1_000
"""Composing so many levels takes less than half a megabyte of the stack."""
_UNUSUAL: Final = re.compile(r"""[*!](?<![^\s\ufeff\[\]{},:"'][*!])""")
"""An alias or a tag, where a token may begin; text may look so too."""


def may_be_unusual(text: str) -> bool:
    """Whether there may be an alias, a tag or a merge key in the text."""
    return "<<" in text or (("*" in text or "!" in text) and _UNUSUAL.search(text) is not None)


def is_surely_composable(text: str) -> bool:
    """Whether composing cannot exhaust the stack, nor meet an alias; how deep the text goes is not known by this."""
    return not may_be_unusual(text) and sum(map(text.count, _OPENERS)) <= _OPENERS_LIMIT


def survey(text: str) -> TextComplaint | None:
    """What forbids to compose the text, if anything does."""
    try:
        return _walk(text)
    except YAMLError:
        return None  # composing stops at the same place, and says it better


def _walk(text: str) -> TextComplaint | None:
    parser = CParser(text)
    open_anchors: list[str | None] = []
    aliases = 0
    while (event := parser.get_event()) is not None:
        if isinstance(event, CollectionStartEvent):
            open_anchors.append(event.anchor)
            if len(open_anchors) > DEPTH_LIMIT:
                return _complaint(codes.YAML_TOO_DEEP, event, f"this is level {DEPTH_LIMIT + 1} of nesting")
        elif isinstance(event, CollectionEndEvent):
            open_anchors.pop()
        elif isinstance(event, AliasEvent):
            aliases += 1
            if event.anchor in open_anchors:
                return _complaint(codes.YAML_RECURSIVE, event, f"`*{event.anchor}` stands inside `&{event.anchor}`")
            if aliases > ALIASES_LIMIT:
                return _complaint(codes.YAML_TOO_MANY_ALIASES, event, f"this is alias {aliases:,} of the file")
    return None


def _complaint(code: Code, event: Any, message: str) -> TextComplaint:
    start, end = event.start_mark.index, event.end_mark.index
    return TextComplaint(code, start, max(end, start + 1), message, advice(code))
