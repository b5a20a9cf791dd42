"""What the YAML parser complains about, in words that say what to do.

The parser names the place where it gave up; a person looks for the place where the mistake was made, so some
complaints are moved to where a quote or a bracket was opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from yaml.error import MarkedYAMLError, YAMLError

from offers_sync import codes
from offers_sync.loading.complaints import TextComplaint, advice
from offers_sync.loading.texts import FileText

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_CONFLICT: Final = re.compile(r"^(?:<{7}|>{7})(?=[ \r\n]|\Z)", re.MULTILINE)
_CONFLICT_MIDDLE: Final = re.compile(r"={7}[ \r]*(?:\n|\Z)")
_LATER_MARK: Final = re.compile("^\ufeff", re.MULTILINE)
_ODD_INDENT: Final = re.compile(r"[ \t]*([^\S \t\r\n])")
_DOCUMENT_MARK: Final = re.compile(r"(?:---|\.\.\.)(?=\s|\Z)")
_OPERATOR: Final = re.compile(r"(?:>=|<=|!=|>|=>)(?=[\s,}\]]|$)")
_TIGHT_FIELD: Final = re.compile(r"[ \t-]*([\w-]{1,60}):(?=[^\s:/])")
_WORD: Final = re.compile(r"[^\s,\[\]{}]{1,60}")
_QUOTE_ALL: Final = "put quotes around the whole text"

_Words = tuple[int, str, str]
"""Where, what, and what to do."""


class _Failure:
    """Where the parser gave up, with the text around it."""

    def __init__(self, text: FileText, error: MarkedYAMLError) -> None:
        size = len(text.text)
        problem, context = error.problem_mark, error.context_mark
        place = problem or context
        self.text = text.text
        self.problem = error.problem or ""
        self.context = error.context or ""
        self.offset = min(place.index if place is not None else 0, size)
        self.start = min(context.index if context is not None else self.offset, size)
        self.start_line = text.position(self.start, self.start).line

    def at(self, offset: int, length: int = 1) -> str:
        """Some characters of the text."""
        return self.text[offset : offset + length]

    def line_before(self, offset: int) -> str:
        """The line of an offset, up to it."""
        return re.split(r"[\r\n]", self.text[max(offset - 2_000, 0) : offset])[-1]

    def line_above(self, offset: int) -> str:
        """The line above that of an offset."""
        lines = self.text[max(offset - 4_000, 0) : offset].splitlines()
        return lines[-2] if len(lines) > 1 else ""


def explain_syntax(text: FileText, error: YAMLError) -> TextComplaint:
    """The parser's first complaint about a text."""
    if not isinstance(error, MarkedYAMLError):
        return _explain_character(text)
    failure = _Failure(text, error)
    if (damage := _damage(failure)) is not None:
        offset, message, hint = damage
        word = _WORD.match(text.text, offset)
        return TextComplaint(codes.YAML_SYNTAX, offset, word.end() if word is not None else offset + 1, message, hint)
    explain = next((words for part, words in _TABLE.items() if part in failure.problem), _not_understood)
    offset, message, hint = explain(failure)
    word = _WORD.match(text.text, offset)
    return TextComplaint(codes.YAML_SYNTAX, offset, word.end() if word is not None else offset, message, hint)


def explain_tag(text: FileText, start: int, end: int, value: str) -> TextComplaint:
    """A tag, which most often is an operator that nobody quoted."""
    words = text.text[start:end].split(None, 1)
    written = words[0] if words else "!"
    hint = "remove it, or put quotes around the text"
    if written in ("!=", "!") and not value:
        hint = f"quote it: '{written}'"
    return TextComplaint(codes.YAML_TAG, start, end, f"`{written}` is read as a tag", hint)


