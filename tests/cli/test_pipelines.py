"""`offers init --ci`: which files it writes for which project, what it keeps, and what it says is next."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import yaml

from offers_sync.cli import pipelining
from offers_sync.cli.main import run
from offers_sync.reporting.pipelines import Origin

COMMIT: Final = "0123456789abcdef0123456789abcdef01234567"
ORIGIN: Final = f"marlow/offers-sync@{COMMIT}"
PROJECT: Final = """\
project: marlow-menu
environments:
  sandbox: {server: embedded}
  production: {server: "https://marlow.punchh.com", token: "${MARLOW_KEY}", state: "${MARLOW_STATE}"}
  staging: {server: "https://staging.punchh.com", token: "${STAGING_KEY}", state: local}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in the folder ``menu`` of a repository, at whose root one stands."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "menu").mkdir()
    (tmp_path / "menu/offers.yaml").write_text(PROJECT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "menu"


def _written(root: Path) -> list[str]:
    return sorted(
        path.relative_to(root).as_posix()
        for folder in (".github", ".gitlab")
        for path in (root / folder).rglob("*")
        if path.is_file()
    )


def test_github(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three workflows at the root of the repository, for the first environment that is served, and nothing else."""
    before = sorted(project.rglob("*"))
    assert run(["init", "menu", "--ci", "github", "--origin", ORIGIN]) == 0
    names = [f".github/workflows/marlow-menu-production-{verb}.yml" for verb in ("apply", "drift", "plan")]
    assert _written(project.parent) == names
    assert sorted(project.rglob("*")) == before
    told = capsys.readouterr()
    assert sorted(told.out.splitlines()) == [f"created  ../{name}" for name in names]
    plan = yaml.safe_load((project.parent / names[2]).read_text(encoding="utf-8"))
    step = plan["jobs"]["plan"]["steps"][-1]
    assert step == {
        "uses": f"marlow/offers-sync/.github/actions/plan@{COMMIT}",
        "with": {"environment": "production", "folder": "menu"},
        "env": {name: f"${{{{ secrets.{name} }}}}" for name in ("MARLOW_KEY", "MARLOW_STATE")},
    }
    assert told.err.splitlines() == [
        "",
        "Next:",
        "- set MARLOW_KEY and MARLOW_STATE as secrets of the repository: gh secret set NAME",
        "- name who approves under Settings, Environments, `production`, Required reviewers",
        "- write another branch than main into the apply workflow, if yours is called otherwise",
    ]


def test_gitlab(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of its own, and one that includes it."""
    assert run(["init", "menu/", "--ci", "gitlab"]) == 0
    assert _written(project.parent) == [".gitlab/marlow-menu-production.yml"]
    included = yaml.safe_load((project.parent / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    assert included == {"include": [{"local": "/.gitlab/marlow-menu-production.yml"}]}
    assert "masked variables" in capsys.readouterr().err


def test_what_is_there_is_kept(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever it holds; what to write into a file that is the reader's own is said."""
    (project.parent / ".gitlab-ci.yml").write_text("mine\n")
    for _ in range(2):
        assert run(["init", "menu", "--ci", "gitlab"]) == 0
        told = capsys.readouterr()
        assert "kept     ../.gitlab-ci.yml" in told.out.splitlines()
        assert "include: [{local: /.gitlab/marlow-menu-production.yml}]" in told.err
    assert "kept     ../.gitlab/marlow-menu-production.yml" in told.out
    assert (project.parent / ".gitlab-ci.yml").read_text() == "mine\n"


def test_each_environment_has_files_of_its_own(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that is asked for by name; a memory that ends with the job is remarked on."""
    for environment in ("production", "staging"):
        assert run(["init", "menu", "--ci", "github", "--env", environment]) == 0
    assert len(_written(project.parent)) == 6
    assert "- give the environment a `state` that outlives a job" in capsys.readouterr().err


def test_a_new_project_with_its_pipeline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both in one go; the environment that is still to be written is on the list, and the pipeline is no offer."""
    assert run(["init", str(tmp_path / "new"), "--ci", "github"]) == 0
    told = capsys.readouterr().err
    assert "offers validate -C" in told
    assert "- write the environment `production` into offers.yaml" in told
    assert "- set PUNCHH_KEY and OFFERS_STATE_URL" in told
    assert _written(tmp_path / "new")
    assert run(["validate", str(tmp_path / "new")]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--env", "production"], "they need --ci"),
        (["--ci", "github", "--env", "sandbox"], "is the embedded sandbox, which ends with the job"),
        (["--ci", "github", "--env", "other"], "there is no environment called `other`"),
        (["--ci", "github", "--origin", "marlow/offers-sync@main"], "is no origin"),
        (["--ci", "jenkins"], "'jenkins' is not one of"),
        (["--ci", "github", "--project", "other"], "offers.yaml is already there"),
    ],
)
def test_what_cannot_be_written(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    """Wrong usage is told, and nothing is written."""
    assert run(["init", "menu", *arguments]) == 3
    assert says in capsys.readouterr().err
    assert _written(project.parent) == []


def test_a_faulty_project_file_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A project that cannot be understood gets no pipeline."""
    (project / "offers.yaml").write_text("project: [\n")
    assert run(["init", "menu", "--ci", "github"]) == 3
    assert "the files have faults" in capsys.readouterr().err
    assert _written(project.parent) == []


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        ("https://github.com/marlow/offers-sync.git", "marlow/offers-sync"),
        ("https://github.com/marlow/offers-sync", "marlow/offers-sync"),
        ("ssh://git@github.com/marlow/offers-sync.git", "marlow/offers-sync"),
        ("https://github.com.evil.example/marlow/offers-sync", None),
        ("https://evil.example/marlow/offers-sync", None),
        ("file:///home/marlow/offers-sync", None),
    ],
)
def test_where_this_one_is_from(url: str, repository: str | None) -> None:
    """What pip wrote down is taken where it is a commit at GitHub; else the reader fills in."""
    text = f'{{"url": "{url}", "vcs_info": {{"vcs": "git", "commit_id": "{COMMIT}"}}}}'
    assert pipelining._installed_from(text) == (Origin(repository, COMMIT) if repository else Origin())
    assert pipelining._installed_from(f'{{"url": "{url}", "dir_info": {{}}}}') == Origin()
