"""Campaigns against what is remembered of them: sent once, never compared with a server that does not show them.

    remembered       the file               what follows
    ---------------  ---------------------  ----------------------------------------------------------
    nothing, failed  can be sent            a step
    nothing, failed  would be refused       a step that is kept back, every reason a finding on its line
    done             the same, or gone      nothing
    done             differs                a finding, never an edit
    unknown          any                    a step that is kept back until a person settles it

What the server would refuse is known beforehand here, but for an offer that was deactivated in the dashboard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from offers_sync import codes
from offers_sync.contract import CAMPAIGN_LEAD_SECONDS
from offers_sync.findings import Code, Finding
from offers_sync.models.sent_campaigns import CampaignRecord, CampaignState, Start
from offers_sync.models.values import Desired, Tree
from offers_sync.planning.annotating import is_waived
from offers_sync.planning.canonical import canonical
from offers_sync.planning.comparing import FieldChange, Verdict, fingerprint_of
from offers_sync.planning.joining import join
from offers_sync.planning.plan import Action, Change, Step
from offers_sync.planning.question import Scene, name_of
from offers_sync.planning.segments import segment_number

LEAD: Final = timedelta(seconds=CAMPAIGN_LEAD_SECONDS)
_FIELDS: Final = ("name", "redeemable", "segment")
_MINUTE_SECONDS: Final = 60
_NO_NAMES: Final = "the distribution list does not show its id, and without the full list names prove nothing"
_SHARED: Final = "do so once, with the state that everybody who applies shares"


def campaign_steps(scene: Scene, desired: Desired) -> tuple[tuple[Step, ...], tuple[Finding, ...]]:
    """The step of a campaign, if there is one, and what is to be said of it."""
    record = _record_of(scene, desired)
    said = [*_changed(scene, desired, record)] if record is not None else []
    if record is not None and record.is_open:
        step = replace(_step(scene, desired), held_back=unknown_words(record), is_unsettled=True)
        return (step,), (unknown_finding(record), *said)
    if record is not None and record.state is CampaignState.DONE:
        return (), tuple(said)
    problems = [] if scene.question.is_offline else list(_problems(scene, desired))
    step = replace(_step(scene, desired), held_back=problems[0].message if problems else "")
    return (step,), (*problems, *_refused_before(record))


def gift_finding(scene: Scene, step: Step) -> Finding:
    """What a reviewer is told of a campaign that would be sent."""
    fields, start = step.desired.fields, Start.of(step.desired.fields)
    offer = scene.desired.get(("redeemable", str(fields.get("redeemable"))))
    what = f"`{offer.key}`" if offer is not None else "an offer that git does not manage"
    when = start.words if start is not None else "a moment that cannot be told"
    message = f"gifts {what} to every guest of `{fields.get('segment')}` from {when}; it cannot be undone"
    return Finding.of(codes.CAMPAIGN_GIFTS, message, path="/start")


def forgotten_campaigns(scene: Scene) -> Iterator[Finding]:
    """Campaigns that are not written here any more while nobody knows whether they were scheduled."""
    written = [each for each in scene.question.desired if each.kind == "campaign"]
    ids, keys = {each.external_id for each in written}, {each.key for each in written}
    for record in scene.question.campaigns:
        if record.is_open and record.external_id not in ids and record.key not in keys:
            yield unknown_finding(record)


def lead_problem(start: Start, now: datetime) -> str:
    """Why it is too late for a start, by the clock; nothing if it is not."""
    ahead = start.moment - now
    if ahead >= LEAD:
        return ""
    minutes = int(abs(ahead.total_seconds())) // _MINUTE_SECONDS
    away = f"{minutes:,} minutes ahead" if ahead > timedelta() else "over"
    return f"the campaign would begin at {start.words}, which is {away}; the server wants 15 minutes"


def unknown_words(record: CampaignRecord) -> str:
    """What keeps a campaign of unknown outcome back."""
    sent = datetime.fromtimestamp(record.sent, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"it was sent at {sent} and no answer came, so it is never sent again by itself: look for it, then "
        f"`offers runs settle {record.name}`"
    )


def unknown_finding(record: CampaignRecord) -> Finding:
    """What is said of it wherever it shows, with the way out."""
    message = f"nobody knows whether {record.name} was scheduled"
    hint = (
        f"look for it in the vendor's dashboard, then `offers runs settle {record.name} --as sent`, or `--as not-sent`"
    )
    return Finding.of(codes.CAMPAIGN_UNKNOWN, message, hint=hint)


# ------------------------------------------------------------------------------------------------------- the step


def _step(scene: Scene, desired: Desired) -> Step:
    """What would be sent; the segment's number and the instant of the start stand beside what is written."""
    start = Start.of(desired.fields)
    number = segment_number(scene, str(desired.fields.get("segment")))
    sent = {
        **desired.fields,
        "segment_id": number if isinstance(number, int) else None,
        "start_time": start.utc if start is not None else None,
    }
    rows = [(name, None, sent.get(name)) for name in (*_FIELDS, "segment_id", "start_time")]
    return Step(
        Action.DISTRIBUTE,
        replace(desired, fields=sent),
        tuple(Change(FieldChange(f"/{name}", None, value, Verdict.EDIT)) for name, value in _shown(desired, start)),
        fingerprint=fingerprint_of([*rows, ("external_campaign_id", None, desired.external_id)]),
    )


