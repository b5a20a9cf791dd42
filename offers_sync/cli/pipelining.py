"""Writing a pipeline into somebody's repository: for which environment, with which secrets, from where it has the tool.

What the files say is ``reporting.pipelines``' business.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

import click

from offers_sync.cli.filing import is_there, write_new
from offers_sync.cli.options import checked_key
from offers_sync.cli.talking import say
from offers_sync.cli.workspace import FindingsError, allowed_hosts
from offers_sync.errors import InvalidInputError
from offers_sync.loading.loading import load_project
from offers_sync.loading.project import find_project
from offers_sync.models.hosts import EMBEDDED
from offers_sync.models.project import Environment, Project
from offers_sync.reporting.pipelines import Forge, Origin, Pipeline, pipeline_files

_ORIGIN: Final = re.compile(r"([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)@([0-9a-f]{40})")
_ADDRESS: Final = re.compile(r"(?:https|ssh)://(?:git@)?github\.com/([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+?)(?:\.git)?/?")
_REFERENCE: Final = re.compile(r"\$\{(\w+)\}")
_USUAL_ENVIRONMENT: Final = "production"
_USUAL_VARIABLES: Final = ("PUNCHH_KEY", "OFFERS_STATE_URL")
"""Of an environment that is still to be written, as a new offers.yaml proposes them."""
_OWN_FILE: Final = ".gitlab-ci.yml"
"""The one file that is shared with whatever else a repository does."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks of a pipeline."""

    forge: Forge
    environment: str | None
    origin: str | None


def write_pipeline(chosen: Path, wanted: Wanted) -> None:
    """Write the pipeline of the project around a folder; what is there is kept, and what to do next is said."""
    folder = find_project(chosen)
    project = _project(folder)
    root = next((place for place in (folder, *folder.parents) if (place / ".git").exists()), folder)
    name = _environment(project, wanted.environment)
    settings = project.environments.get(name)
    where = folder.relative_to(root).as_posix()
    pipeline = Pipeline(project.project, name, where, _variables(settings), _origin(wanted.origin))
    kept = []
    for path, text in pipeline_files(wanted.forge, pipeline).items():
        shown = Path(os.path.relpath(root / path, chosen.resolve())).as_posix()
        if is_there(root / path):
            kept.append(path)
            click.echo(f"kept     {shown}")
        else:
            write_new(root / path, text)
            click.echo(f"created  {shown}")
    click.echo("\nNext:", err=True)
    for line in _next(pipeline, wanted.forge, settings, kept):
        say(f"- {line}")


def _project(folder: Path) -> Project:
    loaded = load_project(folder, hosts=allowed_hosts())
    if loaded.project is None:
        raise FindingsError(loaded.findings)
    return loaded.project


def _environment(project: Project, asked: str | None) -> str:
    """The one that is asked for; else the first that outlives a job, else the one that is usually added."""
    environments = project.environments
    served = [name for name, settings in environments.items() if settings.server != EMBEDDED]
    if asked is None:
        return served[0] if served else _USUAL_ENVIRONMENT
    if asked in environments and asked not in served:
        raise InvalidInputError(
            f"the environment `{asked}` is the embedded sandbox, which ends with the job that it runs in",
            hint="choose one that has a server, by --env",
        )
    if asked not in environments and served:
        raise InvalidInputError(
            f"there is no environment called `{asked}`", hint="offers.yaml names " + ", ".join(environments)
        )
    return checked_key(asked, "an environment's")


def _variables(settings: Environment | None) -> tuple[str, ...]:
    if settings is None:
        return _USUAL_VARIABLES
    found = (_REFERENCE.fullmatch(text or "") for text in (settings.token, settings.state))
    return tuple(dict.fromkeys(each[1] for each in found if each is not None))


def _origin(asked: str | None) -> Origin:
    """Where the pipeline has the tool from: the very commit that this one was installed from, if it can be known."""
    if asked is not None:
        found = _ORIGIN.fullmatch(asked)
        if found is None:
            raise InvalidInputError(
                f"{asked!r} is no origin", hint="write it as OWNER/NAME@COMMIT, with all 40 digits of the commit"
            )
        return Origin(found[1], found[2])
    try:
        text = distribution("offers-sync").read_text("direct_url.json")
    except PackageNotFoundError:
        text = None
    return _installed_from(text or "{}")


def _installed_from(direct_url: str) -> Origin:
    """What pip wrote down of where it had the package from."""
    told = json.loads(direct_url)
    address = _ADDRESS.fullmatch(str(told.get("url", "")))
    commit = str(told.get("vcs_info", {}).get("commit_id", ""))
    found = _ORIGIN.fullmatch(f"{address[1]}@{commit}") if address is not None else None
    return Origin(found[1], found[2]) if found is not None else Origin()


def _next(pipeline: Pipeline, forge: Forge, settings: Environment | None, kept: list[str]) -> Iterator[str]:
    name = pipeline.environment
    if settings is None:
        yield f"write the environment `{name}` into offers.yaml, with its server, token and state"
    if settings is not None and settings.state == "local":
        yield "give the environment a `state` that outlives a job, such as ${OFFERS_STATE_URL} for PostgreSQL"
    if not pipeline.origin.is_known:
        yield f"replace {pipeline.origin.repository} and {pipeline.origin.commit} by where your offers is from"
    if pipeline.variables:
        yield f"set {' and '.join(pipeline.variables)} as {_SECRETS[forge]}"
    yield _PROTECTION[forge].format(name)
    if forge == "github":
        yield "write another branch than main into the apply workflow, if yours is called otherwise"
    if forge == "gitlab":
        yield "add a schedule under Build, Pipeline schedules; the plan is in the job's log and its artifact plan.md"
    if _OWN_FILE in kept:
        included = next(path for path in pipeline_files(forge, pipeline) if path != _OWN_FILE)
        yield f"add to {_OWN_FILE}, which is yours:  include: [{{local: /{included}}}]"


_SECRETS: Final = {
    "github": "secrets of the repository: gh secret set NAME",
    "gitlab": "masked variables, under Settings, CI/CD, Variables",
}
_PROTECTION: Final = {
    "github": "name who approves under Settings, Environments, `{}`, Required reviewers",
    "gitlab": "name who approves under Settings, CI/CD, Protected environments, `{}`",
}
