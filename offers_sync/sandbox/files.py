"""Reading the files that people write for the sandbox: YAML or JSON, with every fault of a file said at once.

What the fields of a fault mean is in ``fault_files``, those of the choices in ``settings``.
"""

from __future__ import annotations

import difflib
import types
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from offers_sync.errors import InvalidInputError
from offers_sync.sandbox.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE_BYTES_LIMIT: Final = 1024 * 1024
SETTING_TYPES: Final = get_type_hints(Settings)
SETTING_NAMES: Final = tuple(field.name for field in fields(Settings))


class Complaints:
    """The faults found in one file, each with the field that it is about."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, where: str, what: str) -> None:
        """Note a fault."""
        self.lines.append(f"{where}: {what}" if where else what)

    def unknown(self, where: str, given: Iterable[Any], known: Iterable[str]) -> None:
        """Note every field that there is not."""
        names = list(known)
        for name in given:
            if name not in names:
                self.add(
                    f"{where}.{name}" if where else str(name), f"there is no such field{did_you_mean(name, names)}"
                )

    def settle(self, file: Path) -> None:
        """Raise what was found, if anything was."""
        if self.lines:
            count = "1 fault" if len(self.lines) == 1 else f"{len(self.lines)} faults"
            lines = "".join(f"\n  {line}" for line in self.lines)
            raise InvalidInputError(f"{file} has {count}:{lines}", hint="nothing was started; correct the file first")


def did_you_mean(word: Any, known: Iterable[str]) -> str:
    """``; did you mean X?``, or nothing."""
    close = difflib.get_close_matches(str(word), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def read_mapping(file: Path) -> dict[str, Any]:
    """The mapping in a YAML or JSON file; an empty file is an empty one."""
    import yaml  # noqa: PLC0415  only where a file is read

    try:
        if file.stat().st_size > FILE_BYTES_LIMIT:
            raise InvalidInputError(f"{file} is larger than {FILE_BYTES_LIMIT // 1024} KiB", hint="name another file")
        text = file.read_text(encoding="utf-8")
        content = yaml.safe_load(text)
    except OSError as error:
        reason = error.strerror or error
        raise InvalidInputError(f"cannot read {file}: {reason}", hint="check the name of the file") from error
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split()) or "nested too deeply"
        raise InvalidInputError(f"{file} is neither YAML nor JSON: {reason}", hint="correct the file first") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise InvalidInputError(
            f"{file} must hold a mapping, not {_kind_of(content)}", hint="see offers sandbox serve --help"
        )
    return content


def read_settings(file: Path) -> Settings:
    """The choices that a file makes, the others by default."""
    content = read_mapping(file)
    complaints = Complaints()
    changed = checked_settings(content, "", complaints)
    complaints.settle(file)
    return replace(Settings(), **changed)


def checked_settings(given: Any, where: str, complaints: Complaints) -> dict[str, Any]:
    """The choices in a mapping that are right; the others are complained about."""
    if not isinstance(given, dict):
        complaints.add(where, f"must be a mapping, not {_kind_of(given)}")
        return {}
    complaints.unknown(where, given, SETTING_NAMES)
    changed = {}
    for name, value in given.items():
        if name not in SETTING_TYPES:
            continue
        found = tuple(value) if isinstance(value, list) else value
        wanted = _wanted(found, SETTING_TYPES[name])
        if wanted:
            complaints.add(f"{where}.{name}" if where else name, f"must be {wanted}, not {shown(value)}")
        else:
            changed[name] = found
    return changed


def _wanted(value: Any, expected: Any) -> str:
    """What should have been there in the place of the value; blank when it is right."""
    origin = get_origin(expected)
    if origin is Literal:
        words = get_args(expected)
        return "" if value in words and isinstance(value, str) else _either(words)
    if origin in (Union, types.UnionType):
        wanted = [_wanted(value, one) for one in get_args(expected)]
        return "" if "" in wanted else " or ".join(wanted)
    if origin is tuple:
        is_right = isinstance(value, tuple) and all(isinstance(one, str) for one in value)
        return "" if is_right else "a list of texts"
    if expected is bool:
        return "" if isinstance(value, bool) else "true or false"
    if expected is int:
        return "" if isinstance(value, int) and not isinstance(value, bool) and value > 0 else "a number above 0"
    if expected is type(None):
        return "" if value is None else "null"
    return "" if isinstance(value, str) else "a text"


def _either(words: tuple[str, ...]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def shown(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, dict | list | tuple):
        return _kind_of(value)
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _kind_of(value: Any) -> str:
    match value:
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case str():
            return "a text"
        case bool():
            return "a boolean"
        case None:
            return "nothing"
        case _:
            return "a number"


def setting_values(settings: Settings) -> Mapping[str, Any]:
    """All choices by name, the key left out."""
    return {name: getattr(settings, name) for name in SETTING_NAMES if name != "token"}
