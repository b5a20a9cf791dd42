"""``offers completion``: the script by which a shell completes commands, options, environments and documents."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(*, shell: str) -> None:
    """Print what makes a shell complete commands, options, environments and keys.

    \b
    bash  echo 'eval "$(offers completion bash)"' >> ~/.bashrc
    zsh   echo 'eval "$(offers completion zsh)"' >> ~/.zshrc, after compinit
    fish  offers completion fish > ~/.config/fish/completions/offers.fish
    """  # noqa: D301  click's own mark for lines that are left as they are
    from click.shell_completion import get_completion_class  # noqa: PLC0415  nobody else pays for it

    from offers_sync.cli.main import offers  # noqa: PLC0415  it imports this module

    form = get_completion_class(shell)
    if form is None:
        raise AssertionError(f"click knows {shell}")
    click.echo(form(offers, {}, "offers", "_OFFERS_COMPLETE").source())
