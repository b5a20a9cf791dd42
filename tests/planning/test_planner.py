"""Plans: steps, what keeps them back, and what is said of the rest."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from scenes import SEGMENTS, applied, changes, desired, live, locate, only_step, plan, question, snapshot

from offers_sync.errors import InvalidInputError
from offers_sync.findings import Finding, Position, Severity, Source
from offers_sync.models.values import Desired, Listing, Offered, Origin, Snapshot
from offers_sync.planning.plan import Action, Plan, Summary
from offers_sync.planning.planner import Annotation, Situation, make_plan


def _using(document: Desired, *others: Desired) -> Desired:
    return replace(document, depends_on=tuple((other.kind, other.key) for other in others))


def _names(made: Plan) -> list[tuple[str, str]]:
    return [(step.action.value, step.name) for step in made.steps]


def _codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


SANDWICHES = desired("selector", "sandwiches")
LUNCH = _using(desired("criterion", "lunch", name="Lunch", line_item_filters=[{"selector": "x"}]), SANDWICHES)
OFFER = _using(desired("redeemable", "ten-off", receipt_rule={"criterion": LUNCH.external_id}), LUNCH)


# ----------------------------------------------------------------------------------------------------------- steps


def test_what_is_missing_is_created_in_the_order_of_references() -> None:
    """Nothing comes before what it refers to, and each step names the steps that go before it."""
    made = plan(OFFER, SANDWICHES, LUNCH)
    assert _names(made) == [
        ("create", "selector/sandwiches"),
        ("create", "criterion/lunch"),
        ("create", "redeemable/ten-off"),
    ]
    assert [step.depends_on for step in made.steps] == [(), ("selector/sandwiches",), ("criterion/lunch",)]
    assert made.summary == Summary(create=3)


def test_what_is_there_needs_no_step() -> None:
    """An object that lives under our id is managed; nothing is done to take it over."""
    made = plan(OFFER, SANDWICHES, LUNCH, live=[live(OFFER), live(LUNCH), live(SANDWICHES)])
    assert made.is_empty
    assert made.steps == ()
    assert made.summary == Summary(unchanged=3)


def test_a_change_is_at_its_line() -> None:
    """Every change has the place in the YAML that asks for it, and the step that of its document."""
    made = plan(OFFER, live=[live(OFFER, name="Nine off"), live(LUNCH)])
    step = only_step(made)
    assert changes(step) == [("/name", "Nine off", "Ten off")]
    assert str(step.position) == "redeemables/ten-off.yaml:1:1"
    assert str(step.changes[0].position) == "redeemables/ten-off.yaml:2:1"


def test_a_value_from_another_file_is_at_its_own_line() -> None:
    """What a shared schedule or a catalogue says is found where it is written."""
    schedule = Origin("/schedule", Source("schedules/summer.yaml"), "")
    catalogue = Origin("/locales/fr/name", Source("locales/fr.yaml"), "/redeemables/ten-off/name")
    own = Origin("", Source("redeemables/ten-off.yaml"), "")
    document = replace(
        desired(schedule={"end": "2026-08-31T23:59:59"}, locales={"fr": {"name": "Dix"}}),
        origins=(catalogue, schedule, own),
    )
    made = plan(document, live=[live(document, schedule={}, locales={"fr": {"name": "Neuf"}})])
    places = {change.field.path: str(change.position) for change in only_step(made).changes}
    assert places == {"/schedule/end": "schedules/summer.yaml:2:1", "/locales/fr/name": "locales/fr.yaml:4:1"}
    places = {change.field.path: str(change.position) for change in only_step(plan(document)).changes}
    assert places["/locales"] == "locales/fr.yaml:4:1"
    assert places["/name"] == "redeemables/ten-off.yaml:2:1"


def test_an_image_is_uploaded_when_its_address_changes() -> None:
    """The server shows an address of its own, so the one that was last uploaded is what counts."""
    document = replace(desired(), image="https://images.example.com/new.png")
    shown = replace(live(document), image="https://media.example.com/1.png")
    uploaded = replace(applied(document), image="https://images.example.com/old.png")
    step = only_step(plan(document, live=[shown], applied=[uploaded]))
    assert step.action is Action.UPLOAD_IMAGE
    assert changes(step) == [("/image", "https://images.example.com/old.png", "https://images.example.com/new.png")]
    assert plan(document, live=[shown], applied=[applied(document)]).steps == ()
    assert plan(document, live=[shown]).steps == ()
    assert _names(plan(document)) == [("create", "redeemable/ten-off"), ("upload_image", "redeemable/ten-off")]


def test_an_image_waits_for_its_offer() -> None:
    """A picture depends on the offer that it is for, and is kept back with it."""
    document = replace(desired(segment="Nobody"), image="https://images.example.com/new.png")
    create, upload = plan(document).steps
    assert upload.depends_on == (create.name,)
    assert "kept back" in upload.held_back


def test_objects_of_nobody_are_counted() -> None:
    """What lives and no document claims is unmanaged; what left git and lives on is orphaned."""
    theirs, left = live(desired(key="theirs", name="T")), desired(key="left", name="L")
    made = plan(OFFER, live=[live(OFFER), theirs, live(left)], applied=[applied(OFFER), applied(left)])
    assert made.summary == Summary(unchanged=1, unmanaged=2, orphaned=1)
    assert made.orphans == ("redeemable/left",)
    assert _codes(made.findings) == ["orphaned"]


def test_what_is_about_no_document_is_waived_for_the_whole_project() -> None:
    """An exception without a key lets it stand, and it is counted; one for a document does not."""
    left = desired(key="left", name="L")
    sides = {"live": [live(OFFER), live(left)], "applied": [applied(OFFER), applied(left)]}

    made = plan(OFFER, **sides, allow=[{"code": "orphaned"}])
    assert (_codes(made.findings), made.waived_codes, made.summary.waived) == ([], ("orphaned",), 1)
    assert made.orphans == ("redeemable/left",)

    made = plan(OFFER, **sides, allow=[{"code": "orphaned", "key": "ten-off"}])
    assert (_codes(made.findings), made.summary.waived) == (["orphaned"], 0)


def test_what_left_git_and_the_server_is_nothing() -> None:
    """A memory of something that neither git nor the server has is not an orphan."""
    assert plan(OFFER, live=[live(OFFER)], applied=[applied(OFFER), applied(desired(key="left"))]).orphans == ()


def test_a_plan_without_memory_says_what_it_cannot_tell() -> None:
    """Live objects of which nothing is remembered are counted in one finding."""
    made = plan(OFFER, LUNCH, live=[live(OFFER), live(LUNCH)], applied=[applied(OFFER)])
    (finding,) = made.findings
    assert finding.code == "nothing-remembered"
    assert "one live object" in finding.message


def test_objects_without_an_id_are_only_counted() -> None:
    """Blank ids claim nothing and are claimed by nothing."""
    nameless = replace(live(desired(key="x", name="X")), external_id="")
    made = plan(OFFER, live=[live(OFFER), nameless], applied=[applied(OFFER)])
    assert made.summary.unmanaged == 1
    assert made.is_empty


def test_two_objects_under_one_id_are_pointed_out() -> None:
    """A duplicate that somebody made is said, since nobody knows which one an update reaches."""
    twins = Listing("redeemable", (live(OFFER),), "", (live(OFFER, name="Twin"), live(OFFER)))
    made = plan(OFFER, snapshot=Snapshot({"redeemable": twins}), applied=[applied(OFFER)])
    assert [(each.code, each.message) for each in made.findings if each.code != "list-incomplete"] == [
        ("several-under-one-id", f"3 objects live under the id {OFFER.external_id}")
    ]


def test_unmanaged_fields_are_listed_on_request() -> None:
    """A field that only the server has a value for is told when somebody asks."""
    shown = [live(OFFER, note="Ask legal.")]
    assert plan(OFFER, live=shown, applied=[applied(OFFER)]).findings == ()
    made = plan(OFFER, live=shown, applied=[applied(OFFER)], shows_unmanaged=True)
    (finding,) = made.findings
    assert (finding.code, finding.path) == ("unmanaged-field", "/note")
    assert finding.message == "`note` is not managed; the server has `Ask legal.`"


# ----------------------------------------------------------------------------------------------- what is kept back


def test_an_unknown_segment_keeps_its_offer_back() -> None:
    """A name that no segment has, or several have, keeps back that offer and nothing else."""
    lost, twins = desired(key="lost", name="A", segment="Nobody"), desired(key="twins", name="B", segment="Twins")
    made = plan(lost, OFFER, twins)
    reasons = {step.name: step.held_back for step in made.steps}
    assert reasons == {
        "redeemable/lost": "no segment is called `Nobody`: create it in the dashboard, or mend the name",
        "redeemable/ten-off": "",
        "redeemable/twins": "2 segments are called `Twins` (12, 13): rename all but one of them in the dashboard",
    }
    assert made.summary == Summary(create=1, held_back=2)


def test_segments_that_were_not_read_are_not_called_missing() -> None:
    """Where the segments could not be read, the reason is that and not the name."""
    unread = replace(snapshot(), segments=(), unread={"segments": "distribution is off for this business"})
    step = only_step(plan(desired(segment="Loyal Regulars"), snapshot=unread))
    assert (
        step.held_back == "the segment `Loyal Regulars` could not be looked up: distribution is off for this business"
    )


def test_segments_are_sent_by_number_and_shown_by_name() -> None:
    """A reviewer reads names on both sides; the server gets the number."""
    document = desired(segment="Loyal Regulars")
    step = only_step(plan(document, live=[live(document, segment=12)]))
    assert changes(step) == [("/segment", "Twins", "Loyal Regulars")]
    assert step.desired.fields["segment"] == SEGMENTS[0].segment_id
    assert plan(document, live=[live(document, segment="11")]).steps == ()
    assert ("/segment", None, "Loyal Regulars") in changes(only_step(plan(document)))


def test_what_needs_a_creation_is_kept_back_with_it() -> None:
    """An object that is not made keeps back what refers to it, and what refers to that."""
    selector = live(desired("selector", "theirs"))
    made = plan(OFFER, LUNCH, SANDWICHES, live=[selector])
    reasons = [step.held_back for step in made.steps]
    assert "--allow-lookalike selector/sandwiches" in reasons[0]
    assert reasons[1:] == [
        "selector/sandwiches is not on the server yet and is kept back",
        "criterion/lunch is not on the server yet and is kept back",
    ]
    assert made.is_empty


def test_an_update_that_is_kept_back_keeps_nothing_else_back() -> None:
    """What refers to an object that lives can go ahead, whatever is still to be changed in it."""
    made = plan(OFFER, LUNCH, live=[live(LUNCH, name="Old")], only=("redeemable/ten-off",))
    assert {step.name: step.held_back for step in made.steps} == {
        "criterion/lunch": "left out by --only",
        "redeemable/ten-off": "",
    }


def test_a_list_that_may_be_incomplete_creates_nothing() -> None:
    """What is not in such a list may exist all the same; what is in it can be updated."""
    doubtful = snapshot([live(LUNCH, name="Old")], gap="the list's total changed")
    made = plan(OFFER, LUNCH, snapshot=doubtful)
    assert [(step.name, step.action, bool(step.held_back)) for step in made.steps] == [
        ("criterion/lunch", Action.UPDATE, False),
        ("redeemable/ten-off", Action.CREATE, True),
    ]
    assert not made.is_complete
    assert made.gaps == ("selector, criterion, redeemable: the list's total changed",)
    assert "list-incomplete" in _codes(made.findings)


def test_a_list_that_was_not_read_proves_nothing() -> None:
    """A kind without a list is not taken for one without objects."""
    step = only_step(plan(OFFER, snapshot=Snapshot({})))
    assert "it was not read" in step.held_back


# ------------------------------------------------------------------------------------------------------------ only


def test_only_narrows_the_plan_and_says_what_it_leaves_out() -> None:
    """Everything else is kept back by name, and a reference that is still missing names what to add."""
    made = plan(OFFER, LUNCH, SANDWICHES, only=("criterion/lunch",), live=[live(SANDWICHES, name="Old")])
    assert [(step.name, step.held_back) for step in made.steps] == [
        ("selector/sandwiches", "left out by --only"),
        ("criterion/lunch", ""),
        ("redeemable/ten-off", "left out by --only"),
    ]
    missing = plan(OFFER, LUNCH, SANDWICHES, only=("redeemable/ten-off", "criterion/lunch"))
    assert [step.held_back for step in missing.steps][1:] == [
        "selector/sandwiches is not on the server yet and is kept back: add `--only selector/sandwiches`",
        "criterion/lunch is not on the server yet and is kept back: add `--only selector/sandwiches`",
    ]


def test_a_narrow_plan_names_all_that_it_lacks() -> None:
    """Whoever takes the way through that is named has no other reason to hear next."""
    kept = plan(OFFER, LUNCH, SANDWICHES, only=("redeemable/ten-off",)).steps[-1]
    assert kept.held_back == (
        "criterion/lunch is not on the server yet and is kept back: "
        "add `--only selector/sandwiches --only criterion/lunch`"
    )
    whole = plan(OFFER, LUNCH, SANDWICHES, only=("redeemable/ten-off", "selector/sandwiches", "criterion/lunch"))
    assert [step.held_back for step in whole.steps] == ["", "", ""]


def test_a_campaign_names_all_that_its_offer_needs() -> None:
    """Everything that has to be made before a gift is named at once, what is written inside an offer by the offer."""
    sides = desired("selector", "sides")
    inside = _using(replace(desired("criterion", "ten-off/receipt_rule"), inline_in="ten-off"), SANDWICHES, sides)
    campaign = _using(desired("campaign", "kick-off"), _using(desired(), inside))
    made = plan(_using(desired(), inside), inside, SANDWICHES, sides, campaign, only=("campaign/kick-off",))
    assert made.steps[-1].held_back == (
        "4 documents that it needs are not on the server yet and are kept back: "
        "add `--only selector/sandwiches --only selector/sides --only redeemable/ten-off`"
    )


@pytest.mark.parametrize("wanted", ["schedule/always", "always"])
def test_a_schedule_has_no_object_to_be_named(wanted: str) -> None:
    """Whoever narrows a plan to what is part of offers is told the offers; their number is said, not all names."""
    always = Source("schedules/always.yaml")
    offers = [
        replace(each, origins=(Origin("/schedule", always, ""), *each.origins))
        for each in (desired(key=f"offer-{number}", name=f"Offer {number}") for number in range(7))
    ]
    with pytest.raises(InvalidInputError) as caught:
        plan(*offers, desired(), only=(wanted,), shared={"schedule/always": always, "locale/fr": Source("fr.yaml")})
    assert caught.value.message == (
        "--only schedule/always: a schedule has no object of its own on the server, it goes with the offers that use it"
    )
    named = " ".join(f"--only redeemable/offer-{number}" for number in range(5))
    assert caught.value.hint == f"name what uses it: `{named}`, and 2 more"
    with pytest.raises(InvalidInputError) as caught:
        plan(desired(), only=("locale/fr",), shared={"locale/fr": Source("fr.yaml")})
    assert caught.value.hint == "no document of this environment uses it"


def test_a_narrow_plan_says_nothing_of_what_it_leaves_out() -> None:
    """Findings of other documents are not told, wherever they come from, but for what keeps one of them back."""
    other, lost = desired(key="other", name="Other"), desired(key="lost", name="Lost", segment="Nobody")
    names = ("ten-off", "other", "lost")
    found = [
        Finding("missing-translation", Severity.NOTICE, name, position=Position(file, 1, 1, 1, 2))
        for name, file in [*((name, f"redeemables/{name}.yaml") for name in names), ("the project", "offers.yaml")]
    ]
    says = _saying(*((name, "rounds-dollars", Severity.NOTICE) for name in names))
    asked: dict[str, Any] = {"findings": tuple(found), "annotators": [says], "live": [live(other)]}

    made = plan(desired(), other, lost, only=("ten-off",), **asked)

    assert [each.message for each in made.findings] == ["the project", "ten-off"]
    assert {step.desired.key: [each.message for each in step.annotations] for step in made.steps} == {
        "ten-off": ["about ten-off"],
        "lost": ["about lost"],
    }
    whole = plan(desired(), other, lost, **asked)
    assert {each.message for each in whole.findings} >= {"other", "lost", "about other"}


def test_a_criterion_inside_an_offer_goes_with_it() -> None:
    """The two are written in one document, so its name means both."""
    inside = replace(desired("criterion", "ten-off/receipt_rule"), inline_in="ten-off")
    made = plan(_using(desired(), inside), inside, LUNCH, only=("redeemable/ten-off",))
    assert [step.name for step in made.ready] == ["criterion/ten-off/receipt_rule", "redeemable/ten-off"]


def test_only_something_that_is_there() -> None:
    """A name that no document has is an error that shows what names look like."""
    with pytest.raises(InvalidInputError, match="--only redeemable/nine-off") as caught:
        plan(OFFER, only=("redeemable/nine-off",))
    assert caught.value.hint == "did you mean `redeemable/ten-off`?"


# ------------------------------------------------------------------------------------------- accounts without lists


def _degraded(*offered: str) -> Snapshot:
    off = "ingestion is off"
    listings = {kind: Listing(kind, (), off) for kind in ("selector", "criterion", "redeemable")}
    return Snapshot(
        listings,  # type: ignore[arg-type]  the kinds are spelled out
        offered=tuple(Offered(number, uuid, "Ten off") for number, uuid in enumerate(offered)),
        is_degraded=True,
    )


def test_without_the_full_lists_nothing_can_be_written() -> None:
    """A degraded account shows what is pending since the last apply, and keeps all of it back."""
    moved = replace(LUNCH, fields={**LUNCH.fields, "name": "Late lunch"})
    made = plan(OFFER, moved, snapshot=_degraded(OFFER.external_id), applied=[applied(LUNCH), applied(OFFER)])
    step = only_step(made)
    assert changes(step) == [("/name", "Lunch", "Late lunch")]
    assert step.held_back == "ingestion is off"
    assert made.gaps == ("selector, criterion, redeemable: ingestion is off",)
    (hint,) = [finding.hint for finding in made.findings if finding.code == "list-incomplete"]
    assert hint.startswith("ask PAR Punchh support to enable it"), "planning again would not help"


@pytest.mark.parametrize("uuid", [OFFER.external_id, "some-other-id"])
def test_an_offer_that_the_distribution_side_shows_is_not_missing(uuid: str) -> None:
    """By its id, or by a name that is one in both lists, an offer is known to live, and nothing is compared."""
    made = plan(OFFER, snapshot=_degraded(uuid))
    assert made.steps == ()
    assert "cannot-be-verified" in _codes(made.findings)
    assert _names(plan(OFFER, snapshot=_degraded(uuid, "another-of-that-name"))) == (
        [] if uuid == OFFER.external_id else [("create", "redeemable/ten-off")]
    )


@pytest.mark.parametrize("offered", [(), (OFFER.external_id,)], ids=["both features off", "the full lists off"])
def test_what_nobody_read_is_not_called_unchanged(offered: tuple[str, ...]) -> None:
    """Where no list shows what lives, a document without a step is unverified, and each of them says why."""
    made = plan(OFFER, LUNCH, snapshot=_degraded(*offered), applied=[applied(LUNCH), applied(OFFER)])
    assert made.summary == Summary(unverified=2)
    said = [finding for finding in made.findings if finding.code == "cannot-be-verified"]
    assert [finding.message for finding in said] == [
        "criterion/lunch cannot be read, so it is compared with what was last seen of it",
        "redeemable/ten-off cannot be read, so it is compared with what was last seen of it",
    ]
    assert plan(OFFER, snapshot=_degraded(OFFER.external_id)).summary == Summary(unverified=1)


def test_whether_a_withdrawn_offer_ever_lived_may_not_be_known() -> None:
    """Only a list that is complete shows that it never did."""
    gone = replace(desired(), is_retired=True)
    for shown in (_degraded(), snapshot(gap="it changed")):
        made = plan(gone, snapshot=shown)
        assert made.summary == Summary(unverified=1)
        assert "retired-never-live" not in _codes(made.findings)
        assert "cannot-be-verified" in _codes(made.findings)
    assert plan(gone).summary == Summary(unchanged=1)


def test_a_row_with_a_known_id_is_not_joined_by_its_name() -> None:
    """A new key for an offer of the same name is a new offer, and the one that lives is the one that left git."""
    renamed = replace(OFFER, key="ten-off-again", external_id="id-of-ten-off-again", depends_on=())
    made = plan(renamed, snapshot=_degraded(OFFER.external_id), applied=[applied(OFFER)])
    assert _names(made) == [("create", "redeemable/ten-off-again")]
    assert made.orphans == ("redeemable/ten-off",)
    assert "cannot-be-verified" not in _codes(made.findings)


# ------------------------------------------------------------------------------------------------------ annotations


def _saying(*said: tuple[str, str, Severity]) -> Any:
    def annotator(situation: Situation) -> list[Annotation]:
        assert situation.scene.question.project == "marlow-burgers"
        return [
            Annotation("redeemable", key, Finding(code, severity, f"about {key}", path="/name"))
            for key, code, severity in said
        ]

    return annotator


def test_annotations_hang_on_the_step_that_they_are_about() -> None:
    """What is said of a document with a step is on the step, at its line; the rest is among the plan's findings."""
    other = desired(key="other", name="Other")
    says = _saying(("ten-off", "rounds-dollars", Severity.NOTICE), ("other", "no-filter", Severity.WARNING))
    made = plan(OFFER, other, live=[live(LUNCH), live(other)], applied=[applied(other)], annotators=[says])
    step = only_step(made)
    assert [(each.code, str(each.position)) for each in step.annotations] == [
        ("rounds-dollars", "redeemables/ten-off.yaml:2:1")
    ]
    assert step.annotations[0].source_line == "/name of redeemables/ten-off.yaml"
    assert _codes(made.findings) == ["no-filter"]


