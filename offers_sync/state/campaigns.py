"""The memory of campaigns: each noted before it is sent and again when its answer came, and never sent twice.

The server has no list of them, so losing this memory may gift a whole segment twice; it is kept in a store that was
made on purpose.  What a campaign is and when it is sent is not known here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from offers_sync.errors import OffersError
from offers_sync.models.packed import pack, unpack
from offers_sync.models.sent_campaigns import CampaignRecord, CampaignState
from offers_sync.models.values import Tree
from offers_sync.state.databases import Transaction
from offers_sync.state.store import Store

_COLUMNS: Final = "key, external_id, fields, state, answer, note, request_id, run, who, sent, ended"


_NOTE_LENGTH: Final = 1_000


class SentBeforeError(OffersError):
    """The ledger knows the campaign already, so it is not sent."""


class Campaigns:
    """The campaigns of one environment; usable from threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[CampaignRecord, ...]:
        """Every campaign that was ever about to be sent, the newest first."""
        return self._found("1 = 1")

    def find(self, key: str) -> CampaignRecord | None:
        """The campaign of that key."""
        return next(iter(self._found("key = ?", key)), None)

    def intend(self, record: CampaignRecord) -> CampaignRecord:
        """Note that a campaign is about to be sent, while the lease of its run is certainly ours.

        Raises ``LeaseLostError`` or ``SentBeforeError``, and then it must not be sent.
        """
        record = replace(record, state=CampaignState.SENT, sent=self._store.now(), ended=None)
        with self._store.database.transaction() as transaction:
            self._store.fence(transaction, record.run)
            self._make_room(transaction, record)
            transaction.execute(
                f"INSERT INTO offers_campaigns (scope, {_COLUMNS}) "  # noqa: S608  columns of the schema
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(self._store.scope, record.key, record.external_id, pack(record.fields), record.state.value),
                *("{}", "", "", record.run, record.who, record.sent, None),
            )
        return record

    def settle(self, record: CampaignRecord, state: CampaignState, **about: Any) -> CampaignRecord:
        """Note what became of a campaign that this run sent; ``about`` are answer, note and request id."""
        ended = replace(record, state=state, ended=self._store.now(), **about)
        ended = replace(ended, note=_storable(ended.note), request_id=_storable(ended.request_id))
        with self._store.database.transaction() as transaction:
            transaction.execute(
                "UPDATE offers_campaigns SET state = ?, answer = ?, note = ?, request_id = ?, ended = ? "
                "WHERE scope = ? AND external_id = ? AND run = ? AND state = 'sent'",
                *(state.value, pack(ended.answer), ended.note, ended.request_id, ended.ended),
                *(self._store.scope, record.external_id, record.run),
            )
        return ended

    def settle_unknown(self, record: CampaignRecord, state: CampaignState, note: str, owner: str) -> bool:
        """Take a person's word for what became of one of which nobody knows; says whether it was still so.

        The owner holds the environment's lease, so that no run is sending it at this moment.
        """
        with self._store.database.transaction() as transaction:
            self._store.fence(transaction, owner)
            return bool(
                transaction.execute(
                    "UPDATE offers_campaigns SET state = ?, note = ?, ended = ? "
                    "WHERE scope = ? AND external_id = ? AND state IN ('sent', 'unknown')",
                    *(state.value, note, self._store.now(), self._store.scope, record.external_id),
                )
            )

    def _make_room(self, transaction: Transaction, record: CampaignRecord) -> None:
        """Only what certainly was not scheduled may be noted again."""
        whose = (self._store.scope, record.external_id, record.key)
        known = transaction.query(
            "SELECT key, state FROM offers_campaigns WHERE scope = ? AND (external_id = ? OR key = ?)", *whose
        )
        for key, state in known:
            if state != CampaignState.FAILED:
                raise SentBeforeError(f"the ledger knows campaign/{key} as {state}, and a campaign is never sent twice")
        transaction.execute("DELETE FROM offers_campaigns WHERE scope = ? AND (external_id = ? OR key = ?)", *whose)

    def _found(self, condition: str, *arguments: Any) -> tuple[CampaignRecord, ...]:
        with self._store.database.transaction() as transaction:
            rows = transaction.query(
                f"SELECT {_COLUMNS} FROM offers_campaigns WHERE scope = ? AND {condition} "  # noqa: S608  from here
                "ORDER BY sent DESC, key",
                *(self._store.scope, *arguments),
            )
        return tuple(_record(row) for row in rows)


def _storable(text: str) -> str:
    """The server's words on one line, without what a database does not take."""
    return " ".join(text.replace("\0", " ").encode("utf-8", "replace").decode().split())[:_NOTE_LENGTH]


def _record(row: tuple[Any, ...]) -> CampaignRecord:
    key, external_id, fields, state, answer, *rest = row
    said: Tree = unpack(answer)
    return CampaignRecord(key, external_id, unpack(fields), CampaignState(state), said, *rest)
