"""`offers doctor`: one line for each thing that has to work, with the remedy."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from offers_sync.cli.main import run
from offers_sync.errors import ExitCode
from offers_sync.reporting.published import published_schema
from offers_sync.sandbox import Settings, Vendor, World
from offers_sync.sandbox.seeding import seed
from offers_sync.sandbox.serving import served

KEY = "the-key-of-marlow"
CHECKS = ["offers.yaml", "server", "key", "offers ingestion", "offered list", "segments", "locations", "clock", "state"]


class Business:
    """A project with an environment on some server, and what the doctor says of it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def write(self, server: str, state: str = "local") -> None:
        """The project's only file."""
        written = (
            f"{{server: '{server}', token: '${{KEY}}', state: '{state}'}}"
            if state
            else (f"{{server: '{server}', token: '${{KEY}}'}}")
        )
        text = f"project: marlow\nenvironments: {{sandbox: {{server: embedded}}, live: {written}}}\n"
        (self.folder / "offers.yaml").write_text(text, encoding="utf-8")

    def examine(self, environment: str = "live") -> tuple[int, dict[str, dict[str, Any]]]:
        """The exit code and the checks by name; both forms say the same."""
        code = run(["doctor", str(self.folder), "--env", environment, "--format", "json"])
        document = json.loads(self._capsys.readouterr().out)
        Draft202012Validator(published_schema("doctor")).validate(document)
        assert run(["doctor", str(self.folder), "--env", environment]) == code == document["exit_code"]
        lines = self._capsys.readouterr().out.splitlines()
        assert len(lines) == len(document["checks"])
        for line, check in zip(lines, document["checks"], strict=True):
            assert line.startswith(f"{check['health']:<7}  {check['name']}")
        return code, {check["name"]: check for check in document["checks"]}


