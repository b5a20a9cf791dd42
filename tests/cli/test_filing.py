"""Files that a command line names: what is replaced, what is written into, and what is found out before any work."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from offers_sync.cli.filing import write_whole
from offers_sync.cli.main import run
from offers_sync.errors import InvalidInputError

PROJECT = "project: small\nenvironments: {sandbox: {server: embedded}}\n"
OFFER = "kind: redeemable\nkey: a\nname: Alpha\nreceipt_rule: {flat_discount: 5.00}\n"
ROWS = "user_id,gift_count\n1,5\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one document, in a folder one stands in."""
    (tmp_path / "offers.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "a.yaml").write_text(OFFER, encoding="utf-8")
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def read_from(pipe: Path) -> Iterator[list[str]]:
    """Somebody who reads a pipe to its end."""
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")), daemon=True)
    reader.start()
    yield read
    reader.join(20)


def asked(place: str) -> list[tuple[list[str], Callable[[str], bool]]]:
    """Every command line that names a file for what it gives, and how that looks."""
    gift = ["gift", "rows.csv", "--yes", "--run", place]
    return [
        (["plan", "--out", place], lambda text: json.loads(text)["project"] == "small"),
        (["plan", f"--report=json={place}"], lambda text: json.loads(text)["project"] == "small"),
        (["drift", f"--report=json={place}"], lambda text: json.loads(text)["project"] == "small"),
        (["schema", "any", "--output", place], lambda text: "$schema" in json.loads(text)),
        ([*gift, "--results", place], lambda text: text.startswith("user_id,gift_count,outcome")),
        (
            ["apply", "--yes", "--events", place],
            lambda text: json.loads(text.splitlines()[0])["event"] == "run_started",
        ),
    ]


EVERY = pytest.mark.parametrize("which", range(len(asked(""))), ids=[words[0][0] for words in asked("")])


@EVERY
def test_a_pipe_is_written_into(project: Path, which: int) -> None:
    """Whoever reads a named pipe gets all of it, and the pipe stays one."""
    pipe = project / "pipe"
    os.mkfifo(pipe)
    arguments, is_right = asked("pipe")[which]

    with read_from(pipe) as read:
        assert run(arguments) == 0

    assert is_right(read[0])
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@EVERY
@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_a_link(project: Path, which: int, is_there: bool) -> None:  # noqa: FBT001
    """What is written goes to where a symbolic link leads, whether something is there already or not."""
    (project / "elsewhere").mkdir()
    (project / "link").symlink_to("elsewhere/file")
    if is_there:
        (project / "elsewhere" / "file").touch()
    arguments, is_right = asked("link")[which]

    assert run(arguments) == 0

    assert (project / "link").is_symlink()
    assert is_right((project / "elsewhere" / "file").read_text(encoding="utf-8"))
    assert not list(project.rglob(".*.tmp"))


def test_a_device_is_written_into(project: Path) -> None:
    """A device takes what it is given and is not replaced by a file."""
    device = project / "null"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        device.open("w").close()
    except PermissionError:
        pytest.skip("devices cannot be made here")

    assert run(["plan", "--report", "json=null", "--out", "plan.json"]) == 0

    assert stat.S_ISCHR(device.stat().st_mode)


def test_what_stdout_goes_to_is_not_replaced(project: Path) -> None:
    """A report into the very file that stdout is sent to stands there before what is printed; neither is lost."""
    out = project / "out"
    with out.open("wb") as stdout:
        command = [sys.executable, "-c", "from offers_sync.cli.main import main; main()", "plan", "--report=json=out"]
        subprocess.run(command, cwd=project, stdout=stdout, check=True)

    report, _, printed = out.read_text(encoding="utf-8").partition("\n}\n")
    assert report.startswith('{\n  "format_version": 1')
    assert printed.startswith("small on sandbox: 1 to create, 0 unchanged.")


def test_a_file_is_replaced_as_a_whole(project: Path) -> None:
    """Where writing breaks off, the file that was there is still there, and nothing lies beside it."""
    (project / "file").write_text("old", encoding="utf-8")

    def breaking_off() -> Iterator[str]:
        yield "new"
        raise InvalidInputError("no more")

    with pytest.raises(InvalidInputError, match="no more"):
        write_whole(project / "file", breaking_off())

    assert (project / "file").read_text(encoding="utf-8") == "old"
    assert not list(project.glob(".*.tmp"))


@pytest.mark.parametrize(
    "arguments",
    [["plan", "--out={}"], ["plan", "--report=json={}"], ["drift", "--report=json={}"]],
    ids=["out", "plan", "drift"],
)
@pytest.mark.parametrize(
    ("place", "words"),
    [
        (".", ". cannot be written: it is a folder"),
        ("..", ".. cannot be written: it is a folder"),
        ("missing/plan", "missing/plan cannot be written: there is no folder "),
        ("a.yaml/plan", "a.yaml/plan cannot be written: Not a directory"),
        ("loop", "loop cannot be written: Too many levels of symbolic links"),
    ],
)
def test_a_place_that_cannot_be_written_is_found_before_any_work(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], place: str, words: str
) -> None:
    """It ends with 3 and the reason; nothing is planned or printed, and another file says why."""
    (project / "loop").symlink_to("loop")

    assert run([*(each.format(place) for each in arguments), "--report=json=other.json"]) == 3

    shown = capsys.readouterr()
    assert shown.out == ""
    assert words in shown.err
    assert shown.err.count("cannot be written") == 1, "it is told once"
    assert not (project / ".offers").exists()
    assert words in json.loads((project / "other.json").read_text(encoding="utf-8"))["failure"]


