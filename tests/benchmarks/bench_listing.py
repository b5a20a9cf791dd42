"""Listing 10,000 redeemables over HTTP with 100 ms of latency, against the theoretical limit at our concurrency.

Run it by itself: ``python tests/benchmarks/bench_listing.py [ROUNDS]``.  The sandbox is served from a process of its
own.  The limit is one round trip for the first page, and one for each sixteen of the others.  What the server and the
machine allow at this moment is shown beside it: the same pages fetched by httpx in as many threads, and not looked
at.  It exits with 1 when a figure is over.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx
from bench_sandbox import SELECTORS, fill, redeemable, selector, write
from serving import served

from offers_sync import contract
from offers_sync.models.secrets import Secret
from offers_sync.sandbox import Vendor, World
from offers_sync.wire.client import CONCURRENCY_LIMIT, Client, Connection
from offers_sync.wire.reading import read_listing

if TYPE_CHECKING:
    pass

OBJECTS = 10_000
LATENCY_MS = 100
RATIO_LIMITS = {20: 1.3, 100: 1.6}
REQUESTS_LIMIT = 1.05
DEFAULT_ROUNDS = 5


class Reading(NamedTuple):
    """One whole reading of the list, and the same by bare httpx just after it."""

    seconds: float
    cpu_seconds: float
    requests: int
    bare_seconds: float


def main() -> int:
    """Fill a sandbox, read it at both page sizes, print one line per figure."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_ROUNDS
    is_over = False
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "sandbox.db"
        _fill(database)
        for page_size, ratio_limit in RATIO_LIMITS.items():
            readings = _readings(database, page_size, rounds)
            is_over |= _report(page_size, ratio_limit, readings)
    return int(is_over)


def _fill(database: Path) -> None:
    vendor = Vendor(World.open(database, seed=None))
    write(vendor, contract.SELECTORS_PATH, [selector(number) for number in range(SELECTORS)])
    fill(vendor, (redeemable(number) for number in range(OBJECTS)))
    vendor.world.close()


def _readings(database: Path, page_size: int, rounds: int) -> list[Reading]:
    with _served(database, page_size) as server:
        _read(server, page_size)  # the first one fills the caches of both sides
        return [_read(server, page_size) for _ in range(rounds)]


def _read(server: str, page_size: int) -> Reading:
    with Client(Connection(server, Secret("benchmark"))) as client:
        begun, begun_cpu = time.perf_counter(), time.process_time()
        listing = read_listing(client, "redeemable")
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - begun_cpu
        if len(listing.items) != OBJECTS or not listing.is_complete:
            raise SystemExit(f"read {len(listing.items)}: {listing.gap}")
    return Reading(seconds, cpu_seconds, client.requests.total(), _fetch(server, page_size))


def _fetch(server: str, page_size: int) -> float:
    pages = ceil(OBJECTS / page_size)
    headers = {"Authorization": "Bearer benchmark", "User-Agent": "bench/script/1"}
    with httpx.Client(base_url=server, headers=headers) as client, ThreadPoolExecutor(CONCURRENCY_LIMIT) as pool:

        def fetch(number: int) -> int:
            query = {"page": number, "per_page": page_size}
            return len(client.get(contract.REDEEMABLES_PATH, params=query).content)

        begun = time.perf_counter()
        fetch(1)
        list(pool.map(fetch, range(2, pages + 1)))
        return time.perf_counter() - begun


def _report(page_size: int, ratio_limit: float, readings: list[Reading]) -> bool:
    pages = ceil(OBJECTS / page_size)
    limit_seconds = (1 + ceil((pages - 1) / CONCURRENCY_LIMIT)) * LATENCY_MS / 1000
    seconds = statistics.median(reading.seconds for reading in readings)
    cpu_seconds = statistics.median(reading.cpu_seconds for reading in readings)
    requests = max(reading.requests for reading in readings)
    bare_seconds = statistics.median(reading.bare_seconds for reading in readings)
    ratio = seconds / limit_seconds
    is_over = ratio > ratio_limit or requests > REQUESTS_LIMIT * pages
    spread = f"{min(reading.seconds for reading in readings):.2f} to {max(reading.seconds for reading in readings):.2f}"
    sys.stdout.write(
        f"{'OVER' if is_over else 'ok  '} pages of {page_size}: median {seconds:.2f} s ({spread}) of {len(readings)}, "
        f"{ratio:.2f} times the limit of {limit_seconds:.2f} s (at most {ratio_limit}); {cpu_seconds:.2f} s CPU; "
        f"{requests} requests for {pages} pages; bare httpx {bare_seconds:.2f} s\n"
    )
    return is_over


def _served(database: Path, page_size: int) -> AbstractContextManager[str]:
    settings = database.with_name(f"settings-{page_size}.json")
    settings.write_text(json.dumps({"per_page_maximum": page_size}), encoding="utf-8")
    return served("--data", str(database), "--latency", str(LATENCY_MS), "--settings", str(settings))


if __name__ == "__main__":
    sys.exit(main())
