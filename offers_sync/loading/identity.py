"""The ids that documents have on the server: written out, or derived from project, kind and key for ever."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final
from uuid import NAMESPACE_DNS, uuid5

from offers_sync.models.values import DesiredKind

_NAMESPACE: Final = uuid5(NAMESPACE_DNS, "offers-sync")
INLINE_SUFFIX: Final = "/receipt_rule"

ExternalIdWritten = str | Mapping[str, str] | None


@cache
def derive_id(project: str, kind: DesiredKind, key: str) -> str:
    """The id of a document that writes none out.  Changing this would make every offer anew."""
    return str(uuid5(_NAMESPACE, f"{project}/{kind}/{key}"))


def inline_key(redeemable: str) -> str:
    """The key of the criterion that is written inside a redeemable."""
    return redeemable + INLINE_SUFFIX


def choose_id(written: ExternalIdWritten, environment: str) -> str | None:
    """The id that is written out for an environment, if one is."""
    return written.get(environment) if isinstance(written, Mapping) else written
