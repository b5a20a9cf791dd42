"""``offers gift``: give points, money or an offer to guests, a row each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from offers_sync.cli.bulk_options import bulk_options

if TYPE_CHECKING:
    from offers_sync.cli.bulk import Asked

_ENTITIES: Final = ("gift_count", "redeemable", "redeemable_id", "reward_amount")


@click.command()
@click.argument("rows", type=click.Path(path_type=Path, dir_okay=False))
@bulk_options
@click.option("--gift-count", metavar="N", help="Points or visits, for rows that name no gift.")
@click.option("--redeemable", metavar="KEY", help="The offer by its key, for rows that name no gift.")
@click.option("--redeemable-id", metavar="N", help="The offer by its number, for rows that name no gift.")
@click.option("--reward-amount", metavar="N", help="Money, for rows that name no gift.")
@click.option("--end-date", metavar="DATE", help="The last day of each gift.")
@click.option("--message", metavar="TEXT", help="The message that guests get.")
@click.option("--subject", metavar="TEXT", help="The subject of that message.")
@click.option("--gift-reason", metavar="TEXT", help="Why it is given, for the vendor's records.")
@click.option("--location-id", metavar="N", help="The restaurant that gifts are booked on.")
@click.option(
    "--reset-guest-last-activity", metavar="true|false", help="Whether a gift is a sign of life of the guest."
)
def gift(asked: Asked, **defaults: Any) -> int:
    """Give points, money or offers to guests, one ROW each, in a .csv or .jsonl file.

    `offers explain gift` lists the columns; the options above fill in what a row leaves out. All rows are checked
    before the first is sent, and each is sent at most once: the same command goes on where it stopped.
    """
    from offers_sync.bulk.actions import GIFT  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.bulk import carry_out  # noqa: PLC0415

    if sum(defaults[option] is not None for option in _ENTITIES) > 1:
        raise click.UsageError("only one of --gift-count, --redeemable, --redeemable-id and --reward-amount")
    return carry_out(GIFT, asked.filling_in(defaults))
