"""What people see in an editor, by the real yaml-language-server.

It is taken from the variable ``OFFERS_TEST_YAML_SERVER`` or from the path; ``npm install yaml-language-server`` brings
it.  Where it is not at hand these tests are skipped: no test fetches anything.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from editors import Editor

SERVER: Final = os.environ.get("OFFERS_TEST_YAML_SERVER") or shutil.which("yaml-language-server") or ""
EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "offers"
SCHEMA: Final = "# yaml-language-server: $schema=../.schemas/any.json\n"
BROKEN: Final = f"""{SCHEMA}kind: redeemable
key: fries-friday
name: Fries Friday
discount_chanel: offline_only
receipt_rule:
  criterion:
    name: Half off sides
    qc_processing_function: sum_amount
"""
HALF_WRITTEN: Final = f"""{SCHEMA}kind: redeemable
key: fries-friday
name: Fries Friday
discount_channel:\x20
receipt_rule:
  criterion:
    name: Half off sides
    qc_processing_function:\x20
    line_item_filters:
      - selector: sides
        processing_method:\x20
schedule:
  exp
"""
REPEATED: Final = f"""{SCHEMA}kind: selector
key: sides
name: Sides
base_items:
  clauses:
    - {{attribute: item_id, operator: '!=', value: 1}}
    - {{attribute: item_name, operator: ==, value: Fries}}
    - {{attribute: item_id, operator: '!=', value: 2}}
"""
REQUIRED: Final = {
    "redeemable": "name",
    "criterion": "qc_processing_function",
    "selector": "name",
    "locale": "redeemables",
    "campaign": "segment",
}
"""A field that each kind cannot do without; a schedule can do without any."""

pytestmark = [
    pytest.mark.skipif(not SERVER, reason="yaml-language-server is not at hand: name it in OFFERS_TEST_YAML_SERVER"),
    pytest.mark.xdist_group("editor"),
]


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    """An editor in the example's folder; what tests write there is only ever shown to it."""
    with Editor(SERVER, EXAMPLE) as opened:
        yield opened


def test_the_example_is_free_of_diagnostics(editor: Editor) -> None:
    """No file of the example is underlined, offers.yaml included."""
    names = [path.relative_to(EXAMPLE).as_posix() for path in sorted(EXAMPLE.rglob("*.yaml"))]
    for name in names:
        editor.open(name, (EXAMPLE / name).read_text(encoding="utf-8"))

    assert len(names) > 30
    assert {name: told for name in names if (told := editor.diagnostics(name))} == {}


def test_mistakes_are_underlined(editor: Editor) -> None:
    """A misspelt field and a wrong word of a nested one are found in their lines."""
    editor.open("redeemables/broken.yaml", BROKEN)

    told = dict(editor.diagnostics("redeemables/broken.yaml"))

    assert told[5] == "Property discount_chanel is not allowed."
    assert told[9].startswith('Value is not accepted. Valid values: "hit_target_price"')
    assert set(told) == {5, 9}


def test_an_attribute_that_stands_twice_is_underlined(editor: Editor) -> None:
    """The list says which one it is, and nothing else is held against it."""
    editor.open("selectors/repeated.yaml", REPEATED)

    assert editor.diagnostics("selectors/repeated.yaml") == [
        (7, "Two entries ask for item_id; the server keeps the first only.")
    ]


@pytest.mark.parametrize(
    ("after", "offered"),
    [
        ("discount_channel: ", {"all", "online_only", "offline_only"}),
        ("qc_processing_function: ", {"bogof", "sum_amounts", "rate_rollback"}),
        ("processing_method: ", {"min_price", "max_price"}),
        ("\n  exp", {"expiry_days", "indefinitely", "start"}),
    ],
)
def test_what_is_completed(editor: Editor, after: str, offered: set[str]) -> None:
    """Words are offered where they belong: at the top, in a criterion written out, in its lists, in a schedule."""
    editor.open("redeemables/half.yaml", HALF_WRITTEN)

    assert set(editor.completion("redeemables/half.yaml", after)) >= offered


def test_a_field_explains_itself(editor: Editor) -> None:
    """Pointing at a field shows what it is for, and what each of its words means."""
    editor.open("redeemables/half.yaml", HALF_WRITTEN)

    said = editor.hover("redeemables/half.yaml", "discount_channel")

    assert "Where the offer is meant to be used" in said
    assert "`offline_only`: in the restaurant" in said


@pytest.mark.parametrize("kind", ["redeemable", "criterion", "selector", "schedule", "locale", "campaign"])
def test_every_kind(editor: Editor, kind: str) -> None:
    """Whatever the kind, what is missing or foreign is underlined, and what may follow is offered."""
    name = f"more/{kind}.yaml"
    editor.open(name, f"{SCHEMA}kind: {kind}\nnom: X\n\n")

    words = [message for _, message in editor.diagnostics(name)]
    offered = editor.completion(name, "nom: X\n")

    assert "Property nom is not allowed." in words
    assert "only" in offered
    assert editor.hover(name, "\nkind")
    if kind in REQUIRED:
        assert f'Missing property "{REQUIRED[kind]}".' in words
        assert REQUIRED[kind] in offered
