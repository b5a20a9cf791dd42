"""What goes wrong on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from offers_sync import contract
from offers_sync.errors import InvalidInputError
from offers_sync.sandbox import Calls, Cut, Fault, Faults, Lag, RateLimit
from offers_sync.sandbox.fault_files import read_faults

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.calling import Build, Open

CREATE = "create-selectors"


@pytest.mark.parametrize(
    ("cut", "error", "saved"),
    [
        (Cut.CONNECT, httpx.ConnectError, 0),
        (Cut.BEFORE_COMMIT, httpx.RemoteProtocolError, 0),
        (Cut.AFTER_COMMIT, httpx.RemoteProtocolError, 1),
        (Cut.HALF_ANSWER, httpx.RemoteProtocolError, 1),
    ],
)
def test_a_cut_loses_the_answer_and_perhaps_the_write(
    sandbox: Open, selector: Build, cut: Cut, error: type[Exception], saved: int
) -> None:
    """A cut before the commit saves nothing, one after it saves all, and the caller cannot tell."""
    caller = sandbox(Fault(at=CREATE, cut=cut))
    with pytest.raises(error):
        caller.create("selector", selector())
    assert len(caller.rows("selector")) == saved


def test_half_a_batch_may_be_saved(sandbox: Open, selector: Build) -> None:
    """A script can have the first items saved and the answer lost."""
    caller = sandbox(Fault(at=CREATE, commit=2, cut=Cut.AFTER_COMMIT))
    with pytest.raises(httpx.RemoteProtocolError):
        caller.create("selector", *[selector(f"s{number}") for number in range(5)])
    assert [row["external_id"] for row in caller.rows("selector")] == ["s1", "s0"]


@pytest.mark.parametrize(("commit", "saved"), [(None, 0), ("all", 1)])
def test_an_error_may_hide_a_write(sandbox: Open, selector: Build, commit: Any, saved: int) -> None:
    """A 502 saves nothing unless the script says so."""
    caller = sandbox(Fault(at=CREATE, calls=Calls.of(1), status=502, page="html", commit=commit))
    answer = caller.post(contract.SELECTORS_PATH, {"data": [selector()]})
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert len(caller.rows("selector")) == saved


@pytest.mark.parametrize(
    ("fault", "headers", "body"),
    [
        (Fault(status=429, retry_after=7), {"retry-after": "7"}, {"error": "Too Many Requests"}),
        (Fault(status=503, body={"a": 1}), {}, {"a": 1}),
        (Fault(status=302, location="https://elsewhere.invalid/"), {"location": "https://elsewhere.invalid/"}, None),
        (Fault(status=500, page="empty"), {"content-length": "0"}, None),
    ],
)
def test_a_scripted_answer(sandbox: Open, fault: Fault, headers: dict[str, str], body: Any) -> None:
    """Status, Retry-After, Location and body are as the script says."""
    answer = sandbox(fault).get(contract.SELECTORS_PATH)
    assert answer.status_code == fault.status
    assert {name: answer.headers[name] for name in headers} == headers
    assert body is None or answer.json() == body
    assert ("retry-after" in answer.headers) is ("retry-after" in headers)


@pytest.mark.parametrize(
    ("calls", "hit"),
    [
        (Calls.of(2), [2]),
        (Calls.of(1, 4), [1, 4]),
        (Calls(2, 4), [2, 3, 4]),
        (Calls(5), [5, 6]),
        (Calls(2, every=2), [2, 4, 6]),
    ],
)
def test_a_rule_hits_the_calls_that_it_names(sandbox: Open, calls: Calls, hit: list[int]) -> None:
    """Single calls, lists, ranges and every nth call can be named."""
    caller = sandbox(Fault(at="list-*", calls=calls, status=500))
    statuses = [caller.get(contract.SELECTORS_PATH).status_code for _ in range(6)]
    assert [number for number, status in enumerate(statuses, start=1) if status == 500] == hit


def test_the_dice_fall_the_same_way_again(sandbox: Open) -> None:
    """The same seed hits the same calls."""

    def run() -> list[int]:
        caller = sandbox(Fault(probability=0.5, status=500))
        return [caller.get(contract.SELECTORS_PATH).status_code for _ in range(20)]

    first = run()
    assert set(first) == {200, 500}
    assert run() == first


@pytest.mark.parametrize(
    "at", ["list-selectors", contract.SELECTORS_PATH, f"GET {contract.SELECTORS_PATH}", "GET *", "*"]
)
def test_a_rule_may_name_its_endpoint_in_several_ways(sandbox: Open, at: str) -> None:
    """By name, by path, by method and path, and by patterns of these."""
    assert sandbox(Fault(at=at, status=500)).get(contract.SELECTORS_PATH).status_code == 500


def test_latency_is_waited_and_may_be_too_long(sandbox: Open, selector: Build) -> None:
    """An answer comes late, and after the caller's patience it does not come though the write is saved."""
    caller = sandbox(Fault(at=CREATE, latency_ms=3000))
    caller.create("selector", selector("a"))
    with pytest.raises(httpx.ReadTimeout):
        caller.http.post(contract.SELECTORS_PATH, json={"data": [selector("b")]}, timeout=2)
    assert caller.waits == [3, 2]
    assert len(caller.rows("selector")) == 2


