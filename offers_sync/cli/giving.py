"""Giving a plan to whoever asked: on stdout in one form, into files in others; and the same where there is none.

What a form looks like is ``reporting``'s business.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from offers_sync import codes
from offers_sync.cli.completing import environments_in
from offers_sync.cli.options import Report
from offers_sync.cli.places import page_for, prefix_between
from offers_sync.cli.workspace import FindingsError
from offers_sync.errors import InvalidInputError, OffersError
from offers_sync.findings import Finding, Severity
from offers_sync.loading.project import find_project
from offers_sync.planning.plan import Plan, no_plan
from offers_sync.reporting.failing import finding_of
from offers_sync.reporting.findings import findings_text
from offers_sync.reporting.formats import FORMATS, Form, render


def give(plan: Plan, folder: Path, form: str, reports: Iterable[Report], forms: Mapping[str, Form] = FORMATS) -> None:
    """Write the plan into files, and print it, also where a file cannot be written."""
    try:
        for name, path in reports:
            _write(path, render(name, plan, page_for(name, folder), forms))
    finally:
        click.echo(render(form, plan, page_for(form, folder), forms), nl=False)


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
    failed = no_plan("", name, error.message, findings)
    try:
        for each, path in reports:
            _write(path, render(each, failed, page_for(each, folder), forms))
    finally:
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


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole, so that nobody reads half of it; colours are for terminals."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_text(click.unstyle(text), encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InvalidInputError(
            f"{path} cannot be written: {error.strerror or error}", hint="check that its folder exists"
        ) from error
