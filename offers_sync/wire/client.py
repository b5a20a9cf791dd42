"""One conversation with one server: headers, time-outs, patience, and what an answer's status means.

A GET or PATCH may be repeated; a POST is sent once and never again.  Which calls to make is decided elsewhere.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Literal, Self

import httpx

from offers_sync import __version__
from offers_sync.contract import (
    FEATURE_OFF_CAMPAIGNS,
    FEATURE_OFF_INGESTION,
    FEATURE_OFF_LOYALTY,
)
from offers_sync.errors import OffersError, RefusedError, UnreachableError
from offers_sync.wire.payload import from_json, to_json

Method = Literal["GET", "POST", "PATCH"]
CONCURRENCY_LIMIT: Final = 16
"""More at once makes the client slower, not faster."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Where to call and as whom."""

    server: str
    token: str = field(repr=False)
    brand: str | None = None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a call that may be repeated is repeated."""

    attempts: int = 6
    total_seconds: float = 120.0
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 20.0
    timeout_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the body as JSON or nothing, and the id that support asks for."""

    status: int
    body: Any
    request_id: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the server took the request."""
        return 200 <= self.status < 300


class LostAnswerError(UnreachableError):
    """A write was sent and no usable answer came: it may have happened."""


class Client:
    """Sends requests, one or many at a time; usable from several threads."""

    def __init__(  # noqa: PLR0913  the outermost seams of one conversation
        self,
        connection: Connection,
        *,
        transport: httpx.BaseTransport | None = None,
        retry: RetryPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._retry = retry or RetryPolicy()
        self._sleep, self._now, self._jitter = sleep, now, jitter
        self._stop: RefusedError | None = None
        self._count_lock = threading.Lock()
        self.requests: Counter[str] = Counter()
        headers = {
            "Authorization": f"Bearer {connection.token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": f"offers-sync/cli/{__version__}",
        }
        if connection.brand:
            headers["x_true_client_ip"] = connection.brand
        self._http = httpx.Client(
            base_url=connection.server,
            headers=headers,
            transport=transport,
            timeout=httpx.Timeout(self._retry.timeout_seconds, connect=15.0),
            limits=httpx.Limits(max_connections=CONCURRENCY_LIMIT, max_keepalive_connections=CONCURRENCY_LIMIT),
            follow_redirects=False,
            trust_env=transport is None,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, arguments: Mapping[str, Any] | None = None) -> Answer:
        """Read, as often as it takes; the arguments go in the body and in the query, for proxies that drop one."""
        return self._repeat("GET", path, arguments)

    def patch(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Update, as often as it takes."""
        return self._repeat("PATCH", path, body)

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Create, once.  Raises ``LostAnswerError`` when it may have happened without our knowing."""
        try:
            answer = self._send("POST", path, body)
        except UnreachableError as error:
            raise LostAnswerError(error.message, hint=error.hint) from error
        if answer.status >= 500 or (answer.is_success and answer.body is None and answer.status == 200):
            raise LostAnswerError(_words(answer, "POST", path))
        return answer

    def _repeat(self, method: Method, path: str, body: Mapping[str, Any] | None) -> Answer:
        started = self._now()
        for attempt in range(1, self._retry.attempts + 1):
            wait: float | None = None
            try:
                answer = self._send(method, path, body)
            except UnreachableError as error:
                failure: OffersError = error
            else:
                if not _may_pass(answer):
                    return answer
                failure = UnreachableError(_words(answer, method, path), hint="try again later")
                wait = answer.body.get("retry_after") if isinstance(answer.body, _RetryAfter) else None
            if wait is None:
                longest = min(self._retry.longest_wait_seconds, self._retry.first_wait_seconds * 2.0 ** (attempt - 1))
                wait = longest * (0.5 + self._jitter() / 2)
            out_of_time = self._now() - started + wait > self._retry.total_seconds
            if attempt == self._retry.attempts or out_of_time:
                raise failure
            self._sleep(wait)
        raise AssertionError("a retry policy allows at least one attempt")

    def _send(self, method: Method, path: str, body: Mapping[str, Any] | None) -> Answer:
        if self._stop is not None:
            raise self._stop
        with self._count_lock:
            self.requests[method] += 1
        try:
            response = self._http.request(
                method,
                path,
                content=to_json(body) if body is not None else None,
                params=dict(body) if method == "GET" and body else None,
            )
        except httpx.HTTPError as error:
            raise UnreachableError(
                f"{method} {path}: {str(error) or type(error).__name__}",
                hint="check the server's address and the network; `offers doctor` tells more",
            ) from error
        answer = _answer(response)
        refusal = _refusal(answer, method, path)
        if refusal is not None:
            self._stop = refusal if answer.status in {401, 403} or 300 <= answer.status < 400 else self._stop
            raise refusal
        return answer


class _RetryAfter(dict[str, float]):
    """A body that only says how long to wait."""


def _answer(response: httpx.Response) -> Answer:
    request_id = response.headers.get("X-Request-Id", "")
    retry_after = response.headers.get("Retry-After", "")
    if response.status_code in {429, 503} and retry_after.isdigit():
        return Answer(response.status_code, _RetryAfter(retry_after=float(retry_after)), request_id)
    try:
        body = from_json(response.content) if response.content else None
    except (ValueError, RecursionError):
        body = None
    return Answer(response.status_code, body, request_id)


def _may_pass(answer: Answer) -> bool:
    """Whether the same call may go better later; a 200 that is not JSON is a firewall's page."""
    return answer.status in {408, 425, 429} or answer.status >= 500 or (answer.status == 200 and answer.body is None)


def error_texts(body: Any) -> list[str]:
    """The texts of an error body, whatever its shape."""
    match body:
        case str():
            return [body] if body else []
        case list():
            return [text for member in body for text in error_texts(member)]
        case Mapping():
            return [text for name, member in body.items() if name != "status" for text in error_texts(member)]
        case _:
            return []


def _words(answer: Answer, method: str, path: str) -> str:
    said = "; ".join(error_texts(answer.body))
    request = f" (request id {answer.request_id})" if answer.request_id else ""
    return f"{method} {path}: the server answered {answer.status}{': ' + said if said else ''}{request}"


def _refusal(answer: Answer, method: str, path: str) -> RefusedError | None:
    texts = error_texts(answer.body)
    words = _words(answer, method, path)
    if any(text.startswith((FEATURE_OFF_INGESTION[:40], FEATURE_OFF_LOYALTY, FEATURE_OFF_CAMPAIGNS)) for text in texts):
        return RefusedError(words, hint="the feature is off for this business: ask PAR Punchh support to enable it")
    if answer.status == 401:
        return RefusedError(
            words, hint="check the key; after ten failed attempts the server blocks this address for an hour"
        )
    if answer.status == 403:
        return RefusedError(words, hint="the key's role lacks the permission for this")
    if 300 <= answer.status < 400:
        return RefusedError(words, hint="redirects are not followed; most often the key's role lacks a permission")
    return None


def describe_failure(answer: Answer, method: str, path: str) -> str:
    """What an answer that refused a request says, in one line."""
    return _words(answer, method, path)
