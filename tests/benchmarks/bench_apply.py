"""Creating 10,000 offers over HTTP with 100 ms of latency, against the theoretical limit at our concurrency.

Run it by itself: ``python tests/benchmarks/bench_apply.py [ROUNDS]``.  The sandbox is served from a process of its
own, and so is each apply, so that its memory is its own.  The limit counts round trips alone: one for each sixteen
of the 500 POSTs, and of the pages that are read before and after.  What the server and the machine allow at this moment
is shown beside it: the same calls by bare httpx.  The journal's cost is the time over the same run without one, both
by turns.  It exits with 1 when a figure is over.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import count
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from serving import served

from offers_sync.applying.earlier import explain_earlier
from offers_sync.applying.memory import adopted
from offers_sync.applying.payloads import creation
from offers_sync.applying.running import Run
from offers_sync.applying.surroundings import Patience, Surroundings, nowhere
from offers_sync.contract import LIST_LAG_SECONDS, REDEEMABLES_PATH
from offers_sync.findings import Source
from offers_sync.models.project import Guards
from offers_sync.models.secrets import Secret
from offers_sync.models.values import Applied, Desired, Origin, Snapshot
from offers_sync.planning.plan import Action, Plan, Step
from offers_sync.planning.planner import Question, make_plan
from offers_sync.state.leases import hold_environment
from offers_sync.state.opening import open_store
from offers_sync.state.records import EntryId, Intent
from offers_sync.state.store import Store
from offers_sync.wire.client import CONCURRENCY_LIMIT, Client, Connection
from offers_sync.wire.paging import PAGE_SIZE
from offers_sync.wire.payload import to_json
from offers_sync.wire.snapshot import Wanted, read_snapshot

OFFERS = 10_000
BATCHES = OFFERS // 20
LATENCY_SECONDS = 0.1
RATIO_LIMIT = 1.4
JOURNAL_LIMIT = 0.05
MEGABYTES_LIMIT = 400.0
NO_OP_LIMIT = 1.1
DEFAULT_ROUNDS = 3
_CLI = [sys.executable, "-c", "from offers_sync.cli.main import main; main()"]


def main() -> int:
    """Apply as often as asked, with a journal and without one by turns; print one line per figure."""
    if len(sys.argv) > 2:
        return _apply_once(sys.argv[1], Path(sys.argv[2]) if sys.argv[2] != "memory" else None)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_ROUNDS
    journalled, bare_runs = [], []
    for _ in range(rounds):
        journalled.append(_round(is_journalled=True))
        bare_runs.append(_round(is_journalled=False))
    return int(any([*_figures(journalled, bare_runs)]))


def _figures(journalled: list[dict[str, Any]], bare_runs: list[dict[str, Any]]) -> Iterator[bool]:
    def of(name: str, runs: list[dict[str, Any]]) -> float:
        return median(float(run[name]) for run in runs)

    limit_seconds = _trips(journalled[0]["pages_read"]) * LATENCY_SECONDS
    seconds = of("seconds", journalled)
    without = of("seconds", bare_runs)
    journal = (seconds - without) / without
    yield _line("POSTs", max(run["posts"] for run in journalled), BATCHES, "")
    yield _line("duplicates and lost", max(run["wrong"] for run in journalled), 0, "")
    yield _line(
        f"times the limit of {limit_seconds:.2f} s", seconds / limit_seconds, RATIO_LIMIT, f" ({seconds:.2f} s)"
    )
    bare = of("bare_seconds", journalled)
    yield _line("times the same by bare httpx", seconds / bare, float("inf"), f" ({bare:.2f} s)")
    yield _line("CPU of the client", of("cpu_seconds", journalled), float("inf"), " s")
    yield _line("journal, over the same without one", journal, JOURNAL_LIMIT, f" ({without:.2f} s without)")
    yield _line("memory", max(run["megabytes"] for run in journalled), MEGABYTES_LIMIT, " MB")
    yield _line("no-op apply, of its plan", of("no_op_ratio", journalled), NO_OP_LIMIT, "")


def _line(name: str, figure: float, limit: float, unit: str) -> bool:
    is_over = figure > limit
    sys.stdout.write(f"{'OVER' if is_over else 'ok  '} {name}: {figure:.3g}{unit} (limit {limit:g})\n")
    return is_over


def _trips(pages_read: int) -> int:
    """Round trips that cannot overlap: sixteen POSTs at a time, the first page of the read-back, then the others."""
    first_lists = 2  # criteria before redeemables, selectors beside them
    return first_lists + ceil(BATCHES / CONCURRENCY_LIMIT) + 1 + ceil((pages_read - 1) / CONCURRENCY_LIMIT)


# ------------------------------------------------------------------------------------------------------ one round


def _round(*, is_journalled: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, _served() as address:
        place = str(Path(folder) / "state.db") if is_journalled else "memory"
        done = subprocess.run([sys.executable, __file__, address, place], stdout=subprocess.PIPE, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
    with _served() as address:
        return {**found, "bare_seconds": _bare_seconds(address)}


def _bare_seconds(address: str) -> float:
    """The same calls and pages by bare httpx, which looks at nothing: what server and machine allow at this moment."""
    bodies = [
        {
            "data": [
                creation("redeemable", Step(Action.CREATE, _offer(number), ()), {})
                for number in range(start, start + 20)
            ]
        }
        for start in range(0, OFFERS, 20)
    ]
    contents = [to_json(body) for body in bodies]
    headers = {"Authorization": "Bearer benchmark", "User-Agent": "bench/script/1", "Content-Type": "application/json"}
    with (
        httpx.Client(base_url=address, headers=headers, timeout=60) as client,
        ThreadPoolExecutor(CONCURRENCY_LIMIT) as pool,
    ):

        def page(number: int) -> int:
            return len(client.get(REDEEMABLES_PATH, params={"page": number, "per_page": PAGE_SIZE}).content)

        begun = time.perf_counter()
        page(1)
        page(1)
        list(pool.map(lambda content: client.post(REDEEMABLES_PATH, content=content).status_code, contents))
        page(1)
        list(pool.map(page, range(2, OFFERS // PAGE_SIZE + 1)))
        return time.perf_counter() - begun


def _served() -> AbstractContextManager[str]:
    return served("--data", ":memory:", "--empty", "--latency", str(int(LATENCY_SECONDS * 1000)))


class _NoJournal:
    """Stands in the place of the journal and notes nothing."""

    def __init__(self, store: Store) -> None:
        self._next = count(1)
        store.intend = self._intend  # type: ignore[method-assign]  # to measure without it
        store.settle = self._nothing  # type: ignore[method-assign, assignment]
        store.remember = self._nothing  # type: ignore[method-assign, assignment]

    def _intend(self, run: str, intents: Sequence[Intent]) -> list[EntryId]:
        return [EntryId(run, next(self._next)) for _ in intents]

    def _nothing(self, *_: object) -> None:
        pass


def _apply_once(address: str, place: Path | None) -> int:
    """An apply in this process; its figures go to stdout."""
    documents = tuple(_offer(number) for number in range(OFFERS))
    run = str(uuid.uuid4())
    with (
        Client(Connection(address, Secret("benchmark"))) as client,
        open_store(place, "bench", "shop") as store,
        hold_environment(store, run, "bench") as lease,
    ):
        client.before_write = lease.assure
        if place is None:
            _NoJournal(store)
        begun, begun_cpu = time.perf_counter(), time.process_time()
        snapshot = read_snapshot(client, Wanted(segments=False))
        read_seconds, read_cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
        plan = _plan(documents, snapshot, store.applied())
        reads_before = client.requests["GET"]
        begun_run, begun_cpu = time.perf_counter(), time.process_time()
        report = Run(plan, run, Surroundings(client, store, patience=Patience())).carry_out()
        seconds = read_seconds + time.perf_counter() - begun_run
        figures = {
            "seconds": seconds,
            "cpu_seconds": read_cpu + time.process_time() - begun_cpu,
            "posts": client.requests["POST"],
            "pages_read": client.requests["GET"] - reads_before,
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        again = read_snapshot(client, Wanted(segments=False))
        figures["wrong"] = len(again.listings["redeemable"].repeated) + abs(
            len(again.listings["redeemable"].items) - report.summary["done"]
        )
        if place is not None:
            figures["no_op_ratio"] = _no_op_ratio(documents, client, store)
    sys.stdout.write(json.dumps(figures))
    return 0


def _no_op_ratio(documents: tuple[Desired, ...], client: Client, store: Store) -> float:
    """What an apply with nothing to do costs, of what its plan costs; both read the lists."""
    begun = time.perf_counter()
    began = store.now()
    snapshot = read_snapshot(client, Wanted(segments=False))
    earlier = explain_earlier(store, snapshot, began, LIST_LAG_SECONDS)
    applied = store.applied()
    plan = _plan(documents, snapshot, applied)
    planned = time.perf_counter()
    store.settle(earlier.endings)
    store.remember(adopted(plan, documents, snapshot, applied))
    if not plan.is_empty:
        raise SystemExit(f"{len(plan.steps)} steps are left")
    return (time.perf_counter() - begun) / (planned - begun)


def _plan(documents: tuple[Desired, ...], snapshot: Snapshot, applied: tuple[Applied, ...]) -> Plan:
    guards = Guards.model_validate({"creates": OFFERS})
    now = datetime.now(UTC)
    return make_plan(Question("bench", "shop", documents, snapshot, now, applied, guards=guards), nowhere)


def _offer(number: int) -> Desired:
    fields = {
        "name": f"Offer {number}",
        "description": f"Offer number {number} of the benchmark, which is described in a sentence.",
        "points": 10 + number % 90,
        "receipt_rule": {"flat_discount": 1 + number % 9},
        "schedule": {"start": "2026-01-01T00:00:00", "end": "2060-12-31T23:59:59", "timezone": "America/Chicago"},
        "locales": {language: {"name": f"Offre {number}"} for language in ("fr", "es")},
    }
    external_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"bench/{number}"))
    return Desired("redeemable", f"offer-{number}", external_id, fields, (Origin("", Source("all.yaml"), ""),))


if __name__ == "__main__":
    sys.exit(main())
