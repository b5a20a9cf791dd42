from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from offers_sync.state.leases import LeaseHeldError, LeaseTerms, hold_environment
from offers_sync.state.records import Hold, Intent
from offers_sync.state.store import LeaseLostError, Store

OpenStore = Callable[..., Store]


@pytest.fixture
def terms(clock: object) -> LeaseTerms:
    """Signs of life last a minute, and waiting turns the test's clock."""
    return LeaseTerms(term_seconds=60.0, sleep=clock.sleep, has_heart=False)  # type: ignore[attr-defined]  # own clock


def test_one_at_a_time(open_again: OpenStore, terms: LeaseTerms) -> None:
    """While a holder gives signs of life a second run is refused and told by whom."""
    one, two = open_again(), open_again()
    with hold_environment(one, "run-1", "alice@laptop", terms) as lease:

        def sleep(seconds: float) -> None:
            terms.sleep(seconds)
            lease.beat()

        with (
            pytest.raises(LeaseHeldError, match=r"alice@laptop is applying to marlow/production .*run-1"),
            hold_environment(two, "run-2", "bob", replace(terms, sleep=sleep)),
        ):
            pytest.fail("two at once")


def test_other_environments_are_free(open_again: OpenStore, terms: LeaseTerms) -> None:
    """A lease is for one environment of one project."""
    with (
        hold_environment(open_again("production"), "run-1", "alice", terms),
        hold_environment(open_again("staging"), "run-2", "bob", terms),
        hold_environment(open_again("production", project="other"), "run-3", "carol", terms) as third,
    ):
        assert third.owner == "run-3"


def test_released_is_free_at_once(open_again: OpenStore, terms: LeaseTerms, clock: Callable[[], float]) -> None:
    """After an ordinary end nobody waits."""
    began = clock()
    with hold_environment(open_again(), "run-1", "alice", terms):
        pass
    with hold_environment(open_again(), "run-2", "bob", terms):
        assert clock() == began


def test_an_abandoned_lease_needs_nobody(open_again: OpenStore, terms: LeaseTerms, clock: Callable[[], float]) -> None:
    """The next run waits for the end of the dead one's term, says so once, and goes on."""
    dead = open_again()
    assert dead.take_hold(Hold("run-1", "alice", clock(), clock() + 60, 60), None)
    began = clock()
    waits: list[tuple[str, float]] = []
    told = replace(terms, on_wait=lambda hold, seconds: waits.append((hold.who, seconds)))

    with hold_environment(open_again(), "run-2", "bob", told):
        assert 59 <= clock() - began <= 61

    assert waits == [("alice", 60)]


def test_a_wrong_clock_does_not_hold_anybody_up(
    open_again: OpenStore, terms: LeaseTerms, clock: Callable[[], float]
) -> None:
    """A hold that claims to last for days is over when a whole term passed without a sign of life."""
    assert open_again().take_hold(Hold("run-1", "alice", clock(), clock() + 900_000, 60), None)
    began = clock()

    with hold_environment(open_again(), "run-2", "bob", terms):
        assert clock() - began <= 62


def test_who_was_taken_over_sends_nothing_more(open_again: OpenStore, terms: LeaseTerms, clock: object) -> None:
    """A run that slept for too long cannot note an intent after another run took over, and learns it by its beat."""
    slow, quick = open_again(), open_again()
    with hold_environment(slow, "run-1", "alice", terms) as lease:
        clock.sleep(61)  # type: ignore[attr-defined]  # the test's own clock
        with hold_environment(quick, "run-2", "bob", terms):
            with pytest.raises(LeaseLostError):
                slow.intend("run-1", [Intent("create", "redeemable", "a", "id-a")])
            lease.beat()
            assert lease.is_lost
        assert quick.open_entries() == ()


def test_late_but_not_taken_over(open_again: OpenStore, terms: LeaseTerms, clock: object) -> None:
    """A run that slept for too long goes on when nobody was there to take over."""
    store = open_again()
    with hold_environment(store, "run-1", "alice", terms) as lease:
        clock.sleep(61)  # type: ignore[attr-defined]  # the test's own clock
        lease.beat()
        assert not lease.is_lost
        assert len(store.intend("run-1", [Intent("create", "redeemable", "a", "id-a")])) == 1


def test_a_dead_run_is_buried(open_again: OpenStore, terms: LeaseTerms, clock: object) -> None:
    """Whoever takes over ends what was in flight by the end of the dead one's term, and history says abandoned."""
    dead = open_again()
    hold = Hold("run-1", "alice", dead.now(), dead.now() + 60, 60)
    assert dead.take_hold(hold, None)
    dead.begin_run("run-1", "sha256:1")
    dead.intend("run-1", [Intent("create", "redeemable", "a", "id-a")])
    clock.sleep(3600)  # type: ignore[attr-defined]  # the test's own clock

    store = open_again()
    with hold_environment(store, "run-2", "bob", terms):
        (entry,) = store.open_entries()

    assert (entry.ended, entry.outcome) == (hold.expires, None)
    assert [(run.run, run.outcome, run.ended) for run in store.history()] == [("run-1", "abandoned", hold.expires)]


def test_an_ordinary_end_leaves_nothing_in_flight(open_again: OpenStore, terms: LeaseTerms) -> None:
    """Letting go ends the entries that nobody settled."""
    store = open_again()
    with hold_environment(store, "run-1", "alice", terms):
        store.intend("run-1", [Intent("create", "redeemable", "a", "id-a")])

    assert [(entry.ended, entry.outcome) for entry in store.open_entries()] == [(store.now(), None)]


def test_many_want_it_one_gets_it(open_again: OpenStore, clock: Callable[[], float]) -> None:
    """Of many who see a free environment at the same moment exactly one takes it."""
    stores = [open_again() for _ in range(6)]
    gate = threading.Barrier(len(stores))
    taken: list[str] = []

    def grab(store: Store, owner: str) -> None:
        gate.wait()
        if store.take_hold(Hold(owner, owner, clock(), clock() + 60, 60), None):
            taken.append(owner)

    threads = [threading.Thread(target=grab, args=(store, f"run-{n}")) for n, store in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    held = stores[0].current_hold()
    assert held is not None
    assert taken == [held.owner]


def test_the_heart_beats_by_itself(open_again: OpenStore) -> None:
    """With a heart the hold is prolonged while the owner works, and no beat comes after the end."""
    store, beaten = open_again(), threading.Event()
    renew = store.renew_hold

    def noted(owner: str, expires: float) -> bool:
        renewed = renew(owner, expires)
        beaten.set()
        return renewed

    store.renew_hold = noted  # type: ignore[method-assign]  # to see the beat
    with hold_environment(store, "run-1", "alice", LeaseTerms(term_seconds=0.02)):
        assert beaten.wait(10)

    assert "lease" not in {thread.name for thread in threading.enumerate()}
    assert store.current_hold() is None


def test_a_hold_is_assured_right_before_acting(open_again: OpenStore, terms: LeaseTerms, clock: object) -> None:
    """Within its term nothing is asked; after it the database is, which says whether somebody else took over."""
    slow, quick = open_again(), open_again()
    with hold_environment(slow, "run-1", "alice", terms) as lease:
        lease.assure()
        clock.sleep(61)  # type: ignore[attr-defined]  # the test's own clock
        lease.assure()
        clock.sleep(61)  # type: ignore[attr-defined]  # the test's own clock
        with hold_environment(quick, "run-2", "bob", terms), pytest.raises(LeaseLostError):
            lease.assure()
