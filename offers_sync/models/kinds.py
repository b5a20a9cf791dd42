"""The kinds of document, by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Literal

from offers_sync.models.campaign import Campaign
from offers_sync.models.criterion import Criterion
from offers_sync.models.locale import Locale
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.schedule import Schedule
from offers_sync.models.selector import Selector

Kind = Literal["selector", "criterion", "redeemable", "schedule", "locale", "campaign"]
AnyDocument = Selector | Criterion | Redeemable | Schedule | Locale | Campaign

KINDS: Final = MappingProxyType[str, type[AnyDocument]](
    {
        "selector": Selector,
        "criterion": Criterion,
        "redeemable": Redeemable,
        "schedule": Schedule,
        "locale": Locale,
        "campaign": Campaign,
    }
)
KEYED: Final[tuple[type[Selector | Criterion | Redeemable | Schedule | Campaign], ...]] = (
    Selector,
    Criterion,
    Redeemable,
    Schedule,
    Campaign,
)
"""The kinds that others can name."""
WITH_IDENTITY: Final[tuple[type[Selector | Criterion | Redeemable], ...]] = (Selector, Criterion, Redeemable)
"""The kinds that are objects on the server, and can be named anew or taken over."""
