"""From text to values: anchors, merge keys, tags, names, and the bounds on what is read at all."""

from __future__ import annotations

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from offers_sync.loading import composing, nesting
from offers_sync.loading.composing import FLAWED, Values, compose, read_values
from offers_sync.loading.texts import FileText


def read(text: str) -> Values:
    """The values of a text."""
    return read_values(FileText("a.yaml", text))


def told(text: str) -> list[str]:
    """Place and code of everything that is wrong with a text."""
    file = FileText("a.yaml", text)
    return [f"{file.position(found.start, found.end)} {found.code.name}" for found in read_values(file).complaints]


# ----------------------------------------------------------------------------------------- two ways, one result


@settings(max_examples=150)
@given(st.lists(strategies.any_documents(), min_size=1, max_size=3))
def test_both_ways_of_reading_agree(documents: list[object]) -> None:
    """The quick way and the careful way see the same values, and those are what was written."""
    text = FileText("a.yaml", strategies.as_yaml(documents))

    careful = compose(text)

    assert careful.complaints == ()
    assert tuple(document.value for document in careful.documents) == read_values(text).documents
    assert [strategies.as_json(value) for value in read_values(text).documents] == strategies.as_json(documents)


@given(st.text(alphabet="ab:-?[]{},&*!|>'\"#%<\n \t1~\u2028\x85", max_size=40))
@settings(max_examples=400)
def test_no_text_is_read_in_two_ways(text: str) -> None:
    """Whatever the quick way accepts, the careful way reads alike; what it does not, has a complaint."""
    careful = compose(FileText("a.yaml", text))

    values = read(text)

    assert values.complaints == careful.complaints
    assert values.documents == tuple(document.value for document in careful.documents)


@pytest.mark.parametrize(
    "text",
    [
        "name: Wow! Buy one* get one - free",
        "operator: '!='",
        'operator: "*"',
        "description: 'Now! *terms apply, !really'",
        "note: free * terms\n",
        "a: [" + "{b: 1}, " * 600 + "]",
    ],
)
def test_most_files_are_read_the_quick_way(text: str) -> None:
    """Exclamations, stars and brackets that mean nothing to YAML send no file the careful way."""
    assert nesting.is_plain(text)


@pytest.mark.parametrize(
    "text",
    ["a: &b c\nd: *b", "a: !b c", "[&a x, *a]", "{x: !y }", "a:\n  <<: x", "!a {}", "'a': !b x", "- !a b", "a: ! b",
     "- &a !b c", '{"a":!b c}', "a: *b", "--- !a\nb"],
)  # fmt: skip
def test_what_is_unusual_is_read_carefully(text: str) -> None:
    """No alias, tag or merge key gets past the quick look."""
    assert not nesting.is_plain(text)


# ------------------------------------------------------------------------- line ends that only the parser sees

HIDDEN = pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"], ids=["U+0085", "U+2028", "U+2029"])


@HIDDEN
def test_no_comment_hides_a_field(character: str) -> None:
    """What an editor shows as the rest of a comment is read as a field, so the character is an error."""
    text = f"points: 1\r\nname: R  # agreed with legal{character}note: x\n"

    assert told(text) == ["a.yaml:2:29 yaml-hidden-line-break"]
    (complaint,) = read(text).complaints
    name, escape = f"U+{ord(character):04X}", f"\\u{ord(character):04x}"
    assert complaint.message == f"{name} ends a line for YAML and for no editor: what follows may be hidden"
    assert complaint.hint == f'remove it, or write it as an escape inside double quotes: "{escape}"'
    assert read(text).documents == ({"points": 1, "name": "R", "note": "x"},)


@HIDDEN
@pytest.mark.parametrize(
    "text",
    ["# {}\na: 1", "a: 'b{}c'", 'a: "b{}c"', "a: |\n  b{}c\n", "a: {}", "a: [b,{}c]", "*{}", "a: [{}"],
)
def test_such_a_character_is_an_error_wherever_it_stands(character: str, text: str) -> None:
    """Inside quotes, blocks and comments too, and also where the parser gives up at it."""
    written = text.replace("{}", character)

    assert not nesting.is_plain(written)
    assert composing.compose_plainly(FileText("a.yaml", written)) is None
    assert [found.split()[-1] for found in told(written) if "syntax" not in found] == ["yaml-hidden-line-break"]


