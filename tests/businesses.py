"""A business to apply to: a vendor in memory, a store, documents, one clock for all, and runs as of fresh processes.

    business = Business(*documents)        an empty vendor, and documents that it does not have yet
    business.apply()                       a whole run, as the command line does it
    business.plan()                        what is left to do
    business.objects("redeemable")         what the vendor really holds, counted from outside

``Life`` ends a run at any of its steps as a kill would: after that nothing of it is read, sent or stored any more.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx

from offers_sync.applying.earlier import Earlier, explain_earlier
from offers_sync.applying.events import Event
from offers_sync.applying.memory import adopted
from offers_sync.applying.outcomes import RunReport
from offers_sync.applying.payloads import CriteriaSetting
from offers_sync.applying.running import Run
from offers_sync.applying.stopping import Stop
from offers_sync.applying.surroundings import Patience, Surroundings
from offers_sync.findings import Position, Source
from offers_sync.models.project import Allowance, Guards
from offers_sync.models.secrets import Secret
from offers_sync.models.values import Applied, Desired, DesiredKind, ObjectKind, Origin, Snapshot
from offers_sync.planning.annotating import Annotator
from offers_sync.planning.plan import Plan
from offers_sync.planning.planner import Question, make_plan
from offers_sync.sandbox import Embedded, Faults, Settings, open_embedded
from offers_sync.sandbox.world import Kind, Stored, View
from offers_sync.state.campaigns import Campaigns
from offers_sync.state.databases import Database, SqliteDatabase, Transaction
from offers_sync.state.leases import LeaseTerms, hold_environment
from offers_sync.state.store import Store
from offers_sync.wire.client import Client, Connection, RetryPolicy
from offers_sync.wire.snapshot import Wanted, read_snapshot

KINDS: Mapping[ObjectKind, Kind] = {
    "selector": Kind.SELECTOR,
    "criterion": Kind.CRITERION,
    "redeemable": Kind.REDEEMABLE,
}
SEGMENT = "Loyal Regulars"
START = "2027-01-16T08:00:00"
"""A day after the clock begins."""
GENEROUS = Guards.model_validate({"creates": 100_000, "updates": "100%"})


class Clock:
    """A clock that only sleeping turns."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """The time."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self.seconds += max(seconds, 0.0)

    def utc(self) -> datetime:
        """The time as the sandbox wants it."""
        return datetime.fromtimestamp(self.seconds, UTC)


class Killed(BaseException):
    """The process is gone."""


class Life:
    """How many steps a run has left; a step is before or after anything that is sent or stored."""

    def __init__(self, steps: int | None = None) -> None:
        self._left = steps
        self._lock = threading.Lock()
        self.is_over = False
        self.steps = 0

    def step(self) -> None:
        """Live on, or not."""
        with self._lock:
            self.steps += 1
            if self._left is not None and not self.is_over:
                self._left -= 1
                self.is_over = self._left < 0
            if self.is_over:
                raise Killed


class MortalTransport(httpx.BaseTransport):
    """A transport whose calls are steps of a life, before and after."""

    def __init__(self, transport: httpx.BaseTransport, life: Life) -> None:
        self._transport, self._life = transport, life

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """A call, if there is life left for it."""
        self._life.step()
        response = self._transport.handle_request(request)
        self._life.step()
        return response


class MortalDatabase(Database):
    """A database whose transactions are steps of a life, before and after."""

    def __init__(self, database: Database, life: Life) -> None:
        self._database, self._life = database, life
        self.title = database.title

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction, if there is life left for it."""
        self._life.step()
        with self._database.transaction() as transaction:
            yield transaction
        self._life.step()

    def migrating(self) -> AbstractContextManager[Transaction]:
        """As the database does it."""
        return self._database.migrating()

    def now(self) -> float:
        """The database's clock."""
        return self._database.now()

    def close(self) -> None:
        """The database outlives the process."""


def document(kind: DesiredKind, key: str, /, **fields: Any) -> Desired:
    """A document; ``depends_on``, ``image``, ``inline_in`` and ``is_retired`` are about it, the rest are its fields."""
    about = {name: fields.pop(name) for name in ("depends_on", "image", "inline_in", "is_retired") if name in fields}
    external_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{kind}/{key}"))
    origin = Origin("", Source(f"{kind}s/{key.replace('/', '-')}.yaml"), "")
    return Desired(kind, key, external_id, fields, (origin,), **about)


def selector(key: str, *values: str, **fields: Any) -> Desired:
    """A selector of menu items by their ids."""
    clauses = [{"attribute": "item_id", "operator": "in", "value": ",".join(values or ("101", "102"))}]
    return document(
        "selector", key, **{"name": key, "filter_item_set": "base_only", "base_items": {"clauses": clauses}, **fields}
    )


