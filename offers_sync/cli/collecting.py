"""When Python looks for cycles: not while a great many values are made that hold none.

Each look goes over everything there is, so that reading ten thousand offers would take twice as long.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Look for none meanwhile; for reading, whose values hold none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def settled() -> Iterator[None]:
    """Look for none among what is there already; for working on it."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
