"""The request log: what came in, what went out, and which rule of the script had a hand in it.

Keys are never stored.  Bodies are kept packed, those of the newest requests only; the lines themselves stay longer.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    import sqlite3

    from offers_sync.sandbox.messages import Request, Response

REDACTED: Final = "[redacted]"
SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token"})
SECRET_LENGTH: Final = 4
"""Shorter keys are not looked for outside of the headers: every text would hold them."""
BODIES_KEPT: Final = 2_000
LINES_KEPT: Final = 200_000
BODY_BYTES_KEPT: Final = 256 * 1024
ANSWER_BYTES_KEPT: Final = 16 * 1024
PRUNED_EVERY: Final = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One request as it is remembered; a body that is no longer kept is ``None``."""

    number: int
    at: float
    request_id: str
    address: str
    endpoint: str
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    status: int
    answer: bytes | None
    fault: str


class RequestLog:
    """The log in the world's own transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(  # noqa: PLR0913  the columns
        self, request: Request, response: Response, *, at: float, request_id: str, endpoint: str, fault: str
    ) -> None:
        """Remember a request and its answer; a status of 0 is an answer that was never sent."""
        secrets = _secrets(request)
        cursor = self._connection.execute(
            "INSERT INTO log VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                at,
                request_id,
                request.address,
                endpoint,
                _clean_text(request.method, secrets),
                _clean_text(request.path, secrets),
                _clean_text(request.query, secrets),
                orjson.dumps(_headers(request)),
                _pack(request.body, BODY_BYTES_KEPT, secrets),
                response.status,
                _pack(response.body, ANSWER_BYTES_KEPT, secrets),
                fault,
            ),
        )
        number = cursor.lastrowid or 0
        if number % PRUNED_EVERY == 0:
            self._connection.execute(
                "UPDATE log SET body = NULL, answer = NULL WHERE number BETWEEN ? AND ?",
                (number - BODIES_KEPT - 2 * PRUNED_EVERY, number - BODIES_KEPT),
            )
            self._connection.execute("DELETE FROM log WHERE number <= ?", (number - LINES_KEPT,))

    def entries(self, last: int | None = None) -> list[Entry]:
        """The newest entries, the oldest of them first."""
        rows = self._connection.execute(
            "SELECT * FROM log ORDER BY number DESC LIMIT ?", (-1 if last is None else last,)
        ).fetchall()
        return [_entry(row) for row in reversed(rows)]

    def counts(self) -> dict[str, int]:
        """How many requests each endpoint had."""
        rows = self._connection.execute("SELECT endpoint, count(*) FROM log GROUP BY endpoint ORDER BY endpoint")
        return {endpoint or "unknown": count for endpoint, count in rows}


def _entry(row: tuple[Any, ...]) -> Entry:
    number, at, request_id, address, endpoint, method, path, query, headers, body, status, answer, fault = row
    pairs = tuple((name, value) for name, value in orjson.loads(headers))
    return Entry(
        number,
        at,
        request_id,
        address,
        endpoint,
        method,
        path,
        query,
        pairs,
        _unpack(body),
        status,
        _unpack(answer),
        fault,
    )


def _headers(request: Request) -> list[tuple[str, str]]:
    return [(name, REDACTED if name.lower() in SECRET_HEADERS else value) for name, value in request.headers]


def _secrets(request: Request) -> list[str]:
    """The words of the Authorization header that are long enough to be a key."""
    words = request.header("authorization").split()
    return [word for word in words if len(word) >= SECRET_LENGTH and word.lower() not in ("bearer", "basic", "token")]


def _clean_text(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return text.encode("utf-8", "replace").decode()


def _pack(body: bytes, limit: int, secrets: list[str]) -> bytes:
    """The first part of a body, packed; a key that lies across its end is taken out as well."""
    kept = body[: limit + sum(map(len, secrets))]
    for secret in secrets:
        kept = kept.replace(secret.encode("utf-8", "surrogateescape"), REDACTED.encode())
    if len(body) > limit:
        kept = kept[:limit] + b"... (%d bytes in all)" % len(body)
    return zlib.compress(kept, 1)


def _unpack(packed: bytes | None) -> bytes | None:
    return None if packed is None else zlib.decompress(packed)