def test_each_line_has_one_finding_of_hidden_line_ends() -> None:
    """At the first of them; lines are counted as editors count them."""
    text = "a: x\u2028\u2028y\x85\nb: 1\rc: \u2029\n"

    assert told(text) == ["a.yaml:1:5 yaml-hidden-line-break", "a.yaml:3:4 yaml-hidden-line-break"]
    assert read(text).complaints[0].message.endswith("what follows may be hidden; 2 more on this line")


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("a: 1  # agreed\u2028with legal\nb: 2\n", []),
        ("a: 1  # agreed\u2028with legal\nb: [2\n", ["a.yaml:2:4 yaml-syntax"]),
        ("a: [1\nb: '\u2028'\n", ["a.yaml:1:4 yaml-syntax"]),
        ("a: 1  # b\u2028: c\nb: " + "[" * 60 + "\n", []),
    ],
)
def test_the_parser_is_asked_about_the_lines_that_everybody_sees(text: str, syntax: list[str]) -> None:
    """A syntax error that only the hidden line end makes is not told beside it; any other one is."""
    assert [found for found in told(text) if not found.endswith("yaml-hidden-line-break")] == syntax


@pytest.mark.parametrize("escape", ["\\u2028", "\\L", "\\u2029", "\\P", "\\x85", "\\N", "\\u0085"])
def test_an_escape_of_such_a_character_is_text(escape: str) -> None:
    """Everybody sees it."""
    assert told(f'a: "b{escape}c"') == []


# -------------------------------------------------------------------------------- anchors, aliases, merge keys


def test_aliases_repeat_a_value() -> None:
    """An alias stands for the value of its anchor."""
    assert read("a: &x [1, 2]\nb: *x\n").documents == ({"a": [1, 2], "b": [1, 2]},)


def test_own_fields_come_before_merged_ones() -> None:
    """A merge key fills in what the mapping itself does not say, which is no duplicate."""
    assert read("a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n").documents[0]["b"] == {"p": 1, "q": 3}


def test_of_several_merged_mappings_the_first_counts() -> None:
    """A list of mappings is merged in its order."""
    text = "a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y, {r: 3}]}\n"

    assert read(text).documents[0]["c"] == {"p": 1, "q": 2, "r": 3}


def test_merged_mappings_may_merge_others() -> None:
    """A chain of merge keys is followed to its end."""
    text = "a: &x {p: 1}\nb: &y {<<: *x, q: 2}\nc: {<<: *y}\n"

    assert read(text).documents[0]["c"] == {"q": 2, "p": 1}


def test_a_second_merge_key_is_a_name_written_twice() -> None:
    """Like that of any other field; several mappings are merged by a list."""
    text = "a: &x {p: 1}\nb: &y {q: 2}\nc:\n  <<: *x\n  r: 3\n  <<: *y\n"

    assert told(text) == ["a.yaml:6:3 yaml-duplicate-key"]
    (complaint,) = read(text).complaints
    assert complaint.message == "`<<` is already written on line 4"
    assert complaint.hint == "merge several by a list, as in `<<: [*one, *two]`"
    assert read(text).documents[0]["c"] == {"r": 3, "p": 1}


def test_a_quoted_merge_key_is_a_name() -> None:
    """Who writes "<<" in quotes means the two characters."""
    assert read('"<<": 1\n').documents == ({"<<": 1},)


def test_only_mappings_are_merged() -> None:
    """A merge key of anything else is pointed at."""
    assert told("a:\n  <<: [1, {b: 2}]\n") == ["a.yaml:2:8 yaml-merge"]


# ------------------------------------------------------------------------------------------------ tags and names


@pytest.mark.parametrize("text", ["a: !!str 5", "a: !!map {}", "a: !!seq []", "!!map {a: 1}", "a: !!str {}"])
def test_only_tags_that_say_the_obvious_are_taken(text: str) -> None:
    """Text, mapping and list may be tagged as what they are."""
    is_wrong = text == "a: !!str {}"

    assert [code.split()[-1] for code in told(text)] == (["yaml-tag"] if is_wrong else [])


@pytest.mark.parametrize(
    "tag",
    ["!!python/object/apply:os.system", "!!int", "!!bool", "!!binary", "!custom", "!", "!<tag:yaml.org,2002:int>"],
)
def test_no_tag_constructs_anything(tag: str) -> None:
    """Every other tag is refused where it stands, and its value is not judged any further."""
    values = read(f"name: {tag} 'echo'\n")

    assert told(f"name: {tag} 'echo'\n") == ["a.yaml:1:7 yaml-tag"]
    assert values.documents == ({"name": FLAWED},)


def test_an_unquoted_unequal_sign_is_told_apart_from_other_tags() -> None:
    """`!=` without quotes is a tag to YAML, and the hint says how to write the operator."""
    (complaint,) = read("operator: !=\nvalue: 5\n").complaints

    assert complaint.message == "`!=` is read as a tag"
    assert complaint.hint == "quote it: '!='"


