from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from offers_sync.errors import OffersError
from offers_sync.state.databases import Transaction
from offers_sync.state.store import Store
from offers_sync.state.together import Together

OpenStore = Callable[..., Store]


def mark(name: str) -> Callable[[Transaction], None]:
    """A work that leaves a row."""

    def work(transaction: Transaction) -> None:
        transaction.execute("INSERT INTO offers_stores VALUES (?, 0, '')", name)

    return work


def marks(store: Store) -> set[str]:
    """The rows that were left."""
    with store.database.transaction() as transaction:
        return {scope for (scope,) in transaction.query("SELECT scope FROM offers_stores")}


def held_up(together: Together, works: list[Callable[[Transaction], None]]) -> tuple[int, list[BaseException]]:
    """Do the works while a first one holds everything up; how many transactions they took, and what was raised."""
    entered, free = threading.Event(), threading.Event()
    database = together._database
    begun, original = [0], database.transaction
    faults: list[BaseException] = []

    def counted() -> object:
        begun[0] += 1
        return original()

    def wait(_: Transaction) -> None:
        entered.set()
        free.wait(30)

    def do(work: Callable[[Transaction], None]) -> None:
        try:
            together.do(work)
        except BaseException as fault:  # noqa: BLE001  the test tells which
            faults.append(fault)

    database.transaction = counted  # type: ignore[method-assign, assignment]  # to count
    threads = [threading.Thread(target=do, args=(work,)) for work in (wait, *works)]
    threads[0].start()
    entered.wait(30)
    for thread in threads[1:]:
        thread.start()
    while len(together._waiting) < len(works):
        pass
    free.set()
    for thread in threads:
        thread.join(30)
    database.transaction = original  # type: ignore[method-assign]  # as it was
    return begun[0] - 1, faults


def test_what_comes_meanwhile_is_one_transaction(store: Store) -> None:
    """Ten works that wait for a busy database are saved together."""
    together = Together(store.database)

    transactions, faults = held_up(together, [mark(str(number)) for number in range(10)])

    assert (transactions, faults) == (1, [])
    assert marks(store) == {str(number) for number in range(10)}


def test_one_that_fails_spoils_no_other(store: Store) -> None:
    """The fault goes to whoever brought it, and the others are saved all the same."""
    together = Together(store.database)

    def refuse(_: Transaction) -> None:
        raise OffersError("not this one")

    transactions, faults = held_up(together, [mark("a"), refuse, mark("b")])

    assert (transactions, [str(fault) for fault in faults]) == (4, ["not this one"])
    assert marks(store) == {"a", "b"}


def test_a_death_is_everybodys(store: Store) -> None:
    """When the one who does the work is ended, nobody believes that his own is saved, and the next ones go on."""
    together = Together(store.database)

    def die(_: Transaction) -> None:
        raise KeyboardInterrupt

    _, faults = held_up(together, [mark("a"), die])
    assert [type(fault) for fault in faults] == [KeyboardInterrupt, KeyboardInterrupt]
    together.do(mark("c"))

    assert marks(store) == {"c"}


def test_alone_it_is_a_transaction(store: Store) -> None:
    """A single work is saved or raises, as it would by itself."""
    together = Together(store.database)
    together.do(mark("a"))
    with pytest.raises(OffersError):
        together.do(mark("a"))

    assert marks(store) == {"a"}
