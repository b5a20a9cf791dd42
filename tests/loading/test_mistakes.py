"""The mistakes that people make, and the words they read for it: one golden page, reviewed as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click
import damage
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import CRITERION, NOW, OFFERS, SELECTOR

from offers_sync.findings import Finding
from offers_sync.loading.files import RawFile
from offers_sync.loading.loading import load_files
from offers_sync.loading.validating import examine_document
from offers_sync.models.explaining import explain
from offers_sync.models.kinds import KINDS
from offers_sync.reporting.findings import findings_text

Golden = Callable[[str, str], None]

HEAD = "kind: redeemable\nkey: a\nname: A\n"
RULE = "receipt_rule: {flat_discount: 5}\n"
SCHEDULED = HEAD + RULE + "schedule:\n"
CRITERION_HEAD = """\
kind: criterion
key: a
qc_processing_function: sum_amounts
line_item_filters: [{selector: sandwiches}]
"""
SELECTOR_HEAD = "kind: selector\nkey: a\nname: A\n"
CLAUSE = SELECTOR_HEAD + "base_items:\n  clauses:\n    - attribute: quantity\n      operator: {}\n      value: 5\n"
BRACES = SELECTOR_HEAD + "base_items:\n  clauses:\n    - {{attribute: quantity, operator: {}, value: {}}}\n"
SIDES = CLAUSE.format("==") + "filter_item_set: {}\n"
MODIFIERS = "modifiers:\n  clauses: [{attribute: item_name, operator: like, value: Bacon}]\n"
CAMPAIGN = "---\nkind: campaign\nkey: c\nname: C\nredeemable: a\nsegment: S\nstart: 2026-06-01T10:00:00\n"

# fmt: off
MISTAKES: dict[str, dict[str, str]] = {
    "kinds and names": {
        "no kind": "key: a\nname: A\n",
        "a kind that is misspelled": "kind: redeemabel\nkey: a\n",
        "a kind that does not exist": "kind: discount\nkey: a\n",
        "a kind that is no text": "kind: [redeemable]\nkey: a\n",
        "a list of documents": "- kind: redeemable\n  key: a\n",
        "a text where fields are expected": "kind redeemable\n",
        "a key like a display name": "kind: redeemable\nkey: Ten Off!\nname: A\n" + RULE,
        "a key that is a number": "kind: redeemable\nkey: 12\nname: A\n" + RULE,
        "no name and no rule": "kind: redeemable\nkey: a\n",
        "a project file below": "project: other\nenvironments: {}\n",
    },
    "fields": {
        "a misspelled field": HEAD + RULE + "descripton: Nice\n",
        "capitals": HEAD + RULE + "Points: 5\n",
        "the vendor's spelling": HEAD + RULE + "schedule: {indefinetely: true}\n",
        "the vendor's flat shape": HEAD + RULE + "start_time: 2026-01-01T00:00:00\nsegment_definition_id: 5\n",
        "the vendor's receipt rule": HEAD + "receipt_rule: {qualifier_type: flat_discount, discount_amount: 5}\n",
        "a shortened name": HEAD + "receipt_rule: {criterion: {qc_function: sum_amounts}}\n",
        "a field of the schedule beside it": HEAD + RULE + "end: 2026-01-01T00:00:00\n",
        "a field that slipped in too deep": HEAD + "receipt_rule:\n  flat_discount: 5\n  points: 3\n",
        "the selector's id": CRITERION_HEAD + "item_qualifiers: [{line_item_selector_id: x}]\n",
        "something like status": HEAD + RULE + "status: active\n",
        "the id of a campaign": CAMPAIGN[4:] + "external_id: x\n",
        "a side without clauses": SELECTOR_HEAD + "base_items: {}\n",
        "no idea": HEAD + RULE + "zzz: 1\n",
        "no idea inside a template": HEAD + RULE + "template: {zzz: 1}\n",
    },
    "types": {
        "a number in quotes": HEAD + RULE + 'points: "12"\n',
        "a word for a number": HEAD + RULE + "points: twelve\n",
        "money with its sign": HEAD + "receipt_rule: {flat_discount: $5.00}\n",
        "a decimal comma": HEAD + "receipt_rule:\n  flat_discount: 5,00\n",
        "commas between thousands": HEAD + RULE + "points: 1,000\n",
        "half a point": HEAD + RULE + "points: 2.5\n",
        "yes": HEAD + RULE + "auto_applicable: yes\n",
        "True": HEAD + RULE + "auto_applicable: True\n",
        "a number for text": "kind: redeemable\nkey: a\nname: 2026\n" + RULE,
        "a boolean for text": HEAD + RULE + "note: true\n",
        "leading zeros for text": HEAD + RULE + "note: 007\n",
        "leading zeros for a number": HEAD + RULE + "points: 007\n",
        "hexadecimal": HEAD + RULE + "points: 0x1F\n",
        "one place for a list": CRITERION_HEAD + "effective_location: downtown\n",
        "a list for one place": HEAD + RULE + "effective_location: [downtown]\n",
        "a mapping for a list": SELECTOR_HEAD + "base_items: {clauses: {attribute: item_id}}\n",
        "a list for a mapping": SELECTOR_HEAD + "base_items:\n  - clauses: []\n",
        "a text for a mapping": HEAD + RULE + "template: Hello\n",
        "nothing": "kind: redeemable\nkey: a\nname:\nreceipt_rule:\n",
        "a number where a reference stands": HEAD + "receipt_rule: {criterion: 12}\n",
    },
    "values": {
        "a misspelled word": HEAD + RULE + "discount_channel: onlne_only\n",
        "the other words": HEAD + RULE + "discount_channel: web\n",
        "one of many words": "kind: criterion\nkey: a\nqc_processing_function: percent\n",
        "capitals in a word": CRITERION_HEAD + "rounding_rule: Floor\n",
        "an operator with one sign": CLAUSE.format("="),
        "what others call an operator": CLAUSE.format("between"),
        "a part of a word": CRITERION_HEAD + "receipt_qualifiers: [{attribute: hour, operator: ==, value: 14}]\n",
        "another word for a method": CRITERION_HEAD.replace(
            "sandwiches", "sandwiches, processing_method: cheapest, quantity: 1"
        ),
        "out of bounds": HEAD + RULE + "points: -1\n",
        "out of bounds with decimals": CRITERION_HEAD + "amount_cap: 100000.50\n",
        "out of bounds by a cent": CRITERION_HEAD + "target_price: 0.0000001\nunit_discount: 0\n",
        "no discount": HEAD + "receipt_rule: {flat_discount: 0}\n",
        "a quantity that is too large": CRITERION_HEAD.replace(
            "sandwiches", "sandwiches, processing_method: max_price, quantity: 6"
        ),
        "an empty text": 'kind: redeemable\nkey: a\nname: ""\n' + RULE,
        "a blank text": 'kind: redeemable\nkey: a\nname: "  "\n' + RULE,
        "a text of nothing that can be seen": HEAD + RULE + 'note: "\\u200b\\n"\n',
        "a blank value": CLAUSE.format("in").replace("5", "' '"),
        "a name with a control character": 'kind: redeemable\nkey: a\nname: "A\\u0007"\n' + RULE,
        "a name on two lines": "kind: redeemable\nkey: a\nname: |\n  A\n  B\n" + RULE,
        "an id that is a line break": HEAD + RULE + 'external_id: "\\n"\n',
        "an id with a tab": HEAD + RULE + 'external_id: "x\\t"\n',
        "an empty list": SELECTOR_HEAD + "base_items: {clauses: []}\n",
        "a long name": CRITERION_HEAD + f"name: {'x' * 300}\n",
        "an image that is no address": HEAD + RULE + "image: sandwich.png\n",
        "an image without its scheme": HEAD + RULE + "image: images.example.com/sandwich.png\n",
        "an image with a blank": HEAD + RULE + "image: https://x/a b.png\n",
        "an image nowhere": HEAD + RULE + "image: 'https://'\n",
        "an image of a person": HEAD + RULE + "image: ftp://me:secret@x/y.png\n",
        "a language that is none": HEAD + RULE + "locales: {French: {name: x}}\n",
        "a language with an underscore": HEAD + RULE + "locales: {fr_ca: {name: x}}\n",
        "an undocumented language": HEAD + RULE + "locales: {de: {name: x}, fr-CA: {name: x}}\n",
    },
    "times": {
        "a date": SCHEDULED + "  start: 2026-06-01\n  end: 2026-07-01\n",
        "a time with a Z": SCHEDULED + "  start: 2026-06-01T09:00:00Z\n",
        "a time with an offset": SCHEDULED + "  start: 2026-06-01T09:00:00-05:00\n",
        "the thirtieth of February": SCHEDULED + "  start: 2026-02-30T09:00:00\n",
        "the thirteenth month": SCHEDULED + "  start: 2026-13-06T09:00:00\n",
        "the end of a day": SCHEDULED + "  end: 2026-06-30T24:00:00\n",
        "a minute too many": SCHEDULED + "  end: 2026-06-30T23:60:00\n",
        "a date of another country": SCHEDULED + "  start: 6/1/2026\n",
        "a zone that the vendor does not know": SCHEDULED + "  timezone: America/Toronto\n",
        "a zone that is misspelled": SCHEDULED + "  timezone: America/Chicgo\n",
        "an abbreviation": SCHEDULED + "  timezone: CST\n",
        "an hour that does not exist": SCHEDULED + "  start: 2026-03-08T02:30:00\n",
        "an hour that exists twice": SCHEDULED + "  start: 2026-11-01T01:30:00\n",
        "the end before the start": SCHEDULED + "  start: 2026-06-01T00:00:00\n  end: 2025-06-30T00:00:00\n",
        "an end and no end": SCHEDULED + "  indefinitely: true\n  end: 2026-06-30T00:00:00\n",
        "a recurrence that is too long": SCHEDULED + "  recurrence: {occurrences: 6, days_distance: 90}\n",
        "a recurrence of every day": SCHEDULED + "  recurrence: {occurrences: 397, days_distance: 1}\n",
        "a recurrence too far apart": SCHEDULED + "  recurrence: {occurrences: 2, days_distance: 400}\n",
    },
    "rules between fields": {
        "two forms of a receipt rule": HEAD + "receipt_rule: {flat_discount: 5, criterion: ten-percent}\n",
        "no form of a receipt rule": HEAD + "receipt_rule: {}\n",
        "a function without what it needs": CRITERION_HEAD.replace("sum_amounts", "rate_rollback"),
        "a field that the function does not use": CRITERION_HEAD + "target_price: 5\n",
        "a method without quantity": CRITERION_HEAD.replace("sandwiches", "sandwiches, processing_method: max_price"),
        "an attribute twice": SELECTOR_HEAD + "base_items:\n  clauses:\n"
        "    - {attribute: item_id, operator: '>', value: 5}\n    - {attribute: item_id, operator: '<', value: 9}\n",
        "a deal for nobody": HEAD + RULE + "distributable: true\n",
        "a segment without a deal": HEAD + RULE + "segment: VIPs\n",
        "an auto-applied offer for points": HEAD + RULE + "auto_applicable: true\npoints: 120\n",
        "the aggregator without attributes": CRITERION_HEAD + "enable_menu_item_aggregator: true\n",
        "attributes without the aggregator": CRITERION_HEAD + "aggregator_grouping_attributes: {item_id: true}\n",
        "a quantity of all lines": CRITERION_HEAD.replace("sandwiches", "sandwiches, quantity: 2"),
        "a quantity of excluded lines": CRITERION_HEAD.replace(
            "[{selector: sandwiches}]",
            "[{selector: sandwiches}, {selector: sandwiches, processing_method: exclude, quantity: 1}]",
        ),
        "a number that a default expression ignores": CRITERION_HEAD
        + "item_qualifiers: [{selector: sandwiches, net_value: 2}]\n",
        "a number that an expression ignores": CRITERION_HEAD
        + "item_qualifiers: [{selector: sandwiches, expression_type: line_item_does_not_exist, net_value: 2}]\n",
        "modifiers of base items alone": SIDES.format("base_only") + MODIFIERS,
        "non-payable items of one side": SIDES.format("base_only") + "exclude_non_payable: true\n",
        "a reminder before the gift": SCHEDULED + "  expiry_days: 7\n  remind_before: 10\n",
        "a former key beside an id": SIDES.format("base_only") + "formerly: b\nexternal_id: x\n",
    },
    "yaml": {
        "an operator that is a tag": CLAUSE.format("!="),
        "an operator that begins a block": CLAUSE.format(">="),
        "an operator that is a block": CLAUSE.format(">"),
        "an operator that is no block": CLAUSE.format("|"),
        "an operator that swallows what follows": CLAUSE.format(">\n        3"),
        "an operator between braces": BRACES.format(">=", 1),
        "a single sign between braces": BRACES.format(">", 1),
        "a tag between braces": BRACES.format("!=", 1),
        "a bar between braces": BRACES.format("|", 1),
        "a comma between thousands": BRACES.format("==", "1,200"),
        "a list between braces": BRACES.format("in", "Ham,Cheese,Tuna"),
        "a placeholder of the vendor": HEAD + RULE + "template:\n  redemption_message: {{points_requested}}\n",
        "a placeholder before words": HEAD + RULE + "template:\n  redemption_message: {{points_requested}} points\n",
        "a number sign": HEAD.replace("A", "#1 burger") + RULE,
        "a comment in place of a value": HEAD.replace("A", "# still to be found") + RULE,
        "a bracket that is not closed": HEAD + RULE + "only: [\n---\nkind: schedule\nkey: s\n",
        "a brace that is not closed": HEAD + RULE + "template: {\n---\nkind: schedule\nkey: s\n",
        "blanks of another kind": HEAD + "receipt_rule:\n\u00a0\u00a0flat_discount: 5\n",
        "a line of blanks of another kind": HEAD + RULE + "\u00a0\u00a0\n",
        "a conflict": HEAD + "<<<<<<< HEAD\npoints: 1\n=======\npoints: 2\n>>>>>>> summer\n" + RULE,
        "the middle of a conflict": HEAD + "=======\n" + RULE,
        "the end of a conflict": HEAD + RULE + ">>>>>>> summer\n",
        "files that were joined": HEAD + RULE + "---\n\ufeffkind: schedule\nkey: s\n",
        "a colon in a text": HEAD.replace("A", "Lunch: 10% off") + RULE,
        "a field twice": HEAD + RULE + "points: 1\npoints: 2\n",
        "a star": HEAD.replace("A", "*New* offer") + RULE,
        "a percent sign first": HEAD.replace("A", "%10 off") + RULE,
        "text after quotes": HEAD.replace("A", '"Free" drink') + RULE,
        "brackets": HEAD.replace("A", "[New] offer") + RULE,
        "a quote that is not closed": HEAD.replace("A", "'Free drink") + RULE,
        "a tab": "kind: redeemable\nkey: a\nname: A\nreceipt_rule:\n\tflat_discount: 5\n",
        "a blank that is missing": "kind: redeemable\nkey:a\nname: A\n" + RULE,
        "a field that is not aligned": "kind: redeemable\n key: a\nname: A\n" + RULE,
        "a language that YAML takes for a boolean": HEAD + RULE + "locales: {true: {name: x}}\n",
        "another tag": HEAD + RULE + "note: !important now\n",
        "a comment that ends before its line does": HEAD + RULE + "note: x  # agreed with legal\u2028points: 0\n",
    },
    "other documents": {
        "a criterion that does not exist": HEAD + "receipt_rule: {criterion: ten-pecent}\n",
        "a selector that does not exist": CRITERION_HEAD.replace("sandwiches", "pizza"),
        "a document of another kind": HEAD + "receipt_rule: {criterion: sandwiches}\n",
        "a schedule that does not exist": HEAD + RULE + "schedule: summer\n",
        "a location that does not exist": HEAD + RULE + "effective_location: donwtown\n",
        "a location without a number": HEAD + RULE + "effective_location: location:abc\n",
        "a key that is taken": SELECTOR,
        "an id that is taken": SELECTOR.replace("sandwiches", "a\nformerly: ten")
        + "---\n"
        + SELECTOR.replace("sandwiches", "b\nformerly: ten"),
        "a former key that exists": SELECTOR.replace("key: sandwiches", "key: subs\nformerly: sandwiches"),
        "an environment that does not exist": HEAD + RULE + "only: [prod]\n",
        "an id for one environment": HEAD + RULE + "external_id: {sandbox: x}\n",
        "a catalogue of what does not exist": "kind: locale\nlanguage: fr\nredeemables: {nothing: {name: Rien}}\n",
    },
    "judgement": {
        "no filter": "kind: criterion\nkey: a\nqc_processing_function: sum_amounts\n",
        "only exclusions": CRITERION_HEAD.replace("sandwiches", "sandwiches, processing_method: exclude"),
        "more than all of it": CRITERION_HEAD + "percentage_of_processed_amount: 150\n",
        "a minimum that the discount itself may miss": CRITERION_HEAD
        + "receipt_qualifiers: [{attribute: subtotal_amount, operator: '>=', value: 20}]\n",
        "rounding": CRITERION_HEAD + "rounding_rule: floor\n",
        "no clauses": SELECTOR_HEAD,
        "no base items": SELECTOR_HEAD + "filter_item_set: base_and_modifiers\n" + MODIFIERS,
        "some modifiers": SIDES.format("base_and_modifiers") + MODIFIERS + "  max_discount_units: 1\n",
        "a range of ids": CLAUSE.format("in").replace("quantity", "item_id").replace("5", "100,200-299"),
        "ids between semicolons": CLAUSE.format("not_in").replace("quantity", "item_id").replace("5", "100;200"),
        "a type that no line has": CLAUSE.format("==").replace("quantity", "line_item_type").replace("5", "Discount"),
        "types that no line has": CLAUSE.format("in").replace("quantity", "line_item_type").replace("5", "'M,Z'"),
        "blanks in a list": CLAUSE.format("in").replace("5", "'1, 2'"),
        "hours": CRITERION_HEAD
        + "name: Two to six\n"
        + "receipt_qualifiers: [{attribute: receipt_hour, operator: in_range, value: 14..18}]\n",
        "an exclusion as a qualifier": CRITERION_HEAD + "item_qualifiers: [{selector: no-drinks}]\n---\n"
        + CLAUSE.format("'!='").replace("key: a", "key: no-drinks"),
        "a campaign of a retired offer": HEAD + RULE + "retired: true\n" + CAMPAIGN,
        "a campaign after its offer": SCHEDULED + "  end: 2026-05-01T00:00:00\n" + CAMPAIGN,
    },
}
ENVIRONMENT = OFFERS.partition("environments:")[0] + "environments:\n  sandbox: {server: embedded}\n  live:\n"
OFFERS_MISTAKES: dict[str, str] = {
    "a list of fields": "- project: a\n- environments: {}\n",
    "a key that is a comment": ENVIRONMENT + "    server: https://marlow.punchh.com\n    token: #7f3a9c\n",
    "no environments": "project: a\n",
    "a name with capitals": OFFERS.replace("marlow-burgers", "Marlow Burgers"),
    "a key in the file": ENVIRONMENT + "    server: https://marlow.punchh.com\n    token: 7f3a9c\n",
    "a reference of a shell": ENVIRONMENT + "    server: https://marlow.punchh.com\n    token: $PUNCHH_KEY\n",
    "a reference of a pipeline": ENVIRONMENT
    + "    server: https://marlow.punchh.com\n    token: ${{ secrets.PUNCHH_KEY }}\n",
    "a header": ENVIRONMENT + "    server: https://marlow.punchh.com\n    token: Bearer ${KEY}\n",
    "the name of a variable": ENVIRONMENT + "    server: https://marlow.punchh.com\n    token: PUNCHH_KEY\n",
    "a server that is misspelled": ENVIRONMENT + "    server: embeded\n    token: ${KEY}\n",
    "a host alone": ENVIRONMENT + "    server: marlow.punchh.com\n    token: ${KEY}\n",
    "an environment with capitals": OFFERS.replace("sandbox:", "Sand Box:"),
    "a language with an underscore": OFFERS + "locales: [en_GB]\n",
    "a share as a fraction": OFFERS + "guards: {updates: 0.3}\n",
    "a password in the file": ENVIRONMENT + "    server: embedded\n    state: postgresql://me:hunter2@db/offers\n",
    "a reference inside an address": ENVIRONMENT + "    server: embedded\n    state: postgresql://me:${PASSWORD}@db/offers\n",
    "a reference that is not allowed": ENVIRONMENT + "    server: ${SERVER}\n    token: ${KEY}\n",
    "no token": ENVIRONMENT + "    server: https://marlow.punchh.com\n",
    "a strange host": ENVIRONMENT + "    server: https://marlow.punchh.com.evil.example\n    token: ${KEY}\n",
    "no encryption": ENVIRONMENT + "    server: http://marlow.punchh.com\n    token: ${KEY}\n",
    "a path": ENVIRONMENT + "    server: https://marlow.punchh.com/api2\n    token: ${KEY}\n",
    "a share without its sign": OFFERS + "guards: {updates: 30 percent}\n",
    "an exception of nothing": OFFERS + "allow: [{reason: because}]\n",
    "an exception of everything": OFFERS + "allow: [{guard: creates, code: no-filter, reason: because}]\n",
    "an exception without an end to it": OFFERS + "allow: [{guard: creates, reason: because}]\n",
    "an exception for one document up to a limit": OFFERS
    + "allow: [{guard: updates, key: a, limit: 3, reason: because}]\n",
    "an exception for whatever looks alike": OFFERS + "allow: [{guard: lookalike, reason: because}]\n",
    "an exception for three findings": OFFERS + "allow: [{code: no-filter, limit: 3, reason: because}]\n",
    "an exception that has ended": OFFERS + "allow: [{code: no-filter, reason: because, until: 2025-01-01T00:00:00}]\n",
    "a code that is misspelled": OFFERS + "allow: [{code: no-filters, reason: because}]\n",
    "an error that is to be waived": OFFERS + "allow: [{code: unknown-field, reason: because}]\n",
    "where keys go that is to be waived": OFFERS + "allow: [{code: environments-changed, reason: because}]\n",
    "an alias that is no location": OFFERS + "x: 1\n".replace("x: 1", "guards: {creates: -1}"),
    "two documents": OFFERS + "---\nkind: schedule\nkey: a\n",
}
# fmt: on


def findings_of(document: str, offers: str = OFFERS) -> tuple[Finding, ...]:
    """What is said about a document beside a selector and a criterion."""
    files = {"offers.yaml": offers, "mistake.yaml": document, "selector.yaml": SELECTOR, "criterion.yaml": CRITERION}
    raw = [RawFile(name, content.encode()) for name, content in files.items() if content]
    return load_files(Path("/nowhere"), raw, now=NOW).findings


def page(mistakes: dict[str, str], *, offers: bool) -> str:
    """The findings of some mistakes, each under its title."""
    parts = []
    for title, written in mistakes.items():
        found = findings_of("", written) if offers else findings_of(written)
        text = click.unstyle(findings_text(found, 100)) if found else "(nothing)\n\n"
        parts.append(f"=== {title}\n{text}")
    return "".join(parts)


@pytest.mark.parametrize("chapter", MISTAKES)
def test_what_people_read(chapter: str, golden: Golden) -> None:
    """Each mistake is found where it was made, and the words say what to do."""
    golden(f"{chapter.replace(' ', '-')}.txt", page(MISTAKES[chapter], offers=False))


def test_what_people_read_about_offers_yaml(golden: Golden) -> None:
    """The project file is judged like every other."""
    golden("offers.txt", page(OFFERS_MISTAKES, offers=True))


@pytest.mark.parametrize("chapter", MISTAKES)
def test_every_mistake_is_found(chapter: str) -> None:
    """No mistake of the list is passed over, and every finding has its place."""
    for title, written in MISTAKES[chapter].items():
        assert findings_of(written), title
        assert all(finding.position is not None for finding in findings_of(written)), title


def test_every_page_that_a_hint_names_is_there() -> None:
    """`offers explain NAME` in a hint leads somewhere."""
    mistakes = [written for chapter in MISTAKES.values() for written in chapter.values()]
    hints = " ".join(finding.hint for written in mistakes for finding in findings_of(written))
    named = set(re.findall(r"`offers explain ([\w.]+)`", hints))

    assert named >= {"redeemable", "criterion.qc_processing_function", "redeemable.schedule.timezone"}
    assert [name for name in sorted(named) if explain(name) is None] == []


INSIDES = re.compile(
    r"Input should|valid |pydantic|validation|<\w+>|Decimal|\bdict|NoneType|\[key\]|function-|union|str\b|int\b"
)


@settings(max_examples=300)
@given(st.data())
def test_nothing_of_the_models_insides_is_shown(data: st.DataObject) -> None:
    """Whatever is done to a document, the words are ours, and the values that are shown are those that were written."""
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    written = data.draw(strategies.documents(kind))
    document = data.draw(damage.broken(st.just(written), KINDS[kind]))

    for complaint in examine_document(document).complaints:
        shown = re.sub(r"`[^`]*`", "", f"{complaint.message} {complaint.hint}")
        assert not INSIDES.search(shown), shown
        assert complaint.message
        assert complaint.message[0].islower() or complaint.message[0] == "`", complaint.message
