"""What a person types: run a night, ask the marts, see what arrived, start and stop things."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from cakupan import settings
from cakupan.bilingual import Text
from cakupan.cli import (
    access,
    answer,
    backup,
    cities,
    completion,
    database,
    export,
    feed,
    held,
    ledger,
    no_nights,
    privacy,
    quarantine,
    query,
    receipt,
    report,
    sources,
    trace,
    verify,
    witness,
)
from cakupan.cli.cities import CannotSimulate, Wanted
from cakupan.cli.known_at import AsKnownAt
from cakupan.cli.lock import NotPublished, only_one_night
from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.cli.morning import show_morning
from cakupan.cli.nightly import nights_asked, run_nights
from cakupan.cli.printing import DocumentFormat, Format, FormatOfDocument, FormatOption, console, said
from cakupan.cli.progress import progress
from cakupan.cli.restated import read_restated
from cakupan.database import Role

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(database.app, name="database")
app.add_typer(feed.app, name="feed")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(access.app, name="access")
app.add_typer(privacy.app, name="privacy")
app.add_typer(witness.app, name="witness")
app.add_typer(ledger.app, name="ledger")
app.add_typer(report.app, name="report")
app.add_typer(export.app, name="export")
app.add_typer(sources.app, name="sources")
app.command("trace")(trace.command)
app.command("answer")(answer.command)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("release")(held.release)
app.command("reject")(held.reject)

out = console()

DATE = completion.night_option("The business date of the night.")
FROM = completion.night_option("The first of several nights.", "--from-date")
TO = completion.night_option("The last of several nights.", "--to-date")
WORKERS = typer.Option(min=300, help="Size of the simulated city.")
REPLACE = typer.Option("--replace", help="Erase without asking what the installation holds of another simulated city.")
ALL = typer.Option("--all", help="Also every feed, and coverage, money and findings as whole tables.")
TROUBLE = typer.Option("--trouble", help="A simulated city on a bad night: offices send rubbish, systems fail.")

UNPUBLISHED = Text(
    "Malam {} tidak terbit; pembaca melihat yang sebelumnya. Perbaiki dan jalankan lagi.",
    "The night of {} was not published; readers see what they saw before. Mend and run again.",
)


class Kept(StrEnum):
    """What is verified."""

    LEDGER = "ledger"
    BOOKS = "books"
    ARCHIVE = "archive"
    LANDING = "landing"
    DECISIONS = "decisions"
    MARTS = "marts"
    DEFINITIONS = "definitions"
    FILES = "files"


@app.callback()
def main() -> None:
    """Refuse a language that commands do not speak before anything is done; make nothing that others may read."""
    settings.keep_private()
    try:
        settings.language()
    except settings.BadSetting as refusal:
        say_and_exit(str(refusal), 2)


@app.command()
def nightly(
    *,
    night: Annotated[datetime | None, DATE] = None,
    first: Annotated[datetime | None, FROM] = None,
    last: Annotated[datetime | None, TO] = None,
    deliveries: Annotated[
        Path | None,
        typer.Option("--from", exists=True, file_okay=False, help="Recorded deliveries; else a simulated city's."),
    ] = None,
    workers: Annotated[int, WORKERS] = 2600,
    trouble: Annotated[bool, TROUBLE] = False,
    replace: Annotated[bool, REPLACE] = False,
    everything: Annotated[bool, ALL] = False,
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Run a night, or nights one after another, through Airflow and print what one wants to see in the morning.

    Published nights that rest on other deliveries now, because one came late or was let in, are built again in order,
    and what moved is told. Exit code 0: each night was published (late or refused feeds are reported, not errors);
    1: one was not; 2: wrong usage, or it would erase another city and nobody said it may.
    """
    nights = nights_asked(night, first, last)
    try:
        ran = run_nights(nights, deliveries, Wanted(workers, trouble), out, replace=replace)
        if ran.published:
            restated = read_restated(ran.restated, ran.began_at)
            show_morning(ran.published[-1], out, form, everything=everything, restated=restated)
        if ran.unpublished:
            raise NotPublished(said(UNPUBLISHED.format(", ".join(map(str, ran.unpublished)))))
    except CannotSimulate as refusal:
        say_and_exit(str(refusal), 2)
    except (RuntimeError, OSError, psycopg.Error) as error:
        say_and_exit(cause(error), 1)


