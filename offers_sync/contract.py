"""The vendor's facts as plain tables: paths, limits, words, zones, and what each processing function needs.

Client and sandbox both read these tables, and nothing else in common: how a payload is written or understood
is each side's own business.  There is no behaviour here.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

# --------------------------------------------------------------------------------------------------- endpoints

SELECTORS_PATH: Final = "/api2/dashboard/offers/lis"
CRITERIA_PATH: Final = "/api2/dashboard/offers/qc"
REDEEMABLES_PATH: Final = "/api2/dashboard/offers/redeemable"
IMAGES_PATH: Final = "/api2/dashboard/offers/upload_redeemable_image"
HEADLESS_REDEEMABLES_PATH: Final = "/api2/dashboard/redeemables"
SEGMENTS_PATH: Final = "/api2/dashboard/segments"
LOCATIONS_PATH: Final = "/api2/dashboard/locations"
LOCATION_GROUPS_PATH: Final = "/api2/dashboard/location_groups"
CAMPAIGNS_PATH: Final = "/api2/dashboard/campaigns"
GIFT_PATH: Final = "/api2/dashboard/users/support_gifting"
FORCE_REDEEM_PATH: Final = "/api2/dashboard/redemptions/force_redeem"

HOST_SUFFIX: Final = ".punchh.com"

# ------------------------------------------------------------------------------------------------------ limits

BATCH_LIMIT: Final = 20
"""Items past the twentieth of one write are ignored without an error."""
DEFAULT_PAGE_SIZE: Final = 20
LOCATIONS_PAGE_SIZE: Final = 25
WHOLE_NUMBER_LIMIT: Final = 2**63 - 1
"""Either way from zero; what is larger is no whole number to the server."""
POINTED_WHOLE_NUMBER_LIMIT: Final = 2**53 - 1
"""The same where it is written with a point or an exponent, and so read as a float, which holds no more exactly."""
IMAGE_BYTES_LIMIT: Final = 500 * 1024
HEADER_BYTES_LIMIT: Final = 16 * 1024
HEADERS_BYTES_LIMIT: Final = 32 * 1024
AUTH_FAILURES_LIMIT: Final = 10
AUTH_FAILURES_WINDOW_SECONDS: Final = 600
AUTH_LOCKOUT_SECONDS: Final = 3600
GIFTS_PER_MINUTE: Final = 4_000
REDEMPTIONS_PER_MINUTE: Final = 500
REDEMPTIONS_PER_DAY: Final = 100_000
CAMPAIGN_LEAD_SECONDS: Final = 15 * 60
LIST_LAG_SECONDS: Final = 960
"""A neighbouring list lags fifteen minutes; one more is for the clocks."""


class Bounds(NamedTuple):
    """An inclusive range; ``None`` is open."""

    low: Decimal | None
    high: Decimal | None


def _bounds(low: str | None, high: str | None) -> Bounds:
    return Bounds(None if low is None else Decimal(low), None if high is None else Decimal(high))


NAME_LENGTH_LIMIT: Final = 255
INLINE_CRITERION_NAME_LENGTH_LIMIT: Final = 225
LOCATIONS_LIMIT: Final = 50
RECURRENCE_SPAN_DAYS_LIMIT: Final = 395
"""Both a repetition's distance and the whole span ``(occurrences - 1) * days_distance``."""

CRITERION_BOUNDS: Final = MappingProxyType(
    {
        "amount_cap": _bounds("0", "99999"),
        "percentage_of_processed_amount": _bounds("1", "99999"),
        "max_discount_units": _bounds("0", "99999"),
        "unit_discount": _bounds("0.01", "99999"),
        "minimum_unit_rate": _bounds("0.01", "99999"),
        "target_price": _bounds("0.01", None),
    }
)
INLINE_CRITERION_BOUNDS: Final = MappingProxyType(
    {
        **CRITERION_BOUNDS,
        "percentage_of_processed_amount": _bounds("0", "99999"),
        "max_discount_units": _bounds("1", "99999"),
    }
)
FILTER_QUANTITY_BOUNDS: Final = _bounds("1", "5")

# ------------------------------------------------------------------------------------------------------- words

