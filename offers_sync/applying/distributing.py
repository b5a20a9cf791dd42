"""Sending campaigns: one call each, noted before and after, and never a second one for what may have happened.

    the call ended as        the ledger says    the outcome
    -----------------------  -----------------  -------------------------------------------------------
    a number of a campaign   done               done; with warnings where it is not what was sent
    refused (400, 404, 422)  failed             failed, with the server's words; may be sent again later
    not sent at all          failed             failed
    no answer, or half one   unknown            unknown, until a person settles it

What can change while somebody thinks about a plan is looked at again right before the call: the distribution list,
and how far ahead the start is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from offers_sync import codes
from offers_sync.applying.events import BatchAnswered, BatchSent, Waiting
from offers_sync.applying.outcomes import ItemOutcome, StepId, step_id
from offers_sync.applying.surroundings import Surroundings
from offers_sync.errors import OffersError, RefusedError
from offers_sync.findings import Finding, Severity
from offers_sync.models.sent_campaigns import CampaignRecord, CampaignState, Start
from offers_sync.models.values import Offered, Outcome
from offers_sync.planning.annotating import is_waived, placed
from offers_sync.planning.campaigning import lead_problem, unknown_finding
from offers_sync.planning.joining import join
from offers_sync.planning.plan import Step
from offers_sync.state.campaigns import Campaigns, SentBeforeError
from offers_sync.state.store import LeaseLostError
from offers_sync.wire.answers import FeatureOffError
from offers_sync.wire.campaigns import CampaignRefusedError, Scheduled, payload_of, schedule
from offers_sync.wire.client import LostAnswerError, NotSentError
from offers_sync.wire.reading import read_listing, read_offered

_ACTION: Final = "distribute"
_KIND: Final = "campaign"
_MEANT: Final = ("name", "redeemable", "segment", "segment_id", "start", "timezone", "start_time")


class Distributing:
    """Sends the campaigns of one run, one after the other."""

    def __init__(self, run: str, surroundings: Surroundings) -> None:
        self._run = run
        self._with = surroundings
        self._ledger = Campaigns(surroundings.store)
        self._offered: tuple[Offered, ...] | None = None
        self.halt: OffersError | None = None
        """The error after which no other campaign is sent."""
        self.under_way: set[StepId] = set()
        """The steps that may stand in the ledger."""

    def carry_out(self, steps: Iterable[Step]) -> Iterator[ItemOutcome]:
        """The outcome of each, as it comes about.  Raises when a list cannot be read, before the call that needs it."""
        for step in steps:
            reason = self._reason_to_stop()
            yield _held(step, reason) if reason else self._outcome(step)

    def _reason_to_stop(self) -> str:
        if self._with.stop.is_requested:
            return "not sent: the run was interrupted"
        return f"not sent: {self.halt.message}" if self.halt is not None else ""

    def _outcome(self, step: Step) -> ItemOutcome:
        found = self._joined(step)
        if isinstance(found, str):
            return _held(step, f"not sent: the offer cannot be gifted: {found}")
        start = Start.of(step.desired.fields)
        late = lead_problem(start, self._now()) if start is not None else "the start is no moment"
        if late:
            return _held(step, f"not sent: {late}")
        self.under_way.add(step_id(step))
        try:
            record = self._ledger.intend(self._record(step, found))
        except OffersError as error:  # what cannot be noted is not sent
            self.under_way.discard(step_id(step))
            self.halt = None if isinstance(error, SentBeforeError) else error
            return _held(step, f"not sent: {error.message}")
        self._with.watch(BatchSent(_ACTION, _KIND, 1))
        item, how = self._sent(step, record, found)
        self._with.watch(BatchAnswered(_ACTION, _KIND, 1, how, "; ".join(item.errors)))
        return item

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._with.store.now(), UTC)

    def _record(self, step: Step, offered: Offered) -> CampaignRecord:
        fields = step.desired.fields
        meant = {name: fields[name] for name in _MEANT if name in fields}
        meant |= {"redeemable_uuid": offered.redeemable_uuid, "redeemable_id": offered.redeemable_id}
        who = self._with.author.who
        return CampaignRecord(step.desired.key, step.desired.external_id, meant, run=self._run, who=who)

    # ------------------------------------------------------------------------------------------------ the offer

    def _joined(self, step: Step) -> Offered | str:
        """The offer in the distribution list, which may lag behind one that was made a moment ago."""
        patience = self._with.patience
        left, wait_seconds = min(patience.settle_seconds, patience.verify_seconds), patience.first_wait_seconds
        while True:
            found = self._look(step)
            if isinstance(found, Offered) or left <= 0 or self._with.stop.is_requested:
                return found
            seconds = min(wait_seconds, left)
            self._with.watch(Waiting("for the distribution list to show an offer", seconds))
            self._with.wait(seconds)
            left, wait_seconds, self._offered = left - seconds, 2 * wait_seconds, None

    def _look(self, step: Step) -> Offered | str:
        client = self._with.client
        try:
            if self._offered is None:
                self._offered = read_offered(client)
            external_id = str(step.desired.fields.get("redeemable"))
            found = join(external_id, self._offered, lambda: read_listing(client, "redeemable"))
        except RefusedError as error:
            return error.message
        if isinstance(found, Offered) and not found.redeemable_uuid:
            return "the distribution list shows it without a uuid"
        return found

    # ------------------------------------------------------------------------------------------------- the call

    def _sent(self, step: Step, record: CampaignRecord, offered: Offered) -> tuple[ItemOutcome, str]:
        payload = payload_of(record.fields, record.external_id, offered.redeemable_uuid)
        try:
            scheduled = schedule(self._with.client, payload)
        except NotSentError as error:
            self.halt = error
            return self._failed(step, record, error), "not_sent"
        except LostAnswerError as error:
            return self._unknown(step, record, error), "lost"
        except CampaignRefusedError as error:
            return self._failed(step, record, error, request_id=error.request_id), "refused"
        except (RefusedError, LeaseLostError) as error:  # the key, the feature, or the lease: not about this campaign
            self.halt = error
            return self._failed(step, record, error), "forbidden"
        return self._done(step, record, scheduled), "answered"

    def _failed(self, step: Step, record: CampaignRecord, error: OffersError, **about: Any) -> ItemOutcome:
        self._settle(record, CampaignState.FAILED, note=error.message, **about)
        hint = (error.hint,) if isinstance(error, FeatureOffError) and error.hint else ()
        return ItemOutcome(step, Outcome.FAILED, (error.message, *hint))

    def _unknown(self, step: Step, record: CampaignRecord, error: OffersError) -> ItemOutcome:
        self._settle(record, CampaignState.UNKNOWN, note=error.message)
        said = (placed(step.desired, unknown_finding(record), self._with.locate),)
        return ItemOutcome(step, Outcome.UNKNOWN, (error.message,), said)

    def _done(self, step: Step, record: CampaignRecord, scheduled: Scheduled) -> ItemOutcome:
        self._settle(record, CampaignState.DONE, answer=scheduled.said, request_id=scheduled.request_id)
        findings = [_scheduled(scheduled), *_alterations(record, scheduled)]
        said = self._minded(step, findings)
        is_warned = any(each.severity is not Severity.NOTICE for each in said)
        return ItemOutcome(step, Outcome.DONE_WITH_WARNINGS if is_warned else Outcome.DONE, annotations=said)

    def _minded(self, step: Step, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings that nobody waived, each at its line."""
        waivers = [each for each in self._with.waivers if each.code is not None]
        minded = (each for each in findings if not is_waived(step.desired, each, waivers))
        return tuple(placed(step.desired, each, self._with.locate) for each in minded)

    def _settle(self, record: CampaignRecord, state: CampaignState, **about: Any) -> None:
        try:
            self._ledger.settle(record, state, **about)
        except OffersError as error:  # it stays open in the ledger, so a person has to look
            self.halt = self.halt or error


