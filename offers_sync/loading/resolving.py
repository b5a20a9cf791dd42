"""What one environment makes of the documents: ids, references, aliases, defaults and catalogues filled in.

Every field of the result leads back to the document and path that wrote it.  A document that cannot be resolved is
left out with a finding; what is wrong with documents whatever the environment is said by ``loading``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from offers_sync import codes
from offers_sync.findings import Finding, Source
from offers_sync.loading.complaints import Complaint, Path, to_pointer
from offers_sync.loading.findings import find
from offers_sync.loading.identity import choose_id, derive_id, inline_key
from offers_sync.loading.loading import Loaded, LoadedDocument
from offers_sync.loading.places import places_in
from offers_sync.loading.project import PROJECT_FILE
from offers_sync.models.campaign import Campaign
from offers_sync.models.criterion import Criterion, InlineCriterion
from offers_sync.models.fields import LITERAL_LOCATION_PATTERN
from offers_sync.models.kinds import AnyDocument
from offers_sync.models.locale import Locale
from offers_sync.models.project import Project
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.references import External
from offers_sync.models.schedule import InlineSchedule, Schedule
from offers_sync.models.selector import Selector
from offers_sync.models.values import OBJECT_KINDS, Desired, DesiredKind, Origin

_KIND_ORDER: Final = {kind: place for place, kind in enumerate((*OBJECT_KINDS, "campaign"))}
_NOT_FIELDS: Final = {"kind", "key", "external_id", "formerly", "only", "image", "retired"}
_LITERAL_LOCATION: Final = re.compile(LITERAL_LOCATION_PATTERN)
_PROJECT_SOURCE: Final = Source(PROJECT_FILE)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an environment wants, selectors first and campaigns last, and what keeps documents out of it."""

    desired: tuple[Desired, ...]
    findings: tuple[Finding, ...] = ()


class UnresolvedError(Exception):
    """A document cannot be resolved, for this reason."""

    def __init__(self, source: Source, complaint: Complaint) -> None:
        super().__init__(complaint.message)
        self.source, self.complaint = source, complaint


def resolve(loaded: Loaded, environment: str) -> Resolution:
    """All documents that are for an environment, as it wants them."""
    if loaded.project is None or environment not in loaded.project.environments:
        return Resolution(())
    scene = _Scene(loaded.project, environment, loaded.documents)
    desired: list[Desired] = []
    findings: list[Finding] = []
    for document in scene.documents:
        try:
            desired.extend(scene.resolve(document))
        except UnresolvedError as error:
            places = places_in(loaded.texts[error.source.file])
            findings.append(find(places, error.source.index, error.complaint))
    desired.sort(key=lambda item: (_KIND_ORDER[item.kind], item.key))
    return Resolution(tuple(desired), tuple(findings))


def _is_for(model: AnyDocument, environment: str) -> bool:
    return model.only is None or environment in model.only


