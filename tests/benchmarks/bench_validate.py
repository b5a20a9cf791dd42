"""How long ``offers validate`` takes, held against PyYAML's own loader and against importing its libraries.

    python tests/benchmarks/bench_validate.py [--files 10000] [--rounds 5]

Both sides of a ratio are measured in one run, in turns, each in a process of its own, so that neither profits from
what the other left behind.  The figures are medians; nothing fails here, the limits are printed beside them.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

BULK_LIMIT: Final = 0.75
MEMORY_LIMIT_MIB: Final = 300
START_LIMIT: Final = 1.5
_MEBIBYTE: Final = 1024

PROJECT: Final = """\
project: bench
locales: [es, fr]
defaults: {timezone: America/Chicago}
locations: {downtown: "location:1234", drive-thru: "tag:736"}
environments:
  sandbox: {server: embedded}
  production: {server: "https://bench.punchh.com", token: "${BENCH_KEY}", state: "${BENCH_STATE}"}
"""
SELECTOR: Final = """\
kind: selector
key: sandwiches
name: Sandwiches
base_items:
  clauses:
    - {attribute: item_family, operator: in, value: "2001,2002"}
"""
SCHEDULE: Final = """\
kind: schedule
key: summer
start: 2026-06-01T00:00:00
end: 2026-08-31T23:59:59
"""
REDEEMABLE: Final = """\
# yaml-language-server: $schema=../.offers/document.schema.json
kind: redeemable
key: offer-{number:05}
name: Offer {number}, ten percent off any sandwich
description: >-
  Ten percent off one sandwich of your choice, whenever you come by this summer;
  not together with other offers.
note: Asked for by the regional team of district {district}; ends with the summer menu.
points: {points}
discount_channel: all
effective_location: downtown
allow_for_support_gifting: true
available_as_template: false
auto_applicable: false
applicable_as_loyalty_redemption: true
redemption_code_expiry_mins: 15
receipt_rule:
  criterion:
    name: Ten percent off sandwiches, offer {number}
    qc_processing_function: sum_amounts
    percentage_of_processed_amount: 10
    amount_cap: {cap}
    stack_discounting: false
    reuse_qualifying_items: false
    effective_location: [downtown, drive-thru]
    line_item_filters:
      - selector: sandwiches
        processing_method: max_price
        quantity: 1
    item_qualifiers:
      - selector: sandwiches
        expression_type: net_quantity_greater_than_or_equal_to
        net_value: 2
    receipt_qualifiers:
      - attribute: revenue_code
        operator: "!="
        value: "{minimum}"
      - attribute: channel
        operator: in
        value: POS,Online
schedule: summer
template:
  redemption_message: Show this code at the till.
  short_prompt: 10% sandwich
  standard_prompt: Ten percent off one sandwich
locales:
  es:
    name: Oferta {number}, diez por ciento en cualquier sándwich
    description: Diez por ciento de descuento en un sándwich, este verano.
  fr:
    name: Offre {number}, dix pour cent sur un sandwich
    description: Dix pour cent de remise sur un sandwich, cet été.
image: https://images.example.com/offers/{number}.png
"""

PLAIN_LOADER: Final = """\
import sys, pathlib, yaml
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.yaml")):
    yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
"""
OFFERS: Final = "from offers_sync.cli.main import main; main()"
IMPORTS: Final = "import click, yaml, pydantic"
"""pydantic imports what it does when it is asked, so this loads next to nothing of it."""
ONE_MODEL: Final = """\
import click, yaml, pydantic

class One(pydantic.BaseModel):
    number: int

One(number=1)
"""
"""The least that a program pays which validates anything with pydantic."""


def write_project(folder: Path, files: int) -> None:
    """A project of so many redeemables, about 2 KB each."""
    (folder / "redeemables").mkdir(parents=True)
    (folder / "offers.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "selector.yaml").write_text(SELECTOR, encoding="utf-8")
    (folder / "schedule.yaml").write_text(SCHEDULE, encoding="utf-8")
    for number in range(files):
        text = REDEEMABLE.format(
            number=number,
            district=number % 40,
            points=number % 500,
            cap=f"{number % 90 + 1}.50",
            minimum=number % 20 + 5,
        )
        (folder / "redeemables" / f"offer-{number:05}.yaml").write_text(text, encoding="utf-8")


def seconds(*arguments: str) -> float:
    """How long a process of Python takes, start and end included."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - begin


def compare(rounds: int, ours: Sequence[str], theirs: Sequence[str]) -> tuple[float, float]:
    """The medians of two commands that take turns."""
    both = [(seconds(*ours), seconds(*theirs)) for _ in range(rounds)]
    return statistics.median(first for first, _ in both), statistics.median(second for _, second in both)


def report(title: str, ours: float, theirs: float, limit: float) -> None:
    """One line: the two medians and their ratio."""
    print(f"{title}: {ours:.3f} s against {theirs:.3f} s, ratio {ours / theirs:.2f} (at most {limit})")  # noqa: T201


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as place:
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(place) / "bytecode"))
        project = Path(place) / "project"
        write_project(project, chosen.files)
        size = sum(path.stat().st_size for path in project.rglob("*.yaml")) / chosen.files
        print(f"{chosen.files:,} files of {size:,.0f} bytes, {chosen.rounds} rounds")  # noqa: T201
        seconds("-c", OFFERS, "validate", str(project / "selector.yaml"))
        bulk = compare(chosen.rounds, ("-c", OFFERS, "validate", str(project)), ("-c", PLAIN_LOADER, str(project)))
        report("validate everything / yaml.load with CSafeLoader", *bulk, BULK_LIMIT)
        _report_memory()
        few = Path(place) / "few"
        write_project(few, 30)
        one = str(few / "redeemables" / "offer-00007.yaml")
        start = compare(4 * chosen.rounds, ("-c", OFFERS, "validate", one), ("-c", IMPORTS))
        report("validate one file / importing click, yaml and pydantic", *start, START_LIMIT)
        start = compare(4 * chosen.rounds, ("-c", OFFERS, "validate", one), ("-c", ONE_MODEL))
        report("validate one file / the same and one model of one number", *start, START_LIMIT)
        helped = compare(4 * chosen.rounds, ("-c", OFFERS, "validate", "--help"), ("-c", IMPORTS))
        report("validate --help / the same imports", *helped, 1.0)


def _report_memory() -> None:
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / _MEBIBYTE
    print(f"the most memory of any of these processes: {peak:.0f} MiB (at most {MEMORY_LIMIT_MIB})")  # noqa: T201


if __name__ == "__main__":
    main()
