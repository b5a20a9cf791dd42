"""A forge of comments and issues in memory, and a conversation with it on a clock of its own.

forge = FakeForge()
with talking_to(forge) as conversation:
    keep_comment(conversation, 7, text)
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import httpx
from servers import FakeTime

from offers_sync.forge.calling import PATIENCE, Forge, Place
from offers_sync.models.secrets import Secret

API: Final = "https://api.forge.example"
TOKEN: Final = "ghs_a-token-of-the-job"  # noqa: S105  no real one
BOT: Final = {"id": 41898282, "login": "github-actions[bot]", "type": "Bot"}
GUEST: Final = {"id": 7, "login": "guest", "type": "User"}
LIMIT_CHARACTERS: Final = 65_536

Trouble = httpx.Response | Exception


class FakeForge:
    """Comments of pull requests and issues of one repository, paged by links as the real one does it."""

    def __init__(self, *, me: dict[str, Any] | None = None) -> None:
        self.me = me
        """Whose key it is; a pipeline's key may not ask."""
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.requests: list[httpx.Request] = []
        self.troubles: list[tuple[str, Trouble]] = []
        """What happens to the next calls of a method, in order."""
        self.loses: list[str] = []
        """Methods whose next calls are carried out without an answer."""
        self.forbidden: set[str] = set()
        """Methods that the key may not use."""

    @property
    def calls(self) -> list[str]:
        """Methods and paths, in order."""
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def write(self, text: str, *, number: int = 7, author: dict[str, Any] = GUEST) -> None:
        """Somebody comments."""
        self._add_comment(number, {"body": text}, author)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer as the forge would."""
        self.requests.append(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return httpx.Response(401, json={"message": "Bad credentials"})
        for place, (method, trouble) in enumerate(self.troubles):
            if method == request.method:
                del self.troubles[place]
                if isinstance(trouble, Exception):
                    raise trouble
                return trouble
        if request.method in self.forbidden:
            return httpx.Response(403, json={"message": "Resource not accessible by integration"})
        answer = self._answer(request)
        if request.method in self.loses:
            self.loses.remove(request.method)
            raise httpx.ReadTimeout("gone", request=request)
        return answer

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/user":
            return httpx.Response(200, json=self.me) if self.me else httpx.Response(403, json={"message": "no"})
        found = re.fullmatch(r"/repos/marlow/offers/(.*)", request.url.path)
        if found is None:
            return httpx.Response(404, json={"message": "Not Found"})
        body = json.loads(request.content or b"{}")
        if len(body.get("body", "")) > LIMIT_CHARACTERS:
            return httpx.Response(422, json={"message": "body is too long (maximum is 65536 characters)"})
        match request.method, found[1].split("/"):
            case "GET", ["issues", number, "comments"]:
                return _page([row for row in self.comments if row["number"] == int(number)], request)
            case "POST", ["issues", number, "comments"]:
                return httpx.Response(201, json=self._add_comment(int(number), body, self.me or BOT))
            case "PATCH", ["issues", "comments", name]:
                return _changed(self.comments, "id", int(name), body)
            case "GET", ["issues"]:
                return _page([row for row in self.issues if row["state"] == request.url.params["state"]], request)
            case "POST", ["issues"]:
                return httpx.Response(201, json=self.add_issue(body, self.me or BOT))
            case "PATCH", ["issues", name]:
                return _changed(self.issues, "number", int(name), body)
            case _:
                return httpx.Response(404, json={"message": "Not Found"})

    def _add_comment(self, number: int, body: dict[str, Any], author: dict[str, Any]) -> dict[str, Any]:
        name = 1000 + len(self.comments)
        url = f"https://forge.example/marlow/offers/pull/{number}#{name}"
        self.comments.append({"id": name, "number": number, "user": author, "html_url": url, **body})
        return self.comments[-1]

    def add_issue(self, body: dict[str, Any], author: dict[str, Any] = GUEST) -> dict[str, Any]:
        """Somebody opens an issue, or with ``pull_request`` a pull request."""
        number = 1 + len(self.issues)
        url = f"https://forge.example/marlow/offers/issues/{number}"
        self.issues.append({"number": number, "state": "open", "user": author, "html_url": url, **body})
        return self.issues[-1]


def _page(rows: list[dict[str, Any]], request: httpx.Request) -> httpx.Response:
    size, page = int(request.url.params["per_page"]), int(request.url.params.get("page", "1"))
    headers = {}
    if len(rows) > page * size:
        following = request.url.copy_set_param("page", str(page + 1))
        headers["Link"] = f'<{following}>; rel="next", <{following}>; rel="last"'
    return httpx.Response(200, json=rows[(page - 1) * size : page * size], headers=headers)


def _changed(rows: list[dict[str, Any]], field: str, name: int, body: dict[str, Any]) -> httpx.Response:
    for row in rows:
        if row[field] == name:
            row.update(body)
            return httpx.Response(200, json=row)
    return httpx.Response(404, json={"message": "Not Found"})


def talking_to(
    forge: FakeForge | Callable[[httpx.Request], httpx.Response], time: FakeTime | None = None, *, token: str = TOKEN
) -> Forge:
    """A conversation with a forge; its dice always fall on one half."""
    time = time or FakeTime()
    return Forge(
        Place(API, "marlow/offers", Secret(token, "GITHUB_TOKEN")),
        transport=httpx.MockTransport(forge.handle if isinstance(forge, FakeForge) else forge),
        retry=PATIENCE,
        sleep=time.sleep,
        utc_now=time.utc_now,
        jitter=lambda: 0.5,
    )


@contextmanager
def served(forge: FakeForge) -> Iterator[str]:
    """The forge at an address of this machine, for the real command line."""

    class Answering(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length", 0)))
            host, port = server.server_address[:2]
            url = f"http://{host!s}:{port}{self.path}"
            answer = forge.handle(httpx.Request(self.command, url, headers=dict(self.headers), content=content))
            self.send_response(answer.status_code)
            for name in ("link", "retry-after"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815  the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