def _held(step: Step, reason: str) -> ItemOutcome:
    return ItemOutcome(step, Outcome.HELD_BACK, (reason,))


# --------------------------------------------------------------------------------------------------- the answer


def _scheduled(scheduled: Scheduled) -> Finding:
    when = f", to begin at {scheduled.start}" if scheduled.start else ""
    message = f"the server has it as campaign {scheduled.campaign_id}{when}"
    return Finding.of(codes.CAMPAIGN_SCHEDULED, message, path="/start")


def _alterations(record: CampaignRecord, scheduled: Scheduled) -> Iterator[Finding]:
    """What the answer says otherwise than what was sent."""
    yield from _start_alteration(record, scheduled)
    for name, sent in (
        ("redeemable_id", record.fields["redeemable_id"]),
        ("external_source_id", record.external_id),
    ):
        answered = scheduled.said.get(name)
        if answered is not None and str(answered) != str(sent):
            yield _altered(f"its answer has the {name} {answered} where {sent} was meant", "")


def _start_alteration(record: CampaignRecord, scheduled: Scheduled) -> Iterator[Finding]:
    start = Start.of(record.fields)
    if start is None:
        return
    if scheduled.moment is None:
        yield _altered(f"its answer does not say when it begins: `{scheduled.start}`; {start.words} was sent", "/start")
    elif scheduled.moment != start.moment.replace(second=0, microsecond=0):
        yield _altered(f"its answer begins it at {scheduled.start}, and {start.words} was sent", "/start")


def _altered(message: str, path: str) -> Finding:
    return Finding.of(codes.CAMPAIGN_ALTERED, message, hint=codes.CAMPAIGN_ALTERED.hint, path=path)
