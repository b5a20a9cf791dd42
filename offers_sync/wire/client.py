"""One conversation with one server: patience, bounded concurrency, and an end at the first refusal.

A GET or PATCH may be repeated; a POST is sent once and never again.  Which calls to make is decided elsewhere, how
a request travels is ``exchange``'s business, and what an answer says is ``answers``'.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count, islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from offers_sync.durations import duration_text
from offers_sync.errors import OffersError, RefusedError, UnreachableError
from offers_sync.wire.answers import Answer, FeatureOffError, answer_of, describe_failure, error_texts, refusal_of
from offers_sync.wire.connection import Connection
from offers_sync.wire.exchange import CONCURRENCY_LIMIT, Exchange, Method, Reply, Timeouts
from offers_sync.wire.failures import NoAnswerError
from offers_sync.wire.gate import Gate
from offers_sync.wire.patience import RetryPolicy, asked_wait_seconds
from offers_sync.wire.payload import from_json, to_json

if TYPE_CHECKING:
    import httpx

Argument = TypeVar("Argument")
Result = TypeVar("Result")

_AHEAD: Final = 2 * CONCURRENCY_LIMIT
"""How many calls are handed out before the first one's result is taken."""
FOUND_AGAIN: Final = "the next run looks for it in the list before it creates anything"


class LostAnswerError(UnreachableError):
    """A creating call was sent and no usable answer came: it may have happened."""


class NotSentError(LostAnswerError):
    """No connection for a creating call came about: it certainly did not happen."""


