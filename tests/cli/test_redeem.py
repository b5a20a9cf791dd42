"""`offers redeem`: the same care, for fewer rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from offers_sync.cli.main import run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project on the embedded sandbox; commands run in its folder."""
    (tmp_path / "offers.yaml").write_text("project: marlow\nenvironments:\n  sandbox: {server: embedded}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_points_and_rewards(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both forms are redeemed, and the result file names the redemptions."""
    (project / "till.csv").write_text(
        "user_id,requested_punches,reward_id,force_message\n111111111,50,,At the till\n111111112,,5000002,\n"
    )
    assert run(["redeem", "till.csv", "--yes"]) == 0

    shown = capsys.readouterr()
    assert "2 redemptions for 2 guests of sandbox:\n  50 points or visits\n  1 rewards\n" in shown.err
    results = (project / "till.results.csv").read_text()
    assert results.count("redeemable,") == 2
    assert "redemption 6440712: redeemable" in results


def test_not_for_bulk(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """More than a thousand rows need to be asked for by number."""
    (project / "till.csv").write_text("user_id,requested_punches\n" + "".join(f"{n},5\n" for n in range(1, 1_002)))

    assert run(["redeem", "till.csv", "--yes"]) == 6
    said = capsys.readouterr().err
    assert "1,001 redemptions: the vendor says that this is not for bulk" in said
    assert "--allow-rows 1001" in said
    assert run(["redeem", "till.csv", "--allow-rows", "1001"]) == 6
    assert "1,001 redemptions for 1,001 guests" in capsys.readouterr().err


def test_a_gift_is_no_redemption(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The columns of the other command are unknown here."""
    (project / "till.csv").write_text("user_id,gift_count\n1,5\n")

    assert run(["redeem", "till.csv", "--yes"]) == 3
    assert "there is no column `gift_count`" in capsys.readouterr().err
