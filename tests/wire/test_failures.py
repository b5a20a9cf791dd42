"""Requests that never got an answer: each in its own words, with what to do."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator

import httpx
import pytest
from servers import KEY, FakeTime, client_to, in_turn

from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.models.secrets import Secret
from offers_sync.wire.client import Client, Connection, LostAnswerError, NoAnswerError


def caused_by(error: httpx.TransportError, cause: OSError) -> httpx.TransportError:
    """An error of httpx as it wraps one of the system."""
    error.__cause__ = cause
    return error


def certificate_error(code: int) -> httpx.TransportError:
    """What a certificate with one of OpenSSL's faults comes to."""
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_code = code
    return caused_by(httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), cause)


@pytest.mark.parametrize(
    ("error", "words", "hint", "attempts"),
    [
        pytest.param(
            caused_by(httpx.ConnectError("x"), socket.gaierror(socket.EAI_NONAME, "Name or service not known")),
            "nobody knows the host marlow.punchh.com (DNS)",
            "check `server` in offers.yaml",
            3,
            id="unknown host",
        ),
        pytest.param(
            caused_by(httpx.ConnectError("x"), socket.gaierror(socket.EAI_AGAIN, "Temporary failure")),
            "the host marlow.punchh.com cannot be looked up now (DNS)",
            "check this machine's network and name server",
            3,
            id="no name server",
        ),
        pytest.param(
            caused_by(httpx.ConnectError("x"), ConnectionRefusedError(111, "Connection refused")),
            "https://marlow.punchh.com refused the connection",
            "nothing may be running there; check `server` in offers.yaml",
            3,
            id="refused",
        ),
        pytest.param(
            certificate_error(62),
            "the certificate shown for marlow.punchh.com belongs to another host",
            "check `server` in offers.yaml",
            1,
            id="wrong host",
        ),
        pytest.param(
            certificate_error(10),
            "the certificate of marlow.punchh.com has expired",
            "if only here, this machine's clock is wrong",
            1,
            id="expired",
        ),
        pytest.param(
            certificate_error(9),
            "the certificate of marlow.punchh.com is not valid yet",
            "this machine's clock may be wrong",
            1,
            id="clock behind",
        ),
        pytest.param(
            certificate_error(20),
            "nobody known vouches for the certificate of marlow.punchh.com",
            "a proxy may stand in between: name its certificates in SSL_CERT_FILE",
            1,
            id="unknown issuer",
        ),
        pytest.param(
            caused_by(httpx.ConnectError("wrong version number"), ssl.SSLError(1, "wrong version number")),
            "https://marlow.punchh.com does not speak TLS as expected: wrong version number",
            "check scheme and port",
            1,
            id="no TLS there",
        ),
        pytest.param(
            httpx.ConnectTimeout("timed out"),
            "no connection to https://marlow.punchh.com came about in time",
            "a firewall may drop it; check `server` in offers.yaml; `offers doctor` looks at each step of the way",
            3,
            id="dropped",
        ),
        pytest.param(
            httpx.ReadTimeout("timed out"),
            "https://marlow.punchh.com did not answer in time",
            "run again later",
            3,
            id="slow",
        ),
        pytest.param(
            httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
            "https://marlow.punchh.com hung up before its answer was whole: peer closed connection",
            "run again later",
            3,
            id="truncated",
        ),
        pytest.param(
            caused_by(httpx.ReadError("x"), ConnectionResetError(104, "Connection reset by peer")),
            "the connection to https://marlow.punchh.com broke off",
            "run again later",
            3,
            id="reset",
        ),
        pytest.param(
            httpx.ProxyError("407 Proxy Authentication Required"),
            "the proxy refused: 407 Proxy Authentication Required",
            "check the variables HTTPS_PROXY and NO_PROXY",
            3,
            id="proxy",
        ),
        pytest.param(
            httpx.DecodingError("Error -3 while decompressing data"),
            "the answer of https://marlow.punchh.com cannot be unpacked",
            "run again later",
            3,
            id="bad compression",
        ),
        pytest.param(
            httpx.InvalidURL("Invalid port"),
            "the answer of https://marlow.punchh.com cannot be understood: Invalid port",
            "`offers doctor` looks at each step of the way",
            1,
            id="an oddity",
        ),
        pytest.param(
            OverflowError("date value out of range"),
            "the answer of https://marlow.punchh.com cannot be understood: date value out of range",
            "`offers doctor` looks at each step of the way",
            1,
            id="another oddity",
        ),
    ],
)
def test_words_and_remedy(error: Exception, words: str, hint: str, attempts: int) -> None:
    """What went wrong is said in words; what cannot pass by itself is not tried again."""
    with client_to(in_turn(error)) as client, pytest.raises(NoAnswerError) as caught:
        client.get(REDEEMABLES_PATH)
    assert caught.value.message.startswith(f"GET {REDEEMABLES_PATH}: {words}")
    assert caught.value.hint == hint
    assert client.requests == {"GET": attempts}


def test_a_creation_may_have_happened_whatever_httpx_stumbles_over() -> None:
    """An error that is none of the known ones says nothing of what the server did."""
    with client_to(in_turn(httpx.InvalidURL("odd"))) as client, pytest.raises(LostAnswerError):
        client.post(REDEEMABLES_PATH, {"data": []})
    assert client.requests == {"POST": 1}


@pytest.fixture
def plain_server() -> Iterator[int]:
    """The port of a server on this machine that says something that is no TLS and no HTTP, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_greet, args=(listening,), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def _greet(listening: socket.socket) -> None:
    try:
        while True:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 mail.example ESMTP\r\n")
                connection.recv(4096)
    except OSError:
        return


@pytest.mark.parametrize(
    ("scheme", "words"),
    [("https", "does not speak TLS as expected"), ("http", "hung up before its answer was whole")],
)
def test_the_words_fit_what_really_happens(plain_server: int, scheme: str, words: str) -> None:
    """Real sockets end in the same words as the errors made up above."""
    time = FakeTime()
    server = f"{scheme}://127.0.0.1:{plain_server}"
    with (
        Client(Connection(server, Secret(KEY)), sleep=time.sleep, now=time.monotonic) as client,
        pytest.raises(NoAnswerError, match=words) as caught,
    ):
        client.get(REDEEMABLES_PATH)
    assert server in caught.value.message
