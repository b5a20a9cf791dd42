"""Selectors: which lines of a receipt are meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

from offers_sync import codes
from offers_sync.contract import FilterItemSet, Operator, SelectorAttribute, SelectorProcessingMethod
from offers_sync.models.documents import IDLE_FORMER_KEY, Document, Ruled
from offers_sync.models.fields import OURS, Integer, Name, ScalarText, Written, at_least, field
from offers_sync.models.rules import Fault, Mapped, NeededWhen, Rule, Said, is_given


class Clause(Written):
    """One condition on a line of the receipt."""

    attribute: SelectorAttribute = field("What of the line is looked at.", examples=["item_family"])
    operator: Operator = field(
        "How it is compared. Quote the ones that YAML reads as something else: '>=', '!=', '>'.",
        examples=["in", "=="],
    )
    value: ScalarText = field(
        "What it is compared with, as text. Lists for `in` are separated by commas without blanks.",
        examples=["2001,2002,2003", "2001"],
    )


@dataclass(frozen=True, slots=True)
class AttributesOnce:
    """No two entries of a list ask for one attribute; the server keeps the first only."""

    member: str
    attributes: tuple[str, ...]

    def check(self, written: Mapped) -> Iterator[Fault]:
        """A fault at each entry whose attribute stood in an earlier one."""
        entries = written.get(self.member)
        seen: dict[str, int] = {}
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            attribute = entry.get("attribute") if isinstance(entry, dict) else None
            if not isinstance(attribute, str):
                continue
            if attribute in seen:
                yield Fault(
                    codes.REPEATED_ATTRIBUTE,
                    (self.member, index, "attribute"),
                    f"`{attribute}` is already asked for by entry {seen[attribute] + 1}; the server drops this one",
                    "join the two conditions into one entry, with `in` or `in_range`",
                )
            else:
                seen[attribute] = index

    def schema(self) -> dict[str, Any]:
        """A list that has an attribute has it once; to an editor that cannot count, that says nothing."""
        return {"properties": {self.member: {"allOf": [self._once(attribute) for attribute in self.attributes]}}}

    @staticmethod
    def _once(attribute: str) -> dict[str, Any]:
        entry = {"type": "object", "required": ["attribute"], "properties": {"attribute": {"const": attribute}}}
        why = f"Two entries ask for {attribute}; the server keeps the first only."
        return {"if": {"contains": entry}, "then": {"contains": entry, "maxContains": 1, "errorMessage": why}}


_CLAUSE_RULES: tuple[Rule, ...] = (AttributesOnce("clauses", get_args(SelectorAttribute)),)


class BaseItems(Ruled):
    """The base items that are meant."""

    rules: ClassVar[tuple[Rule, ...]] = _CLAUSE_RULES

    clauses: list[Clause] = field(
        "The conditions on a base item; all of them hold. An attribute stands once.",
        min_length=1,
        examples=[[{"attribute": "item_family", "operator": "in", "value": "2001,2002"}]],
    )


class Modifiers(Ruled):
    """The modifiers under the base items that are meant."""

    rules: ClassVar[tuple[Rule, ...]] = _CLAUSE_RULES

    clauses: list[Clause] = field(
        "The conditions on a modifier; all of them hold. An attribute stands once.",
        min_length=1,
        examples=[[{"attribute": "item_name", "operator": "like", "value": "Bacon"}]],
    )
    max_discount_units: Integer | None = field(
        "How many modifiers count at most; without it, all of them.", default=None, bounds=at_least(1), examples=[2]
    )
    processing_method: SelectorProcessingMethod | None = field(
        "Which modifiers count first: the dearest (max_price) or the cheapest (min_price); without it, those that "
        "come first on the receipt. Advised whenever a maximum is set.",
        default=None,
        examples=["max_price"],
    )


def _sides(written: Mapped) -> Iterator[Fault]:
    """What of the two sides does not count, or is not there; an object that is taken over may keep its clauses."""
    chosen = written.get("filter_item_set")
    if chosen == "base_only" and is_given(written, "modifiers"):
        yield Fault(
            codes.FIELD_IGNORED,
            ("modifiers",),
            "`filter_item_set: base_only` discounts no modifiers",
            "remove them, or choose `base_and_modifiers` or `modifiers_only`",
        )
    if written.get("exclude_non_payable") is True and chosen in ("base_only", "modifiers_only"):
        yield Fault(
            codes.FIELD_IGNORED,
            ("exclude_non_payable",),
            f"`exclude_non_payable` is meant for `base_and_modifiers`, and this selector is `{chosen}`",
            "choose `base_and_modifiers`, or remove this line",
        )
    if is_given(written, "base_items") or is_given(written, "external_id"):
        return
    if chosen in ("base_only", "base_and_modifiers") or (chosen is None and not is_given(written, "modifiers")):
        yield Fault(codes.NO_CLAUSES, (), "no clause says which base items are meant", codes.NO_CLAUSES.hint)


def _first_modifiers(written: Mapped) -> Iterator[Fault]:
    """A maximum without a method; null says that the order on the receipt is meant."""
    modifiers = written.get("modifiers")
    if not isinstance(modifiers, dict) or written.get("filter_item_set") == "base_only":
        return
    if is_given(modifiers, "max_discount_units") and "processing_method" not in modifiers:
        yield Fault(
            codes.MODIFIERS_IN_RECEIPT_ORDER,
            ("modifiers", "max_discount_units"),
            "the modifiers that come first on the receipt count, since no `processing_method` is written",
            "write `processing_method: max_price` or `min_price`, or null where the receipt's order is meant",
        )


class Selector(Document):
    """Which lines of a receipt an offer looks at (the vendor's line item selector)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        NeededWhen(
            "base_items",
            "filter_item_set",
            ("modifiers_only",),
            codes.FIELD_NEEDED,
            "modifiers are found under base items, so both sides have to be described",
        ),
        NeededWhen("modifiers", "filter_item_set", ("modifiers_only",), codes.FIELD_NEEDED),
        Said(_sides),
        Said(_first_modifiers),
        IDLE_FORMER_KEY,
    )

    kind: Literal["selector"] = field("What the document describes: lines of a receipt.", vendor=OURS)
    name: Name = field("The name shown in the vendor's dashboard.", examples=["Sandwiches"])
    filter_item_set: FilterItemSet | None = field(
        "What is discounted: the price of the base items, that of the modifiers under them, or both together.",
        default=None,
        examples=["base_only"],
    )
    exclude_non_payable: bool | None = field(
        "Leave out items whose modifiers come to nothing after a discount; meaningful with base_and_modifiers.",
        default=None,
        examples=[True],
    )
    base_items: BaseItems | None = field(
        "The base items that are meant.",
        default=None,
        examples=[{"clauses": [{"attribute": "item_family", "operator": "in", "value": "2001,2002"}]}],
    )
    modifiers: Modifiers | None = field(
        "The modifiers that are meant.",
        default=None,
        examples=[{"clauses": [{"attribute": "item_name", "operator": "like", "value": "Bacon"}]}],
    )
