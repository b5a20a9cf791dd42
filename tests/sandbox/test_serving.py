"""The sandbox over HTTP, as any other client sees it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from offers_sync import contract
from offers_sync.errors import InvalidInputError
from offers_sync.sandbox import Calls, Cut, Fault, Faults, Settings, Vendor, World
from offers_sync.sandbox.seeding import seed
from offers_sync.sandbox.serving import _listening, serve, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADERS = {"authorization": "Bearer key"}
VARIABLES = {"OFFERS_SANDBOX_TOKEN": "sesame"}
ITEM = {"external_id": "a", "name": "A"}


@contextmanager
def _client(*rules: Fault, settings: Settings | None = None, latency_ms: int = 0) -> Iterator[httpx.Client]:
    with ExitStack() as stack:
        world = World.open(None, seed=seed)
        stack.callback(world.close)
        vendor = Vendor(world, settings, Faults(rules=rules, latency_ms=latency_ms))
        address = stack.enter_context(served(vendor))
        yield stack.enter_context(httpx.Client(base_url=address, headers=HEADERS, trust_env=False))


def test_get_with_a_body_over_http() -> None:
    """A GET with a JSON body is read as the documents say."""
    with _client() as client:
        answer = client.request("GET", contract.REDEEMABLES_PATH, json={"page": 2, "per_page": 2})
    assert answer.json()["meta"] == {"page": 2, "per_page": 2, "total_records": 5}
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("cut", "saved"), [(Cut.CONNECT, 1), (Cut.BEFORE_COMMIT, 1), (Cut.AFTER_COMMIT, 2), (Cut.HALF_ANSWER, 2)]
)
def test_a_cut_is_a_cut_on_the_wire(cut: Cut, saved: int) -> None:
    """The connection really breaks, before or after the commit or in the middle of the answer."""
    with _client(Fault(at="create-selectors", calls=Calls.of(1), cut=cut)) as client:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.post(contract.SELECTORS_PATH, json={"data": [ITEM]})
        assert client.get(contract.SELECTORS_PATH).json()["meta"]["total_records"] == saved
        assert client.post(contract.SELECTORS_PATH, json={"data": [ITEM]}).status_code == 200


def test_half_an_answer_is_half_of_it() -> None:
    """Of half an answer the status, the full length and half of the bytes arrive."""
    with (
        _client(Fault(cut=Cut.HALF_ANSWER)) as client,
        client.stream("GET", contract.LOCATION_GROUPS_PATH) as answer,
    ):
        received: list[bytes] = []
        with pytest.raises(httpx.RemoteProtocolError):
            received.extend(answer.iter_bytes())
        assert (answer.status_code, len(b"".join(received))) == (200, int(answer.headers["content-length"]) // 2)


def test_slow_answers_overlap() -> None:
    """Thirty-two answers that take a third of a second each do not take ten seconds."""
    with _client(latency_ms=300) as client, ThreadPoolExecutor(32) as pool:
        begun = time.perf_counter()
        statuses = list(pool.map(lambda _: client.get(contract.SEGMENTS_PATH, timeout=30).status_code, range(32)))
        assert statuses == [200] * 32
        assert time.perf_counter() - begun < 4


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """Connections send each part of an answer at once; the system would keep the second back for 40 ms."""
    with _listening("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_large_headers_and_bodies_over_http() -> None:
    """What is too large gets the vendor's answer, not the server's."""
    with _client(settings=Settings(body_bytes_limit=1000)) as client:
        assert client.get(contract.SEGMENTS_PATH, headers={"x-large": "a" * 20_000}).status_code == 431
        assert client.post(contract.SELECTORS_PATH, content=b"a" * 2_000_000).status_code == 413


@pytest.mark.parametrize(
    "raw",
    [
        b"GET\r\n\r\n",
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_what_is_no_http_does_not_hang(raw: bytes) -> None:
    """Bytes that are no HTTP are answered or cut, and the next caller is served."""
    with _client() as client:
        url = client.base_url
        with socket.create_connection((url.host, url.port or 0), timeout=10) as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
        assert client.get(contract.SEGMENTS_PATH).status_code == 200


def test_a_port_in_use_is_said() -> None:
    """A port that somebody listens on is an error with a hint."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        world = World.open(None)
        with pytest.raises(InvalidInputError, match="Address already in use"):
            serve(Vendor(world), host="127.0.0.1", port=taken.getsockname()[1], is_ready=print)
        world.close()


