"""Ctrl-C while a command reads or begins: it ends at once, with a word and 130, whatever it waits for."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from offers_sync.state.opening import open_store

PROJECT = """\
project: small
environments:
  silent: {{server: "http://127.0.0.1:{port}", token: "${{PATH}}", state: local}}
"""
OFFER = "kind: redeemable\nkey: a\nname: Alpha\nreceipt_rule: {flat_discount: 5.00}\nsegment: Regulars\n"
MAIN = "from offers_sync.cli.main import main; main()"
AT_ONCE_SECONDS = 20
"""What a busy machine may take; the server is given a minute to answer, several times."""
MODELS = """\
import signal, sys, types
import click
from offers_sync.cli.main import main
from pydantic_core import SchemaSerializer

class Constant(list):
    def __repr__(self):
        signal.raise_signal(signal.SIGINT)

@click.command()
def explain():
    SchemaSerializer({"type": "literal", "expected": [Constant()]})

sys.modules["offers_sync.cli.explain"] = types.SimpleNamespace(explain=explain)
sys.argv = ["offers", "explain"]
main()
"""
"""A command that is interrupted while pydantic builds a model."""


@contextmanager
def silent_server() -> Iterator[socket.socket]:
    """A server that lets everybody in and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        yield server


@pytest.mark.parametrize("command", [["plan"], ["drift"], ["list", "redeemables"], ["doctor"], ["apply", "--yes"]])
def test_nobody_waits_for_a_silent_server_after_an_interrupt(tmp_path: Path, command: list[str]) -> None:
    """The command says that it stopped and is gone, and the environment is held by nobody."""
    with silent_server() as server:
        (tmp_path / "offers.yaml").write_text(PROJECT.format(port=server.getsockname()[1]), encoding="utf-8")
        (tmp_path / "a.yaml").write_text(OFFER, encoding="utf-8")
        words = [sys.executable, "-c", MAIN, *command, "--env", "silent"]
        running = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            peer, _ = server.accept()
            with peer:
                peer.recv(1)
                running.send_signal(signal.SIGINT)
                is_ignored = False
                try:
                    out, told = running.communicate(timeout=AT_ONCE_SECONDS)
                except subprocess.TimeoutExpired:  # Python ignores one that comes while it lets go of an import
                    is_ignored = True
                    running.send_signal(signal.SIGINT)
                    out, told = running.communicate(timeout=AT_ONCE_SECONDS)
        finally:
            running.kill()
            running.communicate()

    said = told.splitlines()[-1] if is_ignored and "Exception ignored in" in told else told.strip()
    assert (running.returncode, out, said) == (130, "", "stopped.")
    if command[0] == "apply":
        with open_store(tmp_path / ".offers" / "state.db", "small", "silent") as store:
            assert store.current_hold() is None


def test_an_interrupt_is_one_although_a_library_makes_another_error_of_it() -> None:
    """What pydantic turns Ctrl-C into while it builds a model is no fault of the tool."""
    done = subprocess.run([sys.executable, "-c", MODELS], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "stopped.")
