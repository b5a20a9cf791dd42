"""The strategies give what they promise, so that tests built on them mean something."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import strategies
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from offers_sync.findings import Severity
from offers_sync.loading.composing import read_values
from offers_sync.loading.loading import load_project
from offers_sync.loading.texts import FileText
from offers_sync.models.kinds import KINDS


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate])
@given(written=strategies.projects())
def test_a_written_project_has_no_error(written: strategies.WrittenProject) -> None:
    """A project of the strategies loads without a finding of severity error, every document included."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_project(written.write(Path(folder)))

    assert [finding for finding in loaded.findings if finding.severity is Severity.ERROR] == []
    assert len(loaded.documents) == len(written.documents)


@settings(max_examples=60)
@given(written=st.lists(strategies.any_documents(), min_size=1, max_size=3))
def test_what_is_written_is_what_is_read(written: list[strategies.Written]) -> None:
    """A document goes through YAML text and our reader unchanged."""
    values = read_values(FileText("offers.yaml", strategies.as_yaml(written)))

    assert values.complaints == ()
    assert list(values.documents) == written


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_comes_and_goes(kind: str) -> None:
    """Each optional field of a document is drawn and left out."""
    seen: set[str] = set()
    left_out: set[str] = set()

    @settings(max_examples=60, database=None)
    @given(written=strategies.documents(kind))
    def look(written: strategies.Written) -> None:
        seen.update(written)
        left_out.update(set(KINDS[kind].model_fields) - set(written))

    look()

    optional = {name for name, fact in KINDS[kind].model_fields.items() if not fact.is_required()}
    assert seen == set(KINDS[kind].model_fields)
    assert left_out == optional
