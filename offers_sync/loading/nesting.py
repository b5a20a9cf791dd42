"""Whether a text may be composed at all: how deep it goes, how often it repeats itself, whether it contains itself.

Composing calls itself in C at every level, so there must be an end to them before it begins.  Most files are shown
to be harmless by counting characters; the others pay for one walk over the parser's events.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent

from offers_sync import codes
from offers_sync.findings import Code
from offers_sync.loading.complaints import TextComplaint, advice
from offers_sync.loading.texts import has_hidden_break

DEPTH_LIMIT: Final = 50
ALIASES_LIMIT: Final = 1_000

_OPENERS: Final = "[{-?:"
"""Every level of nesting takes one of these characters."""
_OPENERS_LIMIT: Final = 1_000
"""Composing so many levels takes less than half a megabyte of the stack."""
_BEFORE_TOKENS: Final = "\ufeff[]{},:"
_MARKS: Final = ("&", "!", "*")
"""What an anchor, a tag and an alias begin with."""
_SCANNER_LIMIT: Final = "exceeded maximum nesting depth"
"""The words of newer releases of libyaml, whose scanner looks ahead of the events and refuses a thousand levels."""


class Survey(NamedTuple):
    """What a walk over the parser's events shows."""

    obstacle: TextComplaint | None
    """What forbids to compose the text, if anything does."""
    is_plain: bool
    """Whether there is no anchor, alias, tag, merge key or hidden line end in it, and it was understood to its end."""


def is_plain(text: str) -> bool:
    """Whether the text can be composed without further care; how deep it goes is not known by this."""
    return _is_surely_plain(text) or survey(text).is_plain


def _is_surely_plain(text: str) -> bool:
    if _may_merge(text) or _may_begin_token(text, "*") or _may_begin_token(text, "!") or has_hidden_break(text):
        return False
    return sum(map(text.count, _OPENERS)) <= _OPENERS_LIMIT


def _may_merge(text: str) -> bool:
    """Whether the name of a merge key is in the text; one character is looked for much faster than two."""
    return "<" in text and "<<" in text


def _may_begin_token(text: str, mark: str) -> bool:
    """Whether the mark of an alias or a tag stands where one may begin; text may look so too."""
    place = text.find(mark)
    while place >= 0:
        before = text[max(place - 1, 0) : place]
        if not before or before.isspace() or before in _BEFORE_TOKENS:
            return True
        place = text.find(mark, place + 1)
    return False


@lru_cache(maxsize=8)
def survey(text: str) -> Survey:
    """How deep the text goes, how often it repeats itself, whether it contains itself."""
    try:
        return _walk(text)
    except YAMLError as error:
        shorter = _before_scanner_limit(text, error)
        # composing stops at the same place, and says it better
        return Survey(None, is_plain=False) if shorter is None else survey(shorter)


def _before_scanner_limit(text: str, error: YAMLError) -> str | None:
    """The levels that the scanner had seen, where it was the one to refuse more: they are too many for us already."""
    if not isinstance(error, MarkedYAMLError) or error.problem != _SCANNER_LIMIT or error.problem_mark is None:
        return None
    shorter = text[: error.problem_mark.index]
    return shorter if len(shorter) < len(text) else None


def _walk(text: str) -> Survey:
    parser = CParser(text)
    open_anchors: list[str | None] = []
    aliases = properties = 0
    while (event := parser.get_event()) is not None:
        properties += isinstance(event, NodeEvent) and _begins_with_mark(text, event)
        if isinstance(event, CollectionStartEvent):
            open_anchors.append(event.anchor)
            if len(open_anchors) > DEPTH_LIMIT:
                message = f"this is level {DEPTH_LIMIT + 1} of nesting"
                return Survey(_complaint(codes.YAML_TOO_DEEP, event, message), is_plain=False)
        elif isinstance(event, CollectionEndEvent):
            open_anchors.pop()
        elif isinstance(event, AliasEvent):
            aliases += 1
            if event.anchor in open_anchors:
                message = f"`*{event.anchor}` stands inside `&{event.anchor}`"
                return Survey(_complaint(codes.YAML_RECURSIVE, event, message), is_plain=False)
            if aliases > ALIASES_LIMIT:
                message = f"this is alias {aliases:,} of the file"
                return Survey(_complaint(codes.YAML_TOO_MANY_ALIASES, event, message), is_plain=False)
    return Survey(None, is_plain=properties == 0 and not _may_merge(text) and not has_hidden_break(text))


def _begins_with_mark(text: str, event: Any) -> bool:
    place = event.start_mark.index
    return text[place : place + 1] in _MARKS


def _complaint(code: Code, event: Any, message: str) -> TextComplaint:
    start, end = event.start_mark.index, event.end_mark.index
    return TextComplaint(code, start, max(end, start + 1), message, advice(code))
