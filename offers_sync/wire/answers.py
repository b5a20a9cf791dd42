"""What an answer says: its JSON or page, its error texts in every envelope, and which refusals end the conversation.

The meaning of a status is decided here once; whether to wait and ask again is decided by ``patience``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from offers_sync import contract
from offers_sync.errors import RefusedError
from offers_sync.wire.exchange import Reply
from offers_sync.wire.payload import from_json
from offers_sync.wire.request_ids import mention

_ENVELOPES: Final = frozenset({"error", "errors", "base", "message", "client", "disabled _feature"})
"""Names in error bodies that say nothing by themselves; any other is the field that the text is about."""
_DEPTH_LIMIT: Final = 8
_TEXT_LIMIT: Final = 1_000
_TEXTS_LIMIT: Final = 20
"""What is longer, and what are more, says nothing that a person would read on for."""
_TITLE: Final = re.compile(rb"<title[^>]*>(.{1,200}?)</title>", re.IGNORECASE | re.DOTALL)
_PAGE: Final = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)
_BODILESS: Final = frozenset({201, 202, 204})
"""Statuses that mean success without a body too."""
_PASSING: Final = frozenset({408, 425, 429})


class FeatureOffError(RefusedError):
    """The vendor has not switched a feature on for this business; other features may be on."""

    def __init__(self, message: str, *, hint: str, feature: str, request_id: str) -> None:
        super().__init__(message, hint=hint)
        self.feature = feature
        self.request_id = request_id

    @property
    def reason(self) -> str:
        """Why something cannot be had, for those who go on without it."""
        return f"{self.feature} is off for this business{mention(self.request_id)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the body as JSON or nothing, and the id that support asks for."""

    status: int
    body: Any
    request_id: str = ""
    retry_after: str = ""
    """The header as it was sent: seconds or a date."""
    date: datetime | None = None
    """The server's clock."""
    fault: str = ""
    """Why the body could not be used, in words."""

    @property
    def is_success(self) -> bool:
        """Whether the server took the request."""
        return 200 <= self.status < 300

    @property
    def is_usable(self) -> bool:
        """Whether it is the server's own word; a success that is not JSON is a firewall's page."""
        return not (self.is_success and self.fault)

    @property
    def may_pass(self) -> bool:
        """Whether the same call may go better later."""
        return self.status in _PASSING or self.status >= 500 or not self.is_usable

    @property
    def is_trouble(self) -> bool:
        """Whether the server asks for fewer requests."""
        return self.status == 429 or self.status >= 500


def answer_of(reply: Reply, parse: Callable[[bytes], Any] = from_json) -> Answer:
    """A reply, understood as far as any answer can be; ``parse`` raises ``ValueError`` for what is no JSON."""
    body, fault = _body(reply, parse)
    headers = reply.headers
    return Answer(
        reply.status,
        body,
        request_id=reply.request_id,
        retry_after=headers.get("retry-after", ""),
        date=http_date(headers.get("date", "")),
        fault=fault,
    )


