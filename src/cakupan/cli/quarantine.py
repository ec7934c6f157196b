"""`cakupan quarantine`: rows that were set aside, whose they are, and their way back as a correction."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import psycopg
import typer

from cakupan import settings
from cakupan.bilingual import Language, Text, joined
from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.cli.printing import (
    DocumentFormat,
    Format,
    FormatOfDocument,
    FormatOption,
    console,
    print_csv,
    print_json,
    records,
    said,
    table,
)
from cakupan.corrections import bad_rows, open_rows
from cakupan.database import Role, connect
from cakupan.feeds import Feed, load_feeds
from cakupan.invisible import spelled_out
from cakupan.ledger.nights import nights_begun

app = typer.Typer(no_args_is_help=True, help="Rows that were set aside: whose, why, and their way back.")
out = console()

HEADS = {
    "owner": Text("Perangkat daerah", "Office"), "feed": Text("Sumber data", "Feed"), "of": Text("Tanggal data", "Of"),
    "delivery": Text("Kiriman", "Delivery"), "status": Text("Status", "Status"), "rows": Text("Baris", "Rows"),
    "open_since": Text("Terbuka sejak", "Open since"), "age_days": Text("Hari", "Days"),
    "rules": Text("Aturan terbanyak", "Broken most"),
}  # fmt: skip
FIGURES = ("delivery", "rows", "age_days")
RULES_SHOWN = 2
HIDDEN = "•••"
NIGHT = typer.Option("--date", formats=["%Y-%m-%d"], help="The night; else the newest that was begun.")
FEEDS = typer.Argument(help="Agencies or AGENCY.FEED; else all.")


@app.command("list")
def list_open(
    names: Annotated[list[str] | None, FEEDS] = None,
    night: Annotated[datetime | None, NIGHT] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the deliveries with rows that their office has to mend: how many, since when, what they break.

    Exit code 0: listed, also where nothing is open; 1: it cannot be; 2: there is no such agency or feed.
    """
    feeds = _feeds(names)
    needs_database()
    try:
        with connect(Role.LOADER) as connection:
            as_of = _night(connection, night)
            found = [
                (
                    one.feed.owner, one.feed.name, one.fault.facts.business_date, one.fault.facts.delivery_id,
                    one.fault.facts.delivery_status, one.rows, one.open_since, one.age_days(as_of),
                    [rule.rule_id for rule in one.fault.broken if not rule.rule_id.startswith("delivery.")],
                )
                for one in open_rows.open_deliveries(connection, feeds, as_of)
            ]  # fmt: skip
    except psycopg.Error as error:
        say_and_exit(cause(error))
    if form is Format.JSON:
        print_json(records(list(HEADS), found))
    elif form is Format.CSV:
        print_csv(list(HEADS), found)
    elif not found:
        out.print(said(Text("Tidak ada baris yang perlu diperbaiki.", "No row is to be mended.")))
    else:
        rows = [[*map(str, row[:-1]), ", ".join(row[-1][:RULES_SHOWN])] for row in found]
        out.print(table([said(head) for head in HEADS.values()], rows, [name in FIGURES for name in HEADS]))


