"""The part of ``offers runs`` that is about campaigns: finding one by its name, and taking a person's word for it."""

from __future__ import annotations

import uuid
from typing import Final

from offers_sync.cli.authors import author_of
from offers_sync.cli.talking import say
from offers_sync.cli.workspace import Workspace
from offers_sync.errors import InvalidInputError
from offers_sync.models.sent_campaigns import CampaignRecord, CampaignState
from offers_sync.state.campaigns import Campaigns
from offers_sync.state.leases import LeaseTerms, hold_environment
from offers_sync.state.records import Hold
from offers_sync.state.store import Store

PREFIX: Final = "campaign/"
"""How the names of campaigns begin; no bulk run is called so."""
_STATES: Final = {"done": CampaignState.DONE, "failed": CampaignState.FAILED}
_WORDS: Final = {"done": "sent", "failed": "not sent"}


def is_campaign(name: str) -> bool:
    """Whether a name is that of a campaign."""
    return name.startswith(PREFIX)


def found(store: Store, name: str) -> CampaignRecord:
    """The campaign of a name; raises ``InvalidInputError`` where none was ever sent."""
    record = Campaigns(store).find(name.removeprefix(PREFIX))
    if record is None:
        raise InvalidInputError(f"{name} was never sent", hint="`offers runs list` shows those that were")
    return record


def refuse(name: str, verb: str) -> None:
    """Say that something which can be done to bulk runs cannot be done to a campaign."""
    if is_campaign(name):
        raise InvalidInputError(
            f"{name} is a campaign, and campaigns cannot be {verb}",
            hint=f"`offers apply` sends campaigns, once; `offers runs show {name}` says where it stands",
        )


def question_of(record: CampaignRecord, outcome: str) -> str:
    """What a person is asked."""
    warning = "If it was scheduled after all, the segment is gifted twice. " if outcome == "failed" else ""
    return f"{warning}Take {record.name} for {_WORDS[outcome]}?"


def check_is_open(record: CampaignRecord) -> None:
    """Raise unless nobody knows what became of it."""
    if not record.is_open:
        raise InvalidInputError(f"{record.name} is {record.state.value}, not unknown; nothing was changed")


def settle(workspace: Workspace, store: Store, record: CampaignRecord, outcome: str) -> str:
    """Take a person's word, once no run can be sending it; what is to be told."""
    owner, whose = str(uuid.uuid4()), author_of(workspace.folder).who
    terms = LeaseTerms(again="settle again", on_wait=_say_wait)
    with hold_environment(store, owner, whose, terms):
        note = f"settled as {_WORDS[outcome]} by {whose}"
        if not Campaigns(store).settle_unknown(record, _STATES[outcome], note, owner):
            check_is_open(found(store, record.name))
    again = "; the next apply sends it, if it still can be" if outcome == "failed" else ""
    return f"{record.name} is settled as {_WORDS[outcome]}{again}"


def _say_wait(hold: Hold, seconds: float) -> None:
    say(f"waiting up to {seconds:.0f} s for {hold.who}: the campaign may be on its way right now")
