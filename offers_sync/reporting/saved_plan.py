"""A plan that was saved: reading it back, and what a plan of today says differently.

A saved plan is never executed; it says what somebody agreed to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from offers_sync.errors import InvalidInputError
from offers_sync.planning.plan import FORMAT_VERSION, Asked, Plan
from offers_sync.reporting.plan_json import plan_document, plan_schema
from offers_sync.reporting.shape import misshapen

SIZE_LIMIT: Final = 512 * 1024 * 1024
_ACTIONS: Final = {"upload_image": "upload an image for"}


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a saved plan says, and what was asked when it was made."""

    project: str
    environment: str
    digest: str
    asked: Asked
    steps: tuple[Mapping[str, Any], ...]
    """Those that would be carried out."""


def read_saved_plan(path: Path) -> SavedPlan:
    """A plan from a file; raises ``InvalidInputError`` when it is none that could be applied."""
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise InvalidInputError(f"{path} is too large to be a plan")
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"{path} is not a saved plan: it is not JSON", hint=_HINT) from error
    if not isinstance(document, dict) or "format_version" not in document or "steps" not in document:
        raise InvalidInputError(f"{path} is not a saved plan", hint=_HINT)
    if document["format_version"] != FORMAT_VERSION:
        raise InvalidInputError(
            f"{path} was saved by another version of offers: "
            f"its format is {document['format_version']}, not {FORMAT_VERSION}",
            hint="plan again with this version",
        )
    fault = misshapen(document, _schema_of_what_is_read())
    if fault is not None:
        raise InvalidInputError(f"{path} is not a saved plan, or was edited: {fault}", hint=_HINT)
    return _saved(document, path)


_HINT: Final = "save one with `offers plan --out FILE`"


def _schema_of_what_is_read() -> dict[str, Any]:
    """The published schema, but for members that make no difference here, and that other versions may not have."""
    schema = plan_schema()
    _keep(schema, "project", "environment", "digest", "failure", "asked", "steps")
    step = schema["properties"]["steps"]["items"]
    _keep(step, "action", "kind", "key", "held_back", "fingerprint", "changes")
    _keep(step["properties"]["changes"]["items"], "path", "before", "after")
    return schema


def _keep(schema: dict[str, Any], *names: str) -> None:
    schema["required"], schema["properties"] = names, {name: schema["properties"][name] for name in names}


def _saved(document: Mapping[str, Any], path: Path) -> SavedPlan:
    if document["failure"]:
        raise InvalidInputError(f"{path} holds no plan: {document['failure']}", hint="plan again")
    if document["asked"]["offline"]:
        raise InvalidInputError(
            f"{path} was made offline, so nobody knows what lives", hint="plan again without --offline"
        )
    asked = document["asked"]
    return SavedPlan(
        document["project"],
        document["environment"],
        document["digest"],
        Asked(tuple(asked["only"]), asked["allow_creates"], asked["allow_updates"], tuple(asked["allow_lookalikes"])),
        tuple(step for step in document["steps"] if not step["held_back"]),
    )


def differing(saved: SavedPlan, plan: Plan) -> tuple[str, ...]:
    """What a plan of now says differently, line by line; nothing where the two are one."""
    if saved.digest == plan.digest and saved.project == plan.project:
        return ()
    return tuple(_differing(saved, plan)) or ("what would be sent differs, though no step shows it",)


def _differing(saved: SavedPlan, plan: Plan) -> Iterator[str]:
    if saved.project != plan.project:
        yield f"it is a plan of the project {saved.project}, not of {plan.project}"
    if saved.environment != plan.environment:
        yield f"it is a plan for the environment {saved.environment}, not for {plan.environment}"
    before = {_identity(step): step for step in saved.steps}
    after = {_identity(step): step for step in plan_document(plan)["steps"]}
    for identity, step in sorted({**before, **after}.items()):
        then, now = before.get(identity), after.get(identity)
        what = _words(step)
        if now is None:
            yield f"no longer needed: {what}"
        elif now["held_back"] and then is not None:
            yield f"now kept back: {what}: {now['held_back']}"
        elif then is None and not now["held_back"]:
            yield f"new: {what}"
        elif then is not None and then["fingerprint"] != now["fingerprint"]:
            yield f"different: {what}"
            yield from (f"  {line}" for line in _changed(then, now))


def _identity(step: Mapping[str, Any]) -> tuple[str, str, str]:
    return (step["kind"], step["key"], step["action"])


def _words(step: Mapping[str, Any]) -> str:
    action = step["action"]
    return f"{_ACTIONS.get(action, action)} {step['kind']}/{step['key']}"


def _changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    old = {(change["path"], _said(change)) for change in then["changes"]}
    new = {(change["path"], _said(change)) for change in now["changes"]}
    for path, said in sorted(old - new):
        yield f"then {path}: {said}"
    for path, said in sorted(new - old):
        yield f"now  {path}: {said}"


def _said(change: Mapping[str, Any]) -> str:
    before, after = (json.dumps(change[side], ensure_ascii=False, sort_keys=True) for side in ("before", "after"))
    return f"{before} -> {after}"