@pytest.fixture
def business(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Business:
    """A project whose key is set."""
    monkeypatch.setenv("KEY", KEY)
    return Business(tmp_path, capsys)


@contextmanager
def vendor(**settings: Any) -> Iterator[str]:
    """The address of a sandbox that is served."""
    with closing(World.open(None, seed=seed)) as world, served(Vendor(world, Settings(**settings))) as address:
        yield address


@contextmanager
def answering(status: int, body: str, **headers: str) -> Iterator[str]:
    """The address of a server that always answers the same."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = body.encode()
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nobody wants to know."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def health(checks: dict[str, dict[str, Any]]) -> list[str]:
    """How everything is, in order."""
    return [checks[name]["health"] for name in CHECKS]


def test_the_embedded_sandbox_is_well(business: Business) -> None:
    """A fresh project needs nothing."""
    business.write("https://marlow.punchh.com")
    code, checks = business.examine("sandbox")
    assert (code, list(checks), health(checks)) == (ExitCode.DONE, CHECKS, ["ok"] * 9)


def test_a_server_that_is_well(business: Business) -> None:
    """Over HTTP, with a key, every feature and a store: all is well, and the key shows nowhere."""
    with vendor(token=KEY) as address:
        business.write(address)
        code, checks = business.examine()
    assert (code, health(checks)) == (ExitCode.DONE, ["ok"] * 9)
    assert checks["key"]["message"] == "${KEY} is accepted"
    assert checks["state"]["hint"] == "campaigns, gifts and redemptions also need `offers state init --env live`"
    assert KEY not in json.dumps(checks)


def test_a_key_that_is_not_set(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked without it; what needs no key is looked at all the same."""
    monkeypatch.delenv("KEY")
    business.write("https://marlow.punchh.com")
    code, checks = business.examine()
    assert code == ExitCode.INVALID
    assert health(checks) == ["ok", "skipped", "failed", *["skipped"] * 5, "ok"]
    assert "set KEY" in checks["key"]["hint"]


def test_a_key_that_is_not_accepted(business: Business) -> None:
    """It is tried once, and the remedy names its variable."""
    with vendor(token="another-key") as address:  # noqa: S106  nobody's
        business.write(address)
        code, checks = business.examine()
    assert code == ExitCode.REFUSED
    assert health(checks) == ["ok", "ok", "failed", *["skipped"] * 4, "ok", "ok"]
    assert checks["key"]["hint"].startswith("check the key ${KEY}")


def test_features_that_are_off(business: Business) -> None:
    """Without ingestion nothing can be applied; distribution is not needed by everybody."""
    with vendor(ingestion_enabled=False, distribution_enabled=False) as address:
        business.write(address)
        code, checks = business.examine()
    assert code == ExitCode.REFUSED
    assert health(checks) == ["ok", "ok", "ok", "failed", "off", "off", "ok", "ok", "ok"]
    assert "ask PAR Punchh support to enable it" in checks["offers ingestion"]["hint"]
    assert checks["offers ingestion"]["message"].startswith("offers ingestion is off (request id ")
    with vendor(distribution_enabled=False, location_id_required=True) as address:
        business.write(address)
        code, checks = business.examine()
    assert code == ExitCode.DONE
    assert health(checks) == ["ok", "ok", "ok", "ok", "off", "off", "off", "ok", "ok"]
    assert checks["locations"]["hint"].startswith("what refers to this list goes unchecked until the server gives it")


@pytest.mark.parametrize("permission", ["redirect", "forbidden"])
def test_a_role_that_may_not(business: Business, permission: str) -> None:
    """The key is accepted, and each thing that it may not do says so."""
    with vendor(dashboard_permission=permission) as address:
        business.write(address)
        code, checks = business.examine()
    assert code == ExitCode.REFUSED
    assert health(checks) == ["ok", "ok", "ok", "failed", "failed", "failed", "failed", "ok", "ok"]
    assert "the role behind the key ${KEY} lacks" in checks["segments"]["hint"]


def test_a_server_that_is_not_there(business: Business) -> None:
    """Nothing listens: the remedy is about the address, and the store is looked at all the same."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    business.write(f"http://127.0.0.1:{port}")
    code, checks = business.examine()
    assert code == ExitCode.UNREACHABLE
    assert health(checks) == ["ok", "failed", *["skipped"] * 6, "ok"]
    assert checks["server"]["hint"] == "nothing may be running there; check `server` in offers.yaml"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, "<html><title>Shop</title></html>", "404: it is a web page titled 'Shop'"),
        (200, "<html><body>Hello</body></html>", "200: it is a web page"),
        (503, "", "503: it has no body"),
        (404, '{"error": "Not Found"}', "404: Not Found"),
    ],
)
def test_a_server_of_somebody_else(business: Business, status: int, body: str, words: str) -> None:
    """What answers and is not the vendor's server is told by what it says."""
    with answering(status, body) as address:
        business.write(address)
        code, checks = business.examine()
    assert code == ExitCode.UNREACHABLE
    assert words in checks["server"]["message"]


@pytest.mark.parametrize(
    ("minutes", "expected", "words"),
    [
        (-30, "failed", r"this machine is (1800|180[1-9]) s ahead of the server"),
        (30, "failed", r"this machine is (1800|179[0-9]) s behind the server"),
        (0, "ok", r"this machine is [0-9] s (ahead of|behind) the server"),
    ],
)
def test_a_clock_that_is_wrong(business: Business, minutes: int, expected: str, words: str) -> None:
    """By the server's clock, ours is half an hour off, or not at all."""
    date = (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    with answering(200, '{"data": []}', Date=date) as address:
        business.write(address)
        code, checks = business.examine()
    assert (code, checks["clock"]["health"]) == (ExitCode.INVALID if minutes else ExitCode.DONE, expected)
    assert re.fullmatch(words, checks["clock"]["message"])


def test_a_server_without_a_clock(business: Business) -> None:
    """Where the server shows no time, nothing is said of ours."""
    with answering(200, '{"data": []}') as address:
        business.write(address)
        code, checks = business.examine()
    assert (code, checks["clock"]["health"]) == (ExitCode.DONE, "skipped")


def test_a_store_that_is_not_named(business: Business) -> None:
    """An environment that nothing can be applied to is not well."""
    with vendor() as address:
        business.write(address, state="")
        code, checks = business.examine()
    assert (code, checks["state"]["health"]) == (ExitCode.INVALID, "failed")
    assert "state: local" in checks["state"]["hint"]


def test_a_store_that_cannot_be_used(business: Business) -> None:
    """A file that is no database is a fault, with what to do."""
    (business.folder / ".offers").mkdir()
    (business.folder / ".offers" / "state.db").write_text("no database " * 500, encoding="utf-8")
    with vendor() as address:
        business.write(address)
        code, checks = business.examine()
    assert code in {ExitCode.INVALID, ExitCode.UNREACHABLE}
    assert checks["state"]["health"] == "failed"
    assert checks["state"]["hint"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("project: [\n", "offers.yaml:"),
        (
            "project: marlow\nenvironments: {live: {server: 'https://evil.example', token: '${KEY}'}}\n",
            "offers.yaml:2:",
        ),
        ("project: marlow\nenvironments: {sandbox: {server: embedded}}\n", "there is no environment called `live`"),
    ],
)
def test_an_offers_yaml_that_cannot_be_used(business: Business, text: str, words: str) -> None:
    """Nothing else is looked at before it is mended, and its place is named."""
    (business.folder / "offers.yaml").write_text(text, encoding="utf-8")
    code, checks = business.examine()
    assert code == ExitCode.INVALID
    assert health(checks) == ["failed", *["skipped"] * 8]
    assert words in checks["offers.yaml"]["message"]


def test_faults_in_other_files_are_only_counted(business: Business) -> None:
    """The doctor looks at what everything needs; documents are for `offers validate`."""
    business.write("https://marlow.punchh.com")
    (business.folder / "broken.yaml").write_text("kind: redeemable\nkey: x\n", encoding="utf-8")
    code, checks = business.examine("sandbox")
    assert code == ExitCode.DONE
    assert checks["offers.yaml"]["hint"] == "`offers validate` shows them"


@pytest.mark.parametrize(("name", "at"), [("sandbox", "server"), ("live", "state")])
def test_a_file_where_our_folder_should_be(business: Business, name: str, at: str) -> None:
    """What stands in the way is named, with what to do about it, and everything else is looked at."""
    with vendor() as address:
        business.write(address)
        place = business.folder.resolve() / ".offers"
        place.touch()
        code, checks = business.examine(name)
    assert (code, list(checks), checks[at]["health"]) == (ExitCode.INVALID, CHECKS, "failed")
    assert checks[at]["message"].endswith(f": {place} is a file and has to be a folder")
    assert checks[at]["hint"] == f"move {place} away"


def test_a_folder_where_the_state_should_be(business: Business) -> None:
    """The state is a file, so a folder of its name is what has to go."""
    with vendor() as address:
        business.write(address)
        place = business.folder.resolve() / ".offers" / "state.db"
        place.mkdir(parents=True)
        code, checks = business.examine()
    assert code == ExitCode.INVALID
    assert checks["state"]["message"].endswith(": it is a folder and has to be a file")
    assert checks["state"]["hint"] == f"move {place} away"
