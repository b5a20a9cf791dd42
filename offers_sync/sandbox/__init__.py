"""The vendor in a box: every endpoint as it is documented, quirks included, over data of its own.

It shares the plain tables of ``contract`` with the client and nothing else, or one mistake would hide in both.
Importing the package is cheap; what needs httpx or SQLite is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from offers_sync.sandbox.embedded import Embedded, EmbeddedTransport, open_embedded
    from offers_sync.sandbox.messages import Cut, Request, Response
    from offers_sync.sandbox.scripting import Calls, Fault, Faults, Lag, RateLimit
    from offers_sync.sandbox.settings import Settings
    from offers_sync.sandbox.vendor import Vendor
    from offers_sync.sandbox.world import World

__all__ = [
    "Calls",
    "Cut",
    "Embedded",
    "EmbeddedTransport",
    "Fault",
    "Faults",
    "Lag",
    "RateLimit",
    "Request",
    "Response",
    "Settings",
    "Vendor",
    "World",
    "open_embedded",
]

_HOMES = {
    "embedded": ("Embedded", "EmbeddedTransport", "open_embedded"),
    "messages": ("Cut", "Request", "Response"),
    "scripting": ("Calls", "Fault", "Faults", "Lag", "RateLimit"),
    "settings": ("Settings",),
    "vendor": ("Vendor",),
    "world": ("World",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
