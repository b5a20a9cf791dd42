"""What a plan is made from: the files, the live side, the memory, the clock, and what was asked.

Everything comes in as values, so that one question has one answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from offers_sync.findings import Finding, Position, Source
from offers_sync.models.project import Allowance, Guards
from offers_sync.models.sent_campaigns import CampaignRecord
from offers_sync.models.values import Applied, Desired, DesiredKind, Listing, Live, ObjectKind, Snapshot

Locate = Callable[[Source, str], "tuple[Position, str] | None"]
"""The place of a value and the line it begins on, by document and JSON Pointer."""
ObjectId = tuple[DesiredKind, str]
"""Kind and external id."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a person let through for this one plan."""

    creates: int | None = None
    updates: int | None = None
    lookalikes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Base:
    """What the files wanted where a branch left the main one, or why that is not known."""

    desired: tuple[Desired, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that a plan is made from."""

    project: str
    environment: str
    desired: tuple[Desired, ...]
    snapshot: Snapshot
    now: datetime
    """Aware, in any zone."""
    applied: tuple[Applied, ...] = ()
    findings: tuple[Finding, ...] = ()
    waived: int = 0
    """How many findings of the files reviewed exceptions waive."""
    guards: Guards = field(default_factory=Guards)
    allowances: tuple[Allowance, ...] = ()
    allowed: Allowed = field(default_factory=Allowed)
    base: Base | None = None
    only: tuple[str, ...] = ()
    """The documents, as KIND/KEY, that the plan is narrowed to; all of them where there is none."""
    shared: Mapping[str, Source] = field(default_factory=dict)
    """The documents without an object of their own, which are parts of others: schedules and locales, by name."""
    unsettled: Mapping[ObjectId, str] = field(default_factory=dict)
    """What may have been created a short time ago without a list showing it, each with the reason not to do it now."""
    campaigns: tuple[CampaignRecord, ...] = ()
    """The campaigns that were ever sent, or were about to be."""
    no_lasting_memory: str = ""
    """Why no campaign may be sent with the memory that there is; nothing where one may."""
    shows_unmanaged: bool = False
    is_offline: bool = False
    """Whether the base stands in for the server: names are not resolved, and nothing is unverified."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A question with its answers at hand: what lives and what was applied, by id."""

    question: Question
    live: Mapping[ObjectId, Live]
    opaque: frozenset[ObjectId]
    """What is known to live while nothing of it could be read."""
    duplicates: Mapping[ObjectId, int]
    """How many objects live under an id, where it is more than one."""
    applied: Mapping[ObjectId, Applied]
    desired: Mapping[ObjectId, Desired]
    documents: Mapping[tuple[DesiredKind, str], Desired]
    """What is desired, by kind and key."""
    segments: Mapping[str, tuple[int, ...]]
    """The numbers of the segments of each name; it should be one."""
    segment_names: Mapping[str, str]

    @classmethod
    def of(cls, question: Question) -> Scene:
        """The scene of a question."""
        applied: dict[ObjectId, Applied] = {(each.kind, each.external_id): each for each in question.applied}
        desired: dict[ObjectId, Desired] = {(each.kind, each.external_id): each for each in question.desired}
        live = _remembered(applied) if question.snapshot.is_degraded else _listed(question.snapshot)
        segments: dict[str, tuple[int, ...]] = {}
        for segment in question.snapshot.segments:
            segments[segment.name] = (*segments.get(segment.name, ()), segment.segment_id)
        return cls(
            question,
            live,
            frozenset(identity for identity in _offered(question) if identity not in live),
            _duplicates(question.snapshot),
            applied,
            desired,
            {(each.kind, each.key): each for each in question.desired},
            segments,
            {str(segment.segment_id): segment.name for segment in question.snapshot.segments},
        )

    def listing(self, kind: ObjectKind) -> Listing:
        """The list of a kind; one that was not read shows nothing and proves nothing."""
        return self.question.snapshot.listings.get(kind) or Listing(kind, (), "it was not read")

    def is_unread(self, kind: DesiredKind, external_id: str) -> bool:
        """Whether no list that was read tells what lives under an id, or whether anything does."""
        if kind == "campaign":
            return False
        is_listed = (kind, external_id) in self.live and not self.question.snapshot.is_degraded
        return not is_listed and bool(self.listing(kind).gap)


def _listed(snapshot: Snapshot) -> dict[ObjectId, Live]:
    live: dict[ObjectId, Live] = {}
    for kind, listing in snapshot.listings.items():
        for item in listing.items:
            if item.external_id:
                live.setdefault((kind, item.external_id), item)
    return live


def _duplicates(snapshot: Snapshot) -> dict[ObjectId, int]:
    counts = Counter(
        (kind, item.external_id) for kind, listing in snapshot.listings.items() for item in listing.repeated
    )
    return {identity: count + 1 for identity, count in counts.items()}


def _remembered(applied: Mapping[ObjectId, Applied]) -> dict[ObjectId, Live]:
    """The live side as it was last seen, where it cannot be read."""
    return {
        (each.kind, each.external_id): Live(
            each.kind, each.external_id, each.read_back or each.fields, frozenset(each.read_back or each.fields)
        )
        for each in applied.values()
        if each.kind != "campaign"
    }


def _offered(question: Question) -> Iterator[ObjectId]:
    """What the distribution side shows of our offers where the full lists are not enabled: by id, else by a name.

    A row that bears the id of an offer we know is that offer, whatever the others are called.
    """
    if not question.snapshot.is_degraded:
        return
    uuids = {each.redeemable_uuid for each in question.snapshot.offered}
    known = {each.external_id for each in question.applied} | {each.external_id for each in question.desired}
    shown = Counter(each.name for each in question.snapshot.offered)
    strangers = {each.name for each in question.snapshot.offered if each.redeemable_uuid not in known}
    written = Counter(each.name for each in question.desired if each.kind == "redeemable")
    for each in question.desired:
        is_one_of_a_name = each.name in strangers and shown[each.name] == 1 and written[each.name] == 1
        if each.kind == "redeemable" and (each.external_id in uuids or is_one_of_a_name):
            yield each.kind, each.external_id


def name_of(kind: DesiredKind, key: str) -> str:
    """How people call a document."""
    return f"{kind}/{key}"


def is_named(desired: Desired, wanted: str) -> bool:
    """Whether a document is meant by KEY or KIND/KEY; an inline criterion is part of its redeemable."""
    own = {desired.key, name_of(desired.kind, desired.key)}
    if desired.inline_in is not None:
        own |= {desired.inline_in, name_of("redeemable", desired.inline_in)}
    return wanted in own


def is_asked_for(question: Question, desired: Desired) -> bool:
    """Whether a plan that may be narrowed is about a document."""
    return not question.only or any(is_named(desired, wanted) for wanted in question.only)
