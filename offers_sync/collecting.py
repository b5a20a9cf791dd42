"""When Python looks for cycles: not while a great many values are made that hold none, and never among those.

Each look goes over everything that was made since the last one, so reading ten thousand offers would take half as
long again; so would ending the process, which looks one last time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_MANY: Final = 50_000
"""So many new values take a hundredth of a second to look over; fewer are left to Python."""

_LAST: Final[list[object]] = []


def collect_seldom() -> None:
    """For a whole command: what importing makes alone is looked at dozens of times otherwise."""
    gc.set_threshold(_MANY, *gc.get_threshold()[1:])


def keep_to_the_end(value: object) -> None:
    """Keep the last value given, which may be large: the end of the process takes it back whole, and not bit by bit."""
    _LAST[:] = [value]


@contextmanager
def no_collection() -> Iterator[None]:
    """Look for no cycles meanwhile, nor later among what is there at the end; for reading, whose values hold none.

    Inside another one, the outermost decides.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if gc.get_count()[0] > _MANY:
                gc.freeze()
            gc.enable()
