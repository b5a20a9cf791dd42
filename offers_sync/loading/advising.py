"""What to write in place of a text that does not fit: pure advice, from what a person most likely meant.

Which value of which field is wrong is said by ``wording``; nothing here knows of models.
"""

from __future__ import annotations

import re
from calendar import monthrange
from decimal import Decimal
from typing import Final

from offers_sync.loading.vocabulary import did_you_mean
from offers_sync.models.fields import LANGUAGE_PATTERN, URL_PATTERN
from offers_sync.models.hosts import EMBEDDED

NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_DECIMAL_COMMA: Final = re.compile(r"-?[0-9]+,[0-9]{1,2}", re.ASCII)
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
_HOST_AND_PATH: Final = re.compile(rf"{_HOST.pattern}/\S+", re.ASCII)
_SCHEME: Final = re.compile(r"https?://")
_BLANK: Final = re.compile(r"\s")
_HOUR: Final = 3
_LAST_YEAR, _MONTHS, _HOURS, _MINUTES = 9999, 12, 24, 60


def without_marks(text: str) -> str | None:
    """The number that a text holds, without currency, percent and separators of thousands."""
    core = text.strip(" $€£%")
    plain = core.replace(",", ".") if _DECIMAL_COMMA.fullmatch(core) else core.replace(",", "").replace("_", "")
    return plain if NUMBER.fullmatch(plain) else None


def as_share(number: Decimal) -> str:
    """A fraction as a share; 0.3 is 30%."""
    return f"{number * 100:.0f}%" if 0 < number <= 1 else "30%"


def advise_key(written: str) -> str:
    """A key that is like what was written."""
    suggestion = re.sub(r"[^a-z0-9]+", "-", written.lower()).strip("-")
    return f"for example `{suggestion}`" if suggestion else ""


def advise_language(written: str) -> str:
    """The same language in the form that is asked for: fr_FR is fr-FR."""
    language, *region = re.split("[_-]", written)
    suggestion = "-".join((language.lower(), *(part.upper() for part in region)))
    return f"write {suggestion}" if re.search(LANGUAGE_PATTERN, suggestion) else ""


def fault_of_address(written: str) -> str:
    """What keeps a text from being the address of something."""
    if not _SCHEME.match(written):
        return "an address begins with https:// or http://"
    return "an address holds no blanks" if _BLANK.search(written) else "no host is named after the two slashes"


def advise_address(written: str) -> str:
    """The address that was meant."""
    if not _SCHEME.match(written):
        return f"write https://{written}" if _HOST_AND_PATH.fullmatch(written) else ""
    without_blanks = _BLANK.sub("%20", written.strip())
    is_address = without_blanks != written and re.search(URL_PATTERN, without_blanks) is not None
    return f"write {without_blanks}" if is_address else ""


def advise_server(written: str) -> str:
    """The word or the address that was meant."""
    return f"write https://{written}" if _HOST.fullmatch(written) else did_you_mean(written, (EMBEDDED,))


def advise_time(text: str) -> str:
    """Which part of a moment is impossible."""
    figures = [int(figure) for figure in re.findall(r"[0-9]+", text, re.ASCII)]
    if len(figures) < _HOUR + 1 or not 1 <= figures[0] <= _LAST_YEAR:
        return ""
    year, month, day, hour, *rest = figures
    if not 1 <= month <= _MONTHS:
        return "months go from 01 to 12, and come before the day"
    if not 1 <= day <= monthrange(year, month)[1]:
        return f"that month ends with its day {monthrange(year, month)[1]}"
    if hour >= _HOURS:
        return "a day ends with 23:59:59; the next begins with 00:00:00"
    return "minutes and seconds go from 00 to 59" if any(each >= _MINUTES for each in rest) else ""
