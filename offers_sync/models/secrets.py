"""A key or password on its way from the environment to the server, shown nowhere in between."""

from __future__ import annotations

from typing import Final, NoReturn

REDACTED: Final = "[redacted]"
_SHORTEST_REDACTED: Final = 8
"""Shorter texts stand in other words, and no key is that short."""


class Secret:
    """A secret text; printed, formatted or logged, it shows only where it came from."""

    __slots__ = ("_text", "reference")

    def __init__(self, text: str, reference: str = "") -> None:
        self._text = text
        self.reference = reference
        """How people name it, such as ``${MARLOW_PUNCHH_KEY}``."""

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def redacted(self, text: str) -> str:
        """A text of someone else, without the secret in it."""
        return text.replace(self._text, REDACTED) if len(self._text) >= _SHORTEST_REDACTED else text

    def __repr__(self) -> str:
        return f"Secret({self.reference or REDACTED})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never stored")
