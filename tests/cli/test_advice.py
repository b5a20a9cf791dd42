"""The advice of every refusal, taken literally: what stands between ticks is pasted, and lets the plan through."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from offers_sync.cli.main import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "offers"
PROJECT = "project: small\n{more}environments: {{sandbox: {{server: embedded}}}}\n"
OFFER = """\
kind: redeemable
key: {key}
name: {name}
description: About it.
receipt_rule: {{flat_discount: {discount}}}
activate_now: true
schedule: {{start: 2025-01-01T00:00:00, indefinitely: true, timezone: America/Chicago}}
"""
TICKED = re.compile(r"`((?:--|allow:|\{|external_id:|formerly:)[^`\n]*)`")
"""What is to be pasted, on one line as a person would copy it."""


class Folder:
    """A project that one stands in, and the person who does what it is told."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.project("")

    def project(self, more: str) -> None:
        """Write offers.yaml, with something more in it."""
        (self.folder / "offers.yaml").write_text(PROJECT.format(more=more), encoding="utf-8")

    def offers(self, keys: range, discount: int = 5, name: str = "Offer {}") -> None:
        """Write offers, one for each number."""
        for each in keys:
            text = OFFER.format(key=f"offer-{each}", name=name.format(each), discount=discount)
            (self.folder / f"offer-{each}.yaml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, str]:
        """The exit code of a command line, and all that it said."""
        self._capsys.readouterr()
        code = run(list(arguments))
        shown = self._capsys.readouterr()
        return code, shown.out + shown.err

    def follow(self, advice: list[str]) -> list[str]:
        """Paste lines into offers.yaml, and give the flags for the next command line."""
        path = self.folder / "offers.yaml"
        for each in advice:
            text = path.read_text(encoding="utf-8")
            if each.startswith("allow:"):
                path.write_text(f"{each}\n{text}", encoding="utf-8")
            elif each.startswith("{"):
                assert text.count("allow:\n") == 1
                path.write_text(text.replace("allow:\n", f"allow:\n  - {each}\n"), encoding="utf-8")
        return [flag for each in advice if each.startswith("--") for flag in shlex.split(each)]


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A folder that one stands in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OFFERS_ENV", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return Folder(tmp_path, capsys)


def too_many_creations(folder: Folder) -> None:
    """More offers than one plan makes."""
    folder.offers(range(60))


def too_many_updates(folder: Folder) -> None:
    """Too many offers change, with one more to make."""
    folder.offers(range(4))
    assert folder.run("apply", "--yes")[0] == 0
    folder.project("guards: {updates: 1, creates: 0}\n")
    folder.offers(range(5), discount=6)


def edits_that_guests_feel(folder: Folder) -> None:
    """Offers that guests have now change, and too many at that."""
    too_many_updates(folder)
    folder.project("guards: {updates: 1, creates: 0, live_edits: 0}\n")


def edits_with_other_exceptions(folder: Folder) -> None:
    """The same where offers.yaml has exceptions already."""
    too_many_updates(folder)
    folder.project("guards: {live_edits: 0}\nallow:\n  - {code: no-filter, reason: Everything is meant.}\n")


REFUSED = pytest.mark.parametrize(
    "refused", [too_many_creations, too_many_updates, edits_that_guests_feel, edits_with_other_exceptions]
)


@REFUSED
def test_the_advice_of_a_refused_plan_lets_it_through(folder: Folder, refused: Callable[[Folder], None]) -> None:
    """What the text of a plan proposes for each guard is pasted, and the same plan is not refused any more."""
    refused(folder)
    code, told = folder.run("plan")
    assert code == 6

    flags = folder.follow(TICKED.findall(told))

    assert folder.run("plan", *flags)[0] == 0


@REFUSED
def test_the_hint_of_a_refused_apply_lets_it_through(folder: Folder, refused: Callable[[Folder], None]) -> None:
    """The one hint of apply has all that it takes."""
    refused(folder)
    code, told = folder.run("apply", "--yes")
    assert code == 6
    (hint,) = (line for line in told.splitlines() if line.startswith("hint: "))

    flags = folder.follow(TICKED.findall(hint))

    assert folder.run("apply", "--yes", *flags)[0] == 0


@REFUSED
def test_what_a_machine_reads_is_what_is_pasted(folder: Folder, refused: Callable[[Folder], None]) -> None:
    """A plan as JSON has the same flags and lines, and no words around them."""
    refused(folder)
    plan = json.loads(folder.run("plan", "--format", "json")[1])

    flags = folder.follow([guard["allow_with"] for guard in plan["guards"] if guard["refused"]])

    assert folder.run("plan", *flags)[0] == 0


@pytest.mark.parametrize("choice", [0, 1, 2])
def test_the_advice_about_a_lookalike_lets_it_through(folder: Folder, choice: int) -> None:
    """Two offers of a name, one of them remembered: each is taken over by its line, or another one is made."""
    folder.offers(range(2), name="Salted Nuts")
    assert folder.run("apply", "--yes", "--allow-creates", "2")[0] == 0
    for path in folder.folder.glob("offer-*.yaml"):
        path.unlink()
    folder.run("state", "forget", "redeemable/offer-1")
    folder.offers(range(7, 8), name="salted  nuts")
    code, told = folder.run("plan")
    assert (code, "2 of kind redeemable called `Salted Nuts` live already" in " ".join(told.split())) == (6, True)
    advice = list(dict.fromkeys(TICKED.findall(told)))
    assert [each.partition(":")[0].partition(" ")[0] for each in advice] == [
        "--allow-lookalike",
        "external_id",
        "formerly",
    ]

    flags = folder.follow([advice[choice]])
    if not flags:
        path = folder.folder / "offer-7.yaml"
        path.write_text(f"{path.read_text(encoding='utf-8')}{advice[choice]}\n", encoding="utf-8")

    plan = json.loads(folder.run("plan", *flags, "--format", "json")[1])
    assert [(step["action"], step["held_back"]) for step in plan["steps"]] == [
        ("create" if flags else "update", None),
    ]


def asked_for(told: str) -> dict[str, Any]:
    """The steps of a plan that are not left out, by what they are about."""
    steps = json.loads(told)["steps"]
    return {
        f"{step['action']} {step['kind']}/{step['key']}": step["held_back"]
        for step in steps
        if step["held_back"] != "left out by --only"
    }


@pytest.mark.parametrize("wanted", ["campaign/centenary", "criterion/family-feast", "redeemable/bogof-burger"])
def test_the_advice_of_a_narrow_plan_is_all_that_it_takes(folder: Folder, wanted: str) -> None:
    """What a document needs is named at once: with it, nothing of what was asked for is kept back."""
    place = folder.folder / "example"
    shutil.copytree(EXAMPLE, place, ignore=shutil.ignore_patterns(".offers"))
    told = folder.run("plan", str(place), "--only", wanted, "--format", "json")[1]
    reasons = [reason for name, reason in asked_for(told).items() if reason is not None]
    assert reasons

    (advice,) = {each for reason in reasons for each in TICKED.findall(reason)}

    told = folder.run("plan", str(place), "--only", wanted, *shlex.split(advice), "--format", "json")[1]
    assert set(asked_for(told).values()) == {None}
    assert "missing-translation" not in told


def test_what_is_named_in_place_of_a_schedule_can_be_planned(folder: Folder) -> None:
    """The offers that go by a schedule are named where the schedule cannot be, and so are those of a catalogue."""
    place = folder.folder / "example"
    shutil.copytree(EXAMPLE, place, ignore=shutil.ignore_patterns(".offers"))
    for wanted in ("schedule/always", "locale/fr"):
        code, told = folder.run("plan", str(place), "--only", wanted)
        assert (code, "has no object of its own" in told) == (3, True)
        (advice,) = TICKED.findall(told)
        assert folder.run("plan", str(place), *shlex.split(advice))[0] == 0
