"""Businesses that are closed when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from businesses import Business

Open = Callable[..., Business]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens a business with the arguments of ``Business``."""
    with ExitStack() as stack:
        yield lambda *documents, **others: stack.enter_context(Business(*documents, **others))