def _shown(desired: Desired, start: Start | None) -> Iterator[tuple[str, Any]]:
    for name in _FIELDS:
        yield name, desired.fields.get(name)
    if start is not None:
        yield "start", {"local": start.local, "timezone": start.timezone, "utc": start.utc}
    yield "external_campaign_id", desired.external_id


def _refused_before(record: CampaignRecord | None) -> Iterator[Finding]:
    if record is not None and record.state is CampaignState.FAILED:
        yield Finding.of(codes.CAMPAIGN_REFUSED_BEFORE, f"it was not scheduled before: {record.note}")


# ------------------------------------------------------------------------------------------- what was sent before


def _record_of(scene: Scene, desired: Desired) -> CampaignRecord | None:
    """What is remembered under the campaign's id, or under its key where it was given another id since."""
    if scene.question.is_offline:
        return _as_if_sent(scene, desired)
    records = scene.question.campaigns
    same_id = next((each for each in records if each.external_id == desired.external_id), None)
    same_key = next((each for each in records if each.key == desired.key), None)
    known = [each for each in (same_id, same_key) if each is not None]
    return next((each for each in known if each.state is not CampaignState.FAILED), known[0] if known else None)


def _as_if_sent(scene: Scene, desired: Desired) -> CampaignRecord | None:
    """Where the base stands in for the server, its campaigns count as sent."""
    applied = scene.applied.get(("campaign", desired.external_id))
    if applied is None:
        return None
    return CampaignRecord(applied.key, applied.external_id, applied.fields, CampaignState.DONE)


def _changed(scene: Scene, desired: Desired, record: CampaignRecord) -> Iterator[Finding]:
    """What the file says otherwise than what was sent, at the first field that does."""
    if record.state is CampaignState.FAILED:
        return
    names = [name for name, is_same in _sameness(scene, desired, record) if not is_same]
    if names:
        sent = "sent" if record.state is CampaignState.DONE else "perhaps sent"
        others = " and ".join(f"`{name}`" for name in names)
        message = f"{record.name} was {sent} with another {others}; that is not changed"
        yield _problem(codes.CAMPAIGN_CHANGED, message, f"/{names[0]}")


def _sameness(scene: Scene, desired: Desired, record: CampaignRecord) -> Iterator[tuple[str, bool]]:
    sent, written = record.fields, desired.fields
    for name in ("name", "redeemable"):
        yield name, sent.get(name) == written.get(name)
    number = segment_number(scene, str(written.get("segment")))
    is_same_number = isinstance(number, int) and number == sent.get("segment_id")
    yield "segment", is_same_number or sent.get("segment") == written.get("segment")
    yield "start", _moment(sent) == _moment(written)
    yield "external_campaign_id", record.external_id == desired.external_id


def _moment(fields: Mapping[str, Any]) -> str:
    start = Start.of(fields)
    return start.utc if start is not None else ""


# ------------------------------------------------------------------------------------ what the server would refuse


def _problems(scene: Scene, desired: Desired) -> Iterator[Finding]:
    """Every reason not to send a campaign now, each at the line that it is about."""
    start = Start.of(desired.fields)
    if scene.question.no_lasting_memory:
        yield Finding.of(codes.CAMPAIGN_NEEDS_MEMORY, scene.question.no_lasting_memory, hint=_SHARED)
    if start is None:
        yield _problem(codes.CAMPAIGN_TOO_SOON, "the start is no moment that can be sent", "/start")
    yield from _offer_problems(scene, desired)
    number = segment_number(scene, str(desired.fields.get("segment")))
    if isinstance(number, str):
        yield _problem(codes.CAMPAIGN_SEGMENT_UNCLEAR, number, "/segment")
    if start is not None:
        late = lead_problem(start, scene.question.now)
        if late:
            yield _problem(codes.CAMPAIGN_TOO_SOON, late, "/start")
        yield from _window_problems(scene, desired, start)
        yield from _repeated(scene, desired, start)


