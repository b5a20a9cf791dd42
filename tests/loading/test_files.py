"""Which files make a project, and which are refused before they are parsed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import REDEEMABLE, WrittenFiles

from offers_sync.errors import InvalidInputError
from offers_sync.findings import Finding
from offers_sync.loading.files import FILE_BYTES_LIMIT
from offers_sync.loading.project import find_project

IS_ROOT = os.geteuid() == 0


def found_for(project: WrittenFiles, name: str) -> tuple[str, str]:
    """Code and message of the only finding, which is about that file as a whole."""
    finding: Finding = project.only_finding()
    assert str(finding.position) == f"{name}:1:1"
    assert finding.hint
    return finding.code, finding.message


# ------------------------------------------------------------------------------------------------ what is looked at


def test_every_yaml_file_below_is_read_in_one_order(project: WrittenFiles) -> None:
    """Folders are convention; both suffixes count, in capitals too; the order is that of the names."""
    for name, key in (("z.yml", "z"), ("a/deep/er.yaml", "a"), ("m.yaml", "m"), ("n.YAML", "n"), ("y.YmL", "y")):
        project.write(name, f"kind: schedule\nkey: {key}\n")

    assert [document.source.file for document in project.load().documents] == [
        "a/deep/er.yaml",
        "m.yaml",
        "n.YAML",
        "y.YmL",
        "z.yml",
    ]


def test_hidden_and_other_files_are_left_alone(project: WrittenFiles) -> None:
    """Editor settings, states and notes are nobody's documents."""
    for name in (".hidden.yaml", ".offers/cache.yaml", ".github/workflows/ci.yml", "README.md", "notes.yaml.bak"):
        project.write(name, "not: a document\n")

    assert project.findings() == ()


@pytest.fixture
def tower(project: WrittenFiles) -> Iterator[WrittenFiles]:
    """A project with more folders inside each other than Python has levels."""
    folder = os.open(project.folder, os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    yield project
    top, kept = project.folder / "d", project.folder / "e"
    while (top / "d").exists():  # taken down from above: what removes folders calls itself for each
        (top / "d").rename(kept)
        top.rmdir()
        kept.rename(top)


def test_folders_may_be_nested_as_deep_as_the_file_system_allows(tower: WrittenFiles) -> None:
    """A tower of a thousand folders exhausts nothing."""
    assert tower.findings() == ()


# -------------------------------------------------------------------------------------------------- what is refused


def test_a_file_of_one_mebibyte_is_read(project: WrittenFiles) -> None:
    """The limit itself is allowed."""
    project.write("a.yaml", (REDEEMABLE + "# ").encode().ljust(FILE_BYTES_LIMIT, b"x"))

    assert project.findings() == ()


def test_a_larger_file_is_refused(project: WrittenFiles) -> None:
    """One byte more, and it is not even decoded."""
    project.write("a.yaml", (REDEEMABLE + "# ").encode().ljust(FILE_BYTES_LIMIT + 1, b"\xff"))

    assert found_for(project, "a.yaml") == ("file-too-large", "the file is larger than 1 MiB")


@pytest.mark.parametrize("content", ["", "\ufeff", "# a comment\n", "---\n", "---\n---\n", "null\n", " \n\n"])
def test_an_empty_file_is_pointed_out(project: WrittenFiles, content: str) -> None:
    """A file without a document is a mistake, not nothing."""
    project.write("a.yaml", content)

    assert found_for(project, "a.yaml")[0] == "file-empty"


def test_an_empty_document_between_others_is_passed_over(project: WrittenFiles) -> None:
    """A stroke too many does no harm."""
    project.write("a.yaml", "---\n---\n" + REDEEMABLE + "---\n")

    assert project.findings() == ()
    assert project.load().documents[0].source.index == 1


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"kind: caf\xe9\n", "a.yaml:1:10"),
        (b"\xef\xbb\xbf# \xc3\xa9\r\n\xc3\xa9\xff", "a.yaml:2:2"),
        (b"\xff\xfe", "a.yaml:1:1"),
    ],
)
def test_other_encodings_are_refused_where_they_show(project: WrittenFiles, content: bytes, place: str) -> None:
    """The first byte that is not UTF-8 has line and column like everything else."""
    project.write("a.yaml", content)

    assert project.told() == [f"{place} not-utf8"]


def test_a_folder_where_a_file_is_expected(project: WrittenFiles) -> None:
    """Its name says file; nothing below it is read in silence."""
    project.write("a.yaml/b.yaml", REDEEMABLE)

    assert found_for(project, "a.yaml") == ("file-unreadable", "this is a folder, where a file is expected")


