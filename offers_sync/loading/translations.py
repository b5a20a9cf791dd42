"""The offers' texts in other languages, offers and catalogues taken together: what is missing, what is there twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from offers_sync import codes
from offers_sync.contract import DOCUMENTED_LANGUAGES
from offers_sync.findings import Source
from offers_sync.loading.census import Census, Charge, LoadedDocument
from offers_sync.loading.complaints import Complaint, Path
from offers_sync.loading.project import PROJECT_FILE
from offers_sync.loading.vocabulary import closest
from offers_sync.models.locale import Locale
from offers_sync.models.redeemable import Redeemable, Translation

_TEXTS = ("name", "description")


class _Text(NamedTuple):
    """A translation of one text of an offer, and where it is written."""

    language: str
    name: str
    document: LoadedDocument
    path: Path


def check_translations(census: Census) -> Iterator[Charge]:
    """Texts with two sources, catalogues of offers that do not exist, languages that are missing or undocumented."""
    yield from _check_languages(census)
    owned = _documents_by_offer(census)
    catalogued: dict[str, list[_Text]] = {}
    for document, catalogue in census.of(Locale):
        for key, translation in catalogue.redeemables.items():
            path = ("redeemables", key)
            yield from _check_catalogued(census, document, path, key)
            if document.knows("language"):
                found = _texts_of(translation, catalogue.language, document, path)
                catalogued.setdefault(key, []).extend(found)
    for key, owners in owned.items():
        if key in catalogued or len(owners) > 1:  # one document alone writes no text twice
            inside = [text for owner in owners for text in _texts_inside(owner)]
            yield from _check_twice(census, [*inside, *catalogued.get(key, ())])
    for key, texts in catalogued.items():
        if key not in owned:
            yield from _check_twice(census, texts)
    yield from _check_missing(census, catalogued)


def _documents_by_offer(census: Census) -> Mapping[str, tuple[LoadedDocument, ...]]:
    """The documents that say to be an offer, by its key; more than one is a fault of which others tell."""
    documents: dict[str, tuple[LoadedDocument, ...]] = {}
    for document, offer in census.of(Redeemable):
        if document.gaps is None or document.knows("key"):
            documents[offer.key] = (*documents.get(offer.key, ()), document)
    return documents


def _texts_inside(document: LoadedDocument) -> Iterator[_Text]:
    """The translations that an offer's own document holds."""
    if isinstance(document.model, Redeemable):
        for language, translation in (document.model.locales or {}).items():
            yield from _texts_of(translation, language, document, ("locales", language))


def _texts_of(translation: Translation, language: str, document: LoadedDocument, path: Path) -> Iterator[_Text]:
    for name in _TEXTS:
        if getattr(translation, name) is not None and document.knows(*path, name):
            yield _Text(language, name, document, (*path, name))


def _check_catalogued(census: Census, document: LoadedDocument, path: Path, key: str) -> Iterator[Charge]:
    offer = census.by_name.get(("redeemable", key))
    if offer is None:
        if ("redeemable", key) not in census.faulty_names:
            hint = census.guess("redeemable", key) or "remove the entry"
            message = f"there is no redeemable `{key}`"
            yield document.source, Complaint(codes.UNKNOWN_REFERENCE, path, message, hint, at_key=True)
        return
    here = census.environments_of(document)
    if here and not set(here) & set(census.environments_of(offer)):
        message = f"the redeemable `{key}` is for no environment of this catalogue"
        hint = f"it is written in {offer.source.file}; compare `only` of the two"
        yield document.source, Complaint(codes.REFERENCE_NOT_HERE, path, message, hint, at_key=True)


def _check_twice(census: Census, written: Sequence[_Text]) -> Iterator[Charge]:
    seen: dict[tuple[str, str], list[_Text]] = {}
    for text in written:
        others = seen.setdefault((text.language, text.name), [])
        for other in others:
            if census.share_environment(text.document, other.document):
                message = f"the {text.name} in {text.language} is already written"
                elsewhere = other.document.source, other.path
                complaint = Complaint(codes.TEXT_TWICE, text.path, message, "keep one of the two", elsewhere=elsewhere)
                yield text.document.source, complaint
                break
        others.append(text)


def _check_languages(census: Census) -> Iterator[Charge]:
    for source, language, path, at_key in _odd_languages(census):
        suggestion = closest(language, DOCUMENTED_LANGUAGES)
        known = ", ".join(DOCUMENTED_LANGUAGES)
        hint = f"did you mean `{suggestion}`?" if suggestion else f"the documents name {known}"
        message = f"the vendor's documents do not name the language `{language}`; it is sent as it is"
        yield source, Complaint(codes.UNKNOWN_LANGUAGE, path, message, hint, at_key=at_key)


