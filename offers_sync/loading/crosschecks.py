"""What no document can know by itself: whether those it names exist, and whether another one claims its identity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from offers_sync import codes
from offers_sync.loading.census import Census, Charge, LoadedDocument, joined
from offers_sync.loading.complaints import Complaint, Path
from offers_sync.loading.identity import choose_id, derive_id, inline_key
from offers_sync.loading.referring import criteria_in, referrals_of
from offers_sync.loading.vocabulary import did_you_mean
from offers_sync.models.campaign import Campaign
from offers_sync.models.criterion import Criterion, InlineCriterion
from offers_sync.models.fields import LITERAL_LOCATION_PATTERN
from offers_sync.models.kinds import AnyDocument
from offers_sync.models.locale import Locale
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.references import External
from offers_sync.models.schedule import Schedule
from offers_sync.models.selector import Selector
from offers_sync.models.values import DesiredKind, Source

_LITERAL_LOCATION = re.compile(LITERAL_LOCATION_PATTERN)


def check_references(census: Census) -> Iterator[Charge]:
    """References to what does not exist, is not for the same environments, or is retired."""
    for document in census.documents:
        for referral in referrals_of(document.model):
            if isinstance(referral.named, External):
                continue
            complaint = _check_reference(census, document.model, referral.kind, referral.named, referral.path)
            if complaint is not None:
                yield document.source, complaint


def _check_reference(census: Census, model: AnyDocument, kind: str, named: str, path: Path) -> Complaint | None:
    target = census.by_name.get((kind, named))
    if target is None:
        if (kind, named) in census.faulty_names:
            return None
        return Complaint(
            codes.UNKNOWN_REFERENCE, path, f"there is no {kind} `{named}`", _advise_reference(census, kind, named)
        )
    reached = census.environments_of(target.model)
    missing = [name for name in census.environments_of(model) if name not in reached]
    if missing:
        message = f"the {kind} `{named}` is not for {joined(missing)}, and this document is"
        return Complaint(
            codes.REFERENCE_NOT_HERE, path, message, f"it is written in {target.source.file}; compare `only` of the two"
        )
    if isinstance(target.model, Redeemable) and target.model.retired:
        message = f"the {kind} `{named}` is retired"
        return Complaint(codes.REFERENCE_TO_RETIRED, path, message, codes.REFERENCE_TO_RETIRED.remedy)
    return None


def _advise_reference(census: Census, kind: str, named: str) -> str:
    question = did_you_mean(named, census.keys_by_kind.get(kind, ()))
    if question:
        return question
    for other, keys in census.keys_by_kind.items():
        if named in keys:
            return f"there is a {other} of that key; a {kind} is needed here"
    manual = "" if kind == "schedule" else ", or write {external_id: ...} for one that git does not manage"
    return f"write a document of kind {kind} with `key: {named}`{manual}"


def check_environments(census: Census) -> Iterator[Charge]:
    """Environments that are named and do not exist, and ids that are missing for those that do."""
    if census.project is None:
        return
    for document in census.documents:
        for index, name in enumerate(document.model.only or ()):
            if name not in census.environments:
                yield document.source, _unknown_environment(census, ("only", index), name, at_key=False)
        here = census.environments_of(document.model)
        for path, ids in _id_maps(document.model):
            for name in ids:
                if name not in census.environments:
                    yield document.source, _unknown_environment(census, (*path, name), name, at_key=True)
            missing = [name for name in here if name not in ids]
            if missing:
                message = f"no id is written for {joined(missing)}"
                hint = codes.MISSING_FOR_ENVIRONMENT.remedy
                yield document.source, Complaint(codes.MISSING_FOR_ENVIRONMENT, path, message, hint, at_key=True)


def _unknown_environment(census: Census, path: Path, name: str, *, at_key: bool) -> Complaint:
    hint = did_you_mean(name, census.environments) or f"offers.yaml names {joined(census.environments)}"
    message = f"there is no environment `{name}`"
    return Complaint(codes.UNKNOWN_ENVIRONMENT, path, message, hint, at_key=at_key)


def _id_maps(model: AnyDocument) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Every external_id that is written as a map by environment."""
    written: list[tuple[Path, str | Mapping[str, str] | None]] = []
    if isinstance(model, (Selector, Criterion, Redeemable)):
        written.append((("external_id",), model.external_id))
    criterion, path = criteria_in(model)
    if isinstance(criterion, InlineCriterion):
        written.append(((*path, "external_id"), criterion.external_id))
    written.extend(
        ((*referral.path, "external_id"), referral.named.external_id)
        for referral in referrals_of(model)
        if isinstance(referral.named, External)
    )
    for path, ids in written:
        if isinstance(ids, Mapping):
            yield path, ids


def check_locations(census: Census) -> Iterator[Charge]:
    """Location aliases that some environment of the document does not have."""
    if census.project is None:
        return
    common = census.project.locations or {}
    aliases = {
        name: {**common, **(environment.locations or {})} for name, environment in census.project.environments.items()
    }
    for document in census.documents:
        for path, written in _locations(document.model):
            if _LITERAL_LOCATION.search(written):
                continue
            here = census.environments_of(document.model)
            missing = [name for name in here if written not in aliases[name]]
            if missing:
                yield document.source, _unknown_location(path, written, missing, aliases)