def _problem(code: Code, message: str, path: str = "") -> Finding:
    return Finding.of(code, message, hint=code.hint, path=path)


def _offer_problems(scene: Scene, desired: Desired) -> Iterator[Finding]:
    """What stands in the way of finding the offer in the distribution list; one that is made first is found later."""
    external_id = str(desired.fields.get("redeemable"))
    identity = ("redeemable", external_id)
    snapshot = scene.question.snapshot
    document = scene.desired.get(("redeemable", external_id))
    if document is not None and document.is_retired:
        yield _problem(codes.CAMPAIGN_OFFER_NOT_THERE, f"`{document.key}` is retired", "/redeemable")
        return
    is_made_first = document is not None and identity not in scene.live and identity not in scene.opaque
    if is_made_first and not snapshot.is_degraded:
        return
    gap = snapshot.unread.get("offered", "")
    if gap:
        yield _problem(codes.CAMPAIGN_OFFER_UNCLEAR, f"the distribution list could not be read: {gap}", "/redeemable")
        return
    found = join(external_id, snapshot.offered, lambda: scene.listing("redeemable"))
    if isinstance(found, str):
        found = _NO_NAMES if snapshot.is_degraded else found
        whom = f"`{document.key}`" if document is not None else "the offer"
        yield _problem(codes.CAMPAIGN_OFFER_UNCLEAR, f"{whom} cannot be gifted: {found}", "/redeemable")


def _window_problems(scene: Scene, desired: Desired, start: Start) -> Iterator[Finding]:
    """The start against the time of the offer, as it is once the plan is carried out."""
    schedule = _schedule(scene, str(desired.fields.get("redeemable")))
    zone = str(schedule.get("timezone") or start.timezone)
    begins, ends = _instant(schedule.get("start"), zone), _instant(schedule.get("end"), zone)
    if begins is not None and begins > scene.question.now:
        message = f"the offer itself begins at {schedule['start']} {zone}, and is not gifted before that: apply then"
        yield _problem(codes.CAMPAIGN_OFFER_NOT_THERE, message, "/redeemable")
    if ends is not None and schedule.get("indefinitely") is not True and start.moment > ends:
        message = f"the campaign would begin at {start.words}, after its offer has ended at {schedule['end']} {zone}"
        yield _problem(codes.CAMPAIGN_OFFER_NOT_THERE, message, "/start")


def _schedule(scene: Scene, external_id: str) -> Mapping[str, Any]:
    live, document = scene.live.get(("redeemable", external_id)), scene.desired.get(("redeemable", external_id))
    sides = [each.fields.get("schedule") for each in (live, document) if each is not None]
    whole: dict[str, Any] = {}
    for side in sides:
        whole |= canonical("redeemable", {"schedule": side})["schedule"] or {}
    return whole


def _instant(local: Any, zone: str) -> datetime | None:
    try:
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError, KeyError):
        return None


def _repeated(scene: Scene, desired: Desired, start: Start) -> Iterator[Finding]:
    """Another campaign that was sent, or would be sent first, with the same gift."""
    waivers = [each for each in scene.question.allowances if each.code is not None]
    for name, other in _others(scene, desired):
        if _is_same_gift(other, desired.fields) and _moment(other) == start.utc:
            message = f"{name} gifts the same offer to the same segment at the same moment"
            finding = _problem(codes.CAMPAIGN_REPEATED, message)
            if not is_waived(desired, finding, waivers):
                yield finding
            return


def _others(scene: Scene, desired: Desired) -> Iterator[tuple[str, Tree]]:
    """The campaigns that go before this one, by name: as they were sent, else as they are written."""
    question = scene.question
    others = {each.key: each.fields for each in question.desired if each.kind == "campaign" and each.key < desired.key}
    others |= {each.key: each.fields for each in question.campaigns if each.state is not CampaignState.FAILED}
    return ((name_of("campaign", key), fields) for key, fields in sorted(others.items()) if key != desired.key)


def _is_same_gift(one: Tree, other: Tree) -> bool:
    return all(one.get(name) == other.get(name) for name in ("redeemable", "segment"))
