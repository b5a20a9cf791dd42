"""The lists of the server as values: objects of a kind, segments, locations, and what the distribution side offers.

How a list is read to its end is ``paging``'s business, and how an object is understood is ``codec``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final, Generic

from offers_sync import contract
from offers_sync.errors import RefusedError, UnreachableError
from offers_sync.models.values import Listing, Live, Location, LocationGroup, ObjectKind, Offered, Segment, Tree
from offers_sync.wire.answers import Answer, describe_failure
from offers_sync.wire.client import Client
from offers_sync.wire.decoding import decode, decode_nested_criterion
from offers_sync.wire.paging import Item, Page, Row, read_once, read_to_the_end
from offers_sync.wire.payload import from_json, from_long_json
from offers_sync.wire.request_ids import mention

LIST_PATHS: Final[Mapping[ObjectKind, str]] = MappingProxyType(
    {
        "selector": contract.SELECTORS_PATH,
        "criterion": contract.CRITERIA_PATH,
        "redeemable": contract.REDEEMABLES_PATH,
    }
)

_TRY_LATER: Final = "run again later"
_NO_PAGE: Final = frozenset({400, 404, 422})
"""How a server may say that a list has no such page, beside saying it with a page that is none."""


@dataclass(frozen=True, slots=True)
class _Call(Generic[Item]):
    """How one list is asked for, and what is made of its rows; a ``paging.Pager``."""

    client: Client
    path: str
    id_name: str
    make: Callable[[Row], Item]
    size_name: str = "per_page"
    in_body: bool = True
    parse: Callable[[bytes], Any] = from_json

    def page(self, number: int, size: int) -> Page:
        """One page; what a server says past the end of a list is one without rows, with its words."""
        arguments = {"page": number, self.size_name: size}
        answer = self.client.get(self.path, arguments, in_body=self.in_body, parse=self.parse)
        try:
            return _page(answer, self.path, self.id_name, number)
        except (ListRefusedError, NoListError) as error:
            if number == 1 or not (answer.is_success or answer.status in _NO_PAGE):
                raise
            return Page((), request_id=answer.request_id, refusal=error)

    def pages(self, numbers: Iterable[int], size: int) -> Iterator[Page]:
        """Several, side by side, in order."""
        return self.client.in_order(partial(self.page, size=size), numbers)

    def identity(self, row: Row) -> str:
        """The row's own id."""
        value = row.get(self.id_name)
        text = "" if value is None or isinstance(value, (dict, list)) else str(value)
        return text if text.strip() else ""

    def item(self, row: Row, page: Page) -> Item:
        """The value of a row."""
        try:
            return self.make(row)
        except RecursionError as error:
            words = f"GET {self.path}: the answer is nested too deeply{mention(page.request_id)}"
            raise UnreachableError(words, hint=_TRY_LATER) from error


def read_listing(client: Client, kind: ObjectKind) -> Listing:
    """Every object of a kind, and whether it is proven that there are no others."""
    found = read_to_the_end(_objects(client, kind, partial(decode, kind)))
    return Listing(kind, found.items, found.gap, found.repeated)


def read_redeemables(client: Client, known_criteria: Container[str]) -> tuple[Listing, tuple[Live, ...]]:
    """Every redeemable, and the criteria that stand in them and are not among those known."""
    nested: dict[str, Live] = {}

    def redeemable(row: Row) -> Live:
        criterion = decode_nested_criterion(row)
        if criterion is not None and criterion.external_id not in known_criteria:
            nested.setdefault(criterion.external_id, criterion)
        return decode("redeemable", row)

    found = read_to_the_end(_objects(client, "redeemable", redeemable))
    return Listing("redeemable", found.items, found.gap, found.repeated), tuple(nested.values())


def _objects(client: Client, kind: ObjectKind, make: Callable[[Row], Live]) -> _Call[Live]:
    return _Call(client, LIST_PATHS[kind], "external_id", make, parse=from_long_json)


def read_segments(client: Client) -> tuple[Segment, ...]:
    """Every segment."""
    return _each(read_once(_Call(client, contract.SEGMENTS_PATH, "segment_id", _segment)))


