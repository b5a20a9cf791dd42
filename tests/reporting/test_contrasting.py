"""Two texts beside each other: where they differ is shown or counted, and nothing looks alike that is not."""

from __future__ import annotations

import re
import time
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offers_sync.reporting.columns import width_of
from offers_sync.reporting.contrasting import contrasted, told_apart
from offers_sync.reporting.escaping import printable

SHARED: Final = " and so on" * 48
words: Final = st.lists(st.sampled_from(["five", "four", "5", "50", "a", "burgers", "日本語", ",", "…"]), max_size=80)


def test_short_texts_stay_whole() -> None:
    """What fits is shown as it is."""
    assert contrasted("five dollars off", "nine dollars off", 16) == ("five dollars off", "nine dollars off")


def test_a_difference_at_the_end_is_shown() -> None:
    """What is shared before it gives way."""
    before, after = contrasted(f"{SHARED} five dollars off", f"{SHARED} nine dollars off", 60)
    assert before == "…and so on and so on and so on and so on five dollars off"
    assert after == "…and so on and so on and so on and so on nine dollars off"


def test_each_difference_is_shown() -> None:
    """One at each end, and what is shared between them only where it touches them."""
    before, after = contrasted(f"five{SHARED} 5 dollars off", f"four{SHARED} 50 dollars off", 80)
    assert before == "five and so on and so on…nd so on and so on 5 dollars off"
    assert after == "four and so on and so on…nd so on and so on 50 dollars off"


def test_what_finds_no_room_is_counted() -> None:
    """The first of it is shown, and of the rest how much there is."""
    before, after = contrasted("a" * 100, "a" * 20 + "b" * 100, 60)
    assert before == "…" + "a" * 34 + "… (54 more differ)"
    assert after == "…aaaaaaaa" + "b" * 26 + "… (74 more differ)"


@given(words, words, st.integers(60, 200))
@example(["a"] * 80, ["four", *["a"] * 79], 60)
def test_two_texts_never_look_alike(old: list[str], new: list[str], width: int) -> None:
    """Whatever they are, both fit the width, and different ones are shown differently."""
    before, after = " ".join(old), " ".join(new)
    told = contrasted(before, after, width)
    assert max(map(width_of, told)) <= width
    assert (told[0] == told[1]) == (before == after)


@given(
    st.text("ab \u00a0\u200b\u200d\u00e9e\u0301\u3000\ufe0f", max_size=8), st.text("ab \u00a0\u200bé\u3000", max_size=8)
)
def test_nothing_unseen_differs(before: str, after: str) -> None:
    """Different texts are different without the characters that nobody sees."""
    shown = [re.sub("[\u00a0\u200b\u200d\u3000\ufe0f]", "", each) for each in told_apart(before, after)]
    assert (shown[0] == shown[1]) <= (before == after)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Free shake", "Free\u00a0sh\u200bake", ("Free shake", r"Free\xa0sh\u200bake")),
        ("10\u00a0% five", "10\u00a0% four", ("10\u00a0% five", "10\u00a0% four")),
        ("caf\u00e9", "cafe\u0301", (r"caf\xe9", r"cafe\u0301")),
        ("a", "a\x1b", ("a", r"a\x1b")),
        ("x", "x", ("x", "x")),
    ],
)
def test_what_differs_and_is_not_seen_is_an_escape(before: str, after: str, shown: tuple[str, str]) -> None:
    """What both sides have stays as it is, such as the blank before a French percent sign."""
    assert told_apart(before, after) == shown


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_is_told_apart_is_printable(before: str, after: str) -> None:
    """No escape is lost on the way."""
    assert all(printable(each) == each for each in told_apart(before, after))


def test_texts_that_repeat_themselves_cost_no_time() -> None:
    """A stranger cannot make a report take long."""
    began = time.perf_counter()
    contrasted("a b " * 2_000, "b a " * 2_000, 200)
    told_apart("ab\u00a0" * 2_000, "ba" * 2_000)
    assert time.perf_counter() - began < 2
