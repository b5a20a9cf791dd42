"""How much one plan may do without being told so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scenes import applied, desired, live, plan, snapshot

from offers_sync.errors import InvalidInputError
from offers_sync.loading.files import RawFile
from offers_sync.loading.loading import load_files
from offers_sync.models.values import Desired
from offers_sync.planning.plan import GuardReport, Plan
from offers_sync.planning.planner import Allowed

ALLOW_LINE = "allow: [{guard: live_edits, limit: 1, reason: ...}]"


def _offers(count: int) -> list[Desired]:
    return [desired(key=f"offer-{number:02}", name=f"Offer {number}") for number in range(count)]


def _guard(made: Plan, name: str) -> GuardReport:
    (report,) = (guard for guard in made.guards if guard.guard == name)
    return report


@pytest.mark.parametrize(
    ("count", "asked", "limit", "refused"),
    [
        (50, {}, "50", False),
        (51, {}, "50", True),
        (3, {"guards": {"creates": 2}}, "2", True),
        (3, {"guards": {"creates": 0}}, "0", True),
        (3, {"guards": {"creates": 2}, "allowed": Allowed(creates=3)}, "3", False),
        (3, {"allowed": Allowed(creates=2)}, "2", True),
        (3, {"guards": {"creates": 2}, "allow": [{"guard": "creates", "limit": 3}]}, "3 (It is meant.)", False),
        (3, {"guards": {"creates": 2}, "allow": [{"guard": "creates", "key": "offer-01"}]}, "2", False),
        (3, {"guards": {"creates": 2}, "allow": [{"guard": "creates", "key": "redeemable/other"}]}, "2", True),
        (3, {"guards": {"creates": 2}, "allow": [{"guard": "updates", "limit": 9}]}, "2", True),
    ],
)
def test_creations_are_guarded(count: int, asked: dict[str, Any], limit: str, refused: bool) -> None:  # noqa: FBT001
    """So many objects are made without being told so; a flag or a reviewed line lets more through."""
    made = plan(*_offers(count), **asked)
    report = _guard(made, "creates")
    assert (report.limit, report.refused) == (limit, refused)
    assert report.allow_with == (f"--allow-creates {count}" if refused else "")
    assert (report in made.refusals) == refused


def test_all_kinds_count_as_creations() -> None:
    """A selector that is made cannot be unmade either; what is kept back does not count."""
    lost = desired(key="lost", name="Lost", segment="Nobody")
    made = plan(desired("selector"), desired("criterion"), desired(), lost)
    assert _guard(made, "creates").actual == 3


@pytest.mark.parametrize(
    ("lives", "changed", "asked", "limit", "refused"),
    [
        (9, 9, {}, "no limit", False),
        (10, 3, {}, "3 (30% of 10)", False),
        (10, 4, {}, "3 (30% of 10)", True),
        (12, 4, {}, "3 (30% of 12)", True),
        (12, 4, {"guards": {"updates": "50%"}}, "6 (50% of 12)", False),
        (2, 2, {"guards": {"updates": 1}}, "1", True),
        (10, 4, {"allowed": Allowed(updates=4)}, "4", False),
        (10, 4, {"allow": [{"guard": "updates", "limit": 4}]}, "4 (It is meant.)", False),
    ],
)
def test_updates_are_guarded(
    lives: int,
    changed: int,
    asked: dict[str, Any],
    limit: str,
    refused: bool,  # noqa: FBT001
) -> None:
    """A share counts from ten live objects on, a count always; retirements are updates too."""
    documents = _offers(lives)
    shown = [live(each, **({"note": "old"} if number < changed else {})) for number, each in enumerate(documents)]
    written = [replace(each, fields={**each.fields, "note": None}) for each in documents]
    report = _guard(plan(*written, live=shown, **asked), "updates")
    assert (report.limit, report.actual, report.refused) == (limit, changed, refused)
    assert report.allow_with == (f"--allow-updates {changed}" if refused else "")


def test_edits_of_what_guests_have_now_are_pointed_out() -> None:
    """Without a limit such an edit is said and let through; with one it is refused, and a line lets it through."""
    document = desired()
    shown = [live(document, name="Old")]
    made = plan(document, live=shown, applied=[applied(document)])
    assert [each.code for each in made.steps[0].annotations] == ["live-edit"]
    assert _guard(made, "live_edits") == GuardReport("live_edits", "no limit", 1, refused=False, allow_with="")
    guarded = _guard(plan(document, live=shown, guards={"live_edits": 0}), "live_edits")
    assert (guarded.limit, guarded.refused, guarded.allow_with) == ("0", True, ALLOW_LINE)
    allow = [{"guard": "live_edits", "limit": 1}]
    assert not _guard(plan(document, live=shown, guards={"live_edits": 0}, allow=allow), "live_edits").refused


def test_the_line_that_a_refusal_advises_works_as_it_is() -> None:
    """Put into offers.yaml letter by letter it is valid, and lets the plan through."""
    document = desired()
    shown = [live(document, name="Old")]
    refused = _guard(plan(document, live=shown, guards={"live_edits": 0}), "live_edits")
    line = refused.allow_with.removesuffix(" in offers.yaml")
    written = f"project: a\nenvironments: {{sandbox: {{server: embedded}}}}\nguards: {{live_edits: 0}}\n{line}\n"

    loaded = load_files(Path("/nowhere"), [RawFile("offers.yaml", written.encode())])

    assert loaded.findings == ()
    assert loaded.project is not None
    (allowance,) = loaded.project.allow or ()
    allow = [allowance.model_dump(exclude_none=True)]
    assert not _guard(plan(document, live=shown, guards={"live_edits": 0}, allow=allow), "live_edits").refused


@pytest.mark.parametrize(
    ("schedule", "is_on"),
    [
        ({}, True),
        ({"start": "2026-07-01T06:59:00", "timezone": "America/Chicago"}, True),
        ({"start": "2026-07-01T07:01:00", "timezone": "America/Chicago"}, False),
        ({"start": "2026-07-01T11:59:00Z"}, True),
        ({"end": "2026-07-01T06:59:00Z", "timezone": "America/Chicago"}, False),
        ({"end": "2026-07-01T07:01:00Z", "timezone": "America/Chicago"}, True),
        ({"end": "2026-06-01T00:00:00", "indefinitely": True}, True),
    ],
)
def test_an_offer_is_on_by_the_clock_of_its_zone(schedule: dict[str, Any], is_on: bool) -> None:  # noqa: FBT001
    """What guests have now is what has begun and is not over where the offer is."""
    document = desired()
    made = plan(document, live=[live(document, name="Old", schedule=schedule)])
    assert _guard(made, "live_edits").actual == int(is_on)


def test_an_edit_of_what_an_offer_works_by_is_an_edit_of_the_offer() -> None:
    """A criterion or selector that offers of today use is named with those offers."""
    selector, criterion = desired("selector", "burgers"), desired("criterion", "lunch")
    criterion = replace(criterion, fields={**criterion.fields, "line_item_filters": [{"selector": "id-of-burgers"}]})
    offers = [
        desired(key=f"offer-{each}", name=f"Offer {each}", receipt_rule={"criterion": "id-of-lunch"}) for each in "abcd"
    ]
    shown = [live(selector, name="Old"), live(criterion), *(live(each) for each in offers)]
    made = plan(selector, criterion, *offers, live=shown, guards={"live_edits": 0})
    (step,) = made.steps
    assert [each.message for each in step.annotations] == [
        "this changes what guests get from `Offer a`, `Offer b`, `Offer c` and 1 more, now"
    ]
    assert _guard(made, "live_edits").refused


@pytest.mark.parametrize("name", ["Ten off", "  ten   OFF "])
def test_a_lookalike_is_not_made_again(name: str) -> None:
    """Something of that name that no document claims keeps the creation back, and says how to adopt it."""
    document = desired()
    other = replace(live(document, name=name), external_id="made-in-the-dashboard")
    made = plan(document, live=[other])
    (step,) = made.steps
    assert step.held_back == (
        f"a redeemable called `{name}` lives already, and no document claims it: to take it over write "
        "`external_id: made-in-the-dashboard`; to make another one pass `--allow-lookalike redeemable/ten-off`"
    )
    assert _guard(made, "lookalike") == GuardReport(
        "lookalike", "0", 1, refused=True, allow_with="--allow-lookalike redeemable/ten-off", keeps_back=True
    )
    assert made.refusals == ()


@pytest.mark.parametrize(
    "asked",
    [
        {"allowed": Allowed(lookalikes=frozenset({"ten-off"}))},
        {"allowed": Allowed(lookalikes=frozenset({"redeemable/ten-off"}))},
        {"allow": [{"guard": "lookalike", "key": "ten-off"}]},
    ],
)
def test_a_lookalike_is_made_when_somebody_says_so(asked: dict[str, Any]) -> None:
    """The flag or a reviewed line lets exactly that document through."""
    other = replace(live(desired()), external_id="made-in-the-dashboard")
    assert not plan(desired(), live=[other], **asked).is_empty


def test_all_that_could_be_meant_is_named() -> None:
    """Where several of the name live, each that can be taken over is named, and how many there are."""
    ids = ["made-by-marlow", "123", "id-of-old-key", ""]
    others = [replace(live(desired(), name="Ten Off"), external_id=each) for each in ids]
    (step,) = plan(desired(), live=others, applied=[applied(desired(key="old-key"))]).steps
    assert step.held_back == (
        "4 of kind redeemable called `Ten Off` live already, and no document claims them: to take one of them over "
        'write `external_id: made-by-marlow` or `external_id: "123"` or `formerly: old-key`, or another of the 4; '
        "to make another one pass `--allow-lookalike redeemable/ten-off`"
    )
    nameless = [replace(other, external_id="") for other in others[:2]]
    (step,) = plan(desired(), live=nameless).steps
    assert "claims them: they have no external_id, so none can be taken over; to make another" in step.held_back


def test_an_exception_is_added_to_those_that_are_there() -> None:
    """A second list of exceptions would not be read, so the advice is an entry for the one there is."""
    document = desired()
    allow = [{"code": "no-filter"}]
    made = plan(document, live=[live(document, name="Old")], guards={"live_edits": 0}, allow=allow)
    assert _guard(made, "live_edits").allow_with == "{guard: live_edits, limit: 1, reason: ...}"


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("redeemable/ten-of", "did you mean `redeemable/ten-off`?"),
        ("zzz", "write KIND/KEY, for example redeemable/ten-off"),
    ],
)
def test_a_lookalike_that_is_no_document_is_an_error(wanted: str, hint: str) -> None:
    """A flag with a name that nothing has would let nothing through, in silence."""
    with pytest.raises(InvalidInputError, match=f"--allow-lookalike {wanted}: there is no such document") as caught:
        plan(desired(), allowed=Allowed(lookalikes=frozenset({wanted})))
    assert caught.value.hint == hint


def test_a_renamed_document_is_shown_its_old_key() -> None:
    """A new key whose old object is remembered gets the line that keeps the object."""
    old, new = desired(key="old-key"), desired(key="new-key")
    (step,) = plan(new, live=[live(old)], applied=[applied(old)]).steps
    assert "it was redeemable/old-key, so to take it over write `formerly: old-key`" in step.held_back


def test_a_name_that_another_document_has_is_no_lookalike() -> None:
    """Names need not be unique: only what nobody claims is suspected, and only among its own kind."""
    one, two = desired(key="one"), desired(key="two")
    assert [step.name for step in plan(one, two, live=[live(one)]).ready] == ["redeemable/two"]
    criterion = replace(live(desired("criterion", "x", name="Ten off")), external_id="theirs")
    assert not plan(one, live=[criterion]).is_empty


def test_an_incomplete_list_has_no_way_through() -> None:
    """No flag makes up for not knowing what lives."""
    made = plan(desired(), snapshot=snapshot(gap="it changed"), allowed=Allowed(creates=9))
    assert _guard(made, "incomplete") == GuardReport("incomplete", "0", 1, refused=True, allow_with="", keeps_back=True)
