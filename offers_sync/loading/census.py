"""Who is there: the documents of a project by kind and key, and the environments they are for.

Documents with faults of their own are there too, as far as they can be read, and they know what could not be: by
that nobody is judged.  Those that cannot be read at all are counted by name, so that nobody complains about a
reference to them as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from offers_sync.findings import Source
from offers_sync.loading.complaints import Complaint, Path
from offers_sync.loading.referring import HOLDING_CRITERIA, REFERRING, Referral, criteria_in, referrals_of
from offers_sync.loading.vocabulary import did_you_mean
from offers_sync.models.criterion import Criterion, InlineCriterion
from offers_sync.models.kinds import KEYED, KINDS, AnyDocument
from offers_sync.models.project import Project

if TYPE_CHECKING:
    from offers_sync.loading.salvaging import Gaps


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document that can be read, and where it is written."""

    model: AnyDocument
    source: Source
    gaps: Gaps | None = None
    """What cannot be read of it, if it has faults."""

    def knows(self, *path: str | int) -> bool:
        """Whether everything at a path, above and below it, is as it is written."""
        return self.gaps is None or not self.gaps.touch(path)


@dataclass(frozen=True, slots=True)
class FaultyDocument:
    """The name of a document with faults of its own, and where it is written."""

    kind: str
    key: str
    source: Source | None
    """Nothing where not even that is sure."""
    is_read: bool = False
    """Whether the rest of it is among the documents."""


Model = TypeVar("Model", bound=AnyDocument)
GUESSES_LIMIT: Final = 100
Charge = tuple[Source, Complaint]
"""What is held against a value, and in which document it stands."""


@dataclass(frozen=True)
class Census:
    """The documents of a project, in the order of their files."""

    project: Project | None
    documents: tuple[LoadedDocument, ...]
    faulty: tuple[FaultyDocument, ...] = ()
    project_gaps: Gaps | None = None
    """What cannot be read of offers.yaml, if it has faults."""

    def knows(self, *path: str | int) -> bool:
        """Whether everything at a path of offers.yaml, above and below it, is as it is written."""
        return self.project_gaps is None or not self.project_gaps.touch(path)

    @cached_property
    def _by_type(self) -> Mapping[type, Sequence[tuple[LoadedDocument, Any]]]:
        documents: dict[type, list[tuple[LoadedDocument, Any]]] = {model: [] for model in KINDS.values()}
        for document in self.documents:
            documents[document.model.__class__].append((document, document.model))
        return documents

    def of(self, model: type[Model]) -> Sequence[tuple[LoadedDocument, Model]]:
        """The documents of one kind, with their models, in the order of their files.

        Asking ten thousand models whether they are of another kind takes longer than any check of them.
        """
        return self._by_type[model]

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], LoadedDocument]:
        """The first document of each kind and key."""
        named: dict[tuple[str, str], LoadedDocument] = {}
        for type_ in KEYED:
            for document, model in self.of(type_):
                if document.gaps is None or document.knows("key"):
                    named.setdefault((model.kind, model.key), document)
        return named

    @cached_property
    def faulty_names(self) -> frozenset[tuple[str, str]]:
        """Kinds and keys of which nothing more is known."""
        return frozenset((document.kind, document.key) for document in self.faulty)

    @cached_property
    def environments(self) -> tuple[str, ...]:
        """The environments of offers.yaml."""
        if self.project is None or (self.project_gaps is not None and self.project_gaps.cover(("environments",))):
            return ()
        return tuple(self.project.environments)

    @cached_property
    def keys_by_kind(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that a reference may name."""
        keys: dict[str, list[str]] = {}
        for kind, key in (*self.by_name, *self.faulty_names):
            keys.setdefault(kind, []).append(key)
        return {kind: tuple(found) for kind, found in keys.items()}

    @cached_property
    def referrals(self) -> tuple[tuple[LoadedDocument, Referral], ...]:
        """Every reference of every document."""
        return tuple(
            (document, referral)
            for type_ in REFERRING
            for document, model in self._by_type[type_]
            for referral in referrals_of(model)
        )

    @cached_property
    def criteria(self) -> tuple[tuple[LoadedDocument, Criterion | InlineCriterion, Path], ...]:
        """Every criterion, those inside redeemables included, with the path that leads to it."""
        return tuple(
            (document, criterion, path)
            for type_ in HOLDING_CRITERIA
            for document, model in self._by_type[type_]
            for criterion, path in criteria_in(model)
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

    def environments_of(self, document: LoadedDocument) -> tuple[str, ...]:
        """The environments that a document is for, those that do not exist left out; all, if that cannot be read."""
        only = document.model.only
        if only is None or not document.knows("only"):
            return self.environments
        return tuple(name for name in self.environments if name in only)

    def surely_for(self, document: LoadedDocument, names: Sequence[str]) -> Sequence[str]:
        """Some of the environments of a document; where it cannot be read for which it is, all of them or none."""
        return names if document.knows("only") or len(names) == len(self.environments) else ()

    def missing_from(self, target: LoadedDocument, document: LoadedDocument) -> Sequence[str]:
        """The environments that one document is for and the other is not."""
        only = target.model.only
        if only is None or not target.knows("only"):
            return ()
        return self.surely_for(document, [name for name in self.environments_of(document) if name not in only])

    def share_environment(self, one: LoadedDocument, other: LoadedDocument) -> bool:
        """Whether there surely is an environment that two documents are for."""
        if one.model.only is None and other.model.only is None:
            return one.knows("only") and other.knows("only")
        if not (one.knows("only") and other.knows("only")):
            return False
        shared = set(one.model.only or other.model.only or ()) & set(other.model.only or one.model.only or ())
        return any(name in shared for name in self.environments) if self.environments else bool(shared)


def joined(words: Iterable[str]) -> str:
    """Words as a list within a sentence."""
    return ", ".join(f"`{word}`" for word in words)
