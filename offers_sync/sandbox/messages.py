"""What goes into the sandbox and what comes out of it: plain values that no transport has touched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

JSON_TYPE: Final = "application/json; charset=utf-8"
HTML_TYPE: Final = "text/html; charset=utf-8"


class Cut(StrEnum):
    """Where the connection breaks; the transport has to do the breaking."""

    CONNECT = "connect"
    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"
    HALF_ANSWER = "half_answer"


@dataclass(frozen=True, slots=True)
class Request:
    """One call; ``query`` is still encoded."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    address: str = "127.0.0.1"

    def header(self, name: str) -> str:
        """The first value of a header, whatever its case, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, and what is to happen to it on its way: a wait, or a cut that loses some or all of it."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    latency_seconds: float = 0.0
    cut: Cut | None = None

    def header(self, name: str) -> str:
        """The first value of a header, whatever its case, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name), "")