@app.command()
def show(
    address: Annotated[str, typer.Argument(help="DELIVERY:SHEET:ROW; the list names the delivery.")],
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Show a row that was set aside: whose it is, the rules it breaks and what to do; personal cells are not shown.

    Exit code 0: shown; 1: it is not in quarantine; 2: that is no address.
    """
    from cakupan.audit.issuing import Address, NoReceipt
    from cakupan.landing import CannotLandAgain

    try:
        place = Address.parse(address)
    except NoReceipt as refusal:
        say_and_exit(str(refusal), 2)
    needs_database()
    try:
        with connect(Role.LOADER) as connection:
            found = bad_rows.find_bad_row(connection, place.delivery, (place.sheet, place.row_number))
    except (psycopg.Error, CannotLandAgain) as error:
        say_and_exit(cause(error))
    if found is None:
        say_and_exit(f"{address} is not in quarantine; cakupan quarantine list says what is")
    feed, row = found
    faults = bad_rows.Faults(feed).of(row)
    cells = {c.header: HIDDEN if c.personal and row.cells[c.name] else row.cells[c.name] for c in feed.columns}
    if form is DocumentFormat.JSON:
        told = [{"rule_id": one.rule_id, "columns": _headers(feed, one), "says": said(one.sentence)} for one in faults]
        print_json({"feed": feed.name, "owner": feed.owner, "address": address, "rules": told, "cells": cells})
        return
    out.print(f"{feed.name} · {feed.owner} · {address}")
    wrong = {header for one in faults for header in _headers(feed, one)}
    heads = [said(Text("Kolom", "Column")), said(Text("Isi", "Cell"))]
    rows = [[f"{'▸ ' if header in wrong else '  '}{header}", spelled_out(cell or "")] for header, cell in cells.items()]
    out.print(table(heads, rows, [False, False]))
    for one in faults:
        out.print(f"{', '.join(_headers(feed, one)) or feed.title}: {said(one.sentence)} ({one.rule_id})")


@app.command()
def export(
    names: Annotated[list[str] | None, FEEDS] = None,
    folder: Annotated[Path, typer.Option("--out", file_okay=False, help="Where the workbooks go.")] = Path(),
    night: Annotated[datetime | None, NIGHT] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Of the workbooks: Indonesian or English.")] = "id",
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Write a fix workbook for each delivery with rows to mend: only those rows, the wrong cells marked.

    It holds personal data: hand it to the office it is of and to nobody else.

    Exit code 0: written, also where nothing is open; 1: it cannot be; 2: there is no such agency or feed.
    """
    from cakupan.corrections.exporting import write_fix_workbooks
    from cakupan.landing import CannotLandAgain
    from cakupan.ledger.written import note_written

    feeds = _feeds(names)
    needs_database()
    try:
        with connect(Role.LOADER) as connection:
            as_of = _night(connection, night)
            written = list(write_fix_workbooks(connection, feeds, as_of, folder, lang))
            note_written(connection, written)
    except (psycopg.Error, OSError, CannotLandAgain) as error:
        say_and_exit(cause(error))
    if form is DocumentFormat.JSON:
        print_json([str(path) for path in written])
    elif not written:
        out.print(said(Text("Tidak ada baris yang perlu diperbaiki.", "No row is to be mended.")))
    for path in written if form is DocumentFormat.TABLE else ():
        out.print(str(path), soft_wrap=True)


@app.command("import")
def import_(
    workbook: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="As it came back.")],
    by: Annotated[str | None, typer.Option(help="Who mended the rows; else the office.")] = None,
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Take a fix workbook back: put the mended rows into their delivery, all other rows as they were.

    What was accepted stays accepted; the next run of its night rests on the corrected delivery.

    Exit code 0: taken; 1: nothing was taken, and why; 2: wrong usage.
    """
    from cakupan import night
    from cakupan.corrections.returned import CannotImport

    needs_database()
    try:
        taken = night.import_correction(workbook, by)
    except CannotImport as refusal:
        _refused(workbook, refusal.why)
    except (RuntimeError, OSError, psycopg.Error) as error:
        say_and_exit(cause(error))
    left_out = [said(why) for why in taken.left_out]
    if form is DocumentFormat.JSON:
        print_json(
            {"feed": taken.feed.name, "business_date": taken.business_date, "delivery_id": taken.delivery_id,
             "mended_rows": taken.mended, "withdrawn_rows": taken.withdrawn, "still_quarantined_rows": taken.still_bad,
             "left_out": left_out}
        )  # fmt: skip
        return
    out.print(
        said(
            Text(
                "{feed} {date}: {mended} baris diperbaiki, {withdrawn} ditarik, {left} masih di karantina. Kiriman"
                " nomor {number} berlaku mulai sekarang; jalankan ulang malamnya agar tampak.",
                "{feed} of {date}: {mended} rows mended, {withdrawn} withdrawn, {left} still in quarantine. Delivery"
                " {number} is in force from now on; run its night again to show it.",
            ).format(
                feed=taken.feed.name, date=taken.business_date, mended=taken.mended, withdrawn=taken.withdrawn,
                left=taken.still_bad, number=str(taken.delivery_id),
            )
        ),
        soft_wrap=True,
    )  # fmt: skip
    for why in left_out:
        out.print(f"  {spelled_out(why)}", soft_wrap=True)


def _refused(workbook: Path, why: Text) -> NoReturn:
    say_and_exit(said(joined([Text("{}: {}.", "{}: {}.").format(str(workbook), why)])))


def _headers(feed: Feed, fault: bad_rows.Fault) -> list[str]:
    return [feed.column(name).header for name in fault.columns]


def _feeds(names: list[str] | None) -> list[Feed]:
    """Return the feeds that are meant, or exit."""
    feeds = load_feeds(settings.FEEDS)
    known = {feed.name for feed in feeds} | {feed.agency for feed in feeds}
    if unknown := sorted(set(names or ()) - known):
        agencies = sorted({feed.agency for feed in feeds})
        say_and_exit(f"there is no agency or feed {', '.join(unknown)}; there are: {', '.join(agencies)}", 2)
    return [feed for feed in feeds if not names or feed.name in names or feed.agency in names]


def _night(connection: psycopg.Connection, night: datetime | None) -> date:
    """Return the night that is meant, or exit where none was begun."""
    newest = night.date() if night else max(nights_begun(connection), default=None)
    if newest is None:
        say_and_exit(said(Text("Belum ada malam yang dijalankan.", "No night was begun yet.")))
    return newest
