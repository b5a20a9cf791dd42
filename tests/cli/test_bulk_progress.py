"""How far a bulk run is, for people who read logs; and what a signal means."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from offers_sync.bulk.sending import Sent
from offers_sync.cli.bulk_progress import counting, line_by_line
from offers_sync.cli.interrupting import stopping_at_signals
from offers_sync.durations import duration_text


def sent(pending: int, waiting: str = "") -> Sent:
    """A run of ten thousand rows, so many of them left."""
    return Sent("gift", "may", 10_000, pending, 9_990 - pending, 3, 7, waiting)


def test_a_line_every_ten_seconds() -> None:
    """It says how far the run is, how fast, how long it will take, and what went wrong."""
    clock = [0.0]
    lines: list[str] = []
    watch = line_by_line(lines.append, lambda: clock[0])
    for second in range(26):
        clock[0] = float(second)
        watch(sent(9_000 - 60 * second))

    assert lines == [
        "may: 1,600 of 10,000 rows, 60.0 a second, 2 min 20 s left, 3 failed, 7 unknown",
        "may: 2,200 of 10,000 rows, 60.0 a second, 2 min 10 s left, 3 failed, 7 unknown",
    ]


def test_a_wait_is_said() -> None:
    """Whoever waits for the vendor's ceiling says so."""
    clock = [0.0]
    lines: list[str] = []
    watch = line_by_line(lines.append, lambda: clock[0])
    watch(sent(9_000))
    clock[0] = 12.0
    watch(sent(9_000, "4,000 a minute are used up"))

    assert lines == [
        "may: 1,000 of 10,000 rows, 0.0 a second, 3 failed, 7 unknown, waiting: 4,000 a minute are used up"
    ]


def test_checking_says_how_far_it_is() -> None:
    """Long checks say a line now and then."""
    clock = [0.0]
    lines: list[str] = []
    count = counting("checked", lines.append, lambda: clock[0])
    for rows in range(1_000, 30_000, 1_000):
        clock[0] += 1.0
        count(rows)

    assert lines == ["checked 10,000 rows so far", "checked 20,000 rows so far"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (59.6, "1 min 0 s"),
        (5, "5 s"),
        (3_600, "1 h 0 min"),
        (9_000, "2 h 30 min"),
        (100_000, "27 h 46 min"),
        (260_000, "3 days"),
        (10**12, "more than 30 days"),
        (float("inf"), "more than 30 days"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    """A length of time is said in its two largest units, of days only how many, and what is endless is not counted."""
    assert duration_text(seconds) == text


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="signals reach the main thread")
def test_the_first_signal_is_a_wish(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said and nothing breaks off; the second one insists; afterwards signals mean what they meant."""
    former, stop = signal.getsignal(signal.SIGTERM), threading.Event()
    with stopping_at_signals(stop, "stopping"):
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)

    assert capsys.readouterr().err == "stopping\n"
    assert signal.getsignal(signal.SIGTERM) is former
