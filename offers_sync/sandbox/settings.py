"""How this vendor behaves wherever the documents leave a choice, or show more than one form.

Every field is one choice, with the default that a careful client has to survive.  Nothing acts here; what is
merely scripted for a while (a lost answer, a slow list) belongs to ``scripting``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

DEFAULT_SETTINGS_ABOUT: Final = "the choices of the sandbox"

Permission = Literal["granted", "redirect", "forbidden"]
Leniency = Literal["accept", "refuse"]
PastEnd = Literal["last_page", "empty", "no_list", "bad_request", "not_found", "unprocessable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The choices, grouped as the contract is; the text under each says what it decides."""

    # ------------------------------------------------------------------------------------------ who may call
    token: str | None = field(default=None, repr=False)
    """The only key that is let in; without one, any key that is not blank."""
    brand: str = "Marlow Burgers"
    """The name of the business."""
    business_timezone: str = "America/Chicago"
    """The zone of a redeemable that names none."""
    business_locales: tuple[str, ...] = ("en", "es", "fr")
    """The languages that answers pad with null translations."""
    ingestion_enabled: bool = True
    """The feature behind selectors, criteria, redeemables and images."""
    distribution_enabled: bool = True
    """The feature behind the headless list, segments and campaigns."""
    gifting_enabled: bool = True
    """The feature behind gifts."""
    dashboard_permission: Permission = "granted"
    """Whether the key's role may use these endpoints at all."""
    gift_permission: Permission = "granted"
    """Whether the key's role may gift and force redeem."""
    user_agent_required: bool = True
    """Whether a request without User-Agent is turned away."""
    brand_header_required: bool = False
    """Whether x_true_client_ip has to hold the brand's name."""
    lockout_enabled: bool = True
    """Whether ten failed authentications in ten minutes shut the address out for an hour."""
    request_id_shown: bool = True
    """Whether answers carry X-Request-Id."""
    published_ceilings: bool = True
    """Whether gifts and force redemptions over their published rate get a 429."""
    body_bytes_limit: int = 16 * 1024 * 1024
    """A larger body is turned away with a 413."""

    # ------------------------------------------------------------------------------------------------- lists
    per_page_maximum: int = 100
    """What per_page is clamped to in the ingestion lists."""
    headless_per_page_default: int = 20
    """The page size of the headless lists when none is asked for."""
    headless_per_page_maximum: int = 100
    """What per_page is clamped to in the headless lists."""
    past_end_meta_page: Literal["asked", "given"] = "asked"
    """What meta.page names when the last page is repeated past the end."""
    headless_past_end: PastEnd = "last_page"
    """What a headless list gives past its end: rows, none, an empty object, or a 400, 404 or 422."""
    meta_position: Literal["last", "first", "missing"] = "last"
    """Where an ingestion list has its meta."""
    query_matches: Literal["substring", "prefix", "whole"] = "substring"
    """How ``query`` is compared with a name."""
    query_case_sensitive: bool = False
    """Whether ``query`` minds the case."""
    query_reads_description: bool = True
    """Whether ``query`` looks into descriptions in the headless list of redeemables."""
    order: Literal["created", "updated", "name"] = "created"
    """What the lists descend by."""
    get_body_read: bool = True
    """Whether the JSON body of a GET arrives; many proxies drop it."""
    query_parameters_read: bool = True
    """Whether the ingestion and headless lists read query parameters too."""
    list_of_one_is_object: bool = False
    """Whether a bare array with a single member is given as that member."""
    location_id_required: bool = False
    """Whether the locations are only given one by one."""

    # ------------------------------------------------------------------------------------------------ writes
    duplicate_external_ids: Literal["accept", "refuse", "update"] = "accept"
    """What a POST does whose external_id exists already."""
    kinds_share_external_ids: bool = True
    """Whether objects of two kinds may have one external_id."""
    unique_names: bool = False
    """Whether two objects of a kind may not have one name."""
    generated_ids: Literal["hex", "uuid"] = "hex"
    """What the server makes up where external_id is left out: 40 hex characters, or a UUID."""
    external_id_shape: Literal["any", "uuid"] = "any"
    """Which external_ids are taken on create."""
    patch_unknown: Literal["fail", "create"] = "fail"
    """What a PATCH of an unknown external_id does."""
    results_without_warnings: tuple[str, ...] = ("update-selectors", "upload-images")
    """The endpoints whose results never have ``warnings``, so that what they drop is dropped in silence."""
    empty_warnings: Literal["object", "missing"] = "object"
    """How the absence of warnings is shown."""
    create_warnings_at: Literal["top", "nested"] = "top"
    """Where POST of redeemables puts the warnings about an inline criterion."""
    update_warnings_at: Literal["top", "nested"] = "nested"
    """The same for PATCH."""
    nulls_on_create: Leniency = "accept"
    """Whether a POST may send nulls, as the examples do and the types forbid."""
    null_on_update: Literal["clear", "keep"] = "clear"
    """What a null does to a scalar in a PATCH."""
    objects_on_update: Literal["replace", "merge"] = "replace"
    """Whether a nested object in a PATCH replaces the old one or is laid over it."""
    lists_on_update: Literal["replace", "merge"] = "replace"
    """Whether effective_location and locale lists in a PATCH replace the old ones or join them."""
    empty_list_on_update: Literal["delete", "keep"] = "delete"
    """What an empty effective_location or locale list does in a PATCH."""
    selector_limits_survive: bool = False
    """Whether max_discount_units and processing_method outlive a PATCH that sends only clauses."""
    selector_update_needs_name: bool = True
    """Whether a PATCH of a selector without ``name`` fails."""
    numbers_as_text_taken: bool = False
    """Whether a number may be sent as text."""
    other_booleans: Literal["words", "strict"] = "words"
    """How a boolean outside criteria is read: as criteria do, or JSON booleans only."""
    unknown_places: Leniency = "accept"
    """What happens to an effective_location that does not exist."""
    unknown_locales: Literal["accept", "drop"] = "accept"
    """What happens to a language that the documents do not mention."""
    times_with_offset: Leniency = "refuse"
    """What happens to a start_time or end_time with an offset or a Z."""
    past_end_times: Leniency = "accept"
    """What happens to an end_time that is over already."""
    aggregator_without_attribute: Leniency = "refuse"
    """What happens to an aggregator that is on with all attributes false."""
    functions_needing_rounding: tuple[str, ...] = ()
    """The processing functions that fail without rounding_rule."""
    inline_name_limit: int = 225
    """How long the name of an inline criterion may be."""
    inline_target_price_whole: bool = True
    """Whether an inline target_price has to be a whole number."""
    inline_function_required: bool = False
    """Whether an inline criterion fails without qc_processing_function."""
    criterion_always_required: bool = False
    """Whether redeeming_criterion has to be sent with every qualifier type."""
    inline_criteria_listed: bool = True
    """Whether a criterion made by ``new`` is in the criteria list and can be patched there."""
    patching_new_again: Literal["another", "same"] = "another"
    """Whether a PATCH with ``new`` makes another criterion or changes the one that is there."""
    oversized_images: tuple[str, ...] = ("*oversized*",)
    """The URLs (globs) whose image is over 500 KB; nothing is ever fetched."""

    # ------------------------------------------------------------------------------------------ answer shapes
    selector_filter_name: Literal["filter_type", "filter_item_set"] = "filter_type"
    """The name of filter_item_set in the selector list."""
    criteria_qualifiers_name: Literal["receipt_qualifier", "receipt_qualifiers"] = "receipt_qualifier"
    """The name of receipt_qualifiers in the criteria list."""
    criteria_numbers: Literal["text", "number"] = "text"
    """How the criteria list shows numbers."""
    redeemable_quantities: Literal["text", "number"] = "text"
    """How a redeemable shows the quantity of a filter."""
    quantities_shown: bool = True
    """Whether ``quantity`` is ever shown, or always null."""
    criteria_unset: Literal["null", "missing"] = "null"
    """How the criteria list shows fields that are not set."""
    redeemable_unset: Literal["null", "missing"] = "null"
    """How a redeemable shows fields that are not set."""
    redeemable_texts_unset: Literal["missing", "null"] = "missing"
    """The same for its description and note."""
    absent_words: Literal["blank", "null"] = "blank"
    """How an absent enum is shown."""
    default_method_shown: Literal["blank", "word"] = "blank"
    """How a filter without processing_method is shown."""
    criterion_places: Literal["list", "text", "null"] = "list"
    """How places are shown: always a list, one as a text, or none as null (one as a text too)."""
    operators_shown: bool = False
    """Whether the three operators of a criterion are shown."""
    receipt_attributes_renamed: tuple[str, ...] = ("criteria",)
    """The lists that show total_amount as ``amount`` and receipt_minute as ``receipt_min``."""
    times_with_z: bool = True
    """Whether local times are shown with a Z that means nothing."""
    locales_padded: bool = True
    """Whether the business's languages without a translation are shown with a null."""
    existing_criterion_shown: Literal["null", "whole", "missing"] = "null"
    """What ``existing`` shows inside redeeming_criterion."""
    flat_discount_name: Literal["discount_amount", "discount"] = "discount_amount"
    """The name of a flat discount in answers."""
    redeemable_uuid: Literal["external_id", "own"] = "external_id"
    """What the headless list shows as redeemable_uuid."""

    # -------------------------------------------------------------------------- campaigns, gifts, redemptions
    campaign_error_shape: Literal["error", "errors", "list", "base"] = "error"
    """The envelope of a refused campaign."""
    campaign_times_without_offset: Leniency = "accept"
    """What happens to a campaign's start_time without an offset; accepted, it is in the business's zone."""
    campaign_zone_name: Literal["timezone", "time_zone"] = "timezone"
    """The name of the zone in a campaign's answer."""
    campaign_repeats: Literal["gift_again", "refuse"] = "gift_again"
    """What a second campaign with one external_campaign_id does."""
    gift_texts: Literal["article", "bare"] = "article"
    """Which of the two variants of the gift refusals is used."""
    gift_needs_allowance: bool = True
    """Whether a gifted redeemable needs allow_for_support_gifting."""
    unknown_guests: Leniency = "accept"
    """What happens to a user_id or reward_id that nobody has seen."""
    repeated_redemptions: Leniency = "refuse"
    """What happens to a reward that was redeemed before."""
