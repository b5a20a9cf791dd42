"""The offer that the vendor's documents create, written in our language, against what they send."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

import httpx
import pytest

from offers_sync.applying.running import Surroundings, apply_plan
from offers_sync.cli import workspace as pieces
from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.planning.planner import Allowed
from offers_sync.sandbox import open_embedded
from offers_sync.state.store import Store
from offers_sync.wire.client import Client, Connection

EXAMPLE: Final = Path(__file__).with_name("vendor-example")


class Recorder(httpx.BaseTransport):
    """Keeps the creations of redeemables that pass through it to an empty vendor."""

    def __init__(self, vendor: httpx.BaseTransport) -> None:
        self._vendor = vendor
        self.created: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Keep it, and pass it on."""
        if (request.method, request.url.path) == ("POST", REDEEMABLES_PATH):
            self.created.append(request.read())
        return self._vendor.handle_request(request)


@pytest.fixture
def created(tmp_path: Path) -> list[bytes]:
    """The bodies that one apply of the example creates redeemables with."""
    workspace = pieces.open_workspace(shutil.copytree(EXAMPLE, tmp_path / "project"), None)
    assert workspace.settings.criteria == "inline"
    with open_embedded(None, empty=True) as embedded, Store(tmp_path / "state.db", "sandbox") as store:
        recorder = Recorder(embedded.transport)
        with Client(Connection("https://sandbox.punchh.com", "any"), transport=recorder) as client:
            plan = pieces.plan_for(workspace, pieces.read_snapshot(client), store.applied(), Allowed())
            apply_plan(plan, "run", Surroundings(client, store, "inline"))
    return recorder.created


def test_field_by_field(created: list[bytes]) -> None:
    """It comes out on the wire as the documents send it, but for nulls and members of other forms of rule."""
    expected = json.loads((EXAMPLE / "expected-payload.json").read_text(encoding="utf-8"))
    (body,) = created
    assert json.loads(body) == expected
