"""Carrying out a plan: wave by wave, each item at most once, and an account of it whatever happens.

The order of things; how a wave is sent, what an item's end means and what is remembered is said by ``waving``,
``batches`` and ``verifying``.  What there is to do was decided by the plan.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from offers_sync.applying.batches import Sender
from offers_sync.applying.crew import Crew
from offers_sync.applying.distributing import Distributing
from offers_sync.applying.events import Event, ItemEnded, RunEnded, RunStarted, Watch, WaveStarted
from offers_sync.applying.memory import Memory
from offers_sync.applying.outcomes import GOOD, ItemOutcome, RunReport, StepId, in_plan_order, step_id
from offers_sync.applying.payloads import inline_criteria
from offers_sync.applying.surroundings import Surroundings
from offers_sync.applying.verifying import Reading, verified
from offers_sync.applying.waves import CAMPAIGNS, Wave, reason_to_wait, waves_of
from offers_sync.applying.waving import Budget, Settled, Waving
from offers_sync.errors import OffersError
from offers_sync.models.values import Outcome
from offers_sync.planning.plan import Plan, Step

NOT_REACHED: Final = "not sent: the run ended before its turn"
CUT_OFF: Final = "the run ended before its answer came"


class Run:
    """One walk over a plan; ``report`` gives an account of it at any moment, also after a crash."""

    def __init__(self, plan: Plan, run: str, surroundings: Surroundings) -> None:
        self.plan = plan
        self.run = run
        self._with = replace(surroundings, watch=_one_at_a_time(surroundings.watch))
        self._memory = Memory(surroundings.store.applied)
        self._reading = Reading(
            surroundings.locate, tuple(each for each in surroundings.waivers if each.code is not None)
        )
        self._sender = Sender(run, self._with, self._memory)
        self._distributing = Distributing(run, self._with)
        self._outcomes: dict[StepId, ItemOutcome] = {}
        self._stopped_by: OffersError | None = None
        self._fault = ""

    def carry_out(self) -> RunReport:
        """Do what the plan says.  The lease is the caller's business."""
        store = self._with.store
        store.begin_run(self.run, self.plan.digest, self._with.author)
        self._with.watch(RunStarted(self.run, self.plan.digest, len(self.plan.ready)))
        try:
            with Crew() as crew:
                self._walk(crew)
        except OffersError as error:
            self._stopped_by = self._stopped_by or error
        except BaseException as fault:
            if not self._with.stop.is_requested:
                self._fault = f"{type(fault).__name__}: {fault}"
            with suppress(Exception):  # the fault itself is what has to be told
                self._end(self.report())
            raise
        report = self.report()
        self._end(report)
        return report

    def report(self) -> RunReport:
        """What became of each step, as far as anybody knows."""
        items = [self._outcomes.get(step_id(step)) or self._unaccounted(step) for step in self.plan.steps]
        stopped_by = self._stopped_by or self._sender.halt or self._distributing.halt
        is_whole = all(item.outcome in GOOD or item.step.held_back for item in items)
        return RunReport(
            self.run,
            self.plan,
            in_plan_order(self.plan, items),
            dict(self._with.client.requests),
            stopped_by,
            is_interrupted=self._with.stop.is_requested and not is_whole,
            fault=self._fault,
        )

    def _end(self, report: RunReport) -> None:
        counts = {name: count for name, count in report.summary.items() if count}
        self._with.store.end_run(self.run, report.ending.value, counts)
        self._with.watch(RunEnded(self.run, report.ending.value, counts))

    def _unaccounted(self, step: Step) -> ItemOutcome:
        if step.held_back:
            outcome = Outcome.UNKNOWN if step.is_unsettled else Outcome.HELD_BACK
            return ItemOutcome(step, outcome, (step.held_back,))
        if step_id(step) in self._sender.under_way | self._distributing.under_way:
            return ItemOutcome(step, Outcome.UNKNOWN, (CUT_OFF,))
        return ItemOutcome(step, Outcome.HELD_BACK, (NOT_REACHED,))

    # ------------------------------------------------------------------------------------------------ the walk

    def _walk(self, crew: Crew) -> None:
        waving = Waving(self._sender, crew, self._with, Budget(self._with.patience.run_seconds))
        inline = inline_criteria(self.plan.ready) if self._with.criteria == "inline" else {}
        for wave in waves_of(self.plan):
            self._with.watch(WaveStarted(wave.name, len(wave.steps)))
            ready = self._without_waiting(wave)
            if wave.name == CAMPAIGNS:
                for item in self._distributing.carry_out(ready.steps):
                    self._take([item])
                continue
            inside = {step.name for step in inline.values()}
            now = replace(wave, steps=tuple(step for step in ready.steps if step.name not in inside))
            healthy = {key: step for key, step in inline.items() if step_id(step) not in self._outcomes}
            if now.steps:
                self._account(waving.carry_out(now, healthy))
            if self._stopped_by is not None:
                return

    def _without_waiting(self, wave: Wave) -> Wave:
        """The wave without the steps that something unhappy keeps back."""
        ended = self._by_name()
        ready: list[Step] = []
        for step in wave.steps:
            reason = reason_to_wait(step, ended)
            if reason:
                self._take([ItemOutcome(step, Outcome.HELD_BACK, (reason,))])
            else:
                ready.append(step)
        return replace(wave, steps=tuple(ready))

    def _by_name(self) -> Mapping[str, list[ItemOutcome]]:
        ended: dict[str, list[ItemOutcome]] = {}
        for item in self._outcomes.values():
            ended.setdefault(item.step.name, []).append(item)
        return ended

    def _account(self, settled: Settled) -> None:
        """Take over what a wave came to."""
        found = verified(settled.items, settled.looks, self._memory, self._reading)
        self._with.store.remember(found.memories)
        self._take(found.items)
        self._stopped_by = settled.error or self._sender.halt

    def _take(self, items: Iterable[ItemOutcome]) -> None:
        for item in items:
            self._outcomes[step_id(item.step)] = item
            self._with.watch(_ended(item))


def apply_plan(plan: Plan, run: str, surroundings: Surroundings) -> RunReport:
    """Do what the plan says, each item at most once."""
    return Run(plan, run, surroundings).carry_out()


def _ended(item: ItemOutcome) -> ItemEnded:
    desired = item.step.desired
    return ItemEnded(item.step.action.value, desired.kind, desired.key, desired.external_id, item.outcome, item.errors)


def _one_at_a_time(watch: Watch) -> Watch:
    """The same watcher for many threads."""
    lock = threading.Lock()

    def watch_in_turn(event: Event) -> None:
        with lock:
            watch(event)

    return watch_in_turn
