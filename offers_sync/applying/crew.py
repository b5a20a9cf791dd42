"""Threads that note, send and settle batches: more than calls that are let out at once, so noting costs no time.

How many calls are under way is the client's business; what a batch is, and what its end means, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self, TypeVar

from offers_sync.wire.client import CONCURRENCY_LIMIT

Argument = TypeVar("Argument")
Result = TypeVar("Result")

SIZE: Final = CONCURRENCY_LIMIT + CONCURRENCY_LIMIT // 2


class Crew:
    """Threads for as long as a run lasts; use it in a ``with``."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(SIZE, thread_name_prefix="batches")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What is under way comes to its end first, unless a person insists."""
        is_urgent = kind is not None and issubclass(kind, KeyboardInterrupt)
        self._threads.shutdown(wait=not is_urgent, cancel_futures=True)

    def in_order(self, function: Callable[[Argument], Result], arguments: Iterable[Argument]) -> Iterator[Result]:
        """The function of each argument, many at once, in the order of the arguments."""
        return self._threads.map(function, arguments)
