"""One harmless look at one endpoint: what it says of the server, the key, and the feature behind it.

Nothing is repeated and nothing is raised; what the looks come to together is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from offers_sync.wire.answers import Answer, FeatureOffError, describe_failure
from offers_sync.wire.client import Client
from offers_sync.wire.failures import NoAnswerError
from offers_sync.wire.request_ids import mention


class Standing(StrEnum):
    """How an endpoint stands."""

    OPEN = "open"
    FEATURE_OFF = "feature_off"
    KEY_REFUSED = "key_refused"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    """The server is the vendor's, and does not give this list."""
    STRANGE = "strange"
    """Something answers, and not as the vendor's server does."""
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Probe:
    """What one look found."""

    standing: Standing
    message: str = ""
    hint: str = ""
    seconds: float = 0.0
    ahead_seconds: float | None = None
    """By how much this machine's clock is ahead of the server's, where the server shows its own."""


def probe(
    client: Client, path: str, *, in_body: bool, now: Callable[[], float], utc_now: Callable[[], datetime]
) -> Probe:
    """Ask for a single member of a list."""
    begun = now()
    try:
        answer = client.probe(path, {"page": 1, "per_page" if in_body else "per": 1}, in_body=in_body)
    except NoAnswerError as error:
        return Probe(Standing.SILENT, error.message, error.hint, now() - begun)
    seconds = now() - begun
    ahead = (utc_now() - answer.date).total_seconds() if answer.date is not None else None
    standing, message, hint = _judged(client, answer, path)
    return Probe(standing, message, hint, seconds, ahead)


def _judged(client: Client, answer: Answer, path: str) -> tuple[Standing, str, str]:
    if answer.is_success and answer.is_usable:
        return Standing.OPEN, "", ""
    refusal = client.refusal(answer, "GET", path)
    if isinstance(refusal, FeatureOffError):
        return Standing.FEATURE_OFF, f"{refusal.feature} is off{mention(refusal.request_id)}", refusal.hint
    if refusal is not None:
        standing = Standing.KEY_REFUSED if answer.status == 401 else Standing.FORBIDDEN
        return standing, refusal.message, refusal.hint
    message = describe_failure(answer, "GET", path)
    if 400 <= answer.status < 500 and answer.status != 404 and not answer.fault:
        return Standing.REFUSED, message, ""
    hint = "the vendor's server does not answer like this: check `server` in offers.yaml, or try again later"
    return Standing.STRANGE, message, hint