@pytest.mark.parametrize(
    ("key", "is_waived"), [(None, True), ("ten-off", True), ("redeemable/ten-off", True), ("x", False)]
)
def test_a_reviewed_exception_waives_a_finding(key: str | None, is_waived: bool) -> None:  # noqa: FBT001
    """A waived finding is counted and not shown; one for another document is shown."""
    allow = {"code": "rounds-dollars", **({"key": key} if key else {})}
    says = _saying(("ten-off", "rounds-dollars", Severity.NOTICE))
    made = plan(desired(), allow=[allow], annotators=[says])
    assert made.summary.waived == int(is_waived)
    assert made.waived_codes == (("rounds-dollars",) if is_waived else ())
    assert _codes(only_step(made).annotations) == ([] if is_waived else ["rounds-dollars"])


def test_an_error_is_never_waived() -> None:
    """What the server would refuse is said, whoever let it pass."""
    says = _saying(("ten-off", "rounds-dollars", Severity.ERROR))
    made = plan(desired(), allow=[{"code": "rounds-dollars"}], annotators=[says])
    assert _codes(only_step(made).annotations) == ["rounds-dollars"]


def test_remarks_are_told_where_something_is_done_and_counted_elsewhere() -> None:
    """What cannot be verified is said of a document that changes, and of the others in one line."""
    one, two, three = (
        desired("criterion", key, name=key, qualifying_expressions_operator="Any") for key in ("one", "two", "three")
    )
    shown = [
        replace(live(each), fields={**each.fields, "qualifying_expressions_operator": None})
        for each in (one, two, three)
    ]
    shown[0] = replace(shown[0], fields={**shown[0].fields, "name": "Uno"})
    made = plan(one, two, three, live=shown, applied=[applied(each) for each in (one, two, three)])
    assert _codes(only_step(made).annotations) == ["cannot-be-verified"]
    assert [each.message for each in made.findings] == [
        "`qualifying_expressions_operator` in 2 unchanged documents cannot be verified"
    ]


