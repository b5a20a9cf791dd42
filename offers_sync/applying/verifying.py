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
from offers_sync.findings import Finding
from offers_sync.models.values import OBJECT_KINDS, Applied, Live, Outcome
from offers_sync.planning.annotating import placed
from offers_sync.planning.comparing import FieldChange
from offers_sync.planning.completeness import is_harmless
from offers_sync.planning.plan import Action
from offers_sync.planning.question import Locate


@dataclass(frozen=True, slots=True)
class Verified:
    """Outcomes, and what is to be remembered of those that a list showed."""

    items: tuple[ItemOutcome, ...]
    memories: tuple[Applied, ...]


def verified(sent: Iterable[Sent], looks: Looks, memory: Memory, locate: Locate) -> Verified:
    """The items with everything that is known of them."""
    outcomes: list[ItemOutcome] = []
    memories: list[Applied] = []
    for item in sent:
        live = _shown(item, looks)
        outcomes.append(_outcome(item, live, locate))
        if item.is_good and live is not None:
            memories.append(memory.seen(item.step, live, _stuck(item, live)))
    return Verified(tuple(outcomes), tuple(memories))


def _shown(item: Sent, looks: Looks) -> Live | None:
    for kind in OBJECT_KINDS:
        if kind == item.step.kind and kind in looks:
            return looks[kind].live.get(item.step.desired.external_id)
    return None


def _outcome(item: Sent, live: Live | None, locate: Locate) -> ItemOutcome:
    step = item.step
    if not item.is_good:
        return ItemOutcome(step, item.outcome, item.errors)
    said = tuple(warning_findings(step.desired, item.warnings, locate))
    if step.action is Action.UPLOAD_IMAGE:
        return ItemOutcome(step, item.outcome, item.errors, said)
    if live is None:
        words = "the server confirmed it, and its list does not show it yet"
        unseen = placed(step.desired, Finding.of(codes.NOT_SHOWN_YET, words), locate)
        return ItemOutcome(step, item.outcome, item.errors, (*said, unseen), is_incomplete=bool(said))
    lost = _without_echoes(losses(step, live), item)
    annotations = (*said, *loss_findings(step.desired, lost, locate))
    outcome = Outcome.DONE_WITH_WARNINGS if annotations or item.warnings else item.outcome
    is_less = any(not is_harmless(each.path, each.before) for each in lost)
    is_incomplete = step.kind != "redeemable" and (bool(said) or is_less)
    return ItemOutcome(step, outcome, item.errors, annotations, is_incomplete)


def _stuck(item: Sent, live: Live) -> tuple[FieldChange, ...]:
    """What of a criterion or selector could not be cleared, which no later comparison tells."""
    if item.step.kind not in {"criterion", "selector"} or item.step.action is Action.CREATE:
        return ()
    return tuple(change for change in losses(item.step, live) if change.after is None)


def _without_echoes(lost: Iterable[FieldChange], item: Sent) -> tuple[FieldChange, ...]:
    """Without what the server itself said that it dropped: a part of it, or the whole that it was a part of."""
    said = [f"{warning['path']}/" for warning in item.warnings if warning.get("path")]

    def is_told(change: FieldChange) -> bool:
        path = f"{change.path}/"
        return any(path.startswith(each) or each.startswith(path) for each in said)

    return tuple(change for change in lost if not is_told(change))
