"""What counts as something that can be seen, and what a name may hold."""

from __future__ import annotations

import re
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_sync.models.fields import NAME_PATTERN, TEXT_PATTERN

CONTROLS = ["\t", "\n", "\r\n", "\x00", "\x07", "\x7f", "\x85", "\u2028", "\u2029"]
SPACES = [" ", "\xa0", "\u1680", "\u2003", "\u3000"]
FILLERS = ["\xad", "\u180e", "\u200b", "\u200d", "\u200e", "\u202e", "\u2060", "\u2800", "\u3164", "\ufe0f", "\ufeff"]


@pytest.mark.parametrize("blank", [*CONTROLS, *SPACES, *FILLERS])
def test_a_text_or_a_name_has_something_to_be_seen(blank: str) -> None:
    """Blanks, line breaks, joiners and fillers are nothing; beside a letter a text may have any of them."""
    assert re.search(TEXT_PATTERN, blank * 2) is None
    assert re.search(NAME_PATTERN, blank * 2) is None
    assert re.search(TEXT_PATTERN, f"{blank}x{blank}")


@pytest.mark.parametrize("shown", ["x", "0", "-", "é", "日", "🍔", "\u0301", "<", "'"])
def test_whatever_can_be_seen_is_a_text_and_a_name(shown: str) -> None:
    """In any script."""
    assert re.search(TEXT_PATTERN, f" {shown}\n")
    assert re.search(NAME_PATTERN, f" \u200d{shown} ")


@given(st.characters())
def test_no_control_character_is_in_a_name(character: str) -> None:
    """Nor any that breaks a line; a text may have them."""
    is_control = category(character) in {"Cc", "Zl", "Zp"}

    assert bool(re.search(NAME_PATTERN, f"x{character}x")) == (not is_control)
    assert re.search(TEXT_PATTERN, f"x{character}x")