def _locations(model: AnyDocument) -> Iterator[tuple[Path, str]]:
    if isinstance(model, Redeemable) and model.effective_location is not None:
        yield ("effective_location",), model.effective_location
    criterion, path = criteria_in(model)
    for index, location in enumerate((criterion.effective_location if criterion is not None else None) or ()):
        yield (*path, "effective_location", index), location


def _unknown_location(
    path: Path, written: str, missing: list[str], aliases: Mapping[str, Mapping[str, str]]
) -> Complaint:
    known = {alias for names in aliases.values() for alias in names}
    if written in known:
        message = f"the location `{written}` is not known in {joined(missing)}"
        hint = "add it to `locations` of that environment, or to those of all, in offers.yaml"
    elif written.startswith(("location:", "tag:")):
        message = f"`{written}` is no location: the id after the colon is a number"
        hint = "write location:ID or tag:GROUP, or an alias from offers.yaml"
    else:
        message = f"there is no location `{written}`"
        hint = did_you_mean(written, known) or codes.UNKNOWN_LOCATION.remedy
    return Complaint(codes.UNKNOWN_LOCATION, path, message, hint)


def check_names(census: Census) -> Iterator[Charge]:
    """Documents that share kind and key, and former keys that still exist."""
    first: dict[tuple[str, str], Source] = {}
    for source, kind, key in sorted(_names(census)):
        if (kind, key) in first:
            message = f"there is a {kind} `{key}` already, in {first[kind, key].file}"
            hint = "give one of them another key"
            yield source, Complaint(codes.DUPLICATE_KEY, ("key",), message, hint)
        first.setdefault((kind, key), source)
    for document in census.documents:
        model = document.model
        if isinstance(model, (Selector, Criterion, Redeemable)) and (model.kind, model.formerly) in first:
            place = first[model.kind, str(model.formerly)].file
            message = f"the {model.kind} `{model.formerly}` still exists, in {place}"
            if model.formerly == model.key:
                message = f"`{model.formerly}` is the key that the document has now"
            yield (
                document.source,
                Complaint(codes.FORMERLY_EXISTS, ("formerly",), message, codes.FORMERLY_EXISTS.remedy),
            )


def _names(census: Census) -> Iterator[tuple[Source, str, str]]:
    for document in census.documents:
        if not isinstance(document.model, Locale):
            yield document.source, document.model.kind, document.model.key
    for faulty in census.faulty:
        if faulty.source is not None and faulty.key:
            yield faulty.source, faulty.kind, faulty.key


def check_identities(census: Census) -> Iterator[Charge]:
    """Ids on the server that two documents claim in one environment."""
    if census.project is None:
        return
    claimed: dict[tuple[str, str], tuple[str, LoadedDocument]] = {}
    told: set[tuple[Source, Source]] = set()
    for document in census.documents:
        for name, path, external_id, environment in _claims(census, document):
            owner_name, owner = claimed.setdefault((environment, external_id), (name, document))
            if owner_name == name or (owner.source, document.source) in told:
                continue
            told.add((owner.source, document.source))
            message = f"{owner_name} in {owner.source.file} has the id {external_id} too"
            hint = codes.DUPLICATE_IDENTITY.remedy
            yield document.source, Complaint(codes.DUPLICATE_IDENTITY, path, message, hint)


def _claims(census: Census, document: LoadedDocument) -> Iterator[tuple[str, Path, str, str]]:
    """What a document claims to be: its name, the path that says so, the id, and in which environment."""
    model = document.model
    if isinstance(model, (Schedule, Locale)):
        return
    for environment in census.environments_of(model):
        name = f"the {model.kind} `{model.key}`"
        if isinstance(model, Campaign):
            at: Path = ("external_campaign_id",) if model.external_campaign_id else ("key",)
            yield name, at, model.external_campaign_id or _derived(census, "campaign", model.key), environment
            continue
        yield (name, *_claim(census, model.kind, model, model.formerly or model.key, environment), environment)
        criterion, inline_path = criteria_in(model)
        if isinstance(criterion, InlineCriterion) and isinstance(model, Redeemable):
            former = inline_key(criterion.formerly or model.formerly or model.key)
            path, external_id = _claim(census, "criterion", criterion, former, environment)
            at = (*inline_path, *path) if path != ("key",) else inline_path
            yield f"the criterion inside `{model.key}`", at, external_id, environment


def _claim(
    census: Census,
    kind: DesiredKind,
    model: Selector | Criterion | Redeemable | InlineCriterion,
    key: str,
    environment: str,
) -> tuple[Path, str]:
    chosen = choose_id(model.external_id, environment)
    if chosen is not None:
        return (("external_id",) if isinstance(model.external_id, str) else ("external_id", environment)), chosen
    return (("formerly",) if model.formerly is not None else ("key",)), _derived(census, kind, key)


def _derived(census: Census, kind: DesiredKind, key: str) -> str:
    return derive_id(census.project.project, kind, key) if census.project is not None else ""
