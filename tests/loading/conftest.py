"""A project in a folder of its own for every test of loading."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import WrittenFiles


@pytest.fixture
def project(tmp_path: Path) -> WrittenFiles:
    """An offers.yaml with two environments, and nothing else yet."""
    return WrittenFiles(tmp_path)
