"""Whole projects with something wrong between their documents, each written in some odd fashion.

    flawed_projects()           files by name: faults of identity, reference, translation, time, and of single documents
    spelled(document, chance)   the text of a document, whose words are written in all the ways that YAML has

What is done, and how it is spelled, comes from one seed, so that an example stays small; ``strategies`` says what a
sound project is.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any, Final

import strategies
from hypothesis import strategies as st

from offers_sync.loading.identity import derive_id, inline_key

Written = dict[str, Any]
Files = dict[str, str]
_PROJECT: Final = "marlow-burgers"
_WANTED: Final = ["fr", "es"]


@st.composite
def flawed_projects(draw: st.DrawFn) -> Files:
    """The files of a project by name; most have one document, some two."""
    sound = draw(strategies.projects())
    chance = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311  no secret depends on it
    documents = [deepcopy(document) for document in sound.documents]
    offers = {**sound.offers, "project": _PROJECT, "locales": _WANTED, "allow": None}
    for _ in range(chance.randint(1, 8)):
        chance.choice(FLAWS)(documents, chance)
    if chance.random() < 0.3:
        chance.choice(FLAWS_OF_OFFERS)(offers)
    files = {"offers.yaml": strategies.as_yaml([offers])}
    chance.shuffle(documents)
    for number, document in enumerate(documents):
        name = f"{chance.choice('abc')}/{number:02}.yaml"
        files[name] = _broken(spelled(document, chance), chance)
    return files


def _broken(text: str, chance: random.Random) -> str:
    """The text, seldom with a second document, and seldom without an end that the parser understands."""
    if chance.random() < 0.05:
        text += "---\nkind: schedule\nkey: k" + str(chance.randint(0, 3)) + "\n"
    return text + "x-end: [\n" if chance.random() < 0.05 else text


# ------------------------------------------------------------------------------------------------------ flaws

Flaw = Callable[[list[Written], random.Random], None]


def _of(documents: list[Written], chance: random.Random, *kinds: str) -> Written:
    found = [document for document in documents if document.get("kind") in kinds]
    return chance.choice(found) if found else {}


def _twice(documents: list[Written], chance: random.Random) -> None:
    documents.append(deepcopy(chance.choice(documents)))


def _formerly_something(documents: list[Written], chance: random.Random) -> None:
    document = _of(documents, chance, "selector", "criterion", "redeemable")
    other = _of(documents, chance, "selector", "criterion", "redeemable")
    document["formerly"] = chance.choice(["old", "older", other.get("key"), other.get("formerly")])


def _inline_formerly(documents: list[Written], chance: random.Random) -> None:
    document = _of(documents, chance, "redeemable")
    document["receipt_rule"] = {"criterion": {"qc_processing_function": "receipt_subtotal", "formerly": "old"}}


def _same_id(documents: list[Written], chance: random.Random) -> None:
    for _ in range(2):
        document = _of(documents, chance, "selector", "criterion", "redeemable", "campaign")
        name = "external_campaign_id" if document.get("kind") == "campaign" else "external_id"
        other = _of(documents, chance, "selector", "criterion", "redeemable", "campaign")
        key = str(other.get("formerly") or other.get("key"))
        derived = [derive_id(_PROJECT, other.get("kind", "selector"), key)]
        derived.append(derive_id(_PROJECT, "criterion", inline_key(key)))
        document[name] = chance.choice(["one id", "it's-one", *derived])


def _elsewhere(documents: list[Written], chance: random.Random) -> None:
    chance.choice(documents)["only"] = chance.choice([["sandbox"], ["production"], ["nowhere"], "sandbox"])


def _unknown_references(documents: list[Written], chance: random.Random) -> None:
    document = _of(documents, chance, "redeemable", "campaign")
    named = chance.choice(["old", "summer", "lunch", "nobody", "Nobody"])
    if document.get("kind") == "campaign":
        document["redeemable"] = named
    else:
        document |= {"receipt_rule": {"criterion": named}, "schedule": named}


def _catalogue(documents: list[Written], chance: random.Random) -> None:
    keys = [document.get("key") for document in documents if document.get("kind") == "redeemable"]
    named = [key for key in [*keys, "nobody", "old"] if isinstance(key, str) and chance.random() < 0.7]
    documents.append(
        {
            "kind": "locale",
            "language": chance.choice(_WANTED),
            "redeemables": {key: {"name": "Nom", "description": "Texte"} for key in named},
        }
    )


def _bad_catalogue(documents: list[Written], chance: random.Random) -> None:
    _catalogue(documents, chance)
    documents[-1] |= chance.choice([{"kind": "local"}, {"language": 5}, {"redeemables": {"old": {"nmae": "Nom"}}}])


def _translated(documents: list[Written], chance: random.Random) -> None:
    _of(documents, chance, "redeemable")["locales"] = {"fr": {"name": "Nom"}, "es": {"name": chance.choice(["x", 5])}}


def _odd_times(documents: list[Written], chance: random.Random) -> None:
    times = ["2026-03-08T02:30:00", "2099-01-01T12:00:00", "2000-01-01T00:00:00"]
    document = _of(documents, chance, "schedule", "redeemable", "campaign")
    if document.get("kind") == "redeemable":
        document["schedule"] = chance.choice(["summer", {"start": times[0], "end": times[2]}])
    else:
        document["start"] = chance.choice(times)


def _retired(documents: list[Written], chance: random.Random) -> None:
    _of(documents, chance, "redeemable")["retired"] = True


def _excluding(documents: list[Written], chance: random.Random) -> None:
    clause = {"attribute": "item_id", "operator": chance.choice(["!=", "!!"]), "value": "1, 2"}
    _of(documents, chance, "selector")["base_items"] = {"clauses": [clause]}


_FAULTS: Final[tuple[Written, ...]] = (
    {"name": ""},
    {"zzz": 1},
    {"points": -1},
    {"key": "Bad Key"},
    {"kind": "redeemble"},
    {"effective_location": "nowhere"},
    {"timzone": "UTC"},
    {"line_item_filters": [5]},
)


def _faulty(documents: list[Written], chance: random.Random) -> None:
    chance.choice(documents).update(chance.choice(_FAULTS))


def _nameless(documents: list[Written], chance: random.Random) -> None:
    chance.choice(documents).pop(chance.choice(["key", "kind", "name"]), None)


FLAWS: Final[tuple[Flaw, ...]] = (
    _twice, *[_formerly_something] * 3, _inline_formerly, *[_same_id] * 2, _elsewhere, _unknown_references, _catalogue,
    _bad_catalogue, _translated, _odd_times, _retired, _excluding, _faulty, _nameless,
)  # fmt: skip
FLAWS_OF_OFFERS: Final[tuple[Callable[[Written], None], ...]] = (
    lambda offers: offers.update(guards={"creates": -1}),
    lambda offers: offers.update(project="Bad Name"),
    lambda offers: offers.update(defaults={"timezone": "CST"}),
    lambda offers: offers.update(locales=[5, "fr"]),
    lambda offers: offers.pop("locations", None),
    lambda offers: offers.pop("defaults"),
    lambda offers: offers.update(environments=5),
)

# --------------------------------------------------------------------------------------------------- spellings


def spelled(document: Written, chance: random.Random) -> str:
    """The text of a document: plainly most of the time, and sometimes as nobody expects it."""
    if chance.random() < 0.5:
        return strategies.as_yaml([document])
    if chance.random() < 0.2:
        return _flow(document, chance) + "\n"
    return "".join(_field(name, value, chance) for name, value in document.items())


_FORMS: Final = (
    "{n}: {q}", "{n} :\t{q}", "{n}: # why\n  {q}", "{n}:\n\n    {q}", "{n}: |-\n  {v}", "{n}: >-\n  {v}",
    "{n}: &a{i} {q}", "{n}: !!str {q}", "? {n}\n: {q}", "? {n} # why\n: {q}", "? |-\n  {p}\n: {q}",
    '{n}: "{a}\\\n  {z}"',
)  # fmt: skip
_FORMS_AT_THE_TOP: Final = (
    "x-{i}: &v{i} {q}\n{n}: *v{i}", "x-{i}: &n{i} {n}\n*n{i} : {q}", "x-{i}: &n{i} {n}\n? *n{i}\n: {q}",
    "x-{i}: &m{i} {{{n}: {q}}}\n<<: *m{i}",
)  # fmt: skip


def _field(name: str, value: Any, chance: random.Random, depth: int = 0) -> str:
    written = _name(name, chance)
    if isinstance(value, dict) and value:
        inside = "".join(_field(inner, item, chance, depth + 1) for inner, item in value.items())
        return f"{written}:\n" + "".join(f"  {line}\n" for line in inside.rstrip("\n").split("\n"))
    if not isinstance(value, str) or not value.isascii() or not value.replace("-", "").isalnum():
        return f"{written}: {_flow(value, chance)}\n"
    form = chance.choice(_FORMS if depth else _FORMS + _FORMS_AT_THE_TOP)
    half = len(value) // 2
    parts = {"n": written, "p": name, "q": _quoted(value, chance), "v": value, "i": chance.randint(0, 10**9)}
    return form.format(**parts, a=value[:half], z=value[half:]) + "\n"


def _name(name: str, chance: random.Random) -> str:
    return chance.choice([name] * 8 + [f'"{name}"', f"'{name}'", f'"{_escaped(name, chance)}"'])


def _quoted(value: str, chance: random.Random) -> str:
    return chance.choice([json.dumps(value), f"'{value}'", f'"{_escaped(value, chance)}"'])


def _escaped(value: str, chance: random.Random) -> str:
    place = chance.randrange(len(value))
    code = ord(value[place])
    escape = chance.choice([f"\\x{code:02x}", f"\\u{code:04X}", f"\\U{code:08x}"])
    return value[:place] + escape + value[place + 1 :]


def _flow(value: Any, chance: random.Random) -> str:
    if isinstance(value, dict):
        members = (f"{_name(name, chance)}: {_flow(item, chance)}" for name, item in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item, chance) for item in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)
