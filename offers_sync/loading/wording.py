"""What pydantic finds, as complaints in our words: one table from its error types to ours.

None of pydantic's wording gets through, and no name that only the models' insides know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from offers_sync import codes
from offers_sync.contract import TIMEZONES
from offers_sync.findings import Code
from offers_sync.loading.advising import (
    NUMBER,
    advise_address,
    advise_key,
    advise_language,
    advise_server,
    advise_time,
    as_share,
    fault_of_address,
    without_marks,
)
from offers_sync.loading.complaints import Complaint, Path
from offers_sync.loading.composing import FLAWED
from offers_sync.loading.quoting import as_flow
from offers_sync.loading.secrecy import is_public
from offers_sync.loading.vocabulary import advise_missing, advise_unknown, did_you_mean, field_at
from offers_sync.loading.zones import zone_with_same_clock
from offers_sync.models.fields import (
    KEY_PATTERN,
    LANGUAGE_PATTERN,
    LITERAL_LOCATION_PATTERN,
    NAME_PATTERN,
    TEXT_PATTERN,
    URL_PATTERN,
    OddScalar,
)
from offers_sync.models.project import Project

_SHOWN_LENGTH: Final = 60
_LISTED_WORDS: Final = 8
_LINE_BREAKS: Final = "\n\r\x0b\x0c\x85\u2028\u2029"
_TRUE_WORDS: Final = frozenset({"yes", "on", "y", "true", "1"})
_FALSE_WORDS: Final = frozenset({"no", "off", "n", "false", "0"})
_QUOTED_WORD: Final = re.compile(r"'([^']*)'")
_DECIMAL_LIMIT: Final = re.compile(r"^Decimal\('(.*)'\)$")
"""Bounds that are no integers come as Python writes them."""
_INSIDE_MARK: Final = re.compile(r"<\w+>|\[key\]")
_VARIABLE: Final = r"(?:secrets\.|env\.)?[A-Z_][A-Z0-9_]*_[A-Z0-9_]*"
_MISWRITTEN_REFERENCE: Final = re.compile(
    rf"(?:[Bb]earer +)?(?:\$?[{{(]{{0,2}} *{_VARIABLE} *[)}}]{{0,2}}|\$\{{?[A-Z][A-Z0-9_]*\}}?)"
)
"""The name of a variable in the dress of a shell, of a pipeline or of a header, or without any; never a key."""
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WITH_OFFSET: Final = re.compile(r"(.+?[0-9])\s*(?:[zZ]|[+-][0-9]{2}:?[0-9]{2})", re.ASCII)


class _Case(NamedTuple):
    """One of pydantic's errors, with all that is known about it."""

    name: str
    """The field, in backticks; or the entry of a list."""
    value: Any
    context: Mapping[str, Any]
    path: Path
    root: type[BaseModel]

    @property
    def is_required(self) -> bool:
        """Whether the field cannot simply be left out."""
        facts, _ = field_at(self.root, self.path)
        return facts is None or facts.is_required()

    @property
    def is_secret(self) -> bool:
        """Whether the value may be a secret, and must not be spoken of."""
        return self.root is Project and not is_public(self.path)


Words = tuple[Code, str, str]
"""Code, message, hint."""


def translate(error: ValidationError, model: type[BaseModel], written: Mapping[str, Any]) -> list[Complaint]:
    """Each of pydantic's errors as a complaint, but for those about values that were complained about before."""
    complaints: dict[Path, Complaint] = {}
    for details in error.errors(include_url=False):
        if details["input"] is FLAWED:
            continue
        complaint = _translate_one(details, model, written)
        complaints.setdefault(complaint.path, complaint)
    meant = {(*complaint.path[:-1], complaint.meant) for complaint in complaints.values() if complaint.meant}
    return [
        complaint
        for complaint in complaints.values()
        if not (complaint.code is codes.MISSING_FIELD and complaint.path in meant)
    ]


def _translate_one(details: ErrorDetails, model: type[BaseModel], written: Mapping[str, Any]) -> Complaint:
    path = path_of(details, written)
    case = _Case(_call(path), details["input"], details.get("ctx", {}), path, model)
    if details["type"] == "extra_forbidden":
        return _unknown(case)
    is_name = details["loc"][-1:] == ("[key]",)
    if case.is_secret and not is_name and details["type"] not in ("missing", "too_short"):
        code, message, hint = _secret(case)
    elif isinstance(case.value, OddScalar):
        code, message, hint = _ambiguous(case, details["type"])
    else:
        code, message, hint = _TABLE.get(details["type"], _misfit)(case)
    return Complaint(code, path, message, hint, at_key=is_name)


