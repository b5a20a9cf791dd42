"""`offers init`: a project that validates from its first moment, and nothing overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from offers_sync.cli.main import run
from offers_sync.loading.composing import read_values
from offers_sync.loading.loading import load_project
from offers_sync.loading.texts import FileText
from offers_sync.models.kinds import KINDS
from offers_sync.reporting.published import schema_text
from offers_sync.reporting.scaffolding import project_name, scaffold

FILES = sorted(scaffold("any-name"))


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A fresh project in a folder of its own."""
    assert run(["init", str(tmp_path / "marlow-burgers")]) == 0
    capsys.readouterr()
    return tmp_path / "marlow-burgers"


def files_in(folder: Path) -> dict[str, str]:
    """Every file below a folder with its text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_fresh_project_has_no_findings(project: Path) -> None:
    """What init writes is clean: not even a notice."""
    loaded = load_project(project)

    assert loaded.findings == ()
    assert loaded.project is not None
    assert loaded.project.project == "marlow-burgers"


def test_validate_agrees(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next command that init proposes succeeds."""
    assert run(["validate", str(project), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


def test_the_first_plan_creates_what_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second proposed command plans the example on the embedded sandbox."""
    assert run(["plan", str(project), "--format", "json"]) == 0

    steps = json.loads(capsys.readouterr().out)["steps"]
    assert [(step["action"], f"{step['kind']}/{step['key']}") for step in steps] == [
        ("create", "selector/sandwiches"),
        ("create", "criterion/ten-percent-sandwiches"),
        ("create", "redeemable/ten-off-sandwich"),
    ]


def test_after_an_apply_there_is_nothing_left_to_do(project: Path) -> None:
    """The example goes all the way: applied once, its next plan is empty."""
    assert run(["apply", str(project), "--yes"]) == 0
    assert run(["plan", str(project), "--detailed-exitcode"]) == 0


def test_there_is_an_example_of_each_kind(project: Path) -> None:
    """Every kind but the campaign, which gifts and cannot be undone, is shown by one document."""
    kinds = [type(document.model) for document in load_project(project).documents]

    assert sorted(kind.__name__ for kind in kinds) == ["Criterion", "Locale", "Redeemable", "Schedule", "Selector"]


def test_editors_find_the_schema_of_every_file(project: Path) -> None:
    """Each YAML file leads to a schema beside it, and is valid by it."""
    for path in project.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        place = path.parent / text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
        (document,) = read_values(FileText(path.name, text)).documents
        Draft202012Validator(json.loads(place.read_text(encoding="utf-8"))).validate(document)


def test_the_schemas_are_those_that_are_published(project: Path) -> None:
    """The copies for editors are renewed by `offers schema any project --directory .schemas`."""
    written = files_in(project / ".schemas")

    assert run(["schema", "any", "project", "--directory", str(project / ".schemas")]) == 0
    assert files_in(project / ".schemas") == written
    assert written == {"any.json": schema_text("any"), "project.json": schema_text("project")}


def test_vs_code_knows_the_folders(project: Path) -> None:
    """The editor's settings name a schema that is there for each folder, and recommend the extension."""
    settings = json.loads((project / ".vscode/settings.json").read_text(encoding="utf-8"))
    extensions = json.loads((project / ".vscode/extensions.json").read_text(encoding="utf-8"))

    assert [(project / schema).is_file() for schema in settings["yaml.schemas"]] == [True, True]
    patterns = settings["yaml.schemas"][".schemas/any.json"]
    assert len({pattern.partition("/")[0] for pattern in patterns}) == len(KINDS)
    assert [pattern.rpartition(".")[2] for pattern in patterns] == ["yaml", "yml"] * len(KINDS)
    assert extensions == {"recommendations": ["redhat.vscode-yaml"]}


def test_what_is_remembered_stays_out_of_git(project: Path) -> None:
    """The folder of the local state is ignored."""
    assert ".offers/" in (project / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_it_says_what_it_wrote_and_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The files on stdout, and three lines of what comes next on stderr."""
    assert run(["init", str(tmp_path / "a b")]) == 0

    told = capsys.readouterr()
    assert sorted(told.out.splitlines()) == [f"created  {path}" for path in FILES]
    commands = [line.partition("  #")[0].rstrip() for line in told.err.splitlines() if line]
    assert commands == [
        f"offers validate -C '{tmp_path / 'a b'}'",
        f"offers plan -C '{tmp_path / 'a b'}'",
        "offers explain redeemable",
    ]


def test_in_the_current_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without DIR it is the folder that one stands in, or the one that -C names."""
    monkeypatch.chdir(tmp_path)

    assert run(["init"]) == 0
    assert "offers plan  " in capsys.readouterr().err
    assert run(["init", "-C", "other"]) == 3  # inside the first
    assert sorted(files_in(tmp_path)) == FILES


def test_files_that_are_there_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of that name is left as it is, and the rest is written."""
    (tmp_path / ".gitignore").write_text("mine\n")

    assert run(["init", str(tmp_path)]) == 0

    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert "kept     .gitignore" in capsys.readouterr().out
    assert sorted(files_in(tmp_path)) == FILES


def test_a_project_is_not_started_twice(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With an offers.yaml in place nothing is written, and it says what would have been."""
    (project / "selectors/sandwiches.yaml").unlink()
    before = files_in(project)

    assert run(["init", str(project), "--project", "other"]) == 3

    assert files_in(project) == before
    told = capsys.readouterr()
    assert told.out == ""
    assert "offers.yaml is already there, so nothing was written" in told.err
    assert "not written    selectors/sandwiches.yaml" in told.err
    assert "exists         locales/es.yaml" in told.err


def test_a_dangling_link_counts_as_there(tmp_path: Path) -> None:
    """Nothing is written through a link, wherever it leads."""
    (tmp_path / "offers.yaml").symlink_to(tmp_path / "elsewhere.yaml")

    assert run(["init", str(tmp_path)]) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["offers.yaml"]


def test_no_project_inside_another(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The outer project would read the inner one's files as its own."""
    assert run(["init", str(project / "redeemables")]) == 3
    assert "lies inside the project of" in capsys.readouterr().err


def test_a_file_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that cannot be made is said by name, and the project can be begun again after that."""
    (tmp_path / "locales").write_text("")

    assert run(["init", str(tmp_path)]) == 3
    assert f"{tmp_path / 'locales' / 'es.yaml'} cannot be written" in capsys.readouterr().err

    (tmp_path / "locales").unlink()
    assert run(["init", str(tmp_path)]) == 0
    assert sorted(files_in(tmp_path)) == FILES


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("marlow-burgers", "marlow-burgers"),
        ("Marlow Burgers", "marlow-burgers"),
        ("Café Été", "cafe-ete"),
        ("--offers__2026--", "offers-2026"),
        ("日本", "my-offers"),
        ("", "my-offers"),
        ("x" * 300, "x" * 100),
    ],
)
def test_the_name_comes_from_the_folder(folder: str, name: str) -> None:
    """Whatever the folder is called, the project's name is a key."""
    assert project_name(folder) == name


@pytest.mark.parametrize("name", ["x", "marlow-burgers", "a-very-long-name-" * 10 + "x"])
def test_any_key_fits_into_the_project_file(name: str) -> None:
    """The name stands where it belongs, however long it is."""
    (document,) = read_values(FileText("offers.yaml", scaffold(name)["offers.yaml"])).documents

    assert document["project"] == name
    assert document["environments"] == {"sandbox": {"server": "embedded"}}


@pytest.mark.parametrize("name", ["Marlow", "", "a b", "ß", "x" * 201])
def test_a_name_that_is_no_key_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--project takes what offers.yaml takes."""
    assert run(["init", str(tmp_path), "--project", name]) == 3
    assert "cannot be a project's name" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
