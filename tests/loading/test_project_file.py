"""offers.yaml: hosts, secrets and exceptions, and that no secret is ever shown."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import NOW, OFFERS, WrittenFiles

from offers_sync.findings import Finding, Source
from offers_sync.loading.files import RawFile
from offers_sync.loading.loading import load_files
from offers_sync.reporting.findings import Summary, findings_github, findings_json, findings_text
from offers_sync.reporting.findings_sarif import findings_sarif

SECRET = "hunter2-s3cr3t"  # noqa: S105  it opens nothing


def offers(server: str, *more: str) -> str:
    """A project file with one environment of that server."""
    return "\n".join(["project: a", "environments:", "  live:", f"    server: {server}", *more, ""])


def told(server: str, *hosts: str) -> list[str]:
    """What is said about a server's address."""
    raw = RawFile("offers.yaml", offers(server, "    token: ${KEY}").encode())
    return [finding.code for finding in load_files(Path("/nowhere"), [raw], hosts=hosts, now=NOW).findings]


# ----------------------------------------------------------------------------------------------------------- hosts


@pytest.mark.parametrize(
    "server",
    ["https://marlow.punchh.com", "https://marlow.punchh.com/", "https://a.b.punchh.com:8443", "http://localhost:8080",
     "https://marlow.punchh.com:65535", f"https://{'m' * 63}.punchh.com", "https://the-marlow.punchh.com",
     "http://127.0.0.1:9", "https://127.9.9.9", '"http://[::1]:80"', "https://MARLOW.punchh.com"],
)  # fmt: skip
def test_the_vendor_and_this_machine_are_trusted(server: str) -> None:
    """The key goes there without further words."""
    assert told(server) == []


@pytest.mark.parametrize(
    "server",
    ["https://evil.example", "https://punchh.com.evil.example", "https://evilpunchh.com", "http://marlow.punchh.com",
     "https://marlow.punchh.com@evil.example", "https://evil.example?.punchh.com", "'https://evil.example#.punchh.com'",
     "https://evil.example\\\\.punchh.com", "https://user:pw@marlow.punchh.com", "https://127.0.0.1.evil.example",
     "https://marlow.punchh.com:port", "https://.punchh.com", "https://localhost.evil.example", "http://0x7f.1",
     "https://marlow.punchh.com%2eevil.example", "https://10.0.0.1", "https://marlow.punchh.com:99999",
     "https://marlow.punchh.com:65536", "https://marlow..punchh.com", "https://marlow.punchh.com.",
     "https://-marlow.punchh.com", "https://marlow-.punchh.com", f"https://{'m' * 64}.punchh.com"],
)  # fmt: skip
def test_no_other_host_gets_the_key(server: str) -> None:
    """However the address is dressed up."""
    assert told(server) == ["server-not-allowed"]


def test_a_person_may_trust_another_host() -> None:
    """By the host, or by host and port; nothing in the files can do that."""
    assert told("http://sandbox.internal:8080", "sandbox.internal") == []
    assert told("http://sandbox.internal:8080", "sandbox.internal:8080") == []
    assert told("http://sandbox.internal:8080", "other.internal") == ["server-not-allowed"]
    assert told("https://x@sandbox.internal", "sandbox.internal") == ["server-not-allowed"]


def test_a_port_that_no_host_has_is_told(project: WrittenFiles) -> None:
    """The hint says how far ports go."""
    project.write("offers.yaml", offers("https://marlow.punchh.com:99999", "    token: ${KEY}"))

    assert project.only_finding().hint == "write it as https://marlow.punchh.com; a port is at most 65535"


@pytest.mark.parametrize("alias", ["location:5", "tag:736"])
def test_an_alias_is_no_location_itself(project: WrittenFiles, alias: str) -> None:
    """Where it is written the location of that number is meant, so the alias could never be used."""
    project.write(
        "offers.yaml",
        f"""\
        project: a
        locations: {{"{alias}": "location:6", "location:main": "location:7"}}
        environments:
          sandbox: {{server: embedded, locations: {{"{alias}": "location:8"}}}}
        """,
    )

    assert project.told() == ["offers.yaml:2:13 wrong-form", "offers.yaml:4:43 wrong-form"]
    finding = project.findings()[0]
    assert finding.message == f"`{alias}` is a location itself, so an alias of that name is never looked up"
    assert finding.hint == "choose another name"


