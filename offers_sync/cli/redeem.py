"""``offers redeem``: redeem points or rewards on behalf of guests, a row each."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from offers_sync.cli.bulk_options import bulk_options

ROWS_LIMIT: Final = 1_000
"""The vendor means this for single cases; more needs to be said."""


@click.command()
@click.argument("rows", type=click.Path(path_type=Path, dir_okay=False))
@bulk_options
@click.option("--allow-rows", type=click.IntRange(min=0), metavar="N", help="Let more than 1,000 rows through.")
@click.option("--requested-punches", metavar="N", help="Points or visits, for rows that name nothing to redeem.")
@click.option("--force-message", metavar="TEXT", help="The message that goes with each redemption.")
@click.option("--fuel-redemption", metavar="true|false", help="Whether they are redemptions of fuel.")
def redeem(  # noqa: PLR0913  one parameter for each option
    *,
    rows: Path,
    directory: Path | None,
    environment: str | None,
    name: str | None,
    yes: bool,
    skip_invalid: bool,
    allow_repeats: bool,
    again: bool,
    resend_unknown: bool,
    retry_failed: bool,
    results: Path | None,
    form: str,
    allow_rows: int | None,
    **defaults: Any,
) -> int:
    """Redeem points or rewards on behalf of guests, one ROW each, in a .csv or .jsonl file.

    `offers explain redeem` lists the columns; the options above fill in what a row leaves out. The vendor means this
    for single cases, so more than a thousand rows need --allow-rows.
    """
    from offers_sync.bulk.actions import REDEEM  # noqa: PLC0415  help does not pay for it
    from offers_sync.cli.bulk import Asked, Resending, carry_out  # noqa: PLC0415

    asked = Asked(
        rows,
        name,
        {option: value for option, value in defaults.items() if value is not None},
        is_agreed=yes,
        skips_invalid=skip_invalid,
        allows_repeats=allow_repeats,
        allows_again=again,
        most_rows=max(ROWS_LIMIT, allow_rows or 0),
        resending=Resending(resend_unknown, retry_failed),
        results=results,
        form=form,
    )
    return carry_out(directory or Path(), environment, REDEEM, asked)