class _Scene:
    """The documents of one environment, by what others call them."""

    def __init__(self, project: Project, environment: str, documents: Iterable[LoadedDocument]) -> None:
        self.project, self.environment = project, environment
        self.documents = [document for document in documents if _is_for(document.model, environment)]
        self._by_key: dict[tuple[str, str], LoadedDocument] = {
            (document.model.kind, document.model.key): document
            for document in self.documents
            if not isinstance(document.model, Locale)
        }
        self._locations = {
            **(project.locations or {}),
            **(project.environments[environment].locations or {}),
        }
        self._timezone = project.defaults.timezone if project.defaults is not None else None
        self._texts: dict[str, list[tuple[str, str, str, Source]]] = {}
        for document in self.documents:
            if isinstance(document.model, Locale):
                self._read_catalogue(document.model, document.source)

    def _read_catalogue(self, catalogue: Locale, source: Source) -> None:
        for key, translation in catalogue.redeemables.items():
            for name in translation.model_fields_set:
                entry = (catalogue.language, name, getattr(translation, name), source)
                self._texts.setdefault(key, []).append(entry)

    def resolve(self, document: LoadedDocument) -> Iterator[Desired]:
        """What a document wants of the server; nothing for those that only others refer to."""
        match document.model:
            case Selector() as selector:
                yield self._selector(selector, document.source)
            case Criterion() as criterion:
                yield self._criterion(criterion, document.source)
            case Redeemable() as redeemable:
                yield from self._redeemable(redeemable, document.source)
            case Campaign() as campaign:
                yield self._campaign(campaign, document.source)
            case Schedule() | Locale():
                return

    def _selector(self, selector: Selector, source: Source) -> Desired:
        external_id = self._id("selector", selector, source)
        return Desired("selector", selector.key, external_id, _fields(selector), (Origin("", source, ""),))

    def _criterion(self, criterion: Criterion, source: Source) -> Desired:
        fields, depends_on = self._criterion_fields(criterion, source, ())
        external_id = self._id("criterion", criterion, source)
        return Desired(
            "criterion", criterion.key, external_id, fields, (Origin("", source, ""),), depends_on=depends_on
        )

    def _criterion_fields(
        self, criterion: Criterion | InlineCriterion, source: Source, path: Path
    ) -> tuple[dict[str, Any], tuple[tuple[DesiredKind, str], ...]]:
        fields = _fields(criterion)
        depends_on: dict[tuple[DesiredKind, str], None] = {}
        if criterion.effective_location:
            fields["effective_location"] = [
                self._location(alias, source, (*path, "effective_location", index))
                for index, alias in enumerate(criterion.effective_location)
            ]
        for member in ("line_item_filters", "item_qualifiers"):
            for index, entry in enumerate(getattr(criterion, member) or ()):
                reference = (*path, member, index, "selector")
                fields[member][index]["selector"] = self._reference("selector", entry.selector, source, reference)
                if isinstance(entry.selector, str):
                    depends_on["selector", entry.selector] = None
        return fields, tuple(depends_on)

    def _redeemable(self, redeemable: Redeemable, source: Source) -> Iterator[Desired]:
        fields = _fields(redeemable)
        origins: dict[str, Origin] = {"": Origin("", source, "")}
        if redeemable.effective_location is not None:
            location = self._location(redeemable.effective_location, source, ("effective_location",))
            fields["effective_location"] = location
        self._add_schedule(redeemable, source, fields, origins)
        self._add_texts(redeemable, fields, origins)
        depends_on: tuple[tuple[DesiredKind, str], ...] = ()
        match redeemable.receipt_rule.criterion:
            case InlineCriterion() as criterion:
                inline = self._inline_criterion(redeemable, criterion, source)
                yield inline
                fields["receipt_rule"]["criterion"] = inline.external_id
                depends_on = (("criterion", inline.key),)
            case str() | External() as reference:
                path = ("receipt_rule", "criterion")
                fields["receipt_rule"]["criterion"] = self._reference("criterion", reference, source, path)
                depends_on = (("criterion", reference),) if isinstance(reference, str) else ()
        yield Desired(
            "redeemable",
            redeemable.key,
            self._id("redeemable", redeemable, source),
            fields,
            tuple(origins[pointer] for pointer in sorted(origins, key=lambda pointer: (-len(pointer), pointer))),
            depends_on=depends_on,
            image=redeemable.image,
            is_retired=redeemable.retired is True,
        )

    def _inline_criterion(self, redeemable: Redeemable, criterion: InlineCriterion, source: Source) -> Desired:
        path = ("receipt_rule", "criterion")
        fields, depends_on = self._criterion_fields(criterion, source, path)
        key = inline_key(redeemable.key)
        former = criterion.formerly or redeemable.formerly or redeemable.key
        external_id = self._written_id(criterion.external_id, source, (*path, "external_id"))
        return Desired(
            "criterion",
            key,
            external_id or derive_id(self.project.project, "criterion", inline_key(former)),
            fields,
            (Origin("", source, to_pointer(path)),),
            depends_on=depends_on,
            inline_in=redeemable.key,
        )

    def _add_schedule(
        self, redeemable: Redeemable, source: Source, fields: dict[str, Any], origins: dict[str, Origin]
    ) -> None:
        schedule = redeemable.schedule
        if schedule is None:
            return
        if not isinstance(schedule, InlineSchedule):
            document = self._find("schedule", schedule, source, ("schedule",))
            fields["schedule"] = _fields(document.model)
            origins["/schedule"] = Origin("/schedule", document.source, "")
        self._add_timezone(fields["schedule"], "/schedule", origins)

    def _add_timezone(self, fields: dict[str, Any], pointer: str, origins: dict[str, Origin]) -> None:
        is_dated = fields.get("start") is not None or fields.get("end") is not None
        if self._timezone is not None and is_dated and "timezone" not in fields:
            fields["timezone"] = self._timezone
            pointer += "/timezone"
            origins[pointer] = Origin(pointer, _PROJECT_SOURCE, "/defaults/timezone")

    def _add_texts(self, redeemable: Redeemable, fields: dict[str, Any], origins: dict[str, Origin]) -> None:
        for language, name, text, source in self._texts.get(redeemable.key, ()):
            if fields.get("locales") is None:
                fields["locales"] = {}
            fields["locales"].setdefault(language, {})[name] = text
            pointer = to_pointer(("locales", language, name))
            origins[pointer] = Origin(pointer, source, to_pointer(("redeemables", redeemable.key, name)))

    def _campaign(self, campaign: Campaign, source: Source) -> Desired:
        fields = _fields(campaign)
        origins: dict[str, Origin] = {"": Origin("", source, "")}
        fields["redeemable"] = self._reference("redeemable", campaign.redeemable, source, ("redeemable",))
        self._add_timezone(fields, "", origins)
        is_ours = isinstance(campaign.redeemable, str)
        return Desired(
            "campaign",
            campaign.key,
            campaign.external_campaign_id or derive_id(self.project.project, "campaign", campaign.key),
            fields,
            tuple(sorted(origins.values(), key=lambda origin: (-len(origin.pointer), origin.pointer))),
            depends_on=(("redeemable", str(campaign.redeemable)),) if is_ours else (),
        )

    def _id(self, kind: DesiredKind, model: Selector | Criterion | Redeemable, source: Source) -> str:
        written = self._written_id(model.external_id, source, ("external_id",))
        return written or derive_id(self.project.project, kind, model.formerly or model.key)

    def _written_id(self, written: str | Mapping[str, str] | None, source: Source, path: Path) -> str | None:
        chosen = choose_id(written, self.environment)
        if written is not None and chosen is None:
            message = f"no id is written for the environment `{self.environment}`"
            raise UnresolvedError(source, Complaint(codes.MISSING_FOR_ENVIRONMENT, path, message))
        return chosen

    def _reference(self, kind: DesiredKind, reference: str | External, source: Source, path: Path) -> str:
        if isinstance(reference, External):
            return str(self._written_id(reference.external_id, source, (*path, "external_id")))
        document = self._find(kind, reference, source, path)
        model = document.model
        if not isinstance(model, (Selector, Criterion, Redeemable)):
            raise TypeError(model)
        return self._id(kind, model, document.source)

    def _find(self, kind: str, key: str, source: Source, path: Path) -> LoadedDocument:
        found = self._by_key.get((kind, key))
        if found is None:
            message = f"there is no {kind} `{key}` in the environment `{self.environment}`"
            raise UnresolvedError(source, Complaint(codes.UNKNOWN_REFERENCE, path, message))
        return found

    def _location(self, alias: str, source: Source, path: Path) -> str:
        literal = alias if _LITERAL_LOCATION.search(alias) else self._locations.get(alias)
        if literal is None:
            message = f"`{alias}` is no location in the environment `{self.environment}`"
            raise UnresolvedError(source, Complaint(codes.UNKNOWN_LOCATION, path, message))
        return literal


def _fields(model: AnyDocument | InlineCriterion) -> dict[str, Any]:
    return model.model_dump(exclude_unset=True, exclude=_NOT_FIELDS)
