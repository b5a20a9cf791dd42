"""The documents that a command line names: whether they are there, and what was meant where they are not.

What follows for the plan is decided by ``holding``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from offers_sync.errors import InvalidInputError
from offers_sync.findings import Source
from offers_sync.models.values import Desired
from offers_sync.planning.question import Question, is_named, name_of

_NAMED: Final = 5
"""So many documents are proposed by name."""


def check_named(question: Question) -> None:
    """Raise ``InvalidInputError`` when an option names a document that is not there."""
    named = (("--only", question.only), ("--allow-lookalike", sorted(question.allowed.lookalikes)))
    for option, wanted in ((option, wanted) for option, names in named for wanted in names):
        if any(is_named(desired, wanted) for desired in question.desired):
            continue
        shared = next((name for name in question.shared if wanted in (name, name.partition("/")[2])), None)
        if shared is not None:
            raise _without_object(question, option, shared)
        raise InvalidInputError(
            f"{option} {wanted}: there is no such document in the environment {question.environment}",
            hint=_advice(wanted, [name_of(each.kind, each.key) for each in question.desired]),
        )


def name_for(desired: Desired) -> str:
    """What names a document on a command line: an inline criterion comes with its redeemable."""
    if desired.inline_in is not None:
        return name_of("redeemable", desired.inline_in)
    return name_of(desired.kind, desired.key)


def flags(option: str, names: Sequence[str]) -> str:
    """The option for each name, to be pasted."""
    return " ".join(f"{option} {name}" for name in dict.fromkeys(names))


def _without_object(question: Question, option: str, shared: str) -> InvalidInputError:
    """What is to be said of a schedule or a locale, which the server has as parts of its offers."""
    users = list(_users(question, question.shared[shared]))
    hint = "no document of this environment uses it"
    if users:
        more = f", and {len(users) - _NAMED} more" if len(users) > _NAMED else ""
        hint = f"name what uses it: `{flags(option, users[:_NAMED])}`{more}"
    kind = shared.partition("/")[0]
    return InvalidInputError(
        f"{option} {shared}: a {kind} has no object of its own on the server, it goes with the offers that use it",
        hint=hint,
    )


def _users(question: Question, source: Source) -> Iterator[str]:
    for desired in question.desired:
        if any(origin.source == source for origin in desired.origins):
            yield name_for(desired)


def _advice(wanted: str, names: Sequence[str]) -> str:
    """Which documents were meant, or how one is named."""
    from difflib import get_close_matches  # noqa: PLC0415  only where something is wrong

    keys: dict[str, list[str]] = {}
    for name in names:
        keys.setdefault(name.partition("/")[2], []).append(name)
    close = get_close_matches(wanted, names, n=2) or [
        name for key in get_close_matches(wanted.rpartition("/")[2], keys, n=1) for name in keys[key]
    ]
    if close:
        return f"did you mean {' or '.join(f'`{name}`' for name in close)}?"
    return "write KIND/KEY, for example " + next(iter(names), "redeemable/ten-off-sandwich")
