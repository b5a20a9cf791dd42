"""Ranges of hours on the receipt's clock, against the hour at which the offer's own texts say that it ends.

The last hour of a range counts to its end: 14..17 covers until 17:59.  Whether that was meant cannot be told from the
range, so each is pointed out, unless a text that people read says the same, or it lasts until midnight and no text says
otherwise.  Only English is understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from offers_sync import codes
from offers_sync.findings import Source
from offers_sync.loading.census import Census, Charge, LoadedDocument
from offers_sync.loading.complaints import Complaint, Path
from offers_sync.loading.conditions import is_range_of_hours
from offers_sync.models.criterion import Criterion, InlineCriterion
from offers_sync.models.redeemable import Redeemable

_RANGE: Final = re.compile(r"([0-9]{1,2})\.\.([0-9]{1,2})", re.ASCII)
_HALF_DAY, _DAY = 12, 24
_WORDS: Final = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_HOURS: Final = {"noon": 12, "midnight": 0, **{word: number for number, word in enumerate(_WORDS, 1)}}
_CLOCK: Final = (
    rf"(\d{{1,2}}|(?:{'|'.join(_HOURS)})\b)(:00|:59)?(?!\d|[.,:]\d| ?[%$€£])"
    r" ?([ap]\.?m\b\.?|o'clock\b|in the (?:morning|afternoon|evening)\b)?"
)
_SPAN: Final = re.compile(
    rf"(?<![\w$€£.,:/-]){_CLOCK} ?(?:-|\u2013|\bto\b|\buntil\b|\btill\b|\band\b) ?{_CLOCK}", re.IGNORECASE
)
_END: Final = re.compile(rf"\b(?:until|till|before|by) {_CLOCK}", re.IGNORECASE)
_REST: Final = re.compile(r"\s*(?:[.,;!)]|$)")
_HALF: Final = re.compile(r"(a|in the m)|(p|in the)")


class _Hour(NamedTuple):
    """An hour as a text says it."""

    number: int
    half: str
    """``a`` or ``p`` for the half of the day, or nothing."""
    is_over: bool
    """Whether its last minute is named, as in 10:59, with which the next one begins."""

    def may_be(self, hour: int) -> bool:
        """Whether the moment at which an hour of the clock begins is meant."""
        hour -= self.is_over
        if self.number > _HALF_DAY:
            return self.number == hour
        if self.half and (hour % _DAY >= _HALF_DAY) != (self.half == "p"):
            return False
        return self.number % _HALF_DAY == hour % _HALF_DAY


class _Promise(NamedTuple):
    """A stretch of time that a text promises, and where it stands."""

    words: str
    begin: _Hour | None
    end: _Hour
    place: tuple[Source, Path]

    def is_of(self, first: int, last: int) -> bool:
        """Whether it is about the hours from the first to the last."""
        return (self.begin is None or self.begin.may_be(first)) and self.end.may_be(last)


_Timed = tuple[LoadedDocument, Criterion | InlineCriterion, Path]
_Texts = Iterable[tuple[str | None, tuple[Source, Path]]]


def judge_hours(census: Census, timed: Iterable[_Timed]) -> Iterator[Charge]:
    """The ranges of hours of some criteria."""
    offers: dict[str, list[LoadedDocument]] = {}
    for document in census.documents:
        if isinstance(document.model, Redeemable) and isinstance(document.model.receipt_rule.criterion, str):
            offers.setdefault(document.model.receipt_rule.criterion, []).append(document)
    for document, criterion, path in timed:
        readers = offers.get(criterion.key, []) if isinstance(criterion, Criterion) else [document]
        texts = [(criterion.name, (document.source, (*path, "name"))), *_texts_of(readers)]
        for index, qualifier in enumerate(criterion.receipt_qualifiers or ()):
            if is_range_of_hours(qualifier):
                for complaint in _judge(qualifier.value, (*path, "receipt_qualifiers", index, "value"), texts):
                    yield document.source, complaint


def _texts_of(documents: Iterable[LoadedDocument]) -> Iterator[tuple[str | None, tuple[Source, Path]]]:
    """What guests and cashiers read."""
    for document in documents:
        if isinstance(document.model, Redeemable):
            for name in ("name", "description"):
                yield getattr(document.model, name), (document.source, (name,))
            for name in ("redemption_message", "short_prompt", "standard_prompt"):
                yield getattr(document.model.template, name, None), (document.source, ("template", name))


def _judge(value: str, path: Path, texts: _Texts) -> Iterator[Complaint]:
    hours = _RANGE.fullmatch(value.strip())
    if hours is None:
        return
    first, last = int(hours[1]), int(hours[2])
    if last == _DAY:
        message = f"`{value}` ends with an hour that no clock shows, and the last hour counts to its end"
        hint = f"for an offer that ends at midnight, write {first}..{last - 1}"
        yield Complaint(codes.HOUR_COUNTS_WHOLE, path, message, hint)
    elif first < last < _DAY:
        promises = list(_promises(texts))
        doubt = next((promise for promise in promises if promise.is_of(first, last)), None)
        is_said = any(promise.is_of(first, last + 1) for promise in promises)
        if not is_said and (doubt is not None or last < _DAY - 1):  # until midnight is what it looks like
            yield _until(value, path, last, doubt)


def _until(value: str, path: Path, last: int, doubt: _Promise | None) -> Complaint:
    """The end that a range of hours has, beside a text that names another one."""
    message = f"`{value}` covers until {last}:59"
    hint = f"for an offer that ends at {last}:00, write {value.partition('..')[0].strip()}..{last - 1}"
    if doubt is None:
        return Complaint(codes.HOUR_COUNTS_WHOLE, path, message, hint)
    message = f"{message}, and a text says `{doubt.words}`"
    return Complaint(codes.HOUR_COUNTS_WHOLE, path, message, hint, elsewhere=doubt.place)


def _promises(texts: _Texts) -> Iterator[_Promise]:
    for text, place in texts:
        for found in _SPAN.finditer(text or ""):
            yield _Promise(found[0].strip(), _hour(*found.group(1, 2, 3)), _hour(*found.group(4, 5, 6)), place)
        for found in _END.finditer(text or ""):
            if found[2] or found[3] or _REST.match(text or "", found.end()):
                yield _Promise(found[0].strip(), None, _hour(*found.group(1, 2, 3)), place)


def _hour(written: str, minutes: str | None, marker: str | None) -> _Hour:
    word, is_over = written.lower(), minutes == ":59"
    number = _HOURS.get(word)
    if word in ("noon", "midnight"):
        return _Hour(_HOURS[word], "p" if word == "noon" else "a", is_over)
    found = _HALF.match((marker or "").lower())
    half = "" if found is None else "a" if found[1] else "p"
    return _Hour(int(written) if number is None else number, half, is_over)
