"""Where the key goes, and where it is never seen."""

from __future__ import annotations

import copy
import pickle
import socket
import threading
import traceback
from collections.abc import Iterator

import httpx
import pytest
from servers import KEY, SERVER, FakeTime, client_to, in_turn, json_reply

from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.errors import InvalidInputError, OffersError, RefusedError
from offers_sync.models.hosts import read_hosts, server_fault
from offers_sync.models.secrets import Secret
from offers_sync.wire.client import Client, Connection

ALLOWED = read_hosts("offers.marlow.example, ci-sandbox:8700")


@pytest.mark.parametrize(
    "server",
    [
        "https://marlow.punchh.com",
        "https://marlow.punchh.com/",
        "https://MARLOW.Punchh.com",
        "https://marlow.punchh.com:8443",
        "https://eu.marlow.punchh.com",
        "http://localhost:8700",
        "http://127.0.0.1:8700",
        "http://127.9.9.9",
        "http://[::1]:8700",
        "https://localhost",
        "https://offers.marlow.example",
        "http://offers.marlow.example:81",
        "http://ci-sandbox:8700",
        "embedded",
    ],
)
def test_servers_that_may_have_the_key(server: str) -> None:
    """The vendor's over https, this machine, those that a person allowed, and the one in this process."""
    assert server_fault(server, ALLOWED) is None


@pytest.mark.parametrize(
    "server",
    [
        "http://marlow.punchh.com",
        "https://punchh.com",
        "https://punchh.com.evil.example",
        "https://marlowpunchh.com",
        "https://marlow.punchh.com.",
        "https://.punchh.com",
        "https://evil.example",
        "https://evil.example/.punchh.com",
        "https://evil.example?.punchh.com",
        "https://evil.example#.punchh.com",
        "https://evil.example\\.punchh.com",
        "https://marlow.punchh.com@evil.example",
        "https://marlow.punchh.com:443@evil.example",
        "https://user@marlow.punchh.com",
        "https://marlow.punchh.com:99999999",
        "https://evil.example%00.punchh.com",
        "https://evil.example\t.punchh.com",
        "https://evil.example\n.punchh.com",
        "https://évil.punchh.com",
        "https://evil。example.punchh.com",
        "https://marlow.punchh.com/api",
        "ftp://marlow.punchh.com",
        "//marlow.punchh.com",
        "marlow.punchh.com",
        "https://169.254.169.254",
        "http://0.0.0.0:8700",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "https://ci-sandbox",
        "http://ci-sandbox:8701",
        "",
    ],
)
def test_servers_that_never_get_the_key(server: str) -> None:
    """Every other address is refused before anything is sent, whatever it looks like."""
    assert server_fault(server, ALLOWED) is not None
    with pytest.raises(InvalidInputError, match="nothing is sent to"):
        Connection(server, Secret(KEY), allowed_hosts=ALLOWED)


@pytest.mark.parametrize("location", ["https://evil.example/", "https://evil.example/api2", "//evil.example", "/other"])
def test_no_redirect_is_followed(location: str) -> None:
    """Whatever a 3xx points to, the key stays with the host it is for."""
    hosts: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(302, headers={"Location": location})

    with client_to(handle) as client, pytest.raises(RefusedError):
        client.get(REDEEMABLES_PATH)
    assert hosts == ["marlow.punchh.com"]


def test_a_secret_shows_only_where_it_comes_from() -> None:
    """Printed, formatted or inside other values, the key is not there; and it cannot be stored or copied out."""
    secret = Secret(KEY, "${MARLOW_PUNCHH_KEY}")
    connection = Connection(SERVER, secret)
    for text in (str(secret), repr(secret), f"{secret}", f"{secret!r}", repr(connection), repr([secret])):
        assert KEY not in text
    assert repr(secret) == "Secret(${MARLOW_PUNCHH_KEY})"
    for store in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            store(secret)


@pytest.mark.parametrize("status", [400, 401, 403, 422, 500])
def test_a_server_that_echoes_the_key_does_not_make_us_show_it(status: int) -> None:
    """No error, its hint or its traceback holds the key, even where the server's answer does."""
    echo = json_reply({"error": f"no such key: Bearer {KEY}"}, status, {"X-Request-Id": "req-1"})
    with client_to(in_turn(echo)) as client:
        try:
            answer = client.get(REDEEMABLES_PATH)
        except OffersError as error:
            shown = "".join(traceback.format_exception(error)) + error.hint
            assert "[redacted]" in shown
        else:
            shown = repr(answer)
            assert "[redacted]" in shown
    assert KEY not in shown


@pytest.mark.parametrize("key", ["two\nlines", "caf\u00e9-key", "tab\tkey", "x" * 20_000])
def test_a_key_that_no_header_can_carry_is_refused_unseen(key: str) -> None:
    """The fault is told without the key in it."""
    with pytest.raises(InvalidInputError) as caught:
        Connection(SERVER, Secret(key, "${KEY}"))
    assert key not in caught.value.message
    assert "${KEY}" in caught.value.message


def test_a_brand_cannot_add_headers() -> None:
    """A line break in the brand's name is refused."""
    with pytest.raises(InvalidInputError, match="the brand's name"):
        Connection(SERVER, Secret(KEY), brand="Marlow\r\nX-Evil: 1")


@pytest.fixture
def proxy() -> Iterator[str]:
    """The address of a proxy that answers everything itself."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_answer_everything, args=(listening,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def _answer_everything(listening: socket.socket) -> None:
    try:
        while True:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    except OSError:
        return


def test_no_proxy_sees_what_stays_on_this_machine(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment is not used for a loopback address."""
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    time = FakeTime()
    client = Client(Connection("http://127.0.0.1:1", Secret(KEY)), sleep=time.sleep, now=time.monotonic)
    with client, pytest.raises(OffersError) as caught:
        client.get(REDEEMABLES_PATH)
    assert "http://127.0.0.1:1 refused the connection" in caught.value.message