FilterItemSet = Literal["base_only", "modifiers_only", "base_and_modifiers"]
SelectorProcessingMethod = Literal["max_price", "min_price"]
SelectorAttribute = Literal[
    "item_name",
    "item_id",
    "quantity",
    "item_family",
    "item_major_group",
    "item_serial_number",
    "line_item_type",
    "item_total_amount",
]
Operator = Literal[
    "==",
    "!=",
    ">",
    "<",
    ">=",
    "<=",
    "in",
    "is_case_insensitive",
    "in_case_insensitive",
    "not_in",
    "not_in_case_insensitive",
    "like",
    "not_like",
    "in_range",
    "not_in_range",
    "mod",
    "in_special",
]
ProcessingFunction = Literal[
    "hit_target_price",
    "hit_target_price_max_price_once",
    "hit_target_price_min_price_once",
    "bundle_price_target",
    "bundle_price_target_advanced",
    "rate_rollback",
    "sum_amounts",
    "sum_amounts_incremental",
    "sum_qty",
    "static_amount",
    "receipt_subtotal",
    "receipt_total_amount",
    "bogof",
    "bogof2",
]
RoundingRule = Literal["round", "ceil", "floor"]
ExpressionsOperator = Literal["All", "Any"]
EvaluationStrategy = Literal["Min", "Max"]
FilterProcessingMethod = Literal["max_price", "min_price", "exclude", "sum_of_amount"]
ExpressionType = Literal[
    "line_item_exists",
    "line_item_does_not_exist",
    "net_quantity_greater_than_or_equal_to",
    "net_quantity_equal_to",
    "net_amount_greater_than_or_equal_to",
    "net_amount_excluding_min_priced_item_equal_to_or_more_than",
    "net_amount_excluding_max_priced_item_equal_to_or_more_than",
]
ReceiptAttribute = Literal[
    "total_amount",
    "subtotal_amount",
    "receipt_hour",
    "receipt_minute",
    "receipt_week_day",
    "receipt_day",
    "receipt_week",
    "receipt_month",
    "receipt_year",
    "revenue_code",
    "revenue_id",
    "employee_id",
    "employee_name",
    "channel",
    "transaction_no",
]
DiscountChannel = Literal["all", "online_only", "offline_only"]
LagUnits = Literal["days", "hours"]
CampaignType = Literal["mass_gifting"]
CampaignCategory = Literal["gift_redeemable"]
QualifierType = Literal["new", "existing", "flat_discount"]

LINE_ITEM_TYPES: Final = MappingProxyType(
    {"M": "menu item", "D": "discount", "S": "service charge", "X": "extra", "T": "tax", "P": "payment"}
)
AGGREGATOR_ATTRIBUTES: Final = ("item_name", "item_id", "item_major_group", "item_family", "line_item_type")
RECEIPT_ATTRIBUTE_ALIASES: Final = MappingProxyType({"amount": "total_amount", "receipt_min": "receipt_minute"})
"""Names that answers were seen to use for the ones that are written."""

DOCUMENTED_LANGUAGES: Final = ("en-CY", "en-GB", "es", "es-CR", "es-US", "fr", "fr-ca", "ro", "en")

TRUE_WORDS: Final = frozenset({"y", "yes", "1", "true", "on"})
"""What a criterion's booleans take for true, in any case; every other value is false."""

# ---------------------------------------------------------------------------------- what the functions ask for

TARGET_FUNCTIONS: Final[tuple[ProcessingFunction, ...]] = (
    "hit_target_price",
    "hit_target_price_max_price_once",
    "hit_target_price_min_price_once",
    "bundle_price_target",
    "bundle_price_target_advanced",
)
FIELD_NEEDED_BY: Final = MappingProxyType[str, tuple[ProcessingFunction, ...]](
    {
        "max_discount_units": (
            "rate_rollback",
            "bundle_price_target",
            "bundle_price_target_advanced",
            "sum_amounts_incremental",
        ),
        "unit_discount": ("rate_rollback",),
        "minimum_unit_rate": ("rate_rollback",),
        "target_price": TARGET_FUNCTIONS,
    }
)
"""A field in this table is needed by the functions named and used by no other."""

METHODS_NEEDING_QUANTITY: Final[tuple[FilterProcessingMethod, ...]] = ("max_price", "min_price")
EXISTS_EXPRESSIONS: Final[tuple[ExpressionType, ...]] = ("line_item_exists", "line_item_does_not_exist")
"""The expression types whose ``net_value`` is forced to null; all others need one."""

# ---------------------------------------------------------------------------------------------------- defaults

DEFAULT_EXPRESSIONS_OPERATOR: Final[ExpressionsOperator] = "All"
DEFAULT_EVALUATION_STRATEGY: Final[EvaluationStrategy] = "Min"
DEFAULT_FILTER_PROCESSING_METHOD: Final[FilterProcessingMethod] = "sum_of_amount"
DEFAULT_EXPRESSION_TYPE: Final[ExpressionType] = "line_item_exists"
DEFAULT_DISCOUNT_CHANNEL: Final[DiscountChannel] = "all"
DEFAULT_GIFT_REASON: Final = "Support Activity"

