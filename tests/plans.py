"""Plans to be reported, from real files: what a reviewer meets on a good day, on a bad one, and from a stranger.

typical()          a change of every sort, with something to say about most of them
empty()            nothing to do
refused()          guards that say no
failed()           no plan at all
many(count)        so many offers that change alike, and as many new ones
hostile(text)      a plan with the text wherever a stranger may write one
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from scenes import desired, live, plan

from offers_sync import codes
from offers_sync.applying.payloads import payloads_of
from offers_sync.findings import Finding, Position
from offers_sync.loading.files import RawFile
from offers_sync.loading.loading import Loaded, load_files
from offers_sync.loading.resolving import resolve
from offers_sync.models.project import Guards
from offers_sync.models.values import OBJECT_KINDS, Applied, Desired, Listing, Live, Segment, Snapshot
from offers_sync.planning.comparing import FieldChange, Verdict
from offers_sync.planning.foretelling import foretelling, recalling
from offers_sync.planning.judging import judge
from offers_sync.planning.plan import Action, Cause, Change, GuardReport, Plan, Step, Summary, no_plan
from offers_sync.planning.planner import Base, Question, make_plan
from offers_sync.wire import codec

NOW: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
FILES: Final[Mapping[str, str]] = {
    "offers.yaml": """\
project: marlow-burgers
locales: [fr]
defaults: {timezone: America/Chicago}
environments: {production: {server: "https://marlow.punchh.com", token: "${KEY}"}}
""",
    "selectors/burgers.yaml": """\
kind: selector
key: burgers
name: Burgers
base_items:
  clauses:
  - {attribute: item_family, operator: in, value: "110,111"}
""",
    "criteria/ten-percent.yaml": """\
kind: criterion
key: ten-percent
name: Ten percent off burgers
qc_processing_function: sum_amounts
percentage_of_processed_amount: 10
line_item_filters:
- {selector: burgers}
- selector: {external_id: retired-menu}
  processing_method: exclude
""",
    "redeemables/happy-hour.yaml": """\
kind: redeemable
key: happy-hour
name: Happy hour
description: Half price on every burger between two and five in the afternoon, on weekdays, at the counter.
points: 80
receipt_rule:
  criterion:
    qc_processing_function: sum_amounts
    percentage_of_processed_amount: 50
    rounding_rule: floor
    line_item_filters:
    - {selector: burgers}
    receipt_qualifiers:
    - {attribute: receipt_hour, operator: in_range, value: 14..17}
locales:
  fr: {name: Heure joyeuse}
""",
    "redeemables/lunch.yaml": """\
kind: redeemable
key: lunch
name: Lunch for two
receipt_rule: {criterion: ten-percent}
schedule: {end: 2026-06-30T23:59:59}
locales:
  fr: {name: Midi à deux, description: Un repas pour deux.}
""",
    "redeemables/old.yaml": """\
kind: redeemable
key: old
name: Winter warmer
receipt_rule: {flat_discount: 5}
retired: true
""",
    "redeemables/regulars.yaml": """\
kind: redeemable
key: regulars
name: For our regulars
receipt_rule: {flat_discount: 2.50}
distributable: true
segment: Loyal Regularz
""",
    "redeemables/fries.yaml": """\
kind: redeemable
key: fries
name: Small fries
receipt_rule: {flat_discount: 1}
image: https://images.example.com/fries.png
locales:
  fr: {name: Petite frite, description: Une petite frite.}
