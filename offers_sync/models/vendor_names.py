"""The vendor's names of our fields, read off the models, so that what writes payloads and what reads them back agree.

Where one field of ours is several of theirs, or the shapes differ, each reader of this table says so itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel

from offers_sync.models.criterion import ItemQualifier, LineItemFilter
from offers_sync.models.fields import OURS
from offers_sync.models.redeemable import ReceiptRule, Redeemable, Translation
from offers_sync.models.schedule import InlineSchedule


def names_of(model: type[BaseModel]) -> Mapping[str, str]:
    """The vendor's name of each field that is one of theirs, by ours."""
    names: dict[str, str] = {}
    for name, facts in model.model_fields.items():
        extra = facts.json_schema_extra
        vendor = extra.get("x-vendor", name) if isinstance(extra, dict) else name
        if isinstance(vendor, str) and vendor != OURS and ", " not in vendor:
            names[name] = vendor
    return MappingProxyType(names)


SCHEDULE_NAMES: Final = names_of(InlineSchedule)
LOCALE_NAMES: Final = names_of(Translation)
"""Two lists of texts by language on their side, one map by language on ours."""
SELECTOR_NAME: Final = names_of(LineItemFilter)["selector"]
SEGMENT_NAME: Final = names_of(Redeemable)["segment"]
FLAT_DISCOUNT_NAME: Final = names_of(ReceiptRule)["flat_discount"]
SELECTOR_LISTS: Final = tuple(
    name
    for name, model in (("line_item_filters", LineItemFilter), ("item_qualifiers", ItemQualifier))
    if "selector" in model.model_fields
)
"""The lists of a criterion whose members refer to a selector."""
