"""The small reader of GitHub's expressions means what GitHub means by them."""

from __future__ import annotations

from typing import Any, Final

import pytest
from expressions import evaluate, filled

CONTEXTS: Final = {"github": {"base_ref": "", "ref": "refs/heads/main"}, "inputs": {"offline": "true", "on": True}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("github.ref == 'refs/heads/main'", True),
        ("github.ref == 'REFS/heads/main'", True),
        ("github.ref != 'it''s'", True),
        ("github.base_ref && format('origin/{0}', github.ref)", ""),
        ("github.base_ref || 'main'", "main"),
        ("github.missing.more == ''", True),
        ("!github.missing && (false || inputs.on)", True),
        ("inputs.offline != 'true'", False),
        ("startsWith(github.ref, 'refs/')", True),
        ("'a' == 'b' && 'c' == 'd' || 'e'", "e"),
        ("null", None),
    ],
)
def test_values(text: str, expected: Any) -> None:
    """Values, operators by their strength, and functions."""
    assert evaluate(text, CONTEXTS) == expected


def test_texts() -> None:
    """What is in braces is replaced, and nothing else."""
    assert filled("a ${{ inputs.on }} $b ${{ github.missing }}.", CONTEXTS) == "a true $b ."


@pytest.mark.parametrize("text", ["github.ref =", "unknown.name", "hashFiles('x')", "(true", "true true", "1 + 1"])
def test_what_is_not_understood_is_no_guess(text: str) -> None:
    """A slip in a workflow fails its test."""
    with pytest.raises((AssertionError, KeyError)):
        evaluate(text, CONTEXTS)
