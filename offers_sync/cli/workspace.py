"""Putting the pieces together for one environment: the files, the server, the store, the plan.

The only module that knows loading, wire, planning and state at once; it prints nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from offers_sync.cli.annotators import annotators_for
from offers_sync.errors import InvalidInputError
from offers_sync.findings import Finding, has_errors
from offers_sync.loading.loading import Loaded, load_project
from offers_sync.loading.project import find_project
from offers_sync.loading.resolving import Resolution, resolve
from offers_sync.models.hosts import EMBEDDED, read_hosts
from offers_sync.models.project import Environment, Guards, Project
from offers_sync.models.secrets import Secret
from offers_sync.models.values import Applied, Desired, Snapshot
from offers_sync.planning.plan import Plan
from offers_sync.planning.planner import Allowed, Question, make_plan
from offers_sync.state.opening import open_store as open_state
from offers_sync.state.store import Store
from offers_sync.wire.client import Client, Connection
from offers_sync.wire.snapshot import Wanted
from offers_sync.wire.snapshot import read_snapshot as read_lists

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


def open_workspace(start: Path, environment: str | None, *, needs_documents: bool = True) -> Workspace:
    """The project around a folder; raises ``FindingsError`` when its files have faults.

    Whoever only looks at the server needs no more than an offers.yaml; then faulty documents are left out.
    """
    folder = find_project(start)
    loaded = load_project(folder, hosts=allowed_hosts())
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
    if needs_documents and has_errors(findings):
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
            Client(Connection(_EMBEDDED_SERVER, Secret("embedded")), transport=embedded.transport) as client,
        ):
            yield client
        return
    with Client(connection_of(workspace)) as client:
        yield client


def connection_of(workspace: Workspace) -> Connection:
    """Where the environment's server is, and the key for it; raises ``InvalidInputError`` without one."""
    settings = workspace.settings
    return Connection(settings.server, _secret(workspace), settings.brand, allowed_hosts())


def allowed_hosts() -> frozenset[str]:
    """The hosts that a person trusts with keys, beside the vendor's own."""
    return read_hosts(os.environ.get("OFFERS_HOSTS", ""))


def _secret(workspace: Workspace) -> Secret:
    reference = workspace.settings.token
    if not reference:
        raise InvalidInputError(
            f"the environment {workspace.environment} has no key",
            hint="name the variable that holds it in offers.yaml, such as token: ${PUNCHH_KEY}",
        )
    name = reference.removeprefix("${").removesuffix("}")
    text = os.environ.get(name, "").strip()
    if not text:
        raise InvalidInputError(
            f"the environment {workspace.environment} takes its key from {reference}, which is not set",
            hint=f"set {name}, or choose another environment with --env",
        )
    return Secret(text, reference)


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


def read_snapshot(client: Client, workspace: Workspace | None = None) -> Snapshot:
    """The live side, its lists read side by side; of the smaller ones those that the documents refer to."""
    return read_lists(client, _wanted(workspace.resolution.desired) if workspace is not None else Wanted())


def _wanted(desired: tuple[Desired, ...]) -> Wanted:
    is_distributing = any(each.kind == "campaign" for each in desired)
    return Wanted(
        segments=is_distributing or any("segment" in each.fields for each in desired),
        offered=is_distributing,
        locations=any(each.fields.get("effective_location") for each in desired),
    )


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
    return make_plan(question, workspace.loaded.locate, annotators_for(workspace.settings.criteria or "separate"))
