"""Creating and updating selectors, criteria and redeemables, and the pictures of redeemables.

Each item is judged and saved by itself; the twenty-first and those after it are ignored without a word.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from offers_sync import contract
from offers_sync.sandbox.answers import json_answer, missing_parameter
from offers_sync.sandbox.parameters import json_object
from offers_sync.sandbox.shapes import IMAGE_HOST
from offers_sync.sandbox.validation.criteria import read_criterion
from offers_sync.sandbox.validation.receipt_rules import Inline, Kept, read_receipt_rule
from offers_sync.sandbox.validation.redeemables import read_redeemable
from offers_sync.sandbox.validation.selectors import read_selector
from offers_sync.sandbox.validation.verdicts import Accepted, ItemFailure, Surroundings, Warnings, is_blank
from offers_sync.sandbox.world import Kind, View

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from offers_sync.sandbox.endpoints import Endpoint
    from offers_sync.sandbox.messages import Request, Response
    from offers_sync.sandbox.settings import Settings
    from offers_sync.sandbox.world import Stored, World

UUID_SHAPE: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a bulk write is told beside its items; a script may have it save only the first few and omit results."""

    endpoint: Endpoint
    settings: Settings
    now: datetime
    items_limit: int = contract.BATCH_LIMIT
    omitted_results: tuple[int, ...] = ()


def write_objects(world: World, request: Request, kind: Kind, bulk: Bulk) -> Response:
    """POST or PATCH of one kind."""
    around = Surroundings(bulk.settings, Known(world), bulk.now, is_update=bulk.endpoint.method == "PATCH")
    writer = Writer(world, kind, around)
    return _write_each(world, request, bulk, writer.write)


def upload_images(world: World, request: Request, bulk: Bulk) -> Response:
    """Give redeemables their pictures; again replaces."""

    def upload(item: dict[str, Any]) -> Warnings:
        stored = _required(world, Kind.REDEEMABLE, item)
        url = item.get("image_url")
        if not isinstance(url, str) or not _is_fetchable(url):
            raise ItemFailure("image_url is invalid")
        if any(fnmatchcase(url, pattern) for pattern in bulk.settings.oversized_images):
            raise ItemFailure(f"image is too big (maximum is {contract.IMAGE_BYTES_LIMIT // 1024} KB)")
        name = hashlib.sha256(url.encode()).hexdigest()[:32]
        world.change(stored, {**stored.body, "image": f"{IMAGE_HOST}{stored.number}/{name}.png"})
        return {}

    return _write_each(world, request, bulk, upload)


def _is_fetchable(url: str) -> bool:
    """Whether something could be at the URL; names under .invalid never exist."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and not host.endswith(".invalid")


def _write_each(world: World, request: Request, bulk: Bulk, write: Callable[[dict[str, Any]], Warnings]) -> Response:
    items = json_object(request).get("data")
    if not isinstance(items, list) or not items:
        raise missing_parameter("data")
    results = [_result(world, item, bulk, write) for item in items[: min(bulk.items_limit, contract.BATCH_LIMIT)]]
    shown = [result for place, result in enumerate(results, start=1) if place not in bulk.omitted_results]
    return json_answer({"results": shown})


def _result(world: World, sent: Any, bulk: Bulk, write: Callable[[dict[str, Any]], Warnings]) -> dict[str, Any]:
    item = _with_external_id(world, sent, bulk) if isinstance(sent, dict) else {}
    warnings: Warnings = {}
    errors: tuple[str, ...] = () if isinstance(sent, dict) else ("item is invalid",)
    if not errors:
        try:  # nothing is saved before everything about the item is judged
            warnings = write(item)
        except ItemFailure as failure:
            errors = failure.errors
    external_id = item.get("external_id")
    result: dict[str, Any] = {
        "external_id": external_id if isinstance(external_id, str | int | float) else None,
        "success": not errors,
        "errors": list(errors),
    }
    if bulk.endpoint.name in bulk.settings.results_without_warnings:
        return result
    if warnings or bulk.settings.empty_warnings == "object":
        result["warnings"] = warnings
    return result


def _with_external_id(world: World, item: dict[str, Any], bulk: Bulk) -> dict[str, Any]:
    """The item with an id that the server makes up where a create leaves it out."""
    if bulk.endpoint.method != "POST" or bulk.endpoint.name == "upload-images" or not is_blank(item.get("external_id")):
        return item
    seed = f"{bulk.endpoint.name}/{world.count(View(Kind.SELECTOR))}/{world.count(View(Kind.CRITERION))}"
    seed += f"/{world.count(View(Kind.REDEEMABLE))}"
    match bulk.settings.generated_ids:
        case "hex":
            made_up = hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()
        case "uuid":
            made_up = str(uuid.uuid5(uuid.NAMESPACE_OID, seed))
    return {**item, "external_id": made_up}


class Known:
    """The world as validation asks about it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._selectors: dict[str, int | None] = {}

    def selector_id(self, external_id: str) -> int | None:
        """The selector called so."""
        if external_id not in self._selectors:
            self._selectors[external_id] = self._world.find_id(Kind.SELECTOR, external_id)
        return self._selectors[external_id]

    def criterion_id(self, external_id: str) -> int | None:
        """The criterion called so, one made inside a redeemable included."""
        found = self._world.find_id(Kind.CRITERION, external_id)
        return self._world.find_id(Kind.HIDDEN_CRITERION, external_id) if found is None else found

    def has_place(self, place: str) -> bool:
        """Whether ``location:1`` or ``tag:1`` exists."""
        return self._world.business.has_place(place)


