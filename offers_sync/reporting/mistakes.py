"""For a code that is best understood by example: files that have the mistake, and the same files mended.

A line such as ``# offers.yaml`` begins a file of that name; ``---`` begins another document, as in any YAML file.
What a code means is said in ``codes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Mistake:
    """The mistake as it is written, and as it should be."""

    wrong: str
    mended: str


_LUNCH: Final = """\
kind: redeemable
key: lunch
name: Lunch
receipt_rule: {flat_discount: 5}
"""
_SANDWICHES: Final = """\
kind: selector
key: sandwiches
name: Sandwiches
"""
_TEN_PERCENT: Final = """\
kind: criterion
key: ten-percent
"""
_OFFERS: Final = """\
# offers.yaml
project: marlow-burgers
"""
_TWO_PLACES: Final = """\
environments:
  sandbox: {server: embedded}
  production: {server: "https://marlow.punchh.com", token: "${MARLOW_PUNCHH_KEY}"}
"""
_EMBEDDED: Final = """\
environments:
  sandbox: {server: embedded}
"""
_DRINKS: Final = "{selector: {external_id: drinks-1}}"
_GIFT: Final = """\
kind: campaign
key: summer-kick-off
name: Summer kick-off
redeemable: lunch
segment: Loyal Regulars
start: 2090-06-01T10:00:00
timezone: America/Chicago
"""
_NOT_A_DRINK: Final = """\
kind: selector
key: no-drink
name: No drink
base_items:
  clauses:
  - {attribute: item_family, operator: '!=', value: 3001}
"""


_MODIFIERS: Final = """\
modifiers:
  clauses:
  - {attribute: item_name, operator: like, value: Bacon}
  max_discount_units: 1
