"""A module imports only from lower layers, and neighbours of one layer do not know each other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import offers_sync
from offers_sync.cli import main

ROOT = Path(offers_sync.__file__).parent
PACKAGE = "offers_sync"
LAYERS: dict[str, int] = {
    "errors": 0,
    "findings": 0,
    "codes": 0,
    "collecting": 0,
    "contract": 0,
    "durations": 0,
    "models": 1,
    "loading": 2,
    "wire": 2,
    "planning": 2,
    "state": 2,
    "applying": 3,
    "bulk": 3,
    "forge": 3,
    "pulling": 3,
    "sandbox": 3,
    "reporting": 4,
    "cli": 5,
}
"""Every room of the package and its layer; what is planned may stand here before it is built."""
WITHIN_A_LAYER = {("codes", "findings")}
"""The registry of codes is made of findings' own values."""
NARROWER = {"sandbox": 0}
"""Rooms that may know less than their layer allows: the vendor shares the contract's facts, or one mistake in our
translation would hide in both."""

_DOTTED = re.compile(rf"{PACKAGE}(\.\w+)+\.?")
MODULES = sorted(ROOT.rglob("*.py"))


def room_of(module: Path) -> str:
    """The top-level module or package that a file belongs to; nothing for the package's own file."""
    first = module.relative_to(ROOT).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


ROOMS = {room_of(module) for module in MODULES} - {""}


def imported_rooms(text: str, folder: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """The rooms that a module of a folder imports: in functions, for types only, or by a name in text."""
    for node in ast.walk(ast.parse(text)):
        for name in _names(node, folder):
            parts = name.split(".")
            if parts[0] == PACKAGE and len(parts) > 1 and parts[1] in ROOMS:
                yield parts[1], getattr(node, "lineno", 0)


def _names(node: ast.AST, folder: tuple[str, ...]) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom(level=0):
            return [f"{node.module}.{alias.name}" for alias in node.names]
        case ast.ImportFrom():
            origin = (PACKAGE, *folder[: len(folder) - node.level + 1], *filter(None, [node.module]))
            return [".".join((*origin, alias.name)) for alias in node.names]
        case ast.Constant(value=str() as text) if _DOTTED.fullmatch(text):
            return [text]
        case _:
            return []


def may_import(importer: str, imported: str) -> bool:
    """Whether one room may know another."""
    if importer == imported or (importer, imported) in WITHIN_A_LAYER:
        return True
    limit = NARROWER.get(importer, LAYERS[importer] - 1)
    return LAYERS[imported] <= limit


def test_every_room_has_its_layer() -> None:
    """A new module or package of the top level is given a layer before it is used."""
    assert set(LAYERS) >= ROOMS


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(ROOT).as_posix())
def test_imports_go_downwards(module: Path) -> None:
    """No module imports from its own layer's neighbours or from above, not even inside a function."""
    importer = room_of(module)
    place = module.relative_to(ROOT)
    forbidden = [
        f"{place.as_posix()}:{line} imports {imported}"
        for imported, line in imported_rooms(module.read_text(encoding="utf-8"), place.parts[:-1])
        if not importer or not may_import(importer, imported)
    ]

    assert forbidden == []


@pytest.mark.parametrize(
    "text",
    [
        "import offers_sync.wire.client",
        "from offers_sync import wire",
        "from offers_sync.wire.client import Client",
        "from ..wire import client",
        "from ..wire.client import Client",
        "from .. import wire",
        "def late():\n    from offers_sync.wire import client",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import offers_sync.wire",
        "import importlib\nimportlib.import_module('offers_sync.wire.client')",
        "from importlib import import_module\nimport_module(f'offers_sync.wire.{1}')",
        "HOMES = {'client': ('offers_sync.wire.client', 'Client')}",
    ],
)
def test_an_import_is_seen_wherever_it_hides(text: str) -> None:
    """Each way of importing is found, or the test above would mean little."""
    assert {imported for imported, _ in imported_rooms(text, ("sandbox",))} == {"wire"}


def test_what_may_know_what() -> None:
    """The table means what the drawing says."""
    assert not may_import("sandbox", "wire")
    assert not may_import("sandbox", "models")
    assert not may_import("planning", "loading")
    assert not may_import("models", "reporting")
    assert not may_import("contract", "errors")
    assert may_import("sandbox", "contract")
    assert may_import("reporting", "planning")


@pytest.mark.parametrize("name", sorted(main.offers.list_commands(None)))  # type: ignore[arg-type]  the list needs none
def test_every_command_that_help_shows_is_there(name: str) -> None:
    """A command on the help page can be called."""
    command = main.offers.get_command(None, name)  # type: ignore[arg-type]  nothing of the context is used

    assert command is not None
    assert command.name == name
