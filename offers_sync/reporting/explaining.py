"""Explanations of fields, kinds and words, as text for a terminal and as JSON.

What there is to say comes from ``models.explaining``; codes have their pages in ``code_pages``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final, assert_never

import yaml

from offers_sync.models.explaining import Explained, FieldLine, FieldPage, PlacesPage, WordPage
from offers_sync.reporting.layout import first_sentence, indented, paragraph, sections, terms

FORMAT_VERSION: Final = 1


def explained_text(explained: Explained, width: int) -> str:
    """A page about what a name stands for."""
    match explained:
        case FieldPage():
            return _field_text(explained, width)
        case WordPage():
            return _word_text(explained, width)
        case PlacesPage():
            return _places_text(explained, width)
        case _:
            assert_never(explained)


def _field_text(page: FieldPage, width: int) -> str:
    is_kind = "." not in page.path
    return sections(
        (
            "offers.yaml" if page.path == "project" else page.path,
            paragraph(page.description, width),
            "" if is_kind else terms(list(_facts(page)), width),
            _words_text(page, width),
            _fields_text(page.fields, width),
            "Example\n\n" + indented("\n".join(_yaml(example) for example in page.examples)) if page.examples else "",
        )
    )


def _facts(page: FieldPage) -> Iterable[tuple[str, str]]:
    yield "type", page.type_words
    cleared = ["null clears what was there"] if page.is_clearable else []
    yield "required", "; ".join(["yes" if page.is_required else "no", *page.conditions, *cleared])
    if page.default is not None:
        whose = "the server's" if page.default.is_the_servers else "ours"
        yield "default", f"{_inline(page.default.value)} ({whose}, while the field is left out)"
    elif not page.is_required and "by default" not in page.description:
        yield "default", "none: what is left out is not managed" if _is_managed_alone(page) else "none"
    if page.vendor_name or not page.path.startswith("project."):
        yield "vendor", page.vendor_name or "none: the vendor has no such field"
    if page.is_write_only:
        yield "read back", "never: the server does not show it, so it cannot be verified"
    if page.also:
        yield "also at", ", ".join(page.also)


def _is_managed_alone(page: FieldPage) -> bool:
    """Whether leaving the field out leaves it to the server; lists and mappings are sent whole."""
    top = page.path.replace("redeemable.schedule.", "schedule.")
    return bool(page.vendor_name) and top.count(".") == 1


def _words_text(page: FieldPage, width: int) -> str:
    if not page.words:
        return ""
    if any(word.meaning for word in page.words):
        return "Words\n\n" + terms([(word.word, word.meaning) for word in page.words], width)
    return "Words\n\n" + paragraph(" ".join(word.word for word in page.words), width, 2)


def _fields_text(fields: tuple[FieldLine, ...], width: int) -> str:
    if not fields:
        return ""
    rows = [(line.name + (" *" if line.is_required else ""), first_sentence(line.description)) for line in fields]
    return "Fields (* required)\n\n" + terms(rows, width)


def _word_text(page: WordPage, width: int) -> str:
    uses = (f"{paragraph(meaning, width)}\n\n{indented(_lines(paths))}" for meaning, paths in page.uses)
    return sections((page.word, *uses))


def _places_text(page: PlacesPage, width: int) -> str:
    rows = [(line.path, line.description) for line in page.places]
    return sections((f"{page.name} is the name of several fields", terms(rows, width)))


def _lines(paths: Iterable[str]) -> str:
    return "\n".join(paths)


def _inline(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _yaml(value: Any) -> str:
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=False, width=1000)
    return text


def explained_json(explained: Explained) -> str:
    """The page as a JSON object whose ``type`` says which page it is."""
    types = {"FieldPage": "field", "WordPage": "word", "PlacesPage": "places"}
    page = {"format_version": FORMAT_VERSION, "type": types[type(explained).__name__], **asdict(explained)}
    return json.dumps(page, indent=2, ensure_ascii=False) + "\n"