# ---------------------------------------------------------------------------------------------- the command line


def _offers(*arguments: Any, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from offers_sync.cli.main import main; main()", "sandbox", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **variables}, timeout=30
    )


@contextmanager
def _serving(*arguments: Any, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-c", "from offers_sync.cli.main import main; main()", "sandbox", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_its_address_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """The address is all of stdout, the data is in the project's folder, and a signal ends it with code 0."""
    with _serving("-C", tmp_path) as (address, process):
        answer = httpx.get(f"{address}{contract.REDEEMABLES_PATH}", headers=HEADERS, trust_env=False)
        assert answer.json()["meta"]["total_records"] == 5
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert err == (
        f"the sandbox answers there, to any key; kept in {tmp_path}/.offers/sandbox.db; Ctrl-C stops it.\nstopped.\n"
    )


def test_the_options_of_serve(tmp_path: Path) -> None:
    """Token, faults, settings and an empty beginning arrive, from options and from the environment."""
    faults = tmp_path / "faults.json"
    faults.write_text('{"faults": [{"at": "list-segments", "status": 503}]}')
    choices = tmp_path / "settings.yaml"
    choices.write_text("per_page_maximum: 7\n")
    with (
        _serving("--data", ":memory:", "--empty", "--faults", faults, "--settings", choices, **VARIABLES) as (
            address,
            _,
        ),
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        assert client.get(contract.SEGMENTS_PATH, headers=HEADERS).status_code == 503
        assert client.get(contract.SELECTORS_PATH, headers=HEADERS).status_code == 401
        client.headers["authorization"] = "Bearer sesame"
        meta = client.get(contract.REDEEMABLES_PATH, params={"per_page": 50}).json()["meta"]
    assert meta == {"page": 1, "per_page": 7, "total_records": 0}


def test_seed_show_log_and_reset(tmp_path: Path) -> None:
    """A sandbox can be made, counted, read and begun again from the command line."""
    seeded = _offers("seed", "-C", tmp_path)
    database = tmp_path / ".offers" / "sandbox.db"
    assert (seeded.returncode, seeded.stdout, seeded.stderr) == (0, "", f"made {database}.\n")
    vendor = Vendor(World.open(database))
    with served(vendor) as address:
        for _ in range(2):
            httpx.post(f"{address}{contract.SELECTORS_PATH}", json={"data": [ITEM]}, headers=HEADERS, trust_env=False)
    vendor.world.close()
    shown = _offers("show", "--data", database, "--format", "json")
    assert '"selectors": 3' in shown.stdout
    assert (
        '"duplicates": [\n    {\n      "kind": "selectors",\n      "external_id": "a",\n      "count": 2\n    }'
        in shown.stdout
    )
    assert "twice: selectors a (2 times)" in _offers("show", "--data", database).stdout
    logged = _offers("log", "--data", database, "--last", "1").stdout
    assert logged.count("\n") == 1
    assert "200  POST   /api2/dashboard/offers/lis" in logged
    assert '"external_id": "a"' in _offers("log", "--data", database, "--format", "json").stdout
    assert _offers("reset", "--data", database).returncode == 3
    assert _offers("reset", "--data", database, "--yes").returncode == 0
    assert "nothing is there twice." in _offers("show", "--data", database).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show"], "there is no sandbox at"),
        (["log", "--data", ":memory:"], "lives only within 'serve'"),
        (["serve", "--faults", "missing.yaml"], "cannot read missing.yaml: No such file or directory"),
        (["serve", "--token", " "], "--token is blank"),
        (["serve", "--port", "99999"], "99999 is not in the range"),
        (["serve", "--port", "0", "--host", "256.1.1.1"], "cannot listen on 256.1.1.1:0"),
        (["seed", "--data", "/proc/nowhere/sandbox.db"], "cannot open the sandbox database"),
    ],
)
def test_bad_input_is_said_and_ends_with_three(tmp_path: Path, arguments: list[str], words: str) -> None:
    """What cannot be used is an error in words, on stderr, with exit code 3."""
    result = _offers(*arguments, "-C", tmp_path)
    assert (result.returncode, result.stdout) == (3, "")
    assert words in result.stderr
    assert "Traceback" not in result.stderr
