"""Two documents that claim one id on the server, in an environment that both are for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from offers_sync import codes
from offers_sync.loading.census import Census, Charge, LoadedDocument
from offers_sync.loading.complaints import Complaint, Path, advice
from offers_sync.loading.identity import derive_id, inline_key
from offers_sync.models.campaign import Campaign
from offers_sync.models.kinds import WITH_IDENTITY
from offers_sync.models.locale import Locale
from offers_sync.models.redeemable import Redeemable

if TYPE_CHECKING:
    from offers_sync.models.values import DesiredKind

_DERIVED_VERSION: Final = "5"
_VERSION_AT: Final = 14
"""Where a UUID says how it was made; one that is written out and was derived may be another document's."""


class _Claim(NamedTuple):
    """What a document says that it is."""

    document: LoadedDocument
    path: Path
    kind: DesiredKind
    key: str
    """What its id is derived from, unless one is written."""
    written: str | Mapping[str, str] | None

    @property
    def name(self) -> str:
        """As a person calls it."""
        model = self.document.model
        key = "" if isinstance(model, Locale) else model.key
        is_inside = self.kind == "criterion" and isinstance(model, Redeemable)
        return f"the criterion inside `{key}`" if is_inside else f"the {self.kind} `{key}`"


def check_identities(census: Census) -> Iterator[Charge]:
    """Ids that are claimed twice; ids that are derived from one name are told apart without being worked out."""
    if census.project is None:
        return
    project = census.project.project if census.knows("project") else None
    claims = list(_claims(census))
    is_mixed = project is not None and any(
        claim.written is not None and looks_derived(claim.written) for claim in claims
    )
    if not is_mixed:
        claims = _suspects(claims)
    claims.sort(key=_order)
    owners: dict[tuple[str, str | tuple[str, str]], _Claim] = {}
    told: set[tuple[str, str]] = set()
    for claim in claims:
        for environment, path, written in _ids(census, claim):
            name = claim.kind, claim.key
            derived = derive_id(project, *name) if project is not None and is_mixed else name
            owner = owners.setdefault((environment, written or derived), claim)
            pair = (owner.name, claim.name)
            if owner.name == claim.name or pair in told or _is_renamed(owner, claim):
                continue
            told.add(pair)
            external_id = written or (derive_id(project, *name) if project is not None else "")
            message = f"{owner.name} has the id {external_id} too" if external_id else f"{owner.name} has the same id"
            hint, elsewhere = advice(codes.DUPLICATE_IDENTITY), (owner.document.source, owner.path)
            complaint = Complaint(codes.DUPLICATE_IDENTITY, path, message, hint, elsewhere=elsewhere)
            yield claim.document.source, complaint


def _order(claim: _Claim) -> tuple[bool, str, int]:
    """Documents in the order of their files, then what is inside of them: the later of two is told of the earlier."""
    is_inside = len(claim.path) > 1
    return is_inside, claim.document.source.file, claim.document.source.index


def _suspects(claims: Sequence[_Claim]) -> list[_Claim]:
    """Those whose id is written, or is derived from a name that another one claims too."""
    named = Counter((claim.kind, claim.key) for claim in claims)
    return [claim for claim in claims if claim.written is not None or named[claim.kind, claim.key] > 1]


def _is_renamed(owner: _Claim, claim: _Claim) -> bool:
    """Whether one was formerly the other, of which more is said elsewhere."""
    return {owner.path, claim.path} == {("formerly",), ("key",)} and owner.key == claim.key


def _claims(census: Census) -> Iterator[_Claim]:
    for type_ in WITH_IDENTITY:
        for document, model in census.of(type_):
            if _knows(document, ("formerly",), ("external_id",)):
                path: Path = ("formerly",) if model.formerly else ("key",)
                yield _Claim(document, path, model.kind, model.formerly or model.key, model.external_id)
    for document, campaign in census.of(Campaign):
        if _knows(document, ("external_campaign_id",)):
            yield _Claim(document, ("key",), "campaign", campaign.key, campaign.external_campaign_id)
    for document, criterion, path in census.criteria:
        if path and isinstance(document.model, Redeemable):
            former = inline_key(criterion.formerly or document.model.formerly or document.model.key)
            if document.gaps is None or _knows(document, ("formerly",), (*path, "formerly"), (*path, "external_id")):
                yield _Claim(document, path, "criterion", former, criterion.external_id)


def _knows(document: LoadedDocument, *paths: Path) -> bool:
    """Whether it can be read what a document claims, and for which environments."""
    return document.gaps is None or all(document.knows(*path) for path in (("key",), ("only",), *paths))


def _ids(census: Census, claim: _Claim) -> Iterator[tuple[str, Path, str | None]]:
    """Environment, the path that says so, and the id that is written for it."""
    field = "external_campaign_id" if claim.kind == "campaign" else "external_id"
    within = claim.path if claim.path not in (("key",), ("formerly",)) else ()
    for environment in census.environments_of(claim.document):
        match claim.written:
            case None:
                yield environment, claim.path, None
            case str() as written:
                yield environment, (*within, field), written
            case ids if environment in ids:
                yield environment, (*within, field, environment), ids[environment]


def looks_derived(written: str | Mapping[str, str]) -> bool:
    """Whether an id that is written out may be the one that another document derives from its key."""
    ids = (written,) if isinstance(written, str) else written.values()
    return any(text[_VERSION_AT : _VERSION_AT + 1] == _DERIVED_VERSION for text in ids)
