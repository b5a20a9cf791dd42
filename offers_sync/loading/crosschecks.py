"""What no document can know by itself: whether those it names exist, and whether another one claims its identity."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from offers_sync import codes
from offers_sync.findings import Source
from offers_sync.loading.census import Census, Charge, LoadedDocument, joined
from offers_sync.loading.complaints import Complaint, Path, advice
from offers_sync.loading.identity import inline_key
from offers_sync.loading.project import PROJECT_FILE
from offers_sync.loading.vocabulary import did_you_mean
from offers_sync.models.criterion import InlineCriterion
from offers_sync.models.documents import Document
from offers_sync.models.fields import LITERAL_LOCATION_PATTERN
from offers_sync.models.kinds import KEYED, WITH_IDENTITY
from offers_sync.models.locale import Locale
from offers_sync.models.redeemable import Redeemable

_LITERAL_LOCATION = re.compile(LITERAL_LOCATION_PATTERN)


def check_references(census: Census) -> Iterator[Charge]:
    """References to what does not exist, is not for the same environments, or is retired."""
    for document, referral in census.referrals:
        if not isinstance(referral.named, str):
            continue
        complaint = _check_reference(census, document, referral.kind, referral.named, referral.path)
        if complaint is not None:
            yield document.source, complaint


def _check_reference(census: Census, document: LoadedDocument, kind: str, named: str, path: Path) -> Complaint | None:
    target = census.by_name.get((kind, named))
    if target is None:
        if (kind, named) in census.faulty_names:
            return None
        return Complaint(
            codes.UNKNOWN_REFERENCE, path, f"there is no {kind} `{named}`", _advise_reference(census, kind, named)
        )
    missing = census.missing_from(target, document)
    if missing:
        message = f"the {kind} `{named}` is not for {joined(missing)}, and this document is"
        return Complaint(
            codes.REFERENCE_NOT_HERE, path, message, f"it is written in {target.source.file}; compare `only` of the two"
        )
    if isinstance(target.model, Redeemable) and target.model.retired:
        message = f"the {kind} `{named}` is retired"
        return Complaint(codes.REFERENCE_TO_RETIRED, path, message, advice(codes.REFERENCE_TO_RETIRED))
    return None


def _advise_reference(census: Census, kind: str, named: str) -> str:
    question = census.guess(kind, named)
    if question:
        return question
    for other, keys in census.keys_by_kind.items():
        if named in keys:
            return f"there is a {other} of that key; a {kind} is needed here"
    manual = "" if kind == "schedule" else ", or write {external_id: ...} for one that git does not manage"
    return f"write a document of kind {kind} with `key: {named}`{manual}"


def check_allowances(census: Census) -> Iterator[Charge]:
    """Exceptions for a document that does not exist: a slip of the pen would let nothing through."""
    allowances = census.project.allow if census.project is not None else None
    named = [(index, each.key) for index, each in enumerate(allowances or ()) if each.key is not None]
    if not named:
        return
    names = _documents_named(census)
    keys = {name.partition("/")[2] for name in names}
    for index, key in named:
        if key not in names and key not in keys:
            hint = census.guess("", key, names if "/" in key else keys) or "remove the exception, or mend its key"
            message = f"there is no document `{key}`"
            yield Source(PROJECT_FILE), Complaint(codes.UNKNOWN_REFERENCE, ("allow", index, "key"), message, hint)


def _documents_named(census: Census) -> set[str]:
    """Every document as KIND/KEY, with the criteria inside redeemables, and catalogues by their language."""
    named = {*census.by_name, *census.faulty_names}
    catalogues = {("locale", catalogue.language) for _, catalogue in census.of(Locale)}
    inside = {("criterion", inline_key(key)) for kind, key in named if kind == "redeemable"}
    return {f"{kind}/{key}" for kind, key in named | catalogues | inside}


def check_environments(census: Census) -> Iterator[Charge]:
    """Environments that are named and do not exist, and ids that are missing for those that do."""
    if census.project is None:
        return
    for document in census.documents:
        if document.model.only:
            for index, name in enumerate(document.model.only):
                if _is_unknown(census, name):
                    yield document.source, _unknown_environment(census, ("only", index), name, at_key=False)
    for document, path, ids in _id_maps(census):
        for name in ids:
            if _is_unknown(census, name):
                yield document.source, _unknown_environment(census, (*path, name), name, at_key=True)
        missing = [name for name in census.environments_of(document) if name not in ids and document.knows(*path, name)]
        if census.surely_for(document, missing):
            message = f"no id is written for {joined(missing)}"
            hint = advice(codes.MISSING_FOR_ENVIRONMENT)
            yield document.source, Complaint(codes.MISSING_FOR_ENVIRONMENT, path, message, hint, at_key=True)


def _is_unknown(census: Census, environment: str) -> bool:
    return environment not in census.environments and census.knows("environments", environment)


def _unknown_environment(census: Census, path: Path, name: str, *, at_key: bool) -> Complaint:
    hint = did_you_mean(name, census.environments) or f"offers.yaml names {joined(census.environments)}"
    message = f"there is no environment `{name}`"
    return Complaint(codes.UNKNOWN_ENVIRONMENT, path, message, hint, at_key=at_key)


def _id_maps(census: Census) -> Iterator[tuple[LoadedDocument, Path, Mapping[str, str]]]:
    """Every external_id that is written as a map by environment."""
    for type_ in WITH_IDENTITY:
        for document, model in census.of(type_):
            if isinstance(model.external_id, dict):
                yield document, ("external_id",), model.external_id
    for document, criterion, path in census.criteria:
        if isinstance(criterion.external_id, dict) and isinstance(criterion, InlineCriterion):
            yield document, (*path, "external_id"), criterion.external_id
    for document, referral in census.referrals:
        named = referral.named
        if not isinstance(named, str) and isinstance(named.external_id, dict):
            yield document, (*referral.path, "external_id"), named.external_id


def check_locations(census: Census) -> Iterator[Charge]:
    """Location aliases that some environment of the document does not have."""
    if census.project is None:
        return
    common = census.project.locations or {}
    aliases = {
        name: {**common, **(environment.locations or {})} for name, environment in census.project.environments.items()
    }
    known = dict.fromkeys(alias for names in aliases.values() for alias in names)
    everywhere = {alias for alias in known if all(alias in names for names in aliases.values())}
    for document, path, written in _locations(census, everywhere):
        if not _LITERAL_LOCATION.search(written):
            lacking = [name for name in census.environments_of(document) if written not in aliases[name]]
            missing = _surely_missing(census, document, written, lacking) if lacking else ()
            if missing:
                yield document.source, _unknown_location(census, path, written, missing, known)


def _surely_missing(census: Census, document: LoadedDocument, alias: str, environments: Sequence[str]) -> Sequence[str]:
    """The environments that lack an alias, but for those of which that cannot be read."""
    if not census.knows("locations", alias):
        return ()
    missing = [name for name in environments if census.knows("environments", name, "locations", alias)]
    return census.surely_for(document, missing)


def _locations(census: Census, everywhere: Collection[str]) -> Iterator[tuple[LoadedDocument, Path, str]]:
    """The locations that are written, but for the aliases that every environment has."""
    for document, offer in census.of(Redeemable):
        written = offer.effective_location
        if written is not None and written not in everywhere:
            yield document, ("effective_location",), written
    for document, criterion, path in census.criteria:
        for index, location in enumerate(criterion.effective_location or ()):
            if location not in everywhere:
                yield document, (*path, "effective_location", index), location


def _unknown_location(
    census: Census, path: Path, written: str, missing: Sequence[str], known: Collection[str]
) -> Complaint:
    if written in known:
        message = f"the location `{written}` is not known in {joined(missing)}"
        hint = "add it to `locations` of that environment, or to those of all, in offers.yaml"
    elif written.startswith(("location:", "tag:")):
        message = f"`{written}` is no location: the id after the colon is a number"
        hint = "write location:ID or tag:GROUP, or an alias from offers.yaml"
    else:
        message = f"there is no location `{written}`"
        hint = census.guess("location", written, known) or advice(codes.UNKNOWN_LOCATION)
    return Complaint(codes.UNKNOWN_LOCATION, path, message, hint)


def check_names(census: Census) -> Iterator[Charge]:
    """Documents that share kind and key, and former keys that still exist."""
    first: dict[tuple[str, str], Source] = {}
    for source, kind, key in _names(census):
        other = first.setdefault((kind, key), source)
        if other is not source:
            message, hint = f"there is a {kind} `{key}` already", "give one of them another key"
            complaint = Complaint(codes.DUPLICATE_KEY, ("key",), message, hint, elsewhere=(other, ("key",)))
            yield source, complaint
    for type_ in WITH_IDENTITY:
        for document, model in census.of(type_):
            if model.formerly is not None and (model.kind, model.formerly) in first:
                yield document.source, _former_key_exists(document, model, first[model.kind, model.formerly])


def _former_key_exists(document: LoadedDocument, model: Document, owner: Source) -> Complaint:
    if model.formerly == model.key and document.knows("key"):
        message = f"`{model.formerly}` is the key that the document has now"
        return Complaint(codes.FORMERLY_EXISTS, ("formerly",), message, "remove this line")
    message, hint = f"the {model.kind} `{model.formerly}` still exists", advice(codes.FORMERLY_EXISTS)
    return Complaint(codes.FORMERLY_EXISTS, ("formerly",), message, hint, elsewhere=(owner, ("key",)))


def _names(census: Census) -> Sequence[tuple[Source, str, str]]:
    """Kinds and keys in the order of their files, each document once."""
    named = [
        (document.source, model.kind, model.key)
        for type_ in KEYED
        for document, model in census.of(type_)
        if document.gaps is None or document.knows("key")
    ]
    faulty = {
        (each.source, each.kind, each.key)
        for each in census.faulty
        if each.source is not None and each.key and each.kind != "locale"
    }
    return sorted({*named, *faulty}) if faulty else named
