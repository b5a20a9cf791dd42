"""The composite actions, step by step, on a runner of this machine: what they say where, and what they refuse."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml
from forges import FakeForge
from forges import served as served_forge
from repositories import OFFER, SECRETS, Repository, business, change_in_dashboard, pull_request
from runners import ROOT, Event, Run, Runner

from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.loading.identity import derive_id

PRODUCTION: Final = {"environment": "production", "folder": "menu"}
SAVED: Final = {**PRODUCTION, "artifact": "plan"}
PUSH: Final = Event("push")
INTERRUPTIBLE: Final = """\
#!{python}
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print("sending", flush=True)
signal.sigtimedwait([signal.SIGINT], 20) or sys.exit(1)
print("finished what was in flight", flush=True)
sys.exit(130)
"""


class Town:
    """A repository whose main branch has an offer that is not applied, a runner, a forge and a vendor."""

    def __init__(self, folder: Path, vendor: str, forge: FakeForge, address: str) -> None:
        self.forge, self.vendor = forge, vendor
        self.repository = Repository(folder / "repository", vendor)
        self.runner = Runner(folder / "machine", self.repository.folder, address)

    def plan(self, event: Event, inputs: dict[str, str] | None = None, secrets: dict[str, str] | None = None) -> Run:
        """Use the action that plans."""
        return self.runner.use("plan", event, inputs or PRODUCTION, SECRETS if secrets is None else secrets)

    def offer(self, key: str, name: str = "More") -> None:
        """Let a pull request have one offer more."""
        self.repository.branch(key)
        self.repository.write(f"menu/{key}.yaml", OFFER.format(key=key, name=name))
        self.repository.commit(key)
        self.repository.merge_for_review(key)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """All that takes part."""
    forge = FakeForge()
    with business() as vendor, served_forge(forge) as address:
        yield Town(tmp_path, vendor, forge, address)


# -------------------------------------------------------------------------------------------------------------- plan


def test_the_tool_is_that_of_the_action(town: Town) -> None:
    """What is installed is the checkout that the action came with, in a folder of its own, for each use anew."""
    for _ in range(2):
        assert town.plan(PUSH).jobs["job"].outcome == "success"
    told = town.runner.pip_told.read_text(encoding="utf-8").splitlines()
    assert told == [f"-I -m pip install --quiet --disable-pip-version-check {ROOT}[postgres]"] * 2
    assert len(list(town.runner.temp.iterdir())) == 2


def test_a_plan_is_told_everywhere_at_once(town: Town) -> None:
    """The job's log, the step summary, the comment, the outputs and the files are of one plan."""
    town.offer("ten-off")
    run = town.plan(pull_request())
    assert "marlow-menu on production: 2 to create, 0 unchanged." in run.log
    assert "comment created: " in run.log
    (comment,) = town.forge.comments
    assert run.summary.rstrip() == comment["body"].rstrip()
    (step,) = run.jobs["job"].steps
    folder = Path(step.outputs["reports"])
    saved = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert step.outputs["changes"] == "true"
    assert step.outputs["digest"] == saved["digest"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "plan.commands", "plan.json", "plan.md", "plan.sarif", "venv",
    ]  # fmt: skip


def test_a_finding_is_at_its_line(town: Town) -> None:
    """An annotation names the file as the repository does, and is a command in the log."""
    town.repository.branch("late")
    late = OFFER.format(key="late", name="Late") + "schedule: {start: 2020-01-01T00:00:00, end: 2020-02-01T00:00:00}\n"
    town.repository.write("menu/late.yaml", late)
    town.repository.commit("late")
    town.repository.merge_for_review("late")
    run = town.plan(pull_request(), {**PRODUCTION, "sarif": "true"})
    assert any(line.startswith("::warning file=menu/late.yaml,line=7,col=") for line in run.annotations), run.log
    (scanned,) = run.scanned
    assert '"menu/late.yaml"' in scanned


def test_faults_of_files_fail_the_job_and_are_told(town: Town) -> None:
    """The job fails with the tool's words, the comment says that there is no plan, and the line is annotated."""
    town.offer("ten-off")
    assert town.plan(pull_request()).jobs["job"].outcome == "success"
    town.repository.git("checkout", "-q", "ten-off")
    town.repository.edit("menu/ten-off.yaml", "flat_discount: 5", "flat_discount: -5")
    town.repository.commit("Worse")
    town.repository.merge_for_review("ten-off")
    run = town.plan(pull_request())
    assert run.jobs["job"].outcome == "failure"
    assert any(line.startswith("::error file=menu/ten-off.yaml,line=6,") for line in run.annotations), run.log
    (comment,) = town.forge.comments
    assert "the files have faults" in comment["body"]
    assert "the files have faults" in run.summary


