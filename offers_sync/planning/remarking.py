"""What a plan says that nobody has to act on: what stays as it is, what cannot be known, what git left behind.

Remarks about one document are annotations; those about many are one finding with a count.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from offers_sync import codes
from offers_sync.findings import Code, Finding
from offers_sync.models.values import OBJECT_KINDS, Applied, Desired
from offers_sync.planning.annotating import Annotation
from offers_sync.planning.comparing import FieldRemark, Remark, unmanaged
from offers_sync.planning.plan import plain
from offers_sync.planning.question import Scene, is_asked_for, name_of

_VALUE_LENGTH: Final = 80
_CONTEXT_LENGTH: Final = 20
_FEATURE_OFF: Final = "ask PAR Punchh support to enable it; `offers doctor` shows which features are on"


def remarks_about(desired: Desired, remarks: Iterable[FieldRemark]) -> Iterator[Annotation]:
    """Why fields of a document stay as they are."""
    for remark in remarks:
        if remark.remark is Remark.KEPT:
            yield _annotation(desired, codes.KEPT_BY_SERVER, _kept(remark), remark.path)
        else:
            message = (
                f"whether `{_dotted(remark.path)}` is {shown(remark.written)} cannot be verified: the server does not "
                "show it"
            )
            yield _annotation(desired, codes.CANNOT_BE_VERIFIED, message, remark.path)


def _kept(remark: FieldRemark) -> str:
    name = _dotted(remark.path)
    if remark.written is None:
        return (
            f"nothing is written for what the server has shown at `{name}` since it was applied: {shown(remark.shown)}"
        )
    written, live = _told_apart(remark.written, remark.shown)
    return f"`{name}` is written {written}; since it was applied the server shows {live}"


def unverified_everywhere(remarks: Iterable[FieldRemark]) -> Iterator[Finding]:
    """One finding for each field that is not shown, over documents of which nothing else is to be said."""
    counts = Counter(remark.path for remark in remarks if remark.remark is Remark.UNVERIFIED)
    for path, count in sorted(counts.items()):
        name = path.removeprefix("/")
        times = "in one unchanged document" if count == 1 else f"in {count} unchanged documents"
        yield Finding.of(codes.CANNOT_BE_VERIFIED, f"`{name}` {times} cannot be verified", path=path)


def document_remarks(scene: Scene, desired: Desired, *, never_lived: bool) -> Iterator[Annotation]:
    """What is to be said of a document beside its fields."""
    identity = (desired.kind, desired.external_id)
    if scene.is_unread(*identity):
        yield from _unread(scene, desired, never_lived=never_lived)
    elif never_lived:
        message = f"{name_of(desired.kind, desired.key)} is retired and was never on the server: nothing is done"
        yield _annotation(desired, codes.RETIRED_NEVER_LIVE, message, "/retired")
    if scene.duplicates.get(identity):
        message = f"{scene.duplicates[identity]} objects live under the id {desired.external_id}"
        yield _annotation(desired, codes.SEVERAL_UNDER_ONE_ID, message)
    live = scene.live.get(identity)
    if scene.question.shows_unmanaged and live is not None:
        for path, value in unmanaged(desired, scene.applied.get(identity), live):
            message = f"`{_dotted(path)}` is not managed; the server has {shown(value)}"
            yield _annotation(desired, codes.UNMANAGED_FIELD, message, path)


def _unread(scene: Scene, desired: Desired, *, never_lived: bool) -> Iterator[Annotation]:
    """What is not known of a document whose object no list shows; that one is not created is said by its step."""
    identity, name = (desired.kind, desired.external_id), name_of(desired.kind, desired.key)
    if identity in scene.opaque:
        message = f"{name} lives; none of its fields can be read, so none is compared"
        yield _annotation(desired, codes.CANNOT_BE_VERIFIED, message)
    elif identity in scene.live:
        message = f"{name} cannot be read, so it is compared with what was last seen of it"
        yield _annotation(desired, codes.CANNOT_BE_VERIFIED, message)
    elif never_lived:
        message = f"{name} is retired, and whether it was ever on the server cannot be told: nothing is done"
        yield _annotation(desired, codes.CANNOT_BE_VERIFIED, message, "/retired")


def _annotation(desired: Desired, code: Code, message: str, path: str = "") -> Annotation:
    hint = "" if code.name in _SELF_EVIDENT else code.hint
    return Annotation(desired.kind, desired.key, Finding.of(code, message, hint=hint, path=path))


def _dotted(path: str) -> str:
    """A place as people write it."""
    return ".".join(step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:])


_SELF_EVIDENT: Final = frozenset({codes.CANNOT_BE_VERIFIED.name, codes.UNMANAGED_FIELD.name})


def shown(value: Any) -> str:
    """A value as a message quotes it, not longer than a person reads."""
    return "nothing" if value is None else _quoted(_text(value))


def _told_apart(value: Any, other: Any) -> tuple[str, str]:
    """Two values as a message quotes them; what is long is quoted from where they differ."""
    quotes = shown(value), shown(other)
    if value is None or other is None or quotes[0] != quotes[1]:
        return quotes
    one, two = _text(value), _text(other)
    least = min(len(one), len(two))
    start = max(next((place for place in range(least) if one[place] != two[place]), least) - _CONTEXT_LENGTH, 0)
    return _quoted(one, start), _quoted(two, start)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)


def _quoted(text: str, start: int = 0) -> str:
    end = start + _VALUE_LENGTH
    return f"`{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}`"


# ---------------------------------------------------------------------------------------------- the plan as a whole


def gaps_of(scene: Scene) -> tuple[str, ...]:
    """Why the live side may be incomplete, each reason once."""
    kinds: dict[str, list[str]] = {}
    for kind in OBJECT_KINDS if not scene.question.is_offline else ():
        if gap := scene.listing(kind).gap:
            kinds.setdefault(gap, []).append(kind)
    return tuple(f"{', '.join(names)}: {gap}" for gap, names in kinds.items())


def gap_findings(scene: Scene, gaps: Iterable[str]) -> Iterator[Finding]:
    """A warning for each of them, with what would mend it."""
    hint = _FEATURE_OFF if scene.question.snapshot.is_degraded else codes.LIST_INCOMPLETE.hint
    for gap in gaps:
        yield Finding.of(codes.LIST_INCOMPLETE, f"the list may be incomplete: {gap}", hint=hint)


def memory_finding(scene: Scene) -> Iterator[Finding]:
    """Which verdicts cannot be given, where live objects are ours and nothing is remembered of them."""
    unknown = sum(
        identity in scene.live and identity not in scene.applied and is_asked_for(scene.question, each)
        for identity, each in scene.desired.items()
    )
    if not unknown:
        return
    whom = "one live object" if unknown == 1 else f"{unknown} live objects"
    message = (
        f"nothing is remembered of {whom} of these documents: drift looks like an edit, fields that left a document "
        "are not cleared, and what the server does not show is not compared"
    )
    yield Finding.of(codes.NOTHING_REMEMBERED, message, hint=codes.NOTHING_REMEMBERED.hint)


def base_finding(scene: Scene) -> Iterator[Finding]:
    """Why causes are unknown, where the base cannot be read."""
    base = scene.question.base
    if base is not None and base.fault:
        yield Finding.of(codes.BASE_UNREADABLE, base.fault, hint=codes.BASE_UNREADABLE.hint)


def orphans_of(scene: Scene) -> tuple[str, ...]:
    """The documents that git once had and whose objects live on."""
    base = scene.question.base.desired if scene.question.base is not None else ()
    left: dict[tuple[str, str], Applied | Desired] = {(each.kind, each.external_id): each for each in base}
    left |= {(each.kind, each.external_id): each for each in scene.question.applied}
    return tuple(
        sorted(
            name_of(each.kind, each.key)
            for identity, each in left.items()
            if identity not in scene.desired and _may_live(scene, each)
        )
    )


def _may_live(scene: Scene, each: Applied | Desired) -> bool:
    if each.kind == "campaign":
        return False
    return (each.kind, each.external_id) in scene.live or bool(scene.listing(each.kind).gap)


def orphan_findings(scene: Scene, orphans: Iterable[str]) -> Iterator[Finding]:
    """A notice for each of them; offline nobody knows whether it lives."""
    lives = "if its object lives, it lives on" if scene.question.is_offline else "its object lives on"
    for name in orphans:
        message = f"{name} has left git; {lives} and is not touched"
        yield Finding.of(codes.ORPHANED, message, hint=codes.ORPHANED.hint)
