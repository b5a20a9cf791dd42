"""Looking at one thing after the other: the files, the server, the key, the features, the clock, the store.

What was seen becomes a ``Check``; how that looks on paper is ``reporting``'s business.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Final

from offers_sync import contract
from offers_sync.cli.workspace import (
    FindingsError,
    Workspace,
    connection_of,
    open_client,
    open_store,
    state_location,
)
from offers_sync.errors import ExitCode, OffersError
from offers_sync.findings import Severity
from offers_sync.reporting.doctor import Check, Health
from offers_sync.wire.client import Client
from offers_sync.wire.probing import Probe, Standing, probe

FILES: Final = "offers.yaml"
SERVER: Final = "server"
KEY: Final = "key"
INGESTION: Final = "offers ingestion"
CLOCK: Final = "clock"
STATE: Final = "state"
_FEATURES: Final[Mapping[str, str]] = {
    INGESTION: contract.REDEEMABLES_PATH,
    "offered list": contract.HEADLESS_REDEEMABLES_PATH,
    "segments": contract.SEGMENTS_PATH,
    "locations": contract.LOCATIONS_PATH,
}
"""What is looked at with a harmless read; the first one is needed by everybody."""
_ONLINE: Final = (SERVER, KEY, *_FEATURES, CLOCK)
_CLOCK_SECONDS_LIMIT: Final = 60
_NOT_GIVEN: Final = (
    "what refers to this list goes unchecked until the server gives it; ask PAR Punchh support why it does not, with "
    "the request id"
)
_NOBODY: Final = "doctor"
"""No run is called that."""


def examine(opened: Workspace | OffersError) -> Iterator[Check]:
    """Everything, in the order in which one thing needs the other."""
    if isinstance(opened, OffersError):
        yield _failed(FILES, opened)
        yield from _skipped((*_ONLINE, STATE), "offers.yaml comes first")
        return
    yield _files(opened)
    yield from _online(opened)
    yield _state(opened)


def _files(workspace: Workspace) -> Check:
    words = f"project {workspace.project.project}, environment {workspace.environment}"
    count = sum(finding.severity is Severity.ERROR for finding in workspace.findings)
    if count:
        return Check(FILES, Health.OK, f"{words}; {count} faults in other files", "`offers validate` shows them")
    return Check(FILES, Health.OK, words)


# --------------------------------------------------------------------------------------------------- the server


def _online(workspace: Workspace) -> Iterator[Check]:
    if not workspace.is_embedded:
        try:
            connection_of(workspace)
        except OffersError as error:
            yield Check(SERVER, Health.SKIPPED, f"{workspace.settings.server} was not asked: there is no key for it")
            yield _failed(KEY, error)
            yield from _skipped((*_FEATURES, CLOCK), "there is no key to ask with")
            return
    with ExitStack() as opened:
        try:
            client = opened.enter_context(open_client(workspace))
        except OffersError as error:
            yield _failed(SERVER, error)
            yield from _skipped((KEY, *_FEATURES, CLOCK), "the server comes first")
            return
        yield from _conversation(workspace, client)


def _conversation(workspace: Workspace, client: Client) -> Iterator[Check]:
    first = _look(client, _FEATURES[INGESTION])
    if first.standing in (Standing.SILENT, Standing.STRANGE):
        yield Check(SERVER, Health.FAILED, first.message, first.hint, ExitCode.UNREACHABLE)
        yield from _skipped((KEY, *_FEATURES, CLOCK), "the server comes first")
        return
    where = "the sandbox in this process" if workspace.is_embedded else workspace.settings.server
    yield Check(SERVER, Health.OK, f"{where} answers in {first.seconds * 1000:.0f} ms")
    if first.standing is Standing.KEY_REFUSED:
        yield Check(KEY, Health.FAILED, first.message, first.hint, ExitCode.REFUSED)
        yield from _skipped(_FEATURES, "the key comes first")
    else:
        yield Check(
            KEY, Health.OK, "any will do" if workspace.is_embedded else f"{workspace.settings.token} is accepted"
        )
        yield _feature(INGESTION, first)
        yield from (_feature(name, _look(client, path)) for name, path in _FEATURES.items() if name != INGESTION)
    yield _clock(workspace, first)


def _look(client: Client, path: str) -> Probe:
    return probe(
        client, path, in_body=path != contract.LOCATIONS_PATH, now=time.monotonic, utc_now=lambda: datetime.now(UTC)
    )


def _feature(name: str, found: Probe) -> Check:
    match found.standing:
        case Standing.OPEN:
            return Check(name, Health.OK, "can be read")
        case Standing.FEATURE_OFF if name == INGESTION:
            return Check(name, Health.FAILED, found.message, found.hint, ExitCode.REFUSED)
        case Standing.FEATURE_OFF:
            return Check(name, Health.OFF, found.message, found.hint)
        case Standing.REFUSED:
            return Check(name, Health.OFF, found.message, _NOT_GIVEN)
        case Standing.KEY_REFUSED | Standing.FORBIDDEN:
            return Check(name, Health.FAILED, found.message, found.hint, ExitCode.REFUSED)
        case Standing.SILENT | Standing.STRANGE:
            return Check(name, Health.FAILED, found.message, found.hint, ExitCode.UNREACHABLE)


def _clock(workspace: Workspace, found: Probe) -> Check:
    if workspace.is_embedded:
        return Check(CLOCK, Health.OK, "the sandbox has this machine's")
    ahead = found.ahead_seconds
    if ahead is None:
        return Check(CLOCK, Health.SKIPPED, "the server does not show its own")
    words = f"this machine is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the server"
    if abs(ahead) <= _CLOCK_SECONDS_LIMIT:
        return Check(CLOCK, Health.OK, words)
    hint = "set this machine's clock: campaigns and the ends of retired offers go by it"
    return Check(CLOCK, Health.FAILED, words, hint, ExitCode.INVALID)


# ---------------------------------------------------------------------------------------------------- the store


def _state(workspace: Workspace) -> Check:
    try:
        if state_location(workspace) is None:
            hint = "name it in offers.yaml: `state: local`, or a variable that holds postgresql://..."
            words = f"the environment {workspace.environment} names none, so nothing can be applied to it"
            return Check(STATE, Health.FAILED, words, hint, ExitCode.INVALID)
        with open_store(workspace) as store:
            store.drop_hold(_NOBODY)  # a write that changes nothing
            words = f"{store.database.title} can be read and written"
            if workspace.is_embedded or store.made_on_purpose() is not None:
                return Check(STATE, Health.OK, words)
    except OffersError as error:
        return _failed(STATE, error)
    hint = f"campaigns, gifts and redemptions also need `offers state init --env {workspace.environment}`"
    return Check(STATE, Health.OK, words, hint)


# ------------------------------------------------------------------------------------------------------- checks


def _failed(name: str, error: OffersError) -> Check:
    message, hint = error.message, error.hint
    if isinstance(error, FindingsError):
        first = next(finding for finding in error.findings if finding.severity is Severity.ERROR)
        message, hint = f"{first.position or name}: {first.message}", first.hint or hint
    known = (ExitCode.INVALID, ExitCode.REFUSED, ExitCode.UNREACHABLE)
    return Check(
        name, Health.FAILED, message, hint, error.exit_code if error.exit_code in known else ExitCode.UNREACHABLE
    )


def _skipped(names: Iterable[str], reason: str) -> Iterator[Check]:
    return (Check(name, Health.SKIPPED, f"not looked at: {reason}") for name in names)