def path_of(details: ErrorDetails, written: Any) -> Path:
    """The place in what was written, without the marks of unions and keys that pydantic puts between."""
    path: list[str | int] = []
    value = written
    for step in details["loc"]:
        value, is_inside = _descend(value, step)
        if not is_inside and isinstance(step, str) and _INSIDE_MARK.fullmatch(step):
            continue
        path.append(step)
    return tuple(path)


def _descend(value: Any, step: str | int) -> tuple[Any, bool]:
    """The value one step further in, if the step leads to one."""
    match value, step:
        case dict(), _ if step in value:
            return value[step], True
        case list(), int():
            return value[step], True
    return value, False


def _call(path: Path) -> str:
    if not path:
        return "the document"
    if isinstance(path[-1], int):
        return f"entry {path[-1] + 1} of `{path[-2]}`" if len(path) > 1 else f"entry {path[-1] + 1}"
    return f"`{path[-1]}`"


def quote(text: str) -> str:
    """A text as it may stand in a message."""
    return f"`{text}`" if len(text) <= _SHOWN_LENGTH else f"`{text[:_SHOWN_LENGTH]}...`"


def describe(value: Any) -> str:
    """A value as it may be spoken of in a message."""
    match value:
        case None:
            return "empty"
        case bool():
            return "`true`" if value else "`false`"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case str() if not value.strip():
            return "an empty text"
        case str():
            return f"the text {quote(value)}"
    return f"the number {quote(str(value))}"


# ------------------------------------------------------------------------------------------------- wrong types


def _missing(case: _Case) -> Words:
    return codes.MISSING_FIELD, f"{case.name} is missing", advise_missing(case.root, case.path)


def _unknown(case: _Case) -> Complaint:
    _, here = field_at(case.root, case.path[:-1])
    hint, meant = advise_unknown(str(case.path[-1]), here, case.root)
    hint = hint or f"`offers explain {_explained(case, case.path[:-1])}` lists the fields"
    message = f"there is no field {case.name} here"
    return Complaint(codes.UNKNOWN_FIELD, case.path, message, hint, at_key=True, meant=meant)


def _expect(expected: str, advise: Callable[[_Case], str]) -> Callable[[_Case], Words]:
    """A complaint about a type, with advice that depends on what was written."""

    def words(case: _Case) -> Words:
        return (
            codes.WRONG_TYPE,
            f"{case.name} is {describe(case.value)}, where {expected} is expected",
            advise(case),
        )

    return words


def _advise_text(case: _Case) -> str:
    if case.value is None:
        return "write a text" if case.is_required else "write a text, or remove the line"
    if isinstance(case.value, (int, Decimal)):
        shown = str(case.value).lower() if isinstance(case.value, bool) else f"{case.value}"
        return f'if it is meant as text, quote it: "{shown}"'
    if isinstance(case.value, list) and len(case.value) == 1 and isinstance(case.value[0], str):
        return f"write it without brackets and dashes: {case.value[0]}"
    return "write one text, without brackets or lines below it"


def _advise_number(case: _Case) -> str:
    match case.value:
        case str() as text if NUMBER.fullmatch(text.strip()):
            return f"remove the quotes: {text.strip()}"
        case str() as text if (plain := without_marks(text)) is not None:
            return f"write the number alone: {plain}"
        case Decimal() as number if case.path[-1] == "updates":
            return f"write a count, or a share such as {as_share(number)}"
        case Decimal() as number:
            return f"write {number.to_integral_value():f}, or another whole number"
        case None:
            return "write a number, or remove the line"
    return ""


def _advise_boolean(case: _Case) -> str:
    text = str(case.value).strip().lower()
    if text in _TRUE_WORDS:
        return "write true"
    return "write false" if text in _FALSE_WORDS else "write true or false"


def _advise_list(case: _Case) -> str:
    if isinstance(case.value, (str, int, Decimal)):
        return f"make it a list: {as_flow([case.value])}"
    if isinstance(case.value, dict):
        return "begin the entry with a dash: `- `"
    return "write [] for an empty one, or remove the line"


def _advise_mapping(case: _Case) -> str:
    if isinstance(case.value, list):
        return "remove the dashes: it is one mapping, not a list"
    _, here = field_at(case.root, case.path)
    names = [name for model in here for name in model.model_fields]
    listed = ", ".join(f"`{name}`" for name in names[:_LISTED_WORDS])
    return (
        f"write its fields on lines of their own below it: {listed}" if names else "write `name: value` lines below it"
    )


def _misfit(case: _Case) -> Words:
    return codes.WRONG_TYPE, f"{case.name} is {describe(case.value)}, which does not fit here", ""


