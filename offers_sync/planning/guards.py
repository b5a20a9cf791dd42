"""How much one plan may do without being told so, and what lets through what it refuses.

    guard        counts                                                 way through
    -----------  -----------------------------------------------------  -------------------------------------------
    creates      objects that are made, and campaigns that are sent     --allow-creates N, or a line in offers.yaml
    updates      managed live objects that are changed                  --allow-updates N, or a line in offers.yaml
    live_edits   changes to offers that guests have now, where set      a line in offers.yaml
    lookalike    creations of what seems to live already                --allow-lookalike KIND/KEY, or a line
    incomplete   creations while something may live unseen              none: plan again

The first three refuse the plan whole; the others keep back single documents, which ``holding`` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from offers_sync.models.project import DEFAULT_CREATES_GUARD, DEFAULT_UPDATES_GUARD, UPDATES_GUARD_FROM, Allowance
from offers_sync.planning.holding import Held
from offers_sync.planning.plan import Action, GuardReport, Step
from offers_sync.planning.question import Scene, is_named

Counting = Literal["creates", "updates", "live_edits"]
UNLIMITED: Final = "no limit"


def check_guards(scene: Scene, held: Held, live_edits: Iterable[Step]) -> tuple[GuardReport, ...]:
    """How far each guard was used; ``live_edits`` are the steps that change what guests have now."""
    question = scene.question
    ready = [step for step in held.steps if not step.held_back]
    creates = [step for step in ready if step.action in (Action.CREATE, Action.DISTRIBUTE)]
    updates = [step for step in ready if step.action in (Action.UPDATE, Action.RETIRE)]
    edits = [step for step in live_edits if not step.held_back]
    written = question.guards.creates
    creates_limit = written if written is not None else DEFAULT_CREATES_GUARD
    updates_limit, updates_words = _updates_limit(scene)
    return (
        _counted(scene, "creates", creates, creates_limit, str(creates_limit), question.allowed.creates),
        _counted(scene, "updates", updates, updates_limit, updates_words, question.allowed.updates),
        _counted(scene, "live_edits", edits, question.guards.live_edits, "", None),
        _keeping("lookalike", held.lookalikes, " ".join(f"--allow-lookalike {name}" for name in held.lookalikes)),
        _keeping("incomplete", held.uncertain, ""),
    )


def _counted(  # noqa: PLR0913, PLR0917  the parts of one guard
    scene: Scene, guard: Counting, steps: Sequence[Step], limit: int | None, words: str, allowed: int | None
) -> GuardReport:
    if allowed is not None:
        limit, words = allowed, str(allowed)
    allowances = [each for each in scene.question.allowances if each.guard == guard]
    counted = [step for step in steps if not _is_excepted(step, allowances)]
    for allowance in allowances:
        if limit is not None and allowance.limit is not None and allowance.limit > limit:
            limit, words = allowance.limit, f"{allowance.limit} ({allowance.reason})"
    actual = len(counted)
    refused = limit is not None and actual > limit
    shown = UNLIMITED if limit is None else words or str(limit)
    return GuardReport(guard, shown, actual, refused, _way_through(scene, guard, actual) if refused else "")


def _is_excepted(step: Step, allowances: Iterable[Allowance]) -> bool:
    return any(each.key is not None and is_named(step.desired, each.key) for each in allowances)


def _way_through(scene: Scene, guard: Counting, actual: int) -> str:
    """What is pasted to let it through: a flag, the list of exceptions, or one more for it where there are some."""
    if guard != "live_edits":
        return f"--allow-{guard} {actual}"
    exception = f"{{guard: live_edits, limit: {actual}, reason: ...}}"
    return exception if scene.question.allowances else f"allow: [{exception}]"


def _keeping(guard: str, names: Sequence[str], allow_with: str) -> GuardReport:
    return GuardReport(guard, "0", len(names), bool(names), allow_with, keeps_back=True)


def _updates_limit(scene: Scene) -> tuple[int | None, str]:
    """The limit and how it is written; a share counts from so many live objects on."""
    written = scene.question.guards.updates
    if written is None:
        written = DEFAULT_UPDATES_GUARD
    if isinstance(written, int):
        return written, str(written)
    managed = sum(identity in scene.live for identity in scene.desired)
    if managed < UPDATES_GUARD_FROM:
        return None, ""
    limit = managed * int(written.removesuffix("%")) // 100
    return limit, f"{limit} ({written} of {managed})"