def test_what_the_server_keeps_otherwise_is_said_of_every_document() -> None:
    """A value that the server changed is no step, and not silence either."""
    shown = live(OFFER, name="TEN OFF")
    made = plan(OFFER, live=[shown], applied=[applied(OFFER, shown)])
    assert made.steps == ()
    (finding,) = made.findings
    assert (finding.code, finding.path) == ("kept-by-server", "/name")
    assert finding.message == "`name` is written `Ten off`; since it was applied the server shows `TEN OFF`"
    assert str(finding.position) == "redeemables/ten-off.yaml:2:1"


# ---------------------------------------------------------------------------------------------------------- digest


def test_the_digest_is_of_what_would_be_done_where() -> None:
    """Positions, causes, annotations and the clock are no part of it; the environment and each value are."""
    made = plan(OFFER, LUNCH)
    says = _saying(("ten-off", "rounds-dollars", Severity.NOTICE))
    assert plan(OFFER, LUNCH, annotators=[says], base=[OFFER, LUNCH]).digest == made.digest
    asked = question(OFFER, LUNCH)
    assert make_plan(asked, lambda *_: None).digest == made.digest
    assert make_plan(replace(asked, environment="production"), locate).digest != made.digest
    other = replace(OFFER, fields={**OFFER.fields, "name": "Nine off"})
    assert plan(other, LUNCH).digest != made.digest
    assert plan(OFFER, LUNCH, only=("criterion/lunch",)).digest != made.digest