"""


def _lunch(wrong: str, mended: str) -> Mistake:
    return Mistake(_LUNCH + wrong, _LUNCH + mended)


def _sandwiches(wrong: str, mended: str) -> Mistake:
    return Mistake(_SANDWICHES + wrong, _SANDWICHES + mended)


def _ten_percent(wrong: str, mended: str) -> Mistake:
    return Mistake(_TEN_PERCENT + wrong, _TEN_PERCENT + mended)


def _offers(wrong: str, mended: str) -> Mistake:
    return Mistake(_OFFERS + wrong, _OFFERS + mended)


def _clause(clause: str) -> str:
    return f"base_items:\n  clauses:\n  - {{{clause}}}\n"


_IN_FILES: Final = {
    "file-empty": Mistake("# Offers for autumn.\n", _LUNCH),
    "yaml-syntax": _lunch('note: "Ask legal.\n', 'note: "Ask legal."\n'),
    "yaml-recursive": _lunch("template: &texts\n  short_prompt: *texts\n", "template:\n  short_prompt: Lunch\n"),
    "yaml-duplicate-key": _lunch("points: 100\npoints: 120\n", "points: 120\n"),
    "yaml-tag": _sandwiches(
        "base_items:\n  clauses:\n  - attribute: item_id\n    operator: !=\n    value: 2001\n",
        "base_items:\n  clauses:\n  - attribute: item_id\n    operator: '!='\n    value: 2001\n",
    ),
    "yaml-key": _lunch("? [points]\n: 120\n", "points: 120\n"),
    "yaml-ambiguous": _lunch("points: 0120\n", "points: 120\n"),
    "yaml-merge": _lunch("template:\n  <<: Lunch\n", "template:\n  short_prompt: Lunch\n"),
}
_IN_DOCUMENTS: Final = {
    "not-a-mapping": Mistake(f"- {_LUNCH.replace(chr(10), chr(10) + '  ').rstrip()}\n", _LUNCH),
    "unknown-kind": Mistake(_LUNCH.replace("redeemable", "offer"), _LUNCH),
    "unknown-field": _lunch("discription: Five off.\n", "description: Five off.\n"),
    "missing-field": Mistake(_LUNCH.replace("name: Lunch\n", ""), _LUNCH),
    "wrong-type": _lunch("points: '120'\n", "points: 120\n"),
    "wrong-value": _lunch("discount_channel: online\n", "discount_channel: online_only\n"),
    "out-of-range": _lunch("points: -5\n", "points: 5\n"),
    "wrong-form": Mistake(_LUNCH.replace("key: lunch", "key: Lunch Deal"), _LUNCH.replace("lunch", "lunch-deal")),
    "unknown-timezone": _lunch("schedule: {timezone: Europe/Oslo}\n", "schedule: {timezone: Europe/Berlin}\n"),
    "wrong-time": _lunch(
        "schedule: {start: 2030-06-01T09:00:00Z}\n",
        "schedule: {start: 2030-06-01T09:00:00, timezone: Etc/UTC}\n",
    ),
    "choose-one": Mistake(
        _LUNCH.replace("{flat_discount: 5}", "{flat_discount: 5, criterion: {external_id: lunch-1}}"), _LUNCH
    ),
    "field-needed": _ten_percent(
        f"qc_processing_function: rate_rollback\nline_item_filters: [{_DRINKS}]\n",
        "qc_processing_function: rate_rollback\nunit_discount: 0.5\nminimum_unit_rate: 0.01\n"
        f"max_discount_units: 2\nline_item_filters: [{_DRINKS}]\n",
    ),
    "repeated-attribute": _ten_percent(
        f"qc_processing_function: sum_amounts\nline_item_filters: [{_DRINKS}]\nreceipt_qualifiers:\n"
        "- {attribute: receipt_month, operator: '>=', value: 6}\n"
        "- {attribute: receipt_month, operator: <=, value: 8}\n",
        f"qc_processing_function: sum_amounts\nline_item_filters: [{_DRINKS}]\nreceipt_qualifiers:\n"
        "- {attribute: receipt_month, operator: in_range, value: 6..8}\n",
    ),
    "recurrence-too-long": _lunch(
        "schedule:\n  recurrence: {occurrences: 6, days_distance: 90}\n",
        "schedule:\n  recurrence: {occurrences: 5, days_distance: 90}\n",
    ),
    "expiry-conflict": _lunch(
        "schedule: {indefinitely: true, expiry_days: 30}\n",
        "schedule: {expiry_days: 30}\n",
    ),
    "literal-secret": _offers(
        "environments:\n  production:\n    server: https://marlow.punchh.com\n    token: 8f14e45fceea167a\n",
        "environments:\n  production:\n    server: https://marlow.punchh.com\n    token: ${MARLOW_PUNCHH_KEY}\n",
    ),
    "server-not-allowed": _offers(
        "environments:\n  production:\n    server: https://punchh.example.com\n    token: ${MARLOW_PUNCHH_KEY}\n",
        "environments:\n  production:\n    server: https://marlow.punchh.com\n    token: ${MARLOW_PUNCHH_KEY}\n",
    ),
    "time-does-not-exist": _lunch(
        "schedule: {start: 2027-03-14T02:30:00, timezone: America/Chicago}\n",
        "schedule: {start: 2027-03-14T03:30:00, timezone: America/Chicago}\n",
    ),
    "time-exists-twice": _lunch(
        "schedule: {start: 2027-11-07T01:30:00, timezone: America/Chicago}\n",
        "schedule: {start: 2027-11-07T02:30:00, timezone: America/Chicago}\n",
    ),
}
_ACROSS_DOCUMENTS: Final = {
    "duplicate-key": Mistake(
        f"{_LUNCH}---\n{_LUNCH.replace('name: Lunch', 'name: Long lunch')}",
        f"{_LUNCH}---\n{_LUNCH.replace('name: Lunch', 'name: Long lunch').replace('key: lunch', 'key: long-lunch')}",
    ),
    "duplicate-identity": Mistake(
        f"{_LUNCH}external_id: offer-1\n---\n{_LUNCH.replace('lunch', 'brunch')}external_id: offer-1\n",
        f"{_LUNCH}external_id: offer-1\n---\n{_LUNCH.replace('lunch', 'brunch')}external_id: offer-2\n",
    ),
    "unknown-reference": Mistake(
        f"{_LUNCH}schedule: sumer\n---\nkind: schedule\nkey: summer\nexpiry_days: 30\n",
        f"{_LUNCH}schedule: summer\n---\nkind: schedule\nkey: summer\nexpiry_days: 30\n",
    ),
    "reference-not-here": _offers(
        f"{_TWO_PLACES}# document.yaml\n{_LUNCH}schedule: summer\n---\nkind: schedule\nkey: summer\n"
        "only: [sandbox]\nexpiry_days: 30\n",
        f"{_TWO_PLACES}# document.yaml\n{_LUNCH}schedule: summer\n---\nkind: schedule\nkey: summer\nexpiry_days: 30\n",
    ),
    "unknown-location": _offers(
        f"{_EMBEDDED}# document.yaml\n{_LUNCH}effective_location: downtown\n",
        f'{_EMBEDDED}locations: {{downtown: "location:1234"}}\n# document.yaml\n{_LUNCH}effective_location: downtown\n',
    ),
    "unknown-environment": _offers(
        f"{_TWO_PLACES}# document.yaml\n{_LUNCH}only: [prodution]\n",
        f"{_TWO_PLACES}# document.yaml\n{_LUNCH}only: [production]\n",
    ),
    "missing-for-environment": _offers(
        f"{_TWO_PLACES}# document.yaml\n{_LUNCH}external_id: {{production: offer-1}}\n",
        f"{_TWO_PLACES}# document.yaml\n{_LUNCH}external_id: {{production: offer-1, sandbox: offer-2}}\n",
    ),
    "formerly-exists": Mistake(
        f"{_LUNCH.replace('lunch', 'midday')}formerly: lunch\n---\n{_LUNCH}",
        f"{_LUNCH.replace('lunch', 'midday')}formerly: lunch\n",
    ),
    "text-twice": Mistake(
        f"{_LUNCH}locales:\n  fr: {{name: Midi}}\n---\nkind: locale\nlanguage: fr\nredeemables:\n"
        "  lunch: {name: Le midi}\n",
        f"{_LUNCH}---\nkind: locale\nlanguage: fr\nredeemables:\n  lunch: {{name: Le midi}}\n",
    ),
    "allowance-expired": _offers(
        f"{_EMBEDDED}allow:\n- {{code: no-filter, reason: Until the new menu., until: 2020-01-31T00:00:00}}\n",
        f"{_EMBEDDED}allow:\n- {{code: no-filter, reason: Reviewed in May., until: 2090-01-31T00:00:00}}\n",
    ),
    "limit-without-count": _offers(
        f"{_EMBEDDED}allow:\n- {{code: no-filter, limit: 3, reason: The summer menu.}}\n",
        f"{_EMBEDDED}allow:\n- {{code: no-filter, reason: The summer menu.}}\n",
    ),
    "allowance-without-subject": _offers(
        f"{_EMBEDDED}allow:\n- {{limit: 120, reason: The autumn menu.}}\n",
        f"{_EMBEDDED}allow:\n- {{guard: creates, limit: 120, reason: The autumn menu.}}\n",
    ),
}
_LEFT_TO_US: Final = {
    "reference-to-retired": Mistake(f"{_LUNCH}retired: true\n---\n{_GIFT}", f"{_LUNCH}---\n{_GIFT}"),
    "campaign-outside-offer": Mistake(
        f"{_LUNCH}schedule: {{start: 2090-08-01T00:00:00, timezone: America/Chicago}}\n---\n{_GIFT}",
        f"{_LUNCH}schedule: {{start: 2090-05-01T00:00:00, timezone: America/Chicago}}\n---\n{_GIFT}",
    ),
    "exclusion-as-qualifier": Mistake(
        f"{_NOT_A_DRINK}---\n{_TEN_PERCENT}qc_processing_function: sum_amounts\nline_item_filters: [{_DRINKS}]\n"
        "item_qualifiers: [{selector: no-drink}]\n",
        f"{_TEN_PERCENT}qc_processing_function: sum_amounts\nline_item_filters: [{_DRINKS}]\n"
        "item_qualifiers: [{selector: {external_id: drinks-1}, expression_type: line_item_does_not_exist}]\n",
    ),
    "field-ignored": _lunch("schedule: {remind_before: 3}\n", "schedule: {expiry_days: 30, remind_before: 3}\n"),
    "no-clauses": Mistake(
        f"{_SANDWICHES}filter_item_set: base_only\n",
        f"{_SANDWICHES}filter_item_set: base_only\n" + _clause("attribute: item_family, operator: in, value: '20,21'"),
    ),
    "modifiers-in-receipt-order": _sandwiches(
        _clause("attribute: item_family, operator: ==, value: 20") + _MODIFIERS,
        _clause("attribute: item_family, operator: ==, value: 20") + _MODIFIERS + "  processing_method: min_price\n",
    ),
    "expiry-twice": _lunch(
        "schedule: {end: 2030-06-01T23:59:59, expiry_days: 30, timezone: America/Chicago}\n",
        "schedule: {end: 2030-06-01T23:59:59, timezone: America/Chicago}\n",
    ),
    "deal-without-segment": _lunch("distributable: true\n", "distributable: true\nsegment: Loyal Regulars\n"),
    "code-expiry-without-minutes": _lunch(
        "expire_redemption_code_with_reward_end_date: true\n",
        "expire_redemption_code_with_reward_end_date: true\nredemption_code_expiry_mins: 15\n",
    ),
    "unknown-language": _lunch("locales:\n  nl: {name: Middag}\n", "locales:\n  fr: {name: Midi}\n"),
    "missing-translation": _offers(
        f"{_EMBEDDED}locales: [fr]\n# document.yaml\n{_LUNCH}",
        f"{_EMBEDDED}locales: [fr]\n# document.yaml\n{_LUNCH}locales:\n  fr: {{name: Midi}}\n",
    ),
    "end-before-start": _lunch(
        "schedule: {start: 2030-06-01T00:00:00, end: 2030-05-01T23:59:59, timezone: America/Chicago}\n",
        "schedule: {start: 2030-05-01T00:00:00, end: 2030-06-01T23:59:59, timezone: America/Chicago}\n",
    ),
    "no-filter": _ten_percent(
        "qc_processing_function: sum_amounts\npercentage_of_processed_amount: 10\n",
        f"qc_processing_function: sum_amounts\npercentage_of_processed_amount: 10\nline_item_filters: [{_DRINKS}]\n",
    ),
    "percent-over-100": _ten_percent(
        f"qc_processing_function: sum_amounts\npercentage_of_processed_amount: 150\nline_item_filters: [{_DRINKS}]\n",
        f"qc_processing_function: sum_amounts\npercentage_of_processed_amount: 15\nline_item_filters: [{_DRINKS}]\n",
    ),
    "discount-line-counts": _ten_percent(
        f"qc_processing_function: sum_amounts\nline_item_filters: [{_DRINKS}]\n"
        'receipt_qualifiers: [{attribute: total_amount, operator: ">=", value: 20}]\n',
        "qc_processing_function: sum_amounts\nline_item_filters:\n"
        f"- {_DRINKS}\n- {{selector: discount-lines, processing_method: exclude}}\n"
        'receipt_qualifiers: [{attribute: total_amount, operator: ">=", value: 20}]\n'
        "---\nkind: selector\nkey: discount-lines\nname: Discount lines\n"
        "base_items:\n  clauses:\n  - {attribute: line_item_type, operator: ==, value: D}\n",
    ),
    "rounds-dollars": _ten_percent(
        f"qc_processing_function: sum_amounts\nrounding_rule: floor\nline_item_filters: [{_DRINKS}]\n",
        f"qc_processing_function: sum_amounts\nline_item_filters: [{_DRINKS}]\n",
    ),
    "blanks-in-list": _sandwiches(
        _clause('attribute: item_id, operator: in, value: "2001, 2002"'),
        _clause('attribute: item_id, operator: in, value: "2001,2002"'),
    ),
    "value-never-matches": _sandwiches(
        _clause('attribute: item_id, operator: in, value: "2001-2003"'),
        _clause('attribute: item_id, operator: in, value: "2001,2002,2003"'),
    ),
    "hour-counts-whole": _ten_percent(
        f"name: Two to six\nqc_processing_function: sum_amounts\nline_item_filters: [{_DRINKS}]\nreceipt_qualifiers:\n"
        "- {attribute: receipt_hour, operator: in_range, value: 14..18}\n",
        f"name: Two to six\nqc_processing_function: sum_amounts\nline_item_filters: [{_DRINKS}]\nreceipt_qualifiers:\n"
        "- {attribute: receipt_hour, operator: in_range, value: 14..17}\n",
    ),
}
_AUTOMATIC: Final = """\
kind: redeemable
key: {key}
name: {name}
auto_applicable: true
receipt_rule: {{criterion: {key}}}
---
kind: criterion
key: {key}
name: {name}
qc_processing_function: sum_amounts
percentage_of_processed_amount: 10
line_item_filters: [{{selector: {selector}}}]
"""
_BY_THEMSELVES: Final = _AUTOMATIC.format(key="shakes", name="Cheaper shakes", selector="shakes") + "---\n"
_SHAKES: Final = """\
---
kind: selector
key: {key}
name: {name}
base_items:
  clauses:
  - {{attribute: item_family, operator: ==, value: {family}}}
