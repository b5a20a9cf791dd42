"""A project that a test writes file by file, and what loading it says.

``WrittenFiles(tmp_path)`` is an offers.yaml with two environments; ``write`` adds a file of text or bytes;
``findings`` gives every finding in order, and ``told`` the same as ``file:line:col code``, for comparing whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Final

from offers_sync.findings import Finding
from offers_sync.loading.loading import Loaded, load_project
from offers_sync.loading.resolving import Resolution, resolve
from offers_sync.models.values import Desired

NOW: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
OFFERS: Final = """\
project: marlow-burgers
defaults: {timezone: America/Chicago}
locations: {downtown: "location:1234", drive-thru: "tag:736"}
environments:
  sandbox: {server: embedded}
  production:
    server: https://marlow.punchh.com
    token: ${MARLOW_PUNCHH_KEY}
    locations: {downtown: "location:88"}
"""
SELECTOR: Final = """\
kind: selector
key: sandwiches
name: Sandwiches
base_items:
  clauses:
    - {attribute: item_family, operator: in, value: "2001,2002"}
"""
CRITERION: Final = """\
kind: criterion
key: ten-percent
qc_processing_function: sum_amounts
percentage_of_processed_amount: 10
line_item_filters:
  - selector: sandwiches
"""
REDEEMABLE: Final = """\
kind: redeemable
key: ten-off
name: 10% off
receipt_rule: {flat_discount: 5}
"""


@dataclass(frozen=True)
class WrittenFiles:
    """A folder with files in it."""

    folder: Path

    def __post_init__(self) -> None:
        self.write("offers.yaml", OFFERS)

    def write(self, name: str, content: str | bytes) -> Path:
        """A file of the project; a text is freed of its common indentation."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
        return path

    def load(self, *, hosts: tuple[str, ...] = ()) -> Loaded:
        """The project as it is now."""
        return load_project(self.folder, hosts=hosts, now=NOW)

    def findings(self, *, hosts: tuple[str, ...] = ()) -> tuple[Finding, ...]:
        """What loading it finds."""
        return self.load(hosts=hosts).findings

    def told(self, *, hosts: tuple[str, ...] = ()) -> list[str]:
        """Place and code of every finding."""
        return [f"{finding.position} {finding.code}" for finding in self.findings(hosts=hosts)]

    def only_finding(self, *, hosts: tuple[str, ...] = ()) -> Finding:
        """The one finding that there is."""
        (finding,) = self.findings(hosts=hosts)
        return finding

    def resolve(self, environment: str = "sandbox") -> Resolution:
        """What an environment makes of it."""
        return resolve(self.load(), environment)

    def desired(self, kind: str, key: str, environment: str = "sandbox") -> Desired:
        """One document as an environment wants it."""
        (found,) = [item for item in self.resolve(environment).desired if (item.kind, item.key) == (kind, key)]
        return found
