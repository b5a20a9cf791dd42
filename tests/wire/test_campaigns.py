"""What the answer to a campaign says about its start."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from offers_sync.wire.campaigns import Scheduled

QUARTER_TO_SEVEN = datetime(2021, 9, 14, 18, 44, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ({"start_time": "2021-09-14 06:44 PM", "timezone": "Etc/UTC"}, QUARTER_TO_SEVEN),
        ({"start_time": "2021-09-14 13:44", "timezone": "America/Chicago"}, QUARTER_TO_SEVEN),
        ({"start_time": "2021-09-14T18:44:38Z"}, QUARTER_TO_SEVEN),
        ({"start_time": "2021-09-14 06:44 PM"}, None),
        ({"start_time": "tomorrow", "timezone": "Etc/UTC"}, None),
        ({"start_time": "9999-12-31 11:59 PM", "timezone": "America/Chicago"}, None),
        ({"start_time": "0001-01-01T00:00:00+09:00"}, None),
        ({}, None),
    ],
)
def test_the_moment_that_an_answer_names(said: dict[str, str], moment: datetime | None) -> None:
    """In the forms that the vendor shows, to the minute; nothing where it names none that universal time has."""
    assert Scheduled(said).moment == moment
