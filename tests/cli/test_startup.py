"""Help and version come at once: nothing heavy is imported for them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"deepdiff", "httpx", "orjson", "pydantic", "pydantic_core", "rich", "sqlite3", "stamina", "yaml", "asyncio"}
PROGRAM = """
import json, sys
from offers_sync.cli.main import run
code = run(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> tuple[int, set[str]]:
    """The exit code of a command line, and the top-level modules that it loaded."""
    process = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True)
    code, modules = json.loads(process.stderr.splitlines()[-1])
    return code, set(modules)


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("explain", "--help"), ("schema", "--help"), ("init", "--help"), ("graph", "--help")],
)
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """Neither models nor parsers nor clients are loaded to say what there is."""
    code, modules = loaded_by(*arguments)

    assert code == 0
    assert modules & HEAVY == set()


def test_the_page_of_a_code_needs_no_models() -> None:
    """A code is looked up often, from a terminal, and its page comes as fast as help."""
    code, modules = loaded_by("explain", "unknown-field")

    assert code == 0
    assert modules & HEAVY == set()
