"""Every option has an environment variable that is called as the option is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from offers_sync.cli.main import offers, run

PROJECT = "project: small\nenvironments: {sandbox: {server: embedded}, other: {server: embedded}}\n"
OFFER = "kind: redeemable\nkey: a\nname: Alpha\nreceipt_rule: {flat_discount: 5.00}\n"


def options() -> Iterator[tuple[str, click.Option]]:
    """Every option with the words of its command, such as ``runs list``."""
    waiting = [(name, offers.get_command(click.Context(offers), name)) for name in offers.list_commands(None)]  # type: ignore[arg-type]  the list needs none
    while waiting:
        words, command = waiting.pop(0)
        assert command is not None
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                yield words, parameter
        if isinstance(command, click.Group):
            waiting += [(f"{words} {name}", below) for name, below in command.commands.items()]


ALL = list(options())


def variables(option: click.Option) -> list[str]:
    """The variables of an option, the one that counts first."""
    return [option.envvar] if isinstance(option.envvar, str) else list(option.envvar or ())


@pytest.mark.parametrize(("words", "option"), ALL, ids=[f"{words} {option.opts[-1]}" for words, option in ALL])
def test_a_variable_is_called_as_its_option_is_written(words: str, option: click.Option) -> None:
    """OFFERS, the command and the long option; the environment and the sandbox's options have one for all commands."""
    (written,) = (name for name in option.opts if name.startswith("--"))
    shared = {"--env": ["OFFERS"]}.get(written) if words != "init" else None
    command = ["OFFERS", "SANDBOX"] if words.startswith("sandbox ") else ["OFFERS", *words.split()]
    expected = "_".join([*(shared or command), *written.removeprefix("--").split("-")]).upper()
    assert variables(option)[0] == expected


def test_no_variable_means_two_things() -> None:
    """One variable is for one option, and none for what is read elsewhere."""
    own = [variables(option)[0] for words, option in ALL if not words.startswith("sandbox ")]
    own = [name for name in own if name != "OFFERS_ENV"]
    assert len(own) == len(set(own))
    assert not set(own) & {"OFFERS_ENV", "OFFERS_HOSTS", "OFFERS_TRACEBACK", "OFFERS_STATE_URL"}


def test_a_variable_of_the_forge_counts_beside_our_own() -> None:
    """The repository of a comment is the job's, unless it is said."""
    (option,) = (option for words, option in ALL if words == "comment" and "--repository" in option.opts)
    assert variables(option) == ["OFFERS_COMMENT_REPOSITORY", "GITHUB_REPOSITORY"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one document, in a folder one stands in."""
    (tmp_path / "offers.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "a.yaml").write_text(OFFER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", [["plan"], ["drift"], ["list", "redeemables"], ["doctor"], ["runs", "list"]])
def test_the_format_of_a_command_is_its_variable(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """A pipeline that sets it once has JSON; the command line says otherwise, and other names say nothing."""
    words = command[:1] if command[0] != "runs" else command
    prefix = "_".join(["OFFERS", *words]).upper()
    monkeypatch.setenv(f"{prefix}_FORM", "json")
    run(command)
    assert not capsys.readouterr().out.startswith(("{", "["))
    monkeypatch.setenv(f"{prefix}_FORMAT", "json")
    run(command)
    assert json.loads(capsys.readouterr().out) is not None
    run([*command, "--format", "table" if command[0] == "list" else "text"])
    assert not capsys.readouterr().out.startswith(("{", "["))


def test_reports_flags_and_environments_are_variables_too(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several values stand beside each other, a flag is 1, and the environment has one name for all commands."""
    monkeypatch.setenv("OFFERS_PLAN_REPORT", "json=one.json text=two.txt")
    monkeypatch.setenv("OFFERS_PLAN_DETAILED_EXITCODE", "1")
    monkeypatch.setenv("OFFERS_PLAN_OUT", "saved.json")
    monkeypatch.setenv("OFFERS_ENV", "other")
    monkeypatch.setenv("OFFERS_PLAN_REPORTS", "json=three.json")
    assert run(["plan"]) == 2
    assert "small on other: 1 to create" in capsys.readouterr().out
    assert sorted(path.name for path in project.glob("*.[jt][sx]*")) == ["one.json", "saved.json", "two.txt"]
