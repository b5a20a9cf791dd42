"""Signals as a wish: the first Ctrl-C or SIGTERM asks to stop after what is in flight, the second one insists."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click


@contextmanager
def stopping_at_signals(stop: threading.Event, words: str) -> Iterator[None]:
    """Set the event at the first signal, and say so; outside the main thread nothing is changed."""

    def wish(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        click.echo(words, err=True)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {number: signal.signal(number, wish) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
