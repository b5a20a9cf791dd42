"""One comment or issue for each report, whatever else is there and whatever gets lost."""

from __future__ import annotations

import httpx
import pytest
from forges import BOT, GUEST, FakeForge, talking_to

from offers_sync.errors import InvalidInputError, UnreachableError
from offers_sync.forge.calling import NotPermittedError
from offers_sync.forge.sticking import Deed, close_issue, keep_comment, keep_issue

MARKER = "<!-- offers report=plan environment=production -->"
STAGING = "<!-- offers report=plan environment=staging -->"
DRIFT = "<!-- offers report=drift environment=production -->"


def test_the_first_report_is_a_new_comment() -> None:
    """Where no comment has the marker, one is created, and its address is given."""
    forge = FakeForge()
    with talking_to(forge) as conversation:
        kept = keep_comment(conversation, 7, f"{MARKER}\none to create\n")

    assert (kept.deed, kept.url) == (Deed.CREATED, "https://forge.example/marlow/offers/pull/7#1000")
    assert [comment["body"] for comment in forge.comments] == [f"{MARKER}\none to create"]


def test_the_next_report_updates_it() -> None:
    """A second run changes the comment of the first, and there is never a second one."""
    forge = FakeForge()
    with talking_to(forge) as conversation:
        keep_comment(conversation, 7, f"{MARKER}\none to create")
        kept = keep_comment(conversation, 7, f"{MARKER}\ntwo to create")

    assert kept.deed is Deed.UPDATED
    assert [comment["body"] for comment in forge.comments] == [f"{MARKER}\ntwo to create"]


@pytest.mark.parametrize("text", [f"{MARKER}\nthe same\n", f"{MARKER}\n" + "much to say\n" * 10_000])
def test_the_same_report_writes_nothing(text: str) -> None:
    """A text that stands there already is not sent again, not even where it had to be cut."""
    forge = FakeForge()
    with talking_to(forge) as conversation:
        keep_comment(conversation, 7, text)
        forge.comments[0]["body"] = forge.comments[0]["body"].replace("\n", "\r\n")
        del forge.requests[:]
        kept = keep_comment(conversation, 7, text)

    assert kept.deed is Deed.UNCHANGED
    assert forge.calls == ["GET /repos/marlow/offers/issues/7/comments", "GET /user"]


def test_each_environment_has_its_own() -> None:
    """The comments of two environments stand side by side, as do those of two pull requests."""
    forge = FakeForge()
    with talking_to(forge) as conversation:
        for number, marker in ((7, MARKER), (7, STAGING), (8, MARKER), (7, STAGING)):
            keep_comment(conversation, number, f"{marker}\nseen by {len(forge.requests)} requests")

    assert [(row["number"], row["body"].partition("\n")[0]) for row in forge.comments] == [
        (7, MARKER),
        (7, STAGING),
        (8, MARKER),
    ]


def test_it_is_found_on_a_later_page() -> None:
    """A comment is found again after hundreds of others."""
    forge = FakeForge()
    for count in range(230):
        forge.write(f"what about {count}?")
    forge.write(f"{MARKER}\nold", author=BOT)
    with talking_to(forge) as conversation:
        kept = keep_comment(conversation, 7, f"{MARKER}\nnew")

    assert kept.deed is Deed.UPDATED
    assert forge.comments[230]["body"] == f"{MARKER}\nnew"
    assert forge.calls.count("GET /repos/marlow/offers/issues/7/comments") == 3


@pytest.mark.parametrize("me", [None, {"id": 99, "login": "release-robot", "type": "User"}])
def test_somebody_elses_comment_is_not_taken_for_ours(me: dict[str, object] | None) -> None:
    """Who copies the hidden line into a comment of theirs could rewrite the plan later, so theirs is left alone."""
    forge = FakeForge(me=me)
    forge.write(f"{MARKER}\nforged", author=GUEST)
    with talking_to(forge) as conversation:
        first = keep_comment(conversation, 7, f"{MARKER}\nthe plan")
        second = keep_comment(conversation, 7, f"{MARKER}\nthe next plan")

    assert (first.deed, second.deed) == (Deed.CREATED, Deed.UPDATED)
    assert [comment["body"] for comment in forge.comments] == [f"{MARKER}\nforged", f"{MARKER}\nthe next plan"]


def test_a_marker_further_down_is_a_quotation() -> None:
    """Only the first line makes a comment ours."""
    forge = FakeForge()
    forge.write(f"> {MARKER}\n{MARKER}\nas the robot said", author=BOT)
    with talking_to(forge) as conversation:
        assert keep_comment(conversation, 7, f"{MARKER}\nplan").deed is Deed.CREATED


