"""How far a bulk run is, on stderr: a bar with rate and time remaining on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from offers_sync.cli.talking import say

if TYPE_CHECKING:
    from offers_sync.bulk.sending import Sent, Watch

_LINE_SECONDS: Final = 10.0
_RATE_SECONDS: Final = 15.0


class Speed:
    """How many rows end in a second, of late."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: deque[tuple[float, int]] = deque()

    def at(self, ended: int) -> float:
        """The rate, now that so many rows have ended."""
        now = self._now()
        self._seen.append((now, ended))
        while len(self._seen) > 2 and self._seen[0][0] < now - _RATE_SECONDS:
            self._seen.popleft()
        begin, before = self._seen[0]
        return (ended - before) / (now - begin) if now > begin else 0.0


@contextmanager
def watching() -> Iterator[Watch]:
    """A watcher for as long as a run is sent."""
    if sys.stderr.isatty():
        with _bar() as watch:
            yield watch
        return
    yield line_by_line(say)


def line_by_line(tell: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> Watch:
    """A watcher that says a line every ten seconds."""
    from offers_sync.reporting.bulk import progress_text  # noqa: PLC0415  help does not pay for it

    speed, said = Speed(now), [now()]

    def watch(sent: Sent) -> None:
        rate = speed.at(sent.total - sent.pending)
        if now() - said[0] >= _LINE_SECONDS:
            said[0] = now()
            tell(progress_text(sent, rate))

    return watch


@contextmanager
def _bar() -> Iterator[Watch]:
    from rich.console import Console  # noqa: PLC0415  only a terminal pays for it
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    from offers_sync.reporting.bulk import progress_text  # noqa: PLC0415

    speed = Speed()
    with Progress(BarColumn(), TextColumn("{task.description}", markup=False), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)

        def watch(sent: Sent) -> None:
            ended = sent.total - sent.pending
            bar.update(task, total=sent.total, completed=ended, description=progress_text(sent, speed.at(ended)))

        yield watch


def counting(
    word: str,
    tell: Callable[[str], None] = say,
    now: Callable[[], float] = time.monotonic,
) -> Callable[[int], None]:
    """Hears how many rows were looked at, and says so every ten seconds."""
    said = [now()]

    def count(rows: int) -> None:
        if now() - said[0] >= _LINE_SECONDS:
            said[0] = now()
            tell(f"{word} {rows:,} rows so far")

    return count
