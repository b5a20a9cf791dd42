"""A real process, killed for good or asked to stop, against a vendor that outlives it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from offers_sync.sandbox import Faults, Settings, Vendor, World
from offers_sync.sandbox.serving import served
from offers_sync.sandbox.world import Kind, View

IS_LONG = bool(os.environ.get("OFFERS_LONG_CHAOS"))
STORIES = 10 if IS_LONG else 2
KILLS_PER_STORY = 5
OFFERS = 70
NEW_OFFERS = 12
"""So many more before each start, so that no process runs out of work before it is killed."""
_COMMAND = [sys.executable, "-c", "from offers_sync.cli.main import main; main()"]
_PROJECT = """\
project: killed
guards: {{creates: 1000}}
environments:
  shop: {{server: "{address}", token: "${{SHOP_KEY}}", state: local, settle_seconds: 0}}
"""


class Shop:
    """A project, and the vendor that it goes to."""

    def __init__(self, folder: Path, latency_ms: int) -> None:
        self.folder = folder
        self.events = folder / "events.jsonl"
        self._open = ExitStack()
        self.world = World.open(None, seed=None)
        self._open.callback(self.world.close)
        vendor = Vendor(self.world, Settings(token="sesame-open"), Faults(latency_ms=latency_ms))  # noqa: S106  a test's
        address = self._open.enter_context(served(vendor))
        (folder / "offers.yaml").write_text(_PROJECT.format(address=address))

    def write_offers(self, count: int) -> None:
        """Offers on criteria on selectors, each with a picture."""
        documents = [
            f"kind: selector\nkey: s{number}\nname: S{number}\nfilter_item_set: base_only\n"
            f"base_items: {{clauses: [{{attribute: item_id, operator: in, value: '{number}'}}]}}\n"
            for number in range(25)
        ]
        documents += [
            f"kind: redeemable\nkey: o{number}\nname: O{number}\nimage: https://images.example.com/{number}.png\n"
            f"receipt_rule: {{criterion: {{name: C{number}, qc_processing_function: sum_amounts, "
            f"line_item_filters: [{{selector: s{number % 25}, processing_method: sum_of_amount}}]}}}}\n"
            for number in range(count)
        ]
        (self.folder / "all.yaml").write_text("---\n".join(documents))

    def close(self) -> None:
        """Shut the shop."""
        self._open.close()

    def start(self, *options: str) -> subprocess.Popen[str]:
        """An apply in a process of its own, in a process group of its own."""
        self.events.unlink(missing_ok=True)
        command = [*_COMMAND, "apply", str(self.folder), "--env", "shop", "--yes", "--lease-seconds", "0.5"]
        environment = {**os.environ, "SHOP_KEY": "sesame-open", "PYTHONPATH": str(Path(__file__).parents[2])}
        return subprocess.Popen(
            [*command, "--events", str(self.events), *options],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_for(self, process: subprocess.Popen[str], count: int, event: str = "") -> bool:
        """Whether so many events came before the process ended."""
        while process.poll() is None:
            lines = self.events.read_text().splitlines() if self.events.exists() else []
            if sum(f'"event":"{event}' in line for line in lines) >= count:
                return True
            time.sleep(0.002)
        return False

    def duplicates(self) -> dict[str, int]:
        """The ids that the vendor holds more than once."""
        counts: Counter[str] = Counter()
        with self.world.reading():
            for kind in (Kind.SELECTOR, Kind.CRITERION, Kind.REDEEMABLE):
                counts.update(f"{kind.name}/{each.external_id}" for each in self.world.part(View(kind), 0, 10_000))
        return {name: count for name, count in counts.items() if count > 1}

    def count(self) -> int:
        """How many objects the vendor holds."""
        with self.world.reading():
            return sum(self.world.count(View(kind)) for kind in (Kind.SELECTOR, Kind.CRITERION, Kind.REDEEMABLE))


@pytest.fixture
def shop(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A shop whose answers take their time."""
    opened = Shop(tmp_path, getattr(request, "param", 25))
    opened.write_offers(OFFERS)
    yield opened
    opened.close()


@pytest.mark.parametrize("story", range(STORIES))
def test_killed_for_good_again_and_again(shop: Shop, story: int) -> None:
    """After five SIGKILLs in a row, at any moment, two runs bring everything, nothing twice and nothing unexplained."""
    dice = random.Random(story)  # noqa: S311  repeatable on purpose
    killed = 0
    for round_ in range(KILLS_PER_STORY):
        shop.write_offers(NEW_OFFERS * (round_ + 1))
        process = shop.start()
        if shop.wait_for(process, dice.randrange(1, 9)):
            time.sleep(dice.random() * 0.06)
        process.kill()
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
    assert killed == KILLS_PER_STORY
    assert shop.duplicates() == {}

    shop.write_offers(OFFERS)
    for _ in range(2):
        process = shop.start("--format", "json")
        out, err = process.communicate(timeout=120)
        if json.loads(out)["items"] == []:
            break

    assert (process.returncode, shop.duplicates(), shop.count()) == (0, {}, 25 + 2 * OFFERS), err
    plan = subprocess.run(
        [*_COMMAND, "state", "list", "-C", str(shop.folder), "--env", "shop", "--format", "json"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=True,
    )
    remembered = json.loads(plan.stdout)
    assert (remembered["open"], remembered["held_by"], len(remembered["applied"])) == ([], None, 25 + 2 * OFFERS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop(shop: Shop, number: signal.Signals) -> None:
    """The first signal ends the run in order: settled, told, with the way to go on, and nobody kept out."""
    process = shop.start("--format", "json")
    assert shop.wait_for(process, 1, "batch_sent")

    process.send_signal(number)
    out, err = process.communicate(timeout=60)

    report = json.loads(out)
    assert (process.returncode, report["outcome"]) == (130, "interrupted")
    assert report["summary"]["unknown"] == 0
    assert report["summary"]["held_back"] > 0
    assert "stopping: what is in flight is finished" in err
    again = shop.start("--format", "json")
    out, err = again.communicate(timeout=120)
    assert (again.returncode, json.loads(out)["outcome"], shop.duplicates()) == (0, "done", {}), err


@pytest.mark.parametrize("shop", [3000], indirect=True)
def test_asked_twice(shop: Shop) -> None:
    """The second signal ends the process at once, with the account, while an answer is still three seconds away."""
    process = shop.start()
    assert shop.wait_for(process, 1, "batch_sent")
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    while "stopping" not in process.stderr.readline():
        pass
    begun = time.monotonic()

    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert (process.returncode, time.monotonic() - begun < 2.5) == (130, True)
    assert "interrupted" in out
    assert "unknown" in out
