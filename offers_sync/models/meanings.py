"""What the vendor's words mean, in ours: a table for each set of words that a field allows.

Where the vendor publishes no meaning, the line says so.  Which words are allowed is said by ``contract`` and by the
models; the hover texts of editors and ``offers explain`` both read these tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

Words = Mapping[str, str]

KINDS: Final[Words] = {
    "selector": "which lines of a receipt are meant",
    "criterion": "what a receipt must hold, and how much is taken off",
    "redeemable": "an offer: what guests can redeem",
    "schedule": "from when until when, shared by many offers",
    "locale": "the texts of many offers in one language",
    "campaign": "one gifting of an offer to a whole segment",
}

ROWS: Final[Words] = {
    "gift": "a row of a file for `offers gift`",
    "redeem": "a row of a file for `offers redeem`",
}

_FILTER_ITEM_SET: Final[Words] = {
    "base_only": "the price of the base items alone",
    "modifiers_only": "the price of the modifiers alone; base and modifier clauses are both needed to find them",
    "base_and_modifiers": "the price of the base items and of the modifiers under them together",
}
_SELECTOR_PROCESSING_METHOD: Final[Words] = {
    "max_price": "the dearest modifiers count first",
    "min_price": "the cheapest modifiers count first",
}
_SELECTOR_ATTRIBUTE: Final[Words] = {
    "item_name": "the name on the line",
    "item_id": "the item's id in the till; the finest grain",
    "quantity": "how many units the line has",
    "item_family": "the item's family, which holds item ids",
    "item_major_group": "the item's major group, which holds families",
    "item_serial_number": "where the line stands on the receipt",
    "line_item_type": "M menu item, D discount, S service charge, X extra, T tax, P payment",
    "item_total_amount": "the amount of the line",
}
_OPERATOR: Final[Words] = {
    "==": "equal to the value",
    "!=": "not equal to the value; quote it in YAML",
    ">": "greater than the value; quote it in YAML",
    "<": "less than the value",
    ">=": "greater than the value, or equal to it; quote it in YAML",
    "<=": "less than the value, or equal to it",
    "in": "one of the values, separated by commas without blanks; ranges are not understood",
    "is_case_insensitive": "equal to the value, capitals or not",
    "in_case_insensitive": "one of the values, capitals or not",
    "not_in": "none of the values, separated by commas without blanks",
    "not_in_case_insensitive": "none of the values, capitals or not",
    "like": "contains the value; the exact matching is not published",
    "not_like": "does not contain the value; the exact matching is not published",
    "in_range": "within LOW..HIGH, both ends included; of hours the last one counts through :59",
    "not_in_range": "outside LOW..HIGH",
    "mod": "by the remainder of a division; the format of the value is not published",
    "in_special": "a form whose meaning is not published; sent as it is written",
}
_PROCESSING_FUNCTION: Final[Words] = {
    "hit_target_price": "brings every selected unit down to `target_price`",
    "hit_target_price_max_price_once": "brings the dearest unit, and only that one, down to `target_price`",
    "hit_target_price_min_price_once": "brings the cheapest unit, and only that one, down to `target_price`",
    "bundle_price_target": "pools all qualifying bundles and brings the pool down to `target_price` a bundle; a pool "
    "under the target gives nothing",
    "bundle_price_target_advanced": "brings each bundle down to `target_price`, judging each by itself",
    "rate_rollback": "takes `unit_discount` off each unit, up to `max_discount_units`, never below `minimum_unit_rate`",
    "sum_amounts": "adds the amounts of the filtered lines, then takes the percentage, then the cap",
    "sum_amounts_incremental": "like sum_amounts, for up to `max_discount_units`; its arithmetic is not published",
    "sum_qty": "counts units instead of money; `amount_cap` then caps the count",
    "static_amount": "gives a fixed amount; its arithmetic is not published",
    "receipt_subtotal": "works on the receipt's subtotal; its arithmetic is not published",
    "receipt_total_amount": "works on the receipt's total; its arithmetic is not published",
    "bogof": "buy one, get one free; its arithmetic is not published",
    "bogof2": "buy one, get one free, another way; how it differs from bogof is not published",
}
_ROUNDING_RULE: Final[Words] = {
    "round": "to the nearest whole number, halves up",
    "ceil": "up to the next whole number",
    "floor": "down to the whole number",
}
_EXPRESSIONS_OPERATOR: Final[Words] = {
    "All": "every one of the list counts",
    "Any": "one of the list is enough",
}
_EVALUATION_STRATEGY: Final[Words] = {
    "Min": "the smallest discount is taken",
    "Max": "the largest discount is taken",
}
_FILTER_PROCESSING_METHOD: Final[Words] = {
    "max_price": "the dearest of the lines, as many as `quantity` says",
    "min_price": "the cheapest of the lines, as many as `quantity` says",
    "exclude": "none of the lines: they are left out of the discount",
    "sum_of_amount": "all of the lines",
}
_EXPRESSION_TYPE: Final[Words] = {
    "line_item_exists": "the receipt has such a line",
    "line_item_does_not_exist": "the receipt has no such line",
    "net_quantity_greater_than_or_equal_to": "at least `net_value` units of such lines",
    "net_quantity_equal_to": "exactly `net_value` units of such lines",
    "net_amount_greater_than_or_equal_to": "such lines come to at least `net_value`",
    "net_amount_excluding_min_priced_item_equal_to_or_more_than": "such lines, the cheapest item apart, come to at "
    "least `net_value`",
    "net_amount_excluding_max_priced_item_equal_to_or_more_than": "such lines, the dearest item apart, come to at "
    "least `net_value`",
}
_RECEIPT_ATTRIBUTE: Final[Words] = {
    "total_amount": "the receipt's total",
    "subtotal_amount": "the receipt's subtotal",
    "receipt_hour": "the hour on the receipt's own clock, 0 to 23; the last hour of a range counts through :59",
    "receipt_minute": "the minute on the receipt",
    "receipt_week_day": "the day of the week, as a number whose start of the week is not published",
    "receipt_day": "the day of the month",
    "receipt_week": "the week of the year",
    "receipt_month": "the month",
    "receipt_year": "the year",
    "revenue_code": "the till's revenue code, such as Online",
    "revenue_id": "the till's revenue id",
    "employee_id": "the id of who rang it up",
    "employee_name": "the name of who rang it up",
    "channel": "the channel of the order, such as POS",
    "transaction_no": "the number of the transaction",
}
_DISCOUNT_CHANNEL: Final[Words] = {
    "all": "online and in the restaurant",
    "online_only": "online orders",
    "offline_only": "in the restaurant",
}
_LAG_UNITS: Final[Words] = {"days": "whole days", "hours": "whole hours"}
_CAMPAIGN_TYPE: Final[Words] = {"mass_gifting": "gifts every guest of a segment at once"}
_CAMPAIGN_CATEGORY: Final[Words] = {"gift_redeemable": "what is gifted is an offer"}
_GUARD: Final[Words] = {
    "creates": "how many objects of all kinds one apply creates",
    "updates": "how many managed objects one apply updates",
    "live_edits": "how many offers that are live now one apply edits",
    "lookalike": "an object of the same name that lives under another id",
}
_CRITERIA_FORM: Final[Words] = {
    "separate": "as objects of their own, sent before the offer",
    "inline": "inside the create call of the offer",
}

_TABLES: Final = (
    KINDS,
    _FILTER_ITEM_SET,
    _SELECTOR_PROCESSING_METHOD,
    _SELECTOR_ATTRIBUTE,
    _OPERATOR,
    _PROCESSING_FUNCTION,
    _ROUNDING_RULE,
    _EXPRESSIONS_OPERATOR,
    _EVALUATION_STRATEGY,
    _FILTER_PROCESSING_METHOD,
    _EXPRESSION_TYPE,
    _RECEIPT_ATTRIBUTE,
    _DISCOUNT_CHANNEL,
    _LAG_UNITS,
    _CAMPAIGN_TYPE,
    _CAMPAIGN_CATEGORY,
    _GUARD,
    _CRITERIA_FORM,
)
_BY_WORDS: Final = MappingProxyType({frozenset(table): MappingProxyType(dict(table)) for table in _TABLES})


def meanings_of(words: Iterable[object]) -> Words | None:
    """What each word of a set means, where the set is one of those known here."""
    return _BY_WORDS.get(frozenset(word for word in words if isinstance(word, str)))


def all_words() -> frozenset[str]:
    """Every word that has a meaning here."""
    return frozenset(word for table in _TABLES for word in table)
