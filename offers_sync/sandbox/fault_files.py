"""Fault files: what people write to make the sandbox misbehave, read into the rules of ``scripting``.

    seed: 7                        # where the dice of `probability` start
    latency_ms: 20                 # for every call
    settings: {per_page_maximum: 10}
    faults:
      - at: create-redeemables     # a name, a path or "POST /api2/...", with * and ?
        calls: 2                   # the second; also [1, 4], "2..5", "3..", {first: 1, every: 3}
        cut: after_commit

Every field of a rule is a row of one table here.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from offers_sync.sandbox.endpoints import ENDPOINT_NAMES, ENDPOINTS
from offers_sync.sandbox.files import Complaints, checked_settings, did_you_mean, read_mapping, shown
from offers_sync.sandbox.messages import Cut
from offers_sync.sandbox.scripting import Calls, Fault, Faults, Lag, RateLimit
from offers_sync.sandbox.world import FORMER_KEPT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reader = Callable[[Any, str, Complaints], Any]

TOP_FIELDS: Final = ("seed", "latency_ms", "settings", "faults")
LATENCY_LIMIT_MS: Final = 600_000
PAGES: Final = ("json", "html", "empty")
CUTS: Final = tuple(cut.value for cut in Cut)
_RANGE: Final = re.compile(r"\s*(\d{1,9})\s*\.\.\s*(\d{0,9})\s*")
WRONG: Final = object()
"""What a reader gives after it has complained."""


def read_faults(file: Path) -> Faults:
    """The script in a file; raises one error that lists every fault of the file."""
    content = read_mapping(file)
    complaints = Complaints()
    complaints.unknown("", content, TOP_FIELDS)
    seed = _whole(0, None)(content.get("seed", 0), "seed", complaints)
    latency = _whole(0, LATENCY_LIMIT_MS)(content.get("latency_ms", 0), "latency_ms", complaints)
    settings = checked_settings(content.get("settings", {}), "settings", complaints)
    rules = _rules(content.get("faults", []), complaints)
    complaints.settle(file)
    return Faults(rules=tuple(rules), seed=seed, latency_ms=latency, settings=settings)


def _rules(given: Any, complaints: Complaints) -> list[Fault]:
    if not isinstance(given, list):
        complaints.add("faults", f"must be a list of rules, not {shown(given)}")
        return []
    rules = []
    for number, rule in enumerate(given, start=1):
        where = f"faults[{number}]"
        if not isinstance(rule, dict):
            complaints.add(where, f"must be a mapping, not {shown(rule)}")
            continue
        complaints.unknown(where, rule, READERS)
        values = {
            name: READERS[name](value, f"{where}.{name}", complaints) for name, value in rule.items() if name in READERS
        }
        if not set(values) - {"at", "calls", "probability"}:
            complaints.add(where, "does nothing: give it a cut, a status, a latency_ms or another effect")
        if not any(value is WRONG for value in values.values()):
            rules.append(Fault(**values))
    return rules


# ------------------------------------------------------------------------------------------------ one field each


def _whole(low: int, high: int | None) -> Reader:
    def read(value: Any, where: str, complaints: Complaints) -> Any:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and value >= low and (high is None or value <= high):
            return value
        bounds = f"from {low} to {high}" if high is not None else f"of {low} or more"
        complaints.add(where, f"must be a whole number {bounds}, not {shown(value)}")
        return WRONG

    return read


def _number(low: float, high: float) -> Reader:
    def read(value: Any, where: str, complaints: Complaints) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return value
        complaints.add(where, f"must be a number from {low:g} to {high:g}, not {shown(value)}")
        return WRONG

    return read


def _word(words: tuple[str, ...], convert: Callable[[str], Any] = str) -> Reader:
    def read(value: Any, where: str, complaints: Complaints) -> Any:
        if isinstance(value, str) and value in words:
            return convert(value)
        complaints.add(where, f"must be one of {', '.join(words)}, not {shown(value)}{did_you_mean(value, words)}")
        return WRONG

    return read


def _at(value: Any, where: str, complaints: Complaints) -> Any:
    if not isinstance(value, str) or not value:
        complaints.add(where, f"must be an endpoint's name, or a path or a method and a path, not {shown(value)}")
        return WRONG
    texts = [text for endpoint in ENDPOINTS for text in (endpoint.name, endpoint.path, endpoint.line)]
    if any(fnmatchcase(text, value) for text in texts):
        return value
    complaints.add(where, f"{shown(value)} is no endpoint{did_you_mean(value, ENDPOINT_NAMES) or _names()}")
    return WRONG


def _names() -> str:
    return f"; the names are {', '.join(ENDPOINT_NAMES)}"


def _calls(value: Any, where: str, complaints: Complaints) -> Any:
    match value:
        case bool():
            pass
        case int() if value > 0:
            return Calls.of(value)
        case list() if value and all(isinstance(one, int) and not isinstance(one, bool) and one > 0 for one in value):
            return Calls.of(*value)
        case str() if found := _RANGE.fullmatch(value):
            first, last = int(found[1]), int(found[2]) if found[2] else None
            if first > 0 and (last is None or last >= first):
                return Calls(first, last)
        case dict():
            return _counted_calls(value, where, complaints)
    complaints.add(
        where, f'must be a number from 1, a list of them, or a range like "2..5" or "3..", not {shown(value)}'
    )
    return WRONG


def _counted_calls(value: dict[Any, Any], where: str, complaints: Complaints) -> Any:
    names = ("first", "last", "every")
    complaints.unknown(where, value, names)
    found = {name: _whole(1, None)(value[name], f"{where}.{name}", complaints) for name in names if name in value}
    return WRONG if WRONG in found.values() else Calls(**found)


def _cut(value: Any, where: str, complaints: Complaints) -> Any:
    return _word(CUTS, Cut)(value, where, complaints)


def _commit(value: Any, where: str, complaints: Complaints) -> Any:
    if value in ("all", "none") or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return "none" if value == 0 else value
    complaints.add(where, f"must be all, none, or how many items are saved, not {shown(value)}")
    return WRONG


def _retry_after(value: Any, where: str, complaints: Complaints) -> Any:
    if (
        isinstance(value, str | int)
        and not isinstance(value, bool)
        and str(value).isascii()
        and str(value).isprintable()
    ):
        return value
    complaints.add(where, f"must be seconds or a date, not {shown(value)}")
    return WRONG


def _location(value: Any, where: str, complaints: Complaints) -> Any:
    if isinstance(value, str) and value and value.isascii() and value.isprintable():
        return value
    complaints.add(where, f"must be a URL, not {shown(value)}")
    return WRONG


def _lag(value: Any, where: str, complaints: Complaints) -> Any:
    if not isinstance(value, dict) or not value:
        complaints.add(where, f"must be a mapping with reads or seconds, not {shown(value)}")
        return WRONG
    complaints.unknown(where, value, ("reads", "seconds"))
    reads = _whole(0, None)(value.get("reads", 0), f"{where}.reads", complaints)
    seconds = _number(0, FORMER_KEPT_SECONDS)(value.get("seconds", 0), f"{where}.seconds", complaints)
    return WRONG if WRONG in (reads, seconds) else Lag(reads, seconds)


def _rate_limit(value: Any, where: str, complaints: Complaints) -> Any:
    if not isinstance(value, dict) or "calls" not in value:
        complaints.add(where, "must be a mapping with calls, and seconds and retry_after if you like")
        return WRONG
    complaints.unknown(where, value, ("calls", "seconds", "retry_after"))
    calls = _whole(0, None)(value["calls"], f"{where}.calls", complaints)
    seconds = _number(0.001, 86_400)(value.get("seconds", 60), f"{where}.seconds", complaints)
    retry_after = value.get("retry_after", True)
    if not isinstance(retry_after, bool):
        complaints.add(f"{where}.retry_after", f"must be true or false, not {shown(retry_after)}")
        return WRONG
    return WRONG if WRONG in (calls, seconds) else RateLimit(calls, seconds, retry_after)


def _omit_results(value: Any, where: str, complaints: Complaints) -> Any:
    places = value if isinstance(value, list) else [value]
    if places and all(isinstance(one, int) and not isinstance(one, bool) and one > 0 for one in places):
        return tuple(places)
    complaints.add(where, f"must be the place of a result counted from 1, or a list of them, not {shown(value)}")
    return WRONG


def _shift(value: Any, where: str, complaints: Complaints) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and value:
        return value
    complaints.add(where, f"must be by how many rows the page slips (below 0: rows are missed), not {shown(value)}")
    return WRONG


def _any(value: Any, where: str, complaints: Complaints) -> Any:
    try:
        import orjson  # noqa: PLC0415  only where a body is scripted

        orjson.dumps(value)
    except TypeError:
        complaints.add(where, "must be something that JSON can say")
        return WRONG
    return value


READERS: Final[dict[str, Reader]] = {
    "at": _at,
    "calls": _calls,
    "probability": _number(0, 1),
    "latency_ms": _whole(0, LATENCY_LIMIT_MS),
    "cut": _cut,
    "commit": _commit,
    "status": _whole(200, 599),
    "retry_after": _retry_after,
    "location": _location,
    "page": _word(PAGES),
    "body": _any,
    "lag": _lag,
    "shift": _shift,
    "omit_results": _omit_results,
    "rate_limit": _rate_limit,
    "settings": checked_settings,
}