""",
}


def files(texts: Mapping[str, str] = FILES) -> tuple[Loaded, tuple[Desired, ...]]:
    """Files as they are read, and what they want."""
    loaded = load_files(Path(), [RawFile(name, text.encode()) for name, text in texts.items()], now=NOW)
    return loaded, resolve(loaded, "production").desired


def _question(loaded: Loaded, documents: Iterable[Desired], objects: Iterable[Live] = (), **others: Any) -> Question:
    objects = tuple(objects)
    listings = {kind: Listing(kind, tuple(each for each in objects if each.kind == kind)) for kind in OBJECT_KINDS}
    findings = loaded.findings
    question = Question(
        "marlow-burgers",
        "production",
        tuple(documents),
        Snapshot(listings, (Segment(11, "Loyal Regulars"),)),
        NOW,
        findings=findings,
    )
    return replace(question, **others)


def _made(question: Question, loaded: Loaded) -> Plan:
    annotators = (
        foretelling(lambda steps: payloads_of(steps, "separate"), codec.encode),
        recalling(codec.encode),
        judge,
    )
    return make_plan(question, loaded.locate, annotators)


def typical() -> Plan:
    """A plan with a base: a retirement, edits, drift, something pending, new objects, an image, and doubts."""
    loaded, documents = files()
    by_key = {each.key: each for each in documents}
    happy, fries, old = by_key["happy-hour"], by_key["fries"], by_key["old"]
    burgers = by_key["burgers"]
    objects = [
        live(burgers, base_items={"clauses": [{"attribute": "item_family", "operator": "in", "value": "110"}]}),
        live(happy, name="Happy hours", description=happy.fields["description"].replace("five", "six"), points=100),
        live(fries, name="Fries, small"),
        live(replace(old, is_retired=False), distributable=True, schedule={"indefinitely": True}),
        Live("redeemable", "dashboard", {"name": "Made in the dashboard"}, frozenset({"name"})),
    ]
    memories = [
        Applied("redeemable", fries.key, fries.external_id, fries.fields, fries.fields, None),
        Applied("redeemable", "gone", "gone-id", {"name": "Gone"}, {"name": "Gone"}, None),
    ]
    pending = replace(burgers, fields={**burgers.fields})
    base = Base((pending, replace(happy, fields={**happy.fields, "points": 100, "name": "Happy hours"})))
    return _made(_question(loaded, documents, objects, applied=tuple(memories), base=base), loaded)


def empty() -> Plan:
    """A plan of one offer that is there as it should be."""
    loaded, documents = files({name: FILES[name] for name in ("offers.yaml", "selectors/burgers.yaml")})
    return _made(_question(loaded, documents, [live(each) for each in documents]), loaded)


def refused() -> Plan:
    """A plan that makes more than it may."""
    loaded, documents = files()
    return _made(_question(loaded, documents, guards=Guards.model_validate({"creates": 3})), loaded)


def failed() -> Plan:
    """What is shown in place of a plan."""
    finding = Finding.of(
        codes.WRONG_VALUE,
        "`discount_channel` cannot be `online`",
        hint="did you mean `online_only`?",
        position=Position("redeemables/lunch.yaml", 4, 19, 4, 25),
    )
    return no_plan("marlow-burgers", "production", "the files have faults; nothing was sent", (finding,))


def many(count: int) -> Plan:
    """So many offers whose description changes alike, as many whose names change, and as many new ones."""
    documents: list[Desired] = []
    objects: list[Live] = []
    for index in range(count):
        alike = desired("redeemable", f"alike-{index:05}", description="Until the end of summer.")
        renamed = desired("redeemable", f"renamed-{index:05}", name=f"Offer number {index}")
        documents += [alike, renamed, desired("redeemable", f"new-{index:05}")]
        objects += [live(alike, description="Until the end of spring."), live(renamed, name=f"Offer {index}")]
    return plan(*documents, live=objects, guards={"creates": 10**6, "updates": 10**6})


def hostile(text: str) -> Plan:
    """A plan whose names, values, messages, reasons and files are all the text."""
    document = desired("redeemable", text, name=text, description=text)
    document = replace(document, external_id=text)
    place = Position(text or "?", 1, 1, 2, 1)
    finding = Finding.of(codes.NO_FILTER, text, hint=text, path="/name", position=place, source_line=text)
    general = Finding.of(codes.LIST_INCOMPLETE, text, hint=text)
    changes = (
        Change(FieldChange("/name", text, f"{text}!", Verdict.EDIT), place, Cause.DRIFT),
        Change(FieldChange(f"/locales/{text}", None, {text: text}, Verdict.EDIT), place),
        Change(FieldChange("/receipt_rule/criterion", text, None, Verdict.CLEAR), place),
        Change(FieldChange("/line_item_filters", [{"selector": text}], [text, {text: [text]}], Verdict.DRIFT), place),
    )
    steps = [
        Step(action, document, changes, cause=Cause.ALREADY_PENDING, position=place, annotations=(finding,))
        for action in Action
    ]
    held = [Step(Action.CREATE, replace(document, key=f"{text}{index}"), (), held_back=text) for index in range(2)]
    guards = (GuardReport(text, text, 3, refused=True, allow_with=text),)
    return Plan(
        text,
        text,
        (*steps, *held),
        Summary(1, 1, 1, 1, 1, held_back=2),
        (text,),
        (general, finding),
        guards,
        (text,),
        {text: text},
    )
