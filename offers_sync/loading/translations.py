"""The offers' texts in other languages, offers and catalogues taken together: what is missing, what is there twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    source: Source
    path: Path
    environments: tuple[str, ...]


def check_translations(census: Census) -> Iterator[Charge]:
    """Texts with two sources, catalogues of offers that do not exist, languages that are missing or undocumented."""
    yield from _check_languages(census)
    offers: dict[str, list[LoadedDocument]] = {}
    for document in census.documents:
        if isinstance(document.model, Redeemable):
            offers.setdefault(document.model.key, []).append(document)
    catalogued: dict[str, list[_Text]] = {}
    for document in census.documents:
        if isinstance(document.model, Locale):
            here = census.environments_of(document.model)
            for key, translation in document.model.redeemables.items():
                path = ("redeemables", key)
                yield from _check_catalogued(census, document.source, path, key, here)
                found = _texts_of(translation, document.model.language, document.source, path, here)
                catalogued.setdefault(key, []).extend(found)
    for key in {**offers, **catalogued}:
        owners, others = offers.get(key, ()), catalogued.get(key, ())
        if others or len(owners) > 1:  # one document alone writes no text twice
            yield from _check_twice([*(text for owner in owners for text in _texts_inside(census, owner)), *others])
    yield from _check_missing(census, catalogued)


def _texts_inside(census: Census, document: LoadedDocument) -> Iterator[_Text]:
    """The translations that an offer's own document holds."""
    if isinstance(document.model, Redeemable):
        here = census.environments_of(document.model)
        for language, translation in (document.model.locales or {}).items():
            yield from _texts_of(translation, language, document.source, ("locales", language), here)


def _texts_of(
    translation: Translation, language: str, source: Source, path: Path, here: tuple[str, ...]
) -> Iterator[_Text]:
    for name in _TEXTS:
        if getattr(translation, name) is not None:
            yield _Text(language, name, source, (*path, name), here)


def _check_catalogued(census: Census, source: Source, path: Path, key: str, here: Sequence[str]) -> Iterator[Charge]:
    offer = census.by_name.get(("redeemable", key))
    if offer is None:
        if ("redeemable", key) not in census.faulty_names:
            hint = census.guess("redeemable", key) or "remove the entry"
            message = f"there is no redeemable `{key}`"
            yield source, Complaint(codes.UNKNOWN_REFERENCE, path, message, hint, at_key=True)
    elif here and not set(here) & set(census.environments_of(offer.model)):
        message = f"the redeemable `{key}` is for no environment of this catalogue"
        hint = f"it is written in {offer.source.file}; compare `only` of the two"
        yield source, Complaint(codes.REFERENCE_NOT_HERE, path, message, hint, at_key=True)


def _check_twice(written: Sequence[_Text]) -> Iterator[Charge]:
    seen: dict[tuple[str, str], list[_Text]] = {}
    for text in written:
        others = seen.setdefault((text.language, text.name), [])
        for other in others:
            if not other.environments or set(text.environments) & set(other.environments):
                message = f"the {text.name} in {text.language} is already written"
                elsewhere = other.source, other.path
                hint = "keep one of the two"
                yield text.source, Complaint(codes.TEXT_TWICE, text.path, message, hint, elsewhere=elsewhere)
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
    for document in census.documents:
        model = document.model
        if isinstance(model, Redeemable):
            for language in model.locales or ():
                if language not in DOCUMENTED_LANGUAGES:
                    yield document.source, language, ("locales", language), True
        elif isinstance(model, Locale) and model.language not in DOCUMENTED_LANGUAGES:
            yield document.source, model.language, ("language",), False


def _check_missing(census: Census, catalogued: Mapping[str, Sequence[_Text]]) -> Iterator[Charge]:
    """One notice for an offer, whatever number of languages it lacks."""
    wanted = dict.fromkeys((census.project.locales if census.project is not None else None) or ())
    if not wanted:
        return
    for document in census.documents:
        offer = document.model
        if not isinstance(offer, Redeemable) or offer.retired:
            continue
        needed = [name for name in _TEXTS if getattr(offer, name) is not None]
        inside = offer.locales or {}
        outside = {(text.language, text.name) for text in catalogued.get(offer.key, ())}
        lacking = []
        for language in wanted:
            translation = inside.get(language)
            missing = [
                name for name in needed if getattr(translation, name, None) is None and (language, name) not in outside
            ]
            if missing:
                lacking.append((language, missing))
        if lacking:
            yield document.source, _missing(offer, needed, lacking)


def _missing(offer: Redeemable, needed: Sequence[str], lacking: Sequence[tuple[str, list[str]]]) -> Complaint:
    parts = [
        language if missing == list(needed) else f"{language} ({', '.join(missing)})" for language, missing in lacking
    ]
    languages = ", ".join(parts)
    catalogues = "the catalogue" if len(lacking) == 1 else "the catalogues"
    hint = f"add it to {catalogues} of {' and '.join(language for language, _ in lacking)}, or under `locales` here"
    path: Path = ("name",) if needed == lacking[0][1] or "name" in lacking[0][1] else (lacking[0][1][0],)
    return Complaint(codes.MISSING_TRANSLATION, path, f"`{offer.key}` is not translated into {languages}", hint)
