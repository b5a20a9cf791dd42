"""`offers drift`: what changed outside git."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from offers_sync.cli.main import run
from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.errors import ExitCode
from offers_sync.loading.identity import derive_id
from offers_sync.reporting.plan_json import plan_schema
from offers_sync.sandbox import Faults, Settings, Vendor, World, open_embedded
from offers_sync.sandbox.seeding import seed
from offers_sync.sandbox.serving import served
from offers_sync.wire.client import Client, Connection

OFFER = """\
kind: redeemable
key: five-off
name: Five off everything
note: Ask legal.
receipt_rule: {flat_discount: 5}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one offer that is applied, in a folder one stands in."""
    (tmp_path / "offers.yaml").write_text("project: p\nenvironments: {sandbox: {server: embedded}}\n", encoding="utf-8")
    (tmp_path / "five-off.yaml").write_text(OFFER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["apply", "--yes"]) == 0
    return tmp_path


def _change_outside(project: Path, **fields: Any) -> None:
    """Do what somebody does in the dashboard."""
    with (
        open_embedded(project / ".offers" / "sandbox.db") as embedded,
        Client(Connection("https://sandbox.punchh.com", "key"), transport=embedded.transport) as client,  # type: ignore[arg-type]
    ):
        item = {"external_id": derive_id("p", "redeemable", "five-off"), **fields}
        (result,) = client.patch(REDEEMABLES_PATH, {"data": [item]}).body["results"]
        assert result["success"]


def test_without_changes_there_is_no_drift(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An edit that is still to be applied is none."""
    path = project / "five-off.yaml"
    path.write_text(OFFER.replace("everything", "all"), encoding="utf-8")
    capsys.readouterr()
    assert run(["drift"]) == 0
    assert capsys.readouterr().out == "p on sandbox: nothing changed outside git, of 1 that are remembered.\n"