def criterion(key: str, *selectors: Desired, **fields: Any) -> Desired:
    """A percentage of what the selectors find."""
    filters = [{"selector": each.external_id, "processing_method": "sum_of_amount"} for each in selectors]
    written = {"name": key, "qc_processing_function": "sum_amounts", "percentage_of_processed_amount": 10}
    depends_on = tuple(("selector", each.key) for each in selectors)
    lists = {"line_item_filters": filters} if filters else {}
    return document("criterion", key, **{**written, **lists, "depends_on": depends_on, **fields})


def redeemable(key: str, rule: Desired | None = None, **fields: Any) -> Desired:
    """An offer of five dollars, or of what a criterion says."""
    receipt_rule: dict[str, Any] = {"flat_discount": 5} if rule is None else {"criterion": rule.external_id}
    depends_on = () if rule is None else (("criterion", rule.key),)
    return document(
        "redeemable", key, **{"name": key, "receipt_rule": receipt_rule, "depends_on": depends_on, **fields}
    )


def campaign(key: str, offer: Desired, **fields: Any) -> Desired:
    """A gift of an offer to the regulars, a day after the clock begins."""
    written = {"name": key, "redeemable": offer.external_id, "segment": SEGMENT, "start": START, "timezone": "Etc/UTC"}
    return document("campaign", key, **{**written, "depends_on": (("redeemable", offer.key),), **fields})


def locate(source: Source, pointer: str) -> tuple[Position, str] | None:
    """A place for every path: its line is the number of its steps, and one more."""
    line = pointer.count("/") + 1
    return Position(source.file, line, 1, line, 2), f"{pointer} of {source.file}"


