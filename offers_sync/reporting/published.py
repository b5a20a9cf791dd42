"""The JSON Schemas that are published: of the files that people write, and of the formats that others read.

A format's own module makes its schema; this table gives it a name.  Writing them is the command's business.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from offers_sync.models.json_schema import DIALECT, language_schema
from offers_sync.reporting.bulk_json import bulk_schema, runs_schema
from offers_sync.reporting.campaigns import campaign_run_schema
from offers_sync.reporting.doctor import doctor_schema
from offers_sync.reporting.explained_schema import explained_schema
from offers_sync.reporting.failing import or_failure
from offers_sync.reporting.graph_json import graph_schema
from offers_sync.reporting.history import history_schema, state_schema
from offers_sync.reporting.listing_forms import list_schema
from offers_sync.reporting.plan_json import plan_schema
from offers_sync.reporting.run_json import run_schema


@dataclass(frozen=True, slots=True)
class Published:
    """A schema that can be asked for by name."""

    summary: str
    make: Callable[[], dict[str, Any]]
    may_be_failure: bool = False
    """Whether a failure stands in the format's place, which has no room for one."""


def _of_language(name: str, summary: str) -> Published:
    return Published(summary, partial(language_schema, name))


PUBLISHED: Final = MappingProxyType[str, Published](
    {
        "any": _of_language("any", "any document; what editors are pointed at"),
        "project": _of_language("project", "offers.yaml"),
        "selector": _of_language("selector", "a document of that kind"),
        "criterion": _of_language("criterion", "a document of that kind"),
        "redeemable": _of_language("redeemable", "a document of that kind"),
        "schedule": _of_language("schedule", "a document of that kind"),
        "locale": _of_language("locale", "a document of that kind"),
        "campaign": _of_language("campaign", "a document of that kind"),
        "plan": Published(
            "what `plan --format json` and `drift --format json` print, and `plan --out` saves", plan_schema
        ),
        "list": Published("what `list --format json` prints", list_schema, may_be_failure=True),
        "doctor": Published("what `doctor --format json` prints", doctor_schema),
        "apply": Published("what `apply --format json` prints", run_schema),
        "history": Published("what `history --format json` prints", history_schema, may_be_failure=True),
        "state": Published("what `state list --format json` prints", state_schema, may_be_failure=True),
        "bulk": Published(
            "what `gift`, `redeem`, `runs show` and `runs resume` print as JSON", bulk_schema, may_be_failure=True
        ),
        "runs": Published("what `runs list --format json` prints", runs_schema, may_be_failure=True),
        "campaign-run": Published(
            "what `runs show campaign/KEY --format json` prints", campaign_run_schema, may_be_failure=True
        ),
        "graph": Published("what `graph --format json` prints", graph_schema, may_be_failure=True),
        "explain": Published("what `explain --format json` prints", explained_schema, may_be_failure=True),
    }
)
"""Schemas by name, in the order in which they are listed."""


def published_schema(name: str) -> dict[str, Any]:
    """The schema of that name, with its dialect and an id that stays."""
    published = PUBLISHED[name]
    schema = or_failure(published.make()) if published.may_be_failure else published.make()
    return {"$schema": DIALECT, "$id": f"urn:offers-sync:schema:1:{name}", **schema}


def schema_text(name: str) -> str:
    """The schema of that name as text, the same on every run."""
    return json.dumps(published_schema(name), indent=2, ensure_ascii=False) + "\n"
