"""How many requests are under way at once."""

from __future__ import annotations

import itertools
import threading

import httpx
from servers import FakeTime, client_to, json_reply

from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.wire.gate import Gate


def gate_of(widest: int = 16) -> tuple[Gate, FakeTime]:
    """A gate and its clock."""
    time = FakeTime()
    return Gate(widest, sleep=time.sleep, now=time.monotonic), time


def test_trouble_halves_and_success_widens() -> None:
    """Half as many after each trouble, never none; one more each time that all who fit went well."""
    gate, _ = gate_of()
    widths = []
    for _ in range(6):
        with gate.turn() as turn:
            gate.narrow(turn)
        widths.append(gate.width)
    assert widths == [8, 4, 2, 1, 1, 1]
    for _ in range(1 + 2 + 3):
        gate.went_well()
    assert gate.width == 4
    for _ in range(1_000):
        gate.went_well()
    assert gate.width == 16


def test_one_burst_of_trouble_counts_once() -> None:
    """Requests that were under way together are turned away together."""
    gate, _ = gate_of()
    with gate.turn() as one, gate.turn() as other:
        gate.narrow(one)
        gate.narrow(other)
    assert gate.width == 8


def test_a_wait_that_is_asked_for_holds_for_everyone() -> None:
    """Nobody is let through before it is over."""
    gate, time = gate_of()
    with gate.turn() as turn:
        gate.narrow(turn, wait_seconds=30)
    with gate.turn():
        assert time.now == 30


def test_a_shut_gate_wakes_those_who_wait() -> None:
    """Whoever waits for a turn hears of the end instead."""
    gate, _ = gate_of(1)
    heard: list[Exception] = []

    def wait() -> None:
        try:
            with gate.turn():
                pass
        except RuntimeError as error:
            heard.append(error)

    with gate.turn():
        thread = threading.Thread(target=wait)
        thread.start()
        gate.shut(RuntimeError("over"))
        thread.join(timeout=10)
    assert [str(error) for error in heard] == ["over"]


def test_never_more_than_sixteen_at_once() -> None:
    """Two hundred calls side by side reach the server sixteen at a time at most, and at least two at once."""
    inside, most = 0, 0
    lock = threading.Condition()

    def handle(_: httpx.Request) -> httpx.Response:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            lock.notify_all()
            lock.wait_for(lambda: most >= 2, timeout=10)
        with lock:
            inside -= 1
        return json_reply([])

    with client_to(handle) as client:
        answers = list(client.in_order(lambda number: client.get(f"{REDEEMABLES_PATH}/{number}"), range(200)))
    assert len(answers) == 200
    assert 2 <= most <= 16


def test_a_storm_of_refusals_is_sat_out() -> None:
    """Where half of the first calls are turned away, all get through in the end."""
    numbers = itertools.count()

    def handle(_: httpx.Request) -> httpx.Response:
        number = next(numbers)
        return json_reply({"error": "Too many requests"}, 429) if number < 60 and number % 2 else json_reply([])

    with client_to(handle) as client:
        answers = list(client.in_order(lambda _: client.get(REDEEMABLES_PATH), range(100)))
    assert [answer.status for answer in answers] == [200] * 100
    assert client.requests == {"GET": 130}
