"""The receipt rule of a redeemable: a criterion of its own, one that exists, or a flat discount.

What is sent beside the members of the chosen type is ignored, as the examples send leftovers.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_never, cast, get_args

from offers_sync import contract
from offers_sync.contract import Bounds
from offers_sync.sandbox.validation.criteria import read_criterion
from offers_sync.sandbox.validation.scalars import Number, read_scalar
from offers_sync.sandbox.validation.verdicts import ItemFailure, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offers_sync.sandbox.validation.verdicts import Accepted, Surroundings
    from offers_sync.sandbox.world import Stored


@dataclass(frozen=True, slots=True)
class Kept:
    """The rule stays, or goes, or is a flat discount or an existing criterion: it is stored as it is here."""

    rule: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Inline:
    """The rule comes with a criterion that is still to be made, or changed where ``changes`` names one."""

    external_id: str
    criterion: Accepted
    changes: Stored | None


def read_receipt_rule(
    sent: Any, old: Mapping[str, Any] | None, old_criterion: Stored | None, around: Surroundings
) -> Kept | Inline:
    """What is to be stored for a rule that was sent."""
    if sent is None and around.is_update and around.settings.null_on_update == "keep":
        return Kept(dict(old) if old else None)
    if around.is_update and sent in (None, {}):
        return Kept(None)
    if not isinstance(sent, dict) or not sent:
        raise ItemFailure("receipt_rule can't be blank")
    if around.is_update and around.settings.objects_on_update == "merge" and old is not None:
        sent = {**_as_sent(old, old_criterion), **sent}
    qualifier_type = sent.get("qualifier_type")
    if qualifier_type not in get_args(contract.QualifierType):
        raise ItemFailure("receipt_rule qualifier_type is not included in the list")
    if around.settings.criterion_always_required and not sent.get("redeeming_criterion"):
        raise ItemFailure("receipt_rule redeeming_criterion can't be blank")
    match cast("contract.QualifierType", qualifier_type):
        case "new":
            return _read_new(sent, old_criterion, around)
        case "existing":
            return _read_existing(sent, around)
        case "flat_discount":
            return _read_flat(sent, around)
        case unreachable:
            assert_never(unreachable)


def _as_sent(old: Mapping[str, Any], criterion: Stored | None) -> dict[str, Any]:
    sent = {name: old[name] for name in ("qualifier_type", "discount_amount") if name in old}
    return {**sent, "redeeming_criterion_id": criterion.external_id} if criterion else sent


def _read_new(sent: dict[str, Any], old_criterion: Stored | None, around: Surroundings) -> Inline:
    item = sent.get("redeeming_criterion")
    if not isinstance(item, dict) or not item:
        raise ItemFailure("receipt_rule redeeming_criterion can't be blank")
    external_id = item.get("external_id")
    if is_blank(external_id) or not isinstance(external_id, str):
        raise ItemFailure("receipt_rule redeeming_criterion external_id can't be blank")
    changes = old_criterion if around.settings.patching_new_again == "same" else None
    if changes is not None and changes.external_id != external_id:
        changes = None
    old = changes.body if changes else {}
    return Inline(external_id, read_criterion(item, old, around, is_inline=True), changes)


def _read_existing(sent: dict[str, Any], around: Surroundings) -> Kept:
    external_id = sent.get("redeeming_criterion_id")
    criterion = around.lookup.criterion_id(external_id) if isinstance(external_id, str) else None
    if criterion is None:
        raise ItemFailure("receipt_rule redeeming_criterion_id could not be found")
    return Kept({"qualifier_type": "existing", "criterion": criterion})


def _read_flat(sent: dict[str, Any], around: Surroundings) -> Kept:
    name = "discount_amount"
    amount = sent.get(name, sent.get("discount"))
    if amount is None:
        raise ItemFailure(f"receipt_rule {name} can't be blank")
    value = read_scalar(f"receipt_rule {name}", amount, Number(Bounds(None, None)), around)
    if Decimal(str(value)) <= 0:
        raise ItemFailure(f"receipt_rule {name} must be greater than 0")
    return Kept({"qualifier_type": "flat_discount", name: value})
