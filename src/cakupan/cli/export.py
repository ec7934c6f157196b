"""Published figures in open formats: `cakupan export fiscal`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from cakupan.cli import completion, no_nights
from cakupan.cli.known_at import AsKnownAt, as_known
from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.cli.printing import DocumentFormat, FormatOfDocument, print_files
from cakupan.database import Role, connect

app = typer.Typer(no_args_is_help=True, help="Published figures in open formats.")


@app.callback()
def exports() -> None:
    """Write published figures in open formats."""


@app.command()
def fiscal(
    *,
    year: Annotated[int, typer.Option(min=2000, max=2100, help="The fiscal year.")],
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="Folder for the package.")],
    night: Annotated[
        datetime | None,
        completion.night_option("A published night of the year or after it; else the year's newest."),
    ] = None,
    licence: Annotated[
        str, typer.Option("--licence", help="Under which licence the city publishes it, by its SPDX name.")
    ] = "CC-BY-4.0",
    known_at: AsKnownAt = None,
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Write the DBHCHT budget and its realisation as a Fiscal Data Package: datapackage.json and two CSV files.

    Exit code 0: written; 1: no such night was published by then, or a file could not be written; 2: wrong usage.
    """
    from cakupan.exports import fiscal_package, write  # imports that other commands need not spend
    from cakupan.reports import NoSuchNight

    needs_database()
    if night and night.year < year:
        raise typer.BadParameter(f"{night:%Y-%m-%d} lies before {year}", param_hint="--date")
    options = f"-c default_transaction_read_only=on {as_known(known_at)}"
    try:
        with connect(Role.AUDITOR, options=options) as connection:
            package = fiscal_package(connection, year, night.date() if night else None, licence, known_at)
        written = write(package, out)
    except NoSuchNight as missing:
        say_and_exit(no_nights.never_published(known_at) or f"{missing} To see what was: cakupan status")
    except psycopg.Error as error:
        say_and_exit(cause(error))
    except OSError as error:
        say_and_exit(f"The package could not be written: {cause(error)}")
    print_files(written, form)
