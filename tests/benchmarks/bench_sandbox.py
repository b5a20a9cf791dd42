"""What the sandbox has to bear, in memory and on one core: 100,000 redeemables, cheap pages, cheap batches.

Run it by itself: ``python tests/benchmarks/bench_sandbox.py``.  It exits with 1 when a limit is not kept.
"""

from __future__ import annotations

import resource
import sys
import time
import uuid
from statistics import median
from typing import TYPE_CHECKING, Any

import orjson

from offers_sync import contract
from offers_sync.sandbox import Request, Vendor, World
from offers_sync.sandbox.seeding import seed

if TYPE_CHECKING:
    from collections.abc import Callable

REDEEMABLES = 100_000
MEGABYTES_LIMIT = 400.0
PAGE_LIMIT_MS = 5.0
BATCH_LIMIT_MS = 5.0
ROUNDS = 30
HEADERS = (
    ("authorization", "Bearer benchmark"),
    ("user-agent", "bench/script/1"),
    ("content-type", "application/json"),
)
SELECTORS = 300


def main() -> int:
    """Build the world, measure, print one line per figure."""
    vendor = Vendor(World.open(None, seed=seed))
    write(vendor, contract.SELECTORS_PATH, [selector(number) for number in range(SELECTORS)])
    items = (redeemable(number) for number in range(REDEEMABLES))
    batch_ms = fill(vendor, items)
    pages = {
        "first page of 100": page_ms(vendor, lambda number: 1 + number),
        "page 1,000 of 100": page_ms(vendor, lambda number: 1_000 - number),
        "headless page 1,000 of 100": page_ms(vendor, lambda _: 1_000, contract.HEADLESS_REDEEMABLES_PATH),
    }
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = [(f"{REDEEMABLES:,} redeemables held", megabytes, MEGABYTES_LIMIT, "MB")]
    lines += [("batch of 20 created", batch_ms, BATCH_LIMIT_MS, "ms CPU")]
    lines += [(name, figure, PAGE_LIMIT_MS, "ms CPU") for name, figure in pages.items()]
    for name, figure, limit, unit in lines:
        sys.stdout.write(f"{'ok  ' if figure <= limit else 'OVER'} {name}: {figure:.1f} {unit} (limit {limit:g})\n")
    return int(any(figure > limit for _, figure, limit, _ in lines))


def fill(vendor: Vendor, items: Any) -> float:
    """The CPU milliseconds of a batch, the median of all."""
    spent: list[float] = []
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == contract.BATCH_LIMIT:
            spent.append(write(vendor, contract.REDEEMABLES_PATH, batch))
            batch = []
    return median(spent) * 1000


def write(vendor: Vendor, path: str, items: list[dict[str, Any]]) -> float:
    """The CPU seconds that it takes to create the items."""
    spent = 0.0
    for start in range(0, len(items), contract.BATCH_LIMIT):
        part = items[start : start + contract.BATCH_LIMIT]
        request = Request("POST", path, headers=HEADERS, body=orjson.dumps({"data": part}))
        begun = time.process_time()
        response = vendor.respond(request)
        spent += time.process_time() - begun
        results = orjson.loads(response.body)["results"]
        if not all(result["success"] and not result["warnings"] for result in results):
            raise SystemExit(f"not created: {results[0]}")
    return spent


def page_ms(vendor: Vendor, page: Callable[[int], int], path: str = contract.REDEEMABLES_PATH) -> float:
    """The CPU milliseconds of a page of 100, the median of different ones."""
    spent = []
    for number in range(ROUNDS):
        request = Request("GET", path, f"page={page(number)}&per_page=100", HEADERS)
        begun = time.process_time()
        response = vendor.respond(request)
        spent.append(time.process_time() - begun)
        found = orjson.loads(response.body)
        if len(found["data"] if isinstance(found, dict) else found) != 100:
            raise SystemExit("a page is not full")
    return median(spent) * 1000


def selector(number: int) -> dict[str, Any]:
    """A selector with three clauses."""
    return {
        "external_id": str(uuid.UUID(int=number)),
        "name": f"Selector {number}",
        "filter_item_set": "base_only",
        "base_items": {
            "clauses": [
                {"attribute": "item_family", "operator": "in", "value": "10,11,12,13"},
                {"attribute": "item_name", "operator": "like", "value": "sandwich"},
                {"attribute": "line_item_type", "operator": "==", "value": "M"},
            ]
        },
    }


def redeemable(number: int) -> dict[str, Any]:
    """A redeemable as full as the documents' own example, with a criterion of its own."""
    return {
        "external_id": str(uuid.UUID(int=2**96 + number)),
        "name": f"Offer {number}",
        "description": "Ten percent off one sandwich, on weekdays after two in the afternoon.",
        "note": "made by the benchmark",
        "points": 12,
        "discount_channel": "all",
        "effective_location": "location:1234",
        "start_time": "2025-06-25T23:59:59",
        "end_time": "2035-06-28T23:59:59",
        "timezone": "America/Chicago",
        "redemption_code_expiry_mins": 3,
        "allow_for_support_gifting": True,
        "alternate_locale_name": [{"language": "fr", "translation": f"Offre {number}"}],
        "alternate_locale_description": [{"language": "fr", "translation": "Dix pour cent sur un sandwich."}],
        "template": {"redemption_message": "Enjoy", "short_prompt": "10% off", "standard_prompt": "10% off sandwich"},
        "lag_duration": {"value": 2, "units": "days"},
        "recurrence_schedule": {"occurrences": 3, "days_distance": 30},
        "meta_data": "{}",
        "receipt_rule": {
            "qualifier_type": "new",
            "redeeming_criterion": {
                "name": "10% off a sandwich",
                "external_id": str(uuid.UUID(int=2**97 + number)),
                "qc_processing_function": "sum_amounts",
                "percentage_of_processed_amount": 10,
                "amount_cap": 3,
                "rounding_rule": "ceil",
                "line_item_filters": [
                    {
                        "line_item_selector_id": str(uuid.UUID(int=number % SELECTORS)),
                        "processing_method": "max_price",
                        "quantity": 1,
                    },
                    {
                        "line_item_selector_id": str(uuid.UUID(int=(number + 7) % SELECTORS)),
                        "processing_method": "exclude",
                    },
                ],
                "item_qualifiers": [
                    {
                        "line_item_selector_id": str(uuid.UUID(int=(number + 3) % SELECTORS)),
                        "expression_type": "net_quantity_greater_than_or_equal_to",
                        "net_value": 2,
                    }
                ],
                "receipt_qualifiers": [
                    {"attribute": "total_amount", "operator": ">=", "value": "10"},
                    {"attribute": "receipt_hour", "operator": "in_range", "value": "14..17"},
                ],
            },
        },
    }


if __name__ == "__main__":
    sys.exit(main())
