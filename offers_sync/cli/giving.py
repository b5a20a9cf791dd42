"""Giving a plan to whoever asked: on stdout in one form, into files in others; and the same where there is none.

What a form looks like is ``reporting``'s business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from offers_sync import codes
from offers_sync.cli.completing import environments_in, project_in
from offers_sync.cli.filing import write_whole
from offers_sync.cli.options import Report
from offers_sync.cli.places import page_for, prefix_between
from offers_sync.cli.talking import say
from offers_sync.cli.workspace import FindingsError
from offers_sync.errors import InvalidInputError, OffersError
from offers_sync.findings import Finding, Severity
from offers_sync.loading.project import find_project
from offers_sync.planning.plan import Plan, no_plan
from offers_sync.reporting.failing import finding_of
from offers_sync.reporting.findings import findings_text
from offers_sync.reporting.formats import FORMATS, Form, render


def give(plan: Plan, folder: Path, form: str, reports: Iterable[Report], forms: Mapping[str, Form] = FORMATS) -> None:
    """Write the plan into files, and print it whatever becomes of them; raises when one cannot be written."""
    faults = list(_unwritten(plan, folder, reports, forms))
    click.echo(render(form, plan, page_for(form, folder), forms), nl=False)
    if faults:
        raise InvalidInputError("; ".join(fault.message for fault in faults), hint=faults[0].hint)


def give_failure(  # noqa: PLR0913, PLR0917  what was asked for, as it stands on the command line
    error: OffersError,
    environment: str | None,
    start: Path,
    form: str,
    reports: Iterable[Report],
    forms: Mapping[str, Form] = FORMATS,
) -> None:
    """Say why there is no plan wherever one is awaited; a person at a terminal is shown the faults of the files."""
    findings: tuple[Finding, ...] = (finding_of(error, codes.NO_PLAN),)
    folder = _project_around(start)
    if isinstance(error, FindingsError):
        findings = error.findings
    if form == "text" and isinstance(error, FindingsError):
        show_errors(findings, folder)
    name = environment or next(environments_in(folder), "")
    failed = no_plan(project_in(folder), name, error.message, findings)
    for fault in _unwritten(failed, folder, reports, forms):
        if fault.message != error.message:
            say(fault.message)
    if form != "text":
        click.echo(render(form, failed, page_for(form, folder), forms), nl=False)


def _project_around(start: Path) -> Path:
    """The project's folder as a plan would have it; where there is no project, the one that was asked for."""
    try:
        return find_project(start)
    except OffersError:
        return start


def show_errors(findings: Iterable[Finding], folder: Path) -> None:
    """Show the errors among some findings."""
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    page = page_for("text", folder)
    click.echo(findings_text(errors, page.width, prefix_between(folder.resolve(), Path.cwd())), nl=False, err=True)


def _unwritten(
    plan: Plan, folder: Path, reports: Iterable[Report], forms: Mapping[str, Form]
) -> Iterator[InvalidInputError]:
    """Write every file that can be written, without colours, and give what is wrong with the others."""
    for form, path in reports:
        try:
            write_whole(path, [click.unstyle(render(form, plan, page_for(form, folder), forms))])
        except InvalidInputError as fault:
            yield fault
