"""Putting the pieces together for one environment: the files, the server, the store, the plan.

The only module that knows loading, wire, planning and state at once; it prints nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from offers_sync.applying.earlier import explain_earlier
from offers_sync.cli.annotators import annotators_for
from offers_sync.cli.basing import BaseSide, changed_environments, read_base_side
from offers_sync.collecting import no_collection
from offers_sync.contract import LIST_LAG_SECONDS
from offers_sync.errors import InvalidInputError
from offers_sync.findings import Finding, Source, has_errors
from offers_sync.loading.loading import Loaded, load_project
from offers_sync.loading.project import find_project
from offers_sync.loading.resolving import Resolution, resolve
from offers_sync.models.hosts import EMBEDDED, read_hosts
from offers_sync.models.locale import Locale
from offers_sync.models.project import Environment, Guards, Project
from offers_sync.models.schedule import Schedule
from offers_sync.models.secrets import Secret
from offers_sync.models.sent_campaigns import CampaignRecord, CampaignState
from offers_sync.models.values import Applied, Desired, Snapshot
from offers_sync.planning.drifting import find_drift
from offers_sync.planning.offline import as_if_applied
from offers_sync.planning.plan import Plan
from offers_sync.planning.planner import Allowed, Base, Question, make_plan
from offers_sync.planning.question import ObjectId
from offers_sync.state.campaigns import Campaigns
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
    """Where offers are sent; with a base, what the base says."""
    resolution: Resolution
    base: Base | None = None
    findings: tuple[Finding, ...] = ()
    shared: Mapping[str, Source] = field(default_factory=dict)
    """Where the documents are that have no object of their own, by KIND/KEY."""

    @property
    def is_embedded(self) -> bool:
        """Whether the server is the sandbox inside this process."""
        return self.settings.server == EMBEDDED


@dataclass(frozen=True, slots=True)
class Asking:
    """What a command line asks of a plan beside the files."""

    allowed: Allowed = field(default_factory=Allowed)
    only: tuple[str, ...] = ()
    shows_unmanaged: bool = False


@no_collection()
def open_workspace(
    start: Path, environment: str | None, *, needs_documents: bool = True, base: str | None = None
) -> Workspace:
    """The project around a folder; raises ``FindingsError`` when its files have faults.

    Whoever only looks at the server needs no more than an offers.yaml; then faulty documents are left out.  With a
    base, that is the name of a commit, environments are taken from where HEAD left it.
    """
    folder = find_project(start)
    loaded = load_project(folder, hosts=allowed_hosts())
    project = loaded.project
    if project is None:
        raise FindingsError(loaded.findings)
    side = read_base_side(folder, base, allowed_hosts()) if base is not None else None
    name = _chosen_environment(environment, project, side)
    resolution = resolve(loaded, name)
    shared = dict(_shared(loaded))
    loaded = replace(loaded, documents=())  # what was made of them is enough, and they weigh a lot
    if needs_documents and has_errors(loaded.findings):  # what one environment adds would only follow from them
        raise FindingsError(loaded.findings)
    findings = (*loaded.findings, *resolution.findings)
    if needs_documents and has_errors(findings):
        raise FindingsError(findings)
    if side is None:
        return Workspace(folder, loaded, project, name, project.environments[name], resolution, None, findings, shared)
    settings = (side.environments or project.environments)[name]
    findings = (*findings, *changed_environments(side, loaded))
    return Workspace(folder, loaded, project, name, settings, resolution, side.base(name), findings, shared)


def _shared(loaded: Loaded) -> Iterator[tuple[str, Source]]:
    for document in loaded.documents:
        match document.model:
            case Schedule() as schedule:
                yield f"schedule/{schedule.key}", document.source
            case Locale() as locale:
                yield f"locale/{locale.language}", document.source
            case _:
                pass


def _chosen_environment(asked: str | None, project: Project, side: BaseSide | None) -> str:
    """The environment that is asked for, or the first; with a base it has to be in both."""
    trusted = side.environments if side is not None else None
    environments = project.environments if trusted is None else trusted
    name = asked or next(iter(environments))
    if name not in environments:
        where = "offers.yaml" if trusted is None else "offers.yaml of the base, from which environments are taken,"
        raise InvalidInputError(
            f"there is no environment called `{name}`", hint=f"{where} names " + ", ".join(environments)
        )
    if name not in project.environments:
        raise InvalidInputError(
            f"offers.yaml does not name the environment `{name}` any more", hint="choose another one with --env"
        )
    return name


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


def read_snapshot(
    client: Client, workspace: Workspace | None = None, campaigns: tuple[CampaignRecord, ...] = ()
) -> Snapshot:
    """The live side, its lists read side by side; of the smaller ones those that the documents refer to.

    The distribution list is only for campaigns that may yet be sent.
    """
    wanted = _wanted(workspace.resolution.desired, campaigns) if workspace is not None else Wanted()
    with no_collection():
        return read_lists(client, wanted)


def read_memory(store: Store) -> tuple[Applied, ...]:
    """Everything that is remembered of the environment."""
    with no_collection():
        return store.applied()


def _wanted(desired: tuple[Desired, ...], campaigns: tuple[CampaignRecord, ...]) -> Wanted:
    sent = [each for each in campaigns if each.state is not CampaignState.FAILED]
    ids, keys = {each.external_id for each in sent}, {each.key for each in sent}
    unsent = (each.external_id not in ids and each.key not in keys for each in desired if each.kind == "campaign")
    return Wanted(
        segments=any("segment" in each.fields for each in desired),
        offered=any(unsent),
        locations=any(each.fields.get("effective_location") for each in desired),
    )


def plan_online(workspace: Workspace, asking: Asking) -> Plan:
    """What would be done, with what lives and what is remembered read now."""
    with open_client(workspace) as client, open_store(workspace) as store:
        campaigns, no_lasting_memory = campaigns_in(workspace, store)
        began = store.now()
        snapshot = read_snapshot(client, workspace, campaigns)
        with no_collection():
            earlier = explain_earlier(store, snapshot, began, settle_seconds(workspace))
        known = Known(read_memory(store), earlier.unsettled, campaigns, no_lasting_memory)
        return plan_for(workspace, snapshot, known, asking)


def settle_seconds(workspace: Workspace) -> float:
    """How long after a creation a list may still fail to show it."""
    written = workspace.settings.settle_seconds
    return float(written if written is not None else 0 if workspace.is_embedded else LIST_LAG_SECONDS)


@dataclass(frozen=True, slots=True)
class Known:
    """What an environment's memory says."""

    applied: tuple[Applied, ...] = ()
    unsettled: Mapping[ObjectId, str] = field(default_factory=dict)
    """What may have been created already."""
    campaigns: tuple[CampaignRecord, ...] = ()
    no_lasting_memory: str = ""
    """Why no campaign may be sent with it."""


