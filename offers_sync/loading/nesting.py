"""Whether a text may be composed at all: how deep it goes, how often it repeats itself, whether it contains itself.

Composing calls itself in C at every level, so depth is known before it begins.  Most files are shown to be shallow
by counting characters; the others pay for one walk over the parser's events.
"""

from __future__ import annotations

import re
from typing import Any, Final

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent

from offers_sync import codes
from offers_sync.findings import Code
from offers_sync.loading.complaints import TextComplaint

DEPTH_LIMIT: Final = 50
ALIASES_LIMIT: Final = 1_000

# Each block level of YAML begins further to the right than the one around it, but for a list that may stand
# under its field; so 12 columns of indentation hold at most 26 levels, and a line opens three more at most unless it
# strings indicators together.  Together with 20 brackets that is less than the limit.
_WIDE_INDENTATION: Final = " " * 13
_BRACKETS: Final = 20
_INDICATORS_IN_A_ROW: Final = re.compile(r"(?:[-?:][ \t]+){3}")
_ALIAS: Final = re.compile(r"""(?:^|[\s\ufeff\[\]{},:"'-])\*""")


def survey(text: str) -> TextComplaint | None:
    """What forbids to compose the text, if anything does."""
    if not _may_be_deep(text) and not _ALIAS.search(text):
        return None
    try:
        return _walk(text)
    except YAMLError:
        return None  # composing stops at the same place, and says it better


def _may_be_deep(text: str) -> bool:
    return (
        text.count("[") + text.count("{") > _BRACKETS
        or _WIDE_INDENTATION in text
        or _INDICATORS_IN_A_ROW.search(text) is not None
    )


def _walk(text: str) -> TextComplaint | None:
    parser = CParser(text)
    open_collections: list[int] = []
    latest: dict[str, int] = {}
    aliases = count = 0
    while (event := parser.get_event()) is not None:
        count += 1
        if isinstance(event, NodeEvent) and event.anchor and not isinstance(event, AliasEvent):
            latest[event.anchor] = count
        if isinstance(event, CollectionStartEvent):
            open_collections.append(count)
            if len(open_collections) > DEPTH_LIMIT:
                return _complaint(codes.YAML_TOO_DEEP, event, f"this is level {DEPTH_LIMIT + 1} of nesting")
        elif isinstance(event, CollectionEndEvent):
            open_collections.pop()
        elif isinstance(event, AliasEvent):
            aliases += 1
            if latest.get(event.anchor or "", 0) in open_collections:
                return _complaint(codes.YAML_RECURSIVE, event, f"`*{event.anchor}` stands inside `&{event.anchor}`")
            if aliases > ALIASES_LIMIT:
                return _complaint(codes.YAML_TOO_MANY_ALIASES, event, f"this is alias {aliases:,} of the file")
    return None


def _complaint(code: Code, event: Any, message: str) -> TextComplaint:
    start, end = event.start_mark.index, event.end_mark.index
    return TextComplaint(code, start, max(end, start + 1), message, code.remedy)
