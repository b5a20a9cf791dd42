"""Guessing which word was meant."""

from __future__ import annotations

import pytest

from offers_sync.loading.census import GUESSES_LIMIT, Census, FaultyDocument
from offers_sync.loading.vocabulary import closest, did_you_mean


@pytest.mark.parametrize(
    ("word", "words", "meant"),
    [
        ("pionts", ["points", "name"], "points"),
        ("Points", ["points", "name"], "points"),
        ("base-items", ["base_items", "modifiers"], "base_items"),
        ("EN-gb", ["en-GB", "es"], "en-GB"),
        ("zzz", ["points", "name"], None),
        ("", ["points"], None),
        ("points", [], None),
    ],
)
def test_the_nearest_word_is_meant(word: str, words: list[str], meant: str | None) -> None:
    """Whatever its capitals and hyphens, if any word is near at all."""
    assert closest(word, words) == meant


def test_a_question_is_asked_only_where_there_is_one() -> None:
    """No guess, no words."""
    assert did_you_mean("pionts", ["points"]) == "did you mean `points`?"
    assert did_you_mean("zzz", ["points"]) == ""


def test_guessing_ends_before_it_stops_a_pipeline() -> None:
    """A project full of wrong references is told of all of them, and of the likely keys for the first hundred."""
    census = Census(None, (), tuple(FaultyDocument("selector", f"key-{number}", None) for number in range(1_000)))

    guesses = [census.guess("selector", f"kee-{number}") for number in range(GUESSES_LIMIT + 50)]

    assert guesses[0] == "did you mean `key-0`?"
    assert all(guesses[:GUESSES_LIMIT])
    assert not any(guesses[GUESSES_LIMIT:])
    assert census.guess("selector", "kee-0") == "did you mean `key-0`?"