class Business:
    """Everything that outlives a run."""

    def __init__(
        self,
        *documents: Desired,
        settings: Settings | None = None,
        faults: Faults | None = None,
        database: Database | None = None,
        patience: Patience = Patience(settle_seconds=0.0),  # noqa: B008  a frozen value
        criteria: CriteriaSetting = "separate",
        batch_limit: int = 20,
        allow: Iterable[dict[str, Any]] = (),
    ) -> None:
        self.documents = documents
        self.clock = Clock()
        self.patience = patience
        self.criteria = criteria
        self.batch_limit = batch_limit
        self.allow = tuple(Allowance.model_validate({"reason": "It is meant.", **each}) for each in allow)
        self.database = database or SqliteDatabase(None)
        self.environment = f"environment-{uuid.uuid4().hex}"
        self.embedded: Embedded = open_embedded(
            None, settings=settings, faults=faults, clock=self.clock.utc, empty=True, wait=self.clock.sleep
        )
        self.embedded.vendor.world.business.add_segment({"segment_id": 11, "name": SEGMENT})
        self.requests: list[tuple[str, str]] = []
        self.bodies: list[tuple[str, str, Any]] = []
        """Method, path and body of each write."""
        self.interfere: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
        """Answers a request in the vendor's place, or does not."""
        self.events: list[Event] = []

    def close(self) -> None:
        """Let go of everything."""
        self.embedded.close()
        self.database.close()

    def __enter__(self) -> Business:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ----------------------------------------------------------------------------------------------------- runs

    def apply(
        self,
        *,
        life: Life | None = None,
        stop: Stop | None = None,
        watch: Callable[[Event], None] | None = None,
        change: Callable[[Plan], Plan] = lambda plan: plan,
    ) -> RunReport:
        """A whole run under the lease: earlier doubts first, then the plan, then carrying it out."""
        life = life or Life()
        run = str(uuid.uuid4())
        with ExitStack() as opened:
            store = Store(MortalDatabase(self.database, life), "marlow", self.environment, clock=self.clock)
            client = opened.enter_context(self.client(life))
            terms = LeaseTerms(sleep=self.clock.sleep, has_heart=False)
            lease = opened.enter_context(hold_environment(store, run, "tester", terms))
            client.before_write = lease.assure
            plan, _ = self._planned(store, client, is_applying=True)
            surroundings = Surroundings(
                client,
                store,
                criteria=self.criteria,
                locate=locate,
                waivers=self.allow,
                patience=self.patience,
                batch_limit=self.batch_limit,
                stop=stop or Stop(),
                sleep=self.clock.sleep,
                watch=watch or self.events.append,
            )
            return Run(change(plan), run, surroundings).carry_out()

    def plan(self, *, remembers: bool = True, annotators: Sequence[Annotator] = ()) -> Plan:
        """What is left to do, with or without the memory."""
        with self.client(Life()) as client:
            return self._planned(self.store(), client, annotators, is_applying=False, remembers=remembers)[0]

    def _planned(
        self,
        store: Store,
        client: Client,
        annotators: Sequence[Annotator] = (),
        *,
        is_applying: bool,
        remembers: bool = True,
    ) -> tuple[Plan, Snapshot]:
        began = store.now()
        gifts = any(each.kind == "campaign" for each in self.documents)
        snapshot = read_snapshot(client, Wanted(segments=gifts, offered=gifts))
        earlier = explain_earlier(store, snapshot, began, self.patience.settle_seconds) if remembers else Earlier()
        applied: tuple[Applied, ...] = store.applied() if remembers else ()
        question = Question(
            "marlow",
            self.environment,
            self.documents,
            snapshot,
            self.clock.utc(),
            applied,
            guards=GENEROUS,
            allowances=self.allow,
            unsettled=earlier.unsettled,
            campaigns=Campaigns(store).all() if gifts else (),
        )
        plan = make_plan(question, locate, annotators)
        if is_applying:
            store.settle(earlier.endings, adopted(plan, self.documents, snapshot, applied))
        return plan, snapshot

    def client(self, life: Life) -> Client:
        """A conversation that ends with a life."""
        transport = _Noting(MortalTransport(self.embedded.transport, life), self)
        return Client(
            Connection("https://sandbox.punchh.com", Secret("key")),
            transport=transport,
            retry=RetryPolicy(total_seconds=600.0),
            sleep=self.clock.sleep,
            now=self.clock,
            utc_now=self.clock.utc,
            jitter=lambda: 1.0,
        )

    def store(self) -> Store:
        """The memory."""
        return Store(self.database, "marlow", self.environment, clock=self.clock)

    def want(self, *documents: Desired) -> None:
        """Other documents from now on."""
        self.documents = documents

    def follow(self, faults: Faults) -> None:
        """Other faults from now on."""
        self.embedded.vendor.follow(faults)

    # ----------------------------------------------------------------------------------------- seen from outside

    def objects(self, kind: ObjectKind) -> list[Stored]:
        """What the vendor holds of a kind, in the order of creation."""
        world = self.embedded.vendor.world
        with world.reading():
            return world.part(View(KINDS[kind]), 0, 1_000_000)[::-1]

    def body(self, wanted: Desired) -> dict[str, Any]:
        """What the vendor holds of a document."""
        (stored,) = [each for each in self.objects(_listed(wanted)) if each.external_id == wanted.external_id]
        return stored.body

    def campaigns(self) -> list[tuple[str, dict[str, Any]]]:
        """What the vendor really scheduled: the ids that were sent, and what is gifted."""
        world = self.embedded.vendor.world
        with world.reading():
            rows = world.connection.execute("SELECT external_campaign_id, body FROM campaigns ORDER BY id").fetchall()
        return [(external_id, json.loads(body)) for external_id, body in rows]

    def duplicates(self) -> dict[str, int]:
        """The ids under which more than one object of a kind lives."""
        counts = Counter((kind, each.external_id) for kind in KINDS for each in self.objects(kind))
        return {f"{kind}/{external_id}": count for (kind, external_id), count in counts.items() if count > 1}

    def count(self, method: str, part: str = "") -> int:
        """How many requests of a method went out, to paths that hold a part."""
        return sum(sent == method and part in path for sent, path in self.requests)


class _Noting(httpx.BaseTransport):
    def __init__(self, transport: httpx.BaseTransport, business: Business) -> None:
        self._transport, self._business = transport, business

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        business = self._business
        business.requests.append((request.method, request.url.path))
        if request.method != "GET":
            business.bodies.append((request.method, request.url.path, json.loads(request.read())))
        return business.interfere(request) or self._transport.handle_request(request)


def _listed(wanted: Desired) -> ObjectKind:
    for kind in KINDS:
        if kind == wanted.kind:
            return kind
    raise TypeError(wanted.kind)


def outcomes(report: RunReport) -> dict[str, str]:
    """The outcome of each step, by its action and name."""
    return {f"{item.step.action.value} {item.step.name}": item.outcome.value for item in report.items}


def items_of(request: httpx.Request) -> list[dict[str, Any]]:
    """The items that a write sends."""
    items: list[dict[str, Any]] = json.loads(request.read()).get("data", [])
    return items


def said(report: RunReport) -> list[str]:
    """Every finding of a report, as place, code and message."""
    return [
        f"{finding.position}: {finding.code}: {finding.message}"
        for item in report.items
        for finding in item.annotations
    ]


def fields_changed(wanted: Desired, **fields: Any) -> Desired:
    """The same document with other values."""
    return replace(wanted, fields={**wanted.fields, **fields})


def without(wanted: Desired, names: Iterable[str]) -> Desired:
    """The same document with fewer fields."""
    return replace(wanted, fields={name: value for name, value in wanted.fields.items() if name not in set(names)})
