"""Workflows and actions are what GitHub and GitLab take them for, and keep to a few rules of safety.

Ours are looked at, those that ``offers init`` writes, and those that the README shows.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from offers_sync.reporting.pipelines import FORGES, Origin, Pipeline, pipeline_files

ROOT: Final = Path(__file__).parents[2]
COMMIT: Final = "0123456789abcdef0123456789abcdef01234567"
ORIGIN: Final = Origin("marlow/offers-sync", COMMIT)
KEYS: Final = ("MARLOW_PUNCHH_KEY", "OFFERS_STATE_URL")
ACTIONS: Final = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
}
OURS: Final = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / ".github" / "workflows").iterdir())
}
SHOWN: Final = {
    f"README {place}": text
    for place, text in re.findall(
        r"^```yaml ci=(\S+)\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
}
WRITTEN: Final = {
    f"{'below ' if folder != '.' else ''}{path}": text
    for folder in (".", "menu of the day/ü")
    for path, text in pipeline_files("github", Pipeline("marlow-burgers", "no", folder, KEYS, ORIGIN)).items()
}
WORKFLOWS: Final = {**OURS, **SHOWN, **WRITTEN}
EVERYTHING: Final = {**ACTIONS, **WORKFLOWS}
READ_ONLY: Final = {"contents": "read"}


def _checked(folder: Path, schema: str, texts: dict[str, str]) -> str:
    """What the published schema says to some texts; nothing when they are fine."""
    for number, text in enumerate(texts.values()):
        (folder / f"{number}.yml").write_text(text, encoding="utf-8")
    names = [str(folder / f"{number}.yml") for number in range(len(texts))]
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _steps(text: str) -> Iterator[dict[str, Any]]:
    document = yaml.safe_load(text)
    if "runs" in document:
        yield from document["runs"]["steps"]
    for job in document.get("jobs", {}).values():
        yield from job["steps"]


def _jobs(text: str) -> dict[str, Any]:
    jobs: dict[str, Any] = yaml.safe_load(text)["jobs"]
    return jobs


# ------------------------------------------------------------------------------------------- what they are taken for


def test_workflows_are_workflows(tmp_path: Path) -> None:
    """All of them pass the published schema, and one with a slip does not."""
    assert len(SHOWN) == 2
    assert _checked(tmp_path, "github-workflows", WORKFLOWS) == ""
    slip = next(iter(WRITTEN.values())).replace("runs-on", "runs_on")
    assert "runs_on" in _checked(tmp_path, "github-workflows", {"slip": slip})


def test_actions_are_actions(tmp_path: Path) -> None:
    """All of them pass the published schema, and one with a slip does not."""
    assert sorted(ACTIONS) == [f".github/actions/{name}/action.yml" for name in ("apply", "drift", "plan")]
    assert _checked(tmp_path, "github-actions", ACTIONS) == ""
    slip = next(iter(ACTIONS.values())).replace("shell: bash\n", "")
    assert _checked(tmp_path, "github-actions", {"slip": slip})


def test_the_pipeline_for_gitlab_is_one(tmp_path: Path) -> None:
    """Both files pass the published schema, and a slip does not."""
    files = pipeline_files("gitlab", Pipeline("marlow-burgers", "production", "menu", KEYS, ORIGIN))
    assert list(files) == [".gitlab/marlow-burgers-production.yml", ".gitlab-ci.yml"]
    assert _checked(tmp_path, "gitlab-ci", files) == ""
    assert _checked(
        tmp_path, "gitlab-ci", {"slip": files[".gitlab/marlow-burgers-production.yml"].replace("rules", "rule")}
    )


# --------------------------------------------------------------------------------------------------------- the rules


@pytest.mark.parametrize("name", EVERYTHING)
def test_nothing_is_put_into_a_script(name: str) -> None:
    """What somebody else writes reaches a shell by file and environment alone, never as a part of the script."""
    scripts = [step["run"] for step in _steps(EVERYTHING[name]) if "run" in step]
    assert all("${{" not in script for script in scripts)


@pytest.mark.parametrize("name", EVERYTHING)
def test_what_others_made_is_pinned(name: str) -> None:
    """By the whole hash of a commit, with its version beside it."""
    uses = re.findall(r"uses: (.*)", EVERYTHING[name])
    assert len(uses) == sum("uses" in step for step in _steps(EVERYTHING[name]))
    for each in uses:
        ours = "marlow/offers-sync/.github/actions/" if name in WRITTEN else "OWNER/offers-sync/.github/actions/"
        if each.startswith(ours):
            assert each.rpartition("@")[2] == (COMMIT if name in WRITTEN else "COMMIT")
        else:
            assert re.fullmatch(r"(actions|github)/[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", each), each


def test_what_others_made_is_the_same_everywhere() -> None:
    """One version of each, so that an update is one search, but for the workflow that is this repository's own."""
    uses = {each for name, text in EVERYTHING.items() if name not in OURS for each in re.findall(r"uses: (.*)", text)}
    names = [each.partition("@")[0] for each in uses if not re.match(r"(marlow|OWNER)/", each)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*")) + sorted((ROOT / "offers_sync").rglob("*.yml")))
def test_no_strangers_with_a_key(path: Path) -> None:
    """The event that runs a stranger's change with the repository's secrets is used nowhere."""
    if path.is_file():
        assert "pull_request_target" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_permissions_are_few(name: str) -> None:
    """A job may read the contents, and write what its verb is about; nothing is inherited."""
    document = yaml.safe_load(WORKFLOWS[name])
    if name in OURS:
        assert document["permissions"] == READ_ONLY
        return
    assert document["permissions"] == {}
    wanted = {"pull_request": {"pull-requests": "write"}, "schedule": {"issues": "write"}, "push": {}}
    (more,) = (more for event, more in wanted.items() if event in document[True])  # YAML reads `on` as true
    assert all(job["permissions"] == {**READ_ONLY, **more} for job in document["jobs"].values())


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_checkout_leaves_no_key_behind(name: str) -> None:
    """The token that fetched the files is not left for the steps after it, and every job ends by itself."""
    for job in _jobs(WORKFLOWS[name]).values():
        checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert [step["with"]["persist-credentials"] for step in checkouts] == [False]
        assert job["timeout-minutes"] <= 60


@pytest.mark.parametrize("name", [name for name in {**SHOWN, **WRITTEN} if name.endswith("-apply.yml")])
def test_only_what_is_merged_and_let_through_is_applied(name: str) -> None:
    """A push to the main branch alone starts it, and writing waits for the environment's protection, one at a time."""
    document = yaml.safe_load({**SHOWN, **WRITTEN}[name])
    assert list(document[True]) == ["push"]
    assert document[True]["push"]["branches"] == ["main"]
    plan, apply = document["jobs"]["plan"], document["jobs"]["apply"]
    assert "environment" not in plan
    assert apply["needs"] == "plan"
    assert apply["environment"]
    assert apply["concurrency"]["cancel-in-progress"] is False
    saved = [step["with"]["artifact"] for job in (plan, apply) for step in job["steps"] if "artifact" in step["with"]]
    assert len(saved) == 2
    assert len(set(saved)) == 1


def test_a_plan_is_fetched_from_its_own_run_alone() -> None:
    """No other run is named to take an artifact from, and no key with which that could be done."""
    (fetch,) = (
        step
        for step in _steps(ACTIONS[".github/actions/apply/action.yml"])
        if "download-artifact" in step.get("uses", "")
    )
    assert set(fetch["with"]) == {"name", "path"}


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("environment", ["production", "no", "007", "1e3"])
def test_names_stay_names(forge: Any, environment: str) -> None:
    """A name that YAML would take for something else is quoted, and so is a folder with marks in its name."""
    folder = 'a "b" $(c) #d: [e]'
    files = pipeline_files(forge, Pipeline("p", environment, folder, ("KEY",), ORIGIN))
    text = next(iter(files.values()))
    assert not re.search("@[A-Z]+@", text)
    document = yaml.safe_load(text)
    if forge == "gitlab":
        variables = document[f".p-{environment}"]["variables"]
        assert (variables["OFFERS_ENV"], variables["OFFERS_FOLDER"]) == (environment, folder)
    else:
        given = document["jobs"]["plan"]["steps"][-1]["with"]
        assert (given["environment"], given["folder"]) == (environment, folder)


def test_only_the_projects_files_start_a_workflow() -> None:
    """Where the project lies below the repository's root; if its name holds marks of a pattern every push does."""
    for folder, expected in ((".", None), ("menu/uk", ["menu/uk/**"]), ("menu [uk]", None)):
        text = pipeline_files("github", Pipeline("p", "eu", folder, (), ORIGIN))[".github/workflows/p-eu-apply.yml"]
        assert yaml.safe_load(text)[True]["push"].get("paths") == expected
