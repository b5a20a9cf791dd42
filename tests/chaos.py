"""Schedules of bad luck: which calls are hit and how, when the process dies, and what was there before.

    schedule = Schedule.of(17)            the seventeenth, the same for ever
    unlucky(schedule, database)           carries it through: an unlucky run, a second one, and one in peace

A schedule is drawn from a seed alone, so that a failing one can be run again by its number.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace

from businesses import Business, Killed, Life, criterion, fields_changed, redeemable, selector

from offers_sync.applying.payloads import CriteriaSetting
from offers_sync.applying.surroundings import Patience
from offers_sync.errors import OffersError
from offers_sync.models.values import Desired
from offers_sync.sandbox import Calls, Cut, Fault, Faults, Lag, Settings
from offers_sync.state.databases import Database

SETTLE_SECONDS = 960.0
_WRITES = ("create-*", "update-*", "upload-images")
_REFUSALS = (400, 413, 422, 429)
_LISTS = ("list-selectors", "list-criteria", "list-redeemables")


@dataclass(frozen=True)
class Schedule:
    """One piece of bad luck."""

    seed: int
    documents: tuple[Desired, ...]
    former: tuple[Desired, ...]
    """What was applied in peace before."""
    faults: tuple[Faults, ...]
    """Those of the first run, and of the second."""
    deaths: tuple[int | None, ...]
    """After how many steps each of these runs is killed."""
    settle_seconds: float
    criteria: CriteriaSetting
    batch_limit: int
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def of(cls, seed: int) -> Schedule:
        """The schedule of a number."""
        dice = random.Random(seed)  # noqa: S311  repeatable on purpose
        documents = _documents(dice)
        former = _former(dice, documents)
        settles = dice.random() < 0.5
        return cls(
            seed,
            documents,
            former,
            tuple(_faults(dice, may_lag=settles) for _ in range(2)),
            tuple(dice.randrange(1, 70) if dice.random() < chance else None for chance in (0.7, 0.3)),
            SETTLE_SECONDS if settles else 0.0,
            dice.choice(("separate", "separate", "inline")),
            dice.choice((1, 2, 3, 20)),
            # A criterion that no list shows cannot be changed at all, so there is none where something changes.
            Settings(
                per_page_maximum=dice.choice((2, 5, 100)), inline_criteria_listed=bool(former) or dice.random() < 0.7
            ),
        )


def _documents(dice: random.Random) -> tuple[Desired, ...]:
    selectors = [selector(f"selector-{number}", str(100 + number)) for number in range(dice.randrange(4))]
    criteria = [
        criterion(f"criterion-{number}", *dice.sample(selectors, min(len(selectors), 1)))
        for number in range(dice.randrange(4))
    ]
    offers: list[Desired] = []
    for number in range(dice.randrange(1, 7)):
        key = f"offer-{number}"
        image = "https://example.com/a.png" if dice.random() < 0.3 else None
        match dice.choice(("flat", "own", "inline")):
            case "own" if criteria:
                offers.append(redeemable(key, dice.choice(criteria), image=image))
            case "inline":
                inside = criterion(f"{key}/receipt_rule", inline_in=key)
                offers += [inside, redeemable(key, inside, image=image)]
            case _:
                offers.append(redeemable(key, image=image))
    return (*selectors, *criteria, *offers)


def _former(dice: random.Random, documents: tuple[Desired, ...]) -> tuple[Desired, ...]:
    """A part of the documents, whole with what they refer to, under other names."""
    if dice.random() < 0.4:
        return ()
    names = {(each.kind, each.key) for each in documents if dice.random() < 0.5}
    for each in reversed(documents):
        if (each.kind, each.key) in names:
            names.update(each.depends_on)
    kept = (each for each in documents if (each.kind, each.key) in names)
    return tuple(fields_changed(each, name=f"former {each.key}") if dice.random() < 0.6 else each for each in kept)


def _faults(dice: random.Random, *, may_lag: bool) -> Faults:
    rules = _without_contradictions([_fault(dice) for _ in range(dice.randrange(5))], may_lag=may_lag)
    if may_lag and dice.random() < 0.6:
        lag = Lag(seconds=dice.choice((5.0, 30.0, 300.0, 900.0)))
        rules += [Fault(at=name, lag=lag) for name in _LISTS]
    return Faults(rules=tuple(rules), seed=dice.randrange(1_000_000))


def _without_contradictions(rules: list[Fault], *, may_lag: bool) -> list[Fault]:
    """Rules that hit one call are laid over each other; what nobody took, or was turned away, then saves nothing.

    What a refused call saved all the same is looked for at once; with a list that lags that is one fault too many.
    """
    unsent = [rule for rule in rules if rule.cut is Cut.CONNECT]
    if unsent:
        return unsent[:1] + [rule for rule in rules if rule.at in _LISTS]
    if may_lag and any(rule.status in _REFUSALS for rule in rules):
        return [replace(rule, commit=None) for rule in rules if rule.cut is None]
    return rules


def _fault(dice: random.Random) -> Fault:
    at = dice.choice(_WRITES)
    calls = dice.choice((Calls.of(1), Calls.of(2), Calls.of(1, 3), Calls(first=2, last=4), Calls(every=2)))
    some = dice.choice(("all", "none", 1, 2))
    match dice.choice(
        ("lost", "lost", "half", "trouble", "page", "refused", "refused", "throttled", "omitted", "lists", "shift")
    ):
        case "lost":
            return Fault(at=at, calls=calls, cut=dice.choice((Cut.CONNECT, Cut.BEFORE_COMMIT)))
        case "half":
            return Fault(at=at, calls=calls, cut=dice.choice((Cut.AFTER_COMMIT, Cut.HALF_ANSWER)), commit=some)
        case "trouble":
            return Fault(at=at, calls=calls, status=dice.choice((500, 502, 503, 408)), commit=some)
        case "page":
            return Fault(at=at, calls=calls, status=dice.choice((200, 504)), page="html", commit=some)
        case "refused":
            return Fault(
                at=dice.choice((at, "create-*")), calls=calls, status=dice.choice((400, 422, 413)), commit=some
            )
        case "throttled":
            return Fault(
                at=dice.choice((at, "*")),
                calls=Calls(last=dice.randrange(1, 12)),
                status=429,
                retry_after=dice.choice((None, 3)),
            )
        case "omitted":
            return Fault(at=at, calls=calls, omit_results=dice.choice(((1,), (2,), (1, 3))))
        case "lists":
            return Fault(at=dice.choice(_LISTS), calls=calls, status=dice.choice((500, 502)))
        case _:
            return Fault(at=dice.choice(_LISTS), calls=calls, shift=dice.choice((1, 2)))


def unlucky(schedule: Schedule, database: Database | None = None) -> Counter[str]:
    """Carry the schedule through, and hold what must hold after it; gives the figures of what happened."""
    business = Business(
        *schedule.former,
        settings=schedule.settings,
        database=database,
        patience=Patience(settle_seconds=schedule.settle_seconds),
        criteria=schedule.criteria,
        batch_limit=schedule.batch_limit,
    )
    figures: Counter[str] = Counter(schedules=1)
    try:
        if schedule.former:
            business.apply()
        business.clock.sleep(10_000)
        business.want(*schedule.documents)
        for faults, death in zip(schedule.faults, schedule.deaths, strict=True):
            business.follow(faults)
            figures.update(_run(business, death))
            assert business.duplicates() == {}, business.duplicates()
            business.clock.sleep(schedule.settle_seconds + 61)
        business.follow(Faults())
        figures.update(_run(business, None))
        _check(business)
    finally:
        business.embedded.close()
        if database is None:
            business.database.close()
    figures["requests"] += len(business.requests)
    return figures


def _run(business: Business, death: int | None) -> dict[str, int]:
    life = Life(death)
    try:
        report = business.apply(life=life)
    except Killed:
        return {"killed": 1}
    except OffersError as error:
        return {f"ended by {type(error).__name__}": 1}
    return {f"runs {report.ending.value}": 1}


def _check(business: Business) -> None:
    assert business.duplicates() == {}
    plan = business.plan()
    assert [(step.name, step.action.value, step.held_back) for step in plan.steps] == []
    assert [step.name for step in business.plan(remembers=False).steps] == []
    assert business.store().open_entries() == ()


def calmer(schedule: Schedule) -> Schedule:
    """The same without any bad luck, to tell a fault of ours from one of the schedule's."""
    return replace(schedule, faults=(Faults(), Faults()), deaths=(None, None))
