"""A conversation with the real yaml-language-server over its protocol, as an editor has it.

with Editor(program, folder) as editor:
    editor.open(path)
    editor.diagnostics(path)
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

_PATIENCE_SECONDS: Final = 60.0
"""A server that says nothing for so long is broken."""
_SETTINGS: Final = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}


class Editor:
    """An editor with a folder open, and the server it started."""

    def __init__(self, program: str, folder: Path) -> None:
        self._folder = folder
        self._server = subprocess.Popen(
            [program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._inbox: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._texts: dict[str, str] = {}
        self._last = 0
        self.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": _CAPABILITIES})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": {"yaml": _SETTINGS}})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.kill()
        self._server.wait()
        self._reader.join()
        for pipe in (self._server.stdin, self._server.stdout):
            if pipe is not None:
                pipe.close()

    def open(self, name: str, text: str) -> None:
        """Show a text as the file of that name in the folder."""
        uri = self._uri(name)
        self._texts[uri] = text
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})

    def diagnostics(self, name: str) -> list[tuple[int, str]]:
        """The line of each complaint about a file, counted from 1, and its words."""
        uri = self._uri(name)
        while uri not in self._diagnostics:
            self._take()
        return [(each["range"]["start"]["line"] + 1, each["message"]) for each in self._diagnostics[uri]]

    def completion(self, name: str, after: str) -> list[str]:
        """What is offered after the first place where a text stands."""
        found = self.ask("textDocument/completion", self._place(name, after))
        items = found["items"] if isinstance(found, dict) else found or []
        return [item["label"] for item in items]

    def hover(self, name: str, after: str) -> str:
        """What is said about the word that a text ends in."""
        place = self._place(name, after)
        place["position"]["character"] -= 1
        found = self.ask("textDocument/hover", place)
        return str(found["contents"]["value"]) if found else ""

    def ask(self, method: str, parameters: dict[str, Any]) -> Any:
        """Send a request and wait for its answer."""
        self._last += 1
        number = self._last
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            message = self._take()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def _place(self, name: str, after: str) -> dict[str, Any]:
        uri = self._uri(name)
        before = self._texts[uri][: self._texts[uri].index(after) + len(after)]
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return {"textDocument": {"uri": uri}, "position": position}

    def _uri(self, name: str) -> str:
        return (self._folder / name).as_uri()

    def _tell(self, method: str, parameters: dict[str, Any]) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin is not None
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self._server.stdin.flush()

    def _take(self) -> dict[str, Any]:
        """The next message; what the server itself asks for is answered."""
        message = self._inbox.get(timeout=_PATIENCE_SECONDS)
        match message:
            case {"method": "textDocument/publishDiagnostics", "params": told}:
                self._diagnostics[told["uri"]] = told["diagnostics"]
            case {"method": "workspace/configuration", "id": number, "params": asked}:
                sections = [_SETTINGS if item.get("section") == "yaml" else {} for item in asked["items"]]
                self._send({"id": number, "result": sections})
            case {"method": _, "id": number}:
                self._send({"id": number, "result": None})
            case _:
                pass
        return message

    def _read(self) -> None:
        assert self._server.stdout is not None
        while line := self._server.stdout.readline():
            length = 0
            while line.strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                line = self._server.stdout.readline()
            self._inbox.put(json.loads(self._server.stdout.read(length)))


_CAPABILITIES: Final = {
    "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "publishDiagnostics": {},
    },
}