class Client:
    """Sends requests, one or many at a time; usable from several threads."""

    def __init__(  # noqa: PLR0913  the outermost seams of one conversation
        self,
        connection: Connection,
        *,
        transport: httpx.BaseTransport | None = None,
        retry: RetryPolicy | None = None,
        sleep: Callable[[float], None] | None = None,
        now: Callable[[], float] = time.monotonic,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._token = connection.token
        self._retry = retry or RetryPolicy()
        self._over = threading.Event()
        self._sleep, self._now = sleep or self._sleep_until_over, now
        self._utc_now, self._jitter = utc_now, jitter
        self._gate = Gate(CONCURRENCY_LIMIT, sleep=self._sleep, now=now)
        self._has_answered = False
        self._count_lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self.requests: Counter[str] = Counter()
        """How many requests were sent, by method."""
        self.before_write: Callable[[], None] = lambda: None
        """Called when a write is let out, after every wait; what it raises keeps the write from being sent."""
        self._exchange = Exchange(connection, transport, Timeouts(answer_seconds=self._retry.timeout_seconds), now)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._gate.shut(UnreachableError("the conversation with the server is over"))
        self._exchange.close()
        if self._pool is not None:
            self._pool.shutdown(wait=not isinstance(error, KeyboardInterrupt), cancel_futures=True)

    # ------------------------------------------------------------------------------------------------- calls

    def get(
        self,
        path: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        in_body: bool = True,
        parse: Callable[[bytes], Any] = from_json,
    ) -> Answer:
        """Read, as often as it takes; the arguments go in the query and in the body, for proxies that drop one."""
        content = to_json(arguments) if arguments and in_body else None
        return self._repeated(_Call("GET", path, content, arguments, parse))

    def patch(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Update, as often as it takes."""
        return self._repeated(_Call("PATCH", path, to_json(body)))

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Create, once.  Raises ``LostAnswerError`` when it may have happened without our knowing."""
        answer = self._repeated(_Call("POST", path, to_json(body)))
        if answer.status >= 500 or answer.status == 408 or not answer.is_usable:
            raise LostAnswerError(describe_failure(answer, "POST", path), hint=FOUND_AGAIN)
        return answer

    def probe(self, path: str, arguments: Mapping[str, Any] | None = None, *, in_body: bool = True) -> Answer:
        """Read once, whatever comes; a refusal is an answer here and ends nothing.  Raises ``NoAnswerError``."""
        content = to_json(arguments) if arguments and in_body else None
        with self._gate.turn():
            reply = self._sent(_Call("GET", path, content, arguments), self._retry.timeout_seconds)
        return answer_of(reply)

    def refusal(self, answer: Answer, method: Method, path: str) -> RefusedError | None:
        """What an answer means after which nothing of the kind makes sense."""
        return refusal_of(answer, method, path, f"the key {self._token.reference}".rstrip())

    def in_order(self, function: Callable[[Argument], Result], arguments: Iterable[Argument]) -> Iterator[Result]:
        """The function of each argument, several at once, in the order of the arguments; it must not do the same."""
        pool = self._workers()
        rest = iter(arguments)
        ahead: deque[Future[Result]] = deque(pool.submit(function, argument) for argument in islice(rest, _AHEAD))
        try:
            while ahead:
                result = ahead.popleft().result()
                ahead.extend(pool.submit(function, argument) for argument in islice(rest, 1))
                yield result
        finally:
            for future in ahead:
                future.cancel()

    # --------------------------------------------------------------------------------------------- one by one

    def _repeated(self, call: _Call) -> Answer:
        started = self._now()
        for attempt in count(1):
            outcome = self._attempt(call, started)
            if isinstance(outcome, Answer):
                return outcome
            is_asked, wait_seconds = outcome.asked_seconds is not None, outcome.asked_seconds
            if wait_seconds is None:
                wait_seconds = self._retry.wait_seconds(attempt, self._jitter())
            most = self._retry.most_attempts(is_asked=is_asked, has_answered=self._has_answered)
            is_too_late = self._now() - started + wait_seconds > self._retry.total_seconds
            if is_asked and is_too_late:  # nobody else is let in before that either
                self._shut(outcome.failure)
            if outcome.is_lasting or attempt >= most or is_too_late:
                raise outcome.failure
            if not is_asked:  # else the gate waits, for everyone
                self._sleep(wait_seconds)
        raise AssertionError("counting never ends")

    def _attempt(self, call: _Call, started: float) -> Answer | _Trouble:
        try:
            answer = self._once(call, started)
        except NoAnswerError as error:
            if call.method != "POST":
                return _Trouble(error, is_lasting=error.is_lasting)
            if error.was_sent:
                raise LostAnswerError(error.message, hint=FOUND_AGAIN) from error
            return _Trouble(NotSentError(error.message, hint=error.hint), is_lasting=error.is_lasting)
        if call.method == "POST" or not answer.may_pass:
            return answer
        return _trouble(answer, call, asked_wait_seconds(answer, self._utc_now()))

    def _once(self, call: _Call, started: float) -> Answer:
        with self._gate.turn() as turn:
            if call.method != "GET":
                self.before_write()
            try:
                reply = self._sent(call, self._within_seconds(call, started))
            except NoAnswerError:
                self._gate.narrow(turn)
                raise
        answer = answer_of(reply, call.parse)
        if answer.is_trouble:
            self._gate.narrow(turn, asked_wait_seconds(answer, self._utc_now()) or 0.0)
        else:
            self._gate.went_well()
        refusal = self.refusal(answer, call.method, call.path)
        if refusal is not None:
            if not isinstance(refusal, FeatureOffError):
                self._shut(refusal)
            raise refusal
        return answer

    def _within_seconds(self, call: _Call, started: float) -> float:
        """How long an attempt may take; a creation is not cut short for what was waited before it was sent."""
        return self._retry.within_seconds(0.0 if call.method == "POST" else self._now() - started)

    def _sent(self, call: _Call, within_seconds: float) -> Reply:
        with self._count_lock:
            self.requests[call.method] += 1
        reply = self._exchange.send(call.method, call.path, call.content, call.query, within_seconds=within_seconds)
        self._has_answered = True
        return self._without_key(reply)

    def _without_key(self, reply: Reply) -> Reply:
        """A refusal may echo the key, and errors show what refusals say."""
        if reply.status < 300:
            return reply
        content = self._token.redacted(reply.content.decode("utf-8", "surrogateescape"))
        return replace(reply, content=content.encode("utf-8", "surrogateescape"))

    def _workers(self) -> ThreadPoolExecutor:
        with self._count_lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(CONCURRENCY_LIMIT, thread_name_prefix="wire")
            return self._pool

    def _shut(self, end: OffersError) -> None:
        """Send nothing more, and let nobody wait for it."""
        self._gate.shut(end)
        self._over.set()

    def _sleep_until_over(self, seconds: float) -> None:
        self._over.wait(seconds)


@dataclass(frozen=True, slots=True)
class _Call:
    """One request, however often it is sent, and how its answer is parsed."""

    method: Method
    path: str
    content: bytes | None = None
    query: Mapping[str, Any] | None = None
    parse: Callable[[bytes], Any] = from_json


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why an attempt may be followed by another, and what is raised if it is not."""

    failure: UnreachableError
    asked_seconds: float | None = None
    """The wait that the server asks for."""
    is_lasting: bool = False


def _trouble(answer: Answer, call: _Call, asked_seconds: float | None) -> _Trouble:
    hint = "run again later"
    if answer.status < 300:  # whatever it is that says 200 here, it is not the vendor's API
        hint = "something else may answer in its place, such as a firewall: check `server` in offers.yaml, or run again"
    if asked_seconds is not None:
        hint = f"the server asks to wait {duration_text(asked_seconds)}: run again after that"
    words = describe_failure(answer, call.method, call.path)
    return _Trouble(UnreachableError(words, hint=hint), asked_seconds)


__all__ = [
    "CONCURRENCY_LIMIT",
    "Answer",
    "Client",
    "Connection",
    "FeatureOffError",
    "LostAnswerError",
    "NoAnswerError",
    "NotSentError",
    "RetryPolicy",
    "describe_failure",
    "error_texts",
]
