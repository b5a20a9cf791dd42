"""`offers schema`: the JSON Schemas of files and formats, to the terminal, to a file, to a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from offers_sync.cli.main import run
from offers_sync.reporting.published import PUBLISHED, schema_text


def test_without_a_name_it_is_the_schema_of_any_document(capsys: pytest.CaptureFixture[str]) -> None:
    """What editors are pointed at comes unasked."""
    assert run(["schema"]) == 0
    assert capsys.readouterr().out == schema_text("any")


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_name_gives_its_schema(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every name on the list gives a schema with an id of that name."""
    assert run(["schema", name]) == 0
    assert json.loads(capsys.readouterr().out)["$id"].endswith(f":{name}")


def test_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--output writes the file, folders included, and prints nothing."""
    path = tmp_path / "deep" / "er" / "project.json"

    assert run(["schema", "project", "--output", str(path)]) == 0
    assert path.read_bytes() == schema_text("project").encode()
    assert capsys.readouterr().out == ""


def test_to_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--directory writes every schema under its name, and says which files it wrote."""
    assert run(["schema", "--directory", str(tmp_path)]) == 0

    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        f"{name}.json": schema_text(name) for name in PUBLISHED
    }
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / f"{name}.json") for name in PUBLISHED]


def test_some_to_a_folder(tmp_path: Path) -> None:
    """With names, --directory writes those."""
    assert run(["schema", "any", "project", "--directory", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["any.json", "project.json"]


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    """--list names each schema with what it is of."""
    assert run(["schema", "--list"]) == 0

    listed = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert listed == {name: published.summary for name, published in PUBLISHED.items()}


def test_an_unknown_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is nearly right is answered with the right one, as invalid input."""
    assert run(["schema", "redemable"]) == 3
    assert "did you mean `redeemable`?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("any", "project"), ("--output", "a.json", "--directory", "b"), ("any", "nope", "--directory", "b")]
)
def test_what_contradicts_itself_is_refused(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Usage errors are invalid input, and nothing is written."""
    monkeypatch.chdir(tmp_path)

    assert run(["schema", *arguments]) == 3
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in the way is said by name."""
    (tmp_path / "file").write_text("")

    assert run(["schema", "--output", str(tmp_path / "file" / "any.json")]) == 3
    assert f"{tmp_path / 'file' / 'any.json'} cannot be written" in capsys.readouterr().err
