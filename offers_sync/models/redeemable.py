"""Redeemables: the offers themselves, with their receipt rule, texts, audience and time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Tag

from offers_sync import codes
from offers_sync.contract import DEFAULT_DISCOUNT_CHANNEL, DiscountChannel
from offers_sync.models.criterion import InlineCriterion
from offers_sync.models.documents import Document, Ruled, idle_former_key
from offers_sync.models.fields import (
    OURS,
    URL_PATTERN,
    FormedText,
    Integer,
    Key,
    Language,
    Name,
    Number,
    Text,
    Written,
    at_least,
    field,
)
from offers_sync.models.references import External, is_external
from offers_sync.models.rules import ExactlyOne, Fault, Mapped, Rule, Said, is_given
from offers_sync.models.schedule import InlineSchedule


def _criterion_form(value: Any) -> str:
    if isinstance(value, External) or is_external(value):
        return "<external>"
    return "<inline>" if isinstance(value, (dict, InlineCriterion)) else "<key>"


CriterionChoice = Annotated[
    Annotated[Key, Tag("<key>")] | Annotated[External, Tag("<external>")] | Annotated[InlineCriterion, Tag("<inline>")],
    Discriminator(_criterion_form),
]


def _schedule_form(value: Any) -> str:
    return "<inline>" if isinstance(value, (dict, InlineSchedule)) else "<key>"


ScheduleChoice = Annotated[
    Annotated[Key, Tag("<key>")] | Annotated[InlineSchedule, Tag("<inline>")],
    Discriminator(_schedule_form),
]


class ReceiptRule(Ruled):
    """What the offer takes off, and from which receipts: exactly one form."""

    rules: ClassVar[tuple[Rule, ...]] = (ExactlyOne(("criterion", "flat_discount"), codes.CHOOSE_ONE),)

    criterion: CriterionChoice | None = field(
        "The key of a criterion, {external_id: ...} of one that git does not manage, or a criterion written out.",
        default=None,
        vendor="redeeming_criterion_id, redeeming_criterion",
        examples=[
            "ten-percent-sandwiches",
            {"external_id": "5f0c6f0e-6a43-4a3f-9f62-0d4f8a1f6c11"},
            {
                "qc_processing_function": "sum_amounts",
                "percentage_of_processed_amount": 10,
                "line_item_filters": [{"selector": "sandwiches"}],
            },
        ],
    )
    flat_discount: Number | None = field(
        "A fixed discount on the receipt.",
        default=None,
        vendor="discount_amount",
        above=0,
        examples=[5],
    )


class Template(Written):
    """Texts for the app and for the till."""

    redemption_message: Text | None = field(
        "What the app shows at redemption; {{points_requested}} and {{redeemed_points}} are filled in.",
        default=None,
        examples=["Show this code at the till."],
    )
    short_prompt: Text | None = field("The short text on the till.", default=None, examples=["10% sandwich"])
    standard_prompt: Text | None = field(
        "The full text on the till.", default=None, examples=["Ten percent off one sandwich"]
    )


class Translation(Written):
    """The texts of an offer in one language."""

    name: Name | None = field(
        "The offer's name in this language.",
        default=None,
        vendor="alternate_locale_name",
        examples=["10 % sur un sandwich"],
    )
    description: Text | None = field(
        "The offer's description in this language.",
        default=None,
        vendor="alternate_locale_description",
        examples=["Dix pour cent sur un sandwich."],
    )


def _audience(written: Mapped) -> Iterator[Fault]:
    is_deal = written.get("distributable") is True
    if is_deal and written.get("distributable_to_all_users") is not True and not is_given(written, "segment"):
        yield Fault(
            codes.DEAL_WITHOUT_SEGMENT,
            ("distributable",),
            "a deal that is not for all guests needs a segment",
            "add `segment: NAME`, or `distributable_to_all_users: true`",
        )
    for name in ("segment", "activate_now", "distributable_to_all_users"):
        if not is_deal and (written.get(name) is True or (name == "segment" and is_given(written, name))):
            yield Fault(
                codes.FIELD_IGNORED,
                (name,),
                f"`{name}` counts only with `distributable: true`",
                "add that line, or remove this one",
            )


def _redemption_code(written: Mapped) -> Iterator[Fault]:
    flag = "expire_redemption_code_with_reward_end_date"
    if written.get(flag) is True and not is_given(written, "redemption_code_expiry_mins"):
        yield Fault(
            codes.CODE_EXPIRY_WITHOUT_MINUTES,
            (flag,),
            f"`{flag}` works only with `redemption_code_expiry_mins`",
            "add `redemption_code_expiry_mins`",
        )


def _picture(written: Mapped) -> Iterator[Fault]:
    if "image" in written and written["image"] is None:
        yield Fault(
            codes.FIELD_IGNORED,
            ("image",),
            "a picture can be replaced, and nothing takes it away",
            "remove this line, or write the address of another picture",
        )


def _former_key(written: Mapped) -> Iterable[Fault]:
    """The id of a criterion that is written inside is derived from the former key too, unless it says its own."""
    if not is_given(written, "formerly"):
        return ()
    rule = written.get("receipt_rule")
    criterion = rule.get("criterion") if isinstance(rule, dict) else None
    if isinstance(criterion, dict) and not any(is_given(criterion, name) for name in ("external_id", "formerly")):
        return ()
    return idle_former_key(written)


def _auto_redemption(written: Mapped) -> Iterator[Fault]:
    points = written.get("points")
    if written.get("auto_applicable") is True and isinstance(points, int) and points > 0:
        yield Fault(
            codes.FIELD_IGNORED,
            ("auto_applicable",),
            "`auto_applicable` counts only for gifted offers without points",
            "remove this line, or `points`",
        )


class Redeemable(Document):
    """An offer: what guests can redeem."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Said(_audience),
        Said(_redemption_code),
        Said(_auto_redemption),
        Said(_picture),
        Said(_former_key),
    )

    kind: Literal["redeemable"] = field("What the document describes: an offer.", vendor=OURS)
    name: Name = field("The name that guests see.", examples=["10% off any sandwich"])
    description: Text | None = field(
        "The description that guests see.", default=None, examples=["Ten percent off one sandwich."]
    )
    note: Text | None = field("A note for colleagues; guests do not see it.", default=None, examples=["Ask legal."])
    meta_data: Text | None = field(
        "A text that the guests' app gets with the offer.", default=None, examples=["badge=summer"]
    )
    points: Integer | None = field("What the offer costs in points.", default=None, bounds=at_least(0), examples=[120])
    discount_channel: DiscountChannel | None = field(
        "Where the offer is meant to be used; informational. All channels by default.",
        default=None,
        server_default=DEFAULT_DISCOUNT_CHANNEL,
        examples=["online_only"],
    )
    effective_location: Name | None = field(
        "Where the offer holds: an alias from offers.yaml, or location:ID or tag:GROUP. Everywhere without it.",
        default=None,
        examples=["downtown"],
    )
    receipt_rule: ReceiptRule = field(
        "What is taken off, and from which receipts: a criterion, or a flat discount.",
        vendor="receipt_rule, qualifier_type",
        examples=[{"criterion": "ten-percent-sandwiches"}, {"flat_discount": 5}],
    )
    schedule: ScheduleChoice | None = field(
        "From when until when: the key of a schedule, or one written out.",
        default=None,
        vendor=OURS,
        examples=["summer"],
    )
    locales: dict[Language, Translation] | None = field(
        "The offer's texts in other languages.",
        default=None,
        vendor="alternate_locale_name, alternate_locale_description",
        examples=[{"fr": {"name": "10 % sur un sandwich"}}],
    )
    image: FormedText | None = field(
        "The URL of the offer's picture, at most 500 KB; the server fetches it, we never do.",
        default=None,
        vendor="image_url",
        pattern=URL_PATTERN,
        examples=["https://images.example.com/sandwich.png"],
    )
    allow_for_support_gifting: bool | None = field("Support staff may gift the offer.", default=None, examples=[True])
    available_as_template: bool | None = field(
        "The offer may serve as a template in the dashboard.", default=None, examples=[False]
    )
    auto_applicable: bool | None = field(
        "The offer is applied by itself, where auto redemption is on; for gifted offers without points.",
        default=None,
        examples=[False],
    )
    applicable_as_loyalty_redemption: bool | None = field(
        "The offer may be redeemed with loyalty points.", default=None, examples=[True]
    )
    distributable: bool | None = field(
        "The offer is a deal: only guests of a segment have it.", default=None, examples=[True]
    )
    distributable_to_all_users: bool | None = field("The deal is for all guests.", default=None, examples=[True])
    segment: Name | None = field(
        "The name of the segment whose guests have the deal; resolved in each environment.",
        default=None,
        vendor="segment_definition_id",
        examples=["Loyal Regulars"],
    )
    activate_now: bool | None = field(
        "The deal is active at once; with distributable only.", default=None, examples=[True]
    )
    redemption_code_expiry_mins: Integer | None = field(
        "How many minutes a redemption code lives.", default=None, bounds=at_least(1), examples=[15]
    )
    expire_redemption_code_with_reward_end_date: bool | None = field(
        "A redemption code ends with the reward, should that be sooner; works only with redemption_code_expiry_mins.",
        default=None,
        examples=[True],
    )
    template: Template | None = field(
        "Texts for the app and for the till.", default=None, examples=[{"short_prompt": "10% sandwich"}]
    )
    retired: bool | None = field(
        "The offer is withdrawn: it is no longer distributed, and ends now. The file stays as its tombstone.",
        default=None,
        vendor=OURS,
        examples=[True],
    )