def test_a_lost_answer_makes_no_second_comment() -> None:
    """Where the answer to a creation is lost, the list decides whether it came about."""
    forge = FakeForge()
    forge.loses = ["POST"]
    with talking_to(forge) as conversation:
        kept = keep_comment(conversation, 7, f"{MARKER}\nplan")

    assert kept.deed is Deed.CREATED
    assert len(forge.comments) == 1


def test_a_creation_that_failed_is_tried_again() -> None:
    """Where the list shows that nothing came about, it is created after all."""
    forge = FakeForge()
    forge.troubles = [("POST", httpx.Response(502, text="<html>"))]
    with talking_to(forge) as conversation:
        keep_comment(conversation, 7, f"{MARKER}\nplan")

    assert len(forge.comments) == 1
    assert forge.calls.count("POST /repos/marlow/offers/issues/7/comments") == 2


def test_creation_has_an_end() -> None:
    """A forge that never creates anything is given up."""
    forge = FakeForge()
    forge.troubles = [("POST", httpx.Response(502))] * 3
    with talking_to(forge) as conversation, pytest.raises(UnreachableError, match="answered 502"):
        keep_comment(conversation, 7, f"{MARKER}\nplan")


def test_a_long_report_fits() -> None:
    """However long the text and whatever its letters, the forge takes it, and its first line is whole."""
    forge = FakeForge()
    with talking_to(forge) as conversation:
        keep_comment(conversation, 7, f"{MARKER}\n" + "Pommes frites à volonté 🍟\n" * 5_000)

    (comment,) = forge.comments
    assert len(comment["body"].encode()) <= 65_536
    assert comment["body"].startswith(f"{MARKER}\nPommes")
    assert comment["body"].endswith("🍟\n\n\nThe rest does not fit into a comment.")


def test_a_text_without_a_marker_is_refused() -> None:
    """What could not be found again is not posted."""
    forge = FakeForge()
    with talking_to(forge) as conversation, pytest.raises(InvalidInputError, match="no hidden first line"):
        keep_comment(conversation, 7, f"plan\n{MARKER}")
    assert forge.calls == []


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_a_missing_permission_is_told_apart(method: str) -> None:
    """Whether reading, creating or changing is forbidden, the caller hears that it is the permission."""
    forge = FakeForge()
    if method == "PATCH":
        forge.write(f"{MARKER}\nold", author=BOT)
    forge.forbidden = {method}
    with talking_to(forge) as conversation, pytest.raises(NotPermittedError, match="not accessible by integration"):
        keep_comment(conversation, 7, f"{MARKER}\nplan")


# ------------------------------------------------------------------------------------------------------- issues


def test_one_issue_is_open_for_drift() -> None:
    """An issue is opened once, and each later report is written into it."""
    forge = FakeForge()
    with talking_to(forge) as conversation:
        deeds = [keep_issue(conversation, "Offers drifted", f"{DRIFT}\n{text}").deed for text in ("one", "two", "two")]

    assert deeds == [Deed.CREATED, Deed.UPDATED, Deed.UNCHANGED]
    assert [(issue["title"], issue["body"]) for issue in forge.issues] == [("Offers drifted", f"{DRIFT}\ntwo")]


def test_a_closed_issue_stays_closed() -> None:
    """What drifts after an issue was closed gets a new one."""
    forge = FakeForge()
    with talking_to(forge) as conversation:
        keep_issue(conversation, "Offers drifted", f"{DRIFT}\none")
        closed = close_issue(conversation, DRIFT)
        again = close_issue(conversation, DRIFT)
        keep_issue(conversation, "Offers drifted", f"{DRIFT}\ntwo")

    assert (closed.deed, again.deed) == (Deed.CLOSED, Deed.UNCHANGED)
    assert [issue["state"] for issue in forge.issues] == ["closed", "open"]


def test_a_pull_request_is_no_issue() -> None:
    """The forge lists pull requests among issues; none of them is written over."""
    forge = FakeForge()
    forge.add_issue({"title": "Bump", "body": f"{DRIFT}\nof a robot", "pull_request": {"url": "..."}}, BOT)
    with talking_to(forge) as conversation:
        keep_issue(conversation, "Offers drifted", f"{DRIFT}\none")

    assert [issue["body"] for issue in forge.issues] == [f"{DRIFT}\nof a robot", f"{DRIFT}\none"]


def test_a_lost_answer_opens_no_second_issue() -> None:
    """An issue whose creation was not confirmed is looked for before another is opened."""
    forge = FakeForge()
    forge.loses = ["POST"]
    with talking_to(forge) as conversation:
        keep_issue(conversation, "Offers drifted", f"{DRIFT}\none")

    assert len(forge.issues) == 1