def _ambiguous(case: _Case, error_type: str) -> Words:
    text = case.value.text
    quoted = f'"{text}"'
    plain = _plain_form(text)
    if error_type == "bool_type" or text.lower() in ("true", "false"):
        hint = f"write {text.lower()}" if text.lower() in ("true", "false") else "write true or false"
    elif error_type in ("int_type", "number_type"):
        hint = f"write {plain}" if plain else "write a plain number"
    elif text.lower() == "null":
        hint = f"write null if it is to be empty, {quoted} if it is text"
    else:
        hint = f"quote it if it is text: {quoted}"
    return codes.YAML_AMBIGUOUS, f"YAML readers disagree about {quote(text)}", hint


def _plain_form(text: str) -> str:
    if text[:2] in ("0x", "0o"):
        return str(int(text, 0))
    try:
        number = Decimal(text)
    except ArithmeticError:
        return ""
    if not number.is_finite() or abs(number.adjusted()) > _SHOWN_LENGTH:
        return ""
    return f"{number:f}" if number else "0"


# ------------------------------------------------------------------------------------------------ wrong values


def _not_in_set(case: _Case) -> Words:
    words = _QUOTED_WORD.findall(str(case.context.get("expected", "")))
    if not isinstance(case.value, str):
        expected = f"`{words[0]}`" if len(words) == 1 else "one of a few words"
        hint = _list_words(case, words)
        if case.path[-1:] == ("operator",) and case.value is None:
            hint = "quote the operator, for example '>='"
        return codes.WRONG_TYPE, f"{case.name} is {describe(case.value)}, where {expected} is expected", hint
    message = f"{case.name} cannot be {quote(case.value)}" if case.value.strip() else f"{case.name} is empty"
    if case.path[-1:] == ("operator",) and (not case.value.strip() or "\n" in case.value):
        return (
            codes.WRONG_VALUE,
            f"{case.name} is read as a block of text",
            "an unquoted > or | begins one; quote the operator: '>'",
        )
    return codes.WRONG_VALUE, message, did_you_mean(case.value, words) or _list_words(case, words)


def _list_words(case: _Case, words: list[str]) -> str:
    if len(words) <= _LISTED_WORDS:
        return "write " + " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else f"write {words[0]}"
    return f"`offers explain {_explained(case, case.path)}` lists the words"


def _explained(case: _Case, path: Path) -> str:
    """A field as `offers explain` calls it."""
    return ".".join((case.root.__name__.lower(), *(step for step in path if isinstance(step, str))))


def _bound(words: str, key: str) -> Callable[[_Case], Words]:
    def complain(case: _Case) -> Words:
        limit = _DECIMAL_LIMIT.sub(r"\1", str(case.context.get(key)))
        shown = f"{case.value:f}" if isinstance(case.value, Decimal) else case.value
        return codes.OUT_OF_RANGE, f"{case.name} is {shown}; it must be {words} {limit}", ""

    return complain


def _too_long(case: _Case) -> Words:
    limit = case.context["max_length"]
    if isinstance(case.value, str):
        return codes.OUT_OF_RANGE, f"{case.name} has {len(case.value)} characters; at most {limit} are allowed", ""
    return codes.OUT_OF_RANGE, f"{case.name} has {len(case.value)} entries; at most {limit} are allowed", ""


def _too_short(case: _Case) -> Words:
    what = "text" if isinstance(case.value, str) else "list" if isinstance(case.value, list) else "mapping"
    some = "something" if what == "text" else "at least one entry"
    hint = f"write {some}" if case.is_required else f"write {some}, or remove the line"
    return codes.OUT_OF_RANGE, f"{case.name} is an empty {what}", hint


_FORMS: Final = MappingProxyType(
    {
        KEY_PATTERN: ("a key has lower-case letters, digits and hyphens, and does not begin with a hyphen", ""),
        LANGUAGE_PATTERN: ("a language is written like en-GB, es or fr", ""),
        LITERAL_LOCATION_PATTERN: ("a location is written as location:ID or tag:GROUP, with a number", ""),
    }
)
"""What the patterns of common types ask for."""
_FORMS_BY_FIELD: Final = MappingProxyType(
    {
        "server": (
            "a server is `embedded`, or an address such as https://marlow.punchh.com, without a path",
            "`${...}` works only in `token` and `state`",
        ),
        "updates": ("updates is a count such as 30, or a share such as 30%", ""),
    }
)


def _unseen(case: _Case) -> Words:
    """A text in which nothing can be seen, or a name with a character in it that cannot."""
    if not re.search(TEXT_PATTERN, case.value):
        hint = "write something" if case.is_required else "write something, or remove the line"
        return codes.OUT_OF_RANGE, f"{case.name} holds nothing that can be seen", hint
    character = next(each for each in case.value if not re.search(NAME_PATTERN, f"x{each}x"))
    if character in _LINE_BREAKS:
        return codes.WRONG_FORM, f"{case.name} holds a line break", "write it on one line"
    shown = "a tab" if character == "\t" else f"the control character U+{ord(character):04X}"
    return codes.WRONG_FORM, f"{case.name} holds {shown}", "remove it: it cannot be seen"


