"""Sending: each row once, whatever the server says; and what follows from each thing that it can say."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest
from giving import Shop, checked, rules
from servers import html_reply, in_turn

from offers_sync.bulk.actions import GIFT, REDEEM
from offers_sync.bulk.entering import Entry, enter
from offers_sync.bulk.reading import open_rows
from offers_sync.contract import REDEMPTIONS_PER_DAY
from offers_sync.errors import ExitCode, InvalidInputError, OffersError, RefusedError, UnreachableError
from offers_sync.sandbox import Calls, Cut, Fault, Faults, Settings
from offers_sync.state.ledger_records import RowOutcome, RunState


def test_every_guest_gets_one_gift(shop: Shop) -> None:
    """A run without trouble gives to each guest once, and is over."""
    run = shop.gifts(40)
    report = shop.send(run)

    assert shop.given() == dict.fromkeys(range(1001, 1041), 1)
    assert (report.ending, report.exit_code, report.run.state) == ("done", ExitCode.DONE, RunState.ENDED)
    assert report.requests == {"POST": 40}


def test_what_is_sent_is_what_was_written(shop: Shop) -> None:
    """Every column arrives, keys as numbers, and what counts for all rows with it."""
    run = shop.entered(
        "user_id,redeemable,end_date,message,location_id",
        '1001,free-fries,2030-01-31,"Sorry, Ada",310969',
        defaults={"gift_reason": "Outage"},
        name="may",
    )
    shop.embedded.vendor.settings = Settings(gift_needs_allowance=False)
    shop.send(run)

    ((user_id, body),) = shop.embedded.vendor.world.connection.execute("SELECT user_id, body FROM gifts").fetchall()
    assert user_id == 1001
    for text in (b'"redeemable_id":20002', b'"end_date":"2030-01-31"', b'"Sorry, Ada"', b"310969", b'"Outage"'):
        assert text in body


def test_a_row_that_the_server_refuses(shop: Shop) -> None:
    """It fails with the server's reason and the request id, and the others go on."""
    shop.embedded.vendor.follow(
        Faults(rules=(Fault(at="gift", calls=Calls.of(2), status=422, body={"errors": ["User not found"]}),))
    )
    run = shop.gifts(3)
    report = shop.send(run, width=1)

    failed = next(shop.ledger().rows(run, RowOutcome.FAILED))
    assert (failed.line, failed.reason) == (3, "422: User not found")
    assert len(failed.request_id) == 36
    assert report.summary == {"done": 2, "failed": 1, "unknown": 0, "held_back": 0}
    assert (report.exit_code, report.run.state) == (ExitCode.PARTIAL, RunState.ENDED)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(at="gift", calls=Calls.of(2), cut=Cut.AFTER_COMMIT, commit="all"),
        Fault(at="gift", calls=Calls.of(2), cut=Cut.BEFORE_COMMIT),
        Fault(at="gift", calls=Calls.of(2), status=502, page="html", commit="all"),
        Fault(at="gift", calls=Calls.of(2), status=200, page="html"),
    ],
    ids=["cut after", "cut before", "gateway", "firewall page"],
)
def test_a_lost_answer_is_unknown_and_stays_so(fault: Fault, shop: Shop) -> None:
    """Nobody knows, so it is not sent again; only by an explicit wish, and then it may be the second time."""
    shop.embedded.vendor.follow(Faults(rules=(fault,)))
    run = shop.gifts(4)
    report = shop.send(run, width=1)
    assert shop.outcomes(run) == ["done", "unknown", "done", "done"]
    assert (report.exit_code, report.run.state) == (ExitCode.UNKNOWN, RunState.OPEN)
    before = shop.given()

    assert shop.send(run).exit_code is ExitCode.UNKNOWN
    assert shop.given() == before

    assert shop.send(run, again=RowOutcome.UNKNOWN).exit_code is ExitCode.DONE
    assert shop.given()[1002] == before[1002] + 1


def test_too_many_requests(shop: Shop) -> None:
    """Rows that were turned away for haste are sent again, and everybody gets one gift in the end."""
    shop.embedded.vendor.follow(Faults(rules=(Fault(at="gift", calls=Calls(every=3), status=429, retry_after=1),)))
    run = shop.gifts(30)
    report = shop.send(run)

    assert shop.given() == dict.fromkeys(range(1001, 1031), 1)
    assert report.exit_code is ExitCode.DONE
    assert report.requests["POST"] > 30


@pytest.mark.parametrize(
    "fault",
    [
        Fault(at="gift", calls=Calls(first=3), status=401),
        Fault(at="gift", calls=Calls(first=3), status=403),
        Fault(at="gift", calls=Calls(first=3), status=302),
        Fault(at="gift", calls=Calls(first=3), settings={"gifting_enabled": False}),
    ],
    ids=["key", "permission", "redirect", "feature"],
)
def test_a_refusal_stops_everything(fault: Fault, shop: Shop) -> None:
    """After the first one nothing is begun; the rows are pending, and go out once it is mended."""
    shop.embedded.vendor.follow(Faults(rules=(fault,)))
    run = shop.gifts(30)
    report = shop.send(run, width=2)

    assert isinstance(report.stopped_by, RefusedError)
    assert report.exit_code is ExitCode.REFUSED
    assert report.requests["POST"] <= 4
    assert set(shop.outcomes(run)) == {"done", "pending"}

    shop.embedded.vendor.follow(Faults())
    assert shop.send(run).exit_code is ExitCode.DONE
    assert shop.given() == dict.fromkeys(range(1001, 1031), 1)


