"""The values that travel between the layers: what is desired, what is live, what was applied, how it ended.

Fields are plain mappings in the YAML's names (``Tree``), so that every layer speaks of one thing by one word;
only ``wire`` knows the vendor's names.  Nothing here reads, compares or sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal

from offers_sync.findings import Source

Tree = Mapping[str, Any]
"""Nested mappings, lists, text, numbers, booleans and null."""

ObjectKind = Literal["selector", "criterion", "redeemable"]
"""The kinds that live on the server and can be listed."""
DesiredKind = Literal["selector", "criterion", "redeemable", "campaign"]

OBJECT_KINDS: Final[tuple[ObjectKind, ...]] = ("selector", "criterion", "redeemable")
"""In the order in which they may refer to each other."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which document wrote the fields below a JSON Pointer, and where in that document they stand."""

    pointer: str
    source: Source
    path: str


@dataclass(frozen=True, slots=True)
class Desired:
    """A document as one environment wants it: references, aliases and defaults are filled in.

    ``fields`` holds what was written and nothing else: a missing field is not managed, null is to be cleared.
    References (``selector`` of a filter, ``criterion`` of a receipt rule, ``redeemable`` of a campaign) are external
    ids here; ``segment`` is still a name.  Locations are literal.  A shared schedule and the catalogues' texts are
    already in ``schedule`` and ``locales``.  Not in ``fields``: kind, key, external_id, formerly, only, image, retired.
    """

    kind: DesiredKind
    key: str
    external_id: str
    fields: Tree
    origins: tuple[Origin, ...]
    """Longest pointer first; the last one has the empty pointer."""
    depends_on: tuple[tuple[DesiredKind, str], ...] = ()
    """Kind and key of the documents that it refers to, inline criteria included."""
    image: str | None = None
    is_retired: bool = False
    inline_in: str | None = None
    """The key of the redeemable that an inline criterion is written in."""

    @property
    def name(self) -> str:
        """The display name, or the key where there is none."""
        name = self.fields.get("name")
        return name if isinstance(name, str) else self.key


@dataclass(frozen=True, slots=True)
class Live:
    """An object as a list of the server showed it, in the YAML's names.

    ``shown`` names the top-level fields that the answer had at all, so that *not shown* differs from *empty*.
    ``unknown`` carries what the answer held and we do not understand.
    """

    kind: ObjectKind
    external_id: str
    fields: Tree
    shown: frozenset[str]
    image: str | None = None
    unknown: Tree = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The display name, or nothing."""
        name = self.fields.get("name")
        return name if isinstance(name, str) else ""


@dataclass(frozen=True, slots=True)
class Listing:
    """All that one list showed; ``gap`` says why it may not be all there is."""

    kind: ObjectKind
    items: tuple[Live, ...]
    """One for each id, and every one without an id."""
    gap: str = ""
    repeated: tuple[Live, ...] = ()
    """Further objects under ids that others in ``items`` bear already."""

    @property
    def is_complete(self) -> bool:
        """Whether what is not in it is proven not to be there."""
        return not self.gap


@dataclass(frozen=True, slots=True)
class Segment:
    """A named set of guests."""

    segment_id: int
    name: str
    about: Tree = field(default_factory=dict)
    """What else the list says of it, in the vendor's names."""


@dataclass(frozen=True, slots=True)
class Location:
    """A restaurant; offers name it ``location:ID``."""

    location_id: int
    name: str
    store_number: str = ""
    about: Tree = field(default_factory=dict)

    @property
    def literal(self) -> str:
        """How a document names it."""
        return f"location:{self.location_id}"


@dataclass(frozen=True, slots=True)
class LocationGroup:
    """A named set of restaurants; offers name it ``tag:ID``."""

    location_group_id: int
    name: str
    location_ids: tuple[int, ...] = ()

    @property
    def literal(self) -> str:
        """How a document names it."""
        return f"tag:{self.location_group_id}"


@dataclass(frozen=True, slots=True)
class Offered:
    """A redeemable as the distribution side lists it: without external id."""

    redeemable_id: int
    redeemable_uuid: str
    name: str
    about: Tree = field(default_factory=dict)


SideList = Literal["segments", "offered", "locations"]
"""The lists beside those of the objects."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The live side, read once.

    Where the full lists are not enabled for the account, every listing is empty and its ``gap`` says so, and
    ``offered`` shows what the distribution side knows of the redeemables.
    """

    listings: Mapping[ObjectKind, Listing]
    segments: tuple[Segment, ...] = ()
    offered: tuple[Offered, ...] = ()
    locations: tuple[Location, ...] = ()
    location_groups: tuple[LocationGroup, ...] = ()
    unread: Mapping[SideList, str] = field(default_factory=dict)
    """The lists that were not read, each with the reason; nothing can be concluded from their being empty."""
    is_degraded: bool = False
    """Whether the full lists are not enabled, so that no field of a live object could be read."""

    @property
    def places(self) -> frozenset[str] | None:
        """Every location and group as documents name them; nothing where none was read."""
        if "locations" in self.unread or not (self.locations or self.location_groups):
            return None
        groups = frozenset(group.literal for group in self.location_groups)
        return groups | {location.literal for location in self.locations}


@dataclass(frozen=True, slots=True)
class Applied:
    """What was last written under an id: the desired fields, and what the server showed after that."""

    kind: DesiredKind
    key: str
    external_id: str
    fields: Tree
    read_back: Tree | None
    image: str | None = None
    warnings: tuple[Tree, ...] = ()


class Outcome(StrEnum):
    """How one item of a run ended."""

    DONE = "done"
    DONE_WITH_WARNINGS = "done_with_warnings"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD_BACK = "held_back"
