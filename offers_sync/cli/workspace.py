"""Putting the pieces together for one environment: the files, the server, the store, the plan.

The only module that knows loading, wire, planning and state at once; it prints nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from offers_sync.errors import InvalidInputError
from offers_sync.findings import Finding, has_errors
from offers_sync.loading.loading import Loaded, load_project
from offers_sync.loading.project import find_project
from offers_sync.loading.resolving import Resolution, resolve
from offers_sync.models.project import Environment, Guards, Project
from offers_sync.models.values import OBJECT_KINDS, Applied, Snapshot
from offers_sync.planning.plan import Plan
from offers_sync.planning.planner import Allowed, Question, make_plan
from offers_sync.state.opening import open_store as open_state
from offers_sync.state.store import Store
from offers_sync.wire.client import Client, Connection
from offers_sync.wire.reading import read_listing, read_segments

EMBEDDED = "embedded"
_EMBEDDED_SERVER = "https://sandbox.punchh.com"


class FindingsError(InvalidInputError):
    """The files have faults; nothing was sent."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("the files have faults; nothing was sent", hint="`offers validate` shows them by themselves")
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Workspace:
    """A project as one environment sees it."""

    folder: Path
    loaded: Loaded
    project: Project
    environment: str
    settings: Environment
    resolution: Resolution

    @property
    def is_embedded(self) -> bool:
        """Whether the server is the sandbox inside this process."""
        return self.settings.server == EMBEDDED


def open_workspace(start: Path, environment: str | None) -> Workspace:
    """The project around a folder; raises ``FindingsError`` when its files have faults."""
    folder = find_project(start)
    loaded = load_project(folder)
    if loaded.project is None:
        raise FindingsError(loaded.findings)
    environments = loaded.project.environments
    name = environment or next(iter(environments))
    if name not in environments:
        raise InvalidInputError(
            f"there is no environment called {name!r}", hint="offers.yaml names " + ", ".join(environments)
        )
    resolution = resolve(loaded, name)
    findings = (*loaded.findings, *resolution.findings)
    if has_errors(findings):
        raise FindingsError(findings)
    return Workspace(folder, loaded, loaded.project, name, environments[name], resolution)


@contextmanager
def open_client(workspace: Workspace) -> Iterator[Client]:
    """A conversation with the environment's server."""
    if workspace.is_embedded:
        from offers_sync.sandbox import open_embedded  # noqa: PLC0415  nobody else pays for it

        database = workspace.folder / ".offers" / "sandbox.db"
        with (
            open_embedded(database) as embedded,
            Client(Connection(_EMBEDDED_SERVER, "embedded"), transport=embedded.transport) as client,
        ):
            yield client
        return
    connection = Connection(workspace.settings.server.rstrip("/"), _secret(workspace), brand=workspace.settings.brand)
    with Client(connection) as client:
        yield client


def _secret(workspace: Workspace) -> str:
    name = (workspace.settings.token or "").removeprefix("${").removesuffix("}")
    secret = os.environ.get(name, "") if name else ""
    if not secret.strip():
        raise InvalidInputError(
            f"the environment {workspace.environment} takes its key from ${{{name}}}, which is not set",
            hint=f"set {name}, or choose another environment with --env",
        )
    return secret.strip()


@contextmanager
def open_store(workspace: Workspace) -> Iterator[Store]:
    """The environment's memory; one that ends with the process where the environment names none."""
    with open_state(state_location(workspace), workspace.project.project, workspace.environment) as store:
        yield store


def state_location(workspace: Workspace) -> Path | str | None:
    """Where the environment's memory is: a file or a URL; nothing where it is not said."""
    written = workspace.settings.state or ("local" if workspace.is_embedded else "")
    if written.startswith("${"):
        name = written.removeprefix("${").removesuffix("}")
        written = os.environ.get(name, "").strip()
        if not written:
            raise InvalidInputError(
                f"the environment {workspace.environment} takes its state from ${{{name}}}, which is not set",
                hint=f"set {name} to a postgresql:// URL, or to the word local",
            )
    if not written:
        return None
    return workspace.folder / ".offers" / "state.db" if written == "local" else written


def read_snapshot(client: Client) -> Snapshot:
    """The live side, its lists read side by side."""
    with ThreadPoolExecutor(len(OBJECT_KINDS) + 1) as pool:
        segments = pool.submit(read_segments, client)
        listings = list(pool.map(lambda kind: read_listing(client, kind), OBJECT_KINDS))
        return Snapshot({listing.kind: listing for listing in listings}, segments.result())


def plan_for(workspace: Workspace, snapshot: Snapshot, applied: tuple[Applied, ...], allowed: Allowed) -> Plan:
    """What would be done."""
    question = Question(
        project=workspace.project.project,
        environment=workspace.environment,
        desired=workspace.resolution.desired,
        snapshot=snapshot,
        now=datetime.now(UTC),
        applied=applied,
        findings=(*workspace.loaded.findings, *workspace.resolution.findings),
        guards=workspace.project.guards or Guards(),
        allowances=tuple(workspace.project.allow or ()),
        allowed=allowed,
    )
    return make_plan(question, workspace.loaded.locate)