def _explain_character(text: FileText) -> TextComplaint:
    found = _CONTROL.search(text.text)
    offset = found.start() if found is not None else 0
    name = f"U+{ord(text.text[offset]):04X}" if text.text else "here"
    message = f"the character {name} is not allowed in YAML"
    hint = "remove it, or write it as an escape inside double quotes"
    return TextComplaint(codes.YAML_SYNTAX, offset, offset + 1, message, hint)


def _damage(failure: _Failure) -> _Words | None:
    """What came into the file by a merge, by joining files or by copying, and was not written by anybody."""
    lines = [offset - len(failure.line_before(offset)) for offset in (failure.start, failure.offset)]
    middle = next(filter(None, (_CONFLICT_MIDDLE.match(failure.text, line) for line in lines)), None)
    if (marker := _CONFLICT.search(failure.text) or middle) is not None:
        message = "a conflict of a merge was left here"
        return marker.start(), message, "keep what is right of both sides, and remove the lines that mark them"
    if (mark := _LATER_MARK.search(failure.text)) is not None:
        message = "a byte order mark stands in the middle of the file"
        return mark.start(), message, "remove that character, U+FEFF; it comes from another file"
    indent = next(filter(None, (_ODD_INDENT.match(failure.text, line) for line in lines)), None)
    if indent is not None:
        message = f"the line is indented by the character U+{ord(indent[1]):04X}, which is no blank"
        return indent.start(1), message, "indent by plain blanks"
    return None


def _second_colon(failure: _Failure) -> _Words:
    before = failure.line_before(failure.offset)
    if ": " in before or ":\t" in before:
        return (
            failure.offset,
            "this is the second `: ` of the line",
            f"{_QUOTE_ALL}: a colon before a blank ends a name",
        )
    if before.startswith("---"):
        return failure.offset, "a field stands on the line of the `---`", "begin the document on the next line"
    tight = _TIGHT_FIELD.match(failure.line_above(failure.offset))
    if tight is not None:
        return failure.offset, "the field above has no blank after its colon", f"write `{tight[1]}: ` there"
    message = "a field begins here, inside the value above"
    begin = failure.offset - len(before.lstrip())
    return begin, message, "indent it like the field above, or remove that one's value"


def _open_quote(failure: _Failure) -> _Words:
    quote = failure.at(failure.start)
    return failure.start, f"the quote {quote} that begins here has no end", "close it where the text ends"


def _odd_beginning(failure: _Failure) -> _Words:
    character = failure.at(failure.offset)
    if character == "\t":
        return failure.offset, "a tab stands where blanks are expected", "indent by blanks; YAML allows no tabs there"
    return _needs_quotes(failure)


def _needs_quotes(failure: _Failure) -> _Words:
    operator = _OPERATOR.match(failure.text, failure.offset)
    hint = _QUOTE_ALL if operator is None else f"quote it: '{operator[0]}'"
    return failure.offset, f"an unquoted text cannot begin with {failure.at(failure.offset)}", hint


def _alias_or_anchor(failure: _Failure) -> _Words:
    character = failure.at(failure.start)
    meaning = "an alias" if character == "*" else "an anchor"
    return failure.start, f"an unquoted {character} begins {meaning}, and this is no name of one", _QUOTE_ALL


def _unknown_alias(failure: _Failure) -> _Words:
    word = _WORD.match(failure.text, failure.offset)
    shown = word[0] if word is not None else "*"
    hint = f"write &{shown[1:]} before the value that is meant, or quote the text if it is none"
    return failure.offset, f"`{shown}` names an anchor that is not there", hint


def _anchor_twice(failure: _Failure) -> _Words:
    message = f"an anchor of this name is there already, on line {failure.start_line}"
    return failure.offset, message, "give one of the two another name"


def _open_bracket(failure: _Failure) -> _Words:
    bracket = failure.at(failure.start)
    closing = "]" if bracket == "[" else "}"
    message = f"the {bracket} that begins here is not closed, or a comma is missing inside"
    return failure.start, message, f"close it with {closing}, or quote the text if it is none"