def _odd_languages(census: Census) -> Iterator[tuple[Source, str, Path, bool]]:
    """Every language that is written and not documented, and whether a field is named by it."""
    if census.project is not None:
        for index, language in enumerate(census.project.locales or ()):
            if language not in DOCUMENTED_LANGUAGES:
                yield Source(PROJECT_FILE), language, ("locales", index), False
    for document, offer in census.of(Redeemable):
        for language in offer.locales or ():
            if language not in DOCUMENTED_LANGUAGES:
                yield document.source, language, ("locales", language), True
    for document, catalogue in census.of(Locale):
        if catalogue.language not in DOCUMENTED_LANGUAGES:
            yield document.source, catalogue.language, ("language",), False


def _check_missing(census: Census, catalogued: Mapping[str, Sequence[_Text]]) -> Iterator[Charge]:
    """One notice for an offer, whatever number of languages it lacks."""
    wanted = _wanted_languages(census)
    if not wanted:
        return
    unread = _unread_texts(census)
    for document, offer in census.of(Redeemable):
        if offer.retired or not _knows_texts(document):
            continue
        needed = [name for name in _TEXTS if getattr(offer, name) is not None and document.knows(name)]
        inside = offer.locales or {}
        if offer.key not in catalogued and document.gaps is None and _has_all(inside, wanted, needed):
            continue
        outside = {(text.language, text.name) for text in catalogued.get(offer.key, ())}
        lacking = []
        for language in wanted:
            translation = inside.get(language)
            missing = [
                name for name in needed if getattr(translation, name, None) is None and (language, name) not in outside
            ]
            if missing and unread:
                missing = [name for name in missing if not _may_be_in(unread, language, offer.key, name)]
            if missing and document.gaps is not None:
                missing = [name for name in missing if document.knows("locales", language, name)]
            if missing:
                lacking.append((language, missing))
        if lacking:
            yield document.source, _missing(offer, needed, lacking)


def _has_all(inside: Mapping[str, Translation], wanted: Iterable[str], needed: Iterable[str]) -> bool:
    """Whether an offer's own document translates everything, as most do, so that there is no more to ask."""
    return all(getattr(inside.get(language), name, None) is not None for language in wanted for name in needed)


def _wanted_languages(census: Census) -> list[str]:
    """The languages that offers.yaml asks for, once each, but for those that stand in for what cannot be read."""
    written = (census.project.locales if census.project is not None else None) or ()
    return list(dict.fromkeys(language for index, language in enumerate(written) if census.knows("locales", index)))


def _knows_texts(document: LoadedDocument) -> bool:
    """Whether it can be read which offer it is, and whether it is still one."""
    return document.gaps is None or (document.knows("key") and document.knows("retired"))


_Unread = tuple[str, str, str]
"""Language, key and name of a text; nothing stands for any."""


def _unread_texts(census: Census) -> set[_Unread]:
    """The texts that catalogues may hold where they cannot be read."""
    unread = {(each.key, "", "") for each in census.faulty if each.kind == "locale" and not each.is_read}
    for document in census.documents:
        catalogue = document.model
        if document.gaps is None or not isinstance(catalogue, Locale):
            continue
        if not document.knows("language"):
            unread |= {("", key, "") for key in catalogue.redeemables}
        for gap in document.gaps:
            if gap[0] == "redeemables":
                _, key, name, *_ = (*map(str, gap), "", "")
                unread.add((catalogue.language if document.knows("language") else "", key, name))
    return unread


def _may_be_in(unread: Collection[_Unread], language: str, key: str, name: str) -> bool:
    """Whether a text may be one of those."""
    return any(each in unread for each in product((language, ""), (key, ""), (name, "")))


def _missing(offer: Redeemable, needed: Sequence[str], lacking: Sequence[tuple[str, list[str]]]) -> Complaint:
    parts = [
        language if missing == list(needed) else f"{language} ({', '.join(missing)})" for language, missing in lacking
    ]
    languages = ", ".join(parts)
    catalogues = "the catalogue" if len(lacking) == 1 else "the catalogues"
    hint = f"add it to {catalogues} of {' and '.join(language for language, _ in lacking)}, or under `locales` here"
    path: Path = ("name",) if needed == lacking[0][1] or "name" in lacking[0][1] else (lacking[0][1][0],)
    return Complaint(codes.MISSING_TRANSLATION, path, f"`{offer.key}` is not translated into {languages}", hint)
