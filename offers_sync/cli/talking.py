"""What is said on stderr, a line at a time: whatever it quotes, it is text and nothing else.

Whole reports are escaped where they are made, by ``reporting``.
"""

from __future__ import annotations

from contextlib import suppress

import click


def say(line: str) -> None:
    """Say one line; a line break inside it belongs to what it quotes, and is shown as an escape.

    Where nobody listens any more, what is being done goes on: a run that writes does not stop half way for that.
    """
    with suppress(OSError):
        click.echo(spoken(line), err=True)


def spoken(line: str) -> str:
    """The line as it may be shown."""
    from offers_sync.reporting.escaping import spoken as escaped  # noqa: PLC0415  help has nothing to say

    return escaped(line)
