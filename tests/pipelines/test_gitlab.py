"""The pipeline for GitLab: its scripts run with the variables that GitLab gives, against a served vendor."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from repositories import OFFER, SECRETS, Repository, business, change_in_dashboard
from runners import write_tool

from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.loading.identity import derive_id
from offers_sync.reporting.pipelines import Origin, Pipeline, pipeline_files

NAME: Final = "marlow-menu-production"


class Town:
    """A repository with the pipeline's jobs, and the vendor that it sends offers to."""

    def __init__(self, folder: Path, vendor: str) -> None:
        self.vendor = vendor
        self.repository = Repository(folder / "repository", vendor)
        self._programs = folder / "programs"
        self._programs.mkdir()
        write_tool(self._programs / "offers")
        pipeline = Pipeline("marlow-menu", "production", "menu", tuple(SECRETS), Origin())
        self.jobs: dict[str, Any] = yaml.safe_load(pipeline_files("gitlab", pipeline)[f".gitlab/{NAME}.yml"])

    def run(self, job: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the script of a job, but for installing."""
        environment = {
            "PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}",
            **self.jobs[f".{NAME}"]["variables"],
            **SECRETS,
            **variables,
        }
        script = "\n".join(self.jobs[f"{NAME}-{job}"]["script"])
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=self.repository.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A repository of which nothing is applied yet."""
    with business() as vendor:
        yield Town(tmp_path, vendor)


def test_from_a_merge_request_to_drift(town: Town) -> None:
    """Planned against its base, applied as saved, and drift fails the job that looks for it."""
    applied = town.run("save"), town.run("apply")
    assert [each.returncode for each in applied] == [0, 0], applied

    base = town.repository.git("rev-parse", "main")
    town.repository.branch("more")
    town.repository.write("menu/ten-off.yaml", OFFER.format(key="ten-off", name="Ten off"))
    town.repository.commit("Ten off")
    planned = town.run("plan", CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert planned.returncode == 0, planned.stderr
    assert "1 to create, 1 unchanged." in planned.stdout
    assert "1 from this change" in (town.repository.folder / "plan.md").read_text(encoding="utf-8")

    assert [town.run(job).returncode for job in ("save", "apply")] == [0, 0]
    offer = derive_id("marlow-menu", "redeemable", "five-off")
    change_in_dashboard(town.vendor, REDEEMABLES_PATH, {"external_id": offer, "name": "Six off"})
    assert town.run("drift").returncode == 2
    assert "+ name: Six off" in (town.repository.folder / "drift.md").read_text(encoding="utf-8")


def test_a_fork_plans_without_a_key(town: Town) -> None:
    """The rule for merge requests from elsewhere lets the base stand in for the server."""
    base = town.repository.git("rev-parse", "main")
    town.repository.branch("more")
    town.repository.write("menu/ten-off.yaml", OFFER.format(key="ten-off", name="Ten off"))
    town.repository.commit("Ten off")
    fork, _ours = town.jobs[f"{NAME}-plan"]["rules"]
    none = dict.fromkeys(SECRETS, "")
    planned = town.run("plan", CI_MERGE_REQUEST_DIFF_BASE_SHA=base, **{**none, **fork["variables"]})
    assert planned.returncode == 0, planned.stderr
    assert "1 to create, 1 unchanged." in planned.stdout


def test_only_what_is_merged_is_applied(town: Town) -> None:
    """By hand, one run at a time, from the plan that a job of the same pipeline saved."""
    rules = {name: job["rules"] for name, job in town.jobs.items() if "rules" in job}
    (push,) = rules[f"{NAME}-save"]
    assert push == {"if": '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'}
    assert rules[f"{NAME}-apply"] == [{**push, "when": "manual"}]
    apply = town.jobs[f"{NAME}-apply"]
    assert (apply["needs"], apply["resource_group"]) == ([f"{NAME}-save"], NAME)
    assert apply["environment"] == "production"