def test_a_server_needs_a_token(project: WrittenFiles) -> None:
    """The embedded one needs none."""
    project.write("offers.yaml", offers("https://a.punchh.com"))

    assert project.told() == ["offers.yaml:4:5 field-needed"]

    project.write("offers.yaml", offers("embedded"))

    assert project.findings() == ()


# --------------------------------------------------------------------------------------------------------- secrets

LEAKS = [
    offers("https://a.punchh.com", f"    token: {SECRET}"),
    offers("https://a.punchh.com", f'    "token": "{SECRET}"'),
    offers("https://a.punchh.com", f"    token: >-\n      {SECRET}\n      {SECRET}"),
    offers("https://a.punchh.com", f"    token:\n      {SECRET}"),
    offers("https://a.punchh.com", f"    token: [{SECRET}]"),
    offers("https://a.punchh.com", f"    token: {{key: {SECRET}}}"),
    offers("https://a.punchh.com", f"    token: &t {SECRET}"),
    offers("https://a.punchh.com", f"    token: !x {SECRET}"),
    offers("https://a.punchh.com", f"    token: ${{KEY}}{SECRET}"),
    offers("https://a.punchh.com", f"    token: '{SECRET}"),
    offers("https://a.punchh.com", f"    token: {SECRET}: x"),
    offers("https://a.punchh.com", f"    token: ${{KEY}}\n    token: {SECRET}"),
    offers("https://a.punchh.com", f'    "tok\\x65n": {SECRET}'),
    offers("https://a.punchh.com", f"    token: ${{KEY}}\n    password: {SECRET}"),
    offers("https://a.punchh.com", f"    token: ${{KEY}}\n    api_key: {SECRET}"),
    offers("https://a.punchh.com", f"    Token: {SECRET}"),
    offers("https://a.punchh.com", f"    token: ${{KEY}}\n    state: postgresql://u:{SECRET}@h/d"),
    offers("https://a.punchh.com", f"    token: ${{KEY}}\n    state: postgres://u:{SECRET}@h/d"),
    offers("https://a.punchh.com", f"    token: ${{KEY}}\n    state: postgresql://h/d?password={SECRET}"),
    offers(f"https://u:{SECRET}@a.punchh.com", "    token: ${KEY}"),
    offers(f"https://u:{SECRET}@a.punchh.com/path", "    token: ${KEY}"),
    offers("https://a.punchh.com", f"    tokn: {SECRET}: x"),
    offers("https://a.punchh.com", f"    tokn: |\n      x\n     {SECRET}"),
    offers("https://a.punchh.com", f"    token: ${{KEY}}\n    brand: x # y\u2028    tokn: {SECRET}"),
    offers("https://a.punchh.com", f'    token: ${{KEY}} # y\x85    "\\x73tate": {SECRET}'),
    f"project: a\nenvironments: {{live: {{token: {SECRET}, server: https://a.punchh.com}}}}\n",
    f"project: a\nenvironments: {{live: {{server: https://a.punchh.com, token: {SECRET}\n",
    f"project: A B\nenvironments: {{live: {{server: 5, token: {SECRET}}}}}\n",
    f"project: a\ntoken: {SECRET}\nenvironments: {{live: {{server: embedded}}}}\n",
    f"- {{token: {SECRET}}}\n",
]


@pytest.mark.parametrize("written", LEAKS)
def test_a_secret_in_the_file_is_an_error_and_shown_nowhere(project: WrittenFiles, written: str) -> None:
    """In no message, no hint, no line of source and no format, however it came to be there."""
    project.write("offers.yaml", written.encode())

    loaded = project.load()
    shown = everything_shown(loaded.findings)

    assert loaded.findings
    assert SECRET not in shown
    assert SECRET not in str(loaded.locate(Source("offers.yaml"), "/environments/live/token"))


def everything_shown(findings: tuple[Finding, ...]) -> str:
    """The findings in every format that there is."""
    summary = Summary.of(findings, 0)
    return "\n".join(
        [
            click.unstyle(findings_text(findings, 200)),
            findings_json(findings, summary),
            findings_github(findings),
            findings_sarif(findings),
            repr(findings),
        ]
    )


