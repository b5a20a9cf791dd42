"""The files of a project as a commit has them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from offers_sync.errors import InvalidInputError
from offers_sync.loading.revisions import Revision, read_base

IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder."""
    command = ["git", *IDENTITY, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def write(folder: Path, **files: str) -> None:
    """Write files, with ``__`` for a slash and ``_yaml`` for the suffix."""
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def commit(folder: Path) -> str:
    """Commit everything."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "A change")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose branch ``main`` has a project in the folder ``offers``."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    write(folder, offers__offers_yaml="project: p", offers__a_yaml="kind: selector", README="no offers")
    commit(folder)
    return folder


def contents(revision: Revision) -> dict[str, bytes]:
    """What each file holds."""
    return {file.name: file.content for file in revision.files}


def test_the_files_are_those_of_the_merge_base(repository: Path) -> None:
    """What others merged meanwhile, what the branch did and what lies about in the work tree is not in it."""
    base = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "-q", "-b", "branch")
    write(repository, offers__a_yaml="kind: criterion")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    write(repository, offers__b_yaml="kind: redeemable")
    commit(repository)
    git(repository, "checkout", "-q", "branch")
    write(repository, offers__c_yaml="not committed")
    revision = read_base(repository / "offers", "main")
    assert revision.commit == base
    assert contents(revision) == {"offers.yaml": b"project: p", "a.yaml": b"kind: selector"}
    assert git(repository, "status", "--porcelain") == "?? offers/c.yaml"


def test_a_project_at_the_top_has_all_files(repository: Path) -> None:
    """Without a folder around it, the project is the repository; hidden folders are left alone."""
    write(repository, offers_yaml="project: top", _hidden="x")
    write(repository / ".github", x_yaml="name: workflow")
    commit(repository)
    assert set(contents(read_base(repository, "HEAD"))) == {"offers.yaml", "offers/offers.yaml", "offers/a.yaml"}


def test_a_folder_that_was_not_there_has_no_files(repository: Path) -> None:
    """A new project has an empty base."""
    (repository / "new").mkdir()
    assert read_base(repository / "new", "HEAD").files == ()


def test_names_and_contents_may_be_odd(repository: Path) -> None:
    """Blanks, quotes, other alphabets, empty files and line ends come through as they are."""
    names = ["a b.yaml", "é日本.yaml", 'q"uote.yaml', "empty.yml", "CAPITALS.YAML"]
    for name in names:
        (repository / "offers" / name).write_bytes(b"" if name == "empty.yml" else b"a: \r\nb\xff")
    commit(repository)
    found = contents(read_base(repository / "offers", "HEAD"))
    assert {name: found[name] for name in names} == {
        name: b"" if name == "empty.yml" else b"a: \r\nb\xff" for name in names
    }


def test_links_lead_to_files_of_the_project_only(repository: Path) -> None:
    """A symbolic link within the project is followed in the commit; any other is a fault, as in the work tree."""
    (repository / "offers" / "link.yaml").symlink_to("a.yaml")
    (repository / "offers" / "out.yaml").symlink_to("../README")
    (repository / "offers" / "loop.yaml").symlink_to("loop.yaml")
    commit(repository)
    files = {file.name: file for file in read_base(repository / "offers", "HEAD").files}
    assert files["link.yaml"].content == b"kind: selector"
    faults = {name: file.fault.code for name, file in files.items() if file.fault is not None}
    assert faults == {"out.yaml": "file-outside", "loop.yaml": "file-outside"}


def test_a_shallow_clone_names_the_remedy(repository: Path, tmp_path: Path) -> None:
    """Where the history was cut off, nobody can tell where the branch left."""
    write(repository, offers__b_yaml="kind: selector")
    commit(repository)
    git(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), "shallow")
    with pytest.raises(InvalidInputError, match="shallow") as caught:
        read_base(tmp_path / "shallow" / "offers", "origin/main")
    assert "fetch-depth: 0" in caught.value.hint


@pytest.mark.parametrize("ref", ["nowhere", "--upload-pack=touch /tmp/x", "-h", "main^{/x}", ""])
def test_an_unknown_commit_is_an_error(repository: Path, ref: str) -> None:
    """A name that git does not know, or that looks like an option, is named."""
    with pytest.raises(InvalidInputError, match="git knows no commit called") as caught:
        read_base(repository / "offers", ref)
    assert "git fetch" in caught.value.hint


def test_branches_without_a_common_commit_are_an_error(repository: Path) -> None:
    """Two histories that never met have no base."""
    git(repository, "checkout", "-q", "--orphan", "other")
    write(repository, README="another history")
    commit(repository)
    with pytest.raises(InvalidInputError, match="main and HEAD have no commit in common"):
        read_base(repository / "offers", "main")


def test_a_folder_outside_git_is_an_error(tmp_path: Path) -> None:
    """A base is a commit, so there has to be a repository."""
    with pytest.raises(InvalidInputError, match="not a git repository"):
        read_base(tmp_path, "main")


def test_a_repository_without_a_commit_is_an_error(tmp_path: Path) -> None:
    """Nothing was committed yet, so there is nothing to compare with."""
    git(tmp_path, "init", "-q")
    with pytest.raises(InvalidInputError, match="no commit yet"):
        read_base(tmp_path, "main")


def test_without_git_the_error_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without git can plan without a base."""
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(InvalidInputError, match="--base needs git, which is not installed"):
        read_base(repository / "offers", "main")


def test_a_submodule_is_a_file_that_cannot_be_read(repository: Path) -> None:
    """What another repository keeps of the project is not in the commit, so the base says that it is not known."""
    menu = repository / "offers" / "menu"
    menu.mkdir()
    git(menu, "init", "-q")
    write(menu, b_yaml="kind: selector")
    commit(menu)
    commit(repository)

    (told,) = (file for file in read_base(repository / "offers", "HEAD").files if file.fault is not None)

    assert (told.name, told.fault.code if told.fault else "") == ("menu", "file-unreadable")
    assert "it is a git submodule" in (told.fault.message if told.fault else "")


def test_a_submodule_without_files_of_the_project_is_left_alone(repository: Path) -> None:
    """What holds no YAML here, or lies outside of the project, has nothing to do with it."""
    for place in (repository / "offers" / "fonts", repository / "elsewhere"):
        place.mkdir()
        git(place, "init", "-q")
        write(place, README="fonts")
        commit(place)
    write(repository / "elsewhere", b_yaml="kind: selector")
    commit(repository)

    assert set(contents(read_base(repository / "offers", "HEAD"))) == {"offers.yaml", "a.yaml"}


def test_what_git_proposes_for_a_folder_of_somebody_else_is_the_hint(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout that another user made, as in a container, is read once git is told to trust it."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(InvalidInputError, match="dubious ownership") as caught:
        read_base(repository, "main")
    command = f"git config --global --add safe.directory {repository}"
    assert caught.value.hint == f"if you trust whom the folder belongs to: {command}"
