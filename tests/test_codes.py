"""The codes of findings are promises: named well, explained in full, and none disappears."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from offers_sync.codes import all_codes, find_code
from offers_sync.findings import Code

CODES = pytest.mark.parametrize("code", all_codes(), ids=lambda code: code.name)


@CODES
def test_every_code_is_explained(code: Code) -> None:
    """A code has a kebab-case name, a title, a meaning and a remedy that are sentences."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.name)
    assert code.title[0].isupper()
    assert not code.title.endswith(".")
    for text in (code.meaning, code.remedy):
        assert text[0].isupper() or text.startswith(("`", "offers.yaml"))
        assert text.endswith((".", "?"))


def test_every_code_is_found_by_its_name() -> None:
    """Names are unique, and each leads to its code."""
    names = [code.name for code in all_codes()]

    assert len(set(names)) == len(names)
    assert [find_code(name) for name in names] == list(all_codes())
    assert find_code("no-such-code") is None


def test_no_code_disappears_or_changes_its_weight(golden: Callable[[str, str], None]) -> None:
    """Pipelines waive findings by these names: what goes, comes or changes shows in the golden file."""
    golden("codes.txt", "".join(sorted(f"{code.name} {code.severity}\n" for code in all_codes())))
