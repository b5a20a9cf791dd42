"""What the server would say and what it said, on the lines that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from scenes import NOW, desired, live, plan, snapshot

from offers_sync.applying.payloads import CriteriaSetting, payloads_of
from offers_sync.findings import Finding
from offers_sync.loading.files import RawFile
from offers_sync.loading.loading import load_files
from offers_sync.loading.resolving import resolve
from offers_sync.models.values import Applied, Desired, Live
from offers_sync.planning.annotating import Annotator
from offers_sync.planning.foretelling import foretelling, recalling
from offers_sync.planning.plan import Plan
from offers_sync.planning.planner import Question, make_plan
from offers_sync.wire import codec

PROJECT: Final = """\
project: marlow-burgers
environments: {sandbox: {server: embedded}}
"""
OFFER: Final = """\
kind: redeemable
key: lunch
name: Lunch
schedule: summer
receipt_rule:
  criterion:
    qc_processing_function: sum_amounts
    line_item_filters:
    - {selector: burgers}
    - selector: {external_id: gone}
      processing_method: exclude
    item_qualifiers:
    - {selector: {external_id: lost}, expression_type: line_item_exists}
"""
BURGERS: Final = """\
kind: selector
key: burgers
name: Burgers
base_items:
  clauses:
  - {attribute: item_family, operator: in, value: "20"}
"""
SUMMER: Final = """\
kind: schedule
key: summer
recurrence: {occurrences: 3, days_distance: 30}
"""


def annotators(criteria: CriteriaSetting = "separate") -> tuple[Annotator, Annotator]:
    """The two that are tested."""
    return foretelling(lambda steps: payloads_of(steps, criteria), codec.encode), recalling(codec.encode)


def read(offer: str = OFFER) -> tuple[tuple[Desired, ...], Any]:
    """The documents of a project, and where their values stand."""
    texts = {"offers.yaml": PROJECT, "lunch.yaml": offer, "burgers.yaml": BURGERS, "summer.yaml": SUMMER}
    loaded = load_files(Path(), [RawFile(name, text.encode()) for name, text in texts.items()])
    return resolve(loaded, "sandbox").desired, loaded.locate


def planned(
    offer: str = OFFER,
    objects: Iterable[Live] = (),
    applied: Iterable[Applied] = (),
    criteria: CriteriaSetting = "separate",
) -> Plan:
    """The plan of the project."""
    documents, locate = read(offer)
    question = Question("marlow-burgers", "sandbox", documents, snapshot(objects), NOW, tuple(applied))
    return make_plan(question, locate, annotators(criteria))


def said(findings: Iterable[Finding]) -> list[tuple[str, str, str]]:
    """Code, place and words."""
    return [(finding.code, str(finding.position), finding.message) for finding in findings]


EXPECTED: Final = [
    (
        "part-would-be-dropped",
        "lunch.yaml:10:17",
        (
            "the server would drop this filter: Required parameters missing or invalid: line_item_selector_id "
            "(it has no selector gone)"
        ),
    ),
    (
        "part-would-be-dropped",
        "lunch.yaml:13:18",
        (
            "the server would drop this qualifier: Required parameters missing or invalid: line_item_selector_id "
            "(it has no selector lost)"
        ),
    ),
]


def test_what_would_be_dropped_stands_on_the_line_that_wrote_it() -> None:
    """A criterion written inside an offer is annotated on the very values that the server names."""
    steps = {step.name: step for step in planned().steps}
    assert said(steps["criterion/lunch/receipt_rule"].annotations) == EXPECTED
    assert steps["redeemable/lunch"].annotations == ()


def test_a_criterion_sent_inside_its_offer_is_annotated_on_the_same_lines() -> None:
    """Where criteria go inside the create call, the offer's step carries what is said of them."""
    steps = {step.name: step for step in planned(criteria="inline").steps}
    assert said(steps["redeemable/lunch"].annotations) == EXPECTED
    assert steps["criterion/lunch/receipt_rule"].annotations == ()


def test_a_selector_that_this_plan_creates_is_known() -> None:
    """References to what the plan makes are not doubted; to what it keeps back they are."""
    criterion = desired("criterion", "c", line_item_filters=[{"selector": "id-of-s"}])
    made = plan(criterion, desired("selector", "s", base_items=None), annotators=annotators())
    assert [step.annotations for step in made.steps] == [(), ()]
    alone = plan(criterion, annotators=annotators())
    assert [finding.code for finding in alone.steps[0].annotations] == ["part-would-be-dropped"]


def test_without_a_complete_list_no_reference_is_doubted() -> None:
    """What is not in an incomplete list may exist all the same."""
    criterion = desired("criterion", "c", line_item_filters=[{"selector": "id-of-s"}])
    made = plan(criterion, annotators=annotators(), snapshot=snapshot(gap="the list shifts"))
    assert made.steps[0].annotations == ()


