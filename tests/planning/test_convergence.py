"""Whatever git says, and however a server shows things: once it is applied, there is nothing left to do."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scenes import NOW
from strategies import WrittenProject, projects

from offers_sync.applying.payloads import payloads_of
from offers_sync.contract import CRITERIA_PATH, IMAGES_PATH
from offers_sync.findings import has_errors
from offers_sync.loading.loading import Loaded, load_project
from offers_sync.loading.resolving import resolve
from offers_sync.models.values import OBJECT_KINDS, Applied, Desired
from offers_sync.planning.plan import Action, Plan, Step
from offers_sync.planning.planner import Question, make_plan
from offers_sync.sandbox import Settings, open_embedded
from offers_sync.wire.client import Client, Connection
from offers_sync.wire.reading import LIST_PATHS
from offers_sync.wire.snapshot import Wanted, read_snapshot

SHAPES = {
    "selector_filter_name",
    "criteria_qualifiers_name",
    "criteria_numbers",
    "redeemable_quantities",
    "quantities_shown",
    "criteria_unset",
    "redeemable_unset",
    "redeemable_texts_unset",
    "absent_words",
    "default_method_shown",
    "criterion_places",
    "operators_shown",
    "times_with_z",
    "locales_padded",
    "existing_criterion_shown",
    "flat_discount_name",
    "meta_position",
    "null_on_update",
    "objects_on_update",
    "lists_on_update",
    "empty_list_on_update",
    "unknown_locales",
    "selector_limits_survive",
}
"""The settings that decide how things are shown, and what of a write is kept."""


REFUSED = ("can't be blank", "percentage_of_processed_amount must be")
"""A name of nothing but blanks, and a percentage that only criteria inside a create call may have."""


def _choices() -> dict[str, st.SearchStrategy[Any]]:
    hints = get_type_hints(Settings)
    return {
        name: st.booleans() if hints[name] is bool else st.sampled_from(get_args(hints[name]))
        for name in sorted(SHAPES)
    }


servers = st.fixed_dictionaries(
    {**_choices(), "receipt_attributes_renamed": st.sampled_from([(), ("criteria",), ("criteria", "redeemables")])}
).map(lambda chosen: Settings(**chosen))


class Brand:
    """A project and its server, with a memory; the shortest way of applying that there is."""

    def __init__(self, client: Client, loaded: Loaded) -> None:
        self.client, self.loaded = client, loaded
        self.applied: dict[tuple[str, str], Applied] = {}

    def plan(self, desired: tuple[Desired, ...], now: datetime = NOW) -> Plan:
        """What is to be done now."""
        snapshot = read_snapshot(self.client, Wanted())
        question = Question("p", "sandbox", desired, snapshot, now, tuple(self.applied.values()))
        return make_plan(question, self.loaded.locate)

    def apply(self, plan: Plan) -> None:
        """Write every step that is ready, one by one, and remember what was written and shown."""
        payloads = payloads_of(plan.ready, "separate")
        for step in plan.ready:
            if step.action is Action.UPLOAD_IMAGE:
                body = {"external_id": step.desired.external_id, "image_url": step.desired.image}
                self._write(step, "POST", IMAGES_PATH, body)
            else:
                method = "POST" if step.action is Action.CREATE else "PATCH"
                self._write(step, method, LIST_PATHS[step.kind], payloads[step.name])
        self._remember(plan)

    def _write(self, step: Step, method: str, path: str, item: dict[str, Any]) -> None:
        send = self.client.post if method == "POST" else self.client.patch
        (result,) = send(path, {"data": [item]}).body["results"]
        assume(not any(known in error for error in result["errors"] for known in REFUSED))
        assert result["success"], (step.name, item, result)

    def _remember(self, plan: Plan) -> None:
        snapshot = read_snapshot(self.client, Wanted())
        shown = {(kind, each.external_id): each for kind in OBJECT_KINDS for each in snapshot.listings[kind].items}
        for step in plan.ready:
            identity = (step.kind, step.desired.external_id)
            fields = step.desired.fields
            self.applied[identity] = Applied(
                step.kind, step.desired.key, identity[1], fields, shown[identity].fields, step.desired.image
            )

    def make_outsiders(self, desired: tuple[Desired, ...]) -> None:
        """Make the criteria that git refers to and does not manage."""
        ours = {each.external_id for each in desired}
        for each in desired:
            criterion = each.fields.get("receipt_rule", {}).get("criterion")
            if criterion is not None and criterion not in ours:
                ours.add(criterion)
                item = {"external_id": criterion, "name": "Theirs", "qc_processing_function": "bogof"}
                self.client.post(CRITERIA_PATH, {"data": [item]})


@contextmanager
def brand(project: WrittenProject, server: Settings) -> Iterator[tuple[Brand, tuple[Desired, ...]]]:
    """A written project beside a server that has a segment for it."""
    with tempfile.TemporaryDirectory() as folder, open_embedded(None, settings=server, empty=True) as embedded:
        embedded.vendor.world.business.add_segment({"segment_id": 7, "name": "Regulars"})
        loaded = load_project(project.write(Path(folder)))
        assume(not has_errors(loaded.findings))
        desired = resolve(loaded, "sandbox").desired
        with Client(Connection("https://sandbox.punchh.com", "key"), transport=embedded.transport) as client:  # type: ignore[arg-type]
            yield Brand(client, loaded), tuple(_with_known_segment(each) for each in desired if each.kind != "campaign")


def _with_known_segment(desired: Desired) -> Desired:
    if desired.fields.get("segment") is None:
        return desired
    return replace(desired, fields={**desired.fields, "segment": "Regulars"})


def _withdrawn(desired: Desired) -> Desired:
    return replace(desired, is_retired=desired.kind == "redeemable")


@given(projects(), servers)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_applied_once_there_is_nothing_to_do(project: WrittenProject, server: Settings) -> None:
    """Plan, apply, plan is empty, for anything that can be written and any way of showing it."""
    with brand(project, server) as (business, desired):
        business.make_outsiders(desired)
        business.apply(business.plan(desired))
        assert _left(business.plan(desired)) == []


@given(projects(), projects(), servers)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_edited_once_there_is_nothing_to_do(first: WrittenProject, second: WrittenProject, server: Settings) -> None:
    """The same when documents are edited in every way: what is added, changed, cleared and left out."""
    with brand(first, server) as (business, desired), brand(second, server) as (_, edited):
        merged = _edited(desired, edited)
        business.make_outsiders((*desired, *merged))
        business.apply(business.plan(desired))
        business.apply(business.plan(merged))
        assert _left(business.plan(merged)) == []


@given(projects(), servers)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_withdrawn_once_there_is_nothing_to_do(project: WrittenProject, server: Settings) -> None:
    """The same when every offer is retired, and at any later time."""
    with brand(project, server) as (business, desired):
        business.make_outsiders(desired)
        business.apply(business.plan(tuple(replace(each, is_retired=False) for each in desired)))
        withdrawn = tuple(_withdrawn(each) for each in desired)
        business.apply(business.plan(withdrawn))
        assert _left(business.plan(withdrawn)) == []
        assert _left(business.plan(withdrawn, NOW + timedelta(days=400))) == []


def _left(plan: Plan) -> list[Any]:
    return [(step.name, step.changes, step.held_back) for step in plan.steps]


def _edited(desired: tuple[Desired, ...], other: tuple[Desired, ...]) -> tuple[Desired, ...]:
    """The documents with the fields of others of their kind, one after the other; references stay their own."""
    edited = []
    for kind in OBJECT_KINDS:
        ours, theirs = ([each for each in side if each.kind == kind] for side in (desired, other))
        for number, each in enumerate(ours):
            fields = {**theirs[number % len(theirs)].fields} if theirs else {}
            fields.update({name: each.fields[name] for name in _REFERENCES if name in each.fields})
            edited.append(replace(each, fields=fields if theirs else each.fields))
    return tuple(edited)


_REFERENCES = ("line_item_filters", "item_qualifiers")