def test_results_that_cannot_be_written_are_found_before_anything_is_sent(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A gift whose result file has no folder is not given."""
    assert run(["gift", "rows.csv", "--yes", "--results", "missing/results.csv"]) == 3
    assert "missing/results.csv cannot be written: there is no folder" in capsys.readouterr().err
    assert not (project / ".offers").exists()


@pytest.mark.parametrize("arguments", [["schema", "any", "-o", "."], ["apply", "--yes", "--events", "."]])
def test_a_folder_is_no_file(project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """Schemas and events do not go into a folder either, and nothing is applied."""
    assert run(arguments) == 3
    told = capsys.readouterr().err
    assert ". cannot be written: " in told
    assert "unexpected" not in told
    assert run(["plan", "--detailed-exitcode"]) == 2
    assert project.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plan", "--report", "json=one", "--report", "text=one"], "one is named twice"),
        (["plan", "--report", "json=one", "--out", "./one"], "one is named twice"),
        (["plan", "--report", "json=one", "--out", "link"], "link is named twice"),
        (["drift", "--report", "json=one", "--report", "markdown=one"], "one is named twice"),
        (["plan", "--out", "-"], "`-` does not stand for stdout here: --format says what is printed"),
        (["plan", "--report", "json=-"], "`-` does not stand for stdout here"),
        (["drift", "--report", "json=-"], "`-` does not stand for stdout here"),
    ],
)
def test_a_file_is_for_one_report(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """One file for two reports would keep the last one; what goes to stdout is chosen with --format."""
    (project / "link").symlink_to("one")
    assert run(arguments) == 3
    shown = capsys.readouterr()
    assert (shown.out, words in shown.err) == ("", True)
    assert not (project / "one").exists()


def test_a_plan_is_printed_although_a_report_cannot_be_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A place that goes bad while planning costs that one report; the plan and the other reports are given."""
    full = project / "full"
    os.mkfifo(full)
    reader = threading.Thread(target=lambda: full.open("rb").close(), daemon=True)  # hangs up at once
    reader.start()
    offer = "kind: redeemable\nkey: k{0}\nname: N{0}\nreceipt_rule: {{flat_discount: 5}}\n"
    for number in range(200):  # more than a pipe holds
        (project / f"k{number}.yaml").write_text(offer.format(number), encoding="utf-8")

    assert run(["plan", "--report", "json=full", "--report", "json=other.json"]) == 3

    shown = capsys.readouterr()
    assert shown.out.startswith("small on sandbox: 201 to create")
    assert "full cannot be written: Broken pipe" in shown.err
    assert json.loads((project / "other.json").read_text(encoding="utf-8"))["summary"]["create"] == 201
