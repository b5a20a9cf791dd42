"""``offers explain``: what a field, a kind, a word or a finding's code means."""

from __future__ import annotations

import shutil
from difflib import get_close_matches
from typing import Final

import click

from offers_sync import codes
from offers_sync.cli.options import format_option
from offers_sync.errors import ExitCode, InvalidInputError
from offers_sync.reporting import code_pages
from offers_sync.reporting.layout import fitting

_GUESSES: Final = 2


@click.command()
@click.argument("name", required=False)
@format_option("text", "json")
def explain(*, name: str | None, form: str) -> int:
    """Say what NAME means: a kind, a field, a word of the vendor's, or the code of a finding.

    \b
    offers explain redeemable
    offers explain redeemable.schedule.expiry_days
    offers explain unknown-field
    """  # noqa: D301  click keeps the lines after this mark as they are
    click.echo(_index(form) if name is None else _page(name, form), nl=False)
    return ExitCode.DONE


def _width() -> int:
    return fitting(shutil.get_terminal_size().columns)


def _index(form: str) -> str:
    from offers_sync.models.meanings import KINDS, ROWS  # noqa: PLC0415  a code's page needs no models

    kinds = {"offers.yaml": "the project: its name, languages, guards and environments", **KINDS, **ROWS}
    if form == "json":
        return code_pages.index_json(kinds, codes.all_codes())
    return code_pages.index_text(kinds, codes.all_codes(), _width())


def _page(name: str, form: str) -> str:
    code = codes.find_code(name)
    if code is not None:
        return code_pages.code_json(code) if form == "json" else code_pages.code_text(code, _width())
    from offers_sync.models.explaining import explain as find  # noqa: PLC0415  a code's page needs no models
    from offers_sync.reporting.explaining import explained_json, explained_text  # noqa: PLC0415

    found = find(name)
    if found is None:
        raise InvalidInputError(f"nothing here is called `{name}`", hint=_hint(name))
    return explained_json(found) if form == "json" else explained_text(found, _width())


def _hint(name: str) -> str:
    close = _meant_by(name)
    if not close:
        return "`offers explain` lists what there is"
    return f"did you mean {' or '.join(f'`{match}`' for match in close)}?"


def _meant_by(name: str) -> list[str]:
    """The fields of that name deeper down, or what is spelled nearly so."""
    from offers_sync.models.explaining import fields_below, known_names  # noqa: PLC0415

    below = fields_below(name)
    if below is None:
        return get_close_matches(name, (*known_names(), *(code.name for code in codes.all_codes())), n=_GUESSES)
    last = name.rpartition(".")[2]
    words = [last] if last in below else get_close_matches(last, below, n=_GUESSES)
    return list(dict.fromkeys(path for word in words for path in below[word]))[:_GUESSES]
