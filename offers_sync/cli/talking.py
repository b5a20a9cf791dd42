"""What is said on stderr, a line at a time: whatever it quotes, it is text and nothing else.

Whole reports are escaped where they are made, by ``reporting``.
"""

from __future__ import annotations

import click


def say(line: str) -> None:
    """Say one line; a line break inside it belongs to what it quotes, and is shown as an escape."""
    click.echo(spoken(line), err=True)


def spoken(line: str) -> str:
    """The line as it may be shown."""
    from offers_sync.reporting.escaping import spoken as escaped  # noqa: PLC0415  help has nothing to say

    return escaped(line)
