"""The three streams of the process where they are not as usual: closed from the start, or not to be written to.

What is printed, and where, is said by the commands.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Final

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_MODES: Final = {"stdin": "r", "stdout": "w", "stderr": "w"}


def open_closed_streams() -> None:
    """Stand nothing in for what was closed before we began, so that nobody has to ask whether there is a stream."""
    for name, mode in _MODES.items():
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  as long as we live


def is_about_room(error: OSError) -> bool:
    """Whether a stream took no more, as on a full disk; files that we write whole say so themselves, by name."""
    return error.filename is None and error.errno in _NO_ROOM
