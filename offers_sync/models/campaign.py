"""Campaigns: one gifting of an offer to a whole segment, which cannot be undone."""

from __future__ import annotations

from typing import Literal

from offers_sync.contract import CampaignCategory, CampaignType
from offers_sync.models.documents import Keyed
from offers_sync.models.fields import OURS, LocalTime, Name, Timezone, field
from offers_sync.models.references import Reference


class Campaign(Keyed):
    """A gift of one offer to every guest of a segment, sent once and never again."""

    kind: Literal["campaign"] = field("What the document describes: a gift to a segment.", vendor=OURS)
    name: Name = field("The name shown in the vendor's dashboard.", examples=["Summer kick-off"])
    redeemable: Reference = field(
        "The offer that is gifted: its key, or {external_id: ...} of one that git does not manage.",
        vendor="redeemable_uuid",
        examples=["ten-off-sandwich"],
    )
    segment: Name = field(
        "The name of the segment whose guests get it; resolved in each environment.",
        vendor="segment_id",
        examples=["Loyal Regulars"],
    )
    start: LocalTime = field(
        "When the gifting starts, on the clock of `timezone`; at least fifteen minutes ahead when it is sent.",
        vendor="start_time",
        examples=["2040-06-01T10:00:00"],
    )
    timezone: Timezone | None = field(
        "The zone whose clock `start` is read on; that of offers.yaml by default.",
        default=None,
        examples=["America/Chicago"],
    )
    campaign_type: CampaignType | None = field(
        "The vendor's type of campaign; there is one.", default=None, examples=["mass_gifting"]
    )
    category: CampaignCategory | None = field(
        "The vendor's category of gift; there is one.", default=None, examples=["gift_redeemable"]
    )
    external_campaign_id: Name | None = field(
        "The id that the vendor shows for the campaign, where it is not to be derived from the key.",
        default=None,
        examples=["summer-kick-off"],
    )