@settings(max_examples=100)
@given(st.sampled_from(LEAKS), st.data())
def test_a_secret_stays_covered_in_a_damaged_file(written: str, data: st.DataObject) -> None:
    """One character more or less anywhere else does not uncover it."""
    place = data.draw(
        st.integers(0, len(written)).filter(
            lambda at: (
                not any(
                    start - 12 < at < start + len(SECRET) + 1
                    for start in [written.index(SECRET), written.rindex(SECRET)]
                )
            )
        )
    )
    character = data.draw(st.sampled_from(["\n", " ", "\t", '"', "'", "{", "]", ":", "#", "x", "\u2028"]))
    damaged = written[:place] + character + written[place:]

    loaded = load_files(Path("/nowhere"), [RawFile("offers.yaml", damaged.encode())], now=NOW)

    assert SECRET not in everything_shown(loaded.findings)


@pytest.mark.parametrize("reference", ["${KEY}", '"${KEY}"', "'${MARLOW_PUNCHH_KEY_2}'"])
def test_a_reference_is_no_secret(project: WrittenFiles, reference: str) -> None:
    """It is shown as it is."""
    project.write("offers.yaml", offers("https://a.punchh.com", f"    token: {reference}", "    tokn: x"))

    assert project.told() == ["offers.yaml:6:5 unknown-field"]
    located = project.load().locate(Source("offers.yaml"), "/environments/live/token")
    assert located is not None
    assert located[1] == f"    token: {reference}"


def test_a_database_without_password_is_fine(project: WrittenFiles) -> None:
    """As are the two words for it."""
    for state in (
        "postgresql://db.internal/offers",
        "postgresql://me@db.internal/offers?sslmode=require",
        "postgresql://me@one.internal:5432,two.internal:5432/offers",
        "postgresql://me@one.internal,[::1]:5432/offers?target_session_attrs=read-write",
        "local",
        "${URL}",
    ):
        project.write("offers.yaml", offers("embedded", f"    state: {state}"))

        assert project.findings() == ()


def test_a_literal_secret_is_called_by_its_name(project: WrittenFiles) -> None:
    """The one finding that there is says to replace what was exposed."""
    project.write("offers.yaml", offers("https://a.punchh.com", f"    token: {SECRET}"))

    finding = project.only_finding()

    assert finding.code == "literal-secret"
    assert "have the key replaced" in finding.hint
    assert finding.source_line == f"    token: {'*' * len(SECRET)}"


# ------------------------------------------------------------------------------------------------------ exceptions


@pytest.mark.parametrize(
    ("until", "codes"),
    [("2026-01-15T05:59:00", ["allowance-expired"]), ("2026-01-15T06:01:00", []), ("2030-01-01T00:00:00", [])],
)
def test_an_exception_ends_on_the_projects_clock(project: WrittenFiles, until: str, codes: list[str]) -> None:
    """It is noon in UTC, and six in the morning in Chicago."""
    project.write("offers.yaml", OFFERS + f"allow: [{{code: no-filter, reason: r, until: {until}}}]\n")

    assert [finding.code for finding in project.findings()] == codes


def test_without_a_zone_exceptions_end_in_utc(project: WrittenFiles) -> None:
    """Some clock has to count."""
    written = OFFERS.replace("defaults: {timezone: America/Chicago}\n", "")
    project.write("offers.yaml", written + "allow: [{code: no-filter, reason: r, until: 2026-01-15T11:59:00}]\n")

    assert [finding.code for finding in project.findings()] == ["allowance-expired"]


def test_guards_may_be_let_through(project: WrittenFiles) -> None:
    """An exception for a guard needs no code."""
    project.write("offers.yaml", OFFERS + "allow: [{guard: creates, limit: 120, reason: the autumn menu}]\n")

    assert project.findings() == ()


def test_a_faulty_project_file_hides_no_faults_of_documents(project: WrittenFiles) -> None:
    """What can be judged without it is judged."""
    project.write("offers.yaml", OFFERS + "x: 1\n")
    project.write("a.yaml", "kind: redeemable\nkey: a\nname: A\nreceipt_rule: {criterion: b}\n")

    assert project.told() == ["a.yaml:4:27 unknown-reference", "offers.yaml:10:1 unknown-field"]
    assert project.load().project is None


def test_json_of_findings_is_json(project: WrittenFiles) -> None:
    """A guard for the helper above: every format was really rendered."""
    project.write("offers.yaml", LEAKS[0])
    findings = project.findings()

    assert json.loads(findings_json(findings, Summary.of(findings, 0)))["summary"]["error"] == 1