def campaigns_in(workspace: Workspace, store: Store) -> tuple[tuple[CampaignRecord, ...], str]:
    """The campaigns that the memory knows, and why it is not one to send others with, if it is not."""
    name = workspace.environment
    if workspace.is_embedded or store.made_on_purpose() is not None:
        return Campaigns(store).all(), ""
    make = f"`offers state init --env {name}`"
    if state_location(workspace) is None:
        return (), f"{name} does not say where its state is: write `state` in offers.yaml, then run {make}"
    reason = f"the state of {name} was not made on purpose, so it may not know what was sent before: run {make}"
    return Campaigns(store).all(), reason


def plan_for(workspace: Workspace, snapshot: Snapshot, known: Known, asking: Asking) -> Plan:
    """What would be done, by what lives and what is remembered."""
    question = replace(
        question_for(workspace, snapshot, known.applied, asking),
        unsettled=known.unsettled,
        campaigns=known.campaigns,
        no_lasting_memory=known.no_lasting_memory,
    )
    return _plan_of(question, workspace)


def _plan_of(question: Question, workspace: Workspace) -> Plan:
    return make_plan(question, workspace.loaded.locate, annotators_for(workspace.settings.criteria or "separate"))


def plan_offline(workspace: Workspace, asking: Asking) -> Plan:
    """What would be done if the base were applied; raises ``InvalidInputError`` where the base cannot be read."""
    base = workspace.base
    if base is None:
        raise InvalidInputError("--offline compares with a base", hint="say which, such as --base origin/main")
    if base.fault:
        raise InvalidInputError(f"--offline has nothing to compare with: {base.fault}", hint="mend the base first")
    snapshot, applied = as_if_applied(base.desired, datetime.now(UTC))
    return _plan_of(replace(question_for(workspace, snapshot, applied, asking), is_offline=True), workspace)


def drift_online(workspace: Workspace) -> Plan:
    """What changed outside git since it was last applied."""
    with open_client(workspace) as client, open_store(workspace) as store:
        question = question_for(workspace, read_snapshot(client, workspace), read_memory(store), Asking())
    return find_drift(question, workspace.loaded.locate)


def question_for(workspace: Workspace, snapshot: Snapshot, applied: tuple[Applied, ...], asking: Asking) -> Question:
    """Everything that a plan is made from."""
    return Question(
        project=workspace.project.project,
        environment=workspace.environment,
        desired=workspace.resolution.desired,
        snapshot=snapshot,
        now=datetime.now(UTC),
        applied=applied,
        findings=workspace.findings,
        waived=workspace.loaded.waived,
        guards=workspace.project.guards or Guards(),
        allowances=tuple(workspace.project.allow or ()),
        allowed=asking.allowed,
        base=workspace.base,
        only=asking.only,
        shared=workspace.shared,
        shows_unmanaged=asking.shows_unmanaged,
    )