def http_date(text: str) -> datetime | None:
    """The moment that a header names; nothing where it is none, or none that there is."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _body(reply: Reply, parse: Callable[[bytes], Any]) -> tuple[Any, str]:
    content = reply.content
    if not content.strip():
        return None, "" if reply.status in _BODILESS else "it has no body"
    try:
        body = parse(content)
    except ValueError:
        return None, _page_fault(content)
    return body, "" if isinstance(body, (dict, list)) else "it is neither an object nor a list"


def _page_fault(content: bytes) -> str:
    if not _PAGE.match(content):
        return f"its {len(content):,} bytes are not JSON"
    title = _TITLE.search(content)
    words = " ".join(unescape(title[1].decode("utf-8", "replace")).split()) if title else ""
    return f"it is a web page titled {words!r}" if words else "it is a web page"


def error_texts(body: Any) -> list[str]:
    """The texts of an error body, whatever its shape; a text about a field begins with its name.

    What is endless is cut, and that is said.
    """
    texts = _texts(body, "", 0)
    shown = [shortened(text) for text in islice(texts, _TEXTS_LIMIT)]
    more = sum(1 for _ in texts)
    return [*shown, f"and {more:,} more"] if more else shown


def shortened(text: str) -> str:
    """A text that somebody else wrote, at a length that a person may be shown."""
    return text if len(text) <= _TEXT_LIMIT else f"{text[:_TEXT_LIMIT]}… (cut: it has {len(text):,} characters)"


def _texts(body: Any, name: str, depth: int) -> Iterator[str]:
    if depth > _DEPTH_LIMIT:
        return
    match body:
        case str():
            if body.strip():
                yield f"{name}: {body}" if name else body
        case list():
            for member in body:
                yield from _texts(member, name, depth + 1)
        case Mapping():
            for member_name, member in body.items():
                if member_name != "status":
                    yield from _texts(member, name if member_name in _ENVELOPES else str(member_name), depth + 1)
        case _:
            pass


def describe_failure(answer: Answer, method: str, path: str) -> str:
    """What an answer that is no success says, in one line."""
    said = shortened("; ".join(error_texts(answer.body))) or answer.fault
    request = mention(answer.request_id)
    return f"{method} {path}: the server answered {answer.status}{': ' + said if said else ''}{request}"


# ---------------------------------------------------------------------------------------------------- refusals

INGESTION: Final = "offers ingestion"
DISTRIBUTION: Final = "distribution from an external system"
GIFTING: Final = "support gifting"
CAMPAIGNS: Final = "coupon campaigns"
_FEATURES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        contract.SELECTORS_PATH: (INGESTION, contract.FEATURE_OFF_INGESTION),
        contract.CRITERIA_PATH: (INGESTION, contract.FEATURE_OFF_INGESTION),
        contract.REDEEMABLES_PATH: (INGESTION, contract.FEATURE_OFF_INGESTION),
        contract.IMAGES_PATH: (INGESTION, contract.FEATURE_OFF_INGESTION),
        contract.HEADLESS_REDEEMABLES_PATH: (DISTRIBUTION, contract.FEATURE_OFF_LOYALTY),
        contract.SEGMENTS_PATH: (DISTRIBUTION, contract.FEATURE_OFF_LOYALTY),
        contract.CAMPAIGNS_PATH: (CAMPAIGNS, contract.FEATURE_OFF_CAMPAIGNS),
        contract.GIFT_PATH: (GIFTING, contract.FEATURE_OFF_LOYALTY),
    }
)
"""Which feature an endpoint belongs to, and the words that say that it is off."""
_WORDS_COMPARED: Final = 5
"""Only how the known texts begin is compared; the rest was seen to vary."""
_LOCKOUT: Final = "after ten failed keys the server blocks this address for an hour, so nothing more was sent"


def refusal_of(answer: Answer, method: str, path: str, key: str) -> RefusedError | None:
    """The error for an answer after which nothing of the kind makes sense; ``key`` is how people call the key."""
    if answer.is_success:
        return None
    words = describe_failure(answer, method, path)
    feature = _feature_off(answer, path)
    if feature:
        return FeatureOffError(
            words,
            hint=f"{feature} is off for this business: ask PAR Punchh support to enable it",
            feature=feature,
            request_id=answer.request_id,
        )
    if answer.status == 401:
        return RefusedError(words, hint=f"check {key}: is it for this server, and still valid? {_LOCKOUT}")
    if answer.status == 403:
        return RefusedError(
            words, hint=f"the role behind {key} lacks the permission for this, or a firewall blocks this address"
        )
    if 300 <= answer.status < 400:
        return RefusedError(
            words, hint=f"redirects are not followed; most often the role behind {key} lacks a permission"
        )
    return None


def _feature_off(answer: Answer, path: str) -> str:
    feature, words = _FEATURES.get(path, ("", ""))
    if not feature or answer.status not in {403, 422}:
        return ""
    opening = _opening(words)
    is_off = any(_opening(text) == opening for text in _texts(answer.body, "", 0))
    return feature if is_off else ""


def _opening(text: str) -> str:
    return " ".join(text.lower().split()[:_WORDS_COMPARED])
