"""One conversation with a forge's API: what is asked again and when, page after page, and what a refusal means.

Which calls to make is ``sticking``'s business.  The key comes from whoever calls, and goes to one host alone.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from types import TracebackType
from typing import Any, Final, Literal, Self

import httpx

from offers_sync import __version__
from offers_sync.durations import duration_text
from offers_sync.errors import InvalidInputError, RefusedError, UnreachableError
from offers_sync.forge.waiting import asked_wait_seconds
from offers_sync.models.hosts import is_loopback
from offers_sync.models.secrets import Secret
from offers_sync.wire.failures import NoAnswerError, no_answer
from offers_sync.wire.patience import RetryPolicy

Method = Literal["GET", "POST", "PATCH"]
PATIENCE: Final = RetryPolicy(attempts=5, asked_attempts=10, total_seconds=300.0, timeout_seconds=30.0)
_PAGE_SIZE: Final = 100
_FORBIDDEN: Final = frozenset({403, 404, 410})
"""What the key may not see is answered with 404; issues that are switched off, with 410."""


class NotPermittedError(RefusedError):
    """The key may not do this here."""


class LostCallError(UnreachableError):
    """A creating call was sent and no usable answer came: it may have happened."""


@dataclass(frozen=True, slots=True)
class Place:
    """A repository at a forge, and the key for it."""

    api: str
    """Such as ``https://api.github.com``."""
    repository: str
    """Such as ``marlow/offers``."""
    token: Secret

    def check(self) -> None:
        """Raise ``InvalidInputError`` where the key would travel unencrypted, or the path would lead elsewhere."""
        try:
            url = httpx.URL(self.api)
        except httpx.InvalidURL:
            url = httpx.URL()
        if not url.host or (url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.host))):
            raise InvalidInputError(
                f"the key would be sent to {self.api!r}", hint="GITHUB_API_URL begins with https://"
            )
        parts = self.repository.split("/")
        if len(parts) != 2 or not all(_is_name(part) for part in parts):
            raise InvalidInputError(f"{self.repository!r} is no repository", hint="write it as OWNER/NAME")


def _is_name(text: str) -> bool:
    is_plain = all(letter.isascii() and (letter.isalnum() or letter in "-_.") for letter in text)
    return bool(text.strip(".")) and is_plain


