"""The exceptions that reach a person, each with its exit code and what to do next.

    OffersError                 1   something of ours is broken
      InvalidInputError         3   usage, files, settings: nothing was sent
      RefusedError              4   the server said no: key, permission, feature off
      UnreachableError          5   no usable answer, or the time for it was used up
      ConsentError              6   a guard refused, or nobody agreed
      StalePlanError            7   the world moved since the plan was saved
      PartialWriteError         8   some of it was written
      UnknownOutcomeError       9   it may have been written
      InterruptedRunError     130   stopped by a person, cleanly

Inside the package these are raised; only the command line catches them, prints and exits.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process tells its caller."""

    DONE = 0
    FAULT = 1
    CHANGES = 2
    INVALID = 3
    REFUSED = 4
    UNREACHABLE = 5
    CONSENT = 6
    STALE = 7
    PARTIAL = 8
    UNKNOWN = 9
    INTERRUPTED = 130


class OffersError(Exception):
    """Something that a person has to be told, with the way out of it."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAULT
    is_retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "", code: str = "", details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        """The code of the finding that says the same, where there is one."""
        self.details = details
        """What is told below the message, a line each."""


class InvalidInputError(OffersError):
    """What was given cannot be used; nothing was sent."""

    exit_code = ExitCode.INVALID


class RefusedError(OffersError):
    """The server does not let this key do this."""

    exit_code = ExitCode.REFUSED


class UnreachableError(OffersError):
    """No usable answer came, or the time or rate for it was used up."""

    exit_code = ExitCode.UNREACHABLE
    is_retryable = True


class ConsentError(OffersError):
    """A guard refused, or nobody agreed to the write."""

    exit_code = ExitCode.CONSENT


class StalePlanError(OffersError):
    """The saved plan is no longer what would be done."""

    exit_code = ExitCode.STALE


class PartialWriteError(OffersError):
    """Some of the plan was written and some was not."""

    exit_code = ExitCode.PARTIAL


class UnknownOutcomeError(OffersError):
    """A write was sent and nobody knows whether it happened."""

    exit_code = ExitCode.UNKNOWN


class InterruptedRunError(OffersError):
    """A person stopped the run; what was in flight is settled and noted."""

    exit_code = ExitCode.INTERRUPTED
