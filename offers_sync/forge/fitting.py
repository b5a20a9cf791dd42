"""Texts that fit into a comment and can be found again: the hidden first line, and the limit of size.

What a report says, and how it is shortened well, is ``reporting``'s business; here a text is only cut where it must be.
"""

from __future__ import annotations

import re
from typing import Final

LIMIT_BYTES: Final = 65_536
"""The forge counts characters; in bytes one is below its limit whatever the language."""
_MARKER: Final = re.compile(r"<!-- offers [A-Za-z0-9._= -]+ -->")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_CUT: Final = "\n\nThe rest does not fit into a comment.\n"
_FOLD, _UNFOLD = "<details>", "</details>"


def marker_of(text: str) -> str:
    """The hidden line that a text begins with; nothing where there is none."""
    first = text.partition("\n")[0].rstrip()
    return first if _MARKER.fullmatch(first) else ""


def fitted(text: str, limit_bytes: int = LIMIT_BYTES) -> str:
    """The text, cut after a whole line where it is too long; what is open there is closed, and the cut is told."""
    if _size(text) <= limit_bytes:
        return text
    kept: list[str] = []
    size, fence, folds = 0, "", 0
    best, closing = 0, _CUT.lstrip("\n")
    for line in text.splitlines(keepends=True):
        size += _size(line)
        if size > limit_bytes:
            break
        kept.append(line)
        fence, folds = _opened(line, fence, folds)
        ending = _ending(fence, folds)
        if size + _size(ending) <= limit_bytes:
            best, closing = len(kept), ending
    return "".join(kept[:best]) + closing


def _opened(line: str, fence: str, folds: int) -> tuple[str, int]:
    """The fence and the count of folds that are open after a line."""
    found = _FENCE.match(line)
    if fence:
        is_end = found is not None and found[1].startswith(fence) and not found[2].strip()
        return ("" if is_end else fence), folds
    if found is not None:
        return found[1], folds
    return "", max(0, folds + line.count(_FOLD) - line.count(_UNFOLD))


def _ending(fence: str, folds: int) -> str:
    return (f"\n{fence}\n" if fence else "") + f"\n{_UNFOLD}\n" * folds + _CUT


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
