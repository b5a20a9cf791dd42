"""A caller who speaks to an embedded sandbox in few words, and a clock that only a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from offers_sync import contract

if TYPE_CHECKING:
    from pathlib import Path

    from offers_sync.sandbox import Embedded, Fault, Settings

Json = dict[str, Any]
PATHS = {
    "selector": contract.SELECTORS_PATH,
    "criterion": contract.CRITERIA_PATH,
    "redeemable": contract.REDEEMABLES_PATH,
}
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """A clock that only a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """The time that the test has made it."""
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class Caller:
    """A client of one sandbox, with a key and no patience for long names."""

    def __init__(self, embedded: Embedded, clock: Clock) -> None:
        self.embedded = embedded
        self.clock = clock
        self.waits: list[float] = []
        self.http = httpx.Client(
            transport=embedded.transport,
            base_url="https://marlow.punchh.com",
            headers={"authorization": "Bearer key-of-the-tests", "user-agent": "Test/Test/1"},
        )

    def get(self, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """Call GET, with a body too if there is one."""
        return self.http.request("GET", path, params=query, json=body)

    def post(self, path: str, content: Any) -> httpx.Response:
        """Call POST with JSON."""
        return self.http.post(path, json=content)

    def write(self, method: str, kind: str, *items: Any) -> list[Json]:
        """The results of one bulk write."""
        answer = self.http.request(method, PATHS[kind], json={"data": list(items)})
        assert answer.status_code == 200, answer.text
        results: list[Json] = answer.json()["results"]
        return results

    def create(self, kind: str, *items: Any) -> list[Json]:
        """The results of a POST."""
        return self.write("POST", kind, *items)

    def update(self, kind: str, *items: Any) -> list[Json]:
        """The results of a PATCH."""
        return self.write("PATCH", kind, *items)

    def rows(self, kind: str, **query: Any) -> list[Json]:
        """The first hundred of a list."""
        rows: list[Json] = self.get(PATHS[kind], per_page=100, **query).json()["data"]
        return rows

    def row(self, kind: str, external_id: str) -> Json:
        """The one object of the list that is called so."""
        (row,) = [row for row in self.rows(kind) if row["external_id"] == external_id]
        return row


class Open(Protocol):
    """What the fixture ``sandbox`` is."""

    def __call__(
        self, *rules: Fault, settings: Settings | None = None, empty: bool = True, database: Path | None = None
    ) -> Caller:
        """A sandbox with these rules in its script."""


class Build(Protocol):
    """An example, with another id or other fields where a test asks for them."""

    def __call__(self, external_id: str = "", **changes: Any) -> Json:
        """The example with these changes."""
