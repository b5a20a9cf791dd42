"""What offers.yaml must keep beyond its model: no secrets, no strange hosts, exceptions that still hold.

The rules read what was written, so that they speak also when something else in the file is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs

from offers_sync import codes
from offers_sync.loading.complaints import Complaint, Path, advice
from offers_sync.loading.vocabulary import did_you_mean
from offers_sync.models.fields import LITERAL_LOCATION_PATTERN, parse_local_time
from offers_sync.models.hosts import EMBEDDED, server_fault
from offers_sync.models.project import DATABASE_WITHOUT_PASSWORD

_REFERENCE: Final = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_LITERAL_LOCATION: Final = re.compile(LITERAL_LOCATION_PATTERN)
_WITHOUT_PASSWORD: Final = re.compile(rf"[^:/?#]*://{DATABASE_WITHOUT_PASSWORD}")
_NEVER_WAIVED: Final = "error"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the files cannot know: the hosts that a person trusts beside the vendor's, and the time."""

    hosts: Collection[str]
    now: datetime


def check_project(written: Mapping[str, Any], surroundings: Surroundings) -> Iterator[Complaint]:
    """Everything that is wrong with offers.yaml whatever its types."""
    environments = written.get("environments")
    for name, environment in environments.items() if isinstance(environments, dict) else ():
        if isinstance(environment, dict):
            yield from _check_environment(environment, ("environments", name), surroundings)
    yield from _check_aliases(written, ())
    entries = written.get("allow")
    zone = _zone_of(written)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield from _check_allowance(entry, ("allow", index), surroundings.now, zone)


def _check_environment(written: Mapping[str, Any], path: Path, surroundings: Surroundings) -> Iterator[Complaint]:
    server, state = written.get("server"), written.get("state")
    if isinstance(server, str) and server != EMBEDDED:
        yield from _check_server(server, (*path, "server"), surroundings.hosts)
        if written.get("token") is None:
            message = f"the environment `{path[-1]}` has a server, and no `token` for it"
            hint = "name the variable that holds the key, for example token: ${PUNCHH_KEY}"
            yield Complaint(codes.FIELD_NEEDED, path, message, hint)
    if isinstance(state, str) and "://" in state:
        yield from _check_state(state, (*path, "state"))
    yield from _check_aliases(written, path)


def _check_aliases(written: Mapping[str, Any], path: Path) -> Iterator[Complaint]:
    """A name that is a location already stands for that one wherever it is written."""
    aliases = written.get("locations")
    for alias in aliases if isinstance(aliases, dict) else ():
        if isinstance(alias, str) and _LITERAL_LOCATION.fullmatch(alias):
            message = f"`{alias}` is a location itself, so an alias of that name is never looked up"
            yield Complaint(codes.WRONG_FORM, (*path, "locations", alias), message, "choose another name", at_key=True)


def _check_server(server: str, path: Path, hosts: Collection[str]) -> Iterator[Complaint]:
    fault = server_fault(server, hosts)
    if fault is not None:
        yield Complaint(codes.SERVER_NOT_ALLOWED, path, fault.message, fault.hint)


def _check_state(state: str, path: Path) -> Iterator[Complaint]:
    query = parse_qs(state.partition("#")[0].partition("?")[2])
    if not _WITHOUT_PASSWORD.match(state) or any("password" in name or "passwd" in name for name in query):
        if _REFERENCE.search(state):
            message = "a reference to a variable stands alone: it cannot be a part of the address"
            yield Complaint(codes.WRONG_FORM, path, message, "put the whole address into the variable")
            return
        message = "`state` holds a password"
        hint = "write state: ${OFFERS_STATE_URL}, set that variable, and change the password: it has been in a file"
        yield Complaint(codes.LITERAL_SECRET, path, message, hint)


def _zone_of(written: Mapping[str, Any]) -> str | None:
    defaults = written.get("defaults")
    zone = defaults.get("timezone") if isinstance(defaults, dict) else None
    return zone if isinstance(zone, str) else None


def _check_allowance(written: Mapping[str, Any], path: Path, now: datetime, zone: str | None) -> Iterator[Complaint]:
    guard, name = written.get("guard"), written.get("code")
    if (guard is None) == (name is None):
        what = "neither a guard nor a code" if guard is None else "both a guard and a code"
        hint = advice(codes.NO_ALLOWANCE_SUBJECT)
        yield Complaint(codes.NO_ALLOWANCE_SUBJECT, path, f"the exception names {what}", hint)
    if isinstance(name, str):
        yield from _check_code(name, (*path, "code"))
    until = _moment(written.get("until"))
    if until is not None and until <= _clock(now, zone):
        message = f"the exception ended at {until.isoformat()}"
        yield Complaint(codes.ALLOWANCE_EXPIRED, (*path, "until"), message, advice(codes.ALLOWANCE_EXPIRED))


def _check_code(name: str, path: Path) -> Iterator[Complaint]:
    code = codes.find_code(name)
    if code is None:
        hint = did_you_mean(name, (known.name for known in codes.all_codes())) or "`offers explain` lists the codes"
        yield Complaint(codes.WRONG_VALUE, path, f"there is no code `{name}`", hint)
    elif code.severity.value == _NEVER_WAIVED:
        message = f"`{name}` is an error, and errors cannot be waived"
        yield Complaint(codes.WRONG_VALUE, path, message, "mend what it points at instead")
    elif not codes.can_be_waived(code):
        message = f"`{name}` says what nobody may overlook, and is never waived"
        yield Complaint(codes.WRONG_VALUE, path, message, "take the exception out; the finding ends with its cause")


def _moment(written: Any) -> datetime | None:
    try:
        return parse_local_time(written).replace(tzinfo=None) if isinstance(written, str) else None
    except ValueError:
        return None


def _clock(now: datetime, zone: str | None) -> datetime:
    """What the project's clock shows; that of UTC where it names no zone."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415  few projects have an exception that ends

    try:
        place = ZoneInfo(zone) if zone is not None else None
    except (KeyError, ValueError, OSError):
        place = None
    local = now.astimezone(place) if place is not None else now
    return local.replace(tzinfo=None)
