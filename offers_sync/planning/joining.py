"""An offer in the list of the distribution side, which does not show our ids.

By equality of the two long ids first, then by a name that is unique in both lists, unless the row bears the id of
another offer; where neither gives exactly one, there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from offers_sync.models.values import Listing, Offered


def join(external_id: str, offered: Sequence[Offered], listing: Callable[[], Listing]) -> Offered | str:
    """The one row of the list that is an offer, or the reason why there is none."""
    same_id = [each for each in offered if each.redeemable_uuid and each.redeemable_uuid == external_id]
    if len(same_id) == 1:
        return same_id[0]
    if same_id:
        return f"{len(same_id)} entries of the distribution list have its id"
    found = listing()
    live = next((each for each in found.items if each.external_id == external_id), None)
    if live is None:
        return "it does not live on the server; `offers apply` creates it"
    if not live.name or sum(each.name == live.name for each in found.items) != 1:
        return "the distribution list does not show its id, and its name is not its own"
    same_name = [each for each in offered if each.name == live.name]
    if len(same_name) != 1:
        return f"the distribution list does not show its id, and shows its name {len(same_name)} times"
    if any(each.external_id == same_name[0].redeemable_uuid for each in found.items if each.external_id):
        return "the distribution list does not show its id, and shows its name with the id of another offer"
    return same_name[0]
