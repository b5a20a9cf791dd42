"""A runner of GitHub's workflows and composite actions on this machine: no network, no GitHub, the real steps.

runner = Runner(folder, workspace, forge_address)
run = runner.run(workflow, Event("pull_request", ...), secrets={...})
run.jobs["plan"].outcome, run.summary, run.log

Steps run in bash with the environment that a runner gives.  ``python3 -m venv`` gives a folder in which ``offers`` is
this checkout, since installing takes a network; what pip is told is kept.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from expressions import as_text, evaluate, filled, is_true

ROOT: Final = Path(__file__).parents[1]
_OURS: Final = re.compile(r"[\w.-]+/[\w.-]+/\.github/actions/(\w+)@.+")
_STATUS: Final = re.compile(r"\b(success|failure|always|cancelled)\(\)")
_PYTHON: Final = """\
#!/bin/sh
[ "$1 $2 $3" = "-I -m venv" ] || {{ echo "python3 $*" >&2; exit 64; }}
mkdir -p "$4/bin"
cp '{offers}' "$4/bin/offers"
cp '{pip}' "$4/bin/python"
"""
_OFFERS: Final = """\
#!{python}
import sys
sys.path.insert(0, {root!r})
from offers_sync.cli.main import main
main()
"""
_PIP: Final = "#!/bin/sh\necho \"$*\" >> '{told}'\n"


@dataclass(frozen=True, slots=True)
class Event:
    """What starts a workflow."""

    name: str
    ref: str = "refs/heads/main"
    base_ref: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    actor: str = "marlow"


@dataclass(slots=True)
class Step:
    """How a step ended, and what it left."""

    outcome: str
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class JobRun:
    """How a job ended."""

    outcome: str
    outputs: dict[str, str]
    steps: list[Step]


@dataclass(slots=True)
class Run:
    """A run of a workflow: its jobs, what they printed and summarized, and what they saved."""

    artifacts: Path
    jobs: dict[str, JobRun] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    scanned: list[str] = field(default_factory=list)

    @property
    def annotations(self) -> list[str]:
        """The lines that GitHub takes for commands."""
        return [line for line in self.log.splitlines() if line.startswith("::")]


class Runner:
    """A machine with a workspace, which jobs share; or, where it clones, with a new one for each job."""

    def __init__(self, folder: Path, repository: Path, forge: str, *, clones: bool = False) -> None:
        self.folder, self.workspace, self.forge = folder, repository, forge
        self.repository = repository if clones else None
        self.temp = folder / "temp"
        self.pip_told = folder / "pip"
        self._programs = folder / "programs"
        self._runs = 0
        for place in (self.temp, self._programs):
            place.mkdir(parents=True)
        offers, pip = self._programs / "offers", self._programs / "pip"
        write_tool(offers)
        pip.write_text(_PIP.format(told=self.pip_told))
        (self._programs / "python3").write_text(_PYTHON.format(offers=offers, pip=pip))
        for program in self._programs.iterdir():
            program.chmod(0o755)

    def run(self, workflow: Path, event: Event, secrets: Mapping[str, str] | None = None) -> Run:
        """Run the jobs of a workflow in the order of their needs."""
        document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
        run = self._new_run()
        github = self._github(event, document["name"])
        waiting = dict(document["jobs"])
        while waiting:
            name = next(name for name, job in waiting.items() if set(_needs(job)) <= set(run.jobs))
            run.jobs[name] = self._job(run, waiting.pop(name), {"github": github, "secrets": secrets or {}})
        return run

    def use(
        self,
        action: str,
        event: Event,
        inputs: Mapping[str, str],
        environment: Mapping[str, str],
        *,
        artifacts: Path | None = None,
    ) -> Run:
        """Run one of our actions as the only step of a job, in a run that has saved artifacts already."""
        run = self._new_run() if artifacts is None else Run(artifacts)
        step = {"uses": f"marlow/offers-sync/.github/actions/{action}@main", "with": inputs, "env": environment}
        job = {"steps": [step]}
        run.jobs["job"] = self._job(run, job, {"github": self._github(event, "a workflow"), "secrets": {}})
        return run

    def _new_run(self) -> Run:
        self._runs += 1
        artifacts = self.folder / f"artifacts-{self._runs}"
        artifacts.mkdir()
        return Run(artifacts)

    def _job(self, run: Run, job: Mapping[str, Any], contexts: Mapping[str, Any]) -> JobRun:
        needs = {name: {"outputs": run.jobs[name].outputs, "result": run.jobs[name].outcome} for name in _needs(job)}
        contexts = {**contexts, "needs": needs}
        is_ready = all(each["result"] == "success" for each in needs.values())
        if not is_ready or ("if" in job and not is_true(_condition(job["if"], contexts))):
            return JobRun("skipped", {}, [])
        github = contexts["github"]
        if self.repository is not None:
            self._runs += 1
            self.workspace = self.folder / f"workspace-{self._runs}"
        place = _Place(self, run, contexts, self.environment(github), {})
        outcome = place.follow(job["steps"])
        inside = {**contexts, "steps": place.steps_context()}
        outputs = {name: filled(text, inside) for name, text in job.get("outputs", {}).items()}
        return JobRun(outcome, outputs, list(place.steps.values()))

    def _github(self, event: Event, workflow: str) -> dict[str, Any]:
        sha = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=self.repository or self.workspace,
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        return {
            "event_name": event.name,
            "event": event.payload,
            "ref": event.ref,
            "base_ref": event.base_ref,
            "sha": sha,
            "actor": event.actor,
            "repository": "marlow/offers",
            "workflow": workflow,
            "token": "ghs_a-token-of-the-job",
        }

    def environment(self, github: Mapping[str, Any]) -> dict[str, str]:
        """The variables that a runner gives to each step."""
        event = self.folder / "event.json"
        event.write_text(json.dumps(github["event"]), encoding="utf-8")
        return {
            "PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": github["actor"],
            "GITHUB_API_URL": self.forge,
            "GITHUB_BASE_REF": github["base_ref"],
            "GITHUB_EVENT_NAME": github["event_name"],
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REF": github["ref"],
            "GITHUB_REPOSITORY": github["repository"],
            "GITHUB_SERVER_URL": "https://forge.example",
            "GITHUB_SHA": github["sha"],
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
        }


def write_tool(path: Path) -> None:
    """A program that is this checkout's ``offers``, as an installation would have it."""
    path.write_text(_OFFERS.format(root=str(ROOT), python=sys.executable))
    path.chmod(0o755)


