"""What a wave's items came to in the end: read back, compared with what was sent, and remembered.

What the server dropped, altered or did not clear becomes a finding on its line.  Looking at the lists is done before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from offers_sync import codes
from offers_sync.applying.batches import Sent
from offers_sync.applying.lines import loss_findings, losses, warning_findings
from offers_sync.applying.looking import Looks
from offers_sync.applying.memory import Memory
from offers_sync.applying.outcomes import ItemOutcome
from offers_sync.findings import Finding, Severity
from offers_sync.models.project import Allowance
from offers_sync.models.values import OBJECT_KINDS, Applied, Desired, Live, Outcome
from offers_sync.planning.annotating import is_waived, placed
from offers_sync.planning.canonical import names_of_units, unit_of
from offers_sync.planning.comparing import FieldChange
from offers_sync.planning.completeness import is_harmless
from offers_sync.planning.plan import Action, Step
from offers_sync.planning.question import Locate


@dataclass(frozen=True, slots=True)
class Verified:
    """Outcomes, and what is to be remembered of those that a list showed."""

    items: tuple[ItemOutcome, ...]
    memories: tuple[Applied, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How findings find their lines, and which of them somebody lets stand."""

    locate: Locate
    waivers: tuple[Allowance, ...] = ()

    def minded(self, document: Desired, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that nobody waived."""
        return tuple(each for each in findings if not is_waived(document, each, self.waivers))


def verified(sent: Iterable[Sent], looks: Looks, memory: Memory, reading: Reading) -> Verified:
    """The items with everything that is known of them."""
    outcomes: list[ItemOutcome] = []
    memories: list[Applied] = []
    for item in sent:
        live = _shown(item, looks)
        outcomes.append(_outcome(item, live, reading))
        if item.is_good and live is not None:
            memories.append(memory.seen(item.step, live, _uncleared(item.step, live)))
    return Verified(tuple(outcomes), tuple(memories))


def _shown(item: Sent, looks: Looks) -> Live | None:
    for kind in OBJECT_KINDS:
        if kind == item.step.kind and kind in looks:
            return looks[kind].live.get(item.step.desired.external_id)
    return None


def _outcome(item: Sent, live: Live | None, reading: Reading) -> ItemOutcome:
    step, document = item.step, item.step.desired
    if not item.is_good:
        return ItemOutcome(step, item.outcome, item.errors)
    said = reading.minded(document, warning_findings(document, item.warnings, reading.locate))
    if live is None and step.action is not Action.UPLOAD_IMAGE:
        words = "the server confirmed it, and its list does not show it yet"
        said = (
            *said,
            *reading.minded(document, [placed(document, Finding.of(codes.NOT_SHOWN_YET, words), reading.locate)]),
        )
        return _ended(item, said, is_incomplete=any(each.code != codes.NOT_SHOWN_YET.name for each in said))
    if live is None or step.action is Action.UPLOAD_IMAGE:
        return _ended(item, said)
    lost = [change for change in _without_echoes(losses(step, live), item) if _is_minded(document, change, reading)]
    is_less = bool(said) or any(not is_harmless(each.path, each.before) for each in lost)
    findings = loss_findings(document, lost, reading.locate)
    return _ended(item, (*said, *findings), is_incomplete=step.kind != "redeemable" and is_less)


def _ended(item: Sent, annotations: tuple[Finding, ...], *, is_incomplete: bool = False) -> ItemOutcome:
    is_warned = any(each.severity is not Severity.NOTICE for each in annotations)
    outcome = Outcome.DONE_WITH_WARNINGS if is_warned else Outcome.DONE
    return ItemOutcome(item.step, outcome, item.errors, annotations, is_incomplete)


def _is_minded(document: Desired, change: FieldChange, reading: Reading) -> bool:
    (finding,) = loss_findings(document, [change], reading.locate)
    return bool(reading.minded(document, [finding]))


def _uncleared(step: Step, live: Live) -> frozenset[str]:
    """The units that left the document and could not be cleared, which no later comparison would tell."""
    if step.action is Action.CREATE:
        return frozenset()
    kept = {unit_of(change.path) for change in losses(step, live) if change.after is None}
    return frozenset(kept).difference(names_of_units(step.desired.fields))


def _without_echoes(lost: Iterable[FieldChange], item: Sent) -> tuple[FieldChange, ...]:
    """Without what the server itself said that it dropped: a part of it, or the whole that it was a part of."""
    said = [f"{warning['path']}/" for warning in item.warnings if warning.get("path")]

    def is_told(change: FieldChange) -> bool:
        path = f"{change.path}/"
        return any(path.startswith(each) or each.startswith(path) for each in said)

    return tuple(change for change in lost if not is_told(change))
