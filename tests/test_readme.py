"""The README is true: what it shows is run, read and compared.

A block of ``console`` is run, in order, in one folder that holds a copy of ``examples``: a line after ``$`` is a
command, the lines below it are its whole output, a line of three dots stands for any lines, and ``<id>`` for any
word.  A command that shows no output may print anything.  A command ends with 0 unless ``echo $?`` follows it.
A ``yaml`` or ``csv`` block with ``file=PATH`` is that file; one with ``write=PATH`` is written before the next block;
one with ``ci=PATH`` is what ``offers init`` writes.  Blocks of ``sh`` and ``lua`` are not run: they install, ask a
server that is not there, or do not come back.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Final, NamedTuple

import click
import pytest
import yaml

from offers_sync.cli.main import offers, run
from offers_sync.errors import ExitCode
from offers_sync.sandbox.fault_files import read_faults

ROOT: Final = Path(__file__).parents[1]
README: Final = ROOT / "README.md"


class Block(NamedTuple):
    """A fenced block: its first line's words and its text."""

    language: str
    target: str
    text: str


class Command(NamedTuple):
    """A command of a console block, and the output that is shown for it."""

    line: str
    shown: str


def _blocks() -> list[Block]:
    fences = re.findall(
        r"^```([a-z]*) ?([^\n]*)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [Block(language, target, text) for language, target, text in fences]


def _section(title: str) -> str:
    return README.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def _commands(block: Block) -> list[Command]:
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert parts[0] == "", "a console block begins with a command"
    return [Command(*part.split("\n", 1)) for part in parts[1:]]


def _matches(shown: str, printed: str) -> bool:
    lines = (r"(?:.*\n)*?" if line == "...\n" else re.escape(line) for line in shown.splitlines(keepends=True))
    return re.fullmatch("".join(lines).replace("<id>", r"\S+"), printed) is not None


def test_tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever follows the README from top to bottom sees what the README shows."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns(".offers"))
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("OFFERS_") or name == "COLUMNS"]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for block in _blocks():
        match block.language, block.target.partition("=")[::2]:
            case "yaml" | "csv", ("write", path):
                (tmp_path / path).write_text(block.text, encoding="utf-8")
            case "console", _:
                _follow(_commands(block))


def _follow(commands: list[Command]) -> None:
    code = 0
    for command, following in zip(commands, [*commands[1:], None], strict=True):
        code, printed = _done(command.line, code)
        if command.shown:
            assert _matches(command.shown, printed), f"$ {command.line}\n{printed}"
        if following is None or following.line != "echo $?":
            assert code == 0, f"$ {command.line}\n{printed}"


def _done(line: str, code: int) -> tuple[int, str]:
    """The exit code of a line, and all that it prints, as on a terminal."""
    if line == "echo $?":
        return 0, f"{code}\n"
    program, *arguments = shlex.split(line)
    assert program == "offers"
    screen = io.StringIO()
    with redirect_stdout(screen), redirect_stderr(screen):
        return run(arguments), screen.getvalue()


@pytest.mark.parametrize("block", [block for block in _blocks() if block.target.startswith("file=")])
def test_files_shown(block: Block) -> None:
    """A file that the README shows stands so in the example."""
    assert block.text == (ROOT / block.target.removeprefix("file=")).read_text(encoding="utf-8")


def test_all_blocks_are_of_a_known_sort() -> None:
    """No block escapes the tests by a slip of its first line."""
    for block in _blocks():
        assert block.language in {"console", "sh", "yaml", "csv", "lua", "text"}, block
        is_file = block.language in {"yaml", "csv"} and re.match("(file|write|ci)=", block.target)
        assert block.target == "" or is_file, block


def test_workflows_shown(tmp_path: Path) -> None:
    """A workflow that the README shows is the one that init writes for the example, as far as it can know."""
    shutil.copytree(ROOT / "examples/offers", tmp_path / "offers", ignore=shutil.ignore_patterns(".offers"))
    assert run(["init", str(tmp_path / "offers"), "--ci", "github"]) == 0
    shown = {block.target.removeprefix("ci="): block.text for block in _blocks() if block.target.startswith("ci=")}
    assert len(shown) == 2
    for path, text in shown.items():
        written = (tmp_path / "offers" / path).read_text(encoding="utf-8")
        assert re.sub(r"(uses: )[^/ ]+/offers-sync(/[^@\n]*@)\w+", r"\1OWNER/offers-sync\2COMMIT", written) == text


