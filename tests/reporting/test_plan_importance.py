"""What a reader of a plan sees first, what stands behind no click, and what no report passes over."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

import click
import pytest
import scenes
from scenes import desired, live

from offers_sync import codes
from offers_sync.findings import Finding
from offers_sync.models.values import Offered
from offers_sync.planning.annotating import Annotation, Situation
from offers_sync.planning.comparing import FieldChange, Verdict
from offers_sync.planning.plan import Action, Change, Plan
from offers_sync.reporting.formats import Page, render
from offers_sync.reporting.paper import LIMIT_BYTES

PAGE: Final = Page(prefix="offers/")
GENEROUS: Final = {"creates": 10**6, "updates": 10**6}
FOLD: Final = re.compile("<details>.*?</details>", re.DOTALL)


def text(made: Plan, width: int = 100) -> str:
    """A plan as a terminal shows it, without its colours."""
    return click.unstyle(render("text", made, Page(width)))


def markdown(made: Plan) -> str:
    """A plan as a comment."""
    return render("markdown", made, PAGE)


def open_part(made: Plan) -> str:
    """What of a comment is seen without a click."""
    return FOLD.sub("", markdown(made))


def notices(made: Plan) -> list[str]:
    """The notices as workflow commands, of which GitHub shows the first ten."""
    return [line for line in render("github", made, PAGE).splitlines() if line.startswith("::notice")]


def edits(count: int, **others: Any) -> Plan:
    """So many live offers whose descriptions change, each otherwise, a retirement, and a campaign."""
    changed = [desired(key=f"offer-{place:04}", description=f"New {place}.") for place in range(count)]
    old = desired(key="old", name="Old")
    gift = desired("campaign", "kick-off", redeemable="id-of-offer-0000")
    objects = [*(live(each, description="Was so.") for each in changed), live(old)]
    shown = replace(scenes.snapshot(objects), offered=(Offered(7, "id-of-offer-0000", "Ten off"),))
    documents = [*changed, replace(old, is_retired=True), replace(gift, depends_on=(("redeemable", "offer-0000"),))]
    return scenes.plan(*documents, snapshot=shown, guards=GENEROUS, **others)


def test_what_cannot_be_undone_is_seen_first() -> None:
    """Among a thousand edits a campaign and a retirement stand first, without a click."""
    made = edits(1_000)
    titles = re.findall(r"^\*\*(\w+ \w+)\*\*", open_part(made), re.MULTILINE)
    assert titles == ["distribute campaign", "retire redeemable", *["update redeemable"] * 8]
    sections = re.findall(r"^[-+~^>] (\w+) ", text(made), re.MULTILINE)
    assert sections == ["distribute", "retire", "update"]


def test_the_first_ten_notices_say_ten_things() -> None:
    """What a thousand lines have in common is one notice, and what cannot be undone comes before it."""
    told = notices(edits(1_000, base=[]))
    assert len(told) == 14
    titles = [re.sub(r".*title=([a-z-]+).*", r"\1", each) for each in told[:4]]
    assert titles == ["campaign-gifts", "offers-plan", "live-edit", "nothing-remembered"]
    assert "::distribute campaign `kick-off`" in told[1]
    assert "file=offers/redeemables/old.yaml" in told[2]
    assert "will lose it within about fifteen minutes" in told[2]
    (gathered,) = [each for each in told if "will see the change" in each]
    assert "line=1,col=1,title=live-edit" in gathered
    assert gathered.endswith(
        "(the same of 999 more, such as `offers/redeemables/offer-0001.yaml:1`, "
        "`offers/redeemables/offer-0002.yaml:1`, `offers/redeemables/offer-0003.yaml:1`)"
    )
    assert told.index(gathered) < 10
    retirement = next(place for place, each in enumerate(told) if "::retire redeemable `old`" in each)
    assert retirement < min(place for place, each in enumerate(told) if "::update redeemable" in each)


def test_where_all_are_shown_each_is_at_its_line() -> None:
    """Up to ten alike are ten notices."""
    told = notices(edits(4))
    assert sum("will see the change" in each for each in told) == 4


def test_a_few_codes_do_not_take_all_the_room() -> None:
    """Of many findings of one code the others are shown as well."""

    def many(situation: Situation) -> list[Annotation]:
        remark = Finding.of(codes.ROUNDS_DOLLARS, "rounded")
        others = [Finding.of(codes.HOUR_COUNTS_WHOLE, f"until {place}") for place in range(30)]
        key = situation.steps[0].desired.key
        return [Annotation("redeemable", key, each) for each in (*others, remark)]

    told = notices(scenes.plan(desired(), annotators=[many]))
    assert ["rounds-dollars" in each for each in told[:2]] == [False, True]


def refusing(situation: Situation) -> list[Annotation]:
    """The server would refuse one of the steps, and drop a part of another."""
    last, before = situation.steps[-1].desired, situation.steps[-2].desired
    return [
        Annotation(last.kind, last.key, Finding.of(codes.WOULD_BE_REFUSED, "the server would refuse it")),
        Annotation(before.kind, before.key, Finding.of(codes.PART_WOULD_BE_DROPPED, "it would drop a part")),
    ]


def test_errors_are_counted_and_stand_first() -> None:
    """Of a thousand changes the one that would be refused is the first, whatever else is to happen."""
    changed = [desired(key=f"offer-{place:04}", name=f"Offer {place}") for place in range(500)]
    new = [desired("selector", key=f"new-{place:04}") for place in range(500)]
    objects = [live(each, name=f"Was {place}") for place, each in enumerate(changed)]
    made = scenes.plan(*new, *changed, live=objects, guards=GENEROUS, annotators=[refusing])
    summary = "marlow-burgers on sandbox: 1 error, 1 warning; 500 to create, 500 to update, 0 unchanged."
    lines = text(made).splitlines()
    assert lines[0] == summary
    assert lines[2] == "~ update 500 redeemables"
    assert lines[5].startswith("  offer-0499")
    assert "error would-be-refused" in lines[6]
    assert summary in markdown(made).replace("`", "")
    assert re.findall(r"^\*\*update redeemable\*\* `(.*?)`", open_part(made), re.MULTILINE)[0] == "offer-0499"


def test_a_plan_without_doubts_says_none() -> None:
    """Notices are not counted in the summary."""
    assert text(edits(1)).startswith("marlow-burgers on sandbox: 1 to update, 1 to retire, 1 to distribute, 0 unch")


# --------------------------------------------------------------------------------------- what is never out of sight


def test_what_a_guard_keeps_back_is_seen_at_once() -> None:
    """The reason, and the way through, stand behind no click, in every readable report."""
    made = scenes.plan(desired(key="new"), live=[live(desired(key="other", name="ten off"))])
    way = "the guard `lookalike` keeps back 1 document; to let it through: `--allow-lookalike redeemable/new`"
    seen = open_part(made)
    assert f"> [!CAUTION]\n> {way}" in seen
    assert "- `redeemable/new`: a redeemable called `ten off` lives already" in seen
    before, _, flag = way.partition(" `--")
    assert text(made).splitlines()[1:3] == [f"error {before}", f"  `--{flag}"]


def test_what_an_incomplete_list_keeps_back_is_seen_at_once() -> None:
    """There is no way through but another plan."""
    made = scenes.plan(desired(), snapshot=scenes.snapshot(gap="a page was missing"))
    seen = open_part(made)
    assert "the guard `incomplete` keeps back 1 document; to let it through, plan again with complete lists" in seen
    assert "`list-incomplete`" in seen
    assert "- `redeemable/ten-off`: the list of what lives may be incomplete" in seen


def test_warnings_beside_the_steps_are_seen_at_once() -> None:
    """Above all that a change touches where keys go; notices are behind a click."""
    warning = Finding.of(codes.ENVIRONMENTS_CHANGED, "the environment `production` is changed by this change")
    notice = Finding.of(codes.ORPHANED, "redeemable/x has left git")
    made = replace(scenes.plan(desired()), findings=(notice, warning))
    assert "`environments-changed`: the environment `production` is changed" in open_part(made)
    assert "`orphaned`" not in open_part(made)
    assert "`orphaned`" in markdown(made)


def test_much_that_is_kept_back_is_folded() -> None:
    """Eight reasons are seen at once, and the others on demand; what was left out on purpose is only counted."""
    held = [desired(key=f"held-{place}", segment=f"No {place}") for place in range(10)]
    made = scenes.plan(*held, desired(key="ready"), only=[*(f"redeemable/held-{place}" for place in range(10))])
    assert open_part(made).count("- `redeemable/held-") == 8
    assert "<summary>kept back: 3</summary>" in markdown(made)
    assert "- 1 step left out by `--only`" in markdown(made)
    assert "  1 step left out by --only" in text(made)


def test_what_is_waived_is_counted() -> None:
    """Text and Markdown say how many findings are not shown, and of which codes."""

    def doubtful(_: Situation) -> list[Annotation]:
        found = [codes.ROUNDS_DOLLARS, codes.NO_FILTER, codes.ROUNDS_DOLLARS]
        return [Annotation("redeemable", "ten-off", Finding.of(each, "x")) for each in found]

    allow = [{"code": "rounds-dollars"}, {"code": "no-filter"}]
    made = scenes.plan(desired(), annotators=[doubtful], allow=allow)
    line = "Waived by reviewed exceptions and not shown: 3 findings, `no-filter`, `rounds-dollars` (2)."
    assert line in text(made)
    assert line in markdown(made)
    more = replace(made, summary=replace(made.summary, waived=5))
    longer = line.replace("3 findings", "5 findings").replace("(2)", "(2), and 2 more")
    assert longer in " ".join(text(more).split())
    assert "Waived" not in text(scenes.plan(desired()))


# ----------------------------------------------------------------------------------------------------- without server


def test_an_offline_plan_says_so() -> None:
    """Its reader knows that nobody asked the server, and it claims nothing of what lives."""
    document = desired(description="New.")
    asked = {"live": [live(document, description="Old.")], "base": [document], "is_offline": True}
    made = scenes.plan(document, **asked)
    summary = "marlow-burgers on sandbox (offline: the base stands in for the server): 1 to update, 0 unchanged."
    for told in (text(made), markdown(made)):
        assert summary in told
        assert "if the base is what lives: guests have this offer now" in " ".join(told.split())
    assert "offline" not in text(scenes.plan(document, **{**asked, "is_offline": False}))


def test_an_orphan_of_an_offline_plan_may_not_live() -> None:
    """Nobody knows whether what left git was ever applied."""
    left = desired(key="left")
    made = scenes.plan(desired(), live=[live(desired()), live(left)], base=[left], is_offline=True)
    (finding,) = [each for each in made.findings if each.code == "orphaned"]
    assert finding.message == "redeemable/left has left git; if its object lives, it lives on and is not touched"


# ------------------------------------------------------------------------------------- what a reviewer compares


def change(before: Any, after: Any, path: str = "/name") -> Plan:
    """A plan of one step that changes one value."""
    (step,) = scenes.plan(desired(name="x"), live=[live(desired(name="x"), name="y")]).steps
    field = FieldChange(path, before, after, Verdict.EDIT)
    made = scenes.plan(desired(name="x"), live=[live(desired(name="x"), name="y")])
    return replace(made, steps=(replace(step, changes=(Change(field),), annotations=()),))


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        ("Free shake", "Free\u00a0sh\u200bake", "- name: Free shake", r"+ name: Free\xa0sh\u200bake"),
        ("About alpha.", "About alpha. ", "- name: About alpha.", r"+ name: About alpha.\x20"),
        ("Alpha", "(none)", "- name: Alpha", '+ name: "(none)"'),
        ("(none)", "Alpha", '- name: "(none)"', "+ name: Alpha"),
        ("", "Alpha", '- name: ""', "+ name: Alpha"),
        ('""', "Alpha", '- name: """"', "+ name: Alpha"),
    ],
)
def test_no_change_is_hidden(before: str, after: str, removed: str, added: str) -> None:
    """What nobody sees, and what looks like nothing, is shown on both sides, in text and in Markdown."""
    made = change(before, after)
    assert f"```diff\n{removed}\n{added}\n```" in markdown(made)
    was, becomes = removed.removeprefix("- name: "), added.removeprefix("+ name: ")
    assert f"      name  {was} -> {becomes}\n" in text(made)