def test_a_pipe_does_not_make_anybody_wait(project: WrittenFiles) -> None:
    """What is no regular file is not read at all."""
    os.mkfifo(project.folder / "a.yaml")

    assert found_for(project, "a.yaml") == ("file-unreadable", "this is not a regular file")


@pytest.mark.skipif(IS_ROOT, reason="root may read everything")
def test_an_unreadable_file_is_pointed_out(project: WrittenFiles) -> None:
    """Permissions that keep us out are said, not passed over."""
    project.write("a.yaml", REDEEMABLE).chmod(0)

    assert found_for(project, "a.yaml") == ("file-unreadable", "it cannot be read: Permission denied")


def test_a_file_that_cannot_be_opened_is_pointed_out(project: WrittenFiles) -> None:
    """A link that leads nowhere has no content to judge."""
    (project.folder / "a.yaml").symlink_to("nowhere.txt")

    assert found_for(project, "a.yaml") == ("file-unreadable", "it cannot be read: No such file or directory")


def test_links_within_the_project_are_followed(project: WrittenFiles) -> None:
    """What a link names inside the folder is content of the folder."""
    project.write("texts/source.txt", REDEEMABLE)
    (project.folder / "a.yaml").symlink_to("texts/source.txt")

    assert project.findings() == ()
    assert project.load().count == 1


@pytest.mark.parametrize("target", ["../outside.yaml", "/etc/hostname", "texts/../../outside.yaml"])
def test_links_out_of_the_project_are_refused(tmp_path: Path, target: str) -> None:
    """What is planned must be what was reviewed."""
    (tmp_path / "inside" / "texts").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text(REDEEMABLE, encoding="utf-8")
    project = WrittenFiles(tmp_path / "inside")
    (project.folder / "a.yaml").symlink_to(target)

    assert found_for(project, "a.yaml") == ("file-outside", "a symbolic link leads out of the project")


def test_a_linked_folder_outside_is_pointed_out(tmp_path: Path) -> None:
    """Its files are not read, and that is said."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "b.yaml").write_text(REDEEMABLE, encoding="utf-8")
    (tmp_path / "inside").mkdir()
    project = WrittenFiles(tmp_path / "inside")
    (project.folder / "more").symlink_to(tmp_path / "outside")

    assert found_for(project, "more")[0] == "file-outside"
    assert project.load().count == 0


def test_a_linked_folder_inside_is_read_once(project: WrittenFiles) -> None:
    """Its files have a place of their own; a link to the folder above does not go round in circles."""
    project.write("a/one.yaml", REDEEMABLE)
    (project.folder / "b").symlink_to("a")
    (project.folder / "a" / "up").symlink_to("..")

    assert project.findings() == ()
    assert project.load().count == 1


def test_odd_file_names_can_be_shown(project: WrittenFiles) -> None:
    """Bytes that are no text are written as escapes."""
    Path(os.fsdecode(os.fsencode(project.folder) + b"/caf\xe9.yaml")).write_text("", encoding="utf-8")

    assert found_for(project, "caf\\xe9.yaml")[0] == "file-empty"


# -------------------------------------------------------------------------------------------------- the project


def test_the_project_is_found_from_below(project: WrittenFiles) -> None:
    """One may stand anywhere inside, or name a file."""
    file = project.write("a/b/c.yaml", REDEEMABLE)

    assert find_project(project.folder) == project.folder.resolve()
    assert find_project(file.parent) == project.folder.resolve()
    assert find_project(file) == project.folder.resolve()


def test_no_project_says_what_to_do(tmp_path: Path) -> None:
    """The message names the folder, the hint the way out."""
    with pytest.raises(InvalidInputError) as caught:
        find_project(tmp_path)

    assert caught.value.message == f"no offers.yaml in {tmp_path.resolve()} or above it"
    assert caught.value.hint == "run `offers init`, or choose the folder with -C"


@pytest.mark.parametrize("name", ["offers.yml", "offers.YAML", "Offers.yml"])
def test_a_project_file_of_nearly_the_right_name_is_told_apart(tmp_path: Path, name: str) -> None:
    """`offers.yml` is what one has who forgot a letter."""
    (tmp_path / name).write_text("project: a\n", encoding="utf-8")

    with pytest.raises(InvalidInputError) as caught:
        find_project(tmp_path)

    assert caught.value.hint == f"there is an {name}: rename it to offers.yaml"
