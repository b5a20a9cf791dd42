"""From a commit to an offer that guests have: a repository of its own, its pipeline, a forge and a vendor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from forges import FakeForge
from forges import served as served_forge
from postgres import fresh_database, running_postgres
from repositories import OFFER, SECRETS, Repository, business, change_in_dashboard, pull_request
from runners import Event, Run, Runner

from offers_sync.cli.main import run as offers
from offers_sync.contract import REDEEMABLES_PATH
from offers_sync.loading.identity import derive_id

ORIGIN: Final = "marlow/offers-sync@0123456789abcdef0123456789abcdef01234567"
MARKER: Final = "<!-- offers report=plan folder=menu environment=production -->"
PUSH: Final = Event("push")
MORNING: Final = Event("schedule")


class Town(NamedTuple):
    """All that takes part."""

    repository: Repository
    runner: Runner
    forge: FakeForge
    vendor: str

    def run(self, verb: str, event: Event, **secrets: str) -> Run:
        """Run one of the workflows that init wrote."""
        path = self.repository.folder / ".github" / "workflows" / f"marlow-menu-production-{verb}.yml"
        return self.runner.run(path, event, {**SECRETS, **secrets})

    def rent(self, folder: Path) -> Town:
        """The same with machines that begin with nothing."""
        return self._replace(runner=Runner(folder, self.repository.folder, self.runner.forge, clones=True))


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A repository with offers and the pipeline that init writes, on the main branch; nothing is applied yet."""
    forge = FakeForge()
    with business() as vendor, served_forge(forge) as address:
        repository = Repository(tmp_path / "repository", vendor)
        monkeypatch.chdir(repository.folder)
        assert offers(["init", "menu", "--ci", "github", "--origin", ORIGIN]) == 0
        repository.commit("A pipeline")
        repository.publish()
        yield Town(repository, Runner(tmp_path / "machine", repository.folder, address), forge, vendor)


def _plan_is_empty(monkeypatch: pytest.MonkeyPatch) -> bool:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return offers(["plan", "menu", "--env", "production", "--detailed-exitcode"]) == 0


def test_from_a_change_to_an_empty_plan(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planned twice on a pull request, in one comment; merged; applied as planned; then nothing is left to do."""
    applied = town.run("apply", PUSH)
    assert [job.outcome for job in applied.jobs.values()] == ["success", "success"], applied.log

    town.repository.branch("more")
    town.repository.write("menu/ten-off.yaml", OFFER.format(key="ten-off", name="Ten off"))
    town.repository.commit("Ten off")
    town.repository.merge_for_review("more")
    first = town.run("plan", pull_request())
    assert first.jobs["plan"].outcome == "success", first.log
    (comment,) = town.forge.comments
    assert (comment["number"], comment["body"].splitlines()[0]) == (7, MARKER)
    assert "**create redeemable** `ten-off`" in comment["body"]
    assert "1 from this change" in comment["body"]
    assert "five-off" not in comment["body"]
    (notice,) = (line for line in first.annotations if "title=offers-plan" in line)
    assert notice.startswith("::notice file=menu/ten-off.yaml,line=1,")
    assert "### offers plan" in first.summary

    town.repository.git("checkout", "-q", "more")
    town.repository.edit("menu/ten-off.yaml", "Five dollars", "Ten dollars")
    town.repository.commit("A better description")
    town.repository.merge_for_review("more")
    second = town.run("plan", pull_request())
    assert second.jobs["plan"].outcome == "success", second.log
    (comment,) = town.forge.comments
    assert "Ten dollars off." in comment["body"]

    town.repository.merge("more")
    assert not _plan_is_empty(monkeypatch)
    applied = town.run("apply", PUSH)
    assert [job.outcome for job in applied.jobs.values()] == ["success", "success"], applied.log
    assert applied.jobs["plan"].outputs == {"changes": "true"}
    assert "everything is done" in applied.summary
    assert _plan_is_empty(monkeypatch)

    again = town.run("apply", PUSH)
    assert {name: job.outcome for name, job in again.jobs.items()} == {"plan": "success", "apply": "skipped"}
    assert len(town.forge.comments) == 1
    secret = SECRETS["MARLOW_PUNCHH_KEY"]
    for each in (first, second, applied, again):
        assert secret not in each.log + each.summary
        assert not any(secret in path.read_text() for path in each.artifacts.rglob("*.json"))


def test_drift_has_one_issue(town: Town) -> None:
    """Opened when somebody changes an offer in the dashboard, updated the next day, closed once git has its way."""
    assert town.run("apply", PUSH).jobs["apply"].outcome == "success"
    assert town.run("drift", MORNING).jobs["drift"].outcome == "success"
    assert town.forge.issues == []

    offer = derive_id("marlow-menu", "redeemable", "five-off")
    for name in ("Six off", "Seven off"):
        change_in_dashboard(town.vendor, REDEEMABLES_PATH, {"external_id": offer, "name": name})
        found = town.run("drift", MORNING)
        assert found.jobs["drift"].outcome == "success", found.log
        (issue,) = town.forge.issues
        assert (issue["title"], issue["state"]) == ("Offers changed outside git", "open")
        assert f"- name: Five off\n+ name: {name}\n" in issue["body"]
        assert f"+ name: {name}" in found.summary

    assert town.run("apply", PUSH).jobs["apply"].outcome == "success"
    assert town.run("drift", MORNING).jobs["drift"].outcome == "success"
    assert [issue["state"] for issue in town.forge.issues] == ["closed"]


def test_machines_that_remember_nothing(town: Town, tmp_path: Path) -> None:
    """Each job has a checkout of its own, as deep as it asks for, and what they share is a database."""
    town = town.rent(tmp_path / "machines")
    with running_postgres() as server, fresh_database(server) as url:
        applied = town.run("apply", PUSH, OFFERS_STATE_URL=url)
        assert [job.outcome for job in applied.jobs.values()] == ["success", "success"], applied.log

        town.repository.branch("more")
        town.repository.write("menu/ten-off.yaml", OFFER.format(key="ten-off", name="Ten off"))
        town.repository.commit("Ten off")
        town.repository.merge_for_review("more")
        planned = town.run("plan", pull_request(), OFFERS_STATE_URL=url)
        assert planned.jobs["plan"].outcome == "success", planned.log
        assert "1 from this change" in planned.summary

        offer = derive_id("marlow-menu", "redeemable", "five-off")
        change_in_dashboard(town.vendor, REDEEMABLES_PATH, {"external_id": offer, "name": "Six off"})
        found = town.run("drift", MORNING, OFFERS_STATE_URL=url)
        assert found.jobs["drift"].outcome == "success", found.log
        assert "+ name: Six off" in town.forge.issues[0]["body"]
        assert url not in applied.log + applied.summary + planned.summary + found.summary
