"""What all tests have at hand: golden files, and hypothesis without the clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("offers", deadline=None, derandomize=True)
settings.load_profile("offers")

Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """One flag regenerates every golden file; the difference is then reviewed as text."""
    parser.addoption("--write-golden", action="store_true", help="write golden files instead of comparing with them")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with the file of that name in the folder ``golden`` beside the test."""
    folder = request.path.parent / "golden"
    is_writing = request.config.getoption("--write-golden")

    def compare(name: str, text: str) -> None:
        path = folder / name
        if is_writing:
            folder.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.exists(), f"{_shown(path)} is missing: run pytest --write-golden"
        assert text == path.read_text(encoding="utf-8"), f"{_shown(path)} differs; pytest --write-golden renews it"

    return compare


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:])
