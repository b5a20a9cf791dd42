"""What the sandbox may know: the plain tables, the errors and the findings, and nothing of the client."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import offers_sync.sandbox

ALLOWED = {"offers_sync.errors", "offers_sync.findings", "offers_sync.contract", "offers_sync"}
PACKAGE = Path(offers_sync.sandbox.__file__).parent


def _imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                found |= {name.name for name in names}
            case ast.ImportFrom(module=module, names=names):
                found |= {f"{module}.{name.name}" if module == "offers_sync" else str(module) for name in names}
    return found


def test_the_sandbox_knows_nothing_of_the_client() -> None:
    """Of this product, the sandbox imports itself, contract, errors and findings only."""
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) > 20
    foreign = {
        f"{file.name}: {name}"
        for file in files
        for name in _imports(file)
        if name.startswith("offers_sync") and not name.startswith("offers_sync.sandbox") and name not in ALLOWED
    }
    assert foreign == set()


def test_importing_the_sandbox_is_cheap() -> None:
    """The package alone brings neither httpx nor uvicorn nor SQLite with it."""
    code = "import sys, offers_sync.sandbox; print({'httpx', 'uvicorn', 'sqlite3', 'yaml'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