class Writer:
    """Saves the items of one request."""

    def __init__(self, world: World, kind: Kind, around: Surroundings) -> None:
        self._world = world
        self._kind = kind
        self._around = around

    def write(self, item: dict[str, Any]) -> Warnings:
        """Create or update, whichever the request and the settings make of it."""
        if self._around.is_update:
            return self._update(item)
        external_id = item["external_id"]
        _check_external_id(external_id, self._around.settings)
        if self._around.settings.duplicate_external_ids == "update":
            stored = self._world.find(self._kind, external_id)
            if stored is not None:
                return self._save(stored, item, replace(self._around, is_update=True))
        self._refuse_taken(self._kind, external_id)
        return self._save(None, item, self._around)

    def _update(self, item: dict[str, Any]) -> Warnings:
        try:
            stored = _required(self._world, self._kind, item)
        except ItemFailure:
            if self._around.settings.patch_unknown == "fail" or not isinstance(item.get("external_id"), str):
                raise
            return self._save(None, item, replace(self._around, is_update=False))
        return self._save(stored, item, self._around)

    def _save(self, stored: Stored | None, item: dict[str, Any], around: Surroundings) -> Warnings:
        old = stored.body if stored else {}
        rule: Kept | Inline | None = None
        match self._kind:
            case Kind.SELECTOR:
                accepted = read_selector(item, old, around)
            case Kind.CRITERION:
                accepted = read_criterion(item, old, around)
            case _:
                accepted, rule = self._redeemable(item, old, around)
        body = accepted.values
        self._refuse_taken_name(body, stored)
        match rule:
            case Inline():
                body = {**body, "receipt_rule": {"qualifier_type": "new", "criterion": self._save_inline(rule)}}
            case Kept():
                body = {**body, "receipt_rule": rule.rule}
        if stored is None:
            self._world.add(self._kind, item["external_id"], _set_fields(body))
        else:
            self._world.change(stored, _set_fields(body))
        return accepted.warnings

    def _redeemable(
        self, item: dict[str, Any], old: dict[str, Any], around: Surroundings
    ) -> tuple[Accepted, Kept | Inline | None]:
        """A redeemable and its rule, with the warnings where this verb puts them."""
        body = read_redeemable(item, old, around)
        if "receipt_rule" not in item:
            if around.is_create:
                raise ItemFailure("receipt_rule can't be blank")
            return Accepted(body), None
        rule = read_receipt_rule(item["receipt_rule"], old.get("receipt_rule"), self._criterion_of(old), around)
        if not isinstance(rule, Inline):
            return Accepted(body), rule
        if rule.changes is None:
            _check_external_id(rule.external_id, around.settings)
            self._refuse_taken(self._inline_kind, rule.external_id)
        settings, warnings = around.settings, rule.criterion.warnings
        place = settings.update_warnings_at if around.is_update else settings.create_warnings_at
        if warnings and place == "nested":
            warnings = {"receipt_rule": {"redeeming_criterion": warnings}}
        return Accepted(body, warnings), rule

    def _criterion_of(self, redeemable: dict[str, Any]) -> Stored | None:
        identity = (redeemable.get("receipt_rule") or {}).get("criterion")
        return None if identity is None else self._world.fetch([identity])[identity]

    @property
    def _inline_kind(self) -> Kind:
        return Kind.CRITERION if self._around.settings.inline_criteria_listed else Kind.HIDDEN_CRITERION

    def _save_inline(self, inline: Inline) -> int:
        body = _set_fields(inline.criterion.values)
        if inline.changes is None:
            return self._world.add(self._inline_kind, inline.external_id, body)
        self._world.change(inline.changes, body)
        return inline.changes.id

    def _refuse_taken(self, kind: Kind, external_id: str) -> None:
        settings = self._around.settings
        if settings.duplicate_external_ids == "refuse" and self._world.find_id(kind, external_id) is not None:
            raise ItemFailure("external_id has already been taken")
        if not settings.kinds_share_external_ids and self._world.has_external_id(external_id, other_than=kind):
            raise ItemFailure("external_id has already been taken by an object of another kind")

    def _refuse_taken_name(self, body: dict[str, Any], stored: Stored | None) -> None:
        if self._around.settings.unique_names and self._world.has_name(
            self._kind, body.get("name") or "", other_than=stored.id if stored else None
        ):
            raise ItemFailure("name has already been taken")


def _required(world: World, kind: Kind, item: dict[str, Any]) -> Stored:
    """The object that the item names."""
    external_id = item.get("external_id")
    if is_blank(external_id):
        raise ItemFailure("external_id can't be blank")
    stored = world.find(kind, external_id) if isinstance(external_id, str) else None
    if stored is None:
        raise ItemFailure("external_id could not be found")
    return stored


def _check_external_id(external_id: Any, settings: Settings) -> None:
    if not isinstance(external_id, str):
        raise ItemFailure("external_id must be a string")
    if settings.external_id_shape == "uuid" and not UUID_SHAPE.fullmatch(external_id):
        raise ItemFailure("external_id is not a valid UUID")


def _set_fields(body: dict[str, Any]) -> dict[str, Any]:
    """The body without what is not set, so that a hundred thousand of them stay small."""
    return {name: value for name, value in body.items() if value not in (None, [], {})}