def test_what_is_not_there_is_no_text() -> None:
    """A value that comes or goes has one side."""
    assert "```diff\n- name: Alpha\n```" in markdown(change("Alpha", None))
    assert "```diff\n+ name: Alpha\n```" in markdown(change(None, "Alpha"))
    assert "      name  (none) -> Alpha\n" in text(change(None, "Alpha"))


def test_each_difference_of_long_texts_is_seen() -> None:
    """One at the beginning does not hide one at the end."""
    shared = " or so" * 80
    made = change(f"five{shared} 5 dollars off", f"four{shared} 50 dollars off")
    for told in (markdown(made), " ".join(text(made).split())):
        assert re.search(r"- (name: )?five or so.* 5 dollars off", told)
        assert re.search(r"\+ (name: )?four or so.* 50 dollars off", told)


# ------------------------------------------------------------------------------------------------------------ layout


def test_a_cleared_field_is_not_what_a_live_edit_is_about() -> None:
    """What is written nowhere stands at the whole document, and what is said of that stands beside the step."""
    document = desired(name="New name")
    was = desired(name="Old name", meta_data="x=1")
    made = scenes.plan(document, live=[live(was)], applied=[scenes.applied(was)])
    (step,) = made.steps
    cleared = [each for each in step.changes if each.field.path == "/meta_data"]
    assert len(cleared) == 1
    whole = tuple(replace(each, position=step.position) if each in cleared else each for each in step.changes)
    lines = text(replace(made, steps=(replace(step, changes=whole),))).splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("  ten-off"))
    assert lines[head + 1].startswith("      notice live-edit")


def test_a_cause_of_its_own_is_shown_of_new_values() -> None:
    """What was pending of an offer that this change makes is marked in text as in Markdown."""
    before, after = desired(), desired(points=5)
    made = scenes.plan(after, base=[before])
    (step,) = made.steps
    assert step.action is Action.CREATE
    assert "+ name: Ten off  [already pending]" in markdown(made)
    assert "name                        Ten off  [already pending]" in text(made)


@pytest.mark.parametrize("count", [1_000, 3_000])
def test_a_comment_uses_its_room(count: int) -> None:
    """Where much is left out there was no room for more, however many small folds there are."""
    changed = [desired(key=f"offer-{place:04}", description=f"New {place}.") for place in range(count)]
    few = [desired("criterion", key=f"criterion-{place}", name="x") for place in range(20)]
    objects = [*(live(each, description="Was so.") for each in changed), *(live(each, name="y") for each in few)]
    told = markdown(scenes.plan(*few, *changed, live=objects, guards=GENEROUS))
    assert LIMIT_BYTES * 0.9 < len(told.encode()) < LIMIT_BYTES
    assert "more; the plan as JSON says all of them" in told