def test_a_list_lags_by_reads(sandbox: Open, selector: Build) -> None:
    """What was written is seen only from the third read on, new objects and changes alike."""
    caller = sandbox(Fault(at="list-selectors", lag=Lag(reads=2)), empty=False)
    assert len(caller.rows("selector")) == 1, "what was there from the start is always seen"
    caller.create("selector", selector())
    assert [len(caller.rows("selector")) for _ in range(3)] == [1, 1, 2]
    caller.update("selector", {"external_id": "sandwiches", "name": "Wraps"})
    assert [caller.rows("selector")[0]["name"] for _ in range(3)] == ["Sandwiches", "Sandwiches", "Wraps"]


def test_a_list_lags_by_seconds(sandbox: Open, selector: Build) -> None:
    """A list can be as it was some seconds ago, its total included."""
    caller = sandbox(Fault(at="list-selectors", lag=Lag(seconds=60)))
    caller.create("selector", selector(name="A"))
    caller.clock.pass_seconds(30)
    caller.update("selector", {"external_id": "sandwiches", "name": "B"})
    seen = []
    for _ in range(4):
        seen.append([row["name"] for row in caller.rows("selector")])
        caller.clock.pass_seconds(20)
    assert seen == [[], [], ["A"], ["B"]]


@pytest.mark.parametrize(("shift", "found"), [(1, ["s3", "s2", "s2", "s1"]), (-1, ["s3", "s2", "s0"])])
def test_a_page_slips_while_the_list_is_walked(sandbox: Open, selector: Build, shift: int, found: list[str]) -> None:
    """The second page repeats a row of the first, or misses one, while the total stays."""
    caller = sandbox(Fault(at="list-selectors", calls=Calls.of(2), shift=shift))
    caller.create("selector", *[selector(f"s{number}") for number in range(4)])
    pages = [caller.get(contract.SELECTORS_PATH, page=page, per_page=2).json() for page in (1, 2)]
    assert [row["external_id"] for page in pages for row in page["data"]] == found
    assert {page["meta"]["total_records"] for page in pages} == {4}


def test_a_result_may_be_missing(sandbox: Open, selector: Build) -> None:
    """An item is saved, and its result does not come back."""
    caller = sandbox(Fault(at=CREATE, omit_results=(1, 3)))
    results = caller.create("selector", *[selector(f"s{number}") for number in range(3)])
    assert [result["external_id"] for result in results] == ["s1"]
    assert len(caller.rows("selector")) == 3


def test_a_hidden_rate_limit(sandbox: Open) -> None:
    """More calls than the limit are turned away until the oldest is old enough."""
    limit = RateLimit(calls=2, seconds=10)
    caller = sandbox(Fault(at="list-selectors", rate_limit=limit))
    assert [caller.get(contract.SELECTORS_PATH).status_code for _ in range(3)] == [200, 200, 429]
    caller.clock.pass_seconds(4)
    answer = caller.get(contract.SELECTORS_PATH)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "6")
    caller.clock.pass_seconds(6)
    assert caller.get(contract.SELECTORS_PATH).status_code == 200
    assert caller.get(contract.CRITERIA_PATH).status_code == 200


def test_a_rule_may_change_the_settings_for_a_call(sandbox: Open, selector: Build) -> None:
    """Any choice of the vendor can be another for some calls."""
    caller = sandbox(
        Fault(at=CREATE, calls=Calls.of(2), settings={"duplicate_external_ids": "refuse"}),
        Fault(at="list-*", settings={"per_page_maximum": 3, "ingestion_enabled": True}),
    )
    assert [caller.create("selector", selector())[0]["success"] for _ in range(3)] == [True, False, True]
    assert caller.get(contract.SELECTORS_PATH, per_page=9).json()["meta"]["per_page"] == 3