def test_fault_file(tmp_path: Path) -> None:
    """The fault file that the README shows is one that the sandbox follows."""
    (text,) = (block.text for block in _blocks() if block.target == "write=faults.yaml")
    (tmp_path / "faults.yaml").write_text(text, encoding="utf-8")
    assert len(read_faults(tmp_path / "faults.yaml").rules) == 2


def test_layers() -> None:
    """The table of layers names every package and module that there is."""
    rows = re.findall(r"^\| \d \| ([^|]+) \|", _section("For contributors"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    package = ROOT / "offers_sync"
    there = {path.parent.name for path in package.glob("*/__init__.py")} | {path.stem for path in package.glob("*.py")}
    assert named == there - {"__init__"}


def test_commands_named() -> None:
    """The README names every command that there is, and none that there is not."""
    text = README.read_text(encoding="utf-8")
    shell = [block.text for block in _blocks() if block.language in {"console", "sh"}]
    code = "\n".join(shell + re.findall(r"`([^`\n]+)`", text))
    named = set(re.findall(r"(?:^|[\s/])offers ([a-z]+)\b", code, re.MULTILINE))
    assert named == set(offers.list_commands(None))  # type: ignore[arg-type]  the list needs no context


def test_options_named() -> None:
    """What the README shows without running it has only options that there are."""
    lines = [line for block in _blocks() if block.language == "sh" for line in block.text.splitlines()]
    calls = [shlex.split(line, comments=True) for line in lines if line.startswith("offers ")]
    assert len(calls) > 8
    for call in calls:
        _parse(offers, [word for word in call[1:] if word not in {">", "|"}])


def _parse(command: click.Command, words: list[str]) -> None:
    context = click.Context(command, info_name=command.name)
    _, rest, _ = command.make_parser(context).parse_args(words)
    if isinstance(command, click.Group) and rest:
        inner = command.get_command(context, rest[0])
        assert inner is not None, rest[0]
        _parse(inner, rest[1:])


def test_exit_codes() -> None:
    """The table of exit codes is that of the command line."""
    rows = re.findall(r"^\| (\d+) \|", _section("Exit codes"), re.MULTILINE)
    assert [int(row) for row in rows] == [int(code) for code in ExitCode]


def test_one_sentence_a_line() -> None:
    """A diff of the README is by sentence."""
    prose = re.sub(r"^```.*?^```$", "", README.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for line in prose.splitlines():
        if not line.startswith("|"):
            assert not re.search(r"[a-z`)][.?!] [A-Z`]", line), line


def test_links_within_the_repository() -> None:
    """Every file that the README links to is there."""
    for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", README.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


# ------------------------------------------------------------------------------------------ the same two commands


def _two_commands() -> list[str]:
    shell = [block.text for block in _blocks() if block.language == "sh"]
    return [text.rstrip("\n") for text in shell[:2]]


def test_each_is_one_line() -> None:
    """The README begins with two commands, a line each, that start from nothing."""
    for command in _two_commands():
        assert "\n" not in command
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_the_plan_needs_no_account() -> None:
    """The first command ends in a plan of the example, whose default environment is embedded."""
    assert _two_commands()[0].endswith(" && .venv/bin/offers plan examples/offers")


def test_the_pipeline_runs_both() -> None:
    """The workflow runs the README's two commands as they stand there, on every Python that is promised."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == _two_commands()
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]


def test_the_pipeline_is_pinned() -> None:
    """Foreign actions are named by the hash of a commit, with their version beside it, and may only read."""
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    uses = re.findall(r"uses: (.*)", text)
    assert uses
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", action) for action in uses)
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}


def test_the_check_script() -> None:
    """``.ci/run`` runs the second command as it stands in the README, and anyone may start it."""
    script = ROOT / ".ci" / "run"
    assert _two_commands()[1] in script.read_text(encoding="utf-8").splitlines()
    assert os.access(script, os.X_OK)
