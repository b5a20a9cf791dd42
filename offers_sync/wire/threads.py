"""Threads that read side by side, and are waited for unless a person has enough of waiting.

A thread that waits for a silent server cannot be woken, so nobody waits for it after Ctrl-C; the process ends
without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def side_by_side(count: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """So many threads, for as long as they are needed."""
    pool = ThreadPoolExecutor(count, thread_name_prefix=name)
    is_waited_for = True
    try:
        yield pool
    except KeyboardInterrupt:
        is_waited_for = False
        raise
    finally:
        pool.shutdown(wait=is_waited_for, cancel_futures=not is_waited_for)