def test_a_script_can_be_taken_up_again(sandbox: Open) -> None:
    """Another script begins from its first call."""
    caller = sandbox(Fault(status=500))
    assert caller.get(contract.SELECTORS_PATH).status_code == 500
    caller.embedded.vendor.follow(Faults())
    assert caller.get(contract.SELECTORS_PATH).status_code == 200


def test_a_fault_file_is_read(tmp_path: Path) -> None:
    """Every field of a fault file arrives in the rules."""
    file = tmp_path / "faults.yaml"
    file.write_text(
        """
        seed: 7
        latency_ms: 20
        settings: {per_page_maximum: 10, business_locales: [en]}
        faults:
          - {at: create-redeemables, calls: 2, cut: after_commit, commit: 3}
          - {at: "POST *", calls: 2..5, probability: 0.5, status: 429, retry_after: 3}
          - {at: list-redeemables, calls: {first: 2, every: 3}, lag: {reads: 2, seconds: 1.5}, shift: -1}
          - {calls: [1, 4], status: 302, location: /elsewhere, page: html, omit_results: [1]}
          - {at: gift, calls: 3.., rate_limit: {calls: 2, seconds: 1}, settings: {gifting_enabled: false}}
        """
    )
    assert read_faults(file) == Faults(
        seed=7,
        latency_ms=20,
        settings={"per_page_maximum": 10, "business_locales": ("en",)},
        rules=(
            Fault(at="create-redeemables", calls=Calls.of(2), cut=Cut.AFTER_COMMIT, commit=3),
            Fault(at="POST *", calls=Calls(2, 5), probability=0.5, status=429, retry_after=3),
            Fault(at="list-redeemables", calls=Calls(2, every=3), lag=Lag(2, 1.5), shift=-1),
            Fault(calls=Calls.of(1, 4), status=302, location="/elsewhere", page="html", omit_results=(1,)),
            Fault(at="gift", calls=Calls(3), rate_limit=RateLimit(2, 1), settings={"gifting_enabled": False}),
        ),
    )


def test_a_fault_file_may_be_json(tmp_path: Path) -> None:
    """JSON is read as well."""
    file = tmp_path / "faults.json"
    file.write_text('{"faults": [{"at": "gift", "status": 500}]}')
    assert read_faults(file) == Faults(rules=(Fault(at="gift", status=500),))


def test_every_fault_of_a_fault_file_is_said_at_once(tmp_path: Path) -> None:
    """Each fault names its field, and what may have been meant."""
    file = tmp_path / "faults.yaml"
    file.write_text(
        """
        sede: 1
        faults:
          - {at: create-redeemable, calls: 0, statis: 500, cut: before}
          - {at: gift}
          - 7
          - {lag: {read: 3}, settings: {duplicate_external_ids: acept, per_page_maximum: 0}}
        """
    )
    with pytest.raises(InvalidInputError) as raised:
        read_faults(file)
    assert raised.value.message.splitlines()[1:] == [
        "  sede: there is no such field; did you mean seed?",
        "  faults[1].statis: there is no such field; did you mean status?",
        "  faults[1].at: create-redeemable is no endpoint; did you mean create-redeemables?",
        '  faults[1].calls: must be a number from 1, a list of them, or a range like "2..5" or "3..", not 0',
        f"  faults[1].cut: must be one of {', '.join(Cut)}, not before; did you mean before_commit?",
        "  faults[2]: does nothing: give it a cut, a status, a latency_ms or another effect",
        "  faults[3]: must be a mapping, not 7",
        "  faults[4].lag.read: there is no such field; did you mean reads?",
        "  faults[4].settings.duplicate_external_ids: must be accept, refuse or update, not acept",
        "  faults[4].settings.per_page_maximum: must be a number above 0, not 0",
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a: [", "is neither YAML nor JSON"),
        (b"\xff\xfe\xfa", "is neither YAML nor JSON"),
        (b"- 1", "must hold a mapping, not a list"),
        (b"!!python/object/apply:os.system ['true']", "is neither YAML nor JSON"),
        (b"a: 2026-13-45", "is neither YAML nor JSON"),
    ],
)
def test_what_is_no_fault_file(tmp_path: Path, content: bytes, text: str) -> None:
    """Anything else is refused in one sentence."""
    file = tmp_path / "faults.yaml"
    file.write_bytes(content)
    with pytest.raises(InvalidInputError, match=text):
        read_faults(file)