def test_a_guard_that_refuses_fails_the_job(town: Town) -> None:
    """With the plan and the way through in the comment, and nothing saved."""
    town.repository.edit("menu/offers.yaml", "environments:", "guards: {creates: 0}\nenvironments:")
    town.repository.commit("Nothing new")
    run = town.plan(PUSH, SAVED)
    assert run.jobs["job"].outcome == "failure"
    assert "`--allow-creates 1`" in run.summary
    assert list(run.artifacts.iterdir()) == []


@pytest.mark.parametrize(
    "event", [pull_request(head="guest/offers"), pull_request(actor="dependabot[bot]")], ids=["fork", "dependabot"]
)
def test_without_secrets_the_base_stands_in(town: Town, event: Event) -> None:
    """A fork gets a plan without key and network, in the step summary, since it may not comment either."""
    town.forge.forbidden = {"POST", "PATCH"}
    town.offer("ten-off")
    run = town.plan(event, {**PRODUCTION, "sarif": "true"}, secrets={})
    assert run.jobs["job"].outcome == "success", run.log
    assert "1 to create, 1 unchanged." in run.log
    assert "**create redeemable** `ten-off`" in run.summary
    assert run.summary.count("### offers plan") == 1
    assert "the report is in the step summary" in run.log
    assert town.forge.comments == []
    assert run.scanned == []


def test_a_missing_secret_is_no_fork(town: Town) -> None:
    """In a pull request of the repository itself a key that is not set is an error, which the comment tells."""
    town.offer("ten-off")
    run = town.plan(pull_request(), secrets={"OFFERS_STATE_URL": "local"})
    assert run.jobs["job"].outcome == "failure"
    (comment,) = town.forge.comments
    assert "`${MARLOW_PUNCHH_KEY}`, which is not set" in comment["body"]


def test_without_the_history_the_remedy_is_told(town: Town, tmp_path: Path) -> None:
    """A shallow checkout has no base to compare with, and the comment says how to get one."""
    town.offer("ten-off")
    town.runner.workspace = tmp_path / "shallow"
    origin = f"file://{town.repository.folder}"
    town.repository.git("clone", "-q", "--depth", "1", "--no-single-branch", origin, str(town.runner.workspace))
    run = town.plan(pull_request())
    assert run.jobs["job"].outcome == "failure"
    assert "fetch-depth: 0" in town.forge.comments[0]["body"].replace("`", "")


def test_two_environments_have_a_comment_each(town: Town) -> None:
    """And so have two projects of one repository."""
    town.repository.write("shop/offers.yaml", "project: marlow-shop\nenvironments: {production: {server: embedded}}\n")
    town.repository.write("shop/x.yaml", OFFER.format(key="x", name="X"))
    town.repository.commit("A shop")
    town.repository.publish()
    for _ in range(2):
        for inputs in (
            PRODUCTION, {"environment": "sandbox", "folder": "menu"}, {"environment": "production", "folder": "shop"},
        ):  # fmt: skip
            assert town.plan(pull_request(), inputs).jobs["job"].outcome == "success"
    assert len(town.forge.comments) == 3


HOSTILE: Final = (
    "$(touch pwned)",
    "`touch pwned`",
    "'; touch pwned; '",
    '"; touch pwned; "',
    "x\n::error::pwned",
    "x\nchanges=pwned",
    "${{ github.token }}",
)


def test_what_a_stranger_writes_is_text(town: Town) -> None:
    """Neither a shell nor the runner does what a file says, and no module is taken from the checkout."""
    town.repository.branch("x")
    for number, text in enumerate(HOSTILE):
        name = "On several lines" if "\n" in text else text  # a name of several lines is an error of the file
        offer = OFFER.format(key=f"x-{number}", name=json.dumps(name))
        town.repository.write(f"menu/{number}.yaml", offer.replace("Five dollars off.", json.dumps(text)))
    for module in ("venv.py", "pip/__main__.py", "offers_sync/__init__.py", "click.py"):
        town.repository.write(module, "raise SystemExit('pwned')\n")
    town.repository.commit("x")
    town.repository.merge_for_review("x")
    run = town.plan(pull_request())
    assert run.jobs["job"].outcome == "success", run.log
    assert run.jobs["job"].steps[0].outputs["changes"] == "true"
    assert not list(town.repository.folder.rglob("pwned"))
    assert not any("pwned" in line for line in run.annotations)
    assert "ghs_a-token-of-the-job" not in run.log + run.summary
    assert len(town.forge.comments) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("environment", "$(touch pwned)"),
        ("folder", "`touch pwned`"),
        ("base", "x; touch pwned"),
        ("base", "--help"),
        ("environment", "x\nchanges=true"),
    ],
)
def test_inputs_are_text(town: Town, name: str, text: str) -> None:
    """Whatever an input says, it is a name that there is not, and no option and no command."""
    run = town.plan(PUSH, {**PRODUCTION, name: text})
    assert run.jobs["job"].outcome == "failure"
    assert run.jobs["job"].steps[0].outputs["changes"] == "false"
    assert not list(town.repository.folder.rglob("pwned"))


