"""Which environment variable stands for which option: the command and the option, as they are written.

    offers plan --allow-creates N      OFFERS_PLAN_ALLOW_CREATES
    offers runs list --format json     OFFERS_RUNS_LIST_FORMAT

An option that several commands share may declare a variable for all of them, such as OFFERS_ENV, and has that one; one
of somebody else's counts where its own is not set.  What an option is called inside of the tool has no say.
"""

from __future__ import annotations

from typing import Final

import click

_OURS: Final = "OFFERS_"


def name_variables(command: click.Command, prefix: str) -> None:
    """Give every option of a command, and of the commands below it, its variable."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            own, declared = variable_of(prefix, parameter), _declared(parameter)
            if not any(name.startswith(_OURS) for name in declared):
                parameter.envvar = [own, *declared]
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            name_variables(below, f"{prefix}_{name}")


def variable_of(prefix: str, option: click.Option) -> str:
    """The variable of an option below a prefix."""
    written = next(name for name in option.opts if name.startswith("--"))
    return f"{prefix}_{written.removeprefix('--')}".replace("-", "_").upper()


def _declared(option: click.Option) -> list[str]:
    if isinstance(option.envvar, str):
        return [option.envvar]
    return list(option.envvar or ())
