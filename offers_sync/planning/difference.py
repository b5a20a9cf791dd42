"""The smallest stretches that say a whole difference, each at its JSON Pointer.

What is equal is cut away first and members of lists are paired by what they are about; the rest is deepdiff's work,
which is imported only when something nested differs.  Which values are compared is said by ``comparing``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offers_sync.planning.canonical import order_key

_IDENTITIES: Final = ("selector", "attribute")
"""The member by which entries of a list are the same entry, changed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs; an index in the path is that of ``after`` as it was given."""

    path: str
    before: Any
    after: Any


def differences(path: str, before: Any, after: Any) -> tuple[Difference, ...]:
    """What differs between two canonical values, ``after`` in the order in which it is written.

    A member that is gone from a list has the path of the list, since it stands nowhere any more.
    """
    if not _is_nested(before) or not _is_nested(after) or before.__class__ is not after.__class__:
        return (Difference(path, before, after),) if before != after else ()
    old, new = _aligned(before, after)
    return tuple(sorted(_inside(path, old, new), key=lambda found: (_sort_key(found.path), order_key(found.before))))


def escaped(name: str) -> str:
    """A name as a step of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")


Sameness = tuple[str, bytes]


def sameness(path: str, before: Any, after: Any) -> Sameness:
    """What two differences have in common when only the order of a list was changed between them."""
    steps = ("*" if step.isdecimal() else step for step in path.split("/"))
    return "/".join(steps), order_key([before, after])


def _is_nested(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _inside(path: str, before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[Difference]:
    from deepdiff import DeepDiff  # noqa: PLC0415  a third of a second, for plans in which something nested differs
    from deepdiff.helper import NotPresent  # noqa: PLC0415

    found = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0)
    for levels in found.values():
        for level in levels:
            steps = level.path(output_format="list")
            old, new = (None if isinstance(side, NotPresent) else side for side in (level.t1, level.t2))
            yield Difference(path + _pointer(steps), old, new)


def _pointer(steps: Iterable[str | int]) -> str:
    """Steps of an aligned tree; a negative one is a member that is gone."""
    return "".join(f"/{escaped(str(step))}" for step in steps if not (isinstance(step, int) and step < 0))


def _aligned(before: Any, after: Any) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Both sides as mappings whose equal branches are cut away and whose lists are mappings by index."""
    if isinstance(before, list):
        pairs = list(_paired(before, after))
    else:
        names = [*before, *(name for name in after if name not in before)]
        pairs = [(name, before.get(name), after.get(name)) for name in names]
    old: dict[Any, Any] = {}
    new: dict[Any, Any] = {}
    for step, left, right in pairs:
        if left == right:
            continue
        if _is_nested(left) and left.__class__ is right.__class__:
            left, right = _aligned(left, right)  # noqa: PLW2901  the same two, cut down
        if left is not None:
            old[step] = left
        if right is not None:
            new[step] = right
    return old, new


def _paired(before: Sequence[Any], after: Sequence[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Members of two lists by index of the second one; those that are gone have indexes below zero."""
    gone = Counter(order_key(member) for member in before)
    added: list[tuple[int, Any]] = []
    for index, member in enumerate(after):
        key = order_key(member)
        if gone[key] > 0:
            gone[key] -= 1
        elif member is not None:
            added.append((index, member))
    removed: list[Any] = []
    for member in before:
        key = order_key(member)
        if gone[key] > 0:
            gone[key] -= 1
            removed.append(member)
    for index, member in added:
        partner = _partner(member, removed)
        if partner is not None:
            removed.remove(partner)
        yield index, partner, member
    for place, member in enumerate(removed, start=1):
        yield -place, member, None


def _partner(member: Any, removed: Sequence[Any]) -> Any:
    """The member that was there before and is about the same thing; of several, the most alike."""
    alike = [old for old in removed if _identity(old) is not None and _identity(old) == _identity(member)]
    return max(alike, key=lambda old: sum(member.get(name) == value for name, value in old.items()), default=None)


def _identity(member: Any) -> tuple[str, str] | None:
    if not isinstance(member, dict):
        return None
    return next(((name, str(member[name])) for name in _IDENTITIES if member.get(name) is not None), None)


def _sort_key(path: str) -> tuple[tuple[int, str], ...]:
    """Indexes by their number, so that the tenth comes after the second."""
    return tuple((int(step), "") if step.isdecimal() else (-1, step) for step in path.split("/"))
