"""When Python looks for cycles: not while a great many values are made that hold none, and never among those.

Each look goes over everything that was made since the last one, so reading ten thousand offers would take half as
long again; so would ending the process, which looks one last time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Look for no cycles meanwhile, nor later among what is there at the end; for reading, whose values hold none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.enable()
