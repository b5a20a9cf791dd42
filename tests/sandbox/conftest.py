"""Sandboxes to call, and examples of what is sent to them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.calling import Build, Caller, Clock, Json, Open

from offers_sync.sandbox import Fault, Faults, Settings, open_embedded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def sandbox() -> Iterator[Open]:
    """Open sandboxes that are closed when the test ends; empty and in memory unless told otherwise."""
    with ExitStack() as stack:

        def open_one(
            *rules: Fault, settings: Settings | None = None, empty: bool = True, database: Path | None = None
        ) -> Caller:
            clock = Clock()
            waits: list[float] = []
            embedded = stack.enter_context(
                open_embedded(
                    database,
                    settings=settings,
                    faults=Faults(rules=rules),
                    clock=clock,
                    empty=empty,
                    wait=waits.append,
                )
            )
            caller = Caller(embedded, clock)
            caller.waits = waits
            stack.callback(caller.http.close)
            return caller

        yield open_one


@pytest.fixture
def selector() -> Build:
    """A selector with one clause."""

    def build(external_id: str = "sandwiches", **changes: Any) -> Json:
        clause = {"attribute": "item_family", "operator": "in", "value": "10,11"}
        return {
            "external_id": external_id,
            "name": "Sandwiches",
            "filter_item_set": "base_only",
            "base_items": {"clauses": [clause]},
            **changes,
        }

    return build


@pytest.fixture
def criterion() -> Build:
    """A criterion that takes ten percent off whatever there is."""

    def build(external_id: str = "ten-percent", **changes: Any) -> Json:
        return {
            "external_id": external_id,
            "name": "Ten percent",
            "qc_processing_function": "sum_amounts",
            "percentage_of_processed_amount": 10,
            **changes,
        }

    return build


@pytest.fixture
def redeemable() -> Build:
    """A redeemable with a flat discount."""

    def build(external_id: str = "five-off", **changes: Any) -> Json:
        rule = {"qualifier_type": "flat_discount", "discount_amount": 5}
        return {"external_id": external_id, "name": "Five off", "receipt_rule": rule, **changes}

    return build
