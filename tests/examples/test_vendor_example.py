"""The offer that the vendor's documents create, written in our language, against what they send."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

import pytest

from offers_sync.cli.main import run

EXAMPLE: Final = Path(__file__).with_name("vendor-example")


def test_field_by_field(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It comes out on the wire as the documents send it, but for nulls and members of other forms of rule."""
    project = str(shutil.copytree(EXAMPLE, tmp_path / "project"))
    run(["apply", project, "--yes"])
    capfd.readouterr()
    run(["sandbox", "log", "-C", project, "--format", "json"])
    requests = json.loads(capfd.readouterr().out)
    sent = [request["body"] for request in requests if request["endpoint"] == "create-redeemables"]
    assert sent == [json.loads((EXAMPLE / "expected-payload.json").read_text(encoding="utf-8"))]
