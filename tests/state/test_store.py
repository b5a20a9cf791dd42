from __future__ import annotations

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from offers_sync.errors import InvalidInputError
from offers_sync.models.values import Applied, Outcome
from offers_sync.state.databases import StateError
from offers_sync.state.leases import LeaseTerms, hold_environment
from offers_sync.state.opening import open_store
from offers_sync.state.records import Author, Ending, Intent
from offers_sync.state.store import LeaseLostError, Store

OpenStore = Callable[..., Store]
QUIET = LeaseTerms(has_heart=False)


def intents(*keys: str, action: str = "create") -> list[Intent]:
    """Creations of redeemables."""
    return [Intent(action, "redeemable", key, f"id-of-{key}") for key in keys]


def remembered(key: str = "ten-off", **changes: object) -> Applied:
    """A memory of a redeemable."""
    values: dict[str, object] = {
        "kind": "redeemable",
        "key": key,
        "external_id": f"id-of-{key}",
        "fields": {"name": "Ten off", "points": 3},
        "read_back": {"name": "Ten off", "points": "3"},
        "image": "https://example.com/a.png",
        "warnings": ({"message": "dropped", "item": {"attribute": "x"}},),
    }
    return Applied(**{**values, **changes})  # type: ignore[arg-type]  # a builder of one value


def test_what_is_remembered_comes_back(store: Store) -> None:
    """Fields, read-back, image and warnings come back as they were given, decimals as text."""
    store.remember([remembered(fields={"receipt_rule": {"flat_discount": Decimal("5.50")}, "note": "née\ud800\0"})])

    assert store.applied() == (remembered(fields={"receipt_rule": {"flat_discount": "5.50"}, "note": "née\ud800\0"}),)


def test_remembering_again_replaces(store: Store) -> None:
    """There is one memory of an object."""
    store.remember([remembered()])
    store.remember([remembered(read_back=None, image=None, warnings=())])

    assert store.applied() == (remembered(read_back=None, image=None, warnings=()),)


def test_environments_and_projects_do_not_see_each_other(open_again: OpenStore) -> None:
    """One database serves many environments of many projects."""
    open_again("production").remember([remembered()])

    assert open_again("staging").applied() == ()
    assert open_again("production", project="other").applied() == ()
    assert len(open_again("production").applied()) == 1


def test_forgotten_is_forgotten(store: Store) -> None:
    """Forgetting takes one object out and leaves the others."""
    store.remember([remembered("a"), remembered("b")])
    store.forget([remembered("a")])

    assert [each.key for each in store.applied()] == ["b"]


def test_numbers_and_letters_that_few_can_write(store: Store) -> None:
    """A huge number in an answer does not cost the memory."""
    store.remember([remembered(read_back={"points": 10**30})])

    assert store.applied()[0].read_back == {"points": 10**30}


def test_journal_tells_what_is_open(store: Store, clock: Callable[[], float]) -> None:
    """An entry is open until it is settled, and again when it is settled as unknown."""
    with hold_environment(store, "run-1", "alice", QUIET):
        first, second, third = store.intend("run-1", intents("a", "b", "c"))
        store.settle([Ending(first, Outcome.DONE), Ending(second, Outcome.UNKNOWN, "no answer")])
        found = store.open_entries()

    assert [(entry.id, entry.outcome, entry.note, entry.ended) for entry in found] == [
        (second, Outcome.UNKNOWN, "no answer", clock()),
        (third, None, "", None),
    ]


def test_settling_and_remembering_are_one_step(store: Store) -> None:
    """What was written is remembered in the transaction that settles it, so that no kill comes between."""
    with hold_environment(store, "run-1", "alice", QUIET):
        (entry,) = store.intend("run-1", intents("ten-off"))
        broken = remembered(kind=None)
        with pytest.raises(StateError):
            store.settle([Ending(entry, Outcome.DONE)], [broken])

        assert [each.id for each in store.open_entries()] == [entry]
        store.settle([Ending(entry, Outcome.DONE)], [remembered()])

    assert (store.open_entries(), len(store.applied())) == ((), 1)


