"""Who is there: the documents of a project by kind and key, and the environments they are for.

Documents with faults of their own are counted by name, so that nobody complains about a reference to them as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from offers_sync.findings import Source
from offers_sync.loading.complaints import Complaint, Path
from offers_sync.loading.referring import Referral, criteria_in, referrals_of
from offers_sync.loading.vocabulary import did_you_mean
from offers_sync.models.criterion import Criterion, InlineCriterion
from offers_sync.models.kinds import AnyDocument
from offers_sync.models.locale import Locale
from offers_sync.models.project import Project


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document without faults of its own, and where it is written."""

    model: AnyDocument
    source: Source


@dataclass(frozen=True, slots=True)
class FaultyDocument:
    """The name of a document with faults of its own, and where it is written."""

    kind: str
    key: str
    source: Source | None
    """Nothing where the parser gave up before it."""


GUESSES_LIMIT: Final = 100
Charge = tuple[Source, Complaint]
"""What is held against a value, and in which document it stands."""


@dataclass(frozen=True)
class Census:
    """The documents of a project, in the order of their files."""

    project: Project | None
    documents: tuple[LoadedDocument, ...]
    faulty: tuple[FaultyDocument, ...] = ()
    salvaged: tuple[LoadedDocument, ...] | None = None
    """What can still be read of documents with faults; where given, they are examined in place of the others."""

    @property
    def examined(self) -> tuple[LoadedDocument, ...]:
        """The documents whose references are looked at."""
        return self.documents if self.salvaged is None else self.salvaged

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], LoadedDocument]:
        """The first document of each kind and key."""
        named: dict[tuple[str, str], LoadedDocument] = {}
        for document in self.documents:
            if not isinstance(document.model, Locale):
                named.setdefault((document.model.kind, document.model.key), document)
        return named

    @cached_property
    def faulty_names(self) -> frozenset[tuple[str, str]]:
        """Kinds and keys of which nothing more is known."""
        return frozenset((document.kind, document.key) for document in self.faulty)

    @cached_property
    def environments(self) -> tuple[str, ...]:
        """The environments of offers.yaml."""
        return () if self.project is None else tuple(self.project.environments)

    @cached_property
    def keys_by_kind(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that a reference may name."""
        keys: dict[str, list[str]] = {}
        for kind, key in (*self.by_name, *self.faulty_names):
            keys.setdefault(kind, []).append(key)
        return {kind: tuple(found) for kind, found in keys.items()}

    @cached_property
    def referrals(self) -> tuple[tuple[LoadedDocument, Referral], ...]:
        """Every reference of every document that is examined."""
        return tuple((document, referral) for document in self.examined for referral in referrals_of(document.model))

    @cached_property
    def criteria(self) -> tuple[tuple[LoadedDocument, Criterion | InlineCriterion, Path], ...]:
        """Every criterion, those inside redeemables included, with the path that leads to it."""
        return tuple(
            (document, criterion, path) for document in self.examined for criterion, path in criteria_in(document.model)
        )

    @cached_property
    def _guesses(self) -> dict[tuple[str, str], str]:
        return {}

    def guess(self, kind: str, named: str, words: Collection[str] | None = None) -> str:
        """The question which key was meant, or which of some words; guessing is slow, so it comes to an end."""
        name = kind, named
        if name not in self._guesses and len(self._guesses) < GUESSES_LIMIT:
            self._guesses[name] = did_you_mean(named, self.keys_by_kind.get(kind, ()) if words is None else words)
        return self._guesses.get(name, "")

    def environments_of(self, model: AnyDocument) -> tuple[str, ...]:
        """The environments that a document is for, those that do not exist left out."""
        if model.only is None:
            return self.environments
        return tuple(name for name in self.environments if name in model.only)

    def missing_from(self, target: AnyDocument, model: AnyDocument) -> tuple[str, ...]:
        """The environments that one document is for and the other is not."""
        if target.only is None:
            return ()
        return tuple(name for name in self.environments_of(model) if name not in target.only)


def joined(words: Iterable[str]) -> str:
    """Words as a list within a sentence."""
    return ", ".join(f"`{word}`" for word in words)