def test_the_loss_of_the_last_filter_is_called_by_its_name() -> None:
    """When no filter is left that narrows the offer, the hint says that every item is discounted."""
    gone, kept = {"selector": "gone"}, {"selector": "id-of-s", "processing_method": "exclude"}
    selector = desired("selector", "s")
    made = plan(desired("criterion", "c", line_item_filters=[gone, kept]), selector, annotators=annotators())
    hints = [finding.hint for step in made.steps for finding in step.annotations]
    assert hints == ["no filter is left that narrows the offer, so every item is discounted"]
    both = [gone, {"selector": "id-of-s"}]
    made = plan(desired("criterion", "c", line_item_filters=both), selector, annotators=annotators())
    hints = [finding.hint for step in made.steps for finding in step.annotations]
    assert hints == ["the discount is worked out without it"]


def test_an_offer_whose_criterion_is_gone_would_be_refused() -> None:
    """A reference to a criterion that nobody has is an error on its line."""
    offer = desired("redeemable", "lunch", receipt_rule={"criterion": "gone"})
    (step,) = plan(offer, annotators=annotators()).steps
    (finding,) = step.annotations
    assert (finding.code, finding.path) == ("would-be-refused", "/receipt_rule/criterion")
    assert finding.message == "the server would refuse this redeemable: the server has no criterion with this id"


def test_a_criterion_that_only_a_live_offer_shows_is_there() -> None:
    """Criteria made inside an offer may be in no list; an offer that works by one proves it."""
    other = desired("redeemable", "other", receipt_rule={"criterion": "hidden"})
    offer = desired("redeemable", "lunch", receipt_rule={"criterion": "hidden"})
    made = plan(offer, live=[live(other)], annotators=annotators())
    assert [step.annotations for step in made.steps] == [()]


def test_a_segment_that_could_not_be_looked_up_is_told_once() -> None:
    """The name in place of a number is no second finding."""
    offer = desired("redeemable", "lunch", segment="Nobody", distributable=True)
    (step,) = plan(offer, annotators=annotators()).steps
    assert step.held_back == "no segment is called `Nobody`: create it in the dashboard, or mend the name"
    assert step.annotations == ()


def test_a_shared_schedule_is_annotated_in_its_own_file() -> None:
    """What the server would say of a schedule stands where the schedule is written."""
    documents, locate = read()
    offer = next(each for each in documents if each.kind == "redeemable")
    span = {"recurrence": {"occurrences": 9, "days_distance": 90}}
    wrong = replace(offer, fields={**offer.fields, "schedule": span})
    question = Question("marlow-burgers", "sandbox", (wrong,), snapshot(), NOW)
    (step,) = make_plan(question, locate, annotators()).steps
    assert (
        "would-be-refused",
        "summer.yaml:3:13",
        "the server would refuse this redeemable: the recurrence spans 720 days, and at most 395 are taken",
    ) in said(step.annotations)


# ------------------------------------------------------------------------------------------ what the server said


WARNING: Final = {
    "place": "line_item_filters",
    "message": "Required parameters missing or invalid: line_item_selector_id",
    "item": {"line_item_selector_id": "gone", "processing_method": "exclude"},
}


def remembered() -> tuple[list[Live], list[Applied]]:
    """The project as it was applied, with one filter dropped."""
    documents, _ = read()
    criterion = next(each for each in documents if each.kind == "criterion")
    memories = [
        Applied(each.kind, each.key, each.external_id, each.fields, each.fields, None, ())
        for each in documents
        if each is not criterion
    ]
    kept = {**criterion.fields, "line_item_filters": criterion.fields["line_item_filters"][:1]}
    memory = Applied("criterion", criterion.key, criterion.external_id, criterion.fields, kept, None, (WARNING,))
    objects = [live(each) for each in documents if each is not criterion]
    return [*objects, live(criterion, line_item_filters=kept["line_item_filters"])], [*memories, memory]


def test_what_the_server_dropped_is_told_as_long_as_it_is_written() -> None:
    """The warning of the last apply stays on its line, also where there is nothing to do."""
    objects, memories = remembered()
    made = planned(OFFER, objects, memories)
    assert made.steps == ()
    assert [each for each in said(made.findings) if each[0] == "part-was-dropped"] == [
        (
            "part-was-dropped",
            "lunch.yaml:10:17",
            "the server dropped this filter: Required parameters missing or invalid: line_item_selector_id",
        )
    ]


def test_what_the_server_dropped_is_forgotten_with_its_line() -> None:
    """Once the part is mended there is nothing to be told of it."""
    objects, memories = remembered()
    made = planned(OFFER.replace("external_id: gone", "external_id: found"), objects, memories)
    assert not [each for each in said(made.findings) if each[0] == "part-was-dropped"]
    assert not [each for step in made.steps for each in said(step.annotations) if each[0] == "part-was-dropped"]