@app.command()
def morning(
    night: Annotated[datetime | None, DATE] = None,
    everything: Annotated[bool, ALL] = False,
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Print again what a published night printed, by default the newest.

    Exit code 0: printed; 1: no such night is published.
    """
    needs_database()
    try:
        if reason := no_nights.not_published(night.date() if night else None):
            say_and_exit(reason, 1)
        show_morning(night.date() if night else None, out, form, everything=everything)
    except psycopg.Error as error:
        say_and_exit(cause(error), 1)


@app.command()
def status(
    night: Annotated[datetime | None, DATE] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every few seconds, until Ctrl-C.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show how each feed stands on a night (default: the newest that was begun), also while it runs.

    Exit code 0: shown; 1: no such night was begun.
    """
    from cakupan.cli import status as feeds_status  # imports that other commands need not spend

    if watch and form is not Format.TABLE:
        raise typer.BadParameter("--watch is for a person: leave out --format")
    needs_database()
    try:
        reason = no_nights.never_begun(night.date() if night else None)
        if reason and not (night and watch):  # a night may be watched before it begins
            say_and_exit(reason, 1)
        as_of = night.date() if night else feeds_status.newest_night()
        assert as_of is not None  # noqa: S101 some night was begun
        if watch:
            feeds_status.watch(out, as_of)
        else:
            feeds_status.show(out, as_of, form)
    except psycopg.Error as error:
        say_and_exit(cause(error), 1)


@app.command()
def sql(
    statement: Annotated[str, typer.Argument(help="For example: select * from latest.coverage_by_sector")],
    form: Annotated[
        query.Form, typer.Option("--format", help="csv and json are exact, for machines; xlsx is for people.")
    ] = query.Form.TABLE,
    file: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="The file of --format xlsx.")] = None,
    known_at: AsKnownAt = None,
    auditor: Annotated[
        bool, typer.Option("--auditor", help="As the auditor: with the addresses of rows in place of references.")
    ] = False,
) -> None:
    """Ask the marts, read-only, as a BI tool would.

    Exit code 0: answered; 1: it cannot be, or nothing was published by then; 2: wrong usage.
    """
    if (form is query.Form.XLSX) != (file is not None):
        raise typer.BadParameter("a workbook needs a file, and only a workbook: --format xlsx --out FILE.xlsx")
    needs_database()
    try:
        if reason := no_nights.never_published(known_at):
            say_and_exit(reason, 1)
        query.run(statement, form, out, known_at, file, role=Role.AUDITOR if auditor else Role.BI)
    except OSError as error:
        say_and_exit(cause(error), 1)
    except psycopg.OperationalError as error:
        say_and_exit(cause(error), 1)
    except psycopg.Error as error:  # of the statement, which the person wrote
        say_and_exit((error.diag.message_primary or str(error)).strip(), 1)


@app.command()
def housekeeping(
    do_it: Annotated[bool, typer.Option("--do-it", help="Delete it; without this it is only said.")] = False,
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Say what is to go as each feed's retention says, and why; with --do-it let it go.

    Landed rows that no night rests on go first; where they are asked for, the archive gives them again. Exit code 0:
    said, or done; 1: something stays that should go, or it could not be done.
    """
    from cakupan.cli.housekeeping import run

    needs_database()
    try:
        done = run(out, form, do_it=do_it)
    except (RuntimeError, OSError, psycopg.Error) as error:
        say_and_exit(cause(error), 1)
    raise typer.Exit(0 if done else 1)


@app.command()
def doctor(form: FormatOfDocument = DocumentFormat.TABLE) -> None:
    """Look at how safe the running system is, and say what to do about each item; changes nothing.

    Exit code 0: nothing is bad, though something may deserve a look; 1: something is.
    """
    from cakupan.cli.doctor import run

    needs_database()
    raise typer.Exit(0 if run(out, form) else 1)


@app.command()
def agencies(
    night: Annotated[datetime, DATE],
    workers: Annotated[int, WORKERS] = 2600,
    trouble: Annotated[bool, TROUBLE] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Keep a simulated city's agencies up over SFTP, HTTP and PostgreSQL, until interrupted."""
    from cakupan.cli.agencies import keep_up

    try:
        keep_up(night.date(), Wanted(workers, trouble), out, form)
    except CannotSimulate as refusal:
        say_and_exit(str(refusal), 2)


@app.command("verify")
def verify_all(
    night: Annotated[datetime | None, DATE] = None,
    only: Annotated[list[Kept] | None, typer.Option(help="One area; may be repeated.")] = None,
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Recompute all that is kept against the signed record and name exactly what was altered; changes nothing.

    Exit code 0: nothing was altered; 1: something was, or there is nothing to verify; 2: wrong usage, or it could not
    be verified, or not all of it.
    """
    needs_database(2)
    on = night.date() if night else None
    try:
        reason = no_nights.never_kept(on)
        code = verify.run(on, [area.value for area in only or ()], out, reason, form)
    except (ValueError, LookupError, TypeError, OSError, psycopg.Error) as error:
        say_and_exit(f"Could not verify to the end: {cause(error)}", 2)
    raise typer.Exit(code)


@app.command("receipt")
def receipt_of(
    address: Annotated[str, typer.Argument(help="DELIVERY:SHEET:ROW, as in the marts' column evidence.")],
    reason: Annotated[str, typer.Option(help="Why the row is looked at; goes on record with your account's name.")],
    case: Annotated[str, typer.Option(help="The case or the letter that asks for it; goes on record.")],
    file: Annotated[Path | None, typer.Option("--out", help="Where the receipt goes; else it is printed.")] = None,
) -> None:
    """Hand out the proof that a row arrived as it is; scripts/verify_receipt.py verifies it anywhere."""
    needs_database()
    try:
        receipt.run(address, reason, case, file)
    except (ValueError, OSError, psycopg.Error) as refusal:
        say_and_exit(cause(refusal), 1)


@app.command()
def airflow() -> None:
    """Start Airflow's UI and scheduler, until interrupted.

    The nightly schedule is on where deliveries are those of today: not with a simulated city or recorded deliveries,
    unless CAKUPAN_SCHEDULE=on says so.
    """
    from cakupan import installation, orchestration
    from cakupan.cli.agencies import of_this_installation
    from cakupan.orchestration import components

    try:
        with only_one_night():
            with progress() as tell:
                installation.set_up(tell)
            if orchestration.begins_by_itself():
                cities.hold_for_the_schedule()
            orchestration.end_killed_runs()
            orchestration.keep_to_the_schedule()
        with of_this_installation():
            components.run(lambda line: out.print(line, soft_wrap=True))
    except (RuntimeError, OSError, psycopg.Error) as refusal:
        say_and_exit(cause(refusal), 1)