def test_what_changed_outside_git_is_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each value is shown as git applied it and as it is, with the line that says it, and the exit code is 2."""
    _change_outside(project, note="Ask nobody.")
    capsys.readouterr()
    assert run(["drift", str(project)]) == 2
    shown = capsys.readouterr().out
    assert "p on sandbox: 1 object was changed outside git, of 1 that are remembered.\n" in shown
    assert "redeemable/five-off  (five-off.yaml:1)" in shown
    assert "note: git applied `Ask legal.`, the server has `Ask nobody.`" in shown


def test_drift_as_json_is_a_plan(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The document is as the plan's schema says, and holds what would bring git's values back."""
    _change_outside(project, note="Ask nobody.")
    capsys.readouterr()
    assert run(["drift", "--format", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(plan_schema()).validate(document)
    (step,) = document["steps"]
    assert (step["cause"], step["changes"][0]["verdict"]) == ("drift", "drift")
    assert step["changes"][0]["position"]["line"] == 4


def test_drift_for_an_issue(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One run prints text and writes Markdown that says whether anybody should look, and can end well."""
    report = f"--report=markdown={project / 'drift.md'}"
    marks = (
        "<!-- offers report=drift folder=. environment=sandbox -->\n<!-- offers attention={} -->\n### offers drift\n"
    )
    (project / ".git").mkdir()
    assert run(["drift", report]) == 0
    assert (project / "drift.md").read_text(encoding="utf-8").startswith(marks.format("over"))

    _change_outside(project, note="Ask nobody.")
    capsys.readouterr()
    assert run(["drift", report, "--exit-zero"]) == 0
    assert "git applied `Ask legal.`, the server has `Ask nobody.`" in capsys.readouterr().out
    text = (project / "drift.md").read_text(encoding="utf-8")
    assert text.startswith(marks.format("needed"))
    assert "```diff\n- note: Ask legal.\n+ note: Ask nobody.\n```" in text


def test_a_look_that_failed_is_told_in_the_same_place(project: Path) -> None:
    """The report of a failure carries the marks of the project and environment that it would have been about."""
    (project / ".git").mkdir()
    (project / "menu").mkdir()
    (project / "offers.yaml").write_text(
        'project: p\nenvironments: {eu: {server: "https://p.punchh.com", token: "${NO_SUCH_KEY_HERE}"}}\n',
        encoding="utf-8",
    )
    assert run(["drift", "menu", "--report", f"markdown={project / 'drift.md'}", "--exit-zero"]) == 3
    text = (project / "drift.md").read_text(encoding="utf-8")
    assert text.startswith(
        "<!-- offers report=drift folder=. environment=eu -->\n<!-- offers attention=unknown -->\n### offers drift\n"
    )
    assert "`${NO_SUCH_KEY_HERE}`" in text


@pytest.mark.parametrize("command", ["drift", "plan"])
def test_a_failure_names_the_project_as_success_does(
    project: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """As JSON too, whoever reads it knows what could not be looked at, as far as offers.yaml tells."""
    path, failing = project / "offers.yaml", '{eu: {server: "https://p.punchh.com", token: "${NO_SUCH_KEY_HERE}"}}'
    for text, names in (
        (f"project: p\nenvironments: {failing}\n", ("p", "eu")),
        ("project: p\nenvironments: {eu: nonsense}\n", ("p", "eu")),
        ("project: [p\n", ("", "")),
    ):
        path.write_text(text, encoding="utf-8")
        capsys.readouterr()
        assert run([command, "--format", "json"]) == 3
        document = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator(plan_schema()).validate(document)
        assert (document["project"], document["environment"]) == names


def test_without_its_feature_drift_has_the_id_that_support_asks_for(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to ask of support stands beside the id of the request that was refused."""
    monkeypatch.setenv("KEY", "any-key")
    settings = Settings(ingestion_enabled=False)
    with closing(World.open(None, seed=seed)) as world, served(Vendor(world, settings)) as address:
        environments = f"{{live: {{server: '{address}', token: '${{KEY}}'}}}}"
        (project / "offers.yaml").write_text(f"project: p\nenvironments: {environments}\n", encoding="utf-8")
        capsys.readouterr()
        assert run(["drift", "--format", "json"]) == ExitCode.REFUSED
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["code"] == "list-incomplete"
    assert re.search(r"offers ingestion is off for this business \(request id [0-9a-f-]{36}\)", finding["message"])
    assert finding["hint"].startswith("ask PAR Punchh support to enable it")


def test_the_plan_calls_it_drift(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Applying would bring git's value back, and the plan says whose change that is."""
    _change_outside(project, note="Ask nobody.")
    capsys.readouterr()
    assert run(["plan", "--format", "json"]) == 0
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    assert step["cause"] == "drift"
    assert run(["apply", "--yes"]) == 0
    assert run(["drift"]) == 0


def test_without_memory_drift_says_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A lost memory is not taken for a server without changes."""
    for path in (project / ".offers").glob("state.db*"):
        path.unlink()
    capsys.readouterr()
    assert run(["drift"]) == 0
    assert "nothing is remembered of one live object" in capsys.readouterr().out
    assert run(["drift", "--format", "markdown"]) == 0
    assert "<!-- offers attention=unknown -->" in capsys.readouterr().out


def test_where_nothing_can_be_read_nothing_is_called_unchanged(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the full lists are off, drift is refused whatever is forgiven, and a plan counts what it cannot verify."""
    monkeypatch.setenv("KEY", "any-key")
    with closing(World.open(None, seed=seed)) as world, served(vendor := Vendor(world)) as address:
        settings = f'server: "{address}", token: "${{KEY}}", state: local, settle_seconds: 0'
        (project / "offers.yaml").write_text(f"project: p\nenvironments: {{live: {{{settings}}}}}\n", encoding="utf-8")
        assert run(["apply", "--yes", "--env", "live"]) == 0
        vendor.follow(Faults(settings={"ingestion_enabled": False}))
        capsys.readouterr()

        assert run(["drift", "--exit-zero", "--report", f"markdown={project / 'drift.md'}"]) == ExitCode.REFUSED
        told = " ".join(capsys.readouterr().out.split())
        assert told.startswith(
            "p on live could not be looked at: nothing could be read of the one object that is remembered "
            "! the list may be incomplete: selector, criterion, redeemable: offers ingestion is off"
        )
        assert "<!-- offers attention=unknown -->" in (project / "drift.md").read_text(encoding="utf-8")

        assert run(["plan"]) == 0
        shown = capsys.readouterr().out
    assert "p on live: 1 warning; nothing to do, 0 unchanged, 1 that cannot be verified.\n" in shown
    assert "redeemable/five-off cannot be read, so it is compared with what was last seen of it" in " ".join(
        shown.split()
    )
