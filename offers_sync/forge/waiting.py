"""How long a forge asks to wait: after too many calls in an hour, or too many at once.

Whether there is so much patience is decided by ``calling``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import httpx

from offers_sync.wire.answers import http_date

_LIMITING: Final = frozenset({403, 429})
"""A 403 means either; only its headers and words tell."""
_WITHOUT_WORD_SECONDS: Final = 60.0
"""What the forge's documentation asks for where no header says more."""
_SLACK_SECONDS: Final = 1.0
"""The moment of reset is told in whole seconds."""


def asked_wait_seconds(response: httpx.Response, now: datetime) -> float | None:
    """How long to wait before asking again; nothing where the answer is about no limit."""
    asked = _seconds(response.headers.get("retry-after", ""), _clock(response, now))
    if response.status_code == 503:
        return asked
    if response.status_code not in _LIMITING:
        return None
    if asked is not None:
        return asked
    if response.headers.get("x-ratelimit-remaining", "").strip() == "0":
        return _until_reset(response, now)
    if response.status_code == 429 or "rate limit" in response.text.lower():
        return _WITHOUT_WORD_SECONDS
    return None


def _until_reset(response: httpx.Response, now: datetime) -> float:
    reset = response.headers.get("x-ratelimit-reset", "").strip()
    if not _is_figure(reset):
        return _WITHOUT_WORD_SECONDS
    return max(0.0, int(reset) - _clock(response, now).timestamp()) + _SLACK_SECONDS


def _seconds(text: str, now: datetime) -> float | None:
    if _is_figure(text.strip()):
        return float(text)
    until = http_date(text) if text else None
    return None if until is None else max(0.0, (until - now).total_seconds())


def _clock(response: httpx.Response, now: datetime) -> datetime:
    """The forge's own clock where it shows it: ours may be wrong."""
    return http_date(response.headers.get("date", "")) or now


def _is_figure(text: str) -> bool:
    return text.isascii() and text.isdigit()
