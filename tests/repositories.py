"""A repository that keeps a few offers, as somebody else has it, and the vendor that it sends them to.

with business() as address: ...              the seeded sandbox over HTTP
repository = Repository(folder, address)     offers on the branch main, which a remote has too
repository.write("menu/redeemables/x.yaml", text); repository.commit("More")
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from runners import Event

from offers_sync.sandbox import Vendor, World
from offers_sync.sandbox.seeding import seed
from offers_sync.sandbox.serving import served
from offers_sync.wire.client import Client, Connection

SECRETS: Final = {"MARLOW_PUNCHH_KEY": "a-key-that-nobody-may-see", "OFFERS_STATE_URL": "local"}
PROJECT: Final = """\
project: marlow-menu
defaults: {{timezone: America/Chicago}}
environments:
  sandbox: {{server: embedded}}
  production: {{server: "{address}", token: "${{MARLOW_PUNCHH_KEY}}", state: "${{OFFERS_STATE_URL}}"}}
"""
OFFER: Final = """\
kind: redeemable
key: {key}
name: {name}
description: Five dollars off.
note: Ask legal.
receipt_rule: {{flat_discount: 5}}
"""
_WHO: Final = ("-c", "user.name=Marlow", "-c", "user.email=marlow@marlow.example", "-c", "commit.gpgsign=false")


class Repository:
    """A checkout, with a project in the folder ``menu``."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")
        self.write(".gitignore", ".offers/\n")
        self.write("menu/offers.yaml", PROJECT.format(address=address))
        self.write("menu/five-off.yaml", OFFER.format(key="five-off", name="Five off"))
        self.commit("Offers")
        self.publish()

    def git(self, *arguments: str) -> str:
        """Run git, and give what it says."""
        done = subprocess.run(["git", *_WHO, *arguments], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def write(self, path: str, text: str) -> None:
        """Write a file."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that is there once."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(old) == 1
        self.write(path, text.replace(old, new))

    def commit(self, message: str) -> None:
        """Commit all there is."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def publish(self) -> None:
        """Let the remote's main branch be as the one here."""
        self.git("update-ref", "refs/remotes/origin/main", "refs/heads/main")

    def branch(self, name: str) -> None:
        """Begin a branch where main is."""
        self.git("checkout", "-q", "-B", name, "main")

    def merge_for_review(self, branch: str) -> None:
        """Check out what a forge makes of a pull request: its branch merged into main, for looking at."""
        self.git("checkout", "-q", "--detach", "main")
        self.git("merge", "-q", "--no-ff", "-m", f"Merge {branch}", branch)

    def merge(self, branch: str) -> None:
        """Merge a branch for good."""
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", f"Merge {branch}", branch)
        self.publish()


def pull_request(*, head: str = "marlow/offers", actor: str = "marlow") -> Event:
    """The event of a pull request from a repository."""
    payload = {"pull_request": {"number": 7, "head": {"repo": {"full_name": head}}}}
    return Event("pull_request", "refs/pull/7/merge", "main", payload, actor)


@contextmanager
def business() -> Iterator[str]:
    """The address of a small believable business, served."""
    with ExitStack() as stack:
        world = World.open(None, seed=seed)
        stack.callback(world.close)
        yield stack.enter_context(served(Vendor(world)))


def change_in_dashboard(address: str, path: str, item: dict[str, Any]) -> None:
    """Do what somebody does in the dashboard."""
    with Client(Connection(address, "a-key")) as client:  # type: ignore[arg-type]  any key is let in
        (result,) = client.patch(path, {"data": [item]}).body["results"]
        assert result["success"]
