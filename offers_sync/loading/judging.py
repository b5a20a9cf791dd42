"""What is allowed and most likely not meant: lint that no schema can say, about a document and those that it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from offers_sync import codes
from offers_sync.loading.census import Census, Charge, LoadedDocument
from offers_sync.loading.complaints import Complaint, Path, advice
from offers_sync.loading.conditions import is_range_of_hours, judge_condition, may_be_doubted
from offers_sync.models.criterion import Criterion, InlineCriterion, LineItemFilter
from offers_sync.models.selector import Clause, Selector

_NEGATIVE_OPERATORS: Final = frozenset({"!=", "not_in", "not_in_case_insensitive", "not_like", "not_in_range"})
_WITHOUT_FILTER: Final = frozenset({"receipt_subtotal", "receipt_total_amount", "static_amount"})
"""Functions that work on the receipt as a whole."""
_AMOUNTS: Final = frozenset({"total_amount", "subtotal_amount"})
_AT_LEAST: Final = frozenset({">", ">=", "in_range"})
_DISCOUNT_LINE: Final = "D"
_WHOLE: Final = 100


def judge(census: Census) -> Iterator[Charge]:
    """Everything that a colleague would ask about."""
    for document, selector in census.of(Selector):
        for complaint in _judge_selector(document, selector):
            yield document.source, complaint
    timed = []
    for document, criterion, path in census.criteria:
        for complaint in _judge_criterion(census, document, criterion, path):
            yield document.source, complaint
        if any(is_range_of_hours(condition) for condition in criterion.receipt_qualifiers or ()):
            timed.append((document, criterion, path))
    if timed:
        from offers_sync.loading.hours import judge_hours  # noqa: PLC0415  few criteria are about hours

        yield from judge_hours(census, timed)


def _judge_selector(document: LoadedDocument, selector: Selector) -> Iterator[Complaint]:
    for side in ("base_items", "modifiers"):
        items = getattr(selector, side)
        for index, clause in enumerate(items.clauses if items is not None else ()):
            if may_be_doubted(clause) and document.knows(side, "clauses", index):
                yield from judge_condition(clause, (side, "clauses", index, "value"))


def _judge_criterion(
    census: Census, document: LoadedDocument, criterion: Criterion | InlineCriterion, path: Path
) -> Iterator[Complaint]:
    if criterion.rounding_rule is not None:
        message = f"`rounding_rule: {criterion.rounding_rule}` rounds the discount to whole dollars"
        yield Complaint(codes.ROUNDS_DOLLARS, (*path, "rounding_rule"), message, advice(codes.ROUNDS_DOLLARS))
    percent = criterion.percentage_of_processed_amount
    if percent is not None and percent > _WHOLE:
        at = (*path, "percentage_of_processed_amount")
        message = f"{percent:f} percent takes off more than the items cost"
        yield Complaint(codes.PERCENT_OVER_100, at, message, advice(codes.PERCENT_OVER_100))
    filters = criterion.line_item_filters or ()
    knows_filters = document.knows(*path, "line_item_filters")
    is_narrowed = any(line_filter.processing_method != "exclude" for line_filter in filters)
    if not is_narrowed and knows_filters and _works_on_items(document, criterion, path):
        message = "every item of the receipt is discounted: there is no line item filter"
        if filters:
            message = "every item but those excluded is discounted: all line item filters exclude"
        at = (*path, "line_item_filters") if filters else path
        yield Complaint(codes.NO_FILTER, at, message, advice(codes.NO_FILTER))
    for index, qualifier in enumerate(criterion.receipt_qualifiers or ()):
        if may_be_doubted(qualifier) and document.knows(*path, "receipt_qualifiers", index):
            yield from judge_condition(qualifier, (*path, "receipt_qualifiers", index, "value"))
    yield from _judge_exclusions(census, document, criterion, path)
    if knows_filters:
        yield from _judge_minimum(census, document, criterion, path)


def _works_on_items(document: LoadedDocument, criterion: Criterion | InlineCriterion, path: Path) -> bool:
    """Whether the function works on single lines of the receipt."""
    function = criterion.qc_processing_function
    return function not in _WITHOUT_FILTER and document.knows(*path, "qc_processing_function")


def _judge_exclusions(
    census: Census, document: LoadedDocument, criterion: Criterion | InlineCriterion, path: Path
) -> Iterator[Complaint]:
    """A qualifier that asks for an item that is *not* something holds of nearly every receipt."""
    for index, qualifier in enumerate(criterion.item_qualifiers or ()):
        if qualifier.expression_type not in (None, "line_item_exists") or not isinstance(qualifier.selector, str):
            continue
        place = (*path, "item_qualifiers", index)
        clauses = _clauses_of(census, qualifier.selector) if document.knows(*place) else None
        if clauses and all(clause.operator in _NEGATIVE_OPERATORS for clause in clauses):
            message = f"`{qualifier.selector}` says what is left out, and as a qualifier it asks for such an item"
            hint = advice(codes.EXCLUSION_AS_QUALIFIER)
            yield Complaint(codes.EXCLUSION_AS_QUALIFIER, (*place, "selector"), message, hint)


def _clauses_of(census: Census, selector: str) -> Sequence[Clause] | None:
    """The conditions on base items of a selector; nothing where they cannot be read."""
    document = census.by_name.get(("selector", selector))
    if document is None or not isinstance(document.model, Selector) or not document.knows("base_items"):
        return None
    return document.model.base_items.clauses if document.model.base_items is not None else ()


def _judge_minimum(
    census: Census, document: LoadedDocument, criterion: Criterion | InlineCriterion, path: Path
) -> Iterator[Complaint]:
    """Some vendors of orders send the discount back as a line, which then counts against the offer's own minimum."""
    for index, condition in enumerate(criterion.receipt_qualifiers or ()):
        if condition.attribute not in _AMOUNTS or condition.operator not in _AT_LEAST:
            continue
        at = (*path, "receipt_qualifiers", index)
        filters = criterion.line_item_filters or ()
        if document.knows(*at) and not any(_may_leave_out_discounts(census, each) for each in filters):
            message = "the offer's own discount may come back as a line and count against this minimum"
            yield Complaint(codes.DISCOUNT_LINE_COUNTS, at, message, advice(codes.DISCOUNT_LINE_COUNTS))


def _may_leave_out_discounts(census: Census, line_filter: LineItemFilter) -> bool:
    """What git does not manage may say anything, and so may what cannot be read."""
    if line_filter.processing_method != "exclude":
        return False
    clauses = _clauses_of(census, line_filter.selector) if isinstance(line_filter.selector, str) else None
    return clauses is None or any(
        clause.attribute == "line_item_type" and _DISCOUNT_LINE in clause.value.split(",") for clause in clauses
    )
