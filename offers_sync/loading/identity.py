"""The ids that documents have on the server: written out, or derived from project, kind and key for ever."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha1
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_DNS, uuid5

if TYPE_CHECKING:
    from offers_sync.models.values import DesiredKind


_NAMESPACE: Final = sha1(uuid5(NAMESPACE_DNS, "offers-sync").bytes, usedforsecurity=False)
_VARIANTS: Final = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
"""What the digit that tells the variant of a UUID becomes."""
INLINE_SUFFIX: Final = "/receipt_rule"

ExternalIdWritten = str | Mapping[str, str] | None


@cache
def derive_id(project: str, kind: DesiredKind, key: str) -> str:
    """The id of a document that writes none out: a UUID of version 5.  Changing this would make every offer anew.

    The standard library's own function takes three times as long, and large projects need tens of thousands.
    """
    digest = _NAMESPACE.copy()
    digest.update(f"{project}/{kind}/{key}".encode())
    digits = digest.hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{_VARIANTS[digits[16]]}{digits[17:20]}-{digits[20:32]}"


def inline_key(redeemable: str) -> str:
    """The key of the criterion that is written inside a redeemable."""
    return redeemable + INLINE_SUFFIX


def choose_id(written: ExternalIdWritten, environment: str) -> str | None:
    """The id that is written out for an environment, if one is."""
    return written.get(environment) if isinstance(written, Mapping) else written
