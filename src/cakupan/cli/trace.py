"""`cakupan trace`: from a number or a published figure to the rows as received, and back."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer
from rich.console import Console

from cakupan import settings
from cakupan.bilingual import Language
from cakupan.cli import completion
from cakupan.cli.known_at import AsKnownAt, as_known
from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.cli.printing import console, print_text
from cakupan.cli.privacy import read_nik

if TYPE_CHECKING:
    from cakupan.trace.night import Night
    from cakupan.trace.reading import Trace
    from cakupan.trace.tree import Node


class Form(StrEnum):
    """How a trace is handed over."""

    TREE = "tree"
    JSON = "json"
    HTML = "html"
    XLSX = "xlsx"


STARTS = "--sp2d, --budget-line, --billing, --decree, --finding, --row-reference, --worker, --mart"
DATE = completion.night_option("A published night; else the newest.")


class WrongUse(ValueError):
    """The options do not go together; says what to change."""


@dataclass(frozen=True)
class Asked:
    """What a person asked for; exactly one starting point."""

    sp2d: str | None = None
    budget_line: str | None = None
    billing: str | None = None
    decree: str | None = None
    finding: str | None = None
    row_reference: str | None = None
    mart: str | None = None
    worker: bool = False
    key: str | None = None
    figure: str | None = None
    as_of: date | None = None
    known_at: str | None = None
    everything: bool = False
    personal: bool = False
    reason: str = ""
    case: str = ""
    form: Form = Form.TREE
    out: Path | None = None
    lang: Language = "id"

    def check(self) -> None:
        """Check what was asked together; raises WrongUse."""
        numbers = (self.sp2d, self.budget_line, self.billing, self.decree, self.finding, self.row_reference)
        started = [*numbers, self.mart, self.worker or None]
        if sum(one is not None for one in started) != 1:
            raise WrongUse(f"say where to start, with one of {STARTS}")
        if (self.mart is None) != (self.key is None) or (self.figure and not self.mart):
            raise WrongUse("--mart and --key go together: --mart coverage_by_sector --key A; --figure needs both")
        if (self.worker or self.personal) and not (self.reason.strip() and self.case.strip()):
            raise WrongUse("following a worker and showing personal data need --reason and --case, which are recorded")
        if self.form is Form.XLSX and self.out is None:
            raise WrongUse("a workbook needs a file: --out FILE.xlsx")
        if self.form is Form.TREE and self.out is not None:
            raise WrongUse("--out needs --format json, html or xlsx")
        if self.out is not None and not self.out.absolute().parent.is_dir():
            raise WrongUse(f"there is no folder {self.out.absolute().parent}")


def command(  # noqa: PLR0917 - each argument is an option
    sp2d: Annotated[str | None, typer.Option(help="Number of a payment order.")] = None,
    budget_line: Annotated[str | None, typer.Option(help="Budget line: YEAR|SKPD|SUB-ACTIVITY|ACCOUNT.")] = None,
    billing: Annotated[str | None, typer.Option(help="Billing code.")] = None,
    decree: Annotated[str | None, typer.Option(help="Number of a decree.")] = None,
    finding: Annotated[str | None, typer.Option(help="finding_key of audit_findings.")] = None,
    row_reference: Annotated[
        str | None, typer.Option(help="row_reference of a mart, or a word of evidence as BI tools see it.")
    ] = None,
    worker: Annotated[
        bool, typer.Option("--worker", help="A worker: the NIK is asked for, or read from stdin.")
    ] = False,
    mart: Annotated[str | None, typer.Option(help="A published relation, with --key.")] = None,
    key: Annotated[str | None, typer.Option(help="Its key; the parts of one joined by |.")] = None,
    figure: Annotated[str | None, typer.Option(help="One column of it; else all that can be traced.")] = None,
    night: Annotated[datetime | None, DATE] = None,
    known_at: AsKnownAt = None,
    everything: Annotated[bool, typer.Option("--all", help="Do not shorten long lists.")] = False,
    personal: Annotated[bool, typer.Option("--personal", help="Show personal cells; recorded.")] = False,
    reason: Annotated[str, typer.Option(help="Why personal data are read; goes on record with your account.")] = "",
    case: Annotated[str, typer.Option(help="The case or the letter that asks for them; goes on record.")] = "",
    form: Annotated[Form, typer.Option("--format", help="How the trace is handed over.")] = Form.TREE,
    out: Annotated[Path | None, typer.Option("--out", help="The file for json, html or xlsx.")] = None,
    lang: Annotated[
        Language | None, typer.Option(help="Of the labels; else as CAKUPAN_LANGUAGE says, else Indonesian.")
    ] = None,
) -> None:
    """Follow a number or a published figure to the rows as received and the files they stand in.

    Exit code 0: found; 1: there is nothing to follow; 2: wrong usage.
    """
    asked = Asked(
        sp2d=sp2d, budget_line=budget_line, billing=billing, decree=decree, finding=finding,
        row_reference=row_reference, worker=worker, mart=mart,
        key=key, figure=figure, as_of=night.date() if night else None, known_at=known_at, everything=everything,
        personal=personal, reason=reason, case=case, form=form, out=out,
        lang=lang or settings.language("id"),
    )  # fmt: skip
    from cakupan.trace.tree import CannotTrace

    try:
        asked.check()
        needs_database()
        run(asked, console())
    except WrongUse as refusal:
        say_and_exit(str(refusal), 2)
    except CannotTrace as refusal:
        say_and_exit(str(refusal), 1)
    except psycopg.Error as error:
        say_and_exit(cause(error), 1)
    except OSError as error:
        say_and_exit(str(error), 1)


def run(asked: Asked, out: Console) -> None:
    """Find, and print or write. Raises CannotTrace, OSError, psycopg.Error."""
    from cakupan.trace.reading import Reader, trace

    reader = Reader(getpass.getuser(), asked.reason, asked.case, personal=asked.personal, of_person=asked.worker)
    known = as_known(asked.known_at)
    found = trace(_start(asked), reader, as_of=asked.as_of, everything=asked.everything, options=known)
    _hand_over(found, asked, out)


def _start(asked: Asked) -> Callable[[Night], Node]:
    from cakupan.trace import money, recount, references, subjects

    if asked.worker:
        worker = subjects.worker_key_of(read_nik())
        return lambda night: subjects.trace_worker(night, worker)
    if asked.mart is not None:
        mart, key = asked.mart, asked.key or ""
        return lambda night: recount.trace_figure(night, mart, key, asked.figure)
    starts: dict[Callable[[Night, str], Node], str | None] = {
        money.trace_payment_order: asked.sp2d,
        money.trace_budget_line: asked.budget_line,
        money.trace_billing_code: asked.billing,
        money.trace_decree: asked.decree,
        subjects.trace_finding: asked.finding,
        references.trace_reference: asked.row_reference,
    }
    find, number = next((find, number.strip()) for find, number in starts.items() if number is not None)
    return lambda night: find(night, number)


def _hand_over(found: Trace, asked: Asked, out: Console) -> None:
    if asked.form is Form.TREE:
        from cakupan.trace.terminal import print_trace

        print_trace(found, out, asked.lang)
    elif asked.form is Form.XLSX and asked.out:
        from cakupan.trace.workbook import write_workbook

        write_workbook(found, asked.out, asked.lang)
    else:
        from cakupan.trace.document import as_html, as_json

        text = as_json(found) + "\n" if asked.form is Form.JSON else as_html(found, asked.lang)
        if asked.out is None:
            print_text(text)
        else:
            with os.fdopen(
                os.open(asked.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(text)
