"""What `offers --help` and `--version` cost against the help of a bare click group with as many commands.

    python tests/benchmarks/bench_startup.py [ROUNDS]

Whole processes, run in turn so that a busy machine slows all alike; the medians and their ratio count.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
LIMIT = 1.3
OURS = "from offers_sync.cli.main import main; main()"
COUNT = "from offers_sync.cli.main import offers; print(len(offers.list_commands(None)))"
BARE = """
import click

@click.group()
@click.version_option("1.0", prog_name="bare")
def bare():
    "A group with nothing in it."

def add(number):
    @bare.command(name=f"command-{number}", help="What this command does, in a line.")
    def command():
        pass

for number in range(COUNT):
    add(number)
bare()
"""


def run(program: str, *arguments: str) -> float:
    """The seconds that a whole process takes."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> int:
    """Print the medians and say by the exit code whether the limit holds."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    printed = subprocess.run([sys.executable, "-c", COUNT], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    bare = BARE.replace("COUNT", printed.strip())
    programs = {
        "bare click --help": (bare, "--help"),
        "offers --help": (OURS, "--help"),
        "offers --version": (OURS, "--version"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, (program, argument) in programs.items():
            seconds[name].append(run(program, argument))
    medians = {name: median(taken) for name, taken in seconds.items()}
    reference = medians["bare click --help"]
    for name, taken in medians.items():
        print(f"{name:20} {taken * 1000:7.1f} ms   ratio {taken / reference:.2f}")  # noqa: T201  a benchmark prints
    return int(any(taken > LIMIT * reference for taken in medians.values()))


if __name__ == "__main__":
    sys.exit(main())