def _block_text(failure: _Failure) -> _Words:
    if _OPERATOR.match(failure.text, failure.start):
        found = _OPERATOR.match(failure.text, failure.start)
        operator = found[0] if found is not None else ">="
        return (
            failure.start,
            f"an unquoted {failure.at(failure.start)} begins a block of text",
            f"quote it: '{operator}'",
        )
    message = f"after an unquoted {failure.at(failure.start)}, which begins a block of text, the line must end"
    return failure.start, message, _QUOTE_ALL


def _no_key(failure: _Failure) -> _Words:
    before = failure.line_before(failure.offset).rstrip()
    if before.endswith(('"', "'")):
        return failure.offset, "the text goes on after its closing quote", _QUOTE_ALL
    if before.endswith(("]", "}")) or failure.at(failure.offset) in ("]", "}"):
        return failure.offset, "the line goes on after its closing bracket", f"{_QUOTE_ALL}, or remove the rest"
    if failure.at(failure.offset, 2) == "- ":
        message = "an entry of a list stands where a field is expected"
        return failure.offset, message, "indent it under the field that it belongs to"
    message = f"this line fits neither the fields that begin on line {failure.start_line} nor anything inside them"
    return failure.offset, message, "check its indentation, and the quotes of the line above"


def _no_dash(failure: _Failure) -> _Words:
    message = f"a list begins on line {failure.start_line}, and this line is no entry of it"
    return failure.offset, message, "begin it with `- `, or check its indentation"


def _no_colon(failure: _Failure) -> _Words:
    tight = _TIGHT_FIELD.match(failure.text, failure.start)
    if tight is not None:
        return failure.start, "a blank is missing after the colon", f"write `{tight[1]}: `"
    return failure.start, "this line has a name and no colon", "write `name: value`, or indent it if it is more text"


def _bad_escape(failure: _Failure) -> _Words:
    return failure.offset, "this is no escape", "a backslash stands for itself only between single quotes"


def _no_list_here(failure: _Failure) -> _Words:
    return failure.offset, "a list cannot begin on this line", "begin it on the next one, or quote the text"


def _no_content(failure: _Failure) -> _Words:
    if not failure.at(failure.offset).strip() or _DOCUMENT_MARK.match(failure.text, failure.offset):
        return _last_open(failure), "the bracket that begins here is not closed", "close it where the values end"
    return _needs_quotes(failure)


def _last_open(failure: _Failure) -> int:
    """The innermost bracket that is open where the text ends, those inside of quotes not told apart."""
    open_ones: list[int] = []
    for bracket in re.finditer(r"[\[\]{}]", failure.text[: failure.offset]):
        if bracket[0] in "[{":
            open_ones.append(bracket.start())
        elif open_ones:
            open_ones.pop()
    return open_ones[-1] if open_ones else failure.offset


def _not_understood(failure: _Failure) -> _Words:
    return (
        failure.offset,
        f"the YAML parser gave up here: {failure.problem or 'no reason given'}",
        advice(codes.YAML_SYNTAX),
    )


_TABLE: Final[dict[str, Callable[[_Failure], _Words]]] = {
    "mapping values are not allowed": _second_colon,
    "found unexpected end of stream": _open_quote,
    "found unexpected document indicator": _open_quote,
    "character that cannot start any token": _odd_beginning,
    "tab character": _odd_beginning,
    "did not find expected alphabetic": _alias_or_anchor,
    "found undefined alias": _unknown_alias,
    "second occurrence": _anchor_twice,
    "did not find expected ',' or": _open_bracket,
    "did not find expected comment or line break": _block_text,
    "did not find expected key": _no_key,
    "did not find expected '-' indicator": _no_dash,
    "could not find expected ':'": _no_colon,
    "unknown escape": _bad_escape,
    "block sequence entries are not allowed": _no_list_here,
    "mapping keys are not allowed": _no_list_here,
    "did not find expected node content": _no_content,
}
"""By a part of libyaml's words, which have not changed for as long as it exists."""
