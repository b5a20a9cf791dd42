"""The forms that a plan can be read in, by name; each renderer is imported when it is asked for.

What a form looks like is its module's own business, and where it is written is the command line's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, cast

if TYPE_CHECKING:
    from offers_sync.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Page:
    """What a report is read on."""

    width: int = 100
    """Columns of the terminal."""
    prefix: str = ""
    """What leads from where files are named from to the project's folder."""
    link: str = ""
    """The address that shows a file of this commit, to which its path is added; empty where there is none."""
    is_terminal: bool = False


Renderer = Callable[["Plan", Page], str]


class Form(NamedTuple):
    """Where a renderer lives."""

    module: str
    function: str


FORMATS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "text": Form("offers_sync.reporting.plan", "plan_text"),
        "markdown": Form("offers_sync.reporting.plan_markdown", "plan_markdown"),
        "json": Form("offers_sync.reporting.plan_json", "plan_json"),
        "github": Form("offers_sync.reporting.plan_github", "plan_github"),
        "sarif": Form("offers_sync.reporting.plan_sarif", "plan_sarif"),
        "outputs": Form("offers_sync.reporting.plan_outputs", "plan_outputs"),
    }
)
DRIFT_FORMATS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "text": Form("offers_sync.reporting.drift", "drift_text"),
        "markdown": Form("offers_sync.reporting.drift_markdown", "drift_markdown"),
        "json": Form("offers_sync.reporting.plan_json", "plan_json"),
    }
)
"""The same for what changed outside git."""


def render(name: str, plan: Plan, page: Page, forms: Mapping[str, Form] = FORMATS) -> str:
    """The plan in the form of that name."""
    form = forms[name]
    return cast("Renderer", getattr(import_module(form.module), form.function))(plan, page)
