"""Campaigns on the real command line: from the YAML to the vendor's own count, embedded and over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from postgres import fresh_database, running_postgres

from offers_sync.cli.main import run
from offers_sync.reporting.campaigns import campaign_run_schema
from offers_sync.reporting.history import state_schema
from offers_sync.reporting.plan_json import plan_schema
from offers_sync.reporting.published import published_schema
from offers_sync.reporting.run_json import run_schema
from offers_sync.sandbox import Cut, Fault, Faults, Settings, Vendor, World
from offers_sync.sandbox.seeding import seed
from offers_sync.sandbox.serving import served
from offers_sync.state.opening import open_store

KEY = "sesame-open-wide"
PROJECT = """\
project: test-burgers
defaults: {timezone: America/Chicago}
environments:
  sandbox: {server: embedded}
"""
OFFER = """\
kind: redeemable
key: five-off
name: Five off everything
receipt_rule: {flat_discount: 5}
"""
CAMPAIGN = """\
kind: campaign
key: kick-off
name: Kick-off
redeemable: five-off
segment: Loyal Regulars
start: 2095-06-05T10:00:00
"""
LOST = Fault(at="create-campaign", cut=Cut.AFTER_COMMIT)
NEVER_THERE = Fault(at="create-campaign", cut=Cut.BEFORE_COMMIT)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of an offer and its campaign, in a folder one stands in."""
    folder = tmp_path / "offers"
    folder.mkdir()
    (folder / "offers.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "five-off.yaml").write_text(OFFER, encoding="utf-8")
    (folder / "kick-off.yaml").write_text(CAMPAIGN, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("OFFERS_ENV", raising=False)
    monkeypatch.setenv("SHOP_KEY", KEY)
    return folder


@dataclass
class Shop:
    """A vendor over HTTP, which the project has as `shop`."""

    folder: Path
    world: World
    vendor: Vendor

    def calls(self) -> int:
        """How many times the vendor was asked to schedule a campaign, by its own log."""
        with self.world.reading():
            return self.world.log.counts().get("create-campaign", 0)

    def lists(self) -> int:
        """How many times it was asked for the distribution list."""
        with self.world.reading():
            return self.world.log.counts().get("list-headless-redeemables", 0)

    def campaigns(self) -> int:
        """How many it scheduled."""
        with self.world.reading():
            return int(self.world.connection.execute("SELECT count(*) FROM campaigns").fetchone()[0])


@pytest.fixture
def shop(project: Path) -> Iterator[Shop]:
    """A shop whose memory nobody made on purpose yet."""
    world = World.open(project.parent / "vendor.db", seed=seed)
    vendor = Vendor(world, Settings(token=KEY))
    with served(vendor) as address:
        text = f'  shop: {{server: "{address}", token: "${{SHOP_KEY}}", state: local, settle_seconds: 0}}\n'
        (project / "offers.yaml").write_text(PROJECT + text, encoding="utf-8")
        yield Shop(project, world, vendor)
    world.close()


@pytest.fixture
def lasting(shop: Shop) -> Shop:
    """The same with a memory that was made on purpose."""
    assert run(["state", "init", "--env", "shop"]) == 0
    return shop


def told(capsys: pytest.CaptureFixture[str], schema: dict[str, Any]) -> dict[str, Any]:
    """The JSON that was printed, which keeps to its schema."""
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    return document


def planned(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """The plan for the shop."""
    capsys.readouterr()
    assert run(["plan", "--env", "shop", "--format", "json", *options]) == 0
    return told(capsys, plan_schema())


def applied(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, Any]:
    """The report of an apply to the shop."""
    capsys.readouterr()
    assert run(["apply", "--env", "shop", "--yes", "--format", "json"]) == code
    return told(capsys, run_schema())


# ------------------------------------------------------------------------------------------------------- embedded


@pytest.mark.usefixtures("project")
def test_the_story_on_the_embedded_sandbox(capsys: pytest.CaptureFixture[str]) -> None:
    """Planned with both forms of the start, shown without consent, sent once with it, and never planned again."""
    for form in ("text", "markdown", "json", "github", "sarif"):
        assert run(["plan", "--format", form]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert "2095-06-05T10:00:00" in shown, form
        assert "2095-06-05T15:00:00Z" in shown, form

    assert run(["apply"]) == 6
    said = capsys.readouterr().err
    assert "1 to create, 1 to distribute" in said
    assert "it cannot be undone" in said

    assert run(["apply", "--yes", "--events", "events.jsonl"]) == 0
    out = capsys.readouterr().out
    assert "campaign 99511494, to begin at 2095-06-05 03:00 PM Etc/UTC" in out
    assert "distribute  campaign         1" in out
    ended = [json.loads(line) for line in Path("events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(each["kind"], each["outcome"]) for each in ended if each["event"] == "item_ended"] == [
        ("redeemable", "done"),
        ("campaign", "done"),
    ]
    for _ in range(2):
        assert run(["apply", "--yes"]) == 0
        assert run(["plan", "--detailed-exitcode"]) == 0
    capsys.readouterr()
    assert run(["history", "--format", "json"]) == 0
    assert [each["summary"] for each in json.loads(capsys.readouterr().out)["runs"]] == [{"done": 2}]
    assert run(["sandbox", "show"]) == 0
    assert "create-campaign 1 " in " ".join(capsys.readouterr().out.split()) + " "


@pytest.mark.usefixtures("project")
def test_a_saved_plan_needs_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """A campaign in a reviewed plan is sent without asking, once."""
    assert run(["plan", "--out", "plan.json"]) == 0
    assert run(["apply", "plan.json"]) == 0
    assert run(["apply", "plan.json"]) == 7
    assert "no longer needed: distribute campaign/kick-off" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (("Loyal Regulars", "Nobody"), "campaign-segment-unclear", 5),
        (("2095-06-05", "2020-06-05"), "campaign-too-soon", 6),
        (("redeemable: five-off", "redeemable: {external_id: nobody}"), "campaign-offer-unclear", 4),
    ],
)
def test_what_would_be_refused_is_kept_back(
    change: tuple[str, str], code: str, line: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is sent, the line is named, and the code is explained; the rest is done."""
    Path("kick-off.yaml").write_text(CAMPAIGN.replace(*change), encoding="utf-8")
    assert run(["apply", "--yes", "--format", "json"]) == 8
    report = told(capsys, run_schema())
    assert [(each["kind"], each["outcome"]) for each in report["items"]] == [
        ("redeemable", "done"),
        ("campaign", "held_back"),
    ]
    assert run(["plan", "--format", "json"]) == 0
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    assert [(each["code"], each["file"], each["line"]) for each in step["annotations"]] == [
        (code, "kick-off.yaml", line)
    ]
    assert step["held_back"] == step["annotations"][0]["message"]
    assert run(["explain", code]) == 0
    capsys.readouterr()
    assert run(["runs", "list"]) == 0
    assert capsys.readouterr().out == ""


# ---------------------------------------------------------------------------------------------------- over HTTP


def test_a_memory_is_made_on_purpose_first(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """With a fresh store the offer is created and the campaign kept back, with the command that lets it go."""
    report = applied(capsys, 8)
    assert [each["outcome"] for each in report["items"]] == ["done", "held_back"]
    (step,) = planned(capsys)["steps"]
    assert step["held_back"].endswith("run `offers state init --env shop`")
    assert (step["annotations"][0]["code"], shop.calls()) == ("campaign-needs-memory", 0)

    assert run(["state", "init", "--env", "shop"]) == 0
    assert applied(capsys, 0)["items"][0]["annotations"][0]["code"] == "campaign-scheduled"
    assert applied(capsys, 0)["items"] == []
    assert (shop.calls(), shop.campaigns()) == (1, 1)


def test_a_plan_without_a_state(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """An environment that names no state is told to, first."""
    text = (shop.folder / "offers.yaml").read_text(encoding="utf-8")
    (shop.folder / "offers.yaml").write_text(text.replace(" state: local,", ""), encoding="utf-8")
    made = planned(capsys)
    assert "write `state` in offers.yaml, then run `offers state init --env shop`" in made["steps"][1]["held_back"]


@pytest.mark.parametrize(("fault", "word", "landed"), [(LOST, "sent", 1), (NEVER_THERE, "not-sent", 0)])
def test_a_lost_answer_waits_for_a_person(
    lasting: Shop, capsys: pytest.CaptureFixture[str], fault: Fault, word: str, landed: int
) -> None:
    """It exits with 9 again and again, is never sent again by itself, and a person's word ends it."""
    lasting.vendor.follow(Faults(rules=(fault,)))
    assert applied(capsys, 9)["items"][1]["outcome"] == "unknown"
    lasting.vendor.follow(Faults())
    for _ in range(2):
        (item,) = applied(capsys, 9)["items"]
        assert (item["outcome"], "offers runs settle campaign/kick-off" in item["errors"][0]) == ("unknown", True)
    assert run(["apply", "--env", "shop", "--yes"]) == 9
    out = capsys.readouterr().out
    assert "next: look for `Kick-off` in the vendor's dashboard, then `offers runs settle campaign/kick-off" in out
    assert "apply again later" not in out
    (step,) = planned(capsys)["steps"]
    assert (step["annotations"][0]["code"], lasting.calls(), lasting.campaigns()) == ("campaign-unknown", 1, landed)

    settle = ["runs", "settle", "campaign/kick-off", "--env", "shop", "--as", word]
    assert run(settle) == 6
    assert run([*settle, "--line", "3", "--yes"]) == 3
    assert run([*settle, "--yes"]) == 0
    assert run([*settle, "--yes"]) == 3
    assert "not unknown; nothing was changed" in capsys.readouterr().err

    assert bool(applied(capsys, 0)["items"]) == (not landed)
    assert applied(capsys, 0)["items"] == []
    assert lasting.campaigns() == 1


def test_one_that_left_git_while_nobody_knows(lasting: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told in every plan, and can be settled by its name."""
    lasting.vendor.follow(Faults(rules=(LOST,)))
    applied(capsys, 9)
    (lasting.folder / "kick-off.yaml").unlink()
    assert [each["code"] for each in planned(capsys)["findings"]] == ["campaign-unknown"]
    assert run(["state", "list", "--env", "shop", "--format", "json"]) == 0
    (entry,) = told(capsys, state_schema())["open"]
    assert (entry["action"], entry["kind"], entry["key"]) == ("distribute", "campaign", "kick-off")
    assert run(["runs", "settle", "campaign/kick-off", "--env", "shop", "--as", "done", "--yes"]) == 0
    assert planned(capsys)["findings"] == []


def test_a_file_that_changed_after_it_was_sent(lasting: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a finding on the document, and nothing is sent."""
    applied(capsys, 0)
    (lasting.folder / "kick-off.yaml").write_text(CAMPAIGN.replace("10:00:00", "11:00:00"), encoding="utf-8")
    made = planned(capsys)
    assert (made["steps"], [(each["code"], each["file"], each["line"]) for each in made["findings"]]) == (
        [],
        [("campaign-changed", "kick-off.yaml", 6)],
    )
    assert applied(capsys, 0)["items"] == []
    assert lasting.calls() == 1


def test_what_was_sent_costs_nothing_more(lasting: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """The distribution list is only read as long as a campaign may yet be sent."""
    planned(capsys)
    applied(capsys, 0)
    before = lasting.lists()
    applied(capsys, 0)
    planned(capsys)
    assert (before > 0, lasting.lists() - before) == (True, 0)


def test_a_refusal_is_told_in_the_servers_words(lasting: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """It has failed, nothing was sent, and it is tried again once the world has changed."""
    refused = Fault(at="create-campaign", status=422, body={"error": "Redeemable is deactivated"})
    lasting.vendor.follow(Faults(rules=(refused,)))
    item = applied(capsys, 8)["items"][1]
    assert (item["outcome"], "422: Redeemable is deactivated" in item["errors"][0]) == ("failed", True)
    assert "campaign-refused-before" in [each["code"] for each in planned(capsys)["steps"][0]["annotations"]]
    lasting.vendor.follow(Faults())
    assert applied(capsys, 0)["summary"]["done"] == 1
    assert lasting.campaigns() == 1


def test_killed_between_intent_and_answer(lasting: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A SIGKILL while the call is under way leaves it unknown; no later apply sends it, a person settles it."""
    (lasting.folder / "kick-off.yaml").unlink()
    applied(capsys, 0)
    (lasting.folder / "kick-off.yaml").write_text(CAMPAIGN, encoding="utf-8")
    lasting.vendor.follow(Faults(rules=(Fault(at="create-campaign", latency_ms=20_000),)))
    command = [sys.executable, "-c", "from offers_sync.cli.main import main; main()", "apply", "--env", "shop", "--yes"]
    process = subprocess.Popen(
        [*command, "--events", "events.jsonl", "--lease-seconds", "0.5"],
        cwd=lasting.folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait_for(lasting)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL

    lasting.vendor.follow(Faults())
    for _ in range(2):
        (item,) = applied(capsys, 9)["items"]
        assert item["outcome"] == "unknown"
    assert (lasting.calls(), lasting.campaigns()) == (1, 1)
    assert run(["runs", "settle", "campaign/kick-off", "--env", "shop", "--as", "sent", "--yes"]) == 0
    assert applied(capsys, 0)["items"] == []
    assert (lasting.calls(), lasting.campaigns()) == (1, 1)


def _wait_for(shop: Shop) -> None:
    """Until the vendor has the campaign, whose answer is still on its way."""
    until = time.monotonic() + 30
    while not shop.campaigns():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_two_at_once_send_one(lasting: Shop) -> None:
    """Of two processes that apply at the same moment one sends; the other is told to wait, or has nothing to do."""
    lasting.vendor.follow(Faults(latency_ms=30))
    command = [sys.executable, "-c", "from offers_sync.cli.main import main; main()", "apply", "--env", "shop", "--yes"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    processes = [
        subprocess.Popen(
            command, cwd=lasting.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    codes = sorted(process.wait(timeout=120) for process in processes)
    assert codes[0] == 0
    assert (lasting.calls(), lasting.campaigns()) == (1, 1)


def test_on_postgres(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The same story with the memory in a real PostgreSQL: fresh, made on purpose, lost, settled."""
    text = (shop.folder / "offers.yaml").read_text(encoding="utf-8")
    (shop.folder / "offers.yaml").write_text(text.replace("state: local", 'state: "${SHOP_STATE}"'), encoding="utf-8")
    with running_postgres() as server, fresh_database(server) as url:
        monkeypatch.setenv("SHOP_STATE", url)
        applied(capsys, 8)
        assert run(["state", "init", "--env", "shop"]) == 0
        shop.vendor.follow(Faults(rules=(LOST,)))
        applied(capsys, 9)
        shop.vendor.follow(Faults())
        applied(capsys, 9)
        assert run(["runs", "settle", "campaign/kick-off", "--env", "shop", "--as", "sent", "--yes"]) == 0
        assert applied(capsys, 0)["items"] == []
    assert (shop.calls(), shop.campaigns()) == (1, 1)


# --------------------------------------------------------------------------------------------------- offers runs


def test_runs_know_campaigns(lasting: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Campaigns stand beside bulk runs, newest first, in text and in JSON that keeps to its schema."""
    (lasting.folder / "guests.csv").write_text("user_id,gift_count\n1001,5\n", encoding="utf-8")
    assert run(["gift", "guests.csv", "--env", "shop", "--yes", "--run", "may"]) == 0
    applied(capsys, 0)
    assert run(["runs", "list", "--env", "shop"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "campaign  campaign/kick-off  done  campaign 99511494" in first
    assert "gift  may" in second
    assert run(["runs", "list", "--env", "shop", "--format", "json"]) == 0
    listed = told(capsys, published_schema("runs"))
    assert [each["name"] for each in (*listed["runs"], *listed["campaigns"])] == ["may", "campaign/kick-off"]

    assert run(["runs", "show", "campaign/kick-off", "--env", "shop"]) == 0
    shown = capsys.readouterr().out
    assert "start                 2095-06-05T10:00:00 America/Chicago (2095-06-05T15:00:00Z)" in shown
    assert "segment               Loyal Regulars (1307202)" in shown
    assert run(["runs", "show", "campaign/kick-off", "--env", "shop", "--format", "json"]) == 0
    assert told(capsys, campaign_run_schema())["campaign"]["answer"]["start_time"] == "2095-06-05 03:00 PM"


def test_what_cannot_be_done_to_campaigns(lasting: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """They are not resumed, cancelled or purged, no bulk run takes such a name, and an unknown one is refused."""
    (lasting.folder / "guests.csv").write_text("user_id,gift_count\n1001,5\n", encoding="utf-8")
    for verb in ("resume", "cancel", "purge"):
        assert run(["runs", verb, "campaign/kick-off", "--env", "shop", "--yes"]) == 3
        assert "is a campaign" in capsys.readouterr().err
    assert run(["gift", "guests.csv", "--env", "shop", "--yes", "--run", "campaign/kick-off"]) == 3
    for command in (["show"], ["settle", "--as", "sent", "--yes"]):
        assert run(["runs", command[0], "campaign/kick-off", "--env", "shop", *command[1:]]) == 3
        assert "campaign/kick-off was never sent" in capsys.readouterr().err


def test_history_and_state_hold_no_second_truth(lasting: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A campaign cannot be forgotten: what was sent is known as long as the memory lasts."""
    applied(capsys, 0)
    assert run(["state", "forget", "campaign/kick-off", "--env", "shop"]) == 3
    assert "never forgotten" in capsys.readouterr().err
    with open_store(lasting.folder / ".offers" / "state.db", "test-burgers", "shop") as store:
        assert store.open_entries() == ()
    assert planned(capsys)["steps"] == []
