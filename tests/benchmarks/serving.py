"""The sandbox in a process of its own, as the benchmarks need it.  What is measured is said by each of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_OFFERS = "from offers_sync.cli.main import main; main()"


@contextmanager
def served(*options: str) -> Iterator[str]:
    """The address of a sandbox that was started with these options."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OFFERS, "sandbox", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