def test_creations_that_a_lagging_list_may_not_show(store: Store, clock: object) -> None:
    """Creations that succeeded are found by the time at which they ended; updates are not."""
    with hold_environment(store, "run-1", "alice", QUIET):
        (old,) = store.intend("run-1", intents("a"))
        store.settle([Ending(old, Outcome.DONE)])
        clock.sleep(100)  # type: ignore[attr-defined]  # the test's own clock
        (new,) = store.intend("run-1", intents("b"))
        (other,) = store.intend("run-1", intents("c", action="update"))
        store.settle([Ending(new, Outcome.DONE_WITH_WARNINGS), Ending(other, Outcome.DONE)])

    assert [entry.id for entry in store.creations_since(store.now() - 50)] == [new]
    (entry,) = store.creations_since(store.now() - 50, {("selector", "id-of-b"), ("redeemable", "other")})
    assert entry.id == new
    assert store.creations_since(store.now() - 50, {(entry.intent.kind, entry.intent.external_id)}) == ()


def test_entries_keep_the_time_of_their_end(store: Store, clock: object) -> None:
    """Resolving an entry later does not move the time at which its call ended."""
    with hold_environment(store, "run-1", "alice", QUIET):
        (entry,) = store.intend("run-1", intents("a"))
        store.settle([Ending(entry, Outcome.UNKNOWN)])
        ended = store.now()
        clock.sleep(500)  # type: ignore[attr-defined]  # the test's own clock
        store.settle([Ending(entry, Outcome.DONE, "found in the list")])

    (found,) = store.entries_of("run-1")
    assert (found.outcome, found.note, found.ended) == (Outcome.DONE, "found in the list", ended)


def test_history_is_newest_first(store: Store, clock: object) -> None:
    """History says who ran what from which commit, and how it ended."""
    store.begin_run("run-1", "sha256:1", Author("alice", "abc"))
    store.end_run("run-1", "done", {"done": 3})
    clock.sleep(5)  # type: ignore[attr-defined]  # the test's own clock
    store.begin_run("run-2", "sha256:2", Author("bob", "def"))

    newest, oldest = store.history()
    assert (newest.run, newest.author, newest.ended, newest.outcome) == ("run-2", Author("bob", "def"), None, None)
    assert (oldest.outcome, oldest.counts, oldest.plan_digest) == ("done", {"done": 3}, "sha256:1")
    assert [each.run for each in store.history(1)] == ["run-2"]


def test_a_store_is_made_on_purpose_once(open_again: OpenStore) -> None:
    """The mark is per environment, stays, and says who set it."""
    store = open_again()
    assert store.made_on_purpose() is None
    assert store.make_on_purpose("alice") is True
    assert store.make_on_purpose("bob") is False

    made = open_again().made_on_purpose()
    assert made is not None
    assert made.who == "alice"
    assert open_again("staging").made_on_purpose() is None


def test_a_newer_store_is_refused(open_again: OpenStore) -> None:
    """A version that does not know a step of the store says so and touches nothing."""
    with open_again().database.transaction() as transaction:
        transaction.execute("INSERT INTO offers_migrations VALUES ('of the future')")

    with pytest.raises(InvalidInputError, match=r"newer version of offers .*of the future") as refused:
        open_again()
    assert "upgrade" in refused.value.hint


def test_nothing_is_sent_without_the_lease(store: Store) -> None:
    """An intent is only noted by the run that holds the environment, whatever it believes."""
    with pytest.raises(LeaseLostError, match="taken this environment over"):
        store.intend("run-1", intents("a"))

    assert store.open_entries() == ()


def test_a_file_that_is_no_state(tmp_path: Path) -> None:
    """A file of another kind is an error that names it and the way out."""
    path = tmp_path / "state.db"
    path.write_text("this is not a database, and long enough to be seen as none" * 20)

    with pytest.raises(InvalidInputError, match=r"state\.db.*cannot be used") as refused:
        open_store(path, "marlow", "sandbox")
    assert "move the file away" in refused.value.hint


def test_the_folder_of_the_state_is_not_for_git(tmp_path: Path) -> None:
    """The folder is made with a file that keeps it out of git."""
    open_store(tmp_path / ".offers" / "state.db", "marlow", "sandbox").database.close()

    assert (tmp_path / ".offers" / ".gitignore").read_text() == "*\n"


def test_a_store_in_memory_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a place the memory is as good as any and ends with the process."""
    monkeypatch.chdir(tmp_path)
    with open_store(None, "marlow", "sandbox") as store:
        store.remember([remembered()])
        assert len(store.applied()) == 1

    assert list(tmp_path.iterdir()) == []


def test_errors_of_the_file_are_told(tmp_path: Path) -> None:
    """A file that breaks while it is used is an error of ours, not the driver's."""
    with open_store(tmp_path / "state.db", "marlow", "sandbox") as store:
        other = sqlite3.connect(tmp_path / "state.db")
        other.execute("DROP TABLE offers_applied")
        other.close()
        with pytest.raises(StateError, match="no such table"):
            store.applied()