def test_one_question_has_one_plan_whatever_the_order() -> None:
    """The order of files, of lists and of what the server shows makes no difference."""
    rolls = random.Random(7)  # noqa: S311  a test's shuffling
    documents = [
        desired("criterion", f"criterion-{number}", line_item_filters=[{"selector": each} for each in "abc"])
        for number in range(5)
    ] + [desired(key=f"offer-{number}", name=f"Offer {number}") for number in range(5)]
    shown = [live(each, name="Old") for each in documents[::2]]
    first = plan(*documents, live=shown, applied=[applied(documents[0])])
    for _ in range(5):
        rolls.shuffle(documents)
        rolls.shuffle(shown)
        mixed = [
            replace(each, fields={**each.fields, "line_item_filters": [{"selector": other} for other in "cab"]})
            if each.kind == "criterion"
            else each
            for each in documents
        ]
        again = plan(
            *mixed, live=shown, applied=[applied(next(each for each in documents if each.key == "criterion-0"))]
        )
        assert again.digest == first.digest
        assert again.summary == first.summary
        assert (
            plan(
                *documents, live=shown, applied=[applied(next(each for each in documents if each.key == "criterion-0"))]
            )
            == first
        )


def test_long_values_that_the_server_keeps_otherwise_are_quoted_from_where_they_differ() -> None:
    """Two quotes that end before the difference would say that nothing differs."""
    offer = replace(
        OFFER, fields={**OFFER.fields, "description": f"{'On us. ' * 20}Until nine, on any day of the week."}
    )
    shown = live(offer, description=f"{'On us. ' * 20}Until ten, on any day of the week.")
    made = plan(offer, live=[shown], applied=[applied(offer, shown)])
    (finding,) = made.findings
    assert finding.message == (
        "`description` is written `…On us. On us. Until nine, on any day of the week.`; "
        "since it was applied the server shows `…On us. On us. Until ten, on any day of the week.`"
    )
