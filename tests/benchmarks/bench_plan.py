"""What planning costs: 10,000 live offers of which one in a hundred changed, over HTTP with 100 ms of latency.

    python tests/benchmarks/bench_plan.py [--offers 10000] [--rounds 5]

A plain load of the same files with CSafeLoader takes turns with the plan, each in a process of its own; what counts
is processor time, so that neither the server's nor the network's is in it.  Every offer has a criterion inside, so
there are twice as many objects.  It exits with 1 when a limit is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from bench_validate import OFFERS, PLAIN_LOADER, PROJECT, write_project
from serving import served

EXTRA_SECONDS: Final = 3.0
MEGABYTES_LIMIT: Final = 400.0
LATENCY_MS: Final = 100
CHANGED_SHARE: Final = 100
"""One in so many offers is changed."""


class Cost(NamedTuple):
    """What one process took."""

    cpu_seconds: float
    seconds: float
    megabytes: float
    output: str


def main() -> int:
    """Build the brand and its server, measure, print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--offers", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(place) / "bytecode"))
        os.environ["BENCH_KEY"] = "benchmark"
        project = Path(place) / "project"
        _write(project, chosen.offers)
        with _served(Path(place) / "sandbox.db", 0) as server:
            _point(project, server)
            _apply(project, chosen.offers)
        _change(project, chosen.offers)
        with _served(Path(place) / "sandbox.db", LATENCY_MS) as server:
            _point(project, server)
            return _report(project, chosen.offers, chosen.rounds)


def _write(project: Path, offers: int) -> None:
    """The project without pictures, whose uploads would be nine tenths of building the brand."""
    write_project(project, offers)
    for path in (project / "redeemables").iterdir():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith("image:")), encoding="utf-8")


def _point(project: Path, server: str) -> None:
    """Send the offers to a server; what all of them are waived for would be ten thousand findings to show."""
    environment = f'  bench: {{server: "{server}", token: "${{BENCH_KEY}}", state: local}}\n'
    waived = "allow: [{code: discount-line-counts, reason: All of them are alike.}]\n"
    (project / "offers.yaml").write_text(PROJECT + environment + waived, encoding="utf-8")


def _apply(project: Path, offers: int) -> None:
    begun = time.perf_counter()
    _run("-c", OFFERS, "apply", "-C", str(project), "--env", "bench", "--yes", "--allow-creates", str(3 * offers))
    sys.stdout.write(f"{offers:,} offers applied in {time.perf_counter() - begun:.0f} s\n")


def _change(project: Path, offers: int) -> None:
    for number in range(0, offers, CHANGED_SHARE):
        path = project / "redeemables" / f"offer-{number:05}.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("net_value: 2", "net_value: 3").replace("not together", "never"), encoding="utf-8")


def _report(project: Path, offers: int, rounds: int) -> int:
    plan = ("-c", OFFERS, "plan", "-C", str(project), "--env", "bench", "--format", "json")
    turns = [(_run(*plan), _run("-c", PLAIN_LOADER, str(project))) for _ in range(rounds)]
    plans, loads = [ours for ours, _ in turns], [theirs for _, theirs in turns]
    changed = -(-offers // CHANGED_SHARE)
    _check(plans[0].output, changed, offers)
    load = median(each.cpu_seconds for each in loads)
    ours = median(each.cpu_seconds for each in plans)
    memory = max(each.megabytes for each in plans)
    limit = load + EXTRA_SECONDS * offers / 10_000
    sys.stdout.write(
        f"{_mark(ours <= limit)} plan of {offers:,} offers, {changed} changed: {ours:.2f} s CPU, "
        f"{median(each.seconds for each in plans):.2f} s in all; plain load {load:.2f} s CPU, ratio {ours / load:.2f} "
        f"(at most {limit:.2f} s)\n"
        f"{_mark(memory <= MEGABYTES_LIMIT)} memory at its most: {memory:.0f} MB (at most {MEGABYTES_LIMIT:.0f})\n"
    )
    return int(ours > limit or memory > MEGABYTES_LIMIT)


def _mark(is_kept: bool) -> str:  # noqa: FBT001  the one question
    return "ok  " if is_kept else "OVER"


def _check(output: str, changed: int, offers: int) -> None:
    """A plan that is wrong is not worth timing."""
    summary = json.loads(output)["summary"]
    if summary["update"] != 2 * changed or summary["unchanged"] != 2 * offers + 1 - 2 * changed:
        raise SystemExit(f"an unexpected plan: {summary}")


def _run(*arguments: str) -> Cost:
    """Run a process of Python to its end, and give what it took."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen([sys.executable, *arguments], stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode not in (0, 6):
            raise SystemExit(f"{arguments}: exit code {process.returncode}\n{errors.read()[-2000:]}")
        return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - begun, usage.ru_maxrss / 1024, output.read())


def _served(database: Path, latency_ms: int) -> AbstractContextManager[str]:
    return served("--empty", "--data", str(database), "--latency", str(latency_ms))


if __name__ == "__main__":
    sys.exit(main())
