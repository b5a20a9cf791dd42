"""The calls that there are: each with the name that settings and fault files use, and the feature it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from offers_sync import contract


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call; ``feature`` names the switch of the settings behind it, if there is one."""

    name: str
    method: str
    path: str
    feature: str = ""

    @property
    def line(self) -> str:
        """The method and the path, as people write them."""
        return f"{self.method} {self.path}"


ENDPOINTS: Final = (
    Endpoint("list-selectors", "GET", contract.SELECTORS_PATH, "ingestion"),
    Endpoint("create-selectors", "POST", contract.SELECTORS_PATH, "ingestion"),
    Endpoint("update-selectors", "PATCH", contract.SELECTORS_PATH, "ingestion"),
    Endpoint("list-criteria", "GET", contract.CRITERIA_PATH, "ingestion"),
    Endpoint("create-criteria", "POST", contract.CRITERIA_PATH, "ingestion"),
    Endpoint("update-criteria", "PATCH", contract.CRITERIA_PATH, "ingestion"),
    Endpoint("list-redeemables", "GET", contract.REDEEMABLES_PATH, "ingestion"),
    Endpoint("create-redeemables", "POST", contract.REDEEMABLES_PATH, "ingestion"),
    Endpoint("update-redeemables", "PATCH", contract.REDEEMABLES_PATH, "ingestion"),
    Endpoint("upload-images", "POST", contract.IMAGES_PATH, "ingestion"),
    Endpoint("list-headless-redeemables", "GET", contract.HEADLESS_REDEEMABLES_PATH, "distribution"),
    Endpoint("list-segments", "GET", contract.SEGMENTS_PATH, "distribution"),
    Endpoint("list-locations", "GET", contract.LOCATIONS_PATH),
    Endpoint("list-location-groups", "GET", contract.LOCATION_GROUPS_PATH),
    Endpoint("create-campaign", "POST", contract.CAMPAIGNS_PATH, "campaigns"),
    Endpoint("gift", "POST", contract.GIFT_PATH, "gifting"),
    Endpoint("force-redeem", "POST", contract.FORCE_REDEEM_PATH),
)

ENDPOINT_NAMES: Final = tuple(endpoint.name for endpoint in ENDPOINTS)

_BY_CALL: Final = {(endpoint.method, endpoint.path): endpoint for endpoint in ENDPOINTS}


def endpoint_of(method: str, path: str) -> Endpoint | None:
    """The endpoint that a call reaches, if it reaches one."""
    return _BY_CALL.get((method.upper(), path.rstrip("/") or "/"))
