"""What ``offers comment`` reads, where it posts, and what it does where it may not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from forges import BOT, TOKEN, FakeForge, served

from offers_sync.cli.main import run

MARKER = "<!-- offers report=plan folder=. environment=production -->"


@pytest.fixture
def forge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeForge]:
    """A forge, and the environment of a job that a pull request started."""
    for name in ("OFFERS_ENV", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    there = FakeForge()
    with served(there) as address:
        monkeypatch.setenv("GITHUB_API_URL", address)
        monkeypatch.setenv("GITHUB_REPOSITORY", "marlow/offers")
        monkeypatch.setenv("GITHUB_REF", "refs/pull/7/merge")
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        (tmp_path / "plan.md").write_text(f"{MARKER}\n### offers plan\n", encoding="utf-8")
        yield there


def test_a_pipeline_needs_no_options(forge: FakeForge, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a job of a pull request, the file is all there is to say; the second time the comment is updated."""
    assert run(["comment", str(tmp_path / "plan.md")]) == 0
    (tmp_path / "plan.md").write_text(f"{MARKER}\nanother plan\n", encoding="utf-8")
    assert run(["comment", str(tmp_path / "plan.md")]) == 0

    assert [(comment["number"], comment["body"]) for comment in forge.comments] == [(7, f"{MARKER}\nanother plan")]
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "comment created: https://forge.example/marlow/offers/pull/7#1000\n"
        "comment updated: https://forge.example/marlow/offers/pull/7#1000\n"
    )