WRITE_ONLY_CRITERION_FIELDS: Final = (
    "qualifying_expressions_operator",
    "item_filter_expressions_operator",
    "discount_evaluation_strategy",
)
"""Fields that no documented answer shows."""

# ------------------------------------------------------------------------------------------------ known answers

FEATURE_OFF_INGESTION: Final = (
    "Sorry, this functionality is not available. Please contact support@punchh.com to enable this."
)
FEATURE_OFF_LOYALTY: Final = "Your current loyalty program configuration does not support this feature."
FEATURE_OFF_CAMPAIGNS: Final = "Coupon campaigns feature is not enabled in business"
SIGN_IN_FIRST: Final = "You need to sign in or sign up before continuing."
MISSING_DATA: Final = "Required parameter missing or the value is empty: data"
INVALID_JSON: Final = "data was not valid JSON"
WARNING_MISSING_OR_INVALID: Final = "Required parameters missing or invalid: "
WARNING_DUPLICATE: Final = "Required parameter is duplicate: "
GIFT_NO_ENTITY: Final = "Please specify any one entity for gifting"
GIFT_SEVERAL_ENTITIES: Final = "Please specify a single entity for gifting"

# ------------------------------------------------------------------------------------------------------- zones

TIMEZONES: Final = tuple(
    """
    Etc/GMT+12 Pacific/Pago_Pago Pacific/Midway Pacific/Honolulu America/Juneau America/Los_Angeles
    America/Tijuana America/Phoenix America/Mazatlan America/Denver America/Guatemala America/Chicago
    America/Chihuahua America/Mexico_City America/Monterrey America/Regina America/Bogota America/New_York
    America/Indiana/Indianapolis America/Lima America/Halifax America/Caracas America/Guyana America/La_Paz
    America/Puerto_Rico America/Santiago America/St_Johns America/Sao_Paulo America/Argentina/Buenos_Aires
    America/Montevideo America/Godthab Atlantic/South_Georgia Atlantic/Azores Atlantic/Cape_Verde Europe/London
    Europe/Lisbon Africa/Monrovia Etc/UTC Europe/Amsterdam Europe/Belgrade Europe/Berlin Europe/Zurich
    Europe/Bratislava Europe/Brussels Europe/Budapest Africa/Casablanca Europe/Copenhagen Europe/Dublin
    Europe/Ljubljana Europe/Madrid Europe/Paris Europe/Prague Europe/Rome Europe/Sarajevo Europe/Skopje
    Europe/Stockholm Europe/Vienna Europe/Warsaw Africa/Algiers Europe/Zagreb Europe/Athens Europe/Bucharest
    Africa/Cairo Africa/Harare Europe/Helsinki Asia/Jerusalem Europe/Kaliningrad Europe/Kiev Africa/Johannesburg
    Europe/Riga Europe/Sofia Europe/Tallinn Europe/Vilnius Asia/Baghdad Europe/Istanbul Asia/Kuwait Europe/Minsk
    Europe/Moscow Africa/Nairobi Asia/Riyadh Europe/Volgograd Asia/Tehran Asia/Muscat Asia/Baku Asia/Tbilisi
    Asia/Yerevan Asia/Kabul Asia/Almaty Asia/Yekaterinburg Asia/Karachi Asia/Tashkent Asia/Kolkata Asia/Colombo
    Asia/Kathmandu Asia/Dhaka Asia/Urumqi Asia/Rangoon Asia/Bangkok Asia/Jakarta Asia/Krasnoyarsk
    Asia/Novosibirsk Asia/Shanghai Asia/Chongqing Asia/Hong_Kong Asia/Irkutsk Asia/Kuala_Lumpur Australia/Perth
    Asia/Singapore Asia/Taipei Asia/Ulaanbaatar Asia/Tokyo Asia/Seoul Asia/Yakutsk Australia/Adelaide
    Australia/Darwin Australia/Brisbane Australia/Melbourne Pacific/Guam Australia/Hobart Pacific/Port_Moresby
    Australia/Sydney Asia/Vladivostok Asia/Magadan Pacific/Noumea Pacific/Guadalcanal Asia/Srednekolymsk
    Pacific/Auckland Pacific/Fiji Asia/Kamchatka Pacific/Majuro Pacific/Chatham Pacific/Tongatapu Pacific/Apia
    Pacific/Fakaofo
    """.split()  # noqa: SIM905  134 quoted names would not read better
)
"""The 134 zones that the vendor accepts, which is not the whole database."""
