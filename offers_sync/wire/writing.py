"""Writing batches: at most twenty items of one kind and verb, and the answer for each by its id.

Whether an item is sent, and what follows from its result, is decided by ``applying``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from offers_sync.contract import BATCH_LIMIT, IMAGES_PATH
from offers_sync.errors import UnreachableError
from offers_sync.models.values import ObjectKind, Tree
from offers_sync.wire.answers import Answer, describe_failure, error_texts, shortened
from offers_sync.wire.client import FOUND_AGAIN, Client, LostAnswerError
from offers_sync.wire.reading import LIST_PATHS

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Result:
    """What the server said of one item."""

    external_id: str
    is_success: bool
    errors: tuple[str, ...] = ()
    warnings: tuple[Tree, ...] = ()
    """Each with ``place`` (the name above it), ``message`` and ``item``."""
    request_id: str = ""


class BatchRefusedError(UnreachableError):
    """The server refused a batch whole; whether it saved any of it is not known.

    With a status of 429 it asks for patience, and the client's next call waits for as long as was asked.
    """

    def __init__(self, message: str, *, errors: Sequence[str] = (), status: int = 0) -> None:
        super().__init__(message)
        self.errors = tuple(errors)
        self.status = status


def batched(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in order, never more than the server looks at."""
    for start in range(0, len(items), BATCH_LIMIT):
        yield items[start : start + BATCH_LIMIT]


def create(client: Client, kind: ObjectKind, payloads: Sequence[Tree]) -> dict[str, Result]:
    """Create a batch, once.  Raises ``LostAnswerError`` or ``BatchRefusedError``."""
    path = LIST_PATHS[kind]
    return _results(client.post(path, {"data": list(payloads)}), "POST", path)


def update(client: Client, kind: ObjectKind, payloads: Sequence[Tree]) -> dict[str, Result]:
    """Update a batch.  Raises ``BatchRefusedError``."""
    path = LIST_PATHS[kind]
    return _results(client.patch(path, {"data": list(payloads)}), "PATCH", path)


def upload_images(client: Client, images: Sequence[tuple[str, str]]) -> dict[str, Result]:
    """Have the server fetch pictures: pairs of external id and URL.  Raises ``LostAnswerError``."""
    body = {"data": [{"external_id": external_id, "image_url": url} for external_id, url in images]}
    return _results(client.post(IMAGES_PATH, body), "POST", IMAGES_PATH)


def _results(answer: Answer, method: Literal["POST", "PATCH"], path: str) -> dict[str, Result]:
    if not answer.is_success:
        words = describe_failure(answer, method, path)
        raise BatchRefusedError(words, errors=error_texts(answer.body), status=answer.status)
    members = answer.body.get("results") if isinstance(answer.body, Mapping) else None
    if not isinstance(members, list):
        raise _unanswered(answer, method, path)
    return {
        member["external_id"]: _result(member, answer.request_id)
        for member in members
        if isinstance(member, Mapping) and isinstance(member.get("external_id"), str)
    }


def _unanswered(answer: Answer, method: str, path: str) -> UnreachableError:
    """A success that says nothing of the items: of a creation, the same as no answer."""
    words = f"{describe_failure(answer, method, path)}, without results"
    if method == "POST":
        return LostAnswerError(words, hint=FOUND_AGAIN)
    return BatchRefusedError(words, errors=error_texts(answer.body), status=answer.status)


def _result(member: Tree, request_id: str) -> Result:
    return Result(
        external_id=member["external_id"],
        is_success=member.get("success") is True,
        errors=tuple(error_texts(member.get("errors"))),
        warnings=tuple(_warnings(member.get("warnings"), "")),
        request_id=request_id,
    )


def _warnings(value: Any, place: str) -> Iterator[Tree]:
    """Every warning of the tree, wherever it hangs."""
    if isinstance(value, Mapping):
        if isinstance(value.get("message"), str):
            yield {"place": place, "message": shortened(value["message"]), "item": value.get("item")}
            return
        for name, member in value.items():
            yield from _warnings(member, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for member in value:
            yield from _warnings(member, place)
    elif isinstance(value, str) and value:
        yield {"place": place, "message": shortened(value), "item": None}