def test_options_come_first(forge: FakeForge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository and a number that are written out win over what the job says."""
    monkeypatch.setenv("GITHUB_REPOSITORY", "another/one")
    arguments = ["--repository", "marlow/offers", "--pull-request", "12", str(tmp_path / "plan.md")]

    assert run(["comment", *arguments]) == 0
    assert [comment["number"] for comment in forge.comments] == [12]


def test_plain_text_is_shown_as_it_is(forge: FakeForge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text from stdin is fenced, so that nothing in it is a mark, and found again by the environment."""
    for text in ("one *object* was changed\n", "```\n@everyone\n"):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert run(["comment", "--issue", "Offers drifted", "--env", "production"]) == 0

    (issue,) = forge.issues
    assert issue["title"] == "Offers drifted"
    assert issue["body"] == (
        "<!-- offers report=drift folder=. environment=production -->\n````text\n```\n@everyone\n````"
    )


def test_an_issue_is_closed(forge: FakeForge, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing drifts any more, the open issue is closed; where none is open, nothing is done."""
    body = "<!-- offers report=drift folder=. environment=production -->\none"
    forge.add_issue({"title": "Offers drifted", "body": body}, BOT)

    for _ in range(2):
        assert run(["comment", "--issue", "Offers drifted", "--env", "production", "--close"]) == 0

    assert [issue["state"] for issue in forge.issues] == ["closed"]
    assert capsys.readouterr().err == ("issue closed: https://forge.example/marlow/offers/issues/1\nissue unchanged\n")


@pytest.mark.parametrize(("attention", "states"), [("needed", ["open"]), ("over", ["closed"]), ("unknown", ["open"])])
def test_a_report_of_drift_says_what_becomes_of_its_issue(
    forge: FakeForge, tmp_path: Path, attention: str, states: list[str]
) -> None:
    """One that says nothing is left closes it, and one that could not look leaves it alone."""
    first = "<!-- offers report=drift folder=menu environment=production -->"
    for each in ("needed", attention):
        text = f"{first}\n<!-- offers attention={each} -->\nlooked: {each}\n"
        (tmp_path / "drift.md").write_text(text, encoding="utf-8")
        assert run(["comment", "--issue", "Offers drifted", str(tmp_path / "drift.md")]) == 0

    assert [issue["state"] for issue in forge.issues] == states
    assert forge.issues[0]["body"].endswith("looked: needed")


def test_no_issue_is_opened_to_say_that_nothing_is_the_matter(forge: FakeForge, tmp_path: Path) -> None:
    """Neither for a report that says so, nor for one that could not look."""
    for attention in ("over", "unknown"):
        text = f"<!-- offers report=drift folder=. environment=eu -->\n<!-- offers attention={attention} -->\nso\n"
        (tmp_path / "drift.md").write_text(text, encoding="utf-8")
        assert run(["comment", "--issue", "Offers drifted", str(tmp_path / "drift.md")]) == 0

    assert forge.issues == []


def test_plain_text_belongs_to_a_project(forge: FakeForge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two projects of one repository have a comment each, and it is the one around where one stands."""
    for name in ("uk", "fr"):
        (tmp_path / name / "redeemables").mkdir(parents=True)
        (tmp_path / name / "offers.yaml").write_text(f"project: {name}\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / "text").write_text("a\n")
    monkeypatch.chdir(tmp_path)
    for arguments in (["-C", "uk"], ["-C", "fr"], ["-C", "uk/redeemables"]):
        assert run(["comment", "--env", "eu", *arguments, str(tmp_path / "text")]) == 0

    firsts = [comment["body"].splitlines()[0] for comment in forge.comments]
    assert firsts == [f"<!-- offers report=text folder={name} environment=eu -->" for name in ("uk", "fr")]


# ------------------------------------------------------------------------------------------------ the step summary


@pytest.fixture
def summary(forge: FakeForge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The step summary of the job, with something in it."""
    assert forge.calls == []
    path = tmp_path / "summary.md"
    path.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


def test_a_report_goes_to_both(forge: FakeForge, tmp_path: Path, summary: Path) -> None:
    """With --summary the step summary has it as well."""
    assert run(["comment", "--summary", str(tmp_path / "plan.md")]) == 0
    assert summary.read_text(encoding="utf-8") == f"before\n{MARKER}\n### offers plan\n\n"
    assert len(forge.comments) == 1


def test_without_a_pull_request_only_the_summary_has_it(
    forge: FakeForge, tmp_path: Path, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a job that a push started nothing is asked of the forge, and neither key nor repository is needed."""
    monkeypatch.setenv("GITHUB_REF", "refs/heads/main")
    for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name)

    assert run(["comment", "--summary", str(tmp_path / "plan.md")]) == 0
    assert "### offers plan" in summary.read_text(encoding="utf-8")
    assert forge.calls == []


def test_the_summary_has_it_once(
    forge: FakeForge, tmp_path: Path, summary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the key may not comment it is not added again, and the reader is told where to look."""
    forge.forbidden = {"POST"}

    assert run(["comment", "--summary", str(tmp_path / "plan.md")]) == 0
    assert summary.read_text(encoding="utf-8").count("### offers plan") == 1
    assert capsys.readouterr().err.endswith("\nthe report is in the step summary\n")


def test_the_summary_stays_below_the_forges_limit(forge: FakeForge, tmp_path: Path, summary: Path) -> None:
    """What one step says is at most a mebibyte, or the forge would show nothing of it."""
    assert forge.calls == []
    summary.write_text("é" * 400_000 + "\n", encoding="utf-8")
    text = f"{MARKER}\n" + "one line of many\n" * 60_000
    (tmp_path / "plan.md").write_text(text, encoding="utf-8")

    assert run(["comment", "--summary", str(tmp_path / "plan.md")]) == 0
    assert 1_000_000 < summary.stat().st_size < 1024 * 1024
    assert summary.read_text(encoding="utf-8").endswith("The rest does not fit into a comment.\n\n")


def test_a_summary_that_is_not_there_is_missed(
    forge: FakeForge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside of a job --summary is a mistake, and nothing is posted."""
    assert run(["comment", "--summary", str(tmp_path / "plan.md")]) == 3
    assert "there is no step summary to add to" in capsys.readouterr().err
    assert forge.calls == []


@pytest.mark.parametrize("reason", ["forbidden", "no key"])
def test_without_permission_the_step_summary_has_it(
    forge: FakeForge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reason: str
) -> None:
    """Where the key may not comment the report is added to the step summary, which is said, and the job goes on."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    if reason == "forbidden":
        forge.forbidden = {"POST"}
    else:
        monkeypatch.delenv("GITHUB_TOKEN")

    assert run(["comment", str(tmp_path / "plan.md")]) == 0

    assert summary.read_text(encoding="utf-8") == f"before\n{MARKER}\n### offers plan\n\n"
    told = capsys.readouterr().err
    assert told.startswith("not commented: ")
    assert told.endswith("the report is in the step summary instead\n")
    assert TOKEN not in told


def test_without_a_summary_it_is_an_error(forge: FakeForge, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no step summary either, the refusal is the end."""
    forge.forbidden = {"GET"}

    assert run(["comment", str(tmp_path / "plan.md")]) == 4
    assert "Resource not accessible by integration" in capsys.readouterr().err


def test_a_wrong_key_is_an_error(
    forge: FakeForge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that nobody knows is a mistake to mend, not a missing permission, and it is not shown."""
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_a-key-of-somebody-else")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))

    assert run(["comment", str(tmp_path / "plan.md")]) == 4
    assert forge.comments == []
    told = capsys.readouterr().err
    assert "Bad credentials" in told
    assert "somebody-else" not in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.md"], "cannot be read"),
        (["empty.md"], "there is no text to post"),
        (["plain.md"], "does not say which environment"),
        (["plan.md", "--close"], "--close needs --issue"),
        (["--issue", "T", "--close", "--summary", "--env", "eu"], "nothing for --summary"),
        (["plan.md", "--repository", "marlow"], "is no repository"),
    ],
)
def test_what_cannot_be_posted(
    forge: FakeForge, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    """Wrong usage is told before anything is sent."""
    (tmp_path / "empty.md").write_text(" \n")
    (tmp_path / "plain.md").write_text("plain\n")

    assert run(["comment", *(str(tmp_path / each) if each.endswith(".md") else each for each in arguments)]) == 3
    assert says in capsys.readouterr().err
    assert forge.calls == []


@pytest.mark.parametrize("missing", ["GITHUB_REF", "GITHUB_REPOSITORY"])
def test_what_is_missing_is_asked_for(
    forge: FakeForge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    """Outside a job of a pull request, the repository and the number are to be passed."""
    monkeypatch.delenv(missing)

    assert run(["comment", str(tmp_path / "plan.md")]) == 3
    assert "? Pass --" in capsys.readouterr().err
    assert forge.calls == []
