"""How far a run is: a bar on a terminal, plain lines elsewhere, and a file of JSON Lines for whoever asks for one.

All of it goes to stderr but for events that are asked for on stdout.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from offers_sync.applying.batches import How
from offers_sync.applying.events import BatchAnswered, Event, RunEnded, RunStarted, Waiting, Watch, WaveStarted
from offers_sync.cli.talking import say
from offers_sync.errors import InvalidInputError
from offers_sync.reporting.run_events import event_json, event_line

STDOUT: Final = "-"
_LINE_SECONDS: Final = 10.0
_OVER: Final = frozenset({How.ANSWERED.value, How.LOST.value, How.FORBIDDEN.value})
"""The endings after which the items of a batch count as dealt with."""


class Tally:
    """How many items are dealt with, and how fast; nothing that is sent twice counts twice."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._began = now()
        self.total = 0
        self.done = 0

    def take(self, event: Event) -> None:
        """Count an event."""
        match event:
            case RunStarted():
                self.total, self._began = event.items, self._now()
            case BatchAnswered() if event.ending in _OVER:
                self.done = min(self.total, self.done + event.items)
            case _:
                pass

    @property
    def rate(self) -> float:
        """Items in a second."""
        return self.done / max(self._now() - self._began, 1e-6)

    @property
    def words(self) -> str:
        """The figures in a line."""
        left = f", {(self.total - self.done) / self.rate:.0f} s left" if self.rate > 0 else ""
        return f"{self.done:,} of {self.total:,} ({self.rate:.1f}/s{left})"


@contextmanager
def watching(events: str | None, *, is_terminal: bool | None = None) -> Iterator[Watch]:
    """A watcher that shows what it sees; ``events`` is a file for JSON Lines, or ``-`` for stdout."""
    is_terminal = sys.stderr.isatty() if is_terminal is None else is_terminal
    with ExitStack() as opened:
        watchers = [opened.enter_context(_bar()) if is_terminal else line_by_line(say)]
        if events is not None:
            watchers.append(_writing(opened.enter_context(_opened(events))))

        def watch(event: Event) -> None:
            for each in watchers:
                each(event)

        yield watch


def line_by_line(tell: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> Watch:
    """A watcher for logs: what is news at once, and how far it is every ten seconds."""
    tally, said = Tally(now), [now()]

    def watch(event: Event) -> None:
        tally.take(event)
        line = event_line(event)
        if line:
            tell(line)
        if now() - said[0] >= _LINE_SECONDS:
            said[0] = now()
            tell(tally.words)

    return watch


@contextmanager
def _bar() -> Iterator[Watch]:
    from rich.console import Console  # noqa: PLC0415  only a terminal pays for it
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    tally = Tally(time.monotonic)
    columns = (TextColumn("{task.fields[wave]:<10}"), BarColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, wave="")

        def watch(event: Event) -> None:
            tally.take(event)
            bar.update(task, total=tally.total, completed=tally.done, description=tally.words)
            match event:
                case WaveStarted():
                    bar.update(task, wave=event.wave)
                case BatchAnswered() | Waiting() if event_line(event):
                    bar.console.print(event_line(event), markup=False, highlight=False)
                case RunEnded():
                    bar.update(task, wave="")
                case _:
                    pass

        yield watch


@contextmanager
def _opened(events: str) -> Iterator[TextIO]:
    if events == STDOUT:
        yield sys.stdout
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(events).open("a", encoding="utf-8", newline="\n"))
        except OSError as error:
            raise InvalidInputError(
                f"{events} cannot be written: {error.strerror or error}", hint="choose another file for --events"
            ) from error
        yield stream


def _writing(stream: TextIO) -> Watch:
    def watch(event: Event) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        stream.write(event_json(event, at) + "\n")
        stream.flush()

    return watch
