"""``offers redeem``: redeem points or rewards on behalf of guests, a row each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from offers_sync.cli.bulk_options import bulk_options

if TYPE_CHECKING:
    from offers_sync.cli.bulk import Asked

ROWS_LIMIT: Final = 1_000
"""The vendor means this for single cases; more needs to be said."""


@click.command()
@click.argument("rows", type=click.Path(path_type=Path, dir_okay=False))
@bulk_options
@click.option("--allow-rows", type=click.IntRange(min=0), metavar="N", help="Let more than 1,000 rows through.")
@click.option("--requested-punches", metavar="N", help="Points or visits, for rows that name nothing to redeem.")
@click.option("--force-message", metavar="TEXT", help="The message that goes with each redemption.")
@click.option("--fuel-redemption", metavar="true|false", help="Whether they are redemptions of fuel.")
def redeem(asked: Asked, *, allow_rows: int | None, **defaults: Any) -> int:
    """Redeem points or rewards on behalf of guests, one ROW each, in a .csv or .jsonl file.

    `offers explain redeem` lists the columns; the options above fill in what a row leaves out. The vendor means this
    for single cases, so more than a thousand rows need --allow-rows.
    """
    from offers_sync.bulk.actions import REDEEM  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.bulk import carry_out  # noqa: PLC0415

    return carry_out(REDEEM, replace(asked.filling_in(defaults), most_rows=max(ROWS_LIMIT, allow_rows or 0)))
