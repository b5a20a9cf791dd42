"""What the server would say of the writes of a plan, and what it said of the last ones, at the lines that wrote it.

The payloads come from outside, so that what is judged is what will be sent.  What the server would say of a payload
is worked out by ``foreseeing``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from offers_sync import codes
from offers_sync.findings import Finding
from offers_sync.models.values import ObjectKind, Tree
from offers_sync.models.vendor_names import SEGMENT_NAME
from offers_sync.planning.annotating import Annotation, Annotator, Situation
from offers_sync.planning.completeness import is_mended
from offers_sync.planning.foreseeing import Effect, Foreseen, World, foresee
from offers_sync.planning.plan import Action, Step
from offers_sync.planning.question import Scene
from offers_sync.planning.tracing import document_pointer, find_warned

Payloads = Callable[[tuple[Step, ...]], Mapping[str, Tree]]
"""What each step sends, by its name; steps that send nothing of their own are missing."""
Encode = Callable[[ObjectKind, Tree], Tree]
"""The payload of a create with some fields."""

_NOUNS: Final[Mapping[str, str]] = {
    "base_items.clauses": "clause",
    "modifiers.clauses": "clause",
    "line_item_filters": "filter",
    "item_qualifiers": "qualifier",
    "receipt_qualifiers": "qualifier",
}
_CONSEQUENCES: Final[Mapping[str, str]] = {
    "base_items.clauses": "without it, more items match than are written",
    "modifiers.clauses": "without it, more modifiers match than are written",
    "line_item_filters": "the discount is worked out without it",
    "item_qualifiers": "the offer applies without this condition",
    "receipt_qualifiers": "the offer applies without this condition",
}
_OPERATOR_CONSEQUENCE: Final = "a new criterion takes the default instead, a live one keeps what it has"
_NOTHING_LEFT: Final = "no filter is left that narrows the offer, so every item is discounted"


def foretelling(payloads: Payloads, encode: Encode) -> Annotator:
    """Says what the server would drop of each write, or why it would refuse it; what is kept back is not written."""

    def foretell(situation: Situation) -> Iterator[Annotation]:
        sent = payloads(situation.steps)
        selectors = _known("selector", situation)
        criteria = _known("criterion", situation)
        for step in situation.steps:
            payload = _with_known_segment(sent.get(step.name))
            is_sent = not step.held_back and step.action is not Action.UPLOAD_IMAGE
            if payload is None or step.kind == "campaign" or not is_sent:
                continue
            before = encode(step.kind, step.live.fields) if step.live is not None else None
            world = World(
                selectors=selectors,
                criteria=criteria,
                is_update=step.action is not Action.CREATE,
                before=before,
            )
            for finding in foreseen_findings(step.kind, payload, world):
                yield Annotation(step.kind, step.desired.key, finding)

    return foretell


def _with_known_segment(payload: Tree | None) -> Tree | None:
    """Without a segment that is still a name: what keeps it from being looked up is said elsewhere."""
    if payload is None or not isinstance(payload.get(SEGMENT_NAME), str):
        return payload
    return {name: value for name, value in payload.items() if name != SEGMENT_NAME}


def recalling(encode: Encode) -> Annotator:
    """Says what the server dropped when a document was last applied, as long as that stands there and here."""

    def recall(situation: Situation) -> Iterator[Annotation]:
        scene = situation.scene
        for identity, applied in scene.applied.items():
            desired = scene.desired.get(identity)
            if not applied.warnings or desired is None or desired.kind == "campaign":
                continue
            payload = encode(desired.kind, desired.fields)
            for warning in applied.warnings:
                finding = recalled_finding(desired.kind, payload, warning)
                if finding is not None and not is_mended(desired, applied, scene.live.get(identity), finding.path):
                    yield Annotation(desired.kind, desired.key, finding)

    return recall


def recalled_finding(kind: ObjectKind, payload: Tree, warning: Tree) -> Finding | None:
    """A warning of the server as a finding at the line it is about; nothing where that line is gone."""
    pointer = find_warned(payload, warning)
    if pointer is None:
        return None
    place = _criterion_place(str(warning.get("place") or ""))
    message = f"the server dropped this {_NOUNS.get(place, 'value')}: {warning.get('message')}"
    hint = _consequence_of(place, warning.get("item"))
    return Finding.of(codes.PART_WAS_DROPPED, message, hint=hint, path=document_pointer(kind, pointer, payload))


def _known(kind: ObjectKind, situation: Situation) -> frozenset[str] | None:
    """The ids that exist once the plan is carried out; nothing where the list may be incomplete."""
    scene = situation.scene
    if scene.question.is_offline or scene.listing(kind).gap:
        return None
    listed = {external_id for live_kind, external_id in scene.live if live_kind == kind}
    made = {
        step.desired.external_id
        for step in situation.steps
        if step.kind == kind and step.action is Action.CREATE and not step.held_back
    }
    referred = set(_referred(scene)) if kind == "criterion" else set()
    return frozenset(listed | made | referred)


def _referred(scene: Scene) -> Iterator[str]:
    """The criteria that live offers work by; those that were made inside an offer may be in no list."""
    for (kind, _), live in scene.live.items():
        rule = live.fields.get("receipt_rule")
        criterion = rule.get("criterion") if kind == "redeemable" and isinstance(rule, Mapping) else None
        if isinstance(criterion, str):
            yield criterion


def foreseen_findings(kind: ObjectKind, payload: Tree, world: World) -> Iterator[Finding]:
    """What the server would say of a payload, as findings at the lines it is about."""
    foreseen = foresee(kind, payload, world)
    dropped = frozenset(each.pointer for each in foreseen if each.effect is Effect.DROPPED)
    for each in foreseen:
        path = document_pointer(kind, _finest(each), payload)
        match each.effect:
            case Effect.REFUSED:
                message = f"the server would refuse this {kind}: {each.message}"
                yield Finding.of(codes.WOULD_BE_REFUSED, message, hint=codes.WOULD_BE_REFUSED.hint, path=path)
            case Effect.DROPPED:
                noun = _NOUNS.get(each.place, "value")
                message = f"the server would drop this {noun}: {each.message}{_unknown_selector(each)}"
                hint = _consequence(each, payload, dropped)
                yield Finding.of(codes.PART_WOULD_BE_DROPPED, message, hint=hint, path=path)


def _finest(foreseen: Foreseen) -> str:
    """The first faulty field of a dropped member; the three operators of a criterion are fields themselves."""
    if foreseen.effect is Effect.REFUSED or foreseen.names == (foreseen.place,):
        return foreseen.pointer
    return f"{foreseen.pointer}/{foreseen.names[0]}"


def _unknown_selector(foreseen: Foreseen) -> str:
    item = foreseen.item
    selector = item.get("line_item_selector_id") if isinstance(item, Mapping) else None
    if "line_item_selector_id" not in foreseen.names or not isinstance(selector, str) or not selector.strip():
        return ""
    return f" (it has no selector {selector})"


def _consequence(foreseen: Foreseen, payload: Tree, dropped: frozenset[str]) -> str:
    if foreseen.place == "line_item_filters" and not _narrows(foreseen.pointer, payload, dropped):
        return _NOTHING_LEFT
    return _consequence_of(foreseen.place, foreseen.item)


def _consequence_of(place: str, item: Any) -> str:
    if isinstance(item, Mapping) and item.get("processing_method") == "exclude":
        return "what it should leave out is discounted as well"
    return _CONSEQUENCES.get(place, _OPERATOR_CONSEQUENCE)


def _narrows(pointer: str, payload: Tree, dropped: frozenset[str]) -> bool:
    """Whether a filter stays, beside those that are dropped, that does more than leave items out."""
    start = pointer.rpartition("/")[0]
    members: Any = payload
    for step in start.split("/")[1:]:
        members = members[step]
    return any(
        f"{start}/{index}" not in dropped and member.get("processing_method") != "exclude"
        for index, member in enumerate(members)
    )


def _criterion_place(place: str) -> str:
    return place.removeprefix("receipt_rule.redeeming_criterion.")