class Forge:
    """Sends the calls about one repository."""

    def __init__(  # noqa: PLR0913  the outermost seams of one conversation
        self,
        place: Place,
        *,
        transport: httpx.BaseTransport | None = None,
        retry: RetryPolicy = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        place.check()
        self.place = place
        self._retry, self._sleep, self._utc_now, self._jitter = retry, sleep, utc_now, jitter
        self._http = httpx.Client(
            headers={
                "Authorization": f"Bearer {place.token.reveal()}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": f"offers-sync/cli/{__version__}",
            },
            transport=transport,
            timeout=retry.timeout_seconds,
            follow_redirects=False,
            trust_env=transport is None and not is_loopback(httpx.URL(place.api).host),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    # ------------------------------------------------------------------------------------------------- calls

    def get(self, path: str) -> Any:
        """What is at a path of the API."""
        return self._json(self._answer("GET", self._url(path)))

    def rows(self, path: str, **query: str) -> Iterator[Mapping[str, Any]]:
        """Every row of a list below the repository, page after page."""
        url: str | None = str(httpx.URL(self._repository_url(path), params={"per_page": str(_PAGE_SIZE), **query}))
        seen: set[str] = set()
        while url is not None:
            seen.add(url)
            answer = self._answer("GET", url)
            page = self._json(answer)
            if not isinstance(page, list) or not all(isinstance(row, Mapping) for row in page):
                raise UnreachableError(f"GET {path}: the forge answered with something that is no list of objects")
            yield from page
            url = self._next(answer, seen)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change what is below the repository, as often as it takes."""
        return self._json(self._answer("PATCH", self._repository_url(path), body))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Create, once.  Raises ``LostCallError`` when it may have happened without our knowing."""
        return self._json(self._answer("POST", self._repository_url(path), body))

    def _url(self, path: str) -> str:
        return f"{self.place.api.rstrip('/')}/{path}"

    def _repository_url(self, path: str) -> str:
        return self._url(f"repos/{self.place.repository}/{path}")

    def _next(self, answer: httpx.Response, seen: set[str]) -> str | None:
        """Where the next page is; the key follows no link to another host, and no link in circles."""
        url = answer.links.get("next", {}).get("url")
        if url is None:
            return None
        here, there = httpx.URL(self.place.api), httpx.URL(url)
        if url in seen or (here.scheme, here.host, here.port) != (there.scheme, there.host, there.port):
            raise UnreachableError("the forge's list of comments does not end where it should")
        return str(url)

    # -------------------------------------------------------------------------------------------- one by one

    def _answer(self, method: Method, url: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        waited_seconds = 0.0
        for attempt in count(1):
            outcome = self._attempt(method, url, body)
            if isinstance(outcome, httpx.Response):
                self._refuse(method, outcome)
                return outcome
            is_asked = outcome.asked_seconds is not None
            wait_seconds = outcome.asked_seconds
            if wait_seconds is None:
                wait_seconds = self._retry.wait_seconds(attempt, self._jitter())
            waited_seconds += wait_seconds
            most = self._retry.most_attempts(is_asked=is_asked, has_answered=True)
            if outcome.is_last or attempt >= most or waited_seconds > self._retry.total_seconds:
                raise outcome.failure
            self._sleep(wait_seconds)
        raise AssertionError("counting never ends")

    def _attempt(self, method: Method, url: str, body: Mapping[str, Any] | None) -> httpx.Response | _Trouble:
        try:
            response = self._http.request(method, url, json=body)
        except httpx.HTTPError as error:
            return _unanswered(method, no_answer(error, self.place.api, _call(method, url)))
        asked_seconds = asked_wait_seconds(response, self._utc_now())
        words = self._words(method, response)
        if asked_seconds is not None:
            hint = f"the forge asks to wait {duration_text(asked_seconds)}: run again after that"
            return _Trouble(UnreachableError(words, hint=hint), asked_seconds)
        if response.status_code < 500:
            return response
        if method == "POST":
            return _Trouble(LostCallError(words, hint="run again later"), is_last=True)
        return _Trouble(UnreachableError(words, hint="run again later"))

    def _refuse(self, method: Method, response: httpx.Response) -> None:
        """Raise what a refusal means."""
        status, words = response.status_code, self._words(method, response)
        if status in _FORBIDDEN:
            raise NotPermittedError(
                words, hint=f"let the job have `pull-requests: write` or `issues: write`: {self.place.token.reference}"
            )
        if status == 401:
            raise RefusedError(
                words, hint=f"check {self.place.token.reference}: is it for this forge, and still valid?"
            )
        if 300 <= status < 400:
            raise RefusedError(words, hint="redirects are not followed: was the repository moved or renamed?")
        if status >= 400:
            raise RefusedError(words, hint="check the repository and the number")

    def _words(self, method: Method, response: httpx.Response) -> str:
        """What an answer says, in one line, without the key."""
        try:
            said = response.json().get("message", "")
        except (ValueError, AttributeError):
            said = ""
        call = _call(method, str(response.request.url))
        words = f"{call}: the forge answered {response.status_code}{f': {said}' if said else ''}"
        return self.place.token.redacted(words)

    def _json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            call = _call("", str(response.request.url)).strip()
            raise UnreachableError(f"{call}: the forge's answer is not JSON", hint="check GITHUB_API_URL") from error


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why an attempt may be followed by another, and what is raised if it is not."""

    failure: UnreachableError
    asked_seconds: float | None = None
    is_last: bool = False


def _unanswered(method: Method, error: NoAnswerError) -> _Trouble:
    hint = "check the network, and GITHUB_API_URL"
    if method == "POST" and error.was_sent:
        return _Trouble(LostCallError(error.message, hint=hint), is_last=True)
    return _Trouble(UnreachableError(error.message, hint=hint), is_last=error.is_lasting)


def _call(method: str, url: str) -> str:
    return f"{method} {httpx.URL(url).path}"