# ------------------------------------------------------------------------------------------------------------- apply


def _apply(town: Town, planned: Run, event: Event = PUSH) -> Run:
    """Use the action that applies, in the run that planned."""
    return town.runner.use("apply", event, SAVED, SECRETS, artifacts=planned.artifacts)


def test_the_saved_plan_is_applied_and_told(town: Town) -> None:
    """What was saved is done, and the step summary has the account of it."""
    planned = town.plan(PUSH, SAVED)
    assert [path.name for path in planned.artifacts.rglob("*.json")] == ["plan.json"]
    run = _apply(town, planned)
    assert run.jobs["job"].outcome == "success", run.log
    assert "everything is done" in run.log
    assert "everything is done" in run.summary
    assert run.summary.startswith("<!-- offers report=text folder=menu environment=production -->\n```text\n")
    assert town.forge.calls == []


def test_a_stale_plan_is_refused(town: Town) -> None:
    """Where the files are others by now, nothing is written, and what differs is in the summary."""
    planned = town.plan(PUSH, SAVED)
    town.repository.edit("menu/five-off.yaml", "flat_discount: 5", "flat_discount: 6")
    run = _apply(town, planned)
    assert run.jobs["job"].outcome == "failure"
    assert "the saved plan is stale" in run.summary
    assert "flat_discount" in run.summary
    again = _apply(town, town.plan(PUSH, SAVED))
    assert again.jobs["job"].outcome == "success", again.log


def test_a_pull_request_saves_nothing_and_applies_nothing(town: Town) -> None:
    """Not even where a workflow asks for it."""
    town.offer("ten-off")
    planned = town.plan(pull_request(), SAVED)
    assert planned.jobs["job"].outcome == "success"
    assert list(planned.artifacts.iterdir()) == []

    run = _apply(town, town.plan(PUSH, SAVED), pull_request())
    assert run.jobs["job"].outcome == "failure"
    assert run.annotations == ["::error title=offers apply::a pull request is planned, and applied once it is merged"]
    assert run.summary == ""


def test_without_a_saved_plan_nothing_is_applied(town: Town, tmp_path: Path) -> None:
    """The job fails where it fetches the plan, before the tool is asked."""
    (tmp_path / "none").mkdir()
    run = town.runner.use("apply", PUSH, SAVED, SECRETS, artifacts=tmp_path / "none")
    assert run.jobs["job"].outcome == "failure"
    assert run.log == ""


def test_a_cancelled_apply_hears_of_it(tmp_path: Path) -> None:
    """The runner's signal reaches the tool, which finishes what is in flight; what it says is still kept."""
    action = yaml.safe_load((ROOT / ".github/actions/apply/action.yml").read_text(encoding="utf-8"))
    (script,) = (step["run"] for step in action["runs"]["steps"] if step.get("id") == "apply")
    tool = tmp_path / "tool"
    tool.write_text(INTERRUPTIBLE.format(python=sys.executable), encoding="utf-8")
    tool.chmod(0o755)
    with subprocess.Popen(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        env={"PATH": os.environ["PATH"], "OFFERS": str(tool), "SAVED": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as step:
        assert step.stdout is not None
        assert step.stdout.readline() == "sending\n"
        step.send_signal(signal.SIGINT)
        assert step.stdout.read() == "finished what was in flight\n"
    assert step.returncode == 130
    assert (tmp_path / "run.txt").read_text() == "sending\nfinished what was in flight\n"


# ------------------------------------------------------------------------------------------------------------- drift


def test_drift_that_cannot_be_looked_for_leaves_the_issue(town: Town) -> None:
    """Without a key the job fails, the summary says why, and the forge is asked nothing."""
    run = town.runner.use("drift", Event("schedule"), PRODUCTION, {"OFFERS_STATE_URL": "local"})
    assert run.jobs["job"].outcome == "failure"
    assert "could not be looked at" in run.summary
    assert "issue unchanged" in run.log
    assert town.forge.calls == []


def test_drift_without_permission_is_in_the_summary(town: Town) -> None:
    """Where issues may not be written, the summary has the report, once, and the job goes on."""
    assert _apply(town, town.plan(PUSH, SAVED)).jobs["job"].outcome == "success"
    offer = derive_id("marlow-menu", "redeemable", "five-off")
    change_in_dashboard(town.vendor, REDEEMABLES_PATH, {"external_id": offer, "name": "Six off"})
    town.forge.forbidden = {"GET", "POST"}
    run = town.runner.use("drift", Event("schedule"), {**PRODUCTION, "title": "Drift"}, SECRETS)
    assert run.jobs["job"].outcome == "success", run.log
    assert run.summary.count("+ name: Six off") == 1
    assert "not commented" in run.log