def _wrong_form(case: _Case) -> Words:
    if case.context.get("pattern") in (TEXT_PATTERN, NAME_PATTERN):
        return _unseen(case)
    name = str(case.path[-1]) if case.path else ""
    written = str(case.value)
    expected, hint = _FORMS_BY_FIELD.get(name) or _FORMS.get(str(case.context.get("pattern")), ("", ""))
    shown = "" if "@" in written else f"{case.name} cannot be {quote(written)}: "
    if case.name == quote(written):
        shown = f"{case.name} cannot stand here: "
    if hint and "$" not in written:
        hint = advise_server(written)
    if case.context.get("pattern") == URL_PATTERN:
        expected, hint = fault_of_address(written), advise_address(written)
    if not hint and case.context.get("pattern") == KEY_PATTERN:
        hint = advise_key(written)
    if case.context.get("pattern") == LANGUAGE_PATTERN:
        hint = advise_language(written)
    return codes.WRONG_FORM, f"{shown}{expected}", hint


def _secret(case: _Case) -> Words:
    """Nothing is said of the value itself."""
    if case.path[-1] not in ("token", "state"):
        return codes.WRONG_TYPE, f"{case.name} is not what is expected here", _advise_mapping(case)
    if case.path[-1] == "state":
        expected = "`state` is `local`, a database as postgresql://HOST/NAME, or a reference to a variable"
        return codes.WRONG_FORM, expected, "for example state: ${OFFERS_STATE_URL}"
    if not isinstance(case.value, (str, int, Decimal, OddScalar)) or isinstance(case.value, bool) or case.value == "":
        return codes.WRONG_TYPE, "`token` names the variable that holds the key", "for example token: ${PUNCHH_KEY}"
    if _MISWRITTEN_REFERENCE.fullmatch(str(case.value).strip()):
        expected = "`token` is not written as a reference to a variable"
        return codes.WRONG_FORM, expected, "a dollar, the name in braces, and nothing around it: token: ${PUNCHH_KEY}"
    environment = str(case.path[-2])
    variable = re.sub(r"[^A-Z0-9]+", "_", environment.upper()).strip("_")
    return (
        codes.LITERAL_SECRET,
        "`token` holds a key itself instead of naming the variable that holds it",
        f"write token: ${{{variable}_PUNCHH_KEY}}, set that variable, and have the key replaced: it has been in a file",
    )


def _time_form(case: _Case) -> Words:
    text = str(case.value)
    hint = "write it as 2026-07-01T09:00:00"
    offset = _WITH_OFFSET.fullmatch(text)
    if _DATE.fullmatch(text):
        moment = "23:59:59" if case.path[-1:] == ("end",) else "00:00:00"
        hint = f"add the time of day: {text}T{moment}"
    elif offset is not None:
        hint = f"write {offset[1]}, and say by `timezone` whose clock it is"
    return codes.WRONG_TIME, f"{case.name} is {quote(text)}, where a local date and time is expected", hint


def _time_value(case: _Case) -> Words:
    return codes.WRONG_TIME, f"there is no such date or time as {quote(str(case.value))}", advise_time(str(case.value))


def _zone(case: _Case) -> Words:
    written = str(case.value)
    same = zone_with_same_clock(written)
    hint = f"`{same}` has the same clock" if same is not None else did_you_mean(written, TIMEZONES)
    message = f"the vendor does not know the time zone {quote(written)}"
    explain = "zones are named like America/Chicago; `offers explain redeemable.schedule.timezone` lists them"
    return codes.UNKNOWN_TIMEZONE, message, hint or explain


_TABLE: Final[Mapping[str, Callable[[_Case], Words]]] = MappingProxyType(
    {
        "missing": _missing,
        "string_type": _expect("text", _advise_text),
        "int_type": _expect("a whole number", _advise_number),
        "number_type": _expect("a number", _advise_number),
        "bool_type": _expect("true or false", _advise_boolean),
        "list_type": _expect("a list", _advise_list),
        "dict_type": _expect("a mapping", _advise_mapping),
        "model_type": _expect("a mapping", _advise_mapping),
        "literal_error": _not_in_set,
        "greater_than": _bound("more than", "gt"),
        "greater_than_equal": _bound("at least", "ge"),
        "less_than_equal": _bound("at most", "le"),
        "string_too_long": _too_long,
        "too_long": _too_long,
        "string_too_short": _too_short,
        "too_short": _too_short,
        "string_pattern_mismatch": _wrong_form,
        "local_time_form": _time_form,
        "local_time_value": _time_value,
        "unknown_zone": _zone,
    }
)
