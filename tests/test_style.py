"""The checkers that a contributor runs by hand are part of the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("ruff", "check", "--no-cache", "."), id="lint"),
        pytest.param(("ruff", "format", "--check", "--no-cache", "."), id="format"),
        pytest.param(("mypy",), id="types"),
    ],
)
def test_the_code_is_clean(arguments: tuple[str, ...]) -> None:
    """Linter, formatter and type checker have nothing to say."""
    checked = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr
