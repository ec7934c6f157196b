"""Deliveries as bytes, archived, landed and validated as in a night, and fix workbooks as offices send them back."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest

from cakupan import landing, quality, settings
from cakupan.corrections.exporting import write_fix_workbooks
from cakupan.corrections.fix_workbook import HEADER
from cakupan.corrections.importing import Imported, import_workbook
from cakupan.feeds import CsvFormat, Feed
from cakupan.landing.archive import Archive
from cakupan.ledger.deliveries import enter_delivery
from cakupan.ledger.feeds import declare_feed
from cakupan.quality.suite import load_suite
from tests.quality.cells_of import good_row
from tests.quality.deliveries import NIGHT

BAD_NIK, MENDED_NIK = "3579019999990001", "3579014101009999"
Row = dict[str, str | None]


def good_rows(feed: Feed, count: int) -> list[Row]:
    return [dict(good_row(feed, load_suite(feed), number, NIGHT)) for number in range(count)]


def file_of(feed: Feed, rows: Sequence[Row]) -> bytes:
    """A file as the office writes it; a row may be a text, which then is the line of a CSV as it stands."""
    heads = [column.header for column in feed.columns]
    if isinstance(feed.format, CsvFormat):
        sign, encoding = feed.format.delimiter, feed.format.encoding
        text = io.StringIO()
        csv.writer(text, delimiter=sign).writerow(heads)
        for row in rows:
            if isinstance(row, str):
                text.write(f"{row}\r\n")
            else:
                csv.writer(text, delimiter=sign).writerow(row.values())
        data = text.getvalue().encode(encoding)
        return gzip.compress(data) if feed.format.compression else data
    if feed.format.kind == "json":
        return json.dumps([dict(zip(heads, row.values(), strict=True)) for row in rows], indent=1).encode()
    book = openpyxl.Workbook()
    book.active.title = "Batu"
    for line in [["DAFTAR"], [], heads, *(list(row.values()) for row in rows)]:
        book.active.append(line)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@dataclass
class Desk:
    """What the data team has before it."""

    connection: psycopg.Connection[Any]
    folder: Path

    def deliver(self, feed: Feed, rows: Sequence[Row], night: date = NIGHT) -> int:
        """Take a delivery in; returns its number."""
        store = Archive(settings.archive_root())
        archived = store.store(io.BytesIO(file_of(feed, rows)))
        declare_feed(self.connection, feed)
        landing.ensure_landing_table(self.connection, feed)
        quality.ensure_quarantine_table(self.connection, feed)
        quality.ensure_accepted_view(self.connection, feed)
        name = f"{feed.feed}_{night:%Y%m%d}.{feed.format.extension}"
        number, _ = enter_delivery(self.connection, feed, night, name, archived)
        landing.land(self.connection, feed, number, store.path(archived.sha256))
        quality.validate_feed(self.connection, feed)
        self.connection.commit()
        return number

    def workbook(self, feed: Feed, night: date = NIGHT) -> Path:
        """The fix workbook of the feed's newest delivery."""
        return list(write_fix_workbooks(self.connection, [feed], night, self.folder))[-1]

    def edited(self, feed: Feed, change: Callable[[dict[str, Any]], None], night: date = NIGHT) -> Path:
        """The fix workbook after somebody had it open; `change` is given the cells of the first bad row by header."""
        path = self.workbook(feed, night)
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        change({cell.value: sheet.cell(HEADER + 1, cell.column) for cell in sheet[HEADER]})
        book.save(path)
        return path

    def take_back(self, path: Path) -> Imported:
        with self.connection.transaction():
            return import_workbook(self.connection, path)

    def figures(self, number: int) -> tuple[Any, ...]:
        """Accepted, quarantined and status of a delivery."""
        return (
            self.connection.execute(
                "select accepted_rows, quarantined_rows, delivery_status from ledger.current_validation"
                " where delivery_id = %s",
                (number,),
            ).fetchone()
            or ()
        )

    def cells(self, feed: Feed, number: int) -> list[tuple[Any, ...]]:
        """The landed rows of a delivery with their addresses."""
        columns = ", ".join(column.name for column in feed.columns)
        query = f"select sheet, row_number, {columns} from landing.{feed.table} where delivery_id = %s order by 1, 2"
        return self.connection.execute(query.encode(), (number,)).fetchall()


@pytest.fixture
def desk(database: psycopg.Connection[Any], tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)
