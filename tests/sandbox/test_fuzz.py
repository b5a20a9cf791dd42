"""Bad input of any kind gets an envelope, never an accident."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offers_sync import contract
from offers_sync.sandbox import Request, Settings, Vendor, World
from offers_sync.sandbox.endpoints import ENDPOINTS
from offers_sync.sandbox.seeding import seed

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADERS = (("authorization", "Bearer key"), ("user-agent", "a/b/c"))
DOCUMENTED = {200, 201, 202, 302, 400, 401, 403, 404, 413, 422, 429, 431}
LENIENT = Settings(
    results_without_warnings=(),
    patch_unknown="create",
    duplicate_external_ids="update",
    objects_on_update="merge",
    lists_on_update="merge",
    numbers_as_text_taken=True,
    times_with_offset="accept",
    past_end_times="refuse",
    unknown_places="refuse",
    patching_new_again="same",
    published_ceilings=False,
)
STRICT = Settings(
    other_booleans="strict",
    external_id_shape="uuid",
    nulls_on_create="refuse",
    unique_names=True,
    kinds_share_external_ids=False,
    published_ceilings=False,
    unknown_guests="refuse",
)
NAMES = sorted(
    {
        *("data", "name", "external_id", "clauses", "attribute", "operator", "value", "quantity", "net_value"),
        *("line_item_selector_id", "processing_method", "expression_type", "qualifier_type", "redeeming_criterion"),
        *("redeeming_criterion_id", "discount_amount", "receipt_rule", "base_items", "modifiers", "language"),
        *("translation", "occurrences", "days_distance", "units", "user_id", "gift_count", "redeemable_id"),
        *("redemption", "reward_id", "requested_punches", "image_url", "page", "per_page", "query", "template"),
        *("lag_duration", "recurrence_schedule", "alternate_locale_name", "line_item_filters", "item_qualifiers"),
        *("receipt_qualifiers", "effective_location", "qc_processing_function", "timezone", "start_time", "end_time"),
        *("aggregator_grouping_attributes", "enable_menu_item_aggregator", "item_id", "max_discount_units"),
        *("campaign_type", "category", "redeemable_uuid", "segment_id", "external_campaign_id", "end_date"),
    }
)
WORDS = [
    *("new", "existing", "flat_discount", "mass_gifting", "gift_redeemable", "test", "9223372036854775808", "1e999"),
    *("2025-06-25T23:59:59", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00", "location:999999999999999999", "tag:1"),
    *("http://[", "https://\x00/", "America/Chicago", "5e3f0c1d9a7b4826e1f0d2c3b4a5968778695a4b"),
    *get_args(contract.ProcessingFunction),
    *get_args(contract.SelectorAttribute),
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text()
    | st.sampled_from(WORDS)
    | st.sampled_from([0, 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), 1e308, 20_002, 1307202])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=40,
)
endpoints = st.sampled_from(ENDPOINTS)


@pytest.fixture(
    scope="module", params=[Settings(published_ceilings=False), LENIENT, STRICT], ids=["usual", "lenient", "strict"]
)
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    """A seeded vendor of each temper."""
    world = World.open(None, seed=seed)
    yield Vendor(world, request.param)
    world.close()


def check(vendor: Vendor, request: Request) -> Any:
    """The answer's content, once it is known to be an answer that there is."""
    response = vendor.respond(request)
    assert response.status in DOCUMENTED
    return orjson.loads(response.body) if response.body and "json" in response.header("content-type") else None


@settings(max_examples=150)
@given(endpoint=endpoints, content=values, query=st.text(max_size=30))
def test_any_json_anywhere(vendor: Vendor, endpoint: Any, content: Any, query: str) -> None:
    """Any JSON value sent to any endpoint is answered."""
    body = json.dumps(content).encode()
    check(vendor, Request(endpoint.method, endpoint.path, query, HEADERS, body))


@settings(max_examples=200)
@given(
    endpoint=st.sampled_from([one for one in ENDPOINTS if one.path.startswith("/api2/dashboard/offers")]),
    items=st.lists(values, min_size=1, max_size=3),
)
def test_any_items(vendor: Vendor, endpoint: Any, items: list[Any]) -> None:
    """Any items of a bulk write have one result each, and the list can still be read."""
    body = json.dumps({"data": items}).encode()
    found = check(vendor, Request(endpoint.method, endpoint.path, "", HEADERS, body))
    if endpoint.method != "GET" and "results" in found:
        assert len(found["results"]) == len(items)
    check(vendor, Request("GET", endpoint.path, "per_page=100", HEADERS))


@given(method=st.text(max_size=8), path=st.text(max_size=40), query=st.text(max_size=40), body=st.binary(max_size=200))
def test_any_bytes(vendor: Vendor, method: str, path: str, query: str, body: bytes) -> None:
    """Any method, path, query and bytes are answered."""
    check(vendor, Request(method, path, query, HEADERS, body))
    for endpoint in ENDPOINTS:
        check(vendor, Request(endpoint.method, endpoint.path, query, HEADERS, body))


@given(headers=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=50)), max_size=5), key=st.text(max_size=20))
def test_any_headers(vendor: Vendor, headers: list[tuple[str, str]], key: str) -> None:
    """Any headers are answered, whatever they hold in the place of a key."""
    sent = (*headers, ("authorization", f"Bearer {key}"), ("user-agent", key))
    check(vendor, Request("GET", contract.SEGMENTS_PATH, key, tuple(sent), b"", "10.0.0.9"))


@pytest.mark.parametrize("depth", [50, 200, 240, 246, 248, 250, 900, 1100, 100_000])
@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_any_depth(vendor: Vendor, depth: int, opening: bytes) -> None:
    """What nests too deeply is no JSON, and what nests less deeply is echoed."""
    deep = opening * depth + b"1" + {b"[": b"]", b'{"a":': b"}"}[opening] * depth
    item = b'{"external_id":"x","name":"x","base_items":{"clauses":[' + deep + b"]}}"
    found = check(vendor, Request("POST", contract.SELECTORS_PATH, "", HEADERS, b'{"data":[' + item + b"]}"))
    assert "results" in found if depth <= 200 else True
    assert found.get("error") == "data was not valid JSON" if depth >= 250 else True
