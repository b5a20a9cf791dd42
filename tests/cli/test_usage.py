"""Command lines that are not understood: what was meant is said, where that can be told."""

from __future__ import annotations

import pytest

from offers_sync.cli.main import run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plam"], "No such command 'plam'. Did you mean 'plan'?"),
        (["doktor", "-C", "x"], "No such command 'doktor'. Did you mean 'doctor'?"),
        (["zzzz"], "No such command 'zzzz'."),
        (["state", "lst"], "No such command 'lst'. Did you mean 'list'?"),
        (["--verson"], "No such option '--verson'. Did you mean '--version'?"),
        (["-C", "x", "apply"], "No such option '-C'. Options of a command stand after it: `offers apply -C ...`"),
        (["--env", "x"], "No such option '--env'. Options of a command stand after it: `offers plan --env ...`"),
    ],
)
def test_what_was_meant_is_said(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    """A command that is not there, and an option that stands before its command, end with 3 and the way out."""
    assert run(arguments) == 3
    shown = capsys.readouterr()
    assert (shown.out, shown.err.splitlines()[-1]) == ("", f"Error: {words}")