def test_no_connection(shop: Shop) -> None:
    """What never left is pending, and the run says that the server cannot be reached."""
    run = shop.gifts(5)
    report = shop.send(run, transport=httpx.MockTransport(in_turn(httpx.ConnectError("no route"))))

    assert isinstance(report.stopped_by, UnreachableError)
    assert report.exit_code is ExitCode.UNREACHABLE
    assert shop.outcomes(run) == ["pending"] * 5


def test_a_server_in_ruins(shop: Shop) -> None:
    """After a few lost answers in a row nothing more is sent, so that few rows are unknown."""
    run = shop.gifts(100)
    report = shop.send(run, transport=httpx.MockTransport(lambda _: html_reply(502)), width=2)

    assert report.exit_code is ExitCode.UNKNOWN
    assert "lost in a row" in str(report.stopped_by)
    assert 5 <= report.summary["unknown"] <= 7


def test_stopping_finishes_what_is_in_flight(shop: Shop) -> None:
    """Whoever asks to stop gets every answer that was under way, and the rest goes out later."""
    stop = threading.Event()
    run = shop.gifts(30)

    def handle(request: httpx.Request) -> httpx.Response:
        if len(shop.given()) >= 5:
            stop.set()
        return shop.embedded.transport.handle_request(request)

    report = shop.send(run, transport=httpx.MockTransport(handle), stop=stop)
    assert (report.ending, report.exit_code) == ("interrupted", ExitCode.INTERRUPTED)
    assert set(shop.outcomes(run)) == {"done", "pending"}

    assert shop.send(run).exit_code is ExitCode.DONE
    assert shop.given() == dict.fromkeys(range(1001, 1031), 1)


def test_cancelling_a_run_at_work(shop: Shop) -> None:
    """A sender notices that its run was cancelled, and what it had not sent is held back for good."""
    run = shop.gifts(60)

    def handle(request: httpx.Request) -> httpx.Response:
        if sum(shop.given().values()) == 3:
            shop.ledger().cancel(run, "cancelled by bob")
        return shop.embedded.transport.handle_request(request)

    report = shop.send(run, transport=httpx.MockTransport(handle), width=1)
    assert report.run.state is RunState.CANCELLED
    assert shop.outcomes(run).count("done") < 10
    assert set(shop.outcomes(run)) == {"done", "held_back"}


def test_a_days_budget_that_is_used_up(shop: Shop) -> None:
    """The run ends with the time at which there is room again, and goes on after it."""
    run = shop.entered("user_id,requested_punches", *(f"{number},5" for number in range(1, 6)), action=REDEEM)
    with shop.database.transaction() as transaction:
        now = int(shop.clock() * 240 // 86_400)
        transaction.execute(
            "INSERT INTO offers_rates VALUES ('marlow/production', 'redeem/day', ?, ?)", now, REDEMPTIONS_PER_DAY - 2
        )
    report = shop.send(run)
    assert report.exit_code is ExitCode.UNREACHABLE
    assert "100,000 a day are used up; there is room for more in 1,4" in str(report.stopped_by)
    assert shop.outcomes(run) == ["done", "done", "pending", "pending", "pending"]

    shop.clock.sleep(87_500)
    assert shop.send(run).exit_code is ExitCode.DONE


def test_what_a_redemption_answers_is_kept(shop: Shop) -> None:
    """The redemption's number and status are in the ledger; a reward that was used already fails."""
    run = shop.entered("user_id,reward_id,force_message", "111111111,5000001,a", "111111111,5000001,b", action=REDEEM)
    shop.send(run, width=1)

    done, failed = shop.ledger().rows(run)
    assert done.reason == "redemption 6440712: redeemable"
    assert failed.reason == "422: Reward has already been redeemed"


def test_a_fault_of_ours_leaves_no_row_behind(shop: Shop) -> None:
    """A bug in a call ends the run; its row is unknown, for nobody knows how far it came."""

    def handle(_: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    run = shop.gifts(5)
    report = shop.send(run, transport=httpx.MockTransport(handle), width=1)
    assert report.exit_code is ExitCode.UNKNOWN
    assert isinstance(report.stopped_by, OffersError)
    assert shop.outcomes(run) == ["unknown", *["pending"] * 4]


def test_the_file_may_change_its_mind_before_it_is_entered(tmp_path: Path, shop: Shop) -> None:
    """A file that is another one when it is read again is refused, and nothing of it stays."""
    found = checked(tmp_path, "user_id,gift_count", "1,5")
    (tmp_path / "rows.csv").write_text("user_id,gift_count\n1,500\n", encoding="utf-8")
    file = open_rows(tmp_path / "rows.csv", GIFT.columns)

    with pytest.raises(InvalidInputError, match="changed while it was read"):
        enter(shop.ledger(), Entry("may", "me", file, rules(), {}), found)
    assert shop.ledger().find("may") is None
