"""Signals: Ctrl-C ends a command at once; where a run writes, the first one is a wish and the second one insists.

A wish lets what is in flight be finished; SIGTERM is one too.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final, NoReturn

import click

_INTERRUPTED: Final = threading.Event()


def note_interrupts() -> None:
    """Remember that Ctrl-C came, since what builds models in other languages makes errors of its own of it."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        _INTERRUPTED.set()
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


def was_interrupted() -> bool:
    """Whether Ctrl-C came, whatever became of it."""
    return _INTERRUPTED.is_set()


def leave_at_once(code: int) -> NoReturn:
    """End the process: without waiting for the threads that wait for a server, nor taking apart what it made.

    What must be closed was closed by then.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


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
