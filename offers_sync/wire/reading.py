"""Reading lists to their end, and knowing whether it was the end.

Past its end a list repeats its last page, so reading stops by the total, by a page number that is not the one
asked for, or by a page without new ids.  What the objects mean is said by ``codec``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from types import MappingProxyType
from typing import Any, Final

from offers_sync.contract import (
    CRITERIA_PATH,
    HEADLESS_REDEEMABLES_PATH,
    REDEEMABLES_PATH,
    SEGMENTS_PATH,
    SELECTORS_PATH,
)
from offers_sync.errors import UnreachableError
from offers_sync.models.values import Listing, Live, ObjectKind, Offered, Segment
from offers_sync.wire.client import CONCURRENCY_LIMIT, Answer, Client, describe_failure
from offers_sync.wire.codec import decode

LIST_PATHS: Final[Mapping[ObjectKind, str]] = MappingProxyType(
    {"selector": SELECTORS_PATH, "criterion": CRITERIA_PATH, "redeemable": REDEEMABLES_PATH}
)
PAGE_SIZE: Final = 100


def read_listing(client: Client, kind: ObjectKind) -> Listing:
    """Every object of a kind."""
    rows, gap = _walk(client, LIST_PATHS[kind])
    items: dict[str, Live] = {}
    without_id: list[Live] = []
    for row in rows:
        live = decode(kind, row)
        if live.external_id:
            items.setdefault(live.external_id, live)
        else:
            without_id.append(live)
    return Listing(kind, (*items.values(), *without_id), gap)


def read_segments(client: Client) -> tuple[Segment, ...]:
    """Every segment by name."""
    return tuple(
        Segment(row["segment_id"], str(row.get("name") or ""))
        for row in _bare_rows(client, SEGMENTS_PATH, "segment_id")
    )


def read_offered(client: Client) -> tuple[Offered, ...]:
    """Every redeemable as the distribution side lists it."""
    return tuple(
        Offered(row["redeemable_id"], str(row.get("redeemable_uuid") or ""), str(row.get("name") or ""))
        for row in _bare_rows(client, HEADLESS_REDEEMABLES_PATH, "redeemable_id")
    )


def _page(client: Client, path: str, number: int) -> Any:
    answer = client.get(path, {"page": number, "per_page": PAGE_SIZE})
    if not answer.is_success:
        raise UnreachableError(describe_failure(answer, "GET", path))
    return answer.body


def _walk(client: Client, path: str) -> tuple[list[Mapping[str, Any]], str]:
    """All rows, and why they may not be all."""
    first = _page(client, path, 1)
    rows = list(_rows(first))
    meta = first.get("meta") if isinstance(first, Mapping) else None
    total = _count(meta, "total_records")
    if total is None:
        return list(_until_nothing_new(rows, lambda number: list(_rows(_page(client, path, number))))), (
            "the list says no total"
        )
    size = _count(meta, "per_page") or len(rows) or PAGE_SIZE
    with ThreadPoolExecutor(CONCURRENCY_LIMIT) as pool:
        pages = list(pool.map(lambda number: _page(client, path, number), range(2, ceil(total / size) + 1)))
    for page in pages:
        rows.extend(_rows(page))
    totals = {_count(page.get("meta"), "total_records") for page in pages if isinstance(page, Mapping)} | {total}
    distinct = {_identity(row) for row in rows}
    if totals != {total}:
        return rows, f"the list's total changed while it was read: {sorted(str(each) for each in totals)}"
    if len(distinct) < total and len(rows) != total:
        return rows, f"the list says {total} and showed {len(distinct)}"
    return rows, ""


def _bare_rows(client: Client, path: str, identity: str) -> Iterator[Mapping[str, Any]]:
    first = list(_rows(_page(client, path, 1)))
    rows = _until_nothing_new(first, lambda number: list(_rows(_page(client, path, number))))
    return (row for row in rows if isinstance(row.get(identity), int))


def _until_nothing_new(
    first: list[Mapping[str, Any]], page: Callable[[int], list[Mapping[str, Any]]]
) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    rows, number = first, 1
    while True:
        new = [row for row in rows if _identity(row) not in seen]
        if not new:
            return
        yield from new
        seen.update(_identity(row) for row in new)
        number += 1
        rows = page(number)


def _rows(body: Any) -> Iterator[Mapping[str, Any]]:
    members = body.get("data") if isinstance(body, Mapping) and "data" in body else body
    if isinstance(members, Mapping):
        members = [members]
    for member in members if isinstance(members, list) else ():
        if isinstance(member, Mapping):
            yield member


def _identity(row: Mapping[str, Any]) -> str:
    for name in ("external_id", "segment_id", "redeemable_id"):
        if row.get(name):
            return str(row[name])
    return repr(sorted((str(name), repr(value)) for name, value in row.items()))


def _count(meta: Any, name: str) -> int | None:
    value = meta.get(name) if isinstance(meta, Mapping) else None
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


__all__ = ["LIST_PATHS", "Answer", "read_listing", "read_offered", "read_segments"]