def test_a_name_written_twice_is_pointed_at_the_second_time() -> None:
    """The message says on which line the first one stands."""
    text = "points: 1\nname: a\npoints: 2\nsub: {x: 1, x: 2}\n"

    assert told(text) == ["a.yaml:3:1 yaml-duplicate-key", "a.yaml:4:13 yaml-duplicate-key"]
    assert read(text).complaints[0].message == "`points` is already written on line 1"


@pytest.mark.parametrize("key", ["1", "true", "null", "1.5", "007", "[a]", "{a: b}", "~"])
def test_names_are_text(key: str) -> None:
    """A number, a boolean, nothing or a collection names no field."""
    assert told(f"? {key}\n: x\n") == ["a.yaml:1:3 yaml-key"]


@pytest.mark.parametrize("key", ["no", "on", "12:30x", "2025-01-01", "1_000", "'1'", '"true"'])
def test_what_reads_as_text_may_be_a_name(key: str) -> None:
    """Norwegian has the language code `no`."""
    assert told(f"{key}: x\n") == []


# --------------------------------------------------------------------------------------------------------- bounds


def nested(levels: int, style: str) -> str:
    """A text of so many levels."""
    match style:
        case "lists":
            return "[" * levels + "]" * levels
        case "mappings":
            return "{a: " * levels + "1" + "}" * levels
        case "dashes":
            return "- " * levels + "1"
        case "questions":
            return "? " * levels + "1"
    return "".join(f"{' ' * level}a:\n" for level in range(levels)) + " " * levels + "1"


@pytest.mark.parametrize("style", ["lists", "mappings", "dashes", "indentation"])
def test_fifty_levels_are_read(style: str) -> None:
    """The limit itself is allowed."""
    assert read(nested(50, style)).complaints == ()


@pytest.mark.parametrize("levels", [51, 999, 1_001, 100_000])
@pytest.mark.parametrize("style", ["lists", "mappings", "dashes", "questions"])
def test_more_levels_are_refused_whatever_their_number(style: str, levels: int) -> None:
    """One level too many is pointed at, and a hundred thousand do not exhaust the stack."""
    (complaint,) = read(nested(levels, style)).complaints

    assert complaint.code.name == "yaml-too-deep"
    assert complaint.start == 50 * {"mappings": 4, "lists": 1}.get(style, 2)


def test_deep_indentation_is_refused() -> None:
    """Levels of blocks count like any other."""
    assert told(nested(51, "indentation")) == ["a.yaml:51:51 yaml-too-deep"]


def test_levels_add_up_through_aliases() -> None:
    """What an alias brings along is nested as deep as where it is used."""
    text = "a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 30 + "*a" + "]" * 30 + "\n"

    assert [code.split()[-1] for code in told(text)] == ["yaml-too-deep"]


def test_a_thousand_aliases_are_read() -> None:
    """The limit itself is allowed; the next one is pointed at."""
    aliases = "a: &x 1\nb:\n" + "  - *x\n" * 1_000

    assert told(aliases) == []
    assert told(aliases + "  - *x\n") == ["a.yaml:1003:5 yaml-too-many-aliases"]


def test_aliases_of_aliases_do_not_unfold_without_end() -> None:
    """A short text that stands for a billion values is refused before it is built."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    assert told("\n".join(lines)) == ["a.yaml:1:1 yaml-too-many-aliases"]
    assert read("\n".join(lines)).documents == (FLAWED,)


def test_a_value_cannot_contain_itself() -> None:
    """Recursion is pointed at where it closes."""
    assert told("a: &x\n  b:\n    - *x\n") == ["a.yaml:3:7 yaml-recursive"]


def test_an_anchor_has_one_value() -> None:
    """A second anchor of one name would leave open which is meant."""
    (complaint,) = read("a: &x 1\nb: &x 2\n").complaints

    assert told("a: &x 1\nb: &x 2\n") == ["a.yaml:2:4 yaml-syntax"]
    assert complaint.message == "an anchor of this name is there already, on line 1"


def test_ten_thousand_documents_are_read() -> None:
    """The document after the last allowed one is pointed at, and those before it are read."""
    assert len(read("--- 1\n" * 10_000).documents) == composing.DOCUMENTS_LIMIT == 10_000

    values = read("--- 1\n" * 10_001)

    assert len(values.documents) == 10_000
    assert told("--- 1\n" * 10_001) == ["a.yaml:10001:5 yaml-too-many-documents"]


def test_documents_before_a_syntax_error_are_read() -> None:
    """One mistake does not hide the faults of what stands above it."""
    values = read("a: 1\n---\nb: 2\n---\nc: [\n")

    assert values.documents == ({"a": 1}, {"b": 2})
    assert [complaint.code.name for complaint in values.complaints] == ["yaml-syntax"]