def _needs(job: Mapping[str, Any]) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else needs


def _condition(text: Any, contexts: Mapping[str, Any], functions: Mapping[str, Any] | None = None) -> Any:
    bare = re.sub(r"^\$\{\{(.*)\}\}$", r"\1", str(text).strip(), flags=re.DOTALL)
    return evaluate(bare, contexts, functions)


class _Place:
    """Where steps follow each other: a job, or an action inside of one."""

    def __init__(
        self,
        runner: Runner,
        run: Run,
        contexts: Mapping[str, Any],
        variables: Mapping[str, str],
        own: Mapping[str, str],
    ) -> None:
        self._runner, self._run, self._contexts = runner, run, contexts
        self._variables = {**variables, **own}
        self.steps: dict[str, Step] = {}
        self._has_failed = False

    def steps_context(self) -> dict[str, Any]:
        """The steps so far, as expressions see them."""
        return {name: {"outcome": step.outcome, "outputs": step.outputs} for name, step in self.steps.items()}

    def follow(self, steps: list[Mapping[str, Any]]) -> str:
        """Take one step after the other, and give how it ended."""
        for place, step in enumerate(steps):
            taken = self._take(step) if self._is_due(step) else Step("skipped")
            self.steps[step.get("id", f"_{place}")] = taken
            self._has_failed |= taken.outcome == "failure"
        return "failure" if self._has_failed else "success"

    def _seen(self) -> dict[str, Any]:
        return {**self._contexts, "steps": self.steps_context()}

    def _is_due(self, step: Mapping[str, Any]) -> bool:
        text = str(step.get("if", "success()"))
        functions = {
            "success": lambda: not self._has_failed,
            "failure": lambda: self._has_failed,
            "always": lambda: True,
            "cancelled": lambda: False,
        }
        holds = is_true(_condition(text, self._seen(), functions))
        return holds and (bool(_STATUS.search(text)) or not self._has_failed)

    def _take(self, step: Mapping[str, Any]) -> Step:
        own = {name: filled(str(text), self._seen()) for name, text in step.get("env", {}).items()}
        given = {name: filled(as_text(text), self._seen()) for name, text in step.get("with", {}).items()}
        if "run" in step:
            return self._bash(step, own)
        action = step["uses"].partition("@")[0]
        ours = _OURS.fullmatch(step["uses"])
        if ours is not None:
            return self._action(ROOT / ".github" / "actions" / ours[1], given, own)
        return getattr(self, f"_{action.rpartition('/')[2].replace('-', '_')}")(given)

    def _bash(self, step: Mapping[str, Any], own: Mapping[str, str]) -> Step:
        files = {name: self._runner.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        for path in files.values():
            path.write_text("")
        script = self._runner.folder / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        assert step.get("shell", "bash") == "bash"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self._runner.workspace,
            env={**self._variables, **own, **{name: str(path) for name, path in files.items()}},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        self._run.log += done.stdout
        self._run.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        assert files["GITHUB_STEP_SUMMARY"].stat().st_size <= 1024 * 1024
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines())
        return Step("success" if done.returncode == 0 else "failure", outputs)

    def _action(self, folder: Path, given: Mapping[str, str], own: Mapping[str, str]) -> Step:
        action = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
        inputs = dict(_inputs(action, given, self._contexts))
        contexts = {"github": self._contexts["github"], "inputs": inputs}
        inside = _Place(self._runner, self._run, contexts, self._variables, {**own, "GITHUB_ACTION_PATH": str(folder)})
        outcome = inside.follow(action["runs"]["steps"])
        seen = {**contexts, "steps": inside.steps_context()}
        return Step(outcome, {name: filled(out["value"], seen) for name, out in action.get("outputs", {}).items()})

    # ------------------------------------------------------------------------------------------ what others made

    def _checkout(self, given: Mapping[str, str]) -> Step:
        if self._runner.repository is not None:
            depth = given.get("fetch-depth", "1")
            shallow = [] if depth == "0" else ["--depth", depth]
            origin = f"file://{self._runner.repository}"
            subprocess.run(["git", "clone", "-q", *shallow, origin, str(self._runner.workspace)], check=True)
        return Step("success")

    def _upload_artifact(self, given: Mapping[str, str]) -> Step:
        place = self._run.artifacts / given["name"]
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        shutil.copy(given["path"], place)
        return Step("success")

    def _download_artifact(self, given: Mapping[str, str]) -> Step:
        assert set(given) == {"name", "path"}, "artifacts of this very run alone"
        place = self._run.artifacts / given["name"]
        if not place.is_dir():
            return Step("failure")
        shutil.copytree(place, given["path"])
        return Step("success")

    def _upload_sarif(self, given: Mapping[str, str]) -> Step:
        self._run.scanned.append(Path(given["sarif_file"]).read_text(encoding="utf-8"))
        return Step("success")


def _inputs(
    action: Mapping[str, Any], given: Mapping[str, str], contexts: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """What an action is given, and its defaults; what it does not know is a mistake."""
    assert set(given) <= set(action["inputs"]), set(given) - set(action["inputs"])
    for name, asked in action["inputs"].items():
        assert name in given or not asked.get("required"), f"{name} is missing"
        default = filled(str(asked.get("default", "")), {"github": contexts["github"]})
        yield name, given.get(name, default)
