"""The pipelines of a repository that keeps offers, for GitHub and for GitLab, as files with a project's names in them.

The texts stand in the folder ``scaffold``.  Writing them, and knowing where the tool came from, is the command's
business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Literal

import yaml

Forge = Literal["github", "gitlab"]
FORGES: Final[tuple[Forge, ...]] = ("github", "gitlab")

_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./-]*")
"""A folder in whose name nothing is a mark of a pattern."""
_PLACE: Final = re.compile("@([A-Z]+)@")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the tool and its actions are had from; what is not known is for the reader to fill in."""

    repository: str = "OWNER/offers-sync"
    commit: str = "COMMIT"

    @property
    def is_known(self) -> bool:
        """Whether the reader has nothing to fill in."""
        return self != Origin()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What the files are about."""

    project: str
    environment: str
    folder: str
    """The project's folder below the repository, or a full stop."""
    variables: tuple[str, ...]
    """What the environment takes from outside: the names of its secrets."""
    origin: Origin


def pipeline_files(forge: Forge, pipeline: Pipeline) -> dict[str, str]:
    """The files of a pipeline by their path in the repository."""
    name = f"{pipeline.project}-{pipeline.environment}"
    if forge == "github":
        verbs = ("plan", "apply", "drift")
        return {f".github/workflows/{name}-{verb}.yml": _filled(f"github/{verb}.yml", pipeline) for verb in verbs}
    path = f".gitlab/{name}.yml"
    return {
        path: _filled("gitlab/offers.yml", pipeline),
        ".gitlab-ci.yml": _filled("gitlab/include.yml", pipeline, {"INCLUDED": path}),
    }


def _filled(template: str, pipeline: Pipeline, more: Mapping[str, str] | None = None) -> str:
    text = (files("offers_sync.reporting") / "scaffold" / template).read_text(encoding="utf-8")
    values = {
        "PROJECT": pipeline.project,
        "ENVIRONMENT": pipeline.environment,
        "CHOSEN": _quoted(pipeline.environment),
        "FOLDER": _quoted(pipeline.folder),
        "PATHS": "".join(f"{line}\n" for line in _paths(pipeline.folder)),
        "SECRETS": "".join(f"{line}\n" for line in _secrets(pipeline.variables)),
        "SOURCE": pipeline.origin.repository,
        "REPOSITORY": f"https://github.com/{pipeline.origin.repository}",
        "COMMIT": pipeline.origin.commit,
        **(more or {}),
    }
    text = re.sub(r"^@(PATHS|SECRETS)@\n", lambda found: values[found[1]] + "\n", text, flags=re.MULTILINE)
    text = _PLACE.sub(lambda found: values[found[1]], text)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"


def _paths(folder: str) -> Iterable[str]:
    """What of the repository starts a workflow: all of it where the project is its root, or has an odd name."""
    if folder == "." or not _PLAIN_PATH.fullmatch(folder):
        return ()
    return (f'    paths: ["{folder}/**"]',)


def _secrets(variables: Iterable[str]) -> Iterable[str]:
    named = list(variables)
    if not named:
        return ()
    return ("        env:", *(f"          {name}: ${{{{ secrets.{name} }}}}" for name in named))


def _quoted(text: str) -> str:
    """As YAML takes it for text, whatever it is."""
    is_plain = _PLAIN_PATH.fullmatch(text) and yaml.safe_load(text) == text
    return text if is_plain and text != "." else json.dumps(text)