def read_offered(client: Client, *, expected: int | None = None) -> tuple[Offered, ...]:
    """Every redeemable as the distribution side lists it; ``expected`` is a guess of how many there are."""
    call = _Call(client, contract.HEADLESS_REDEEMABLES_PATH, "redeemable_id", _offered)
    return _each(read_once(call, expected=expected))


def read_locations(client: Client) -> tuple[Location, ...]:
    """Every restaurant."""
    call = _Call(client, contract.LOCATIONS_PATH, "location_id", _location, size_name="per", in_body=False)
    return _each(read_once(call))


def read_location_groups(client: Client) -> tuple[LocationGroup, ...]:
    """Every group of restaurants; this list has no pages."""
    path = contract.LOCATION_GROUPS_PATH
    page = _page(client.get(path), path, "location_group_id")
    return _each(_location_group(row) for row in page.rows)


# ------------------------------------------------------------------------------------------------- understanding


def _page(answer: Answer, path: str, id_name: str, number: int = 1) -> Page:
    if not answer.is_success:
        raise _refused(answer, path, number)
    meta = answer.body.get("meta") if isinstance(answer.body, dict) else None
    members = _members(answer.body, id_name, _count(meta, "total_records"))
    if members is None:
        raise NoListError(f"{describe_failure(answer, 'GET', path)}, without a list", hint=_TRY_LATER)
    rows = tuple(member for member in members if isinstance(member, dict))
    total, odd = _count(meta, "total_records"), len(members) - len(rows)
    return Page(rows, _count(meta, "per_page") or None, total, odd, answer.request_id)


def _members(body: Any, id_name: str, total: int | None) -> list[Any] | None:
    """The members of a list in any of its forms; a list of one may be that one."""
    match body:
        case list():
            return body
        case {"data": list() as members}:
            return members
        case {"data": dict() as member} if member:
            return [member]
        case {"data": None} if total == 0:
            return []
        case dict() if id_name in body:
            return [body]
        case _:
            return None


class ListRefusedError(RefusedError):
    """The server does not give one list; the key is good for others."""


class NoListError(UnreachableError):
    """What came in place of a list is none."""


def _refused(answer: Answer, path: str, number: int) -> ListRefusedError | NoListError:
    words = describe_failure(answer, "GET", path)
    if answer.status == 404 and number == 1:
        return NoListError(words, hint="this does not look like the vendor's server: check `server` in offers.yaml")
    return ListRefusedError(words, hint="the server does not give this list; its support needs the request id")


def _count(meta: Any, name: str) -> int | None:
    value = meta.get(name) if isinstance(meta, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _each(values: Iterable[Item | None]) -> tuple[Item, ...]:
    return tuple(value for value in values if value is not None)


def _number(row: Tree, name: str) -> int | None:
    value = row.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(row: Tree, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else "" if value is None else str(value)


def _rest(row: Tree, *taken: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in taken}


def _segment(row: Row) -> Segment | None:
    number = _number(row, "segment_id")
    return None if number is None else Segment(number, _text(row, "name"), _rest(row, "segment_id", "name"))


def _offered(row: Row) -> Offered | None:
    number = _number(row, "redeemable_id")
    if number is None:
        return None
    rest = _rest(row, "redeemable_id", "redeemable_uuid", "name")
    return Offered(number, _text(row, "redeemable_uuid"), _text(row, "name"), rest)


def _location(row: Row) -> Location | None:
    number = _number(row, "location_id")
    if number is None:
        return None
    rest = _rest(row, "location_id", "name", "store_number")
    return Location(number, _text(row, "name"), _text(row, "store_number"), rest)


def _location_group(row: Row) -> LocationGroup | None:
    number = _number(row, "location_group_id")
    if number is None:
        return None
    members = row.get("locations")
    ids = (
        (_number(member, "location_id") for member in members if isinstance(member, dict))
        if isinstance(members, list)
        else ()
    )
    return LocationGroup(number, _text(row, "name"), _each(ids))
