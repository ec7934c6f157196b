"""Reports that are handed to somebody: `cakupan report dbhcht`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from cakupan import settings
from cakupan.bilingual import Language
from cakupan.cli import completion, no_nights
from cakupan.cli.known_at import AsKnownAt, as_known
from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.cli.printing import DocumentFormat, FormatOfDocument, print_files
from cakupan.cli.progress import progress
from cakupan.database import Role, connect

app = typer.Typer(no_args_is_help=True, help="Reports for auditors: a page, a PDF and a workbook.")

LANG = typer.Option("--lang", help="Indonesian or English; else as CAKUPAN_LANGUAGE says, else Indonesian.")


@app.callback()
def reports() -> None:
    """Write reports for auditors: a page, a PDF and a workbook."""


@app.command()
def dbhcht(
    *,
    year: Annotated[int, typer.Option(min=2000, max=2100, help="The fiscal year.")],
    night: Annotated[
        datetime | None,
        completion.night_option("A published night of the year or after it; else the year's newest."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", file_okay=False, help="Folder for the files; else reports/ of the state folder."),
    ] = None,
    lang: Annotated[Language | None, LANG] = None,
    known_at: AsKnownAt = None,
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Report the DBHCHT money of a fiscal year, from budget lines to workers, with findings and their evidence.

    Exit code 0: written; 1: no such night was published by then, or a file could not be written; 2: wrong usage.
    """
    from cakupan import reports  # imports that other commands need not spend
    from cakupan.ledger.written import note_written

    needs_database()
    if night and night.year < year:
        raise typer.BadParameter(
            f"{night:%Y-%m-%d} lies before {year}: no night knows the money of a later year",
            param_hint="--date",
        )
    options = f"-c default_transaction_read_only=on {as_known(known_at)}"
    try:
        with connect(Role.AUDITOR, options=options) as connection:
            figures = reports.read_figures(connection, year, night.date() if night else None)
    except reports.NoSuchNight as missing:
        say_and_exit(no_nights.never_published(known_at) or f"{missing} To see what was: cakupan status")
    except psycopg.Error as error:
        say_and_exit(cause(error))
    report = reports.dbhcht_report(figures, year, lang or settings.language("id"), known_at)
    try:
        with progress(lines=False) as tell:
            written = reports.write(report, out or settings.home() / "reports", tell)
        with connect(Role.LOADER) as connection:
            note_written(connection, written)
    except (OSError, psycopg.Error) as error:
        say_and_exit(f"The report could not be written: {cause(error)}")
    print_files(written, form)
