"""What is known of a campaign that was sent, or was about to be: there is no list of campaigns, so we have to know.

How it is kept is said by ``state``; what follows from it by ``planning``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from offers_sync.models.values import Tree


class CampaignState(StrEnum):
    """Where a campaign stands; only one that failed may ever be sent again."""

    SENT = "sent"
    """Noted as about to be sent, and nothing since: its run is at work, or died."""
    DONE = "done"
    FAILED = "failed"
    """Certainly not scheduled."""
    UNKNOWN = "unknown"


OPEN_STATES: Final = frozenset({CampaignState.SENT, CampaignState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign as the ledger knows it; times are seconds since 1970 by the store's clock."""

    key: str
    external_id: str
    """The ``external_campaign_id`` that was sent."""
    fields: Tree
    """What was meant: name, redeemable, segment, segment_id, start, timezone and start_time."""
    state: CampaignState = CampaignState.SENT
    answer: Tree = field(default_factory=dict)
    """What the server said of it: campaign_id, start_time, timezone and the like."""
    note: str = ""
    request_id: str = ""
    run: str = ""
    who: str = ""
    sent: float = 0.0
    ended: float | None = None

    @property
    def name(self) -> str:
        """How people call it."""
        return f"campaign/{self.key}"

    @property
    def is_open(self) -> bool:
        """Whether nobody knows what became of it."""
        return self.state in OPEN_STATES

    @property
    def campaign_id(self) -> int | None:
        """The server's number of it."""
        number = self.answer.get("campaign_id")
        return number if isinstance(number, int) else None


@dataclass(frozen=True, slots=True)
class Start:
    """When a campaign begins, on the clock of a zone and as the server takes it."""

    local: str
    timezone: str

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Start | None:
        """The start that a document says; nothing where it says no moment."""
        local, timezone = fields.get("start"), fields.get("timezone")
        if not isinstance(local, str) or not isinstance(timezone, str):
            return None
        start = cls(local, timezone)
        try:
            _ = start.moment
        except (ValueError, OverflowError, OSError, KeyError):
            return None
        return start

    @property
    def moment(self) -> datetime:
        """The instant."""
        return datetime.fromisoformat(self.local).replace(tzinfo=ZoneInfo(self.timezone)).astimezone(UTC)

    @property
    def utc(self) -> str:
        """The instant as the server takes it: ``2021-09-14T18:44:38Z``."""
        return self.moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def words(self) -> str:
        """Both forms, for people."""
        return f"{self.local} {self.timezone} ({self.utc})"
