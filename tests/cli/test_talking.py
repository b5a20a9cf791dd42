"""What the command line says on stderr: whatever it quotes is text, to a terminal and to a pipeline's log."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from offers_sync.cli.main import run
from offers_sync.cli.talking import say

PROJECT: Final = """\
project: small
defaults: {timezone: America/Chicago}
environments:
  sandbox: {server: embedded}
"""
OFFER: Final = """\
kind: redeemable
key: a
name: Alpha
description: About alpha.
receipt_rule: {flat_discount: 5.00}
schedule: {start: 2025-01-01T00:00:00, indefinitely: true}
"""
EVIL: Final = "boom \x1b[31m\u202e\n::error::x"
SHOWN: Final = r"boom \x1b[31m\u202e\x0a::error::x"
OBEYED: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one offer, in a folder one stands in."""
    (tmp_path / "redeemables").mkdir()
    (tmp_path / "offers.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "redeemables" / "a.yaml").write_text(OFFER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commit(folder: Path) -> None:
    """Make a repository of the folder, with all its files on the branch main."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "A change"]):
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def check_harmless(told: str) -> None:
    """No character in it is obeyed by a terminal, and no line by a log."""
    assert not OBEYED.search(told)
    assert not re.search(r"^\s*::", told, re.MULTILINE)


@contextmanager
def answering(status: int, body: Any) -> Iterator[str]:
    """A server that answers everything so."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is that of the standard library
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_line_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A line break inside it belongs to what it quotes; a command at its beginning is none."""
    say(EVIL)
    say("  ::error::y")
    say("##[error]z")
    assert capsys.readouterr().err == f"{SHOWN}\n  \\x3a:error::y\n##\\x5berror]z\n"


def test_what_a_server_says_is_text(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that quotes an answer says what the answer says, and does nothing of it."""
    monkeypatch.setenv("KEY", "any-key")
    with answering(400, {"errors": {"base": [EVIL]}}) as address:
        live = f"  live: {{server: '{address}', token: '${{KEY}}'}}\n"
        (project / "offers.yaml").write_text(PROJECT + live, encoding="utf-8")
        assert run(["plan", "--env", "live"]) != 0
    told = capsys.readouterr().err
    assert SHOWN in told
    check_harmless(told)


def test_what_files_of_the_base_say_is_text(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even a field's name that a stranger chose reaches the terminal as more."""
    path = project / "redeemables" / "a.yaml"
    path.write_text(OFFER + '"\\e[31m\\u202e\\n::error::x": 1\n', encoding="utf-8")
    commit(project)
    path.write_text(OFFER, encoding="utf-8")
    assert run(["plan", "--base", "HEAD", "--offline"]) == 3
    told = capsys.readouterr().err
    assert r"\x1b[31m\u202e\x0a::error::x" in told
    check_harmless(told)


def _saved(folder: Path, **others: Any) -> str:
    """The name of a saved plan in which somebody changed something."""
    assert run(["plan", "--out", "p.json"]) == 0
    path = folder / "p.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **others}), encoding="utf-8")
    return "p.json"


@pytest.mark.parametrize(
    ("others", "code", "words"),
    [
        ({"failure": EVIL}, 3, f"p.json holds no plan: {SHOWN}"),
        ({"project": EVIL}, 7, f"it is a plan of the project {SHOWN}, not of small"),
        ({"environment": EVIL}, 3, SHOWN),
        ({"format_version": EVIL}, 3, f"its format is {SHOWN}, not 1"),
    ],
)
def test_what_a_saved_plan_says_is_text(
    others: dict[str, Any], code: int, words: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A saved plan comes from somewhere else, and what it says is quoted."""
    saved = _saved(project, **others)
    assert run(["apply", saved]) == code
    told = capsys.readouterr().err
    assert words in told
    check_harmless(told)


def test_what_differs_from_a_saved_plan_is_text(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both values are shown with their control characters as escapes."""
    saved = _saved(project)
    path = project / "redeemables" / "a.yaml"
    path.write_text(OFFER.replace("About alpha.", '"Al\\x9b31m\\u202e"'), encoding="utf-8")
    assert run(["apply", saved]) == 7
    told = capsys.readouterr().err
    assert '    now  /description: null -> "Al\\x9b31m\\u202e"\n' in told
    check_harmless(told)


@pytest.mark.parametrize(
    "arguments",
    [["--x\x1b[31m\n::error::x"], ["x\x1b[31m\n::error::x"], ["plan", "--format", EVIL], ["plan", "a", f"b{EVIL}"]],
)
def test_what_a_command_line_says_is_text(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Pipelines put names of branches and files into command lines, and a wrong one is quoted."""
    assert run(arguments) == 3
    told = capsys.readouterr().err
    assert r"\x1b[31m" in told
    check_harmless(told)


def test_what_an_error_lists_stands_on_lines_of_its_own(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The breaks between lines that are ours stay."""
    assert run(["init", str(project)]) == 3
    told = capsys.readouterr().err.splitlines()
    assert told[0].endswith("offers.yaml is already there, so nothing was written")
    assert told[1] == "  exists         offers.yaml"
