"""One comment, or one issue, for each report: found by its hidden first line, written anew, never a second one.

How a call travels is ``calling``'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from offers_sync.errors import InvalidInputError, UnreachableError
from offers_sync.forge.calling import Forge, LostCallError, NotPermittedError
from offers_sync.forge.fitting import fitted, marker_of

_TITLE_LENGTH: Final = 256
_TRIES: Final = 3
"""How often something is created whose answer was lost and that is not there."""

Row = Mapping[str, Any]


class Deed(StrEnum):
    """What was done."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was done, and where it can be read."""

    deed: Deed
    url: str = ""


def keep_comment(forge: Forge, number: int, text: str) -> Kept:
    """The text as the one comment of its marker on a pull request.  Raises ``NotPermittedError``."""
    marker, body = _checked(text)
    place = f"issues/{number}/comments"

    def find() -> Row | None:
        return _found(forge, forge.rows(place), marker)

    there = find()
    if there is None:
        return _create(forge, place, {"body": body}, find)
    if _body(there) == body:
        return Kept(Deed.UNCHANGED, _url(there))
    return Kept(Deed.UPDATED, _url(forge.patch(f"issues/comments/{there['id']}", {"body": body})))


def keep_issue(forge: Forge, title: str, text: str) -> Kept:
    """The text as the one open issue of its marker.  Raises ``NotPermittedError``."""
    marker, body = _checked(text)
    content = {"title": title[:_TITLE_LENGTH], "body": body}
    there = _open_issue(forge, marker)
    if there is None:
        return _create(forge, "issues", content, lambda: _open_issue(forge, marker))
    if (there.get("title"), _body(there)) == (content["title"], body):
        return Kept(Deed.UNCHANGED, _url(there))
    return Kept(Deed.UPDATED, _url(forge.patch(f"issues/{there['number']}", content)))


def close_issue(forge: Forge, marker: str) -> Kept:
    """No issue of that marker stays open.  Raises ``NotPermittedError``."""
    there = _open_issue(forge, marker)
    if there is None:
        return Kept(Deed.UNCHANGED)
    body = {"state": "closed", "state_reason": "completed"}
    return Kept(Deed.CLOSED, _url(forge.patch(f"issues/{there['number']}", body)))


def _checked(text: str) -> tuple[str, str]:
    marker = marker_of(text)
    if not marker:
        raise InvalidInputError("the text has no hidden first line, by which it would be found again")
    return marker, fitted(text.rstrip()).rstrip()


def _create(forge: Forge, place: str, content: Row, find: Callable[[], Row | None]) -> Kept:
    """Create it; where the answer is lost, look whether it came about before it is created again."""
    for attempt in range(1, _TRIES + 1):
        try:
            return Kept(Deed.CREATED, _url(forge.post(place, content)))
        except LostCallError:
            there = find()
            if there is not None:
                return Kept(Deed.CREATED, _url(there))
            if attempt == _TRIES:
                raise
    raise AssertionError("the last try returns or raises")


def _open_issue(forge: Forge, marker: str) -> Row | None:
    issues = (row for row in forge.rows("issues", state="open", direction="asc") if "pull_request" not in row)
    return _found(forge, issues, marker)


def _found(forge: Forge, rows: Iterator[Row], marker: str) -> Row | None:
    """The oldest of ours with the marker; one that somebody else wrote is theirs, and they could write it anew."""
    marked = [row for row in rows if marker_of(_body(row)) == marker]
    if not marked:
        return None
    is_ours = _authorship(forge)
    return next((row for row in marked if is_ours(row)), None)


def _authorship(forge: Forge) -> Callable[[Row], bool]:
    """Whether a row was written by this key; the key of a pipeline may not ask who it is, and writes as a bot."""
    try:
        me = forge.get("user")
    except NotPermittedError:
        return lambda row: _author(row).get("type") == "Bot"
    if not isinstance(me, Mapping) or not isinstance(me.get("id"), int):
        raise UnreachableError("GET /user: the forge does not say whose key it is")
    return lambda row: _author(row).get("id") == me["id"]


def _author(row: Row) -> Row:
    author = row.get("user")
    return author if isinstance(author, Mapping) else {}


def _body(row: Row) -> str:
    return str(row.get("body") or "").replace("\r\n", "\n").rstrip()


def _url(row: Any) -> str:
    return str(row.get("html_url", "")) if isinstance(row, Mapping) else ""
