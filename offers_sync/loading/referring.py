"""Which documents a document names, and by which of its fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from offers_sync.loading.complaints import Path
from offers_sync.models.campaign import Campaign
from offers_sync.models.criterion import Criterion, InlineCriterion
from offers_sync.models.kinds import AnyDocument
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.references import External

ReferredKind = Literal["selector", "criterion", "redeemable", "schedule"]


class Referral(NamedTuple):
    """A reference: what it names, and where it stands."""

    kind: ReferredKind
    named: str | External
    path: Path


_RULE_PATH: Path = ("receipt_rule", "criterion")
REFERRING: Final = (Criterion, Redeemable, Campaign)
"""The kinds that refer to others."""
HOLDING_CRITERIA: Final = (Criterion, Redeemable)
"""The kinds that are a criterion, or may hold one."""


def referrals_of(model: AnyDocument) -> Iterator[Referral]:
    """Every reference that a document makes, inline criteria included."""
    match model:
        case Redeemable():
            criterion = model.receipt_rule.criterion
            if isinstance(criterion, InlineCriterion):
                yield from _selectors(criterion, _RULE_PATH)
            elif criterion is not None:
                yield Referral("criterion", criterion, _RULE_PATH)
            if isinstance(model.schedule, str):
                yield Referral("schedule", model.schedule, ("schedule",))
        case Criterion():
            yield from _selectors(model, ())
        case Campaign():
            yield Referral("redeemable", model.redeemable, ("redeemable",))
        case _:
            return


def criteria_in(model: AnyDocument) -> Iterator[tuple[Criterion | InlineCriterion, Path]]:
    """The criterion that a document is, or that is written inside it, and its path."""
    if isinstance(model, Redeemable):
        if isinstance(model.receipt_rule.criterion, InlineCriterion):
            yield model.receipt_rule.criterion, _RULE_PATH
    elif isinstance(model, Criterion):
        yield model, ()


def _selectors(criterion: Criterion | InlineCriterion, path: Path) -> Iterator[Referral]:
    for index, line_filter in enumerate(criterion.line_item_filters or ()):
        yield Referral("selector", line_filter.selector, (*path, "line_item_filters", index, "selector"))
    for index, qualifier in enumerate(criterion.item_qualifiers or ()):
        yield Referral("selector", qualifier.selector, (*path, "item_qualifiers", index, "selector"))