"""
_ALL_SHAKES: Final = _SHAKES.format(key="shakes", name="Shakes", family=310)
_DEAL: Final = f"{_LUNCH}distributable: true\n"
_GIFTS: Final = _GIFT.replace("Loyal Regulars", "{}").replace("2090-06-01T10:00:00", "{}")
IN_PLANS: Final = {
    "guard-refused": _offers(
        f"{_EMBEDDED}guards: {{creates: 0}}\n# document.yaml\n{_LUNCH}",
        f"{_EMBEDDED}guards: {{creates: 5}}\n# document.yaml\n{_LUNCH}",
    ),
    "kept-back": Mistake(f"{_DEAL}segment: Loyal Regularz\n", f"{_DEAL}segment: Loyal Regulars\n"),
    "ended-already": _lunch(
        "schedule: {end: 2020-06-30T23:59:59, timezone: America/Chicago}\n",
        "schedule: {end: 2090-06-30T23:59:59, timezone: America/Chicago}\n",
    ),
    "unknown-place": _lunch("effective_location: location:99999\n", "effective_location: location:1234\n"),
    "retired-never-live": _lunch("retired: true\n", ""),
    "auto-offers-overlap": Mistake(
        _BY_THEMSELVES + _AUTOMATIC.format(key="summer", name="Summer shakes", selector="shakes") + _ALL_SHAKES,
        _BY_THEMSELVES
        + _AUTOMATIC.format(key="summer", name="Summer shakes", selector="small-shakes")
        + _ALL_SHAKES
        + _SHAKES.format(key="small-shakes", name="Small shakes", family=311),
    ),
    "part-would-be-dropped": _ten_percent(
        "qc_processing_function: sum_amounts\nline_item_filters: [{selector: {external_id: shaks}}]\n",
        "qc_processing_function: sum_amounts\nline_item_filters: [{selector: shakes}]\n" + _ALL_SHAKES,
    ),
    "would-be-refused": Mistake(
        _LUNCH.replace("{flat_discount: 5}", "{criterion: {external_id: ten-percent}}"),
        _LUNCH.replace("{flat_discount: 5}", "{criterion: ten-percent}")
        + f"---\n{_TEN_PERCENT}qc_processing_function: sum_amounts\nline_item_filters: [{{selector: shakes}}]\n"
        + _ALL_SHAKES,
    ),
    "campaign-too-soon": Mistake(
        f"{_LUNCH}---\n" + _GIFTS.format("Loyal Regulars", "2020-06-01T10:00:00"), f"{_LUNCH}---\n{_GIFT}"
    ),
    "campaign-segment-unclear": Mistake(
        f"{_LUNCH}---\n" + _GIFTS.format("Loyal Regularz", "2090-06-01T10:00:00"), f"{_LUNCH}---\n{_GIFT}"
    ),
    "campaign-repeated": Mistake(
        f"{_LUNCH}---\n{_GIFT}---\n{_GIFT.replace('kick-off', 'start')}", f"{_LUNCH}---\n{_GIFT}"
    ),
}
"""These are found where the files are compared with a server."""
MISTAKES: Final = MappingProxyType({**_IN_FILES, **_IN_DOCUMENTS, **_ACROSS_DOCUMENTS, **_LEFT_TO_US, **IN_PLANS})


def find_mistake(code: str) -> Mistake | None:
    """The example of a code, where it helps to have one."""
    return MISTAKES.get(code)
