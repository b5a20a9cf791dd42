"""However steadily an answer drips, it is waited for no longer than a call may take."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from servers import KEY, FakeTime, client_to, in_turn, json_reply

from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.errors import UnreachableError
from offers_sync.models.secrets import Secret
from offers_sync.wire.client import Client, Connection, LostAnswerError, RetryPolicy
from offers_sync.wire.deadlines import Deadline, OverdueError


class Drip(httpx.SyncByteStream):
    """A blank every second, without end."""

    def __init__(self, time: FakeTime) -> None:
        self._time = time

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self._time.sleep(1.0)
            yield b" "


def dripping(time: FakeTime, request_id: str = "req-1") -> httpx.MockTransport:
    """A server whose answers begin at once and never end."""
    headers = {"X-Request-Id": request_id}
    return httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=Drip(time)))


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_body_that_drips_ends_with_the_budget(method: str) -> None:
    """One attempt has ninety seconds, and all attempts of a call together have two minutes."""
    time = FakeTime()
    with client_to(dripping(time), time) as client, pytest.raises(UnreachableError) as caught:
        client.get(REDEEMABLES_PATH) if method == "GET" else client.patch(REDEEMABLES_PATH, {"data": []})
    assert caught.value.message == (
        f"{method} {REDEEMABLES_PATH}: the answer of https://marlow.punchh.com was not whole after 30 s "
        "(request id req-1)"
    )
    assert client.requests == {method: 2}
    assert 119 < time.now <= 121


def test_a_creation_whose_answer_drips_may_have_happened() -> None:
    """Its answer is as good as lost after ninety seconds, and it is not sent again."""
    time = FakeTime()
    with client_to(dripping(time), time) as client, pytest.raises(LostAnswerError, match="not whole after 90 s"):
        client.post(REDEEMABLES_PATH, {"data": []})
    assert (client.requests, time.now) == ({"POST": 1}, 90.0)


def test_a_creation_has_its_whole_time_whatever_was_waited_before() -> None:
    """Cutting it short would make nobody know what it did."""
    time = FakeTime()
    refused = in_turn(httpx.ConnectError("refused"), httpx.ConnectError("refused"), json_reply({}))

    def handle(request: httpx.Request) -> httpx.Response:
        time.now += 50.0
        reply = refused(request)
        return httpx.Response(200, headers=reply.headers, stream=Drip(time))

    with client_to(handle, time) as client, pytest.raises(LostAnswerError, match="not whole after 90 s"):
        client.post(REDEEMABLES_PATH, {"data": []})
    assert client.requests == {"POST": 3}


def test_a_look_of_the_doctor_is_bounded_too() -> None:
    """One look at one endpoint takes no longer than silence would."""
    time = FakeTime()
    with client_to(dripping(time), time) as client, pytest.raises(UnreachableError, match="not whole after 60 s"):
        client.probe(REDEEMABLES_PATH)
    assert time.now == 60.0


@pytest.mark.parametrize(("spent", "seconds"), [(0, 90), (30, 90), (40, 80), (105, 15), (115, 10), (500, 10)])
def test_the_time_for_an_attempt(spent: float, seconds: float) -> None:
    """What is left of the budget, no more than one attempt may have, and so much that an answer can come at all."""
    assert RetryPolicy().within_seconds(spent) == seconds


def test_a_deadline_is_a_time_out_that_shrinks() -> None:
    """A read may last as long as a server may be silent, and never beyond the end of the whole."""
    time = FakeTime()
    deadline = Deadline(60.0, 90.0, time.monotonic)
    assert deadline == 60.0
    lasts = []
    for now in (0.0, 20.0, 40.0, 89.0):
        time.now = now
        lasts.append(deadline.next_seconds())
    assert lasts == [60.0, 60.0, 50.0, 1.0]
    time.now = 90.0
    with pytest.raises(OverdueError):
        deadline.next_seconds()


# ------------------------------------------------------------------------------------------------- real sockets


class Ticking(FakeTime):
    """A clock on which every look is a second later."""

    def monotonic(self) -> float:
        """Seconds since the test began."""
        self.sleep(1.0)
        return self.now


@contextmanager
def endless_server(beginning: bytes, drop: bytes) -> Iterator[str]:
    """The address of a server that answers with a beginning, and then with one drop after the other."""

    def serve() -> None:
        try:
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=pour, args=(connection,), daemon=True).start()
        except OSError:
            return

    def pour(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(4096)
                connection.sendall(beginning)
                while True:
                    connection.sendall(drop)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


HEADERS = b"HTTP/1.1 200 OK\r\nX-Request-Id: req-4\r\n"


@pytest.mark.parametrize(
    ("beginning", "drop", "request_id"),
    [
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", "", id="never a word of its own"),
        pytest.param(HEADERS + b"Content-Length: 999999999\r\n\r\n", b" ", " (request id req-4)", id="blanks"),
        pytest.param(
            HEADERS + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", " (request id req-4)", id="chunks of one"
        ),
    ],
)
def test_no_part_of_an_answer_can_go_on_without_end(beginning: bytes, drop: bytes, request_id: str) -> None:
    """On a real connection every read is counted, those before the headers are whole too."""
    time = Ticking()
    with (
        endless_server(beginning, drop) as server,
        Client(Connection(server, Secret(KEY)), sleep=time.sleep, now=time.monotonic) as client,
    ):
        with pytest.raises(UnreachableError) as caught:
            client.get(REDEEMABLES_PATH)
        assert caught.value.message.startswith(f"GET {REDEEMABLES_PATH}: the answer of {server} was not whole after ")
        assert caught.value.message.endswith(f" s{request_id}")
        with pytest.raises(LostAnswerError, match="was not whole after 90 s"):
            client.post(REDEEMABLES_PATH, {"data": []})
    assert client.requests == {"GET": 2, "POST": 1}
