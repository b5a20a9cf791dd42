"""Files of rows: every form a file comes in, and every fault with the line it is on."""

from __future__ import annotations

from pathlib import Path

import pytest
from giving import checked, faults_of, rules
from hypothesis import given
from hypothesis import strategies as st

from offers_sync.bulk.actions import GIFT
from offers_sync.bulk.checking import check
from offers_sync.bulk.reading import LINE_BYTES_LIMIT, Digest, open_rows, read_rows
from offers_sync.errors import InvalidInputError


def rows_of(path: Path) -> list[tuple[int, object, str]]:
    """The rows of a file."""
    return [tuple(row) for row in read_rows(open_rows(path, GIFT.columns))]  # type: ignore[misc]  three members


def test_a_row_is_named_by_the_line_it_begins_on(tmp_path: Path) -> None:
    """Messages over several lines and blank lines do not shift the count."""
    path = tmp_path / "rows.csv"
    path.write_text('user_id,gift_count,message\n1,5,"one\ntwo"\n\n2,5,hi\n', encoding="utf-8")

    assert rows_of(path) == [(2, ["1", "5", "one\ntwo"], ""), (5, ["2", "5", "hi"], "")]


def test_what_spreadsheets_save_is_read(tmp_path: Path) -> None:
    """A byte order mark, Windows line ends and blanks around names do no harm."""
    path = tmp_path / "rows.csv"
    path.write_bytes(b"\xef\xbb\xbfuser_id, gift_count\r\n1,5\r\n")

    file = open_rows(path, GIFT.columns)
    assert file.columns == ("user_id", "gift_count")
    assert rows_of(path) == [(2, ["1", "5"], "")]


@pytest.mark.parametrize(
    ("header", "message", "hint"),
    [
        ("user_id,gift_cuont", "no column `gift_cuont`", "did you mean `gift_count`?"),
        ("User ID,gift_count", "no column `User ID`", "did you mean `user_id`?"),
        ("user_id,wallet", "no column `wallet`", "columns are user_id, gift_count"),
        ("user_id,gift_count,user_id", "`user_id` is there twice", "leave one out"),
        ("gift_count", "`user_id` is missing", ""),
        ("user_id;gift_count", "not separated by commas", "save it with commas"),
        ("", "no header", "begin it with user_id"),
    ],
)
def test_a_header_that_cannot_be_used(header: str, message: str, hint: str, tmp_path: Path) -> None:
    """It is refused as a whole, on line 1, with what may have been meant."""
    path = tmp_path / "rows.csv"
    path.write_text(f"{header}\n1,5\n", encoding="utf-8")

    with pytest.raises(InvalidInputError, match=message) as refused:
        open_rows(path, GIFT.columns)
    assert f"{path}:1: " in refused.value.message
    assert hint in refused.value.hint


def test_every_malformed_row_is_reported(tmp_path: Path) -> None:
    """Rows without form are faults on their lines, and those after them are read all the same."""
    path = tmp_path / "rows.csv"
    path.write_bytes(b'user_id,gift_count,message\n1,5\n2,5,\xff\n3,5,"a" b\n4,5,fine\n5,5,a,b\n')

    assert faults_of(check(open_rows(path, GIFT.columns), rules())) == {
        2: "it has 2 cells, and the header has 3",
        3: "`message`: this is not UTF-8",
        4: "it cannot be read: ',' expected after '\"'",
        6: "it has 4 cells, and the header has 3",
    }


def test_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    """It is a fault on the line where it opens."""
    found = checked(tmp_path, "user_id,gift_count,message", "1,5,fine", '2,5,"never', "3,5,x")

    assert faults_of(found) == {3: "it cannot be read: unexpected end of data"}


def test_json_lines(tmp_path: Path) -> None:
    """Numbers may be numbers or text, null is nothing, and each fault is on its line."""
    found = checked(
        tmp_path,
        '{"user_id": 1, "gift_count": 5}',
        '{"user_id": "2", "gift_count": "5", "message": null}',
        "",
        "[1]",
        "{",
        '{"user_id": 3, "gift_cuont": 5}',
        '{"user_id": 4.5, "gift_count": true}',
        file="rows.jsonl",
    )

    assert (found.rows, found.columns) == (2, ("user_id", "gift_count", "message"))
    assert faults_of(found) == {
        4: "it is not an object of JSON",
        5: "it is not JSON: unexpected end of data",
        6: "there is no field `gift_cuont` (did you mean `gift_count`?)",
        7: "`user_id`: this is no whole number; `gift_count`: this is no whole number",
    }


def test_a_line_without_end(tmp_path: Path) -> None:
    """A line that is too long is refused before it is in memory."""
    path = tmp_path / "rows.csv"
    path.write_text("user_id,gift_count,message\n1,5," + "x" * LINE_BYTES_LIMIT + "\n", encoding="utf-8")

    with pytest.raises(InvalidInputError, match=r"rows\.csv:2: the line is longer than 65,536 bytes"):
        rows_of(path)


def test_other_files(tmp_path: Path) -> None:
    """What is no file of rows, or no file, is said by name."""
    with pytest.raises(InvalidInputError, match=r"are read from \.csv and \.jsonl"):
        open_rows(tmp_path / "rows.xlsx", GIFT.columns)
    with pytest.raises(InvalidInputError, match="cannot be read: No such file"):
        open_rows(tmp_path / "none.csv", GIFT.columns)


@given(content=st.binary(max_size=200))
def test_no_bytes_are_too_odd(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a file holds, reading it gives rows, faults, or a refusal; and the digest is that of its bytes."""
    path = tmp_path_factory.getbasetemp() / "odd.csv"
    path.write_bytes(b"user_id,gift_count\n" + content)
    first, second = Digest(), Digest()

    file = open_rows(path, GIFT.columns)
    assert list(read_rows(file, first)) == list(read_rows(file, second))
    assert first.text == second.text != Digest().text
